import EnergyText

/// Signs brought along from other languages and from paper: each is read as what was meant where that is clear, and
/// the message says how it is written here.
extension Lexer {
  /// Whether what was read last can stand before an infix operator.
  private var followsOperand: Bool {
    // At the margin a statement begins; an indented line may go on with the one above.
    guard let last = stream.tokens.last, lineStart != position else { return false }
    switch last.kind {
    case .number, .string, .name, .dottedName, .constant, .end, .transpose, .superscript, .closeParen, .closeBracket,
      .normBar, .bad:
      return true
    default: return false
    }
  }

  /// Whether the bytes from here on are those of an ASCII text.
  private func follows(_ text: String) -> Bool {
    position + text.utf8.count <= bytes.count && bytes[position...].starts(with: text.utf8)
  }

  /// The offset of the line's end.
  private var endOfLine: Int {
    var end = position
    while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
    return end
  }

  /// The offset of the next of these texts on this line, `ahead` bytes from here or later. Looked for only up to the
  /// first one, so that a long line of them costs linear time.
  private func find(_ texts: String..., from ahead: Int) -> Int? {
    let needles = texts.map { Array($0.utf8) }
    var start = position + ahead
    while start < bytes.count, bytes[start] != 0x0A {
      if needles.contains(where: { bytes[start...].starts(with: $0) }) { return start }
      start += 1
    }
    return nil
  }

  // MARK: ASCII

