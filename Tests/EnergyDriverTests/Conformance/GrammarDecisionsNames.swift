import Testing

@testable import EnergyDriver

/// Decisions about names, their order and what sees them.
@Suite struct GrammarDecisionsNames {
  static let order: [Sentence] = [
    Sentence("any order", "f([1, 2])\nenergy f(x : vector[d]) = k*g(x)\nfn g(t) = sum(t)\nlet k = 2", prints: "6"),
    Sentence("a cycle of lets", "let a = b\nlet b = c\nlet c = a", refused: "E-cycle", "a -> b -> c -> a", "fold"),
    Sentence("a fn that calls itself", "fn f(n) = n*f(n - 1)\nf(3)", refused: "E-cycle", "f -> f", "fold"),
    Sentence("through another", "fn f(n) = g(n)\nfn g(n) = f(n)\nf(3)", refused: "E-cycle", "f -> g -> f", "fold"),
    Sentence("an energy in itself", "energy f(x : real) = f(x) + 1", refused: "E-cycle", "f"),
    Sentence("a param through a let", "param a = b\nlet b = a", refused: "E-cycle", "a -> b -> a"),
    Sentence("statements run from the top", "print 1\nlet a = 2\nprint a\n3", prints: "1", "2", "3"),
  ]
  @Test("definitions are seen everywhere, circles are printed, statements run in order", arguments: order)
  func checkOrder(_ sentence: Sentence) { sentence.check() }

  static let samples: [Sentence] = [
    Sentence(
      "a let sees no sample", "energy f(x : real) = a*x\nlet a = x + 1", refused: "E-unknown", "'x' is a sample of f",
      "where"),
    Sentence(
      "a where-name sees no index", "energy f(x : vector[3]) = sum(i in 1..3: r^2) where r = x[i] - 1",
      refused: "E-unknown", "doesn't see the index 'i'", "r(i) = …"),
    Sentence(
      "with an argument it does",
      "energy f(x : vector[3]) = sum(i in 1..3: r(i)^2) where r(i) = x[i] - 1\nf([1, 2, 3])",
      prints: "5"),
    Sentence("it sees arguments and other names", "fn f(t) = b where b = a + t, a = 2*t\nf(2)", prints: "6"),
  ]
  @Test("a let sees no sample, and a where-name no index of the body", arguments: samples)
  func checkSamples(_ sentence: Sentence) { sentence.check() }

  @Test("a where-name that doesn't depend on the sample is computed once, like a let")
  func hoisted() throws {
    // A matrix that has no inverse is an error of the whole run, not of a row, where it is the same for all rows.
    Sentence(
      "found before the first row",
      "energy f(x : vector[2]) = x^T B x where B = inv(A)\nlet A = [[1, 2], [2, 4]]\nf([1, 2])", refused: "E-singular"
    ).check()
    let same = session("energy f(x : vector[2]) = x^T B x where B = inv([[2, 0], [0, 4]])")
    #expect(try same.values([.energy], at: [1, 2, 2, 4], shape: [2, 2]) == [[1.5, 6]])
  }

  static let words: [Sentence] = [
    Sentence("data", "param data = 1", refused: "E-word", "obs"),
    Sentence("in", "let in = 1", refused: "E-word"),
    Sentence("as an argument", "fn f(end) = 1", refused: "E-word"),
    Sentence(
      "e, i, E, T and d are free", "let e = 1\nlet i = 2\nlet E = 3\nlet T = 4\nlet d = 5\ne + i + E + T + d",
      prints: "15"),
    Sentence("T behind ^ is the transpose", "let T = 2\nlet v = [1, 2]\nv^T v", prints: "5"),
    Sentence("a scalar has none", "let T = 2\nlet x = 3\nx^T", refused: "E-shape", "x^(T)"),
    Sentence("the power is written with parentheses", "let T = 2\nlet x = 3\nx^(T)", prints: "9"),
    Sentence("constants aren't redefined", "let pi = 3", refused: "E-word"),
  ]
  @Test("words of the language name nothing else; one-letter names stay free", arguments: words)
  func checkWords(_ sentence: Sentence) { sentence.check() }

  static let dims: [Sentence] = [
    Sentence("a typo makes no size", "dim dd\nparam v : vector[de] = [1, 2]", refused: "E-size", "did you mean 'dd'?"),
    Sentence("in data neither", "data X : matrix[n, 2] = [[1, 2]]", refused: "E-size", "dim n"),
    Sentence("generic in a signature, for each call", "fn f(v : vector[n]) = n\nf([1, 2]) + f([1, 2, 3])", prints: "5"),
    Sentence("an int in expressions", "dim n = 4\nlet x = [1, 2, 3, 4]\nx[div(n, 2)] + n", prints: "6"),
    Sentence("--dim counts before the text", "dim d = 8\nd", prints: "3").with { $0.dims = ["d": 3] },
    Sentence("sizes are computed from sizes", "dim m = 3, n = 2*m\nzeros(n)", prints: "[0, 0, 0, 0, 0, 0]"),
    Sentence(
      "before they are known too", "dim m\ndim n = 2*m\nparam v : vector[m] = [1, 2]\nones(n)", prints: "[1, 1, 1, 1]"),
    Sentence(
      "and give the size they come from", "dim m\ndim n = 2*m\nparam v : vector[n] = [1, 2, 3, 4]\nones(m)",
      prints: "[1, 1]"),
    Sentence(
      "where that is one", "dim m\ndim n = 2*m\nparam v : vector[n] = [1, 2, 3]\nones(m)", refused: "E-size", "2*m", "3"
    ),
    Sentence(
      "also by --dim", "dim m\ndim n = 2*m\nones(m)", prints: "[1, 1, 1]"
    ).with { $0.dims = ["n": 6] },
    Sentence("no smaller than 1", "dim m = 2, n = m - 2\nn", refused: "E-size", "at least 1"),
    Sentence("not through themselves", "dim m = n, n = 2*m\nn", refused: "E-cycle", "m -> n -> m"),
    Sentence(
      "data that disagree are all named",
      "dim n\ndata X : matrix[n, 2] = load(\"x.csv\")\ndata y : vector[n] = load(\"y.csv\")\nn", refused: "E-size",
      "n = 3 from X (x.csv, rows)", "n = 2 from y (y.csv, rows)"
    ).with { $0.files = ["x.csv": "1,2\n3,4\n5,6\n", "y.csv": "1\n2\n"] },
  ]
  @Test("sizes at top level are declared, those in signatures are local", arguments: dims)
  func checkDims(_ sentence: Sentence) { sentence.check() }

  private static let gaussian = "energy g(x : vector[d]; mu : vector[d] = [1, 2]) = sumsq(x - mu)\n"
  static let dotted: [Sentence] = [
    Sentence(
      "two values never pick a winner", "dim n\nparam a : vector[n] = [1, 2]\nparam b : vector[n] = [1, 2, 3]\nn",
      refused: "E-size", "n = 2 from a", "n = 3 from b"),
    Sentence("set from outside", gaussian + "g([1, 2])", prints: "5").with { $0.settings = ["g.mu": "[0, 0]"] },
    Sentence("not a name in expressions", gaussian + "g.mu", refused: "E-syntax"),
    Sentence("in grad the name alone", gaussian + "grad(g, mu)([1, 3])", prints: "[0, -2]"),
  ]
  @Test("an energy's own parameters have dotted names outside, and nowhere else", arguments: dotted)
  func checkDotted(_ sentence: Sentence) { sentence.check() }
}
