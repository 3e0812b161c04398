import Testing

/// Decisions about types, literals, broadcasting and products.
@Suite struct GrammarDecisionsShapes {
  private static let values = "let v = [1, 2, 3]\nlet w = [4, 5, 6]\nlet A = [[1, 2, 3], [4, 5, 6]]\n"

  static let refined: [Sentence] = [
    Sentence("positive", "param a : positive = 2\na", prints: "2"),
    Sentence("positive of sizes", "param a : positive[2, 2] = [[1, 1], [1, 0]]", refused: "E-value", "row 2, column 2"),
    Sentence("interval of sizes", "param a : interval[3](0, 1) = [0, 1, 1.5]", refused: "E-value", "entry 3 is 1.5"),
    Sentence("bool of sizes", "data b : bool[2] = [true, false]\nany(b)", prints: "true"),
    Sentence(
      "an edge list",
      "data e : integer[m, 2] = load(\"e.csv\")\ndim m\nlet x = [10, 20, 30]\nsum(k in 1..m: x[e[k, 2]])",
      prints: "50"
    ).with { $0.files = ["e.csv": "1,2\n2,3\n"] },
    Sentence("whole numbers of a table are checked", "data e : integer[2] = load(\"e.csv\")", refused: "E-value", "1.5")
      .with { $0.files = ["e.csv": "1\n1.5\n"] },
    Sentence("exactly", "data e : integer[2] = load(\"e.csv\")\ne", refused: "E-value", "entry 2")
      .with { $0.files = ["e.csv": "1\n9007199254740993\n"] },
  ]
  @Test("refinements take any sizes", arguments: refined)
  func checkRefined(_ sentence: Sentence) { sentence.check() }

  static let violations: [Sentence] = [
    Sentence("symmetric", "let A : symmetric[2] = [[1, 2], [3, 1]]\nA", refused: "E-value", "row 2, column 1 is 3"),
    Sentence("spd", "let A : spd[2] = [[1, 2], [2, 1]]\nA", refused: "E-value", "leading 2 by 2"),
    Sentence("diagonal", "let A : diagonal[2] = [[1, 2], [0, 1]]\nA", refused: "E-value", "row 1, column 2 is 2"),
    Sentence("lower", "let A : lower[2] = [[1, 2], [0, 1]]\nA", refused: "E-value", "row 1, column 2 is 2"),
    Sentence("simplex", "let a : simplex[2] = [0.5, 0.6]\na", refused: "E-value", "add up to 1.1"),
    Sentence("ordered", "let a : ordered[2] = [2, 1]\na", refused: "E-value", "entry 2 is 1"),
    Sentence("unit_vector", "let a : unit_vector[2] = [1, 1]\na", refused: "E-value", "norm"),
    Sentence("positive", "let a : positive = 1 - 2\na", refused: "E-value", "-1"),
    Sentence("interval", "let a : interval(0, 1) = 3\na", refused: "E-value", "3"),
    Sentence("integer", "let a : integer = 5/2\na", refused: "E-value", "2.5"),
    Sentence(
      "computed from a parameter", "param k = 1.0\nlet a : positive[2] = [k, k - 2]\na", refused: "E-value",
      "entry 2 is -1"),
    Sentence("a computed param", "let k = 1.5\nparam a : interval(0, 1) = k\na", refused: "E-value", "1.5"),
    Sentence(
      "an own parameter's default", "energy f(x : real; s : positive = -1) = x/s\nf(1)", refused: "E-value", "-1"),
    Sentence(
      "an own parameter from outside", "energy f(x : real; s : positive) = x/s\nf(1)", refused: "E-value", "-2"
    ).with { $0.settings = ["f.s": "-2"] },
    Sentence(
      "an own parameter given in a call", "energy f(x : real; s : positive) = x/s\nf(1, s = -3)", refused: "E-value",
      "-3"),
    Sentence(
      "an instance", "energy f(x : vector[2]; P : spd[2]) = x^T P x\nenergy g = f(P = [[1, 2], [2, 1]])\ng([1, 2])",
      refused: "E-value", "leading 2 by 2"),
    Sentence("an argument of a fn", "fn f(s : positive) = log(s)\nf(-1)", refused: "E-value", "-1"),
    Sentence("a value from outside", "param w : simplex[2] = [0.5, 0.5]\nw", refused: "E-value", "add up to 3")
      .with { $0.settings = ["w": "[1, 2]"] },
  ]
  @Test("a refinement is checked wherever a value is bound, and the entry is named", arguments: violations)
  func checkViolations(_ sentence: Sentence) { sentence.check() }

