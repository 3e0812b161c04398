import EnergyText

/// Something that a prompt says; a terminal or a test decides how it looks.
public enum Reply: Sendable {
  /// Numbers: a result.
  case value(String)
  /// A formula: a result.
  case formula(String)
  /// Any other result: a report, what a command lists.
  case text(String)
  /// What isn't a result.
  case note(String)
  /// Errors, warnings and notes with the texts that they speak of.
  case messages([Diagnostic], SourceMap)
}
