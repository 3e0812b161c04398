/// A stable name for one kind of message, e.g. `E-shape`; `energy explain E-shape` tells more.
///
/// Each module lists its own as static members of an extension, next to the code that reports them.
public struct DiagnosticCode: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The code as printed.
  public let name: String

  /// A code by its printed name.
  public init(_ name: String) { self.name = name }

  /// A code by its printed name.
  public init(stringLiteral value: String) { name = value }

  /// The code as printed.
  public var description: String { name }
}

/// What a user gets to read when something is wrong or worth knowing. A value: nothing is printed here.
public struct Diagnostic: Error, Hashable, Sendable {
  /// How serious it is; only errors stop a run.
  public enum Severity: String, Sendable { case error, warning, note }

  /// A further line; with a span it names a place (`declared here, 4:10`).
  public struct Note: Hashable, Sendable {
    /// The text.
    public var message: String
    /// The place that the text speaks of.
    public var span: Span?
    /// A note, with a place or without.
    public init(_ message: String, at span: Span? = nil) {
      self.message = message
      self.span = span
    }
  }

  /// A replacement that an editor can apply.
  public struct FixIt: Hashable, Sendable {
    /// What it replaces; empty for an insertion.
    public var span: Span
    /// The new text.
    public var replacement: String
    /// Replaces the text of `span`.
    public init(replace span: Span, with replacement: String) {
      self.span = span
      self.replacement = replacement
    }
  }

  /// A line that starts with `=`: what to try, or a fact that explains the error.
  public struct Hint: Hashable, Sendable {
    /// The text; empty where the diagnostic's message already says it and only the edit is added.
    public var message: String
    /// The same as an edit, where it is one.
    public var fixIt: FixIt?
    /// A hint, with an edit or without.
    public init(_ message: String, fixIt: FixIt? = nil) {
      self.message = message
      self.fixIt = fixIt
    }
  }

  /// How serious it is.
  public var severity: Severity
  /// The stable code.
  public var code: DiagnosticCode
  /// One sentence in the user's terms.
  public var message: String
  /// The place, where it has one.
  public var span: Span?
  /// Text beside the marks under the span, e.g. `x : vector[3]`.
  public var label: String?
  /// Further lines.
  public var notes: [Note]
  /// What to try.
  public var hints: [Hint]

  /// A message with everything it carries.
  public init(
    _ severity: Severity = .error, _ code: DiagnosticCode, _ message: String, at span: Span? = nil,
    label: String? = nil, notes: [Note] = [], hints: [Hint] = []
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.span = span
    self.label = label
    self.notes = notes
    self.hints = hints
  }
}

/// Several diagnostics as one error, for functions that throw.
public struct Diagnostics: Error, Sendable {
  /// In the order they were found.
  public var all: [Diagnostic]
  /// One or more diagnostics.
  public init(_ all: [Diagnostic]) { self.all = all }
  /// Whether any of them is an error.
  public var hasErrors: Bool { all.contains { $0.severity == .error } }
}
