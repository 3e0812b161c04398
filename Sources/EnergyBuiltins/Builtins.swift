import EnergyIR

/// The table of element-wise functions.
public enum Builtins {
  /// The entries by topic, in the order of the reference page.
  public static let groups: [(topic: String, entries: [Builtin])] = [
    ("Powers, roots and extrema", arithmetic), ("Exponentials and logarithms", exponential),
    ("Trigonometric functions", trigonometric), ("Hyperbolic functions", hyperbolic), ("Activations", activations),
    ("The normal distribution", normal), ("The gamma function", gamma), ("Bessel functions", bessel),
    ("Signs, steps and rounding", rounding), ("Comparisons", comparisons),
  ]

  /// Every entry, in the order of the reference page.
  public static let all: [Builtin] = groups.flatMap(\.entries)

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
