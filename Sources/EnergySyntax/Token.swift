/// The kinds of token; those of layout are put in after lexing.
enum TokenKind: UInt8, Sendable {
  case number, string, name, dottedName, constant
  // Words within expressions and statements.
  case `if`, then, `else`, and, or, not, `where`, `in`, `for`, by, to, over, from, `as`, with, end
  // Words that begin a statement.
  case dim, param, data, `let`, fn, energy, `import`, print, check, emit, plot, save
  // Operators.
  case plus, minus, star, dot, cross, slash, at
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  case caret, transpose, superscript, assign, comma, semicolon, colon, range
  case openParen, closeParen, openBracket, closeBracket, normBar, nabla
  /// Already reported.
  case bad
  /// End of a statement by a line break or by `;`.
  case newline
  /// Before a further name of a `where` block.
  case definition
  case endOfFile
}

/// How a token stands on its line.
enum LinePosition: UInt8, Sendable {
  case inside, margin, indented, indentedByTab
}

/// A token: its kind, its bytes and the number of its value in the tables of `TokenStream`.
struct Token: Sendable {
  var kind: TokenKind
  var line: LinePosition
  var start: Int32
  var end: Int32
  var value: Int32 = 0
}

extension TokenKind {
  /// The words of the language; the constants can't be redefined either.
  static let words: [String: TokenKind] = [
    "if": .if, "then": .then, "else": .else, "and": .and, "or": .or, "not": .not, "where": .where, "in": .in,
    "for": .for, "by": .by, "to": .to, "over": .over, "from": .from, "as": .as, "with": .with, "end": .end,
    "dim": .dim, "param": .param, "data": .data, "let": .let, "fn": .fn, "energy": .energy, "import": .import,
    "print": .print, "check": .check, "emit": .emit, "plot": .plot, "save": .save,
    "pi": .constant, "inf": .constant, "nan": .constant, "true": .constant, "false": .constant,
  ]

  /// Whether it is a word of the language.
  var isWord: Bool { rawValue >= TokenKind.if.rawValue && rawValue <= TokenKind.save.rawValue || self == .constant }

  /// Whether it begins a statement and can stand nowhere else (but for `energy` as a type).
  var isStatementHead: Bool { rawValue >= TokenKind.dim.rawValue && rawValue <= TokenKind.save.rawValue }

  /// Whether it stands between two operands.
  var isInfixOperator: Bool {
    rawValue >= TokenKind.plus.rawValue && rawValue <= TokenKind.caret.rawValue || self == .range
  }

  /// Whether a line that ends in it goes on.
  var continuesAtLineEnd: Bool {
    switch self {
    case .assign, .comma, .where, .then, .else, .and, .or, .not, .if, .in, .by, .for, .to, .over, .from: true
    default: isInfixOperator
    }
  }

  /// Whether an indented line that begins with it continues the one before.
  var continuesAtLineStart: Bool {
    switch self {
    case .transpose, .superscript, .where, .then, .else, .and, .or, .by, .for, .to, .over: true
    default: isInfixOperator
    }
  }
}

/// The tokens of a source and the values that they refer to.
struct TokenStream: Sendable {
  var tokens: [Token] = []
  var numbers: [NumberLiteral] = []
  /// Texts in quotes, names (each once) and superscripts as signed digits.
  var strings: [String] = []
}
