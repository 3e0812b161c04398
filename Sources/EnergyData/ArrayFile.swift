import EnergyText

/// The type of an array's elements, in memory and in files that we write.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  /// IEEE double precision.
  case f64
  /// IEEE single precision.
  case f32
  /// 64-bit two's complement.
  case i64

  /// Bytes an element takes.
  public var byteCount: Int { self == .f32 ? 4 : 8 }
}

/// An array of real numbers read from a file: row-major (C order), contiguous, native byte order, `f64` or `f32`.
///
/// A `.npy` file that is stored that way already isn't copied: its bytes are the mapped file's.
public struct ArrayFile: Sendable {
  /// Where the elements lie.
  enum Storage: Sendable {
    case mapped(MappedFile, offset: Int)
    case doubles([Double])
    case floats([Float])
  }

  /// How the file held the numbers, before any conversion.
  public enum Source: Sendable, Hashable {
    /// A `.npy` file: its dtype as NumPy spells it (`<f8`), whether it was in Fortran order, its format version.
    case npy(dtype: String, fortranOrder: Bool, version: Int)
    /// A text table: its separator, and the column names of its header where it has one.
    case csv(separator: CSVSeparator, columns: [String]?)
    /// An entry of a `.safetensors` file: its dtype as the file spells it (`F32`).
    case safetensors(dtype: String)
    /// An entry of a `.json` file, and whether all its numbers are whole.
    case json(isWhole: Bool)
  }

  /// The path or name, for messages.
  public let name: String
  /// Lengths of the axes, outermost first; empty for a single number.
  public let shape: [Int]
  /// The type of the elements as they lie in memory: `f64` or `f32`.
  public let dtype: ElementType
  /// How the file held them.
  public let source: Source
  /// What a reader should know though it isn't an error: a header line that was found, a doubtful first row.
  public let remarks: [Diagnostic]
  let storage: Storage

  init(
    name: String, shape: [Int], dtype: ElementType, source: Source, storage: Storage, remarks: [Diagnostic] = []
  ) {
    self.name = name
    self.shape = shape
    self.dtype = dtype
    self.source = source
    self.storage = storage
    self.remarks = remarks
  }

  /// The number of elements.
  public var count: Int {
    // (2^62, 2^62, 0) has no elements, and a product that overflows.
    shape.contains(0) ? 0 : shape.reduce(1, *)
  }

  /// Whether the elements are the mapped file itself and not a copy.
  public var isMapped: Bool {
    if case .mapped(let file, _) = storage { return file.isMapped }
    return false
  }

  /// Whether the file stored integers or booleans.
  public var storesIntegers: Bool {
    switch source {
    case .npy(let dtype, _, _): return dtype.dropFirst().first.map { "iub".contains($0) } ?? false
    case .csv: return false
    case .safetensors(let dtype): return !dtype.hasPrefix("F") && !dtype.hasPrefix("BF")
    case .json(let isWhole): return isWhole
    }
  }

  /// Calls `body` with the elements' bytes: `count * dtype.byteCount` of them, aligned for the element type.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch storage {
    case .mapped(let file, let offset):
      // The file must outlive the call even where this value is its last owner.
      try withExtendedLifetime(file) {
        try body(UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + count * dtype.byteCount]))
      }
    case .doubles(let values): try values.withUnsafeBytes(body)
    case .floats(let values): try values.withUnsafeBytes(body)
    }
  }

  /// All elements as doubles, in C order; a copy.
  public func doubles() -> [Double] {
    if case .doubles(let values) = storage { return values }
    return withUnsafeBytes { bytes in
      switch dtype {
      case .f64: Array(bytes.bindMemory(to: Double.self))
      case .f32: bytes.bindMemory(to: Float.self).map(Double.init)
      case .i64: bytes.bindMemory(to: Int64.self).map(Double.init)
      }
    }
  }

  /// Reads a mapped file into memory now, where it fits well, so that later passes meet no page faults.
  public func prefault() {
    if case .mapped(let file, _) = storage { file.prefault() }
  }
}
