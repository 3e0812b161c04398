import EnergyIR
import EnergySemantics
import EnergyText
import Testing

/// Files of definitions that the tests import.
private let files = [
  "models/parts.energy": """
  param k = 2.0
  param w = 3.0
  dim n
  param v : vector[n] = [1, 2, 3]
  let c = 1 + k
  fn sq(t) = t^2
  energy well(x : vector[2]; a : real = 1) = c*sumsq(x) + a*sq(x[1])
  energy quiet(x : vector[d]) = k*sumsq(x)
  energy wrong(x : vector[2]) = x
  print 1
  """,
  "chain.energy": "import well from \"models/parts.energy\"\nenergy twice(x : vector[2]) = 2*well(x, a = 3)",
  "models/inner.energy": "import quiet from \"parts.energy\"\nenergy inner(x : vector[3]) = quiet(x)",
  "left.energy": "import right from \"right.energy\"\nenergy left(x : vector[2]) = right(x)",
  "right.energy": "import left from \"left.energy\"\nenergy right(x : vector[2]) = left(x)",
  "broken.energy": "energy bad(x : vector[2]) = x +\nenergy good(x : vector[2]) = sumsq(x)",
]

private func checked(_ text: String) -> Checked { Checked(text, imports: files) }

@Suite("Imported files")
struct ImportTests {
  @Test("energies, functions, lets and params come by name; what they need comes along unseen")
  func names() throws {
    let checked = checked(
      """
      import well, sq, c, w from "models/parts.energy"
      energy f(x : vector[2]) = well(x) + sq(c) + w
      """)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    // What the program sees has the name it has there; what it doesn't see has its file's name before it.
    #expect(Set(checked.program.parameters.map(\.name)) == ["w", "well.a", "models.parts.k"])
    #expect(checked.program.energies.map(\.name) == ["well", "f"])
    #expect(checked.program.energies.map(\.isImported) == [true, false])
    #expect(checked.program.actions.isEmpty, "statements of imported files aren't run")
    let hidden = self.checkedCodes("import well from \"models/parts.energy\"\nprint k")
    #expect(hidden == ["E-unknown"])
  }

  private func checkedCodes(_ text: String) -> [String] { checked(text).errors.map(\.code.name) }

  @Test("an alias is what parameters are called by, an energy's own ones and top-level ones")
  func aliases() throws {
    let checked = checked("import well as bowl, k as stiffness from \"models/parts.energy\"\nbowl([1, 2])")
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(Set(checked.program.parameters.map(\.name)) == ["bowl.a", "stiffness"])
  }

  @Test("equal names of two files are two things")
  func separate() throws {
    let checked = checked(
      """
      import well from "models/parts.energy"
      dim n
      param k = 7.0
      param u : vector[n] = [1, 2]
      energy f(x : vector[2]) = well(x) + k
      """)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(Set(checked.program.parameters.map(\.name)) == ["well.a", "models.parts.k", "k", "u"])
    let node = try checked.energy("f").node
    let symbols = checked.graph.postorder([node]).filter {
      if case .symbol(let id) = checked.graph[$0].operation { checked.graph[id].role == .parameter } else { false }
    }
    #expect(symbols.count == 2, "its own k and well.a; the other k stands behind c")
  }

  @Test("a size is shared only where it is imported")
  func sizes() throws {
    let apart = checked("import v from \"models/parts.energy\"\ndim n\nparam u : vector[n] = [1, 2]\nu + v")
    #expect(apart.errors.map(\.code.name) == ["E-shape"])
    #expect(apart.messages.contains("vector[n] and vector[models.parts.n]"), "\(apart.messages)")
    let shared = checked("import v, n from \"models/parts.energy\"\nparam u : vector[n] = [1, 2, 5]\nu + v")
    #expect(shared.errors.isEmpty, "\(shared.messages)")
    let clash = checked("import v, n from \"models/parts.energy\"\nparam u : vector[n] = [1, 2]\nu + v")
    #expect(clash.errors.first?.message.contains("n has two values") ?? false, "\(clash.messages)")
  }

  @Test("files import files, each is read once, paths are relative to the file that has them")
  func chains() throws {
    let checked = checked(
      """
      import inner from "models/inner.energy"
      import twice from "chain.energy"
      import quiet from "models/parts.energy"
      energy f(x : vector[2]) = twice(x) + quiet(x) + inner([x[1], 0, x[2]])
      """)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(checked.program.parameters.map(\.name).filter { $0.hasSuffix("k") } == ["models.parts.k"])
    #expect(checked.sources.files.map(\.name).sorted() == checked.sources.files.map(\.name).uniqued().sorted())
  }

  @Test("a name that is imported there isn't passed on")
  func notPassedOn() {
    let checked = checked("import well from \"chain.energy\"")
    #expect(checked.errors.map(\.code.name) == ["E-unknown"])
    #expect(checked.messages.contains("doesn't pass it on"), "\(checked.messages)")
  }

  @Test("a circle of files is printed, and the rest is checked all the same")
  func circle() {
    let checked = checked("import left from \"left.energy\"\nparam a : vector[2] = [1, 2, 3]")
    #expect(checked.errors.map(\.code.name) == ["E-shape", "E-cycle"])
    #expect(checked.messages.contains("left.energy -> right.energy -> left.energy"), "\(checked.messages)")
  }

