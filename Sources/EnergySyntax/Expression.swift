import EnergyText

/// The forms of an expression. Parts are numbers of the tree's arena.
public enum ExprKind: Sendable {
  /// Stands where nothing could be read; an error was reported.
  case hole
  /// A number as written.
  case number(NumberLiteral)
  /// A text in quotes, its escapes replaced; only as an argument.
  case string(String)
  /// A name in its canonical spelling; dotted (`gaussian.mu`) only as an argument.
  case name(String)
  /// `pi inf nan true false`.
  case constant(NamedConstant)
  /// The last index of the enclosing bracket and axis.
  case end
  /// `∇E`.
  case nabla(Name)
  /// `‖e‖`.
  case norm(ExprID)
  /// `[a, b]`, one element or more.
  case list([ExprID])
  /// `[body for i in 1..n, …]`.
  case builder(body: ExprID, Generators)
  /// `+e`, `-e`.
  case signed(Sign, ExprID)
  /// `a + b - c`, two terms or more; the first one's sign is plus (a sign of its own makes it `signed`).
  case sum([SumTerm])
  /// `a * b / c`, two factors or more, from left to right; the first one's operator is `times`.
  case product([ProductTerm])
  /// `a < b <= c`, one link or more.
  case comparison(first: ExprID, [ComparisonLink])
  /// `a or b or c`.
  case or([ExprID])
  /// `a and b and c`.
  case and([ExprID])
  /// `not a`.
  case not(ExprID)
  /// `if condition then a else b`.
  case conditional(condition: ExprID, then: ExprID, else: ExprID)
  /// A product by juxtaposition, not yet divided into factors: see `SyntaxTree.group(_:classify:)`.
  ///
  /// Also what has only one factor but a suffix or parentheses. A lone name or number is no run.
  case run([RunItem])
}

/// A number with what the text says beyond its value.
public struct NumberLiteral: Hashable, Sendable {
  /// The value, correctly rounded.
  public let value: Double
  /// The value, where written without point and exponent and where it fits.
  public let integer: Int?

  /// Whether it was written as an integer that an `int` can hold.
  public var isInteger: Bool { integer != nil }
}

/// Names with a fixed value.
public enum NamedConstant: String, CaseIterable, Sendable {
  case pi, inf, nan, `true`, `false`
}

/// Plus or minus.
public enum Sign: String, Sendable {
  case plus = "+"
  case minus = "-"
}

/// A summand with the operator before it.
public struct SumTerm: Sendable {
  /// The operator.
  public let sign: Sign
  /// Its place; empty before the first term.
  public let signSpan: Span
  /// The summand.
  public let operand: ExprID
}

/// The operators that bind as `*` does.
public enum ProductOperator: String, Sendable {
  case times = "*"
  /// `·`: as `*`, but refused between two vectors, where paper means the dot product.
  case dot = "·"
  /// `×`: as `*`, but refused between two vectors, where paper means the cross product.
  case cross = "×"
  case divide = "/"
  case matmul = "@"
}

/// An operand of a product with the operator before it.
public struct ProductTerm: Sendable {
  /// The operator.
  public let op: ProductOperator
  /// Its place; empty before the first operand.
  public let opSpan: Span
  /// The operand.
  public let operand: ExprID
}

/// The comparisons.
public enum ComparisonOperator: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
}

/// A further member of a comparison chain.
public struct ComparisonLink: Sendable {
  /// The operator before the operand.
  public let op: ComparisonOperator
  /// Its place.
  public let opSpan: Span
  /// What stands to its right.
  public let operand: ExprID
}

/// A piece of a run, in the order of the text.
public struct RunItem: Sendable {
  /// The pieces.
  public enum Kind: Sendable {
    /// A number (first in the run or behind `^` only), name, constant, list, norm, …
    case atom(ExprID)
    /// Parentheses: a factor, a call or a comprehension, as grouping finds out.
    case group(Group)
    /// `[…]` behind an operand.
    case index([IndexItem])
    /// `^T`, `ᵀ`, `'`.
    case transpose
    /// `^` with the signs behind it; the next item begins the exponent.
    case caret([Sign])
    /// An exponent as superscript digits.
    case superscript(Int)
  }

  /// Which piece.
  public let kind: Kind
  /// Its place.
  public let span: Span
}

/// What stands between parentheses.
public struct Group: Sendable {
  /// The two forms.
  public enum Contents: Sendable {
    /// Arguments; one positional argument may also be a parenthesised expression.
    case arguments(Arguments)
    /// `(i in 1..n, … if guard: body)`.
    case comprehension(Generators, body: ExprID)
  }

  /// The form.
  public let contents: Contents
  /// From `(` to `)`.
  public let span: Span

  /// The expression, if there is one positional argument and nothing else.
  public var parenthesised: ExprID? {
    guard case .arguments(let arguments) = contents, arguments.positional.count == 1, arguments.named.isEmpty,
      arguments.semicolon == nil
    else { return nil }
    return arguments.positional[0]
  }
}

/// Arguments of a call.
public struct Arguments: Sendable {
  /// Those without a name, in order.
  public var positional: [ExprID] = []
  /// The place of `;`, which stands between positional and named ones where there is one.
  public var semicolon: Span?
  /// Those with a name, in order.
  public var named: [NamedArgument] = []
}

/// `name = value` in a call.
public struct NamedArgument: Sendable {
  /// The name.
  public let name: Name
  /// The value.
  public let value: ExprID
}

/// An entry between `[` and `]` behind an operand.
public struct IndexItem: Sendable {
  /// The forms.
  public enum Kind: Sendable {
    /// `:`, the whole axis.
    case all
    /// An index, or a vector of them.
    case at(ExprID)
    /// `lower..upper by step`, each optional.
    case range(lower: ExprID?, upper: ExprID?, by: ExprID?)
  }

  /// The form.
  public let kind: Kind
  /// Its place.
  public let span: Span
}

/// What a comprehension, builder, fold or scan runs over.
public struct Generators: Sendable {
  /// Indices and states in the order of the text; the first is an index.
  public var clauses: [Clause] = []
  /// What stands behind `if`.
  public var guardCondition: ExprID?

  /// An index or a state.
  public struct Clause: Sendable {
    /// What the name stands for.
    public enum Kind: Sendable {
      /// `i in lower..upper by step`, both ends included.
      case range(lower: ExprID, upper: ExprID, by: ExprID?)
      /// `i in collection`.
      case elements(ExprID)
      /// `s = start`: a state of `fold` or `scan`.
      case state(ExprID)
    }

    /// Whether it is a state of `fold` or `scan`.
    public var isState: Bool {
      if case .state = kind { true } else { false }
    }

    /// The bound name.
    public let name: Name
    /// What it stands for.
    public let kind: Kind
    /// Its place.
    public let span: Span
  }
}
