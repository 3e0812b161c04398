import EnergyText

extension DiagnosticExplanation {
  /// The codes of names, types, shapes and sizes. Each `wrong` gets its code, each `right` no error.
  public static let semantics: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      .shape, "Sizes or ranks don't fit each other. The message shows both shapes and where each comes from.",
      wrong: "param mu : vector[2] = [0, 1]\nenergy f(x : vector[3]) = sumsq(x - mu)",
      right: "param mu : vector[2] = [0, 1]\nenergy f(x : vector[2]) = sumsq(x - mu)"),
    DiagnosticExplanation(
      .broadcast,
      "A vector beside a matrix could go along its rows or its columns. Only scalars, row(v) and col(v) broadcast.",
      wrong: "param m : vector[3] = [1, 2, 3]\nenergy f(X : matrix[5, 3]) = sumsq(X - m)",
      right: "param m : vector[3] = [1, 2, 3]\nenergy f(X : matrix[5, 3]) = sumsq(X - row(m))"),
    DiagnosticExplanation(
      .product, "Juxtaposition and @ are the products of linear algebra; these two factors have none.",
      wrong: "param v : vector[2] = [1, 2]\nv v", right: "param v : vector[2] = [1, 2]\nv^T v"),
    DiagnosticExplanation(
      .unknown, "Nothing of this name is defined.", wrong: "param mu = 1.0\nmv + 1", right: "param mu = 1.0\nmu + 1"),
    DiagnosticExplanation(
      .function, "A function stands without its arguments, or something else stands before parentheses.",
      wrong: "param a = 1.0\nsin + a", right: "param a = 1.0\nsin(a) + a"),
    DiagnosticExplanation(
      .type, "A value of another kind is needed: a number, a condition, an energy.",
      wrong: "param a = 1.0\n(a > 0) + 1", right: "param a = 1.0\n(if a > 0 then 1 else 0) + 1"),
    DiagnosticExplanation(
      .index, "An index counts from 1 to the length of its axis and is a whole number; ranges are made of such.",
      wrong: "param v : vector[2] = [1, 2]\nv[0]", right: "param v : vector[2] = [1, 2]\nv[1]"),
    DiagnosticExplanation(
      .size, "A size isn't declared, isn't a whole number, or gets two different values.",
      wrong: "param v : vector[d] = [1, 2]", right: "dim d\nparam v : vector[d] = [1, 2]"),
    DiagnosticExplanation(
      .cycle, "Definitions need each other, so none of them can be computed first. Recurrences are written with fold.",
      wrong: "let a = b + 1\nlet b = a - 1", right: "let a = 2\nlet b = a - 1"),
    DiagnosticExplanation(
      .redefined, "A name has one meaning in a file, and a local name may not repeat another local one.",
      wrong: "param a = 1.0\nparam a = 2.0", right: "param a = 1.0\nparam b = 2.0"),
    DiagnosticExplanation(
      .arguments, "A function gets too many, too few or unknown arguments.", wrong: "fn f(x, y) = x + y\nf(1)",
      right: "fn f(x, y = 0) = x + y\nf(1)"),
    DiagnosticExplanation(
      .value, "A value breaks what its declaration says of it; the message names the entry.",
      wrong: "param P : symmetric[2] = [[1, 2], [3, 1]]", right: "param P : symmetric[2] = [[1, 2], [2, 1]]"),
    DiagnosticExplanation(
      .network,
      "A file's arrays aren't the weights of the network that is declared: some are missing, too many or of other shapes. "
        + "They are named as PyTorch's nn.Sequential names them, 0.weight, 0.bias, 2.weight, …, all behind one prefix or none. "
        + "The message lists what differs. A file with more than one network is read in part: load(\"p.npz\", name = \"part\").",
      wrong: "", right: "param net : mlp[2, 8, 1](silu) = random(seed = 0)"),
    DiagnosticExplanation(
      .unsupported,
      "This version doesn't do it: a file of a kind that it can't read or write, a picture where none can be drawn."),
    DiagnosticExplanation(
      .hides, "A note: your name hides a built-in or a parameter. Rename it if you need both.",
      wrong: "param step = 0.1", right: "param rate = 0.1"),
  ]
}
