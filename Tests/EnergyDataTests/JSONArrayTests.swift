import EnergyData
import EnergyText
import Testing

@Suite struct JSONArrayTests {
  func open(_ text: String) throws -> ArrayArchive {
    try ArrayArchive(bytes: Array(text.utf8), name: "p.json", format: .json)
  }

  @Test func readsNumbersAndNestedLists() throws {
    let archive = try open(
      "\u{feff}{\"a\": 2, \"mu\": [0, -1.5e1], \"P\": [[1, 2, 3],\n [4, 5, 6]], \"\\u03b1\\n\": [[]], \"z\": -0}\n")
    #expect(archive.names == ["a", "mu", "P", "α\n", "z"])
    #expect(try archive.array(named: "a").shape == [])
    #expect(try archive.array(named: "a").storesIntegers)
    #expect(try archive.array(named: "mu").doubles() == [0, -15])
    #expect(try !archive.array(named: "mu").storesIntegers)
    #expect(try archive.array(named: "P").shape == [2, 3])
    #expect(try archive.array(named: "P").doubles() == [1, 2, 3, 4, 5, 6])
    #expect(try archive.array(named: "α\n").shape == [1, 0])
    #expect(try archive.array(named: "z").doubles().first?.sign == .minus)
  }

  @Test(arguments: [
    ("", "p.json: 1:1: the text ends too early"),
    ("{\n  \"a\": 01}", "p.json: 2:8: a number starts with 0"),
    ("{\"a\": NaN}", "p.json: 1:7: NaN is no number of JSON"),
    ("{\"a\": 1.}", "p.json: 1:9: expected a digit"),
    ("{\"a\": 1,}", "p.json: 1:9: expected a name in double quotes"),
    ("{\"a\" 1}", "p.json: 1:6: expected ':'"),
    ("{\"a\": [1 2]}", "p.json: 1:10: expected ',' or ']'"),
    ("{\"a\": 1} x", "p.json: 1:10: text after the value"),
    ("{\"a\": 1, \"a\": 2}", "p.json: 1:10: the name 'a' stands twice"),
    ("{\"a: 1}", "p.json: 1:2: the quote isn't closed"),
    ("{\"\\ud800\": 1}", "p.json: 1:3: a backslash before something that isn't an escape"),
    ("[1]", "p.json: this is no object with names"),
    ("{\"a\": \"1\"}", "p.json (a): every entry has to be a number"),
    ("{\"a\": [1, null]}", "p.json (a): every entry has to be a number"),
    ("{\"a\": [1, [2]]}", "p.json (a): numbers and lists stand side by side"),
    ("{\"a\": [[1], 2]}", "p.json (a): numbers and lists stand side by side"),
    ("{\"a\": [[1], [2, 3]]}", "p.json (a): lists of 1 and of 2 stand side by side"),
    ("{\"a\": {\"mu\": 1}}", "p.json (a): it is an object, not a number or a list"),
  ])
  func mistakesAreSaid(_ text: String, _ message: String) {
    let found = diagnostic {
      let archive = try open(text)
      for name in archive.names { _ = try archive.array(named: name) }
    }
    #expect(found?.code == .json)
    #expect(found?.message == message)
  }

  @Test func wholeNumbersAreExact() throws {
    let archive = try open("{\"a\": 9007199254740992, \"b\": 9007199254740993}")
    #expect(try archive.array(named: "a").doubles() == [0x1p53])
    #expect(diagnostic { _ = try archive.array(named: "b") }?.code == .dtype)
  }

  @Test func nestingHasALimit() throws {
    let nested = { String(repeating: "[", count: $0) + "1" + String(repeating: "]", count: $0) }
    #expect(try open("{\"a\": \(nested(32))}").array(named: "a").shape.count == 32)
    let axes = diagnostic { _ = try open("{\"a\": \(nested(33))}").array(named: "a") }
    #expect(axes?.message == "p.json (a): it has more than 32 axes")
    #expect(throws: Never.self) { _ = try open("{\"a\": \(nested(63))}") }
    let deep = diagnostic { _ = try open("{\"a\": \(nested(64))}") }
    #expect(deep?.message == "p.json: 1:70: more than 64 brackets nest")
    #expect(diagnostic { _ = try open(String(repeating: "[", count: 1_000_000)) }?.code == .json)
  }

  @Test func survivesMutations() {
    let sound = Array("{\"a\": 2, \"mu\": [0, -1.5e1], \"P\": [[1, 2], [3, 4]], \"\\u03b1\": true}".utf8)
    let outcome = mutations(of: sound, seed: 6) { try readAll($0, .json) }
    #expect(outcome.other.isEmpty)
  }
}
