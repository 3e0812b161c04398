import Testing

@testable import EnergyDriver

/// What sizes and shapes are inferred from, and what is said where they don't fit.
@Suite struct SizeSentences {
  static let arithmetic: [Sentence] = [
    Sentence("a multiple", "energy f(x : vector[2*m]) = m\nf([1, 2, 3, 4])", prints: "2"),
    Sentence(
      "that isn't one", "energy f(x : vector[2*m]) = m\nf([1, 2, 3])", refused: "E-shape", "vector[2*m]", "vector[3]"),
    Sentence(
      "a product with a known size", "fn f(A : matrix[m, n], v : vector[m*n]) = n\nf([[1, 2, 3]], [1, 2, 3])",
      prints: "3"),
    Sentence(
      "in whatever order they stand", "fn f(v : vector[m*n], A : matrix[m, 2]) = n\nf([1, 2, 3, 4, 5, 6], [[1, 2]])",
      prints: "6"),
    Sentence(
      "that doesn't fit", "fn f(A : matrix[m, 2], v : vector[m*n]) = n\nf([[1, 2], [3, 4]], [1, 2, 3])",
      refused: "E-shape", "vector[m*n]", "vector[3]"),
    Sentence(
      "two unknown factors", "fn f(v : vector[m*n]) = n\nf([1, 2, 3, 4])", refused: "E-shape", "vector[m*n]"),
    Sentence("a difference", "energy f(x : vector[d], y : vector[d - 1]) = d\nf([1, 2, 3], [1, 2])", prints: "3"),
    Sentence(
      "symbolic sizes match symbolic ones",
      "energy f(x : vector[m + 1]) = m*sum(x)\n"
        + "energy g(x : vector[n + 2]) = f(x)\ng([1, 2, 3])", prints: "12"),
    Sentence(
      "products at top level",
      "dim n, m\nparam A : matrix[n, m] = [[1, 2, 3], [4, 5, 6]]\n"
        + "param v : vector[n*m] = [1, 2, 3, 4, 5, 6]\nsize(v)", prints: "6"),
    Sentence(
      "that disagree",
      "dim n, m\nparam A : matrix[n, m] = [[1, 2, 3], [4, 5, 6]]\n"
        + "param v : vector[n*m] = [1, 2, 3, 4, 5]\nsize(v)", refused: "E-size",
      "m*n is 6, but 5 from v", "m = 3 from A", "n = 2 from A"),
  ]
  @Test("sizes in signatures are computed with", arguments: arithmetic)
  func checkArithmetic(_ sentence: Sentence) { sentence.check() }

  static let calls: [Sentence] = [
    Sentence(
      "through three functions", "fn a(v) = 2*b(v)\nfn b(v) = 1 + c(v)\nfn c(v) = v[3]\na([1, 2])", refused: "E-index",
      "in the call of c at test.energy:2:15", "in the call of b at test.energy:1:13",
      "in the call of a at test.energy:4:1"),
    Sentence(
      "and an energy", "fn c(v : vector[3]) = sum(v)\nenergy f(x : vector[d]) = c(x)\nf([1, 2])", refused: "E-shape",
      "vector[3]",
      "in the call of c"),
    Sentence("each call has its own shapes", "fn f(v) = sum(v)\nf([1, 2]) + f([[1, 2], [3, 4]]) + f(1)", prints: "14"),
    Sentence(
      "a default may use other arguments", "fn f(a, b = 2*a) = a + b\nf(1)\nf(1, 5)\nf(b = 1, a = 3)", prints: "3", "6",
      "4"),
    Sentence("a result type", "fn f(v : vector[n]) : vector[n] = v + 1\nf([1, 2])", prints: "[2, 3]"),
    Sentence(
      "that isn't kept", "fn f(v : vector[n]) : real = v + 1\nf([1, 2])", refused: "E-shape", "real", "vector[2]"),
    Sentence("nor its size", "fn f(v : vector[n]) : vector[n + 1] = v\nf([1, 2])", refused: "E-shape", "vector[n + 1]"),
    Sentence("a missing argument", "fn f(a, b) = a + b\nf(1)", refused: "E-arguments", "needs its argument 'b'"),
  ]
  @Test("functions are checked at each call, and the message has the way to it", arguments: calls)
  func checkCalls(_ sentence: Sentence) { sentence.check() }

  static let inferred: [Sentence] = [
    Sentence("from its value", "param W = [[1, 2], [3, 4]]\nW ([1, 1])", prints: "[3, 7]"),
    Sentence("from a file", "dim n, d\ndata X : matrix[n, d] = load(\"x.csv\")\nn + d", prints: "5")
      .with { $0.files = ["x.csv": "1,2\n3,4\n5,6\n"] },
    Sentence("from use", "energy f(x : vector[2]; W) = sumsq(W x)\nf([1, 1], W = [[1, 2], [3, 4]])", prints: "58"),
    Sentence("from outside", "dim n\nparam v : vector[n]\nn", prints: "3").with { $0.settings = ["v": "[1, 2, 3]"] },
    Sentence(
      "from a default", "energy f(x : vector[d]; mu : vector[d] = [1, 2]) = sumsq(x - mu)\nf([1, 3])\nscore(f)([0, 0])",
      prints: "1", "[2, 4]"),
  ]
  @Test("shapes come from values, from files and from use", arguments: inferred)
  func checkInferred(_ sentence: Sentence) { sentence.check() }

  @Test(
    "a bare expression says what it found",
    arguments: [
      (
        "0.5*(x - mu)^T P (x - mu)",
        "energy(x : vector[d]); x is the sample; parameters in use: mu : vector[d], P : matrix[d, d]"
      ),
      ("sumsq(W x + b)", "energy(x : vector[d]); x is the sample; parameters in use: W : matrix[p, d], b : vector[p]"),
      ("sum(i in 1..n: x[i]^2)", "energy(x : vector[n]); x is the sample"),
      ("x^2", "energy(x : real); x is the sample"),
    ])
  func echoed(_ text: String, _ note: String) {
    #expect(session(text, form: .expression).expressionNote() == note)
  }
}
