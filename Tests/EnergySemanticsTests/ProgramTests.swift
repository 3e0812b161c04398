import EnergyIR
import EnergySemantics
import EnergyText
import Testing

private let table = TensorData(shape: [3, 2], values: [1, 2, 3, 4, 5, 6])

@Suite struct ProgramTests {
  @Test func fourLines() throws {
    let checked = Checked(
      """
      param mu : vector[2] = [0, 1]
      param P  : symmetric[2] = [[2, 0.5], [0.5, 1]]
      energy gaussian(x : vector[2]) = 0.5*(x - mu)^T P (x - mu)
      score(gaussian)
      """)
    #expect(checked.program.diagnostics.isEmpty)
    #expect(checked.program.parameters.map(\.name) == ["mu", "P"])
    guard case .values(let data)? = checked.program.parameters[1].value else {
      Issue.record("P has no value")
      return
    }
    #expect(data.values == [2, 0.5, 0.5, 1])
    #expect(try checked.energy("gaussian").samples.map(\.type) == ["vector[2]"])
    #expect(checked.program.actions.count == 1)
  }

  @Test func dataGivesSizes() {
    let checked = Checked(
      "dim n, d\ndata X : matrix[n, d] = load(\"x.csv\")\nlet mu = mean(X, axis = 1)\nlet P : spd[d] = inv(cov(X))",
      files: ["x.csv": table])
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(
      checked.program.sizeBindings.map { "\($0.size) = \($0.value) from \($0.reason)" } == [
        "n = 3 from X (x.csv, rows)", "d = 2 from X (x.csv, columns)",
      ])
    #expect(checked.program.definitions.map(\.type) == ["vector[d]", "spd[d]"])
  }

  @Test func sizesThatDisagree() {
    let checked = Checked(
      "dim n\ndata x : vector[n] = load(\"x.csv\")\ndata y : vector[n] = load(\"y.csv\")",
      files: [
        "x.csv": .init(shape: [100], values: .init(repeating: 0, count: 100)),
        "y.csv": .init(shape: [99], values: .init(repeating: 0, count: 99)),
      ])
    #expect(
      checked.errors.map(\.message) == ["n has two values: n = 100 from x (x.csv, rows), n = 99 from y (y.csv, rows)"])
    #expect(Checked("dim n = 3\nparam v : vector[n] = [1, 2]").codes == ["E-size"])
    #expect(Checked("dim n = 3\nparam v : vector[n] = [1, 2]", dims: ["n": 2]).codes.isEmpty)
  }

  @Test(arguments: [
    ("param a = 1\nparam a = 2", "E-redefined"), ("let a = b\nlet b = a", "E-cycle"),
    ("param v : vector[d] = [1]", "E-size"),
    ("dim n = 0", "E-size"), ("dim n = 1.5", "E-size"), ("param v : vector[3] = [1, 2]", "E-shape"),
    ("param v : vectr[3] = [1, 2]", "E-type"), ("param v : vector = [1, 2]", "E-size"),
    ("param p : positive = -1", "E-value"),
    ("param P : spd[2] = [[1, 2], [2, 1]]", "E-value"), ("param P : symmetric[2] = [[1, 2], [3, 1]]", "E-value"),
    ("param s : simplex[2] = [0.5, 0.6]", "E-value"), ("param s : unit_vector[2] = [1, 1]", "E-value"),
    ("param s : ordered[2] = [2, 1]", "E-value"), ("param s : lower[2] = [[1, 2], [3, 4]]", "E-value"),
    ("param s : diagonal[2] = [[1, 2], [3, 4]]", "E-value"), ("param s : integer = 1.5", "E-value"),
    ("param s : interval(0, 1) = 2", "E-value"), ("param s : interval(1, 0) = 2", "E-type"),
    ("data X = load(\"none.csv\")", "E-file"), ("data X = load(3)", "E-arguments"),
    ("data X = load(\"nan.csv\")", "E-value"),
    ("let x = load(\"x.csv\")", "E-type"),
    ("plot 3", "E-type"), ("emit cuda 3", "E-type"),
    ("fold(t in 1..3: t)", "E-arguments"), ("sum(t in 1..3, s = 0: s)", "E-arguments"),
    ("fold(t in 1..3, s = 0 if t > 1: s + t)", "E-index"), ("fold(t in 1..3, u in 1..2, s = 0: s)", "E-index"),
    ("[scan(t in 1..i, s = 0: s)[1] for i in 1..3]", "E-index"), ("fold(t in 1..3, s = 0: s > 1)", "E-type"),
    ("fold(t in 1..3, s = true: s)", "E-type"), ("fold(t in 1..3, s = 0: [s, 1])", "E-shape"),
    ("fold(t in 1..3, s = 0, r = 1: s + r)", "E-shape"), ("fold(t in 1..3, s = 0: s*[1, 2])", "E-shape"),
    ("fold(t in 1..3, v = [1, 2]: v^T)", "E-shape"), ("fold(t in 1..3, s = 0, v = [1, 2]: [s, v])", "E-shape"),
    ("fold(t in 1..3, t = 0: t)", "E-redefined"), ("fold(t in 1..3, s = 0, s = 1: [s, s])", "E-redefined"),
    ("energy f(x : real) = fold(t in 1..3, x = 0: x)", "E-redefined"),
    ("energy f(x : real) = fold(t in 1..3, s = x: r) where r = 2*s", "E-unknown"),
    ("random(seed = 1)", "E-type"), ("energy e = 3", "E-type"),
    ("energy e(x : vector[2], x : real) = 1", "E-redefined"),
    ("energy e(x : vector[2]) = x", "E-shape"), ("energy e(x : vector[2]) = x > 0", "E-type"),
    ("energy e(x : row[2]) = 1", "E-type"), ("sum(i in 1..3: sum(i in 1..3: i))", "E-redefined"),
    ("energy e(x : vector[2]) = sum(x in 1..2: x)", "E-redefined"),
    ("energy e(x : vector[2]) = sumsq(x)\nlet y = x", "E-unknown"),
  ])
  func refused(_ text: String, _ code: String) {
    let checked = Checked(text, files: ["nan.csv": .init(shape: [2], values: [1, .nan]), "x.csv": table])
    #expect(checked.codes.contains(code), "\(text): \(checked.messages)")
    for diagnostic in checked.program.diagnostics {
      #expect(diagnostic.span != nil, "\(diagnostic.message)")
    }
  }

  @Test func severalErrorsAtOnce() {
    let checked = Checked("let a = p\nlet b = q\nlet c = a + b\nenergy e(x : vector[2]) = r\nc")
    #expect(checked.codes == ["E-unknown", "E-unknown", "E-unknown"], "\(checked.messages)")
  }

  @Test func orderDoesNotMatter() {
    let checked = Checked("c + 1\nlet c = f(b)\nfn f(x) = 2*x\nlet b = a^2\nparam a = 3.0")
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(checked.program.definitions.map(\.name) == ["b", "c"])
  }

  @Test func literalsAreSymbols() {
    let checked = Checked("[1, 2] + [1, 2]\n[[1, 2], [3, 4]]")
    #expect(checked.program.literals.map { checked.graph[$0.symbol].name } == ["[1, 2]", "[[1, 2], [3, 4]]"])
    #expect(checked.program.literals[1].values.values == [1, 2, 3, 4])
  }

  @Test func notesOnHiding() {
    #expect(Checked("param mu = 1.0\nenergy e(x : real; mu : real) = mu*x").codes == ["N-hides"])
    #expect(Checked("param size = 1.0").codes == ["N-hides"])
  }
}

