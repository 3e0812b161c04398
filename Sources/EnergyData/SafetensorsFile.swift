import EnergyText

/// A `.safetensors` file: eight bytes with the length of a JSON header, the header, the elements of all arrays.
struct SafetensorsFile: ArrayCollection {
  /// The longest header that is read.
  static let headerLimit = 1_000_000

  private struct Tensor {
    let name: String
    let dtype: String
    let shape: [Int]
    let count: Int
    /// Within the file.
    let range: Range<Int>
  }

  let names: [String]
  private let file: MappedFile
  private let tensors: [Tensor]

  init(_ file: MappedFile) throws {
    self.file = file
    tensors = try withExtendedLifetime(file) { try Self.tensors(file) }
    names = tensors.map(\.name)
  }

  func array(at index: Int) throws -> ArrayFile {
    let tensor = tensors[index]
    let label = "\(file.path) (\(DataText.excerpt(tensor.name.utf8)))"
    let elements = RawElements(
      part: FileSlice(file, tensor.range, name: label), shape: tensor.shape, count: tensor.count)
    let source = ArrayFile.Source.safetensors(dtype: tensor.dtype)
    return try withExtendedLifetime(file) {
      if tensor.dtype == "BF16" {
        // The upper half of a float.
        let values = elements.copier.floating(UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
        return ArrayFile(name: label, shape: tensor.shape, dtype: .f64, source: source, storage: .doubles(values))
      }
      guard let kind = Self.kinds[tensor.dtype] else {
        let isComplex = tensor.dtype.hasPrefix("C")
        throw Diagnostic(
          .error, .dtype, "\(label): the elements are of type \(DataText.excerpt(tensor.dtype.utf8))",
          hints: [
            Diagnostic.Hint(isComplex ? "save the real and the imaginary parts" : "save them as float32 or float64")
          ])
      }
      return try elements.array(of: kind, source: source)
    }
  }

  private static let kinds: [String: NpyElement.Kind] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "I64": .int64, "I32": .int32, "I16": .int16, "I8": .int8,
    "U64": .uint64, "U32": .uint32, "U16": .uint16, "U8": .uint8, "BOOL": .bool,
  ]

  /// Bytes an element takes; `nil` for types that we don't know.
  private static func byteCount(_ dtype: String) -> Int? {
    dtype == "BF16" ? 2 : kinds[dtype].map(\.byteCount)
  }

  // MARK: The header

  private static func failure(_ file: MappedFile, _ message: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(.error, .safetensors, "\(file.path): \(message)", hints: hint.map { [Diagnostic.Hint($0)] } ?? [])
  }

  private static func tensors(_ file: MappedFile) throws -> [Tensor] {
    let bytes = file.bytes
    guard bytes.count >= 8 else {
      throw failure(file, bytes.isEmpty ? "the file is empty" : "the file ends before its header")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(headerLimit) else {
      throw failure(
        file, "the header claims \(length) bytes; at most \(DataText.grouped(headerLimit)) are read",
        hint: "a .safetensors file starts with the length of its header, in eight bytes")
    }
    let start = 8 + Int(length)
    guard start <= bytes.count else {
      throw failure(
        file,
        "the header claims \(DataText.grouped(Int(length))) bytes, the file holds \(DataText.grouped(bytes.count))",
        hint: "the file is cut short: copy or write it again")
    }
    let header: JSONText.Value
    do {
      header = try JSONText.parse(UnsafeRawBufferPointer(rebasing: bytes[8..<start]))
    } catch {
      throw failure(file, "the header isn't sound JSON: \(error.message) at byte \(8 + error.position)")
    }
    guard case .object(let members) = header else { throw failure(file, "the header isn't a JSON object") }
    var tensors: [Tensor] = []
    for member in members where member.name != "__metadata__" {
      tensors.append(try tensor(member.name, member.value, start, file))
    }
    try requireGapless(tensors, start, file)
    return tensors
  }

  private static func tensor(
    _ name: String, _ value: JSONText.Value, _ start: Int, _ file: MappedFile
  ) throws -> Tensor {
    let label = "'\(DataText.excerpt(name.utf8))'"
    guard case .string(let dtype) = value["dtype"], let shape = lengths(value["shape"]),
      let offsets = lengths(value["data_offsets"]), offsets.count == 2
    else {
      throw failure(file, "the header's entry \(label) lacks a dtype, a shape or two data_offsets")
    }
    guard shape.count <= NpyHeader.rankLimit else {
      throw failure(file, "\(label) has \(shape.count) axes; at most \(NpyHeader.rankLimit) are read")
    }
    let held = file.bytes.count - start
    guard offsets[0] <= offsets[1], offsets[1] <= held else {
      throw failure(
        file, "\(label) lies at bytes \(offsets[0]) to \(offsets[1]) of \(DataText.grouped(held))",
        hint: offsets[1] > held ? "the file is cut short: copy or write it again" : nil)
    }
    var count = 1
    var overflow = false
    for length in shape.contains(0) ? [0] : shape where !overflow {
      (count, overflow) = count.multipliedReportingOverflow(by: length)
    }
    // The size of types we don't know isn't known either; reading such an array is refused, not the file.
    if let byteCount = byteCount(dtype) {
      let (size, tooLarge) = count.multipliedReportingOverflow(by: byteCount)
      guard !overflow, !tooLarge, size == offsets[1] - offsets[0] else {
        let promise = overflow || tooLarge ? "too many" : DataText.grouped(size)
        throw failure(
          file,
          "\(label) says \(DataText.shape(shape)) \(dtype) = \(promise) bytes, it has \(DataText.grouped(offsets[1] - offsets[0]))"
        )
      }
    }
    return Tensor(
      name: name, dtype: dtype, shape: shape, count: overflow ? 0 : count,
      range: start + offsets[0]..<start + offsets[1])
  }

  private static func lengths(_ value: JSONText.Value?) -> [Int]? {
    guard case .array(let entries) = value else { return nil }
    var result: [Int] = []
    for entry in entries {
      guard case .integer(let length) = entry, length >= 0 else { return nil }
      result.append(length)
    }
    return result
  }

  /// Every byte belongs to one array, as the format demands: nothing is hidden, nothing is read twice.
  private static func requireGapless(_ tensors: [Tensor], _ start: Int, _ file: MappedFile) throws {
    var end = start
    var last = ""
    let order = tensors.sorted {
      ($0.range.lowerBound, $0.range.upperBound, $0.name) < ($1.range.lowerBound, $1.range.upperBound, $1.name)
    }
    for tensor in order {
      let name = DataText.excerpt(tensor.name.utf8)
      if tensor.range.lowerBound < end { throw failure(file, "'\(last)' and '\(name)' overlap") }
      if tensor.range.lowerBound > end {
        let gap = DataText.grouped(tensor.range.lowerBound - end)
        throw failure(file, "\(gap) bytes before '\(name)' belong to no array")
      }
      end = tensor.range.upperBound
      last = name
    }
    if end < file.bytes.count {
      throw failure(file, "\(DataText.grouped(file.bytes.count - end)) bytes at the end belong to no array")
    }
  }
}