  static let domains: [Sentence] = [
    Sentence(
      "unconstrained is the energy of the logarithm, with its slope",
      "energy f(t : positive) = t - log(t)\nunconstrained(f)\nunconstrained(f)(0)", prints: "exp(t) - 2*t", "1"),
    Sentence("+inf outside", "energy f(t : positive) = t\nf(-1)\nf(2)\nscore(f)(-1)", gives: .infinity, 2, 0),
    Sentence("an interval", "energy f(t : interval(0, 1)) = t\nf(2)\nf(0.5)", prints: "inf", "0.5"),
    Sentence("of every entry", "energy f(t : positive[2]) = sum(t)\nf([1, -1])\nf([1, 1])", prints: "inf", "2"),
    Sentence("an order", "energy f(t : ordered[3]) = sum(t)\nf([1, 3, 2])\nf([1, 2, 3])", prints: "inf", "6"),
  ]
  @Test("on a sample a refinement is a domain", arguments: domains)
  func checkDomains(_ sentence: Sentence) { sentence.check() }

  static let literals: [Sentence] = [
    Sentence("vectors inside are rows", values + "[v, w]", prints: "[[1, 2, 3], [4, 5, 6]]"),
    Sentence("a scalar beside a vector", values + "[v, 1]", refused: "E-shape", "concat"),
    Sentence("nothing", "[]", refused: "E-syntax"),
    Sentence("a builder of vectors", "[[i, i^2] for i in 1..2]", prints: "[[1, 1], [2, 4]]"),
    Sentence("two indices", "[10*i + j for i in 1..2, j in 1..3]", prints: "[[11, 12, 13], [21, 22, 23]]"),
  ]
  @Test("literals and builders nest by rows, the first index first", arguments: literals)
  func checkLiterals(_ sentence: Sentence) { sentence.check() }

  static let broadcasts: [Sentence] = [
    Sentence("a scalar with anything", values + "v + 1\n2*A", prints: "[2, 3, 4]", "[[2, 4, 6], [8, 10, 12]]"),
    Sentence("a row with a matrix", values + "A - v^T", prints: "[[0, 0, 0], [3, 3, 3]]"),
    Sentence("a column with a matrix", values + "A - col([1, 4])", prints: "[[0, 1, 2], [0, 1, 2]]"),
    Sentence("a column with a row", values + "col(v) - row(v)", prints: "[[0, -1, -2], [1, 0, -1], [2, 1, 0]]"),
    Sentence("a vector with a matrix", values + "A + v", refused: "E-broadcast", "two readings", "row(v)", "col("),
    Sentence("times", values + "v*A", refused: "E-broadcast", "row(v)*A"),
    Sentence("through", values + "v/A", refused: "E-broadcast", "row(v)/A"),
    Sentence("a row with a vector", values + "v^T + w", refused: "E-broadcast", "col("),
  ]
  @Test("scalars, rows and columns broadcast, nothing else does", arguments: broadcasts)
  func checkBroadcasts(_ sentence: Sentence) { sentence.check() }

  static let products: [Sentence] = [
    Sentence("two vectors", values + "v w", refused: "E-product", "v^T w", "v*w"),
    Sentence("rank 3", "let T = [[[1, 2], [3, 4]]]\nlet v = [1, 2]\nT v", refused: "E-product", "einsum"),
    Sentence("a scalar times rank 3", "let T = [[[1, 2], [3, 4]]]\n2 T", prints: "[[[2, 4], [6, 8]]]"),
    Sentence("from the left", values + "v^T w v", prints: "[32, 64, 96]"),
    Sentence(
      "reassociated for cost, not for meaning", values + "A v w^T\nA (v w^T)",
      prints: "[[56, 70, 84], [128, 160, 192]]", "[[56, 70, 84], [128, 160, 192]]"),
  ]
  @Test("products are typed from the left, and two vectors have none", arguments: products)
  func checkProducts(_ sentence: Sentence) { sentence.check() }

