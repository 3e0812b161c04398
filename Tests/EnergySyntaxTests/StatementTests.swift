import EnergySyntax
import EnergyText
import Testing

@Suite struct StatementTests {
  @Test(arguments: [
    ("dim n, d = 8", "dim n, d = 8"),
    ("param mu : vector[2] = [0, 1]", "param mu : vector[2] = (list 0 1)"),
    ("param W : matrix[h, n] = load(\"w.npy\")", "param W : matrix[h, n] = (run load (group \"w.npy\"))"),
    ("param a", "param a"),
    ("param a = b where b = 2", "param a = b where b = 2"),
    ("param net : mlp[2, 128, 1](silu)", "param net : mlp[2, 128, 1](silu)"),
    ("param t : interval[n](0, 1)", "param t : interval[n](0, 1)"),
    ("data X : matrix[n, d - 1]", "data X : matrix[n, (sum +d -1)]"),
    ("let a : real = 2 b where b = 3", "let a : real = (run 2 b) where b = 3"),
    ("fn f(t, s = 1) = t*s", "fn f(t, s = 1) = (product *t *s)"),
    ("fn f() : real = 1", "fn f() : real = 1"),
    ("fn f(t : vector[n]; k = 2) = t", "fn f(t : vector[n]; k = 2) = t"),
    ("energy f(x : vector[d]; mu : vector[d], P) = x", "energy f(x : vector[d]; mu : vector[d], P) = x"),
    ("energy f(x; base : energy, Es : energy[k]) = x", "energy f(x; base : energy, Es : energy[k]) = x"),
    ("energy left = gaussian(mu = [-2, 0])", "energy left = (run gaussian (group mu=(list (neg 2) 0)))"),
    ("energy f(x) = r where r = x - mu, s6(i, j) = i", "energy f(x) = r where r = (sum +x -mu), s6(i, j) = i"),
    ("import gaussian, mixture as m from std", "import gaussian, mixture as m from std"),
    ("import a from \"b.energy\"", "import a from \"b.energy\""),
    ("print a where a = 1", "print a where a = 1"),
    ("check E", "check E"),
    ("emit cuda E to \"f.cu\"", "emit cuda E to f.cu"),
    ("emit cuda score(E)", "emit cuda (run score (group E))"),
    ("save f(x) to \"f.npy\"", "save (run f (group x)) to f.npy"),
    ("plot E", "plot E"),
    ("plot E over [-3, 3] x [-2, 2] to \"f.svg\"", "plot E [(neg 3), 3] [(neg 2), 2] to f.svg"),
    ("plot E over [0, 1] × [0, 1] with data X", "plot E [0, 1] [0, 1] data X"),
    ("score(gaussian)", "(run score (group gaussian))"),
    ("-x", "(neg x)"),
  ])
  func forms(_ text: String, _ expected: String) {
    let result = parseFile(text)
    #expect(result.diagnostics.isEmpty)
    #expect(outline(result) == [expected])
  }

  @Test(arguments: [
    "dim", "dim n,", "dim 3", "param", "param : real", "param a :", "let a", "let f(x) = 1", "fn f = 1", "fn f(x,) = 1",
    "fn f(x;) = 1", "fn f(;;) = 1", "fn f(1) = 1", "energy = 1", "energy f(x)", "energy f(x : 3) = x", "import a",
    "import a from",
    "import a from b", "print", "check", "emit E", "save x", "save x to y", "plot E over", "plot E over [1]",
    "plot E with X", "plot E to 3", "x where", "x where a", "x where a()", "x where a(i j) = 1", "dim n where n = 2",
    "save x to \"a\" where x = 1", "a = 3", "a : real = 3", "f(x) = 3", "param a.b = 2", "param energy = 2", "else",
    "]",
  ])
  func refused(_ text: String) {
    let result = parseFile(text)
    #expect(result.diagnostics.count == 1, "\(result.diagnostics.map(\.message))")
    #expect(parseFile(text + "\nlet b = 2").tree.statements.contains { !$0.hasErrors })
  }

  @Test func semicolonsSeparate() {
    #expect(outline(parseFile("a; b ;; c # d; e\nf;")) == ["a", "b", "c", "f"])
  }

  @Test func nothingIsAProgram() {
    for text in ["", "\n\n", "# only a comment", "\u{FEFF}# bom", "  \n \t\n", ";"] {
      let result = parseFile(text)
      #expect(result.diagnostics.isEmpty)
      #expect(result.tree.statements.isEmpty)
    }
    #expect(parseExpression(" ").diagnostics.first?.code == "E-syntax")
    #expect(parseExpression("a; b").diagnostics.first?.code == "E-syntax")
  }

  @Test func spansOfStatements() throws {
    let text = "let a = 1 # one\nenergy f(x) = r +\n  2 where\n  r = x\n"
    let tree = parseFile(text).tree
    #expect(tree.statements.map { tree.text($0.span) } == ["let a = 1", "energy f(x) = r +\n  2 where\n  r = x"])
    #expect(tree.statements[1].whereDefinitions.map { tree.text($0.span) } == ["r = x"])
  }
}

