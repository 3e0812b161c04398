/// A reader for JSON (RFC 8259): every name once, objects and arrays to a stated depth.
struct JSONText {
  enum Value: Sendable {
    case object([(name: String, value: Value)])
    case array([Value])
    case string(String)
    /// A number without a point or an exponent, within 64 bits.
    case integer(Int)
    case number(Double)
    case bool(Bool)
    case null

    /// The member of an object.
    subscript(name: String) -> Value? {
      guard case .object(let members) = self else { return nil }
      return members.first { $0.name == name }?.value
    }
  }

  /// What is wrong, and at which byte.
  struct Failure: Error {
    let message: String
    let position: Int
  }

  /// How deep arrays and objects may nest.
  static let depthLimit = 64

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  /// Reads a text that is one value.
  static func parse(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> Value {
    var text = JSONText(bytes: bytes)
    let value = try text.value(depth: 0)
    text.skipSpace()
    guard text.position == bytes.count else { throw text.failure("text after the value") }
    return value
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func failure(_ message: String) -> Failure { Failure(message: message, position: position) }

  private mutating func skipSpace() {
    while let byte, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard byte == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(Failure) -> Value {
    skipSpace()
    switch byte {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case nil: throw failure("the text ends too early")
    case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return try number()
    default:
      for (word, value) in [("true", Value.bool(true)), ("false", .bool(false)), ("null", .null)]
      where bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return value
      }
      for word in ["NaN", "Infinity"] where bytes[position...].starts(with: word.utf8) {
        throw failure("\(word) is no number of JSON")
      }
      throw failure("expected a value")
    }
  }

  private mutating func enter(_ depth: Int) throws(Failure) {
    guard depth < Self.depthLimit else { throw failure("more than \(Self.depthLimit) brackets nest") }
    position += 1
  }

  private mutating func object(_ depth: Int) throws(Failure) -> Value {
    try enter(depth)
    var members: [(name: String, value: Value)] = []
    var names: Set<String> = []
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard byte == UInt8(ascii: "\"") else { throw failure("expected a name in double quotes") }
      let start = position
      let name = try string()
      guard names.insert(name).inserted else {
        throw Failure(message: "the name '\(DataText.excerpt(name.utf8))' stands twice", position: start)
      }
      guard take(":") else { throw failure("expected ':'") }
      members.append((name, try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw failure("expected ',' or '}'") }
    return .object(members)
  }

  private mutating func array(_ depth: Int) throws(Failure) -> Value {
    try enter(depth)
    var entries: [Value] = []
    if take("]") { return .array(entries) }
    repeat { entries.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw failure("expected ',' or ']'") }
    return .array(entries)
  }

  // MARK: Numbers

  private mutating func digits() throws(Failure) {
    let start = position
    while let byte, (0x30...0x39).contains(byte) { position += 1 }
    guard position > start else { throw failure("expected a digit") }
  }

  private mutating func number() throws(Failure) -> Value {
    let start = position
    if byte == UInt8(ascii: "-") { position += 1 }
    let first = position
    try digits()
    if bytes[first] == 0x30, position > first + 1 {
      throw Failure(message: "a number starts with 0", position: start)
    }
    var isWhole = true
    if byte == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      try digits()
    }
    if let letter = byte, letter | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      position += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    // 0 has a sign only as a floating-point number.
    if isWhole, let whole = Int(String(decoding: bytes[start..<position], as: UTF8.self)),
      whole != 0 || start == first
    {
      return .integer(whole)
    }
    guard let (value, end) = NumberText.parse(bytes, from: start), end == position else {
      throw Failure(message: "this isn't a number", position: start)
    }
    return .number(value)
  }

  // MARK: Strings

  private mutating func string() throws(Failure) -> String {
    let opening = position
    position += 1
    var content: [UInt8] = []
    while true {
      guard let next = byte else { throw Failure(message: "the quote isn't closed", position: opening) }
      guard next >= 0x20 else { throw failure("a control character in a string") }
      position += 1
      if next == UInt8(ascii: "\"") { break }
      if next == UInt8(ascii: "\\") {
        content.append(contentsOf: String(try escaped()).utf8)
      } else {
        content.append(next)
      }
    }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw Failure(message: "a string that isn't UTF-8", position: opening)
    }
    return text
  }

  /// The character after a backslash.
  private mutating func escaped() throws(Failure) -> Unicode.Scalar {
    let start = position - 1
    let letter = byte
    position += 1
    switch letter {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = hexadecimal()
      if let high = code, (0xd800...0xdbff).contains(high) {
        // Characters beyond the first 65,536 are two escapes.
        code = nil
        if bytes[position...].starts(with: [0x5c, 0x75]) {
          position += 2
          if let low = hexadecimal(), (0xdc00...0xdfff).contains(low) {
            code = 0x10000 + (high - 0xd800) << 10 + (low - 0xdc00)
          }
        }
      }
      if let code, let scalar = Unicode.Scalar(code) { return scalar }
    default: break
    }
    throw Failure(message: "a backslash before something that isn't an escape", position: start)
  }

  private mutating func hexadecimal() -> UInt32? {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = byte.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else { return nil }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
