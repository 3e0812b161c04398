import EnergyText

extension ArrayFile {
  /// Reads a `.npy` file, without a copy where it holds native doubles or floats in C order.
  static func readNpy(_ part: FileSlice) throws -> ArrayFile {
    try withExtendedLifetime(part.file) {
      let header = try NpyHeader(bytes: part.bytes, name: part.name)
      let element = try NpyElement(descr: header.descr, name: part.name)
      let count = try checkedSize(header, element, part)
      let elements = RawElements(
        part: part.dropping(header.dataOffset), shape: header.shape, count: count,
        inOrder: !header.fortranOrder || header.shape.count { $0 != 1 } <= 1, swapped: element.swapped)
      let source = Source.npy(dtype: header.descr, fortranOrder: header.fortranOrder, version: header.version)
      return try elements.array(of: element.kind, source: source)
    }
  }

  /// The number of elements, after the header's promise was compared with the file's size.
  private static func checkedSize(_ header: NpyHeader, _ element: NpyElement, _ file: FileSlice) throws -> Int {
    let shape = DataText.shape(header.shape)
    var count = 1
    // Zero axes first: (2^62, 2^62, 0) is an empty array, not an overflow.
    for length in header.shape.contains(0) ? [0] : header.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else {
        throw Diagnostic(.error, .npy, "\(file.name): header says \(shape), more elements than a computer can address")
      }
      count = product
    }
    let (expected, overflow) = count.multipliedReportingOverflow(by: element.byteCount)
    let held = file.bytes.count - header.dataOffset
    guard !overflow, expected == held else {
      let promise =
        "header says \(shape) \(element.name) = \(overflow ? "too many" : DataText.grouped(expected)) bytes"
      throw Diagnostic(
        .error, .npy, "\(file.name): \(promise), the file holds \(DataText.grouped(held))",
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

/// Elements as a file holds them, whose number was compared with its size.
struct RawElements {
  let part: FileSlice
  let shape: [Int]
  let count: Int
  /// Whether they lie in C order.
  var inOrder = true
  /// Whether their bytes lie most significant first.
  var swapped = false

  /// For elements that can't be used where they lie.
  var copier: NpyCopier {
    NpyCopier(
      data: part.bytes, walk: StridedWalk(shape: shape, fortranOrder: !inOrder), count: count, swapped: swapped,
      file: part.name)
  }

  /// The array: mapped where the elements lie as they are used, else a copy.
  func array(of kind: NpyElement.Kind, source: ArrayFile.Source) throws -> ArrayFile {
    func result(_ dtype: ElementType, _ storage: ArrayFile.Storage) -> ArrayFile {
      ArrayFile(name: part.name, shape: shape, dtype: dtype, source: source, storage: storage)
    }
    func native(_ dtype: ElementType) -> ArrayFile? {
      let aligned = Int(bitPattern: part.bytes.baseAddress).isMultiple(of: dtype.byteCount)
      guard inOrder, !swapped, aligned, count > 0 else { return nil }
      return result(dtype, .mapped(part.file, offset: part.range.lowerBound))
    }
    let copier = copier
    switch kind {
    case .float64: return native(.f64) ?? result(.f64, .doubles(copier.floating(UInt64.self, Double.init(bitPattern:))))
    case .float32: return native(.f32) ?? result(.f32, .floats(copier.floating(UInt32.self, Float.init(bitPattern:))))
    case .float16: return result(.f64, .doubles(copier.floating(UInt16.self) { HalfPrecision.double(bits: $0) }))
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

    var byteCount: Int { rawValue.last?.wholeNumberValue ?? 1 }
  }

  let kind: Kind
  /// Whether the bytes lie most significant first.
  let swapped: Bool

  var byteCount: Int { kind.byteCount }

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
