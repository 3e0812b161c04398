import EnergyText

/// Turns bytes into tokens. Never fails: what can't be a token is reported and left out or read as was meant.
///
/// A class because debug builds copy a struct, and count its references, for every property that is read.
final class Lexer {
  let source: SourceFile
  let file: Int
  let bytes: [UInt8]
  var position = 0
  var stream = TokenStream()
  var diagnostics: DiagnosticList
  /// Where the line begins, until its first token has been read.
  var lineStart: Int? = 0
  /// Messages about characters that this line has had.
  var refused: Set<String> = []
  private var names: [String: Int32] = [:]

  init(_ source: SourceFile, file: Int, limits: SyntaxLimits) {
    self.source = source
    self.file = file
    bytes = source.bytes
    diagnostics = DiagnosticList(limit: limits.errors)
    stream.tokens.reserveCapacity(bytes.count / 2 + 16)
  }

  func run() {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    while position < bytes.count { next() }
  }

  /// The byte `ahead` places on; 0 behind the end.
  func peek(_ ahead: Int = 0) -> UInt8 {
    let index = position + ahead
    return index < bytes.count ? bytes[index] : 0
  }

  func span(_ start: Int, _ end: Int) -> Span { Span(file: file, start: start, end: end) }

  /// Ends a token that began at `start`.
  func emit(_ kind: TokenKind, from start: Int, value: Int32 = 0) {
    var line = LinePosition.inside
    if let begin = lineStart {
      line = start == begin ? .margin : bytes[begin..<start].contains(0x09) ? .indentedByTab : .indented
      lineStart = nil
    }
    stream.tokens.append(Token(kind: kind, line: line, start: Int32(start), end: Int32(position), value: value))
  }

  /// Keeps a text once and returns its number.
  func intern(_ text: String) -> Int32 {
    if let known = names[text] { return known }
    let number = Int32(stream.strings.count)
    stream.strings.append(text)
    names[text] = number
    return number
  }

  func report(
    _ code: DiagnosticCode, _ message: String, _ span: Span, label: String? = nil, hints: [Diagnostic.Hint] = []
  ) {
    diagnostics.add(Diagnostic(.error, code, message, at: span, label: label, hints: hints))
  }

  private func next() {
    let byte = bytes[position]
    switch byte {
    case 0x0A:
      position += 1
      lineStart = position
      if !refused.isEmpty { refused = [] }
    case 0x20, 0x09, 0x0D:
      position += 1
    case UInt8(ascii: "#"):
      while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      number()
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
      name()
    case UInt8(ascii: "\""):
      string()
    case UInt8(ascii: "."):
      if isDigit(peek(1)) { number() } else { dots() }
    case 0x80...:
      unicode()
    default:
      symbol(byte)
    }
  }

  private func dots() {
    let start = position
    while peek() == UInt8(ascii: ".") { position += 1 }
    switch position - start {
    case 1 where foreignPoint(start): return
    case 1:
      let hint = "a number is written 0.5 or .5, a range 1..n"
      report(.character, "a point alone means nothing", span(start, position), hints: [.init(hint)])
      emit(.bad, from: start)
    case 2:
      emit(.range, from: start)
    default:
      let here = span(start, position)
      let fix = Diagnostic.FixIt(replace: here, with: "..")
      report(.number, "a range is written with two points", here, hints: [.init("write ..", fixIt: fix)])
      emit(.range, from: start)
    }
  }

  private func string() {
    if foreignText() { return }
    let start = position
    var text: [UInt8] = []
    position += 1
    while position < bytes.count, bytes[position] != 0x0A, bytes[position] != UInt8(ascii: "\"") {
      guard bytes[position] == UInt8(ascii: "\\") else {
        text.append(bytes[position])
        position += 1
        continue
      }
      switch peek(1) {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(peek(1))
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "t"): text.append(0x09)
      default:
        let end = min(position + 2, bytes.count)
        report(
          .string, "this escape doesn't exist", span(position, end), hints: [.init("escapes are \\\" \\\\ \\n \\t")])
      }
      position = min(position + (peek(1) == 0x0A ? 1 : 2), bytes.count)
    }
    let isClosed = peek() == UInt8(ascii: "\"")
    if isClosed {
      position += 1
    } else {
      while position > start + 1, bytes[position - 1] == 0x0D { position -= 1 }
      report(
        .string, "this text isn't closed", span(start, position), label: "a closing \" is missing on this line",
        hints: [.init("the transpose is written ' or ^T; a text stands in double quotes on one line")])
    }
    let decoded = String(decoding: text, as: UTF8.self)
    if !decoded.utf8.elementsEqual(text) { report(.encoding, "this text isn't UTF-8", span(start, position)) }
    stream.strings.append(decoded)
    emit(isClosed ? .string : .bad, from: start, value: Int32(stream.strings.count - 1))
  }
}

func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

/// Whether an ASCII byte may stand within a name.
func isNameByte(_ byte: UInt8) -> Bool {
  isDigit(byte) || byte == UInt8(ascii: "_") || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
}
