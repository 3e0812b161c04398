import Testing

/// What the grammar says of words, layout and the order of operators, beyond the decisions.
@Suite struct GrammarDetails {
  static let numbers: [Sentence] = [
    Sentence("1.e3", "1.e3", refused: "E-number", "1.0e3"),
    Sentence("1e5.3", "1e5.3", refused: "E-number", "10^5.3"),
    Sentence("1...n", "let n = 3\n[i for i in 1...n]", refused: "E-number", "two points", ".."),
    Sentence("0x10", "0x10", refused: "E-number", "decimal", "16"),
    Sentence("2e", "let e = 3\n2e", refused: "E-number", "2*e"),
    Sentence("a range of whole numbers", "[i for i in 1..3]", prints: "[1, 2, 3]"),
    Sentence("a point before digits", ".5 + 1_0.5", prints: "11"),
    Sentence("'_' at the end", "1_", refused: "E-number"),
  ]
  @Test("numbers are refused where they can be read two ways, with what to write", arguments: numbers)
  func checkNumbers(_ sentence: Sentence) { sentence.check() }

  static let words: [Sentence] = [
    Sentence("^T2 and ^Tb are powers", "let x = 3\nlet T2 = 2\nlet Tb = 3\nx^T2\nx^Tb", prints: "9", "27"),
    Sentence("^ T is the transpose", "let v = [1, 2]\nv^ T v\nv ^T v", prints: "5", "5"),
    Sentence("both phis are phi", "let ϕ = 2\nφ + phi", prints: "4"),
    Sentence("superscripts have several digits", "let y = 2\ny¹⁰", prints: "1024"),
    Sentence("e and E end no number without digits", "let e = 3\n2*e", prints: "6"),
    Sentence("texts have escapes", "data y : vector[1] = load(\"a\\\"b.csv\")\ny", prints: "[1]")
      .with { $0.files = ["a\"b.csv": "1\n"] },
  ]
  @Test("names, transposes and superscripts are told apart", arguments: words)
  func checkWords(_ sentence: Sentence) { sentence.check() }

  static let layout: [Sentence] = [
    Sentence("comments and blank lines don't count", "let a = 1 +\n# remark\n\n  2\n\n  + 3\na", prints: "6"),
    Sentence("behind '='", "let a =\n  2\na", prints: "2"),
    Sentence("behind ','", "dim a = 1,\n  b = 2\na + b", prints: "3"),
    Sentence("behind 'then' and 'else'", "let a = if true then\n  1 else\n  2\na", prints: "1"),
    Sentence("before 'then' and 'else'", "let a = if true\n  then 1\n  else 2\na", prints: "1"),
    Sentence("behind 'and', 'or' and 'not'", "true and\n  false or\n  not\n  false", prints: "true"),
    Sentence("before 'and' and 'or'", "true\n  and false\n  or true", prints: "true"),
    Sentence("behind 'where'", "b where\n  b = 2", prints: "2"),
    Sentence("before 'where'", "b\n  where b = 2", prints: "2"),
    Sentence("before 'for', 'by' and 'to'", "[i\n  for i in 1..5\n  by 2]", prints: "[1, 3, 5]"),
    Sentence("a margin ends a sentence", "let a = 2\n- 3", refused: "E-layout", "indent"),
  ]
  func checkLayout(_ sentence: Sentence) { sentence.check() }

  static let order: [Sentence] = [
    Sentence("exponents nest to the right", "2^-2^2", prints: "0.0625"),
    Sentence("the transpose takes what stands before it", "let x = [1, 2]\nx^2^T x", prints: "9"),
    Sentence("a sign may stand in an exponent", "2^+3", prints: "8"),
    Sentence("'/' looks through a minus", "let a = 1\nlet b = 2\nlet c = 3\na / -b c", refused: "E-slash", "(a/-b)*c"),
    Sentence("a power isn't a product", "let a = 8\nlet b = 2\na / b^2", prints: "2"),
    Sentence("'/' groups to the left", "8/2/2", prints: "2"),
    Sentence(
      "an index sticks to what stands before it", "let P = [[1, 2], [3, 4]]\nlet x = [5, 6]\nP (x)[1]",
      prints: "[[5, 10], [15, 20]]"),
    Sentence("behind a call it takes from the result", "fn f(x) = 2*x\nlet x = [5, 6]\nf(x)[1]", prints: "10"),
    Sentence("x^a(y) multiplies", "let a = 2\nlet x = 3\nlet y = 5\nx^a(y)", prints: "45"),
    Sentence("x^f(y) calls", "fn f(y) = y - 3\nlet x = 3\nlet y = 5\nx^f(y)", prints: "9"),
    Sentence("a call of a call", "energy E(x : vector[2]) = sumsq(x)\nscore(E)([1, 2])", prints: "[-2, -4]"),
    Sentence("several arguments behind a value", "let w = 2\nw(1, 2)", refused: "E-function", "isn't a function"),
    Sentence("a name behind a value", "let w = 2\nw(a = 2)", refused: "E-function", "isn't a function"),
    Sentence("an index behind a value", "let w = 2\nw(i in 1..2: i)", refused: "E-function", "isn't a function"),
    Sentence("norms don't nest", "‖‖[1]‖‖", refused: "E-syntax", "nest"),
    Sentence("an if may be the last operand", "let d = 4\n10 - if d < 0 then 1 else d + 1", prints: "5"),
    Sentence("a list may end with a comma", "[1, 2,]", prints: "[1, 2]"),
    Sentence("one where a statement", "a where a = 1 where b = 2", refused: "E-syntax", "one 'where'"),
  ]
  @Test("operators bind as the table says", arguments: order)
  func checkOrder(_ sentence: Sentence) { sentence.check() }

  static let late: [Sentence] = [
    Sentence(
      "an index of data is checked when it is known",
      "energy f(x : vector[3]) = sum(i in 1..3: x[idx[i]])\ndata idx : integer[3] = [1, 2, 4]\nf([1, 2, 3])",
      refused: "E-index", "index 4", "3 entries"),
    Sentence(
      "a list of energies by a literal",
      "energy f(x : real) = x^2\nenergy g(x : real) = x^3\n"
        + "energy both(x : real; Es : energy[k]) = Es[1](x) + 10*Es[2](x)\nenergy h = both(Es = [f, g])\nh(2)",
      prints: "84"),
    Sentence(
      "beyond its end",
      "energy f(x : real) = x^2\nenergy g(x : real; Es : energy[k]) = Es[3](x)\nenergy h = g(Es = [f, f])",
      refused: "E-index", "1 to 2"),
    Sentence(
      "and of another number than the weights",
      "energy f(x : real) = x^2\nenergy g(x : real; w : vector[k], Es : energy[k]) = sum(i in 1..k: w[i]*Es[i](x))\n"
        + "energy h = g(w = [1, 2, 3], Es = [f, f])\nh(1)", refused: "E-shape", "a list of 2 energies", "k is 3 here"),
  ]
  @Test("what is known late is checked late", arguments: late)
  func checkLate(_ sentence: Sentence) { sentence.check() }
}
