import EnergyText

extension DiagnosticCode {
  /// Sizes or ranks that don't fit each other.
  public static let shape: DiagnosticCode = "E-shape"
  /// An element-wise operation between shapes that could be matched in two ways.
  public static let broadcast: DiagnosticCode = "E-broadcast"
  /// A product that linear algebra doesn't have.
  public static let product: DiagnosticCode = "E-product"
  /// A name that isn't defined.
  public static let unknown: DiagnosticCode = "E-unknown"
  /// A value of the wrong kind: a boolean in arithmetic, an energy that isn't called.
  public static let type: DiagnosticCode = "E-type"
  /// An index or range that can't be.
  public static let index: DiagnosticCode = "E-index"
  /// A size that isn't declared, isn't known or is given twice.
  public static let size: DiagnosticCode = "E-size"
  /// Definitions that need each other.
  public static let cycle: DiagnosticCode = "E-cycle"
  /// A name that is defined twice.
  public static let redefined: DiagnosticCode = "E-redefined"
  /// Arguments that a function doesn't take.
  public static let arguments: DiagnosticCode = "E-arguments"
  /// A value that breaks what its declaration says.
  public static let value: DiagnosticCode = "E-value"
  /// A file whose arrays aren't the weights of the network that is declared.
  public static let network: DiagnosticCode = "E-network"
  /// What the language has but this version doesn't do yet.
  public static let unsupported: DiagnosticCode = "E-unsupported"
  /// The user asked to stop.
  public static let interrupted: DiagnosticCode = "E-interrupted"
  /// A user's name that hides another one (a note).
  public static let hides: DiagnosticCode = "N-hides"
}
