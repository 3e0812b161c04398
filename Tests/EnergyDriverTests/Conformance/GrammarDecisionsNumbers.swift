import Testing

/// Decisions that keep numbers from being silently wrong: each refuses a reading that somebody would not have meant.
@Suite struct GrammarDecisionsNumbers {
  private static let vectors = "let u = [3, 4]\nlet v = [1, 2]\n"
  private static let matrices = "let A = [[1, 2], [3, 4]]\nlet x = [1, 2]\n"

  static let norms: [Sentence] = [
    Sentence("sumsq is the squared norm", vectors + "sumsq(u)", prints: "25"),
    Sentence("norm is the Euclidean one", vectors + "norm(u)", prints: "5"),
    Sentence("norm1 the sum of magnitudes", vectors + "norm1(-u)", prints: "7"),
    Sentence("norm(v)^2 is rewritten", "energy f(x : vector[d]) = norm(x)^2\nf\nscore(f)", prints: "sumsq(x)", "-2*x"),
    Sentence("norm2 names both", vectors + "norm2(u)", refused: "E-unknown", "norm(v)", "sumsq(v)"),
  ]
  @Test("a squared norm has one name, and norm2 is none", arguments: norms)
  func checkNorms(_ sentence: Sentence) { sentence.check() }

  static let dots: [Sentence] = [
    Sentence("u · v", vectors + "u · v", refused: "E-product", "u^T v", "u*v"),
    Sentence("u × v", vectors + "u × v", refused: "E-product", "cross(u, v)", "u*v"),
    Sentence("elsewhere they are *", vectors + "2 · 3 × u", prints: "[18, 24]"),
    Sentence("also between a matrix and a number", "[[1, 2], [3, 4]] × 2", prints: "[[2, 4], [6, 8]]"),
  ]
  @Test("a dot and a cross between two vectors are refused", arguments: dots)
  func checkDots(_ sentence: Sentence) { sentence.check() }

  static let hidden: [Sentence] = [
    Sentence("the note", "param step = 0.1\nstep + 1", remark: "N-hides", "step"),
    Sentence("never a product", "param step = 0.1\nstep(2)", refused: "E-function", "hides the built-in", "step*(…)"),
    Sentence("the product is written out", "param step = 0.1\nstep*(2)", prints: "0.2"),
    Sentence("a name that hides nothing multiplies", "param w = 0.5\nw(2)", prints: "1"),
  ]
  @Test("a value that hides a built-in isn't multiplied by what looks like its argument", arguments: hidden)
  func checkHidden(_ sentence: Sentence) { sentence.check() }

  static let bare: [Sentence] = [
    Sentence("a name unlike every function is a parameter", "kappa (x - 1)^2", prints: "kappa*(x - 1)^2"),
    Sentence("so is a letter", "a (x - 1)^2", prints: "a*(x - 1)^2"),
    Sentence("a name like a function isn't", "lgsumexp(x)", refused: "E-unknown", "did you mean 'logsumexp'?"),
    Sentence("nor one like an energy of std", "rosenbrok(x)", refused: "E-unknown", "rosenbrock"),
    Sentence("without a free x nothing is invented", "a + 1", refused: "E-unknown", "'a'"),
  ]
  @Test("in a bare expression unknown names are parameters, unless they look like functions", arguments: bare)
  func checkBare(_ sentence: Sentence) { sentence.with { $0.form = .expression }.check() }

