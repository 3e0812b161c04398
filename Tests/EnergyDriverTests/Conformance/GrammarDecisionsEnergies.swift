import Testing

@testable import EnergyDriver

/// Decisions about energies, batches and derivatives.
@Suite struct GrammarDecisionsEnergies {
  private static let f = "energy f(x : vector[d], t : real; k : real = 2) = k*t*sumsq(x)\n"

  static let ranks: [Sentence] = [
    Sentence("one axis is a sample", "energy f(x : vector[d]) = sum(x)\nf([1, 2, 3])", prints: "6"),
    Sentence("two are a batch", "energy f(x : vector[d]) = sum(x)\nf([[1, 2, 3], [4, 5, 6]])", prints: "[6, 15]"),
    Sentence(
      "also of derivatives", "energy f(x : vector[d]) = sumsq(x)\nscore(f)([[1, 2], [3, 4]])",
      prints: "[[-2, -4], [-6, -8]]"),
    Sentence("three are too many", "energy f(x : vector[d]) = sum(x)\nf([[[1]]])", refused: "E-shape", "vector[d]"),
    Sentence("all samples or none", f + "f([[1, 2], [3, 4]], 2)", refused: "E-shape", "'t' is one sample"),
    Sentence("of one length", f + "f([[1, 2], [3, 4]], [1, 2, 3])", refused: "E-shape", "2 and 3 rows"),
    Sentence("together", f + "f([[1, 2], [3, 4]], [1, 2])", prints: "[10, 100]"),
    Sentence("a fn has no batch", "fn g(v : vector[n]) = sum(v)\ng([[1, 2]])", refused: "E-shape", "vector[n]"),
    Sentence("the smallest rank without a type", "energy g(x) = x^2 + 1\ng(2)\ng([2, 3])", prints: "5", "[5, 10]"),
    Sentence("that makes the body real", "energy g(x) = sumsq(x - [1, 2])\ng([1, 2])", prints: "0"),
  ]
  @Test("rank tells a sample from a batch, never a size", arguments: ranks)
  func checkRanks(_ sentence: Sentence) { sentence.check() }

  @Test("the rank that was found is echoed")
  func echoed() throws {
    let session = session("param P : matrix[2, 2] = eye(2)\nenergy g(x; mu) = (x - mu)^T P (x - mu)")
    #expect(try session.signature(session.energy(named: "g")) == "g(x : vector[2])")
    #expect(session.program.parameters.map { "\($0.name) : \($0.type)" } == ["P : matrix[2, 2]", "g.mu : vector[2]"])
  }

  static let packed: [Sentence] = [
    Sentence(
      "the Hessian of all", "energy g(a : real, b : real) = a^2*b\nhessian(g)(2, 3)", prints: "[[6, 4], [4, 0]]"),
    Sentence("the score of all", f + "score(f)([1, 2], 3)", prints: "[-12, -24, -10]"),
    Sentence("of one", f + "score(f, x)([1, 2], 3)\nscore(f, t)([1, 2], 3)", prints: "[-12, -24]", "-10"),
    Sentence("the Laplacian of all", "energy g(a : real, b : real) = a^2*b + b^2\nlaplacian(g)(2, 3)", prints: "8"),
    Sentence(
      "a single one keeps its shape", "energy g(X : matrix[2, 2]) = sumsq(X)\nscore(g)([[1, 2], [3, 4]])",
      prints: "[[-2, -4], [-6, -8]]"),
  ]
  @Test("several samples are one, packed in order", arguments: packed)
  func checkPacked(_ sentence: Sentence) { sentence.check() }

  @Test("a batch of packed samples has one row a sample")
  func packedInput() throws {
    let session = session(Self.f)
    #expect(try session.values([.energy, .score], at: [1, 2, 3], shape: [1, 3]) == [[30], [-12, -24, -10]])
  }

  static let calls: [Sentence] = [
    Sentence("a comma or a semicolon", f + "f([1, 2], 3, k = 1)\nf([1, 2], 3; k = 1)", prints: "15", "15"),
    Sentence("samples by name", f + "f(t = 3, x = [1, 2])", prints: "30"),
    Sentence("a missing sample leaves an instance", f + "energy g = f(t = 3)\ng([1, 2])", prints: "30"),
    Sentence("positions don't follow a semicolon", f + "f([1, 2]; 3)", refused: "E-syntax"),
    Sentence("nor names", f + "f(x = [1, 2], 3)", refused: "E-syntax"),
    Sentence("twice", f + "f([1, 2], 3, x = [1, 2])", refused: "E-arguments", "'x' is given twice"),
    Sentence("an unknown name", f + "f([1, 2], 3, kk = 2)", refused: "E-arguments", "did you mean 'k'?"),
    Sentence(
      "energies aren't added", "energy a(x : real) = x\nenergy b(x : real) = x\nenergy c = a + b", refused: "E-type",
      "a(x) + b(x)"),
  ]
  @Test("names after a comma or a semicolon mean the same; what is missing leaves an instance", arguments: calls)
  func checkCalls(_ sentence: Sentence) { sentence.check() }

  static let targets: [Sentence] = [
    Sentence(
      "own parameters first", "param k = 5\nenergy g(x : real; k : real = 2) = k^2*x\ngrad(g, k)(1)", prints: "4"),
    Sentence("then those at top level", "param a = 5\nenergy g(x : real) = a^2*x\ngrad(g, a)(1)", prints: "10"),
    Sentence("a name, not a value", "energy g(x : real) = x\ngrad(g, 1 + 1)", refused: "E-arguments", "the name"),
    Sentence(
      "an unknown one", "param abc = 5\nenergy g(x : real) = abc*x\ngrad(g, abd)(1)", refused: "E-unknown",
      "did you mean 'abc'?"),
    Sentence(
      "a real let by a parameter is a value",
      "param W : matrix[1, 2] = [[1, 2]]\ndata X : matrix[2, 2] = [[1, 0], [0, 1]]\n"
        + "let loss = sum(i in 1..2: sumsq(W X[i, :]))\ngrad(loss, W)", prints: "[[2, 4]]"),
  ]
  @Test("derivatives are by a name: own parameters, then those at top level", arguments: targets)
  func checkTargets(_ sentence: Sentence) { sentence.check() }

  static let arguments: [Sentence] = [
    Sentence(
      "an energy of another",
      "energy sphere(x : vector[d]; base : energy) = base(normalize(x))\nenergy g(x : vector[d]) = x[1]\n"
        + "sphere([3, 4], base = g)", gives: 0.6),
    Sentence(
      "as an instance",
      "energy sphere(x : vector[d]; base : energy) = base(normalize(x))\nenergy g(x : vector[d]) = x[1]\n"
        + "energy s = sphere(base = g)\nscore(s)([3, 4])", gives: -0.128, 0.096),
    Sentence(
      "a list of them",
      "energy mix(x : real; Es : energy[k], w : vector[k]) = sum(i in 1..k: w[i]*Es[i](x))\n"
        + "energy a(x : real) = x\nenergy b(x : real) = x^2\nmix(3, Es = [a, b], w = [1, 10])", prints: "93"),
    Sentence(
      "a value isn't one", "energy s(x : real; base : energy) = base(x)\ns(1, base = 2)", refused: "E-type", "energy"),
  ]
  @Test("energies are arguments, also in lists", arguments: arguments)
  func checkArguments(_ sentence: Sentence) { sentence.check() }
}
