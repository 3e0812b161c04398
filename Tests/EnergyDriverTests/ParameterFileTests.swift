import EnergyData
import EnergySemantics
import EnergyText
import Testing

@testable import EnergyDriver

@Suite struct ParameterFileTests {
  static let program = """
    param mu : vector[2] = [0, 1]
    param P : symmetric[2]
    param a = 1.0
    energy well(x : vector[2]; height : real) = height*sumsq(x)
    mu
    P
    a
    well([1, 1], height = 2)
    """

  func session(_ file: String, _ text: String = program, set: [String: String] = [:]) -> Session {
    EnergyDriverTests.session(text, set: set, files: ["p.json": file]) { $0.parameterFile = "p.json" }
  }

  @Test func bindsParametersByName() throws {
    let session = session("{\"mu\": [3, 4], \"P\": [[2, 0.5], [0.5, 1]], \"well.height\": 2}")
    #expect(session.diagnostics.isEmpty, "\(session.diagnostics)")
    #expect(try session.printed().prefix(3) == ["[3, 4]", "[[2, 0.5], [0.5, 1]]", "1"])
    let energy = try session.values([.energy], at: [1, 2], shape: [1, 2])
    #expect(energy == [[10]])
  }

  @Test func oneCommonPrefixIsLeftOut() throws {
    let session = session(
      "{\"network.mu\": [3, 4], \"network.P\": [[2, 0], [0, 1]], \"network.well.height\": 3}")
    #expect(session.diagnostics.isEmpty)
    #expect(try session.printed().first == "[3, 4]")
    #expect(try session.values([.energy], at: [1, 2], shape: [1, 2]) == [[15]])
  }

  @Test(arguments: [
    (["mu", "P"], ["mu", "P"], ""), (["net.mu", "net.P", "net.x.y"], ["mu", "P"], "net."),
    (["net.well.height", "net.well.depth"], ["well.height"], "net."), (["net.mu", "P"], ["P"], ""),
    (["mu.mu", "mu.P"], ["mu", "P"], "mu."), ([], [], ""), (["a.b.c."], [], ""),
    (["well.height"], ["well.height"], ""), (["x.y.well.height", "x.y.mu"], ["well.height", "mu"], "x.y."),
  ])
  func prefixesAreThoseThatAllNamesShare(_ names: [String], _ found: [String], _ prefix: String) {
    let match = ParameterNames(names, among: ["mu", "P", "well.height"])
    #expect(Set(match.keys.keys) == Set(found))
    #expect(match.prefix == prefix)
    #expect(match.keys.count + match.unused.count == names.count)
  }

  @Test func settingsCountBeforeTheFile() throws {
    let session = session("{\"mu\": [[1]], \"a\": 7}", Self.program, set: ["mu": "[5, 6]", "P": "eye(2)"])
    #expect(session.diagnostics.isEmpty, "\(session.diagnostics)")
    #expect(try session.printed().prefix(3) == ["[5, 6]", "[[1, 0], [0, 1]]", "7"])
  }

  @Test(arguments: [
    ("{\"mu\": [1, 2, 3]}", "E-shape: mu is vector[2]; p.json has vector[3]"),
    ("{\"n.mu\": 1, \"n.a\": 2}", "E-shape: mu is vector[2]; p.json has a number as 'n.mu'"),
    ("{\"mu\": []}", "E-shape: mu is vector[2]; p.json has vector[0]"),
    ("{\"P\": [1, 2]}", "E-shape: P is symmetric[2]; p.json has vector[2]"),
    ("{\"P\": [[1, 2], [3, 4]]}", "E-value: P isn't symmetric"),
    ("{\"a\": 1e999}", "E-value: p.json (a): the number is inf"),
    ("{\"a\": \"x\"}", "E-json: p.json (a): every entry has to be a number"),
    ("{\"a\": }", "E-json: p.json: 1:7: expected a value"),
    ("{\"b\": 1, \"nu\": 2}", "W-unused: p.json: no parameter is called b, nu (did you mean 'mu'?)"),
  ])
  func valuesAreChecked(_ file: String, _ expected: String) {
    let session = session(file)
    let found = session.diagnostics.map(\.short) + messages { if !session.hasErrors { _ = try session.printed() } }
    #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
  }

  @Test func sizesThatDisagreeNameTheFile() {
    let session = session(
      "{\"mu\": [1, 2, 3], \"nu\": [1, 2]}", "dim d\nparam mu : vector[d]\nparam nu : vector[d]\nmu + nu")
    let found = session.diagnostics.map(\.short) + messages { if !session.hasErrors { _ = try session.printed() } }
    #expect(
      found.contains {
        $0.contains("mu (p.json)") && $0.contains("nu (p.json)") || $0.hasPrefix("E-shape: nu is vector[3]; p.json has")
      }, "\(found)")
  }

  @Test func expressionsTakeParametersToo() throws {
    let session = EnergyDriverTests.session(
      "0.5*k*sumsq(x - m)", form: .expression, files: ["p.json": "{\"k\": 4, \"m\": [1, 1]}"]
    ) { $0.parameterFile = "p.json" }
    #expect(session.diagnostics.isEmpty)
    #expect(try session.values([.energy], at: [1, 3], shape: [1, 2]) == [[8]])
  }

  @Test(arguments: [
    ("load(\"p.json\", name = \"mu\")", nil), ("load(\"p.json\")", "E-entry: p.json holds 2 arrays, and none is named"),
    ("load(\"p.json\", name = \"nu\")", "E-entry: p.json has no array 'nu'; did you mean 'mu'?"),
    ("load(\"x.csv\", name = \"mu\")", "E-entry: \"x.csv\" holds one array, which has no name"),
  ])
  func programsLoadByName(_ call: String, _ expected: String?) throws {
    let session = EnergyDriverTests.session(
      "param m : vector[2] = \(call)\nm", files: ["p.json": "{\"mu\": [1, 2], \"other\": 3}", "x.csv": "1\n2\n"])
    #expect(session.diagnostics.map(\.short).first == expected)
    if expected == nil { #expect(try session.printed() == ["[1, 2]"]) }
  }
}
