import EnergyText

/// A statement with its place.
public struct Statement: Sendable {
  /// The forms.
  public enum Kind: Sendable {
    /// `dim n, d = 8`.
    case dim([DimDefinition])
    /// `param a : type = value`.
    case param(VariableDefinition)
    /// `data X : type = value`.
    case data(VariableDefinition)
    /// `let a : type = value`.
    case `let`(VariableDefinition)
    /// `fn f(t, s = 1) : type = body`.
    case fn(FunctionDefinition)
    /// `energy f(x : type; mu : type) = body`; without parentheses an instance.
    case energy(EnergyDefinition)
    /// `import gaussian as g from std`.
    case `import`(ImportStatement)
    /// `print value`.
    case print(ExprID)
    /// `check E`.
    case check(ExprID)
    /// `emit cuda E to "f.cu"`.
    case emit(target: Name, ExprID, path: StringLiteral?)
    /// `save value to "f.npy"`.
    case save(ExprID, path: StringLiteral)
    /// `plot E over [-3, 3] x [-3, 3] with data X to "f.svg"`.
    case plot(PlotStatement)
    /// A value or function to show.
    case expression(ExprID)
  }

  /// The form.
  public let kind: Kind
  /// From the first word to the end of the `where` block.
  public let span: Span
  /// The names behind `where`, in the order of the text.
  public var whereDefinitions: [WhereDefinition] = []
  /// Whether errors in it were reported; it may then hold a `hole`, and what else is wrong with it says little.
  public var hasErrors = false
}

/// `n` or `n = 8` of a `dim`.
public struct DimDefinition: Sendable {
  /// The size's name.
  public let name: Name
  /// Its value, where fixed.
  public let value: ExprID?
}

/// A name with an optional type and value.
public struct VariableDefinition: Sendable {
  /// The name.
  public let name: Name
  /// The type, where written.
  public let type: TypeExpr?
  /// The value; a `let` always has one.
  public let value: ExprID?
}

/// `fn name(…) : result = body`.
public struct FunctionDefinition: Sendable {
  /// The name.
  public let name: Name
  /// The arguments.
  public let parameters: Parameters
  /// The type of the result, where written.
  public let result: TypeExpr?
  /// The body.
  public let body: ExprID
}

/// `energy name(…; …) = body` or the instance `energy name = body`.
public struct EnergyDefinition: Sendable {
  /// The name.
  public let name: Name
  /// Sample arguments before `;`, parameters of its own after it; absent for an instance.
  public let parameters: Parameters?
  /// The body.
  public let body: ExprID
}

/// Declared arguments in parentheses.
public struct Parameters: Sendable {
  /// Before `;`.
  public var declarations: [Declaration] = []
  /// After `;`.
  public var own: [Declaration] = []
  /// The place of `;`, where there is one.
  public var semicolon: Span?
  /// From `(` to `)`.
  public var span: Span
}

/// `name : type = value` in parentheses.
public struct Declaration: Sendable {
  /// The name.
  public let name: Name
  /// The type, where written.
  public let type: TypeExpr?
  /// The value it has when none is given.
  public let defaultValue: ExprID?
  /// Its place.
  public let span: Span
}

/// A type as written: `vector[n]`, `interval[n](0, 1)`, `mlp[2, 8, 1](silu)`, `energy[k]`.
public struct TypeExpr: Sendable {
  /// The name in front.
  public let name: Name
  /// What stands in brackets; empty without brackets.
  public let sizes: [ExprID]
  /// What stands in parentheses; empty without parentheses.
  public let arguments: [ExprID]
  /// Its place.
  public let span: Span
}

/// `name = value` or `name(i, j) = value` behind `where`.
public struct WhereDefinition: Sendable {
  /// The name.
  public let name: Name
  /// The arguments' names; `nil` without parentheses.
  public let arguments: [Name]?
  /// The value.
  public let value: ExprID
  /// Its place.
  public let span: Span
}

/// A text in quotes outside an expression.
public struct StringLiteral: Sendable {
  /// The text, its escapes replaced.
  public let text: String
  /// The place, quotes included.
  public let span: Span
}

/// `import a, b as c from source`.
public struct ImportStatement: Sendable {
  /// An imported name and what it is called here.
  public struct Item: Sendable {
    /// The name there.
    public let name: Name
    /// The name here, where another.
    public let alias: Name?
  }

  /// Where from.
  public enum Source: Sendable {
    /// The standard library.
    case std(Span)
    /// A file.
    case file(StringLiteral)
  }

  /// What is imported.
  public let items: [Item]
  /// Where from.
  public let source: Source
}

/// `plot value over [a, b] x [c, d] with data points to path`.
public struct PlotStatement: Sendable {
  /// One axis.
  public struct Box: Sendable {
    /// Where it begins.
    public let lower: ExprID
    /// Where it ends.
    public let upper: ExprID
    /// Its place.
    public let span: Span
  }

  /// What is plotted.
  public let value: ExprID
  /// The axes; empty where none is given.
  public let boxes: [Box]
  /// Points to draw over it.
  public let data: ExprID?
  /// Where it goes.
  public let path: StringLiteral?
}