@Suite struct InferenceTests {
  @Test(arguments: [
    ("0.5*(x - m)^T P (x - m)", "x : vector[d], m : vector[d], P : matrix[d, d]"),
    ("a*sum((x^2 - b)^2)", "x : vector[d], a : real, b : real"),
    ("x^4 - x^2", "x : real"),
    ("cos(x[1]) + x[3]^2 + x[2]", "x : vector[3]"),
    ("x[2, 1] + x[1, 3]", "x : matrix[2, 3]"),
    ("sum(x)", "x : vector[d]"),
    ("x^T A x", "x : vector[d], A : matrix[d, d]"),
    ("norm(x - c)", "x : vector[d], c : vector[d]"),
    ("a + w^T sigmoid(W x + c)", "x : vector[d], a : real, w : vector[m], W : matrix[m, d], c : real"),
    ("sum(i in 1..n: x[i]^2)", "x : vector[n]"),
    ("sum(i in 1..n-1: (x[i+1] - x[i])^2)", "x : vector[n]"),
    ("-logsumexp(k in 1..K: log(w[k]) - sumsq(x - M[k, :]))", "x : vector[d], w : vector[K], M : matrix[K, d]"),
    ("sum(i in 1..n, j in i+1..n: 1/sumsq(x[i, :] - x[j, :]))", "x : matrix[n, d]"),
    ("r^T r where r = x - mu", "x : vector[d], mu : vector[d]"),
  ])
  func expression(_ text: String, _ expected: String) throws {
    var checked = Checked("")
    let (subject, diagnostics) = checked.expression(text)
    #expect(diagnostics.isEmpty, "\(diagnostics)")
    guard case .energy(let energy)? = subject else {
      Issue.record("not an energy: \(text)")
      return
    }
    let found = energy.samples.map { "\($0.name) : \($0.type)" } + energy.parameters.map { "\($0.name) : \($0.type)" }
    #expect(found.joined(separator: ", ") == expected)
  }

  @Test func knownShapesDecide() throws {
    var checked = Checked("param mu : vector[2] = [0, 1]\nparam P : symmetric[2] = [[2, 0], [0, 1]]")
    guard case .energy(let energy)? = checked.expression("0.5*(x - mu)^T P (x - mu)").subject else {
      Issue.record("not an energy")
      return
    }
    #expect(energy.samples.map(\.type) == ["vector[2]"])
    #expect(energy.parameters.isEmpty)
  }

  @Test func withoutASampleNothingIsInvented() {
    var checked = Checked("param a = 1.0")
    #expect(checked.expression("a + b").diagnostics.map(\.code.name) == ["E-unknown"])
    guard case .value? = checked.expression("a + 1").subject else {
      Issue.record("not a value")
      return
    }
  }

  @Test(arguments: ["x", "x*[1, 2]", "foo(x)", "x^T x +", "x^T x^T"])
  func refused(_ text: String) {
    var checked = Checked("")
    let (subject, _) = checked.expression(text)
    if text == "x" { #expect(subject != nil) } else { #expect(subject == nil, "\(text)") }
  }

  @Test func argumentsWithoutTypes() throws {
    let checked = Checked(
      "energy f(x) = sumsq(x - 1)\nenergy g(x; m) = (x - m)^T (x - m)\nf([1, 2])\nf([[1, 2], [3, 4]])")
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(try checked.energy("f").samples.map(\.type) == ["vector[d]"])
    #expect(try checked.energy("g").parameters.map(\.type) == ["vector[d]"])
    #expect(checked.shapes == ["scalar[]", #"vector["2"]"#])
  }
}
