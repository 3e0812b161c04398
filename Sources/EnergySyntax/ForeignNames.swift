/// A name of another language or library, and how the same is said here.
public struct ForeignName: Sendable {
  /// The name that takes its place, where one does.
  public let replacement: String?
  /// What to write, where it takes more than another name.
  public let advice: String?

  /// The names that mean the same: `arcsin` is `asin`.
  init(_ replacement: String, advice: String? = nil) {
    self.replacement = replacement
    self.advice = advice
  }

  init(advice: String) {
    replacement = nil
    self.advice = advice
  }

  /// As a hint says it.
  public var hint: String { advice ?? "write \(replacement ?? "")" }

  /// What a function of NumPy, PyTorch, Stan, Julia, R or MATLAB is called here.
  public static func function(_ name: String) -> ForeignName? { functions[name] }

  /// What a constant or a word of another language is here.
  public static func value(_ name: String) -> ForeignName? { values[name] }

  /// What a type of another language is called here.
  public static func type(_ name: String) -> ForeignName? { types[name] }

  /// What a name with points is here: `np.exp` is `exp`, `A.T` is `A^T`.
  public static func dotted(_ name: String) -> ForeignName? {
    let parts = name.split(separator: ".").map(String.init)
    guard let first = parts.first, let last = parts.last, parts.count > 1 else { return nil }
    if modules.contains(first) {
      if let own = function(last) ?? value(last) { return own }
      return ForeignName(last, advice: "functions and constants have no prefix: write \(shortened(last))")
    }
    let owner = parts.dropLast().joined(separator: ".")
    if last == "T" {
      return ForeignName("\(owner)^T", advice: "the transpose is written \(shortened(owner))^T")
    }
    let sizes: Set<String> = ["shape", "size", "ndim", "rows", "cols", "length"]
    return sizes.contains(last) ? ForeignName(advice: "the length of axis k is size(\(shortened(owner)), k)") : nil
  }

  /// Prefixes that only libraries have: `np.exp`.
  static let modules: Set<String> = [
    "np", "numpy", "torch", "math", "Math", "jnp", "jax", "tf", "tensorflow", "scipy", "sp", "sympy", "F", "nn",
    "cmath", "special", "linalg", "lax", "keras", "autograd", "pyro", "pymc", "pm", "tfp", "std",
  ]

  private static let functions: [String: ForeignName] = {
    let names = [
      "logarithm": "log", "lg": "log10", "expit": "sigmoid", "inv_logit": "sigmoid", "logistic": "sigmoid",
      "log_sum_exp": "logsumexp", "logadd": "logaddexp", "log_sum": "logsumexp", "log1p_exp": "softplus",
      "power": "pow", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh",
      "arccosh": "acosh", "arctanh": "atanh", "absolute": "abs", "fabs": "abs", "sgn": "sign", "sqr": "square",
      "ceiling": "ceil", "trunc": "floor", "maximum": "max", "fmax": "max", "amax": "max", "minimum": "min",
      "fmin": "min", "amin": "min", "clip": "clamp", "average": "mean", "product": "prod", "total": "sum",
      "reduce_sum": "sum", "reduce_mean": "mean", "sumsqr": "sumsq", "norm_sq": "sumsq", "squared_norm": "sumsq",
      "dot_self": "sumsq", "dot_product": "dot", "vdot": "dot", "inner": "dot", "inner_product": "dot",
      "trans": "transpose", "t": "transpose", "tr": "trace", "determinant": "det", "log_determinant": "logdet",
      "slogdet": "logdet", "inverse": "inv", "linsolve": "solve", "chol": "cholesky", "cholesky_decompose": "cholesky",
      "identity": "eye", "diag_matrix": "diag", "diagonal": "diag", "vcat": "concat", "append": "concat",
      "hcat": "concat", "concatenate": "concat", "cat": "concat", "vstack": "stack", "hstack": "stack",
      "flip": "reverse", "tile": "repeat", "gammaln": "lgamma", "loggamma": "lgamma", "psi": "digamma",
      "betaln": "lbeta", "lchoose_log": "lchoose", "Phi": "normcdf", "norm_cdf": "normcdf", "gradient": "grad",
      "nabla": "grad", "laplace": "laplacian", "hess": "hessian", "hess_vec": "hvp", "iv0": "bessel_i0",
      "i0": "bessel_i0", "i1": "bessel_i1", "leakyrelu": "leaky_relu", "swish": "silu", "heaviside": "step",
      "remainder": "mod", "fmod": "mod", "rem": "mod", "floordiv": "div", "unit": "normalize", "unravel": "reshape",
      "view": "reshape", "ravel": "flatten", "squared": "square", "multiply": "prod", "log_norm_cdf": "log_normcdf",
    ]
    var table = names.mapValues { ForeignName($0) }
    let advice = [
      "ifelse": "a choice is written if c then a else b; entry by entry select(c, a, b)",
      "where": "a choice is written if c then a else b; entry by entry select(c, a, b)",
      "cond": "a choice is written if c then a else b; entry by entry select(c, a, b)",
      "len": "the number of entries is size(x, 1)", "length": "the number of entries is size(x, 1)",
      "numel": "the number of entries is size(x, 1)", "nrow": "the number of rows is size(A, 1)",
      "ncol": "the number of columns is size(A, 2)", "rows": "the number of rows is size(A, 1)",
      "cols": "the number of columns is size(A, 2)", "shape": "the length of axis k is size(A, k)",
      "range": "a range is written 1..n, both ends included", "arange": "a list is written [i for i in 1..n]",
      "seq": "a list is written [i for i in 1..n]", "enumerate": "an index is counted: sum(i in 1..n: … x[i])",
      "zip": "an index is counted: sum(i in 1..n: x[i]*y[i])", "map": "write [f(x[i]) for i in 1..n]",
      "vmap": "a leading axis is a batch: f(X) with a row for each sample",
      "matmul": "the matrix product is A B or A @ B", "mm": "the matrix product is A B or A @ B",
      "mv": "the product with a vector is A v or A @ v", "bmm": "the matrix product is A B or A @ B",
      "multi_dot": "products are written A B C", "quad_form": "the quadratic form is x^T A x",
      "std": "the standard deviation is sqrt(var(x))", "sd": "the standard deviation is sqrt(var(x))",
      "rsqrt": "write 1/sqrt(x)", "reciprocal": "write 1/x", "neg": "write -x", "add": "write a + b",
      "subtract": "write a - b", "divide": "write a/b", "mul": "write a*b", "exp10": "write 10^x",
      "factorial": "the factorial of n is exp(lgamma(n + 1))", "choose": "write exp(lchoose(n, k))",
      "array": "a list stands in brackets: [1, 2, 3]", "asarray": "a list stands in brackets: [1, 2, 3]",
      "tensor": "a list stands in brackets: [1, 2, 3]", "c": "a list stands in brackets: [1, 2, 3]",
      "jacobian": "the gradient of an energy is grad(E), its second derivative hessian(E)",
      "diff": "differences are x[2..end] - x[1..end-1]", "autograd": "the gradient is grad(E)",
      "derivative": "the derivative is grad(E, name)", "randn": "a param may be random(seed = 0)",
      "rand": "a param may be random(seed = 0)", "normal_lpdf": "import normal from std; an energy is -log p",
      "int": "the whole part is floor(x)", "float": "numbers need no conversion",
      "item": "a value is printed by its name", "detach": "data and constants are never differentiated",
      "read_csv": "a file is read by data X : matrix[n, d] = load(\"x.csv\")",
      "loadtxt": "a file is read by data X : matrix[n, d] = load(\"x.csv\")",
      "sum_of_squares": "write sumsq(x)", "norm_squared": "write sumsq(x)", "log2pi": "write log(2*pi)",
    ]
    for (name, text) in advice { table[name] = ForeignName(advice: text) }
    return table
  }()

