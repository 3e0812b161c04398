import EnergyText

/// The header of a `.npy` file: NumPy Enhancement Proposal 1 and `numpy.lib.format`, versions 1.0, 2.0 and 3.0.
struct NpyHeader: Hashable {
  /// The first six bytes of every `.npy` file.
  static let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
  /// The longest header that is read; NumPy's own limit for files it doesn't trust.
  static let sizeLimit = 10_000
  /// The most axes an array may have.
  static let rankLimit = 32

  var version: Int
  /// As written, e.g. `<f8`.
  var descr: String
  var fortranOrder: Bool
  var shape: [Int]
  /// Offset of the first element.
  var dataOffset: Int

  /// Reads the header at the start of `bytes`; `name` is the file in messages.
  init(bytes: UnsafeRawBufferPointer, name: String) throws {
    func fail(_ message: String, hint: String? = nil) -> Diagnostic {
      Diagnostic(.error, .npy, "\(name): \(message)", hints: hint.map { [Diagnostic.Hint($0)] } ?? [])
    }
    guard !bytes.isEmpty else { throw fail("the file is empty") }
    guard bytes.starts(with: Self.magic) else {
      let isZip = bytes.starts(with: [0x50, 0x4b, 0x03, 0x04])
      throw fail(
        "not a .npy file: it doesn't start with the bytes \\x93NUMPY",
        hint: isZip
          ? "it is a zip archive: give it the extension .npz"
          : "write it with numpy.save; a table of text belongs into a .csv file")
    }
    guard bytes.count >= 8 else { throw fail("the file ends in its header, after \(bytes.count) bytes") }
    version = Int(bytes[6])
    guard (1...3).contains(version), bytes[7] == 0 else {
      throw fail("format version \(bytes[6]).\(bytes[7]) is unknown; versions 1.0, 2.0 and 3.0 can be read")
    }
    let lengthBytes = version == 1 ? 2 : 4
    guard bytes.count >= 8 + lengthBytes else {
      throw fail("the file ends in its header, after \(bytes.count) bytes")
    }
    let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    guard length <= Self.sizeLimit else {
      throw fail(
        "the header claims \(DataText.grouped(length)) bytes; at most \(DataText.grouped(Self.sizeLimit)) are read")
    }
    dataOffset = 8 + lengthBytes + length
    guard bytes.count >= dataOffset else {
      throw fail("the header claims \(DataText.grouped(length)) bytes, the file ends before that")
    }
    var literal = PythonLiteral(bytes: Array(bytes[(8 + lengthBytes)..<dataOffset]))
    do {
      (descr, fortranOrder, shape) = try literal.npyDictionary()
    } catch let error as PythonLiteral.Failure {
      if error.isStructured {
        throw Diagnostic(
          .error, .dtype, "\(name): the elements are records (a structured dtype), not numbers",
          hints: [Diagnostic.Hint("save one field: numpy.save(file, a['field'])")])
      }
      throw fail("the header can't be understood: \(error.message)")
    }
    guard shape.count <= Self.rankLimit else {
      throw fail("the array has \(shape.count) axes; at most \(Self.rankLimit) are read")
    }
  }
}

/// A reader for the one Python literal that `.npy` headers hold: a dictionary of strings, booleans and tuples.
struct PythonLiteral {
  struct Failure: Error {
    var message: String
    var isStructured = false
  }

  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// `{'descr': …, 'fortran_order': …, 'shape': …}`, keys in any order.
  mutating func npyDictionary() throws -> (descr: String, fortranOrder: Bool, shape: [Int]) {
    var descr: String?
    var fortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !take("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where descr == nil: descr = try dtypeString()
      case "fortran_order" where fortranOrder == nil: fortranOrder = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default: throw Failure(message: "unexpected entry '\(DataText.excerpt(key.utf8))'")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == bytes.count else { throw Failure(message: "text after the closing brace") }
    guard let descr else { throw Failure(message: "'descr' is missing") }
    guard let fortranOrder else { throw Failure(message: "'fortran_order' is missing") }
    guard let shape else { throw Failure(message: "'shape' is missing") }
    return (descr, fortranOrder, shape)
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard take(character) else { throw Failure(message: "expected '\(character)' at byte \(position)") }
  }

  private mutating func string() throws -> String {
    skipSpace()
    guard position < bytes.count,
      let quote = [UInt8(ascii: "'"), UInt8(ascii: "\"")].first(where: { $0 == bytes[position] })
    else { throw Failure(message: "expected a string at byte \(position)") }
    let start = position + 1
    guard let end = bytes[start...].firstIndex(of: quote) else {
      throw Failure(message: "the string at byte \(position) isn't closed")
    }
    position = end + 1
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private mutating func dtypeString() throws -> String {
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "[") || bytes[position] == UInt8(ascii: "(") {
      throw Failure(message: "", isStructured: true)
    }
    return try string()
  }

  private mutating func boolean() throws -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)] where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw Failure(message: "expected True or False at byte \(position)")
  }

  private mutating func tuple() throws -> [Int] {
    try expect("(")
    var entries: [Int] = []
    while !take(")") {
      entries.append(try integer())
      if !take(",") {
        try expect(")")
        break
      }
    }
    return entries
  }

  private mutating func integer() throws -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(bytes[position] - 0x30))
      if overflow || carry { throw Failure(message: "a length in 'shape' is too large") }
      value = sum
      position += 1
    }
    guard position > start else {
      throw Failure(message: "expected a length (a whole number, not negative) at byte \(position)")
    }
    // Python 2 wrote long integers as 10L.
    if position < bytes.count, bytes[position] == UInt8(ascii: "L") { position += 1 }
    return value
  }
}
