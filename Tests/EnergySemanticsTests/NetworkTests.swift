import EnergyIR
import EnergySemantics
import EnergyText
import Testing

@Suite struct NetworkTests {
  /// The state of a network 2-3-1 under a prefix.
  static func state(_ prefix: String, hidden: Int = 3, path: String = "net.npz") -> [String: TensorData] {
    let shapes = [
      "0.weight": [hidden, 2], "0.bias": [hidden], "2.weight": [1, hidden], "2.bias": [1],
    ]
    var files: [String: TensorData] = [:]
    for (name, shape) in shapes {
      let count = shape.reduce(1, *)
      files["\(path)/\(prefix)\(name)"] = TensorData(shape: shape, values: (0..<count).map { Double($0) })
    }
    return files
  }

  @Test func weightsAreParametersUnderTheirDottedNames() throws {
    let checked = Checked("param net : mlp[2, 3, 4, 1](silu)\nparam a = 1.0")
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(
      checked.program.parameters.map { "\($0.name) : \($0.type)" } == [
        "net.0.weight : matrix[3, 2]", "net.0.bias : vector[3]", "net.2.weight : matrix[4, 3]",
        "net.2.bias : vector[4]", "net.4.weight : matrix[1, 4]", "net.4.bias : vector[1]", "a : real",
      ])
    #expect(checked.program.networks.map { "\($0.name) : \($0.type)" } == ["net : mlp[2, 3, 4, 1](silu)"])
    #expect(checked.program.parameters.dropLast().allSatisfy { $0.value == nil })
  }

  @Test(arguments: [
    ("mlp[2, 3, 1](tanh)", "net([1, 2])", "scalar[]"), ("mlp[2, 3, 4](tanh)", "net([1, 2])", "vector[\"4\"]"),
    ("mlp[2, 3, 1](tanh)", "net([[1, 2], [3, 4], [5, 6]])", "vector[\"3\"]"),
    ("mlp[2, 3, 4](tanh)", "net([[1, 2]])", "matrix[\"1\", \"4\"]"), ("mlp[1, 3, 1](tanh)", "net(0.5)", "scalar[]"),
    ("mlp[2, 1]", "net([1, 2])", "scalar[]"), ("mlp[2, n](tanh)", "net([1, 2])", "vector[\"n\"]"),
    ("mlp[2, 3, 1](swish)", "net([1, 2])^2", "scalar[]"), ("mlp[2, 3, 1](leaky_relu)", "2 net([1, 2])", "scalar[]"),
    ("mlp[2, 3, 1](tanh)", "score(net)([1, 2])", "vector[\"2\"]"),
    ("mlp[2, 3, 1](tanh)", "grad(f, net.0.weight)([1, 2])", "matrix[\"3\", \"2\"]"),
    ("mlp[2, 3, 1](tanh)", "grad(l, net.2.bias)", "vector[\"1\"]"),
    ("mlp[2, 3, 1](tanh)", "same([1, 2])", "scalar[]"), ("mlp[2, 3, 1](tanh)", "pass(net, [1, 2])", "scalar[]"),
    ("mlp[2, 3, 1](tanh)", "twice([1, 2], base = net)", "scalar[]"),
  ])
  func calls(_ type: String, _ call: String, _ shape: String) {
    // What needs a network with one output is left out where it has several.
    let isReal = type.contains("1]")
    let more =
      isReal && type.hasPrefix("mlp[2")
      ? """
      energy f(x : vector[2]) = net(x)
      let l = mean(net([[1, 2], [3, 4]])^2)
      let same = net
      fn pass(g, x) = g(x)
      energy twice(x : vector[2]; base : energy) = base(x) + base([1, 1])
      """ : ""
    let checked = Checked("dim n = 5\nparam net : \(type)\n\(more)\n\(call)")
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(checked.shapes.last == shape, "\(checked.messages)")
  }

  @Test(arguments: ["", "network.", "module.actor."])
  func aFileMayCarryOnePrefix(_ prefix: String) throws {
    let checked = Checked(
      "dim d, h\nparam net : mlp[d, h, 1](silu) = load(\"net.npz\")\nnet([1, 2])", files: Self.state(prefix))
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    let values = checked.program.parameters.map { parameter -> [Double] in
      if case .values(let data) = parameter.value { return data.values }
      return []
    }
    #expect(values == [[0, 1, 2, 3, 4, 5], [0, 1, 2], [0, 1, 2], [0]])
    let sizes = Set(checked.program.sizeBindings.map { "\($0.size) = \($0.value)" })
    #expect(sizes == ["d = 2", "h = 3"])
  }