  /// Reads an operator that only other languages have.
  func foreignSymbol(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "'") where !followsOperand: return textInSingleQuotes()
    case UInt8(ascii: "/") where follows("//"): comment(marker: 2)
    case UInt8(ascii: "/") where follows("/*"): blockComment()
    case UInt8(ascii: "|"): bars()
    case UInt8(ascii: "\\"): backslash()
    case UInt8(ascii: "!") where peek(1) != UInt8(ascii: "="):
      if followsOperand {
        refuse(1, "'!' means nothing here; the factorial of n is exp(lgamma(n + 1))")
      } else {
        refuse(1, "the negation is written 'not'", .not, "not ")
      }
    case UInt8(ascii: "&"):
      refuse(
        peek(1) == byte ? 2 : 1, "the conjunction is written 'and'", .and, isSpaced(peek(1) == byte ? 2 : 1, "and"))
    case UInt8(ascii: "%") where follows("%*%"): refuse(3, "the matrix product is written @", .at, "@")
    case UInt8(ascii: "%"):
      refuse(1, "'%' means nothing here; the remainder is mod(a, b), a comment begins with #")
    case UInt8(ascii: "{"), UInt8(ascii: "}"):
      refuse(1, "braces mean nothing here; lists stand in [ ], groups in ( )")
    case UInt8(ascii: "~"):
      refuse(1, "'~' means nothing here; an energy adds terms: y ~ normal(m, s) is + 0.5*((y - m)/s)^2 + log(s)")
    case UInt8(ascii: "?"): refuse(1, "'?' means nothing here; a choice is written if c then a else b")
    default:
      // Nearly every sign of a right program ends here: what stands behind it tells.
      guard Self.secondBytes.contains(peek(1)),
        let (spelling, message, kind, replacement) = Self.compounds.first(where: { follows($0.0) })
      else { return false }
      refuse(spelling.utf8.count, message, kind, replacement)
    }
    return true
  }

  /// Operators of two or three characters; longer ones first.
  private static let compounds: [(String, String, TokenKind, String?)] = [
    ("**", "the power is written ^", .caret, "^"),
    ("===", "equality is written ==", .equal, "=="),
    ("!==", "inequality is written !=", .notEqual, "!="),
    ("<>", "inequality is written !=", .notEqual, "!="),
    ("/=", "'/=' means nothing here; inequality is written !=", .notEqual, "!="),
    ("->", "'->' means nothing here; a function is defined by fn f(x) = …", .bad, nil),
    ("=>", "'=>' means nothing here; a function is defined by fn f(x) = …, and at least is >=", .bad, nil),
    ("+=", "'+=' means nothing here: names keep their value; add the term where the sum is written", .bad, nil),
    ("-=", "'-=' means nothing here: names keep their value; write the term where the sum is written", .bad, nil),
    ("*=", "'*=' means nothing here: names keep their value; define another one with let", .bad, nil),
  ]

  /// What the second character of such an operator can be.
  private static let secondBytes = Set(compounds.compactMap { $0.0.utf8.dropFirst().first })

  /// A word for a sign of `length` bytes, with spaces where its neighbours would run into it.
  private func isSpaced(_ length: Int, _ word: String) -> String {
    let before = position > 0 && isNameByte(bytes[position - 1]) ? " " : ""
    return before + word + (isNameByte(peek(length)) ? " " : "")
  }

  /// `// …`, read as the comment that it was meant to be.
  private func comment(marker: Int) {
    let start = position
    let here = span(start, start + marker)
    report(
      .character, "a comment begins with #, and the whole quotient is div(a, b)", here,
      hints: [.init("write #", fixIt: .init(replace: here, with: "#"))])
    position = endOfLine
  }

  /// `/* … */`, also over several lines.
  private func blockComment() {
    let start = position
    position += 2
    while position < bytes.count, !follows("*/") { position += 1 }
    position = min(position + 2, bytes.count)
    let here = span(start, position)
    let text = source.text(from: start, to: position)
    var hints: [Diagnostic.Hint] = []
    // Behind it on its line nothing else may stand, or the edit would hide it.
    if !text.contains(where: \.isNewline), text.hasSuffix("*/"), position == bytes.count || bytes[position] == 0x0A {
      hints = [.init("write #", fixIt: .init(replace: here, with: "#" + text.dropFirst(2).dropLast(2)))]
    }
    report(.character, "a comment begins with # and ends with its line", here, hints: hints)
  }

  /// `|x|` and `||x||`; behind an operand `||` is the disjunction.
  private func bars() {
    let length = follows("||") ? 2 : 1
    if followsOperand {
      if length == 2 { return refuse(2, "the disjunction is written 'or'", .or, isSpaced(2, "or")) }
      return refuse(1, "'|' means nothing here; a norm is written norm(x), the absolute value abs(x)")
    }
    let bar = length == 2 ? "||" : "|"
    guard let end = find(bar, from: length) else {
      return refuse(length, "'\(bar)' means nothing here; a norm is written norm(x), the absolute value abs(x)")
    }
    let start = position
    position = end + length
    let here = span(start, position)
    let inner = source.text(from: start + length, to: end)
    let names = length == 2 ? ["norm"] : ["abs", "norm"]
    report(
      .character, length == 2 ? "a norm is written norm(x) or ‖x‖" : "bars are written abs(x) or norm(x)", here,
      hints: names.map { name in
        let text = "\(name)(\(inner))"
        return .init("write \(shortened(text))", fixIt: .init(replace: here, with: text))
      })
    emit(.bad, from: start)
  }

  /// A line that goes on in the next one, or a command of LaTeX: nothing on the rest of the line would make sense.
  private func backslash() {
    let start = position
    let isCommand = beginsWord(1)
    position = isCommand ? endOfLine : position + 1
    report(
      .character,
      isCommand
        ? "LaTeX isn't read; a fraction is a/b, a sum sum(i in 1..n: …)"
        : "'\\' means nothing here; a line goes on if it ends in an operator or the next one begins with one",
      span(start, isCommand ? min(position, start + 1 + wordLength(1)) : position))
    emit(.bad, from: start)
  }

  private func beginsWord(_ ahead: Int) -> Bool { wordLength(ahead) > 0 && !isDigit(peek(ahead)) }

  private func wordLength(_ ahead: Int) -> Int {
    var length = 0
    while isNameByte(peek(ahead + length)) { length += 1 }
    return length
  }

  // MARK: Texts

  /// `'x.csv'` where no operand stands before, so that it can't be a transpose.
  private func textInSingleQuotes() -> Bool {
    guard let end = find("'", from: 1) else { return false }
    let inner = source.text(from: position + 1, to: end)
    guard !inner.contains(where: { $0 == "\"" || $0 == "\\" }) else { return false }
    text(inner, end: end + 1, "a text stands in double quotes")
    return true
  }

  /// Reports a text in foreign quotes and reads it as what was meant.
  private func text(_ inner: String, end: Int, _ message: String) {
    let start = position
    position = end
    let here = span(start, end)
    report(
      .string, message, here,
      hints: [.init("write \(shortened("\"\(inner)\""))", fixIt: .init(replace: here, with: "\"\(inner)\""))])
    stream.strings.append(inner)
    emit(.string, from: start, value: Int32(stream.strings.count - 1))
  }

  /// `"""…"""`, a comment in Python.
  func foreignText() -> Bool {
    guard follows("\"\"\"") else { return false }
    let start = position
    position += 3
    while position < bytes.count, !follows("\"\"\"") { position += 1 }
    position = min(position + 3, bytes.count)
    report(.string, "a comment begins with # and ends with its line", span(start, position))
    emit(.bad, from: start)
    return true
  }

  // MARK: Points

  /// `.*` of MATLAB, or a method of something in brackets; a single point was read.
  func foreignPoint(_ start: Int) -> Bool {
    let kinds: [UInt8: TokenKind] = [
      UInt8(ascii: "*"): .star, UInt8(ascii: "/"): .slash, UInt8(ascii: "^"): .caret, UInt8(ascii: "'"): .transpose,
    ]
    if let kind = kinds[peek()] {
      position = start
      let operation = source.text(from: start + 1, to: start + 2)
      refuse(2, "'.\(operation)' is written \(operation): it works entry by entry as it is", kind, operation)
      return true
    }
    guard followsOperand, beginsWord(0) else { return false }
    let name = source.text(from: position, to: position + wordLength(0))
    position += wordLength(0)
    let advice = name == "T" ? "the transpose is written ^T" : "there are no methods; write \(shortened(name))(…)"
    report(.character, "'.\(shortened(name))' means nothing here", span(start, position), hints: [.init(advice)])
    emit(.bad, from: start)
    return true
  }

  // MARK: Beyond ASCII

  /// Reports a character that has no meaning, with what to write instead.
  func foreignCharacter(_ scalar: Unicode.Scalar, _ length: Int) {
    if scalar == "“" || scalar == "”", let end = find("”", "“", from: length) {
      return text(
        source.text(from: position + length, to: end), end: end + length, "a text stands in straight double quotes")
    }
    guard let sign = foreignSigns[scalar] else {
      let isInvisible = scalar.properties.generalCategory == .format
      return refuse(length, meaningless(scalar), .bad, isInvisible ? "" : nil)
    }
    guard let replacement = sign.replacement else { return refuse(length, sign.message) }
    if sign.kind == .constant {
      let start = position
      let here = span(start, start + length)
      position += length
      report(
        .character, sign.message, here,
        hints: [.init("write \(replacement)", fixIt: .init(replace: here, with: replacement))])
      return emit(.constant, from: start, value: intern(replacement))
    }
    refuse(length, sign.message, sign.kind, replacement)
  }
}

