import EnergyText

/// Whether what has been typed is a whole input, by the layout rules of files.
public struct InputState: Hashable, Sendable {
  /// Whether a bracket is open.
  public var hasOpenBracket = false
  /// Whether the last line ends in something that goes on: an operator, a comma, `where`.
  public var endsOpen = false
  /// Whether further names may follow a `where` that ended its line.
  public var isInBlock = false
  /// Whether there is anything but comments.
  public var isEmpty = true

  /// What follows from the rules for this text.
  public init(of text: String) {
    let lexer = Lexer(SourceFile(name: "", text: text), file: 0, limits: .standard)
    lexer.run()
    let tokens = lexer.stream.tokens
    isEmpty = tokens.isEmpty
    var open = 0
    for (index, token) in tokens.enumerated() {
      let before = index > 0 ? tokens[index - 1].kind : nil
      if token.line == .margin, index > 0 {
        // The head of a statement ends whatever is open, `energy` behind a colon excepted.
        if token.kind.isStatementHead, token.kind != .energy || before != .colon { open = 0 }
        if open == 0, !(before?.continuesAtLineEnd ?? false) { isInBlock = false }
      }
      switch token.kind {
      case .openParen, .openBracket: open += 1
      case .closeParen, .closeBracket: open = max(0, open - 1)
      case .semicolon where open == 0: isInBlock = false
      default: break
      }
      if before == .where, token.line != .inside, open == 0 { isInBlock = true }
    }
    hasOpenBracket = open > 0
    endsOpen = tokens.last.map { open == 0 && $0.kind.continuesAtLineEnd } ?? false
  }
}