  static let several: [Sentence] = [
    Sentence(
      "two arguments go entry by entry", values + "min(v, 2)\nmax(v, [3, 2, 1])", prints: "[1, 2, 2]", "[3, 2, 3]"),
    Sentence("three", "max(1, 5, 3)\nhypot(3, 4)", prints: "5", "5"),
    Sentence("one is reduced", values + "min(v)\nmax(A)", prints: "1", "6"),
    Sentence("sum(a, b)", "sum(1, 2)", refused: "E-arguments", "[1, 2]"),
    Sentence("mean(a, b)", "mean(1, 2)", refused: "E-arguments", "[1, 2]"),
    Sentence("norm(a, b)", "norm(1, 2)", refused: "E-arguments", "[1, 2]"),
    Sentence("logsumexp(a, b)", "logsumexp(1, 2)", refused: "E-arguments", "logaddexp"),
    Sentence("logaddexp", "logaddexp(0, 0)", gives: 0.6931471805599453),
  ]
  @Test("min and max of several arguments go entry by entry, sums of several are lists", arguments: several)
  func checkSeveral(_ sentence: Sentence) { sentence.check() }

  static let axes: [Sentence] = [
    Sentence("from 1", values + "sum(A, axis = 1)\nsum(A, axis = 2)", prints: "[5, 7, 9]", "[6, 15]"),
    Sentence("0", values + "sum(A, axis = 0)", refused: "E-shape", "axis = 1"),
    Sentence("negative", values + "sum(A, axis = -1)", refused: "E-shape", "axis = 2"),
    Sentence("too many", values + "sum(A, axis = 3)", refused: "E-shape", "2"),
    Sentence("softmax keeps it", "softmax([[0, 0], [1, 1]], axis = 2)", gives: 0.5, 0.5, 0.5, 0.5),
    Sentence("var and cov divide by n - 1", "var([1, 2, 3])\ncov([[1, 2], [3, 6]])", prints: "1", "[[2, 4], [4, 8]]"),
  ]
  @Test("axes count from 1; variances divide by n - 1", arguments: axes)
  func checkAxes(_ sentence: Sentence) { sentence.check() }

  static let empty: [Sentence] = [
    Sentence("sum and prod", "sum(i in 1..0: i)\nprod(i in 1..0: i)", prints: "0", "1"),
    Sentence("min and max", "min(i in 1..0: i)\nmax(i in 1..0: i)", prints: "inf", "-inf"),
    Sentence("any and all", "any(i in 1..0: i > 0)\nall(i in 1..0: i > 0)", prints: "false", "true"),
    Sentence("logsumexp", "logsumexp(i in 1..0: i)", prints: "-inf"),
    Sentence("the mean", "mean(i in 1..0: i)", refused: "E-index"),
    Sentence("an index", "let x = [1, 2]\nsize(x[1..0])", prints: "0"),
    Sentence("downwards", "sum(i in 3..1: i)\n[i for i in 3..1 by -1]", prints: "0", "[3, 2, 1]"),
    Sentence("by 0", "[i for i in 1..3 by 0]", refused: "E-index", "0"),
  ]
  @Test("a range that ends before it begins is empty", arguments: empty)
  func checkEmpty(_ sentence: Sentence) { sentence.check() }

  static let ends: [Sentence] = [
    Sentence("of its own axis", values + "A[end, 1]\nA[1, end]", prints: "4", "3"),
    Sentence("of the nearest bracket", values + "v[[1, 2][end]]", prints: "2"),
    Sentence("an index on a literal", "[5, 6, 7][2]", prints: "6"),
    Sentence("a colon leaves a vector", values + "A[2, :] + v", prints: "[5, 7, 9]"),
    Sentence("a range keeps its axis", values + "A[2..2, :]", prints: "[[4, 5, 6]]"),
  ]
  @Test("'end' belongs to the nearest bracket and axis; a range keeps its axis", arguments: ends)
  func checkEnds(_ sentence: Sentence) { sentence.check() }

