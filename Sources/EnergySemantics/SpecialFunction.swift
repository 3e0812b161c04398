/// A function that the elaborator knows by itself: its argument is no tensor, or it binds names.
///
/// With the tables of EnergyBuiltins this is every function of the language.
public struct SpecialFunction: Sendable {
  /// What kind of function it is.
  public enum Kind: Sendable, CaseIterable {
    /// Of energies, with an energy or a function of samples as its result.
    case differential
    /// Binds names in a body.
    case recurrence
    /// Of whole numbers, in indices.
    case index
    /// The value of a `param` or `data`.
    case source
  }

  /// The name in the language.
  public let name: String
  /// The kind.
  public let kind: Kind
  /// The call as help shows it.
  public let signature: String
  /// One sentence for help and the reference page.
  public let summary: String

  private init(_ name: String, _ kind: Kind, _ signature: String, _ summary: String) {
    self.name = name
    self.kind = kind
    self.signature = signature
    self.summary = summary
  }

  /// Every entry, in the order of the reference page.
  public static let all: [SpecialFunction] = [
    .init("grad", .differential, "grad(E, name)", "The gradient by the sample, or by one argument or parameter."),
    .init("score", .differential, "score(E, name)", "−grad(E): where an energy's samples are pushed."),
    .init("hessian", .differential, "hessian(E)", "The matrix of second derivatives by the sample."),
    .init("laplacian", .differential, "laplacian(E)", "The trace of the Hessian, without forming it where it can be."),
    .init("hvp", .differential, "hvp(E, v)", "The Hessian times a vector, without forming the Hessian."),
    .init(
      "unconstrained", .differential, "unconstrained(E)",
      "The energy of the coordinates that range over all numbers, with the logarithm of the Jacobian."),
    .init("fold", .recurrence, "fold(t in 1..T, s = s0: next)", "The last state of a recurrence."),
    .init("scan", .recurrence, "scan(t in 1..T, s = s0: next)", "All states of a recurrence, the given one first."),
    .init("wrap", .index, "wrap(i, n)", "mod(i − 1, n) + 1: the neighbour of n is 1."),
    .init("load", .source, "load(\"file\", name = \"W\")", "The array of a .npy, .npz, .csv or .safetensors file."),
    .init(
      "random", .source, "random(seed = 0, scale = 1)",
      "Standard normal numbers times scale, the same for a seed; for an mlp PyTorch's initial weights."),
  ]

  static func names(_ kind: Kind) -> Set<String> { Set(all.filter { $0.kind == kind }.map(\.name)) }
}
