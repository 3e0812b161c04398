import EnergySyntax
import EnergyText
import Testing

@Suite struct LimitTests {
  private func first(_ text: String, nesting: Int = 256) -> String? {
    parse(SourceFile(name: "", text: text), id: 0, limits: SyntaxLimits(nesting: nesting), mode: .expression)
      .diagnostics.first?.code.name
  }

  private func nested(_ open: String, _ inner: String, _ close: String, _ count: Int) -> String {
    String(repeating: open, count: count) + inner + String(repeating: close, count: count)
  }

  /// What nests one level each, at the limit and one beyond it.
  @Test(arguments: [
    ("(", "x", ")"), ("[", "x", "]"), ("x[", "1", "]"), ("f(", "x", ")"), ("-", "x", ""), ("not ", "x", ""),
    ("x^", "x", ""), ("if a then b else ", "x", ""), ("if ", "x", " then a else b"), ("x^-", "x", ""),
    ("sum(i in 1..2: ", "x", ")"), ("[", "x", " for i in 1..2]"),
  ])
  func nesting(_ open: String, _ inner: String, _ close: String) {
    let levels = open == "x^-" ? 128 : 256
    #expect(first(nested(open, inner, close, levels)) == nil)
    #expect(first(nested(open, inner, close, levels + 1)) == "E-limit")
    #expect(first(nested(open, inner, close, 7), nesting: levels == 128 ? 14 : 7) == nil)
    #expect(first(nested(open, inner, close, 8), nesting: levels == 128 ? 14 : 7) == "E-limit")
  }

  @Test(arguments: ["(", "[", "x[", "f(", "-", "not ", "x^", "if ", "if a then b else ", "x^(-"])
  func hundredThousandLevels(_ open: String) {
    let time = processorTime {
      #expect(first(String(repeating: open, count: 100_000)) == "E-limit")
      // A hundred messages, and the note that says how many more there are.
      #expect(parseFile(nested(open, "x", ")", 100_000)).diagnostics.count <= 101)
    }
    #expect(time < 10)
  }

  /// Long chains are flat, so that no pass over them needs a stack.
  @Test(arguments: [
    "1+", "x*", "x ", "x and ", "x or ", "x < ", "f(x)", "x'", "x[1]", "(x)", "x^2 ", "x, ", "-x + ", "x(1)^2 ",
  ])
  func longChains(_ link: String) {
    let chain = String(repeating: link, count: 20_000) + "x"
    let text = link == "x, " ? "[" + chain + "]" : chain
    let result = parseExpression(text)
    #expect(result.diagnostics.isEmpty)
    guard case .expression(let id) = result.tree.statements.first?.kind else {
      Issue.record("no expression")
      return
    }
    #expect(result.tree.dump(id, classify: classifier(result.tree)).count > 20_000)
  }

  @Test func aMillionTerms() {
    let text = String(repeating: "1+", count: 999_999) + "1"
    let file = SourceFile(name: "", text: text)
    #expect(parse(file, id: 0, mode: .expression).diagnostics.map(\.code.name) == ["E-limit"])
    var terms = 0
    let time = processorTime {
      let tree = parse(file, id: 0, limits: SyntaxLimits(sourceBytes: 2_000_000), mode: .expression).tree
      if case .sum(let found) = tree.nodes.last?.kind { terms = found.count }
    }
    #expect(terms == 1_000_000)
    // Less than two seconds unoptimised on a server of 2023.
    #expect(time < 6)
  }

  /// A large source that is wrong everywhere, or is one token: the time must not grow with the square of its size.
  @Test(arguments: [
    ")", "$", "\n)", "\n\t$", "\n =", "1.", "a.", "a", "1", "\"", "\n(", "\n  a = (", "\n+", "(\nlet ", "x^", "²", "μ",
    "\n where a(", "‖", "^T", "'", "\u{301}", "a\n  where b = 1\n  ",
  ])
  func mistakesEverywhere(_ piece: String) {
    let count = (1 << 18) / piece.utf8.count
    let file = SourceFile(name: "", text: String(repeating: piece, count: count))
    let time = processorTime {
      for mode in [ParseMode.file, .expression] {
        let result = parse(file, id: 0, mode: mode)
        #expect(result.diagnostics.count <= 101)
        for diagnostic in result.diagnostics { #expect(diagnostic.message.utf8.count < 400) }
      }
    }
    #expect(time < 10)
  }

  @Test func sizeOfASource() {
    let limits = SyntaxLimits(sourceBytes: 10)
    #expect(parse(SourceFile(name: "", text: "x + y + zz"), id: 0, limits: limits).diagnostics == [])
    let beyond = parse(SourceFile(name: "", text: "x + y + zzz"), id: 0, limits: limits)
    #expect(beyond.diagnostics.map(\.code.name) == ["E-limit"])
    #expect(beyond.tree.statements.isEmpty)
  }
}