  static let exponents: [Sentence] = [
    Sentence("a whole one multiplies", "(-2)^3\n(-2)^-2", prints: "-8", "0.25"),
    Sentence("0^0", "0^0", prints: "1"),
    Sentence("at 0 with a slope", "energy f(x : real) = x^2\nscore(f)(0)", prints: "0"),
    Sentence("a fraction of a negative number", "(-8)^(1/3)", prints: "nan"),
  ]
  @Test("a whole exponent is repeated multiplication; a negative base takes no fraction", arguments: exponents)
  func checkExponents(_ sentence: Sentence) { sentence.check() }

  @Test("check says where a negative base made NaN")
  func negativeBase() throws {
    let session = session("energy f(x : real) = x^0.5 + x^2")
    let report = try session.check(session.energy(named: nil), .init())
    #expect(report.text.contains("x^0.5"), "\(report.text)")
  }

  private static let picture = "let X = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]\n"
  static let convolutions: [Sentence] = [
    Sentence("the filter isn't turned", picture + "conv2d(X, [[1, 0], [0, 2]])", prints: "[[11, 14], [20, 23]]"),
    Sentence("in strides", picture + "conv2d(X, [[1, 0], [0, 2]], stride = 2)", prints: "[[11]]"),
    Sentence(
      "of the same size", picture + "conv2d(X, [[0, 0, 0], [0, 1, 0], [0, 0, 0]], pad = \"same\")",
      prints: "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]"),
    Sentence(
      "around the edges", picture + "conv2d(X, [[0, 1, 0], [0, 0, 0], [0, 0, 0]], pad = \"circular\")",
      prints: "[[7, 8, 9], [1, 2, 3], [4, 5, 6]]"),
    Sentence("with rows of zeros", "conv2d([[1]], [[1, 0], [0, 2]], pad = 1)", prints: "[[2, 0], [0, 1]]"),
    Sentence(
      "channels in and out", "conv2d([[[1, 2], [3, 4]]], [[[[1, 0], [0, 2]]], [[[1, 1], [1, 1]]]])",
      prints: "[[[9]], [[10]]]"),
  ]
  @Test("a convolution is PyTorch's cross-correlation", arguments: convolutions)
  func checkConvolutions(_ sentence: Sentence) { sentence.check() }

  private static let net = "param net : mlp[2, 3, 1](silu) = random(seed = 0)\n"
  static let networks: [Sentence] = [
    Sentence("one output is a real", net + "energy f(x : vector[2]) = net(x)\nf([1, 2]) - net([1, 2])", prints: "0"),
    Sentence("several are a vector", "param n : mlp[2, 3, 4](tanh) = random(seed = 0)\nsize(n([1, 2]))", prints: "4"),
    Sentence("the same seed, the same values", net + "net([1, 2])/net([1, 2])", prints: "1"),
    Sentence(
      "within PyTorch's bounds at first",
      "param W : mlp[4, 1](relu) = random(seed = 3)\nif abs(W([1, 0, 0, 0])) > 1 then 1 else 0",
      prints: "0"),
    Sentence(
      "scale= stretches", "param a : vector[9] = random(seed = 1, scale = 1000)\nif norm(a) > 100 then 1 else 0",
      prints: "1"),
    Sentence("weights are set by PyTorch's names", net + "net([1, 2])", gives: 9).with {
      $0.settings = ["net.2.weight": "zeros(1, 3)", "net.2.bias": "[9]"]
    },
    Sentence("of their shapes", net + "net([1, 2])", refused: "E-shape", "net.2.bias is vector[1]", "vector[2]").with {
      $0.settings = ["net.2.bias": "[9, 9]"]
    },
  ]
  @Test("a network of one output is a real; random values have their scale", arguments: networks)
  func checkNetworks(_ sentence: Sentence) { sentence.check() }

  static let names: [Sentence] = [
    Sentence("bessel_i0 and bessel_i1", "bessel_i0(0)\nbessel_i1(0)", prints: "1", "0"),
    Sentence("kronecker", "[kronecker(i, 2) for i in 1..3]", prints: "[0, 1, 0]"),
  ]
  @Test("functions with short names in books have longer ones here", arguments: names)
  func checkNames(_ sentence: Sentence) { sentence.check() }
}