/// What a sign is read as, and how it is written here.
private struct ForeignSign {
  let message: String
  var kind = TokenKind.bad
  /// Its spelling here, where that can simply take its place.
  var replacement: String?
}

/// Signs that look as if they belonged to the language.
private let foreignSigns: [Unicode.Scalar: ForeignSign] = {
  var signs: [Unicode.Scalar: ForeignSign] = [
    "∑": .init(message: "a sum is written sum(i in 1..n: …)"),
    "∏": .init(message: "a product is written prod(i in 1..n: …)"),
    "√": .init(message: "the root is written sqrt(x)"),
    "∞": .init(message: "infinity is written inf", kind: .constant, replacement: "inf"),
    "∂": .init(message: "a derivative is written grad(E, name)"),
    "∫": .init(message: "integrals can't be written"),
    "∆": .init(message: "the Laplacian is written laplacian(E)"),
    "±": .init(message: "'±' stands for two values; write one sign"),
    "⊗": .init(message: "'⊗' is written outer(a, b) or kron(A, B)"),
    "∘": .init(message: "'∘' is written f(g(x)), or * for the product entry by entry"),
    "→": .init(message: "'→' means nothing here; a definition is written with ="),
    "←": .init(message: "'←' means nothing here; a definition is written let a = …"),
    "∝": .init(message: "'∝' means nothing here; write the energy with = and leave constants out"),
    "≈": .init(message: "'≈' means nothing here; write abs(a - b) < 1e-6"),
    "ⁿ": .init(message: "a superscript n is written ^n", replacement: "^n"),
    "∣": .init(message: "bars are written abs(x) or norm(x)"),
    "½": .init(message: "a half is written 0.5", replacement: "0.5"),
    "¼": .init(message: "a quarter is written 0.25", replacement: "0.25"),
    "¾": .init(message: "three quarters are written 0.75", replacement: "0.75"),
    "÷": .init(message: "division is written /", kind: .slash, replacement: "/"),
    "∗": .init(message: "the product is written *", kind: .star, replacement: "*"),
    "⊙": .init(message: "the product entry by entry is written *", kind: .star, replacement: "*"),
    "∈": .init(message: "'∈' is written 'in'", kind: .in, replacement: "in"),
    "…": .init(message: "a range is written ..", kind: .range, replacement: ".."),
    "∧": .init(message: "the conjunction is written 'and'", kind: .and, replacement: "and"),
    "∨": .init(message: "the disjunction is written 'or'", kind: .or, replacement: "or"),
    "¬": .init(message: "the negation is written 'not'", kind: .not, replacement: "not "),
    "∥": .init(message: "a norm is written ‖x‖ (U+2016) or norm(x)", kind: .normBar, replacement: "‖"),
  ]
  for quote: Unicode.Scalar in ["’", "‘", "′"] {
    signs[quote] = .init(message: "the transpose is written ' or ^T", kind: .transpose, replacement: "'")
  }
  for dash: Unicode.Scalar in ["–", "—", "‐", "‑", "\u{FF0D}"] {
    signs[dash] = .init(message: "minus is written - or −", kind: .minus, replacement: "-")
  }
  return signs
}()
