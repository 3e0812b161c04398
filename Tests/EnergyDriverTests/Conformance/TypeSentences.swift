import Testing

/// What types, sizes and refinements promise.
@Suite struct TypeSentences {
  @Test(arguments: types + refinements + sizes + batches) func holds(_ sentence: Sentence) { sentence.check() }

  static let types: [Sentence] = [
    Sentence("real", "param a : real = 2\na", prints: "2"),
    Sentence("int", "param k : int = 3\nlet x = [1, 2, 3]\nk", prints: "3"),
    Sentence("bool", "param b : bool = true\nif b then 1 else 0", prints: "1"),
    Sentence("row is what v^T is", "param r : row[2] = [1, 2]^T\nr ([3, 4])", prints: "11"),
    Sentence("bool takes sizes", "param b : bool[2] = [true, false]\nselect(b, 1, 2)", prints: "[1, 2]"),
    Sentence("vector", "param v : vector[2] = [1, 2]\nv", prints: "[1, 2]"),
    Sentence("a fn may take a row", "fn f(r : row[n], v : vector[n]) = r v\nf([1, 2]^T, [3, 4])", prints: "11"),
    Sentence("matrix", "param A : matrix[2, 3] = [[1, 2, 3], [4, 5, 6]]\nA[2, 3]", prints: "6"),
    Sentence(
      "tensor", "param T : tensor[2, 1, 2] = [[[1, 2]], [[3, 4]]]\nT[2, 1, :]", prints: "[3, 4]"),
    Sentence(
      "integer takes sizes: an edge list",
      "data edges : integer[2, 2] = [[1, 2], [2, 3]]\nlet x = [1, 5, 7]\n"
        + "sum(e in 1..2: x[edges[e, 2]] - x[edges[e, 1]])", prints: "6"),
    Sentence("an unknown type is named", "param v : vectr[2] = [1, 2]", refused: "E-type", "did you mean 'vector'"),
  ]

  static let refinements: [Sentence] = [
    Sentence("symmetric", "param A : symmetric[2] = [[1, 2], [3, 1]]", refused: "E-value", "row 2, column 1", "3"),
    Sentence("spd", "param A : spd[2] = [[1, 2], [2, 1]]", refused: "E-value", "positive definite"),
    Sentence("diagonal", "param A : diagonal[2] = [[1, 2], [0, 1]]", refused: "E-value", "row 1, column 2"),
    Sentence("lower", "param A : lower[2] = [[1, 2], [0, 1]]", refused: "E-value", "row 1, column 2"),
    Sentence("simplex", "param w : simplex[2] = [0.5, 0.6]", refused: "E-value", "add up to 1.1"),
    Sentence("ordered", "param w : ordered[3] = [1, 3, 2]", refused: "E-value", "entry 3"),
    Sentence("unit_vector", "param w : unit_vector[2] = [1, 1]", refused: "E-value", "norm"),
    Sentence("positive", "param w : positive[2] = [1, -1]", refused: "E-value", "entry 2 is -1"),
    Sentence("interval", "param w : interval(0, 1) = 2", refused: "E-value", "between 0 and 1"),
    Sentence("interval with sizes", "param w : interval[2](0, 1) = [0.5, 2]", refused: "E-value", "entry 2 is 2"),
    Sentence("integer", "param w : integer = 2.5", refused: "E-value", "2.5"),
    Sentence("they hold for values from outside", "param a : positive = 1\na", refused: "E-value", "-3")
      .with { $0.settings = ["a": "-3"] },
    Sentence("data are checked too", "data a : positive[2] = [1, 0]", refused: "E-value", "entry 2"),
    Sentence(
      "symmetry is used by the simplifier",
      "param P : symmetric[2] = [[2, 0], [0, 1]]\nenergy f(x : vector[2]) = 0.5*x^T P x\nscore(f)", prints: "-P x"),
    Sentence(
      "on a sample they are its domain", "energy f(x : positive) = x - log(x)\nf(-1)\nf(1)\nscore(f)(2)",
      gives: .infinity, 1, -0.5),
    Sentence("outside the score is 0", "energy f(x : positive) = x - log(x)\nscore(f)(-1)", gives: 0),
  ]