  @Test func aPartOfAFileIsChosenByName() {
    let files = Self.state("actor.").merging(Self.state("critic.", hidden: 4)) { first, _ in first }
    let actor = "param net : mlp[2, 3, 1](silu) = load(\"net.npz\", name = \"actor\")"
    let critic = "\nparam other : mlp[2, 4, 1](tanh) = load(\"net.npz\", name = \"critic\")"
    let both = Checked(actor + critic, files: files)
    #expect(both.errors.isEmpty, "\(both.messages)")
    let whole = Checked("param net : mlp[2, 3, 1](silu) = load(\"net.npz\")", files: files)
    #expect(whole.errors.map(\.code) == [.network])
    #expect(whole.messages.contains("for a part of the file: load(\"net.npz\", name = \"actor\")"))
  }

  @Test func whatDiffersIsListedWithBothShapes() throws {
    var files = Self.state("network.")
    files["net.npz/network.0.weight"] = TensorData(shape: [4, 2], values: .init(repeating: 0, count: 8))
    files["net.npz/network.2.bias"] = nil
    files["net.npz/network.4.bias"] = TensorData(shape: [7], values: .init(repeating: 0, count: 7))
    let checked = Checked("param net : mlp[2, 3, 1](silu) = load(\"net.npz\")", files: files)
    let error = try #require(checked.errors.first)
    #expect(error.message == "net.npz isn't the state of net : mlp[2, 3, 1](silu)")
    #expect(
      error.notes.map(\.message) == [
        "network.0.weight is matrix[4, 2], not matrix[3, 2]", "network.2.bias : vector[1] is missing",
        "network.4.bias : vector[7] has no place in it",
      ])
    #expect(error.hints.isEmpty)
  }

  @Test func sizesThatDisagreeNameBothPlaces() throws {
    let checked = Checked(
      "dim d, h\nparam b : vector[h] = [1, 2]\nparam net : mlp[d, h, 1](silu) = load(\"net.npz\")",
      files: Self.state(""))
    let error = try #require(checked.errors.first)
    #expect(error.code == .size)
    #expect(error.message.contains("h = 2 from b"), "\(error.message)")
    #expect(error.message.contains("h = 3 from net.0.weight (net.npz, rows)"), "\(error.message)")
  }

  @Test(arguments: [
    ("param n : mlp[2](silu)", "E-size", "at least two"),
    ("param n : mlp[2, 3, 1]", "E-arguments", "needs the function between its layers"),
    ("param n : mlp[2, 3, 1](silu, tanh)", "E-arguments", "one activation, not 2"),
    ("param n : mlp[2, 3, 1](sillu)", "E-unknown", "did you mean 'silu'?"),
    ("param n : mlp[2, 3, 1](softmax)", "E-arguments", "'softmax' can't be"),
    ("param n : mlp[2, 3, 1](atan2)", "E-arguments", "'atan2' can't be"),
    ("param n : mlp[2, 3, 1](3)", "E-arguments", "isn't one"),
    ("fn f(x) = x\nparam n : mlp[2, 3, 1](f)", "E-arguments", "'f' can't be"),
    ("param n : mlp[2, k, 1](silu)", "E-size", "'k' isn't declared"),
    ("param n : mlp[2, 3, 1](silu) = 3", "E-type", "load(…) or random(…)"),
    ("data n : mlp[2, 3, 1](silu)", "E-type", "not data"),
    ("param n : mlp[2, 3, 1](silu)\nn + 1", "E-type", "is a network"),
    ("param n : mlp[2, 3, 1](silu)\nn([1, 2, 3])", "E-shape", "takes vector[2], and '[1, 2, 3]' is vector[3]"),
    ("param n : mlp[2, 3, 1](silu)\nn(3)", "E-shape", "takes vector[2], and '3' is int"),
    ("param n : mlp[2, 3, 1](silu)\nn(1, 2)", "E-arguments", "takes one argument"),
    ("param n : mlp[2, 3, 1](silu)\nn([1, 2]^T)", "E-shape", "is row[2]"),
    ("param n : mlp[2, 3, 2](silu)\nscore(n)", "E-type", "takes a real function, and n is mlp[2, 3, 2](silu)"),
    ("param n : mlp[2, 3, 2](silu)\nn", "E-type", "is a network"),
    ("param n : mlp[2, 3, 1](silu)\nenergy f(x : vector[2]) = n(x)\ngrad(f, n.1.weight)", "E-unknown", "did you mean"),
    ("param n : mlp[2, 3, 1](silu)\nsumsq(n.0.weight)", "E-unknown", "can't be named here"),
    ("energy f(x : mlp[2, 3, 1](silu)) = 1", "E-type", "a sample is a real or a tensor"),
    ("energy f(x : vector[2]; n : mlp[2, 3, 1](silu) = load(\"n.npz\")) = n(x)", "E-type", "random(…) here"),
    (
      "param n : mlp[2, 3, 1](silu)\nenergy f(x : vector[2]; m : mlp[2, 3, 1](tanh)) = m(x)\nf([1, 2], m = n)",
      "E-shape",
      "m takes mlp[2, 3, 1](tanh), and n is mlp[2, 3, 1](silu)"
    ),
    (
      "param n : mlp[2, 3, 1](silu)\nenergy f(x : vector[d]; m : mlp[d, d, 1](silu)) = m(x)\nf([1, 2], m = n)",
      "E-shape",
      "m takes mlp[d, d, 1](silu), and n is mlp[2, 3, 1](silu)"
    ),
    (
      "energy f(x : vector[2]; m : mlp[2, 3, 1](tanh)) = m(x)\nf([1, 2], m = 3)", "E-type", "m takes a network"
    ),
    (
      "param n : mlp[2, 3, 2](silu)\nenergy f(x : vector[2]; b : energy) = b(x)\nf([1, 2], b = n)", "E-type",
      "b takes an energy"
    ),
    ("param n : mlp[2, 3, 1](silu) = load(\"none.npz\")", "E-file", "no file none.npz"),
  ])
  func refused(_ text: String, _ code: String, _ part: String) throws {
    let checked = Checked(text)
    let found = checked.errors.first { $0.code.name == code && $0.message.contains(part) }
    #expect(found != nil, "\(checked.messages)")
    #expect(checked.errors.allSatisfy { $0.span != nil })
  }

  @Test func ownNetworksTakeTheirSizesFromTheCall() throws {
    let checked = Checked(
      """
      energy f(x : vector[d]; net : mlp[d, 4, 1](tanh)) = net(x)
      f([1, 2, 3])
      grad(f, net.0.weight)([1, 2, 3])
      """)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(checked.shapes == ["scalar[]", "matrix[\"4\", \"3\"]"])
    let names = Set(checked.program.parameters.map { "\($0.name) : \($0.type)" })
    #expect(names.isSuperset(of: ["f.net.0.weight : matrix[4, 3]", "f.net.2.bias : vector[1]"]))
  }

  /// A message about an energy that is a network speaks of the program's text, not of one that nobody wrote.
  @Test func errorsInsideStayWithTheCall() throws {
    let text = "param n : mlp[2, 3, 1](silu)\nenergy f(x : vector[3]; b : energy) = b(x)\nf([1, 2, 3], b = n)"
    let error = try #require(Checked(text).errors.first)
    #expect(error.message.contains("takes vector[2]"))
    #expect(error.span?.file == 0)
    #expect(error.notes.allSatisfy { $0.span.map { $0.file == 0 } ?? true })
  }

  @Test(arguments: [
    ("param a = random(seed = 3)", nil), ("param a : vector[2] = random(0)", nil),
    ("param a : symmetric[2] = random(seed = 0, scale = 0.5)", nil), ("param a : lower[2] = random(2, 0.5)", nil),
    ("dim n\nparam a : matrix[n, n] = random(seed = 0)", nil),
    ("energy f(x : vector[d]; w : vector[d] = random(seed = 0)) = w^T x", nil),
    ("param a : positive = random(seed = 0)", "wouldn't be positive"),
    ("param a : interval(0, 1) = random(seed = 0)", "wouldn't be between 0 and 1"),
    ("param a : spd[2] = random(seed = 0)", "wouldn't be positive definite"),
    ("param a : simplex[2] = random(seed = 0)", "wouldn't be a simplex"),
    ("param a : integer[2] = random(seed = 0)", "wouldn't be whole"),
    ("param a : int = random(seed = 0)", "a is whole"), ("param a : bool = random(seed = 0)", "a is true or false"),
    ("param a = random()", "takes a seed"), ("param a = random(sed = 0)", "no argument named 'sed'"),
    ("param a = random(0, seed = 1)", "takes a seed"), ("param a = random(1, 2, 3)", "takes a seed"),
    ("param a = random(seed = -1)", "a whole number from 0 on"), ("param a = random(seed = 0.5)", "a whole number"),
    ("param a = random(seed = 0, scale = 0)", "a positive number"),
    ("param a = random(seed = 0, scale = inf)", "a positive number"),
    ("param a = 2*random(seed = 0)", "random stands alone"), ("let a = random(seed = 0)", "random stands alone"),
    ("data a = random(seed = 0)", "random stands alone"), ("random(seed = 0)", "random stands alone"),
    ("energy f(x : vector[2]) = x^T random(seed = 0)", "random stands alone"),
  ])
  func randomIsTheValueOfAParameter(_ text: String, _ message: String?) {
    let checked = Checked(text)
    if let message {
      #expect(checked.errors.contains { $0.message.contains(message) && $0.span != nil }, "\(checked.messages)")
    } else {
      #expect(checked.errors.isEmpty, "\(checked.messages)")
      if case .random? = checked.program.parameters.first?.value {} else { Issue.record("not random") }
    }
  }
}
