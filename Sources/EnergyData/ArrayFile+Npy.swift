import EnergyText

extension ArrayFile {
  /// Reads a mapped `.npy` file, without a copy where it holds native doubles or floats in C order.
  static func readNpy(_ file: MappedFile) throws -> ArrayFile {
    try withExtendedLifetime(file) { try arrayOfNpy(file) }
  }

  private static func arrayOfNpy(_ file: MappedFile) throws -> ArrayFile {
    let header = try NpyHeader(bytes: file.bytes, name: file.path)
    let element = try NpyElement(descr: header.descr, name: file.path)
    let count = try checkedSize(header, element, file)
    let source = Source.npy(dtype: header.descr, fortranOrder: header.fortranOrder, version: header.version)
    let inOrder = !header.fortranOrder || header.shape.count { $0 != 1 } <= 1
    let data = UnsafeRawBufferPointer(rebasing: file.bytes[header.dataOffset...])

    func result(_ dtype: ElementType, _ storage: Storage) -> ArrayFile {
      ArrayFile(name: file.path, shape: header.shape, dtype: dtype, source: source, storage: storage)
    }
    func native(_ dtype: ElementType) -> ArrayFile? {
      let aligned = Int(bitPattern: data.baseAddress).isMultiple(of: dtype.byteCount)
      guard inOrder, !element.swapped, aligned, count > 0 else { return nil }
      return result(dtype, .mapped(file, offset: header.dataOffset))
    }
    let walk = StridedWalk(shape: header.shape, fortranOrder: !inOrder)
    let copier = NpyCopier(data: data, walk: walk, count: count, swapped: element.swapped, file: file.path)
    switch element.kind {
    case .float64: return native(.f64) ?? result(.f64, .doubles(copier.floating(UInt64.self, Double.init(bitPattern:))))
    case .float32: return native(.f32) ?? result(.f32, .floats(copier.floating(UInt32.self, Float.init(bitPattern:))))
    case .float16:
      return result(.f64, .doubles(copier.floating(UInt16.self) { HalfPrecision.double(bits: $0) }))
    case .bool: return result(.f64, .doubles(copier.floating(UInt8.self) { $0 == 0 ? 0 : 1 }))
    case .int8: return result(.f64, .doubles(try copier.integers(Int8.self)))
    case .int16: return result(.f64, .doubles(try copier.integers(Int16.self)))
    case .int32: return result(.f64, .doubles(try copier.integers(Int32.self)))
    case .int64: return result(.f64, .doubles(try copier.integers(Int64.self)))
    case .uint8: return result(.f64, .doubles(try copier.integers(UInt8.self)))
    case .uint16: return result(.f64, .doubles(try copier.integers(UInt16.self)))
    case .uint32: return result(.f64, .doubles(try copier.integers(UInt32.self)))
    case .uint64: return result(.f64, .doubles(try copier.integers(UInt64.self)))
    }
  }

  /// The number of elements, after the header's promise was compared with the file's size.
  private static func checkedSize(_ header: NpyHeader, _ element: NpyElement, _ file: MappedFile) throws -> Int {
    let shape = DataText.shape(header.shape)
    var count = 1
    // Zero axes first: (2^62, 2^62, 0) is an empty array, not an overflow.
    for length in header.shape.contains(0) ? [0] : header.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else {
        throw Diagnostic(.error, .npy, "\(file.path): header says \(shape), more elements than a computer can address")
      }
      count = product
    }
    let (expected, overflow) = count.multipliedReportingOverflow(by: element.byteCount)
    let held = file.bytes.count - header.dataOffset
    guard !overflow, expected == held else {
      let promise =
        "header says \(shape) \(element.name) = \(overflow ? "too many" : DataText.grouped(expected)) bytes"
      throw Diagnostic(
        .error, .npy, "\(file.path): \(promise), the file holds \(DataText.grouped(held))",
        hints: [
          Diagnostic.Hint(
            overflow || expected > held
              ? "the file is cut short: copy or write it again"
              : "bytes follow the array; a .npy file must hold one array and nothing else")
        ])
    }
    return count
  }
}

/// The element type that a `.npy` header names.
struct NpyElement {
  enum Kind: String {
    case float64 = "f8"
    case float32 = "f4"
    case float16 = "f2"
    case bool = "b1"
    case int8 = "i1"
    case int16 = "i2"
    case int32 = "i4"
    case int64 = "i8"
    case uint8 = "u1"
    case uint16 = "u2"
    case uint32 = "u4"
    case uint64 = "u8"
  }

  let kind: Kind
  /// Whether the bytes lie most significant first.
  let swapped: Bool

  var byteCount: Int { kind.rawValue.last?.wholeNumberValue ?? 1 }

  /// As messages say it: `f64`, `i32`, `bool`.
  var name: String {
    kind == .bool ? "bool" : "\(kind.rawValue.prefix(1))\(byteCount * 8)"
  }

  init(descr: String, name: String) throws {
    func refuse(_ what: String, _ hint: String) -> Diagnostic {
      Diagnostic(
        .error, .dtype, "\(name): the elements are \(what) (dtype '\(DataText.excerpt(descr.utf8))')",
        hints: [Diagnostic.Hint(hint)])
    }
    let order = descr.first ?? " "
    let type = "<>=|".contains(order) ? String(descr.dropFirst()) : descr
    guard let kind = Kind(rawValue: type) else {
      switch type.first {
      case "c":
        throw refuse("complex numbers", "save the parts: numpy.save(file, numpy.stack([a.real, a.imag], axis=-1))")
      case "O": throw refuse("Python objects, which are never unpickled", "save a.astype(float)")
      case "S", "U", "a": throw refuse("text", "save numbers, or write a .csv file")
      case "V": throw refuse("records or raw bytes, not numbers", "save one field, as float")
      case "M", "m": throw refuse("dates or times", "save a.astype('int64')")
      case "f": throw refuse("extended-precision floats", "save a.astype('float64')")
      default: throw refuse("of an unknown type", "save a.astype('float64')")
      }
    }
    self.kind = kind
    swapped = order == ">" && kind.rawValue.last != "1"
  }
}
