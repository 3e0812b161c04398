import EnergyText

extension Lexer {
  /// Reads an operator or bracket of ASCII.
  func symbol(_ byte: UInt8) {
    let start = position
    let equals = peek(1) == UInt8(ascii: "=")
    let kind: TokenKind
    var length = 1
    switch byte {
    case UInt8(ascii: "+"): kind = .plus
    case UInt8(ascii: "-"): kind = .minus
    case UInt8(ascii: "*"):
      kind = peek(1) == byte ? .caret : .star
      if kind == .caret { return refuse(2, "the power is written ^", .caret, "^") }
    case UInt8(ascii: "/"): kind = .slash
    case UInt8(ascii: "@"): kind = .at
    case UInt8(ascii: "^"): kind = .caret
    case UInt8(ascii: "'"): kind = .transpose
    case UInt8(ascii: ","): kind = .comma
    case UInt8(ascii: ";"): kind = .semicolon
    case UInt8(ascii: ":"): kind = .colon
    case UInt8(ascii: "("): kind = .openParen
    case UInt8(ascii: ")"): kind = .closeParen
    case UInt8(ascii: "["): kind = .openBracket
    case UInt8(ascii: "]"): kind = .closeBracket
    case UInt8(ascii: "="): (kind, length) = equals ? (.equal, 2) : (.assign, 1)
    case UInt8(ascii: "<"): (kind, length) = equals ? (.lessOrEqual, 2) : (.less, 1)
    case UInt8(ascii: ">"): (kind, length) = equals ? (.greaterOrEqual, 2) : (.greater, 1)
    case UInt8(ascii: "!"):
      if !equals { return refuse(1, "'!' means nothing here; 'not' negates, and a factorial is exp(lgamma(n + 1))") }
      (kind, length) = (.notEqual, 2)
    case UInt8(ascii: "&"): return refuse(peek(1) == byte ? 2 : 1, "the conjunction is written 'and'", .and, "and")
    case UInt8(ascii: "|"):
      if peek(1) == byte { return refuse(2, "the disjunction is written 'or', a norm norm(x)", .or, "or") }
      return refuse(1, "'|' means nothing here; write abs(x) or norm(x)")
    case UInt8(ascii: "%"):
      return refuse(1, "'%' means nothing here; the remainder is mod(a, b), a comment begins with #")
    case UInt8(ascii: "{"), UInt8(ascii: "}"):
      return refuse(1, "braces mean nothing here; lists stand in [ ], groups in ( )")
    default: return refuse(1, "this character means nothing here")
    }
    position += length
    emit(kind, from: start)
  }

  /// Reports `length` bytes; they stand for `kind` if it is clear what was meant.
  private func refuse(
    _ length: Int, _ message: String, _ kind: TokenKind = .bad, _ replacement: String? = nil
  ) {
    let start = position
    position += length
    let here = span(start, position)
    let hints = replacement.map { text in
      [Diagnostic.Hint("write \(text)", fixIt: .init(replace: here, with: text))]
    }
    report(.character, message, here, hints: hints ?? [])
    emit(kind, from: start)
  }

  /// Reads what begins beyond ASCII: mathematical signs, names, white space.
  func unicode() {
    guard let (scalar, length) = scalar(at: position) else { return invalidBytes() }
    let start = position
    switch scalar {
    case "\u{B7}", "\u{22C5}", "\u{2219}": finish(.dot)
    case "×", "\u{2A2F}": finish(.cross)
    case "\u{2212}": finish(.minus)
    case "≤", "\u{2A7D}": finish(.lessOrEqual)
    case "≥", "\u{2A7E}": finish(.greaterOrEqual)
    case "≠": finish(.notEqual)
    case "\u{1D40}", "\u{22A4}": finish(.transpose)
    case "‖": finish(.normBar)
    case "∇": finish(.nabla)
    case "⁻", "⁰", "¹", "²", "³", "⁴"..."⁹": superscript()
    default:
      if scalar.properties.generalCategory == .spaceSeparator {
        position += length
      } else if beginsName(at: position) {
        name()
      } else {
        refuse(length, unicodeAdvice[scalar] ?? "this character means nothing here")
      }
    }

    func finish(_ kind: TokenKind) {
      position += length
      emit(kind, from: start)
    }
  }

  private func superscript() {
    let start = position
    var digits = ""
    while let (scalar, length) = scalar(at: position) {
      guard let digit = superscriptDigits[scalar], digit != "-" || digits.isEmpty else { break }
      digits.append(digit)
      position += length
    }
    if Int(digits) == nil {
      let message = digits == "-" ? "a superscript minus needs digits behind it" : "this exponent is too large"
      report(.number, message, span(start, position))
      digits = "1"
    }
    emit(.superscript, from: start, value: intern(digits))
  }

  private func invalidBytes() {
    let start = position
    repeat { position += 1 } while position < bytes.count && bytes[position] >= 0x80 && scalar(at: position) == nil
    report(
      .encoding, "these bytes aren't UTF-8", span(start, position), hints: [.init("save the file in UTF-8")])
    emit(.bad, from: start)
  }
}

private let superscriptDigits: [Unicode.Scalar: Character] = [
  "⁻": "-", "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9",
]

/// What to write instead of signs that look as if they belonged to the language.
private let unicodeAdvice: [Unicode.Scalar: String] = [
  "∑": "a sum is written sum(i in 1..n: …)", "∏": "a product is written prod(i in 1..n: …)",
  "√": "the root is written sqrt(x)", "∞": "infinity is written inf", "∂": "a derivative is written grad(E, name)",
  "∈": "write 'in'", "∫": "integrals can't be written", "∆": "the Laplacian is written laplacian(E)",
  "÷": "division is written /", "±": "write one sign", "…": "a range is written ..",
  "⊗": "write outer(a, b) or kron(A, B)",
  "⊙": "the element-wise product is written *", "→": "write '='", "←": "write '='",
  "“": "a text stands in straight quotes, \"", "”": "a text stands in straight quotes, \"",
  "’": "the transpose is written ' or ^T", "‘": "the transpose is written ' or ^T",
  "′": "the transpose is written ' or ^T",
  "∧": "write 'and'", "∨": "write 'or'", "¬": "write 'not'", "–": "minus is written - or −",
  "—": "minus is written - or −",
  "ⁿ": "write ^n", "∣": "write abs(x) or norm(x)", "∥": "a norm is written ‖x‖ (U+2016) or norm(x)",
]
