import EnergySyntax
import EnergyText
import Testing

@Suite struct MessageTests {
  /// A text, the code of its only message, and what the message marks.
  @Test(arguments: [
    ("1.", "E-number", "1."), ("1.e3", "E-number", "1.e3"), ("1e5.3", "E-number", "1e5.3"),
    ("x[1...n]", "E-number", "..."), ("0x10", "E-number", "0x10"), ("2e", "E-number", "2e"),
    ("2e + x", "E-number", "2e"), ("1__0", "E-number", "1__0"), ("1_", "E-number", "1_"),
    ("1e999", "E-number", "1e999"),
    ("x⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹", "E-number", "⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹⁹"),
    ("\"abc", "E-string", "\"abc"), ("load(\"a\\q\")", "E-string", "\\q"), ("\"abc\"", "E-string", "\"abc\""),
    ("load(\"a\" + b)", "E-string", "\"a\""), ("x \"a\"", "E-string", "\"a\""),
    ("√x", "E-character", "√"), ("a ** 2", "E-character", "**"), ("a && b", "E-character", "&&"),
    ("a ~ b", "E-character", "~"), ("a $ b", "E-character", "$"), ("a . b", "E-character", "."),
    ("x 2", "E-syntax", "2"), ("x²^3", "E-syntax", "^"), ("x²³ ²", "E-syntax", "²"), ("2^", "E-syntax", "^"),
    ("()", "E-syntax", "()"), ("f(x, end)", "E-syntax", "end"), ("A.T", "E-syntax", "A.T"),
    ("f([g.mu, 2])", "E-syntax", "g.mu"), ("f(1 + g.mu)", "E-syntax", "g.mu"), ("f(x, g.mu = 2)", "E-syntax", "g.mu"),
    ("‖‖x‖‖", "E-syntax", "‖"),
    ("f(mu = 1, x)", "E-syntax", "x"), ("E(x; y)", "E-syntax", "y"), ("x[1:3]", "E-syntax", ":"),
    ("x[]", "E-syntax", "[]"),
    ("[]", "E-syntax", "[]"), ("f(x,)", "E-syntax", ")"), ("f(x,; a = 1)", "E-syntax", ";"),
    ("f(x; a = 1; b = 2)", "E-syntax", ";"),
    ("f(,)", "E-syntax", ","), ("sum(x for i in 1..n)", "E-syntax", "for"), ("1..3", "E-syntax", ".."),
    ("[1..3]", "E-syntax", ".."), ("[i for i in 1..n if i > 2]", "E-syntax", "if"), ("a + not b", "E-syntax", "not"),
    ("a = 3", "E-syntax", "="), ("a if b else c", "E-syntax", "if"), ("if a then b", "E-syntax", "b"),
    ("x where y = 1 where z = 2", "E-syntax", "where"), ("∇2", "E-syntax", "2"), ("sum(i in 1..3)", "E-syntax", ")"),
    ("2*(a < b >= c)", "E-comparison", "a < b >= c"), ("a <= b == c > d", "E-comparison", "a <= b == c > d"),
    ("data + 1", "E-word", "data"), ("x where end = 1", "E-word", "end"), ("sum(data in 1..2: 3)", "E-word", "data"),
    ("(1 + 2", "E-bracket", "("), ("1 + 2)", "E-bracket", ")"),
    ("1/2 x", "E-slash", "2 x"), ("1/-2 x", "E-slash", "2 x"), ("a*b/c d*e", "E-slash", "c d"),
    ("sum(sin x)", "E-function", "sin x"), ("sin^2 (x)", "E-function", "sin^2 (x)"),
    ("w(a, b)", "E-function", "(a, b)"),
    ("w(i in 1..2: i)", "E-function", "(i in 1..2: i)"), ("w(mu = 2)", "E-function", "(mu = 2)"),
    ("w()", "E-function", "()"),
    ("(a, b)", "E-function", "(a, b)"), ("2 sin", "E-function", "sin"), ("sin sin x", "E-function", "sin"),
  ])
  func codesAndPlaces(_ text: String, _ code: String, _ marked: String) throws {
    let found = messages(text)
    #expect(found.count == 1, "\(found)")
    let first = try #require(found.first)
    let span = try #require(first.span)
    #expect(first.code.name == code)
    #expect(SourceFile(name: "", text: text).text(from: Int(span.start), to: Int(span.end)) == marked)
    #expect(!first.message.isEmpty)
  }