@Suite struct LayoutTests {
  @Test(
    arguments: [
      ("let a = 2 +\n3", ["let a = (sum +2 +3)"]),
      ("let a = 2\n  - 3", ["let a = (sum +2 -3)"]),
      ("let a =\n  2", ["let a = 2"]),
      ("let a = f(x,\ny)\nb", ["let a = (run f (group x y))", "b"]),
      ("let a = [1,\n2\n]\nb", ["let a = (list 1 2)", "b"]),
      ("let a = if c\n  then 1\n  else 2", ["let a = (if c 1 2)"]),
      ("let a = if c then\n1 else\n2", ["let a = (if c 1 2)"]),
      ("a\n  ^T b", ["(run a ^T b)"]),
      ("a\n  ' b", ["(run a ^T b)"]),
      ("a^T\nb", ["(run a ^T)", "b"]),
      ("a^\nT\nb", ["(run a ^T)", "b"]),
      ("a # comment\n\n  # another\n  + b", ["(sum +a +b)"]),
      ("a +\n\n# comment\n  b", ["(sum +a +b)"]),
      ("a == b\n  and c", ["(and (compare a == b) c)"]),
      ("energy f(x) = r where\n  r = x", ["energy f(x) = r where r = x"]),
      (
        "energy f(x) = r\n  where r = x\n  s = 2\n  g(i, j) = i\nb",
        [
          "energy f(x) = r where r = x, s = 2, g(i, j) = i", "b",
        ]
      ),
      (
        "energy f(x) = r\n  where\n    r = x\n      + 1\n    s = 2,\n    t = 3",
        [
          "energy f(x) = r where r = (sum +x +1), s = 2, t = 3"
        ]
      ),
      ("dim n,\nd", ["dim n, d"]),
      ("plot E\n  over [0, 1]\n  to \"a\"", ["plot E [0, 1] to a"]),
      ("a\r\nb\r\n", ["a", "b"]),
      ("energy f(x;\n  mu : vector[2]\n) = x", ["energy f(x; mu : vector[2]) = x"]),
      ("energy f(x; base :\nenergy) = x", ["energy f(x; base : energy) = x"]),
      ("a;  b", ["a", "b"]),
    ] as [(String, [String])])
  func statements(_ text: String, _ expected: [String]) {
    let result = parseFile(text)
    #expect(result.diagnostics.map(\.message) == [])
    #expect(outline(result) == expected)
  }

  @Test(arguments: [
    ("let a = 2\n- 3", "E-layout", 2, 1),
    ("let a = 2\n*3", "E-layout", 2, 1),
    ("let a = b\n'c", "E-layout", 2, 1),
    ("energy f(x) = r\nwhere r = x", "E-layout", 2, 1),
    ("let a = 2\n  3", "E-layout", 2, 3),
    ("let a = 2\n  b = 3", "E-layout", 2, 3),
    ("  let a = 2", "E-layout", 1, 3),
    ("let a = 2;\n  - 3", "E-layout", 2, 3),
    ("let a = 2 +\n\t3", "E-layout", 2, 1),
    ("let a = (1 +\n 2\nlet b = 3", "E-bracket", 1, 9),
    ("let a = [1, 2", "E-bracket", 1, 9),
    ("let a = (1\nenergy f(x) = x", "E-bracket", 1, 9),
    ("let a = 1)", "E-bracket", 1, 10),
    ("let a = (1]", "E-bracket", 1, 11),
    ("let a = 1 +\nlet b = 2", "E-syntax", 1, 12),
  ])
  func errors(_ text: String, _ code: String, _ line: Int, _ column: Int) throws {
    let diagnostics = parseFile(text).diagnostics
    #expect(diagnostics.count == 1)
    let first = try #require(diagnostics.first)
    let position = SourceFile(name: "", text: text).position(of: Int(try #require(first.span).start))
    #expect(first.code.name == code)
    #expect([position.line, position.column] == [line, column])
  }

  @Test func anIndentedFileIsOneMistake() {
    #expect(parseFile("  let a = 1\n  let b = 2\n  a + b\n").diagnostics.count == 1)
  }

  @Test func tabsWithinBracketsAndLinesAreFine() {
    #expect(parseFile("let\ta = f(\n\tx,\n\ty)").diagnostics.isEmpty)
  }

  @Test func fixItsMend() throws {
    for text in ["let a = 2\n- 3", "let a = 2 +\n\t3", "a = 2", "let data = 3", "let a = 1.", "let a = 0x10", "A.T"] {
      let diagnostic = try #require(parseFile(text).diagnostics.first)
      let fix = try #require(diagnostic.hints.first?.fixIt)
      var bytes = Array(text.utf8)
      bytes.replaceSubrange(Int(fix.span.start)..<Int(fix.span.end), with: fix.replacement.utf8)
      #expect(parseFile(String(decoding: bytes, as: UTF8.self)).diagnostics.isEmpty, "\(text)")
    }
  }

  @Test func expressionsTakeLineBreaksAsWhiteSpace() {
    #expect(tree("a\n- b\nc") == "(sum +a -(mul b c))")
    let result = parseExpression("r + s where r = 1\ns = 2")
    #expect(outline(result) == ["(sum +r +s) where r = 1, s = 2"])
  }
}
