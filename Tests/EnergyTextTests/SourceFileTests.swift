import EnergyText
import Testing

@Suite struct SourceFileTests {
  @Test(arguments: [
    ("abc", 0, 1, 1), ("abc", 3, 1, 4), ("abc", 99, 1, 4), ("a\nb", 2, 2, 1), ("a\r\nb", 3, 2, 1),
    ("μμ x", 5, 1, 4), ("e\u{301}x", 3, 1, 2), ("", 0, 1, 1), ("a\n", 2, 2, 1), ("a", -5, 1, 1),
  ])
  func positions(_ text: String, _ offset: Int, _ line: Int, _ column: Int) {
    let position = SourceFile(name: "a", text: text).position(of: offset)
    #expect(position.line == line)
    #expect(position.column == column)
  }

  @Test func lines() {
    let file = SourceFile(name: "a", text: "one\r\ntwo\nthree")
    #expect(file.lineCount == 3)
    #expect((0...4).map(file.line) == ["", "one", "two", "three", ""])
  }

  /// A message about the end of a line of a megabyte must not take as long as a run.
  @Test func positionsInHugeLinesAreFast() {
    let file = SourceFile(name: "a", text: String(repeating: "μ+", count: 400_000))
    var column = 0
    let time = ContinuousClock().measure { column = file.position(of: 1_200_000).column }
    #expect(column == 800_001)
    #expect(time < .seconds(1))
  }
}

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("lgsumexp", "logsumexp", 1), ("sin", "sin", 0), ("snii", "sin", 2), ("ab", "ba", 1), ("", "ab", 2), ("", "", 0),
    ("kitten", "sitting", nil), ("abc", "abcdef", nil),
  ])
  func distances(_ first: String, _ second: String, _ expected: Int?) {
    #expect(editDistance(first, second, limit: 2) == expected)
    #expect(editDistance(second, first, limit: 2) == expected)
  }

  @Test(arguments: [
    ("lgsumexp", "logsumexp"), ("Sin", "sin"), ("cosh2", "cosh"), ("xyzzy", nil), ("x", nil), ("sin", "sinh"),
  ])
  func suggestions(_ name: String, _ expected: String?) {
    #expect(didYouMean(name, among: ["logsumexp", "sin", "tan", "cosh", "sinh", "y"]) == expected)
  }
}
