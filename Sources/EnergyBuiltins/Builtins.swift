import EnergyIR

/// The table of element-wise functions.
public enum Builtins {
  /// Every entry, in the order of the reference page.
  public static let all: [Builtin] =
    arithmetic + exponential + trigonometric + hyperbolic + activations + normal + gamma + bessel + rounding
    + comparisons

  private static let byName: [String: Builtin] = Dictionary(
    all.map { ($0.name.name, $0) }, uniquingKeysWith: { first, _ in first })
  private static let byAlias: [String: Builtin] = Dictionary(
    all.filter(\.isPublic).flatMap { entry in ([entry.name.name] + entry.aliases).map { ($0, entry) } },
    uniquingKeysWith: { first, _ in first })

  /// The entry of a node's function, internal ones included.
  public static subscript(_ name: FunctionName) -> Builtin? { byName[name.name] }

  /// The entry that a program means by this name or alias.
  public static func named(_ name: String) -> Builtin? { byAlias[name] }
}
