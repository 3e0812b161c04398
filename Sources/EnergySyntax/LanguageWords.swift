/// The words and signs of the language, for completion, editors and pages about it.
public enum LanguageWords {
  /// Words that begin a statement.
  public static let statementHeads = sorted { $0.isStatementHead }
  /// Words within expressions and statements.
  public static let inner = sorted { !$0.isStatementHead && $0 != .constant }
  /// Names of constants.
  public static let constants = sorted { $0 == .constant }

  private static func sorted(_ belongs: (TokenKind) -> Bool) -> [String] {
    TokenKind.words.filter { belongs($0.value) }.keys.sorted()
  }
}
