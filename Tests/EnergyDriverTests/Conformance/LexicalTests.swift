import Testing

/// How a text is cut into words, and where statements end.
@Suite struct LexicalTests {
  @Test(arguments: texts + layout + names) func holds(_ sentence: Sentence) { sentence.check() }

  static let texts: [Sentence] = [
    Sentence("'#' starts a comment", "# nothing\nlet a = 2 # and more\na", prints: "2"),
    Sentence("strings are in double quotes", "data X : matrix[2, 2] = load(\"x.csv\")\nX", prints: "[[1, 2], [3, 4]]")
      .with { $0.files = ["x.csv": "1,2\n3,4\n"] },
    Sentence("a quote is the transpose", "let A = [[1, 2], [3, 4]]\nA'", prints: "[[1, 3], [2, 4]]"),
    Sentence("Greek letters are their names", "let α = 2\nalpha + α", prints: "4"),
    Sentence("'·' and '×' multiply", "let a = 2\na·3 + a × 4", prints: "14"),
    Sentence(
      "'·' is refused between two vectors", "let u = [1, 2]\nlet v = [3, 4]\nu·v", refused: "E-product", "u^T v", "u*v"),
    Sentence(
      "'×' is refused between two vectors", "let u = [1, 2, 3]\nlet v = [3, 4, 5]\nu × v", refused: "E-product",
      "cross(u, v)", "u*v"),
    Sentence("ᵀ is ^T", "[[1, 2], [3, 4]]ᵀ\n[[1, 2], [3, 4]]^T", prints: "[[1, 3], [2, 4]]", "[[1, 3], [2, 4]]"),
    Sentence("superscript digits are powers", "2³ + 2⁻¹", prints: "8.5"),
    Sentence("≤ ≥ ≠ − are <= >= != -", "1 ≤ 2\n1 ≥ 2\n1 ≠ 2\n3 − 1", prints: "true", "false", "true", "2"),
    Sentence("‖v‖ is norm(v)", "‖[3, 4]‖ + norm([3, 4])", prints: "10"),
    Sentence("∇E is grad(E)", "energy f(x : vector[2]) = sumsq(x)\n∇f\ngrad(f)", prints: "2*x", "2*x"),
    Sentence("pi is the number", "pi", gives: 3.141592653589793),
    Sentence("inf, nan, true and false are constants", "inf\nnan\ntrue\nfalse", prints: "inf", "nan", "true", "false"),
    Sentence("numbers have exponents and separators", "1_000 + 1e3 + .5", prints: "2000.5"),
    Sentence("a number needs a digit behind its point", "1.", refused: "E-number", "1.0"),
    Sentence("numbers are decimal", "0x10", refused: "E-number", "16"),
  ]

  static let layout: [Sentence] = [
    Sentence("a newline ends a statement", "let a = 2\nlet b = 3\na + b", prints: "5"),
    Sentence("not within brackets", "let a = (2\n+ 3)\na", prints: "5"),
    Sentence("not behind an operator", "let a = 2 +\n3\na", prints: "5"),
    Sentence("not before an indented operator", "let a = 2\n  - 3\na", prints: "-1"),
    Sentence("an operator at the margin is no guess", "let a = 2\n- 3", refused: "E-layout", "indent"),
    Sentence("an indented line is no guess", "let a = 2\n  3", refused: "E-layout"),
    Sentence("a tab doesn't indent", "let a = 2\n\t+ 3", refused: "E-layout", "spaces"),
    Sentence("an open bracket is named", "let a = [1, 2\nlet b = 3", refused: "E-bracket", "1:9"),
    Sentence("';' separates statements", "let a = 1; let b = 2; a + b", prints: "3"),
    Sentence(
      "'where' names may stand on lines of their own",
      "energy f(x : vector[2]) = s(r)\n  where r = x - 1\n        s(t) = t^T t\nf([1, 2])", prints: "1"),
  ]

  static let names: [Sentence] = [
    Sentence(
      "e, i, E, T and d stay free", "let e = 1\nlet i = 2\nlet E = 3\nlet T = 4\nlet d = 5\ne + i + E + T + d",
      prints: "15"),
    Sentence("words of the language can't be names", "param data = 1", refused: "E-word", "obs"),
    Sentence("constants can't be redefined", "let pi = 3", refused: "E-word"),
    Sentence("a subscript is part of a name", "let x₁ = 3\nx_1", prints: "3"),
    Sentence("both signs for µ are mu", "let µ = 2\nmu + μ", prints: "4"),
    Sentence("a superscript isn't part of a name", "let x = 3\nx²", prints: "9"),
  ]
}