  private static let values: [String: ForeignName] = {
    var table: [String: ForeignName] = [
      "True": .init("true"), "False": .init("false"), "TRUE": .init("true"), "FALSE": .init("false"),
      "Infinity": .init("inf"), "Inf": .init("inf"), "INF": .init("inf"), "infty": .init("inf"),
      "infinity": .init("inf"), "NaN": .init("nan"), "NAN": .init("nan"), "NA": .init("nan"), "PI": .init("pi"),
      "Pi": .init("pi"), "M_PI": .init("pi"),
      "e": .init(advice: "the exponential function is exp(x)"),
      "None": .init(advice: "a param without a value is written without '='"),
      "null": .init(advice: "a param without a value is written without '='"),
      "nil": .init(advice: "a param without a value is written without '='"),
      "return": .init(advice: "leave it out: the body of a function is its value"),
      "newaxis": .init(advice: "a row is row(v), a column col(v)"),
    ]
    for name in [
      "vector", "matrix", "real", "tensor", "simplex", "row", "symmetric", "spd", "ordered", "positive", "int",
    ] {
      table[name] = .init(advice: "'\(name)' is a type; a parameter is declared by param a : \(name)…")
    }
    return table
  }()

  private static let types: [String: ForeignName] = [
    "float": .init("real"), "double": .init("real"), "Float": .init("real"), "Double": .init("real"),
    "number": .init("real"), "float32": .init("real"), "float64": .init("real"), "Real": .init("real"),
    "scalar": .init("real"), "array": .init("vector"), "ndarray": .init("vector"), "list": .init("vector"),
    "vec": .init("vector"), "Vector": .init("vector"), "Matrix": .init("matrix"), "mat": .init("matrix"),
    "Tensor": .init("tensor"), "boolean": .init("bool"), "Bool": .init("bool"), "Int": .init("int"),
    "long": .init("int"), "row_vector": .init("row"), "cov_matrix": .init("spd"), "corr_matrix": .init("spd"),
    "cholesky_factor_cov": .init("lower"), "lower_triangular": .init("lower"), "probability": .init("simplex"),
    "nonnegative": .init(advice: "write interval(0, inf)"), "unit_interval": .init(advice: "write interval(0, 1)"),
    "complex": .init(advice: "there are no complex numbers; keep real and imaginary parts apart"),
    "string": .init(advice: "texts are no values; they name files"),
  ]
}
