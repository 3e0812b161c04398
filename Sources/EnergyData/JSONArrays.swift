import EnergyText

/// A `.json` file of numbers under names: `{"a": 2, "mu": [0, 1]}`.
struct JSONArrays: ArrayCollection {
  /// The longest file that is read: its values take about ten times that in memory.
  static let sizeLimit = 64 << 20

  let names: [String]
  private let values: [JSONText.Value]
  private let path: String

  init(_ file: MappedFile) throws {
    path = file.path
    let bytes = file.bytes
    func fail(_ message: String, _ hint: String? = nil) -> Diagnostic {
      Diagnostic(.error, .json, "\(file.path): \(message)", hints: hint.map { [Diagnostic.Hint($0)] } ?? [])
    }
    guard bytes.count <= Self.sizeLimit else {
      throw fail(
        "the file has \(DataText.grouped(bytes.count)) bytes; at most \(DataText.grouped(Self.sizeLimit)) are read",
        "write it with numpy.savez, as .npz")
    }
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    let shape = "write names and numbers: {\"a\": 2, \"mu\": [0, 1]}"
    let root: JSONText.Value
    do {
      root = try withExtendedLifetime(file) { () throws(JSONText.Failure) in
        try JSONText.parse(UnsafeRawBufferPointer(rebasing: bytes[start...]))
      }
    } catch let failure {
      let before = bytes[start..<start + failure.position]
      let line = before.count { $0 == 0x0a } + 1
      let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? start
      let column = String(decoding: bytes[lineStart..<before.endIndex].suffix(1 << 16), as: UTF8.self).count + 1
      throw fail("\(line):\(column): \(failure.message)", shape)
    }
    guard case .object(let members) = root else { throw fail("this is no object with names", shape) }
    names = members.map(\.name)
    values = members.map(\.value)
  }

  func array(at index: Int) throws -> ArrayFile {
    let label = "\(path) (\(DataText.excerpt(names[index].utf8)))"
    func fail(_ message: String, _ hint: String? = nil) -> Diagnostic {
      Diagnostic(.error, .json, "\(label): \(message)", hints: hint.map { [Diagnostic.Hint($0)] } ?? [])
    }
    var shape: [Int] = []
    var isWhole = true
    // One pass an axis: all entries at that depth are arrays of one length, or all are numbers.
    var level = [values[index]]
    while case .array(let first) = level.first {
      guard shape.count < NpyHeader.rankLimit else {
        throw fail("it has more than \(NpyHeader.rankLimit) axes")
      }
      var next: [JSONText.Value] = []
      for entry in level {
        guard case .array(let entries) = entry else { throw fail("numbers and lists stand side by side") }
        guard entries.count == first.count else {
          throw fail("lists of \(first.count) and of \(entries.count) stand side by side")
        }
        next += entries
      }
      shape.append(first.count)
      level = next
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(level.count)
    for entry in level {
      switch entry {
      case .integer(let whole):
        guard whole.magnitude <= 1 << 53 else {
          throw Diagnostic(.error, .dtype, "\(label): a double can't hold \(whole) exactly")
        }
        numbers.append(Double(whole))
      case .number(let value):
        isWhole = false
        numbers.append(value)
      case .array: throw fail("numbers and lists stand side by side")
      case .object:
        throw fail(
          "it is an object, not a number or a list", "dotted names stand flat: {\"\(names[index]).mu\": [0, 1]}")
      case .string, .bool, .null: throw fail("every entry has to be a number")
      }
    }
    return ArrayFile(
      name: label, shape: shape, dtype: .f64, source: .json(isWhole: isWhole), storage: .doubles(numbers))
  }
}
