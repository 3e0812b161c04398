import Testing

/// What expressions mean.
@Suite struct ExpressionSentences {
  @Test(arguments: precedence + products + indexing) func holds(_ sentence: Sentence) { sentence.check() }
  @Test(arguments: comprehensions + functions + branches) func holdsToo(_ sentence: Sentence) { sentence.check() }

  static let precedence: [Sentence] = [
    Sentence("'and' binds before 'or'", "if true or false and false then 1 else 2", prints: "1"),
    Sentence("'not' binds before 'and'", "if not false and true then 1 else 2", prints: "1"),
    Sentence("comparisons bind before 'not'", "if not 1 > 2 then 1 else 2", prints: "1"),
    Sentence("sums bind before comparisons", "1 + 1 < 3", prints: "true"),
    Sentence("products bind before sums", "1 + 2*3", prints: "7"),
    Sentence("a minus is looser than a power", "let a = -2^2\na", prints: "-4"),
    Sentence("a minus is looser than a product side by side", "let a = 3\nlet b = -a a\nb", prints: "-9"),
    Sentence("side by side binds before '*'", "let a = 2\nlet b = 3\na b*a b", prints: "36"),
    Sentence("a power binds before a product side by side", "let a = 3\n2 a^2", prints: "18"),
    Sentence("an index binds before a power", "let x = [2, 3]\nx[2]^2", prints: "9"),
    Sentence("'if' reaches as far right as it can", "1 + if true then 2 else 3 + 4", prints: "3"),
    Sentence("'^' groups to the right", "2^3^2", prints: "512"),
    Sentence("an exponent may have a sign", "2^-1", prints: "0.5"),
    Sentence("'^' is element-wise", "[1, 2, 3]^2", prints: "[1, 4, 9]"),
    Sentence("comparisons chain in one direction", "0 < 1 <= 2", prints: "true"),
    Sentence("and in no other", "0 < 2 > 1", refused: "E-comparison"),
  ]

  private static let matrices = "let A = [[1, 2], [3, 4]]\nlet x = [1, 2]\n"

  static let products: [Sentence] = [
    Sentence("'*' is element-wise", matrices + "x*x\nA*A", prints: "[1, 4]", "[[1, 4], [9, 16]]"),
    Sentence("'/' is element-wise", matrices + "x/x", prints: "[1, 1]"),
    Sentence("scalars broadcast", matrices + "2*A + 1", prints: "[[3, 5], [7, 9]]"),
    Sentence("a row broadcasts along the rows", matrices + "A*row(x)", prints: "[[1, 4], [3, 8]]"),
    Sentence("a column broadcasts along the columns", matrices + "A*col(x)", prints: "[[1, 2], [6, 8]]"),
    Sentence("a column with a row is a matrix", matrices + "col(x) + row(x)", prints: "[[2, 3], [3, 4]]"),
    Sentence("nothing else broadcasts", matrices + "A*x", refused: "E-broadcast", "A*row(x)", "A*col(x)"),
    Sentence("nor in a sum", matrices + "A + x", refused: "E-broadcast", "row(x)", "col"),
    Sentence(
      "'@' is the product of linear algebra", matrices + "A @ A\nA @ x", prints: "[[7, 10], [15, 22]]", "[5, 11]"),
    Sentence("so is standing side by side", matrices + "A A\nA x", prints: "[[7, 10], [15, 22]]", "[5, 11]"),
    Sentence("a row times a vector is a scalar", matrices + "x^T x", prints: "5"),
    Sentence("a vector times a row is a matrix", matrices + "x x^T", prints: "[[1, 2], [2, 4]]"),
    Sentence("a row times a matrix is a row", matrices + "x^T A x\n(x^T A)^T", prints: "27", "[7, 10]"),
    Sentence("a scalar multiplies anything", matrices + "2 A x", prints: "[10, 22]"),
    Sentence("two vectors side by side are refused", matrices + "x x", refused: "E-product", "x^T x", "x*x"),
    Sentence("behind a value parentheses multiply", "let w = 2\nlet x = [1, 2]\nw (x - 1)^2", prints: "[0, 2]"),
    Sentence("white space doesn't decide that", "let w = 2\nlet x = [1, 2]\nw(x - 1)^2", prints: "[0, 2]"),
    Sentence("behind a function they call", "sqrt(9)^2\nsqrt (9)^2", prints: "9", "9"),
    Sentence(
      "a product behind '/' is refused", "let a = 1\nlet b = 2\nlet c = 3\na / b c", refused: "E-slash", "(a/b)*c",
      "a/(b c)"),
    Sentence("also with numbers", "let x = 2\n1/2 x", refused: "E-slash", "(1/2)*x", "1/(2 x)"),
    Sentence("A^-1 is refused for a matrix", matrices + "A^-1", refused: "E-product", "solve(A, b)", "inv(A)"),
    Sentence("^T is always the transpose", "let T = 2\nlet x = 3\nx^T", refused: "E-shape", "x^(T)"),
    Sentence("a power of a matrix isn't a factor", matrices + "A^2 x", refused: "E-product", "A A", "square(A)"),
  ]

