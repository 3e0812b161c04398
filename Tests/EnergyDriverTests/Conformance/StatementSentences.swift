import Testing

/// Parameters, data and statements.
@Suite struct StatementSentences {
  @Test(arguments: parameters + statements + errors) func holds(_ sentence: Sentence) { sentence.check() }

  static let parameters: [Sentence] = [
    Sentence("param with a value", "param a = 1.5\na", prints: "1.5"),
    Sentence("a value from outside", "param a = 1.5\na", prints: "2").with { $0.settings = ["a": "2"] },
    Sentence(
      "data are never differentiated", "data y = 2.0\nenergy f(x : real) = x*y\ngrad(f, y)", refused: "E-type",
      "declare it with 'param'"),
    Sentence("a let never sees a sample", "energy f(x : real) = r^2\nlet r = x - 1", refused: "E-unknown", "where"),
    Sentence(
      "gradients flow through a let", "param a = 2.0\nlet b = a^2\nenergy f(x : real) = b*x\ngrad(f, a)(3)",
      prints: "12"),
    Sentence(
      "mean and cov of data", "data X : matrix[3, 2] = [[1, 2], [3, 4], [5, 9]]\nmean(X, axis = 1)\ncov(X)",
      prints: "[3, 5]", "[[4, 7], [7, 13]]"),
    Sentence("load stands alone", "let s = 2*load(\"x.csv\")", refused: "E-type", "data"),
    Sentence("non-finite data are an error", "data y : vector[2] = load(\"y.csv\")", refused: "E-value", "allow_nan")
      .with { $0.files = ["y.csv": "1\nnan\n"] },
    Sentence("unless they are welcome", "data y : vector[2] = load(\"y.csv\", allow_nan = true)\ny[1]", prints: "1")
      .with { $0.files = ["y.csv": "1\nnan\n"] },
  ]

  static let statements: [Sentence] = [
    Sentence("a bare expression prints its value", "1 + 1", prints: "2"),
    Sentence("a bare function prints its formula", "energy f(x : vector[d]) = sumsq(x)\nf", prints: "sumsq(x)"),
    Sentence("print", "print 2*3", prints: "6"),
    Sentence("a name can't be redefined in a file", "let a = 1\nlet a = 2", refused: "E-redefined", "1:5"),
    Sentence(
      "save needs a value", "energy f(x : vector[d]) = sumsq(x)\nsave f to \"f.npy\"", refused: "E-type", "call it"),
    Sentence("hiding a built-in draws a note", "param step = 0.1\nstep", remark: "N-hides", "hides the built-in"),
    Sentence("and a call of it is then an error", "param step = 0.1\nstep(2)", refused: "E-function", "hides"),
  ]

  static let errors: [Sentence] = [
    Sentence(
      "several independent errors are reported in one run",
      "let a = sin(1, 2)\nlet b = undefined_name\nlet c = [1, 2][3]",
      refused: "E-arguments", "E-unknown", "E-index"),
    Sentence("a failed definition isn't reported again", "let a = [1, 2][3]\nlet b = a + 1\nb", refused: "E-index"),
    Sentence("a mistyped function is guessed", "lgsumexp([1, 2])", refused: "E-unknown", "did you mean 'logsumexp'"),
    Sentence("a forgotten argument list", "let x = [1, 2]\nsum(sin x)", refused: "E-function", "sin("),
    Sentence("norm2 is refused with both readings", "norm2([1, 2])", refused: "E-unknown", "norm(v)", "sumsq(v)"),
  ]
}