  /// What looks like the cases above and is fine.
  @Test(arguments: [
    "1/f(x)", "1/x^2", "1/(2 x)", "(1/2) x", "a/b*c d", "1/2*x", "1/x[1]", "1/-f(x)^2", "grad(E)", "f(sin)", "x^f(y)",
    "Es[2](x)", "x[end]", "x[f(end)]", "x[[1, end]]", "sum(sin(x))", "0 < x <= 1", "a == b < c",
    "a > b >= c != d", "grad(E, g.μ)", "grad(E, net.0.weight)",
  ])
  func accepted(_ text: String) {
    #expect(messages(text) == [])
  }

  private func rendered(_ text: String) -> String {
    var sources = SourceMap()
    _ = sources.add(SourceFile(name: "<expression>", text: text))
    return TextRenderer(sources: sources).render(messages(text))
  }

  @Test func aFractionNobodyAgreesOn() {
    #expect(
      rendered("1/2 x^T x") == """
        error[E-slash]: '1 / 2 x^T x' reads two ways
          <expression>:1:3
        1 | 1/2 x^T x
          |   ^^^^^^^ a product stands to the right of '/'
          = (1/2)*x^T x     half of the product
          = 1/(2 x^T x)     one over the product

        """)
  }

  @Test func aForgottenArgumentList() {
    #expect(
      rendered("sum(sin x)") == """
        error[E-function]: 'sin' is a function; write sin(x)
          <expression>:1:5
        1 | sum(sin x)
          |     ^^^^^

        """)
  }

  @Test(arguments: ["1/2 x^T x", "a*b/-c d*e", "sum(sin x)", "2 (sin (x - 1) y)"]) func readingsAreAccepted(
    _ text: String
  ) {
    for diagnostic in messages(text) {
      for hint in diagnostic.hints {
        guard let fix = hint.fixIt else { continue }
        var bytes = Array(text.utf8)
        bytes.replaceSubrange(Int(fix.span.start)..<Int(fix.span.end), with: fix.replacement.utf8)
        #expect(messages(String(decoding: bytes, as: UTF8.self)) == [])
      }
    }
  }

  @Test func bytesThatAreNotText() {
    let file = SourceFile(name: "a", bytes: Array("let a = ".utf8) + [0xFF, 0xFE] + Array("\nlet b = 2".utf8))
    let result = parse(file, id: 3)
    #expect(result.diagnostics.map(\.code.name) == ["E-encoding"])
    #expect(result.diagnostics[0].span == Span(file: 3, start: 8, end: 10))
    #expect(result.tree.statements.count == 2)
  }
}

@Suite struct RecoveryTests {
  @Test func eachStatementReportsItsOwn() {
    let text = """
      let a = 1 +
      let b = 2
      param data = 3
      energy f(x) = (x
      fn g(t) = t]
      print 2 $ 3
      let = 4
      let c = 5
      """
    let result = parseFile(text)
    let file = SourceFile(name: "", text: text)
    let lines = result.diagnostics.compactMap { $0.span.map { file.position(of: Int($0.start)).line } }
    #expect(lines == [1, 3, 4, 5, 6, 7])
    let intact = result.tree.statements.filter { !$0.hasErrors }.map { result.tree.text($0.span) }
    #expect(intact == ["let b = 2", "let c = 5"])
  }

  @Test func whereNamesReportTheirOwn() {
    let result = parseFile("energy f(x) = r *\n  where\n  r = x + )\n  s = 2 )\n  t = 3\nlet a = 2")
    #expect(result.diagnostics.count == 3)
    #expect(result.tree.statements.count == 2)
    #expect(result.tree.statements.map(\.hasErrors) == [true, false])
  }

  @Test func theNumberOfErrorsIsLimited() {
    let text = String(repeating: "let a = )\n", count: 1000)
    let result = parse(SourceFile(name: "", text: text), id: 0, limits: SyntaxLimits(errors: 7))
    #expect(result.diagnostics.filter { $0.severity == .error }.count == 7)
    #expect(result.diagnostics.last?.message == "993 further errors not shown")
  }
}