  @Test("the signature that a bare expression got is always said")
  func echo() {
    #expect(
      session("a (x - mu)^T (x - mu)", form: .expression).expressionNote()
        == "energy(x : vector[d]); x is the sample; parameters in use: a : real, mu : vector[d]")
    Sentence("in files unknown names are errors", "energy f(x : real) = a*x", refused: "E-unknown", "'a'").check()
    Sentence("x too", "x + 1", refused: "E-unknown", "'x'").check()
  }

  static let powers: [Sentence] = [
    Sentence("A^2 is element-wise", matrices + "A^2", prints: "[[1, 4], [9, 16]]"),
    Sentence("sum(A^2)", matrices + "sum(A^2)", prints: "30"),
    Sentence("as a factor", matrices + "A^2 x", refused: "E-product", "A A", "square(A)"),
    Sentence("beside @", matrices + "A^2 @ A", refused: "E-product", "A A", "square(A)"),
    Sentence("in trace", matrices + "trace(A^2)", refused: "E-product", "A A", "square(A)"),
    Sentence("in det", matrices + "det(A^2)", refused: "E-product", "A A"),
    Sentence("in inv", matrices + "inv(A^2)", refused: "E-product", "A A"),
    Sentence("in solve", matrices + "solve(A^2, x)", refused: "E-product", "A A"),
    Sentence("square says which", matrices + "trace(square(A))\ntrace(A A)", prints: "17", "29"),
  ]
  @Test("a power of a matrix goes entry by entry, and not into products", arguments: powers)
  func checkPowers(_ sentence: Sentence) { sentence.check() }

  static let rows: [Sentence] = [
    Sentence("v^T is a row", vectors + "u^T + row(v)\nu^T v", prints: "[4, 6]", "11"),
    Sentence("a matrix of one row times a vector is a vector", "let W = [[1, 2]]\nlet v = [3, 4]\nW v", prints: "[11]"),
    Sentence(
      "which no energy is", "param W : matrix[1, 2] = [[1, 2]]\nenergy f(v : vector[2]) = W v", refused: "E-shape",
      "an energy must be real", "W[1, :]^T v"),
    Sentence(
      "a row isn't a matrix", "fn f(A : matrix[1, 2]) = sum(A)\nf([1, 2]^T)", refused: "E-shape", "matrix[1, 2]",
      "row[2]"
    ),
  ]
  @Test("rows and matrices of one row are different types", arguments: rows)
  func checkRows(_ sentence: Sentence) { sentence.check() }

  static let conditions: [Sentence] = [
    Sentence("one direction", "0 < 1 < 2", prints: "true"),
    Sentence("two directions", "0 < 1 > 2", refused: "E-comparison"),
    Sentence("a condition isn't a number", "let a = 1\n(a > 0) + 1", refused: "E-type", "then 1 else 0"),
    Sentence("if takes one condition", vectors + "if u > 3 then 1 else 0", refused: "E-type", "select"),
    Sentence("select takes many", vectors + "select(u > 3, u, v)", prints: "[1, 4]"),
  ]
  @Test("comparisons chain in one direction; conditions aren't numbers", arguments: conditions)
  func checkConditions(_ sentence: Sentence) { sentence.check() }

  static let whole: [Sentence] = [
    Sentence("mod is never negative", "[mod(i, 3) for i in -2..3]", prints: "[1, 2, 0, 1, 2, 0]"),
    Sentence("wrap counts from 1", "[wrap(i, 3) for i in 0..4]", prints: "[3, 1, 2, 3, 1]"),
    Sentence("div is whole", "div(7, 2)", prints: "3"),
    Sentence("/ isn't", "7/2", prints: "3.5"),
    Sentence("so it is no index", "let x = [1, 2, 3, 4]\nx[4/2]", refused: "E-index", "div"),
    Sentence("div is one", "let x = [1, 2, 3, 4]\nx[div(5, 2)]", prints: "2"),
  ]
  @Test("mod fits lattices, div makes whole numbers, and only those are indices", arguments: whole)
  func checkWhole(_ sentence: Sentence) { sentence.check() }

  static let indices: [Sentence] = [
    Sentence("0", "let x = [1, 2]\nx[0]", refused: "E-index", "1 to 2"),
    Sentence("-1", "let x = [1, 2]\nx[-1]", refused: "E-index", "1 to 2"),
    Sentence("3 of 2", "let x = [1, 2]\nx[3]", refused: "E-index", "1 to 2"),
    Sentence("d + 1 of d", "energy f(x : vector[d]) = x[d + 1]", refused: "E-index", "d"),
    Sentence("in a sum", "energy f(x : vector[d]) = sum(i in 1..d: x[i + 1])", refused: "E-index", "d"),
    Sentence("by a number that is known late", "dim n\nparam v : vector[n] = [1, 2, 3]\nv[n - 2]", prints: "1"),
    Sentence(
      "and out of range then", "dim n\nparam v : vector[n] = [1, 2]\nenergy f(x : vector[n]) = x[3]\nf(v)",
      refused: "E-index",
      "2"),
    Sentence(
      "by data", "data k : integer[2] = [1, 5]\nlet x = [1, 2, 3]\nx[k]", refused: "E-index", "5", "3"),
  ]
  @Test("an index out of range is an error, never another entry", arguments: indices)
  func checkIndices(_ sentence: Sentence) { sentence.check() }

  static let local: [Sentence] = [
    Sentence(
      "an index named as an argument", "energy f(x : vector[2]) = sum(x in 1..2: x)", refused: "E-redefined", "'x'"),
    Sentence(
      "two equal indices", "sum(i in 1..2: sum(i in 1..2: i))", refused: "E-redefined", "'i'"),
    Sentence("a where-name as an argument", "energy f(x : real) = x where x = 2", refused: "E-redefined", "'x'"),
    Sentence("two equal where-names", "energy f(x : real) = r*x where r = 2, r = 3", refused: "E-redefined", "'r'"),
    Sentence("two equal arguments", "fn f(a, a) = a\nf(1, 2)", refused: "E-redefined", "'a'"),
    Sentence("a top-level name may be hidden", "let a = 1\nfn f(a) = a\nf(2)\nsum(a in 1..3: a)", prints: "2", "6"),
    Sentence(
      "an own parameter that hides a param is noted", "param k = 1\nenergy f(x : real; k : real = 2) = k*x\nf(1)",
      remark: "N-hides", "'k'", "hides the param"),
  ]
  @Test("a local name repeats no local name; a top-level name may be hidden", arguments: local)
  func checkLocal(_ sentence: Sentence) { sentence.check() }
}