  static let indexing: [Sentence] = [
    Sentence("literals nest", "[[1, 2], [3, 4]][2, 1]", prints: "3"),
    Sentence("indices count from 1", "let x = [10, 20, 30]\nx[1]", prints: "10"),
    Sentence("0 is out of range", "let x = [10, 20, 30]\nx[0]", refused: "E-index", "1 to 3"),
    Sentence("ranges include both ends", "let x = [10, 20, 30, 40]\nx[2..3]", prints: "[20, 30]"),
    Sentence("ends may be left out", "let x = [10, 20, 30, 40]\nx[..2]\nx[3..]", prints: "[10, 20]", "[30, 40]"),
    Sentence("a colon is the whole axis", "let A = [[1, 2], [3, 4]]\nA[1, :]\nA[:, 2]", prints: "[1, 2]", "[2, 4]"),
    Sentence("'end' is the last index", "let x = [10, 20, 30]\nx[end]\nx[end - 1]", prints: "30", "20"),
    Sentence(
      "ranges have a step", "let x = [1, 2, 3, 4, 5]\nx[1..5 by 2]\nx[3..1 by -1]", prints: "[1, 3, 5]", "[3, 2, 1]"),
    Sentence("a vector of indices gathers", "let x = [10, 20, 30]\nx[[3, 1]]", prints: "[30, 10]"),
    Sentence(
      "also along the first axis of a matrix", "let A = [[1, 2], [3, 4]]\nA[[2, 1]]", prints: "[[3, 4], [1, 2]]"),
    Sentence(
      "wrap makes neighbours periodic",
      "energy ring(x : vector[n]) = sum(i in 1..n: x[i]*x[wrap(i + 1, n)])\nring([1, 2, 3])", prints: "11"),
    Sentence("mod is floor-mod", "mod(-1, 4)\nmod(5, 4)", prints: "3", "1"),
    Sentence("div is whole division", "div(7, 2)\n7/2", prints: "3", "3.5"),
    Sentence("int/int is real", "let x = [1, 2, 3]\nx[4/2]", refused: "E-index", "div"),
  ]