  @Test(
    "what is wrong with an import is said once, at the import",
    arguments: [
      ("import wel from \"models/parts.energy\"\nwel([1, 2])", "E-unknown", "did you mean 'well'?"),
      ("import zzz from \"models/parts.energy\"", "E-unknown", "it defines k, w, n"),
      ("import f from \"nowhere.energy\"\nenergy g(x : vector[2]) = f(x)", "E-file", "nowhere.energy"),
      ("import gausian from std\ngausian([1])", "E-unknown", "did you mean 'gaussian'?"),
      ("import gauss from std", "E-unknown", "gaussian"),
      ("import well, well from \"models/parts.energy\"", "E-redefined", "is imported twice"),
      (
        "import well from \"models/parts.energy\"\nparam well = 1", "E-redefined",
        "is defined here and imported above"
      ),
      (
        "import rosenbrock as well from std\nimport well from \"models/parts.energy\"", "E-redefined",
        "first imported at model.energy:1:22"
      ),
      ("import bad from \"broken.energy\"\nbad([1, 2])", "E-syntax", "broken.energy is imported at model.energy:1:17"),
      (
        "import wrong from \"models/parts.energy\"", "E-shape",
        "models/parts.energy is imported at model.energy:1:19"
      ),
    ])
  func mistakes(_ text: String, _ code: String, _ words: String) {
    let checked = checked(text)
    #expect(checked.errors.map(\.code.name) == [code], "\(checked.messages)")
    #expect(checked.messages.contains(words), "\(checked.messages)")
  }

  @Test("what isn't imported of a file isn't checked")
  func unused() {
    #expect(checkedCodes("import quiet from \"models/parts.energy\"") == [])
    #expect(checkedCodes("import good from \"broken.energy\"") == ["E-syntax"])
  }

  @Test("an error in an imported body leads back to the call")
  func callChain() {
    let checked = checked("import rosenbrock as valley from std\nvalley([1])")
    #expect(checked.messages.contains("std/test_functions.energy:"), "\(checked.messages)")
    #expect(checked.messages.contains("in the call of valley at model.energy:2:1"), "\(checked.messages)")
  }

  @Test("a program has at most 256 sources")
  func limit() {
    func chain(_ count: Int) -> Checked {
      var files: [String: String] = [:]
      for number in 1..<count {
        let next = number + 1 < count ? "import f from \"f\(number + 1).energy\"\n" : ""
        files["f\(number).energy"] =
          next + "energy \(next.isEmpty ? "f" : "g")(x : real) = x"
          + (next.isEmpty ? "" : "\nenergy h(x : real) = f(x)")
      }
      // Every file but the last one passes on nothing: only reading is tested.
      return Checked(
        "import \(count > 2 ? "g" : "f") from \"f1.energy\"", imports: files)
    }
    let fits = chain(256)
    #expect(!fits.errors.contains { $0.code == "E-limit" }, "\(fits.messages)")
    #expect(fits.sources.files.count == 256)
    #expect(chain(257).errors.contains { $0.code == "E-limit" })
  }

  @Test("grad by a parameter of the file that defines it")
  func parametersOfFiles() throws {
    let files = [
      "p.energy": """
      param k = 2.0
      energy f(x : vector[2]) = k*sumsq(x)
      energy g(x : vector[2]) = grad(f, k)(x)
      """
    ]
    let checked = Checked("import g from \"p.energy\"\nparam k = 3.0", imports: files)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    let symbols = checked.graph.postorder([try checked.energy("g").node]).compactMap { node -> String? in
      if case .symbol(let id) = checked.graph[node].operation { checked.graph[id].name } else { nil }
    }
    #expect(symbols.contains("p.k") && !symbols.contains("k"), "\(symbols)")
  }
}

extension Array where Element: Hashable {
  fileprivate func uniqued() -> [Element] { Array(Set(self)) }
}

@Suite("The standard library as texts")
struct StandardLibraryTextTests {
  @Test("names come with all that is said of them", arguments: StandardLibrary.entries)
  func complete(_ entry: StandardLibrary.Entry) throws {
    for field in [entry.summary, entry.formula, entry.reference, entry.example, entry.source] {
      #expect(!field.isEmpty)
    }
    #expect(entry.summary.split(separator: "\n").count == 1)
    #expect(entry.reference.contains { $0.isNumber }, "a year, a page or an equation")
    #expect(entry.example.contains("import"))
    #expect(entry.signature.hasPrefix("\(entry.name)("))
    #expect(try #require(StandardLibrary.text(of: entry.name)).contains(entry.source))
  }

  @Test("every entry checks without a message", arguments: StandardLibrary.names)
  func checks(_ name: String) {
    let checked = Checked("import \(name) from std")
    #expect(checked.program.diagnostics.isEmpty, "\(checked.messages)")
  }

  @Test("fields go on over lines, examples keep theirs")
  func fields() throws {
    let entry = try #require(StandardLibrary.entry(named: "gaussian"))
    #expect(entry.formula == "E(x) = 1/2 (x - mu)^T P (x - mu)")
    #expect(entry.example.split(separator: "\n").first == "import gaussian from std")
    #expect(entry.signature == "gaussian(x : vector[d]; mu : vector[d] = zeros(d), P : symmetric[d] = eye(d))")
  }

  @Test("nothing of the library that isn't imported is read")
  func lazy() {
    let checked = Checked("import gaussian from std\nenergy f(x : vector[2]) = gaussian(x)")
    #expect(checked.sources.files.map(\.name) == ["model.energy", "std/gaussian.energy"])
  }

  @Test(
    "a name of the library that isn't imported hints at it",
    arguments: ["rosenbrock([1, 2])", "score(rosenbrock)", "energy f(x : vector[2]) = rosenbrock(x)"])
  func hint(_ text: String) throws {
    let checked = Checked(text)
    #expect(checked.errors.map(\.code.name) == ["E-unknown"])
    let hint = try #require(checked.errors.first?.hints.first)
    #expect(hint.message.contains("import rosenbrock from std"))
    #expect(hint.fixIt?.replacement == "import rosenbrock from std\n")
  }
}