  static let sizes: [Sentence] = [
    Sentence("dim declares sizes", "dim n, d\nparam X : matrix[n, d] = [[1, 2], [3, 4], [5, 6]]\nn*d", prints: "6"),
    Sentence("dim fixes one", "dim d = 3\nzeros(d)", prints: "[0, 0, 0]"),
    Sentence("--dim overrides", "dim d = 3\nones(d)", prints: "[1, 1]").with { $0.dims = ["d": 2] },
    Sentence("a size at top level must be declared", "param v : vector[n] = [1, 2]", refused: "E-size", "dim n"),
    Sentence(
      "a size in a signature is local", "energy f(x : vector[n]) = n*sum(x)\nf([1, 2])\nf([1, 2, 3])", prints: "6", "18"
    ),
    Sentence("sizes may come from data", "dim n\ndata y : vector[n] = load(\"y.csv\")\nn", prints: "3")
      .with { $0.files = ["y.csv": "1\n2\n3\n"] },
    Sentence(
      "data that disagree are an error listing every place",
      "dim n\ndata X : matrix[n, 2] = load(\"X.csv\")\ndata y : vector[n] = load(\"y.csv\")", refused: "E-size",
      "n = 2 from X (X.csv, rows)", "n = 3 from y (y.csv, rows)"
    ).with { $0.files = ["y.csv": "1\n2\n3\n", "X.csv": "1,2\n3,4\n"] },
    Sentence(
      "symbolic work needs no sizes", "dim d\nparam m : vector[d]\nenergy f(x : vector[d]) = sumsq(x - m)\nscore(f)",
      prints: "-2*(x - m)"),
    Sentence("arithmetic on sizes", "dim d = 3\nlet x = linspace(0, 1, 2*d)\nsize(x) + d^2", prints: "15"),
    Sentence(
      "also in signatures", "energy f(x : vector[m + 1]) = m*sum(x)\nf([1, 2, 3])", prints: "12"),
    Sentence(
      "which refuses what doesn't fit", "energy f(x : vector[m + 1]) = sum(x)\nf([1])", refused: "E-shape",
      "vector[m + 1]", "vector[1]"),
    Sentence(
      "a mismatch shows both shapes and where they come from",
      "param mu : vector[2] = [0, 1]\nenergy f(x : vector[3]) = sum(x - mu)", refused: "E-shape", "vector[3]",
      "vector[2]", "1:24", "2:10"),
    Sentence("sizes are ints in expressions", "energy f(x : vector[d]) = sum(x)/d\nf([1, 2])", prints: "1.5"),
  ]

  static let batches: [Sentence] = [
    Sentence(
      "one leading axis is a batch", "energy f(x : vector[d]) = sumsq(x)\nf([[1, 2], [3, 4]])", prints: "[5, 25]"),
    Sentence(
      "also inside a body", "energy f(x : vector[d]) = sumsq(x)\nenergy g(x : vector[d]) = sum(f([x, 2*x]))\ng([1, 2])",
      prints: "25"),
    Sentence("rank decides, never sizes", "energy f(x : vector[d]) = sumsq(x)\nf([1, 2, 3])", prints: "14"),
    Sentence(
      "several samples are batched together",
      "energy f(x : vector[d], t : real) = t*sumsq(x)\nf([[1, 2], [3, 4]], [1, 2])", prints: "[5, 50]"),
    Sentence(
      "all or none", "energy f(x : vector[d], t : real) = t*sumsq(x)\nf([[1, 2], [3, 4]], 1)", refused: "E-shape",
      "one sample"),
    Sentence(
      "several samples are one, packed in order",
      "energy f(x : vector[d], t : real) = t*sumsq(x)\nscore(f)([1, 2], 3)\nscore(f, t)([1, 2], 3)",
      prints: "[-6, -12, -5]", "-5"),
    Sentence(
      "an argument without a type takes the smallest rank", "energy f(x) = x^2\nenergy g(x) = x^T x\nf(3)\ng([1, 2])",
      prints: "9", "5"),
    Sentence("fn has no batch form", "fn f(t : vector[n]) = sum(t)\nf([[1, 2], [3, 4]])", refused: "E-shape"),
  ]
}
