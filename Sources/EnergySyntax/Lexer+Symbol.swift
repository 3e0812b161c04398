import EnergyText

extension Lexer {
  /// Reads an operator or bracket of ASCII.
  func symbol(_ byte: UInt8) {
    if foreignSymbol(byte) { return }
    let start = position
    let equals = peek(1) == UInt8(ascii: "=")
    let kind: TokenKind
    var length = 1
    switch byte {
    case UInt8(ascii: "+"): kind = .plus
    case UInt8(ascii: "-"): kind = .minus
    case UInt8(ascii: "*"): kind = .star
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
    case UInt8(ascii: "!") where equals: (kind, length) = (.notEqual, 2)
    default: return refuse(1, meaningless(Unicode.Scalar(byte)))
    }
    position += length
    emit(kind, from: start)
  }

  /// Reports `length` bytes; they stand for `kind` if it is clear what was meant. A message without an edit is given
  /// once a line.
  func refuse(_ length: Int, _ message: String, _ kind: TokenKind = .bad, _ replacement: String? = nil) {
    let start = position
    position += length
    let here = span(start, position)
    if let replacement {
      let fix = Diagnostic.FixIt(replace: here, with: replacement)
      let text = replacement.isEmpty ? "remove it" : "write \(shortened(replacement))"
      report(.character, message, here, hints: [.init(text, fixIt: fix)])
    } else if refused.insert(message).inserted {
      report(.character, message, here)
    }
    emit(kind, from: start)
  }

  /// What is said of a character that no language of models has.
  func meaningless(_ scalar: Unicode.Scalar) -> String {
    let code = String(scalar.value, radix: 16, uppercase: true)
    let number = "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned,
      .nonspacingMark, .enclosingMark, .spacingMark:
      return "an invisible character (\(number)) stands here"
    default:
      return "'\(Character(scalar))' means nothing here" + (scalar.isASCII ? "" : " (\(number))")
    }
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
        foreignCharacter(scalar, length)
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
