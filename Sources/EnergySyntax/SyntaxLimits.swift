import EnergyText

/// What a source may take at most; beyond it parsing ends with `E-limit`.
public struct SyntaxLimits: Hashable, Sendable {
  /// Bytes of a source.
  public var sourceBytes: Int
  /// Brackets, `if`, `not`, signs and exponents within each other.
  public var nesting: Int
  /// Errors reported for one source.
  public var errors: Int

  /// The language's limits, or others.
  public init(sourceBytes: Int = 1 << 20, nesting: Int = 256, errors: Int = 100) {
    self.sourceBytes = sourceBytes
    self.nesting = nesting
    self.errors = errors
  }

  /// The language's limits.
  public static let standard = SyntaxLimits()
}

/// What a text is read as.
public enum ParseMode: Sendable {
  /// Statements, with the layout rules of a file.
  case file
  /// One expression, with a `where` block if wanted; line breaks are white space.
  case expression
}

/// A tree with what was found wrong; the tree holds what could be read even then.
public struct ParseResult: Sendable {
  /// The tree; in mode `.expression` its statements are at most one, of kind `.expression`.
  public let tree: SyntaxTree
  /// In the order of the text.
  public let diagnostics: [Diagnostic]

  /// Whether the text is refused.
  public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}
