import EnergyText

/// What a piece of text is, for colours.
public enum TextClass: Sendable {
  /// A number.
  case number
  /// A text in quotes.
  case string
  /// A word of the language.
  case word
  /// A name right before parentheses.
  case function
}

/// A piece of text that has a colour.
public struct ColouredText: Sendable {
  /// Its bytes.
  public let range: Range<Int>
  /// What it is.
  public let kind: TextClass
}

/// The pieces of a text that have a colour, in order. The text need not be right.
public func coloured(_ text: String) -> [ColouredText] {
  let lexer = Lexer(SourceFile(name: "", text: text), file: 0, limits: .standard)
  lexer.run()
  let tokens = lexer.stream.tokens
  return tokens.indices.compactMap { index in
    let token = tokens[index]
    let kind: TextClass
    switch token.kind {
    case .number, .constant: kind = .number
    case .string: kind = .string
    case .name
    where index + 1 < tokens.count && tokens[index + 1].kind == .openParen
      && tokens[index + 1].start == token.end:
      kind = .function
    case let other where other.isWord: kind = .word
    default: return nil
    }
    return ColouredText(range: Int(token.start)..<Int(token.end), kind: kind)
  }
}

/// Letters and signs that have a name to type them by, `\\mu` for μ.
public enum TypedSigns {
  /// The sign of each name, without the backslash.
  public static let all: [String: String] = {
    var signs = [
      "times": "×", "cdot": "·", "le": "≤", "ge": "≥", "ne": "≠", "nabla": "∇", "norm": "‖", "transpose": "ᵀ",
    ]
    for (scalar, name) in greekNames where (0x391...0x3C9).contains(scalar.value) && scalar.value != 0x3C2 {
      signs[name] = String(scalar)
    }
    return signs
  }()
}