  static let comprehensions: [Sentence] = [
    Sentence(
      "the sum of a range",
      "energy f(x : vector[d]) = sum(i in 1..d-1: 100*(x[i+1] - x[i]^2)^2 + (x[i] - 1)^2)\nf([0.5, 0.5])",
      prints: "6.5"),
    Sentence("prod", "prod(i in 1..4: i)", prints: "24"),
    Sentence("min and max", "min(i in 1..4: i^2)\nmax(i in 1..4: -i)", prints: "1", "-1"),
    Sentence("mean", "mean(i in 1..4: i)", prints: "2.5"),
    Sentence("logsumexp", "exp(logsumexp(i in 1..3: log(i)))", gives: 6),
    Sentence("any and all", "any(i in 1..3: i > 2)\nall(i in 1..3: i > 2)", prints: "true", "false"),
    Sentence("several indices", "sum(i in 1..2, j in 1..3: i*j)", prints: "18"),
    Sentence("three indices", "sum(i in 1..2, j in 1..2, k in 1..2: i*j*k)", prints: "27"),
    Sentence("dependent ranges", "sum(i in 1..3, j in i+1..3: i*j)", prints: "11"),
    Sentence("a guard", "sum(i in 1..3, j in 1..3 if i != j: i*j)", prints: "22"),
    Sentence(
      "a guard on indices skips the evaluation",
      "energy f(x : vector[n]) = sum(i in 1..n, j in 1..n if i != j: 1/(x[i] - x[j])^2)\nf([1, 2, 3])", prints: "4.5"),
    Sentence("a body of any shape", "sum(k in 1..3: k*[1, 2])", prints: "[6, 12]"),
    Sentence("without an index a whole tensor", "sum([[1, 2], [3, 4]])\nprod([1, 2, 3])", prints: "10", "6"),
    Sentence(
      "axis= one axis, counted from 1", "sum([[1, 2], [3, 4]], axis = 1)\nsum([[1, 2], [3, 4]], axis = 2)",
      prints: "[4, 6]", "[3, 7]"),
    Sentence("axis 0 is refused", "sum([[1, 2], [3, 4]], axis = 0)", refused: "E-shape", "count from 1"),
    Sentence("a builder makes a tensor", "[i*j for i in 1..2, j in 1..3]", prints: "[[1, 2, 3], [2, 4, 6]]"),
    Sentence("a builder of vectors makes a matrix", "[[i, 2*i] for i in 1..2]", prints: "[[1, 2], [2, 4]]"),
    Sentence("an empty range sums to 0", "sum(i in 1..0: i)\nprod(i in 1..0: i)", prints: "0", "1"),
    Sentence(
      "and is neutral for every reduction",
      "min(i in 1..0: i)\nmax(i in 1..0: i)\nany(i in 1..0: i > 0)\nall(i in 1..0: i > 0)\nlogsumexp(i in 1..0: i)",
      prints: "inf", "-inf", "false", "true", "-inf"),
    Sentence("the mean of nothing is an error", "mean(i in 1..0: i)", refused: "E-index"),
  ]

  static let functions: [Sentence] = [
    Sentence(
      "a call with numbers is as stable as one with samples",
      "energy f(x : real) = log(1 + exp(x))\nf(1000)\nlog(exp(-1000) + exp(-1000))\nexp(1000)", gives: 1000,
      -999.3068528194401, .infinity),
    Sentence("fn is generic over shapes", "fn f(t) = t^2\nf(3)\nf([1, 2])", prints: "9", "[1, 4]"),
    Sentence("fn has defaults", "fn f(t, s = 1) = s*t\nf(3)\nf(3, 2)\nf(3, s = 4)", prints: "3", "6", "12"),
    Sentence("fn is checked where it's called", "fn f(t) = t[3]\nf([1, 2])", refused: "E-index", "in the call of f"),
    Sentence("definitions may come in any order", "a\nlet a = b + 1\nlet b = 2", prints: "3"),
    Sentence("a cycle is an error that prints it", "let a = b\nlet b = a", refused: "E-cycle", "a -> b"),
    Sentence(
      "'where' has names with arguments",
      "energy f(X : matrix[n, 2]) = sum(i in 1..n, j in i+1..n: s6(i, j))\n"
        + "  where s6(i, j) = sumsq(X[i, :] - X[j, :])^-3\nf([[0, 0], [1, 0], [0, 2]])", gives: 1 + 1.0 / 64 + 1.0 / 125
    ),
    Sentence(
      "'where' names come in any order", "energy f(x : vector[2]) = b where b = a + 1, a = sum(x)\nf([1, 2])",
      prints: "4"),
    Sentence("element-wise built-ins accept any shape", "abs([[-1, 2], [3, -4]])", prints: "[[1, 2], [3, 4]]"),
  ]

  static let branches: [Sentence] = [
    Sentence("only the chosen branch counts", "let z = 0\nif z == 0 then 1 else 1/z", prints: "1"),
    Sentence(
      "in the gradient too", "energy f(x : real) = if x > 0 then x*log(x) else 0\ngrad(f)(-1)\ngrad(f)(0)",
      prints: "0", "0"),
    Sentence("'if' needs one boolean", "let x = [1, 2]\nif x > 1 then 1 else 0", refused: "E-type", "select"),
    Sentence("select is element-wise", "let x = [1, 2]\nselect(x > 1, x, 0)", prints: "[0, 2]"),
    Sentence("a boolean isn't a number", "1 + (2 > 1)", refused: "E-type", "then 1 else 0"),
  ]
}
