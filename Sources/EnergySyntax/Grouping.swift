import EnergyText

/// Whether parentheses behind something are its arguments.
public enum CalleeKind: Sendable {
  /// Parentheses are a call: built-ins, `fn`, energies and what returns them.
  case function
  /// Parentheses begin a new factor.
  case value
}

/// A run divided into factors, to be multiplied from left to right.
public struct GroupedRun: Sendable {
  /// One or more; none only where an error was reported.
  public var factors: [GroupedFactor]
  /// What is wrong with the run; it is then still divided as well as can be.
  public var diagnostics: [Diagnostic]
}

/// A factor of a run: what stands first and what is applied to it, in that order.
public struct GroupedFactor: Sendable {
  /// What stands first.
  public enum Head: Sendable {
    /// A name, number, list, norm, …, never a run.
    case atom(ExprID)
    /// An expression in parentheses (the span is that of the parentheses).
    case parenthesised(ExprID)
  }

  /// Applied to all that stands before it.
  public struct Suffix: Sendable {
    /// The forms.
    public enum Kind: Sendable {
      /// A call, with arguments or a comprehension.
      case call(Group)
      /// An index.
      case index([IndexItem])
      /// The transpose.
      case transpose
      /// A power.
      case power(GroupedExponent)
      /// A power written in superscript digits.
      case superscript(Int)
    }

    /// The form.
    public let kind: Kind
    /// Its place.
    public let span: Span
  }

  /// What stands first.
  public var head: Head
  /// What is applied, innermost first.
  public var suffixes: [Suffix]
  /// Its place.
  public var span: Span
}

/// What stands behind `^`.
public struct GroupedExponent: Sendable {
  /// Signs before it, outermost first.
  public var signs: [Sign]
  /// The exponent; its own powers are among its suffixes.
  public var factor: GroupedFactor
}
