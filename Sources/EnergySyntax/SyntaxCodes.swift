import EnergyText

extension DiagnosticCode {
  /// Bytes that aren't UTF-8.
  public static let encoding: DiagnosticCode = "E-encoding"
  /// A character that means nothing here.
  public static let character: DiagnosticCode = "E-character"
  /// A number that isn't written as the language writes it.
  public static let number: DiagnosticCode = "E-number"
  /// A text that doesn't end, an unknown escape, or a text where none can stand.
  public static let string: DiagnosticCode = "E-string"
  /// Line breaks and indentation that leave open where a statement ends.
  public static let layout: DiagnosticCode = "E-layout"
  /// A bracket without its partner.
  public static let bracket: DiagnosticCode = "E-bracket"
  /// Something else was expected here.
  public static let syntax: DiagnosticCode = "E-syntax"
  /// A word of the language in the place of a name.
  public static let word: DiagnosticCode = "E-word"
  /// A chain of comparisons with both `<` and `>`.
  public static let comparison: DiagnosticCode = "E-comparison"
  /// A stated limit was passed.
  public static let limit: DiagnosticCode = "E-limit"
  /// `a / b c`.
  public static let slash: DiagnosticCode = "E-slash"
  /// A function without its arguments, or arguments behind what is no function.
  public static let function: DiagnosticCode = "E-function"
}
