import EnergyText
import Glibc

/// An array on its way into a file: fill its elements, then `commit`. Without a commit the old file stays.
///
/// The elements lie in memory of huge pages, whose first touch costs a quarter of that of small ones; arrays above a
/// quarter of main memory are the mapped file itself, so that they may exceed memory. They start as zeros.
public final class ArrayOutput {
  /// What the extension of the path asks for.
  public enum Format: Sendable { case npy, csv }

  /// The path as given, for messages.
  public let path: String
  /// Lengths of the axes, outermost first.
  public let shape: [Int]
  /// The type of the elements, in memory and in a `.npy` file.
  public let dtype: ElementType
  /// The format of the file.
  public let format: Format
  /// Names for the columns of a `.csv` file; they become its first line.
  public var columnNames: [String]?

  private let file: AtomicFile
  private let memory: OutputMemory
  private let header: [UInt8]

  /// Prepares the file at `path`; `.npy` and `.csv` can be written; `-` is standard output, a `.csv`. A `.csv` file gets one line for each index of the
  /// first axis, all further axes side by side.
  /// - Parameter mappingLimit: arrays with more bytes are mapped to the file.
  /// - Throws: `Diagnostic` with code `E-file` (nothing can be written there, no space) or `E-unsupported`.
  public init(
    path: String, shape: [Int], dtype: ElementType, mappingLimit: Int = PhysicalMemory.bytes / 4
  ) throws {
    precondition(shape.allSatisfy { $0 >= 0 }, "lengths of axes aren't negative")
    switch ArrayFile.fileExtension(of: path) {
    case "npy": format = .npy
    case "csv": format = .csv
    case "" where path == "-": format = .csv
    case "" where Self.isDevice(path): format = .npy
    case let other: throw ArrayFile.unsupported(path, other, verb: "write")
    }
    self.path = path
    self.shape = shape
    self.dtype = dtype
    header = format == .npy ? NpyHeader.bytes(shape: shape, dtype: dtype) : []
    var size = dtype.byteCount
    for length in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow, product < 1 << 60 else {
        throw Diagnostic(.error, .file, "\(path): an array of shape \(DataText.shape(shape)) is too large to write")
      }
      size = product
    }
    file = try AtomicFile(path: path)
    memory = try OutputMemory(
      path: path, size: size, file: format == .npy && file.isRegular && size > mappingLimit ? file : nil,
      header: header)
  }

  /// Calls `body` with the elements' bytes in C order; may be called many times, also from several threads at once on
  /// disjoint parts.
  public func withUnsafeMutableBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    try withExtendedLifetime(memory) { try body(memory.elements) }
  }

  /// Writes what isn't written yet, syncs and renames.
  /// - Throws: `Diagnostic` with code `E-file`; the old file is then as it was.
  public func commit() throws {
    switch format {
    case .npy where memory.isFile:
      try memory.flush(path)
    case .npy:
      try header.withUnsafeBytes(file.write)
      try file.write(UnsafeRawBufferPointer(memory.elements))
    case .csv:
      try CSVEncoder(shape: shape, dtype: dtype, columnNames: columnNames)
        .encode(UnsafeRawBufferPointer(memory.elements)) { try $0.withUnsafeBytes(file.write) }
    }
    try file.commit()
  }

  /// Writes doubles as the whole file at `path`.
  /// - Throws: as the initialiser and `commit`.
  public static func write(_ values: [Double], shape: [Int], to path: String, columnNames: [String]? = nil) throws {
    let output = try ArrayOutput(path: path, shape: shape, dtype: .f64)
    output.columnNames = columnNames
    values.withUnsafeBytes { source in
      output.withUnsafeMutableBytes { target in
        precondition(source.count == target.count, "a shape has as many elements as there are values")
        target.copyMemory(from: source)
      }
    }
    try output.commit()
  }

  private static func isDevice(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
  }
}

/// The memory of an output array: anonymous with huge pages, or the temporary file itself.
private final class OutputMemory {
  let elements: UnsafeMutableRawBufferPointer
  let isFile: Bool
  private let mapping: UnsafeMutableRawBufferPointer?

  init(path: String, size: Int, file: AtomicFile?, header: [UInt8]) throws {
    isFile = file != nil
    let total = size + (file == nil ? 0 : header.count)
    guard size > 0 else {
      mapping = nil
      elements = UnsafeMutableRawBufferPointer(start: nil, count: 0)
      return
    }
    if let file {
      // Space is taken now: a full disk would otherwise end the process when a page is written.
      let full = posix_fallocate(file.descriptor, 0, total)
      guard full == 0 else { throw DataText.fileError(path, "reserve \(DataText.grouped(total)) bytes", full) }
    }
    let flags = file == nil ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED
    guard let start = mmap(nil, total, PROT_READ | PROT_WRITE, flags, file?.descriptor ?? -1, 0), start != MAP_FAILED
    else { throw DataText.fileError(path, "get \(DataText.grouped(total)) bytes of memory for it", errno) }
    let whole = UnsafeMutableRawBufferPointer(start: start, count: total)
    mapping = whole
    if file == nil {
      madvise(start, total, MADV_HUGEPAGE)
      elements = whole
    } else {
      whole.copyBytes(from: header)
      elements = UnsafeMutableRawBufferPointer(rebasing: whole[header.count...])
    }
  }

  deinit {
    if let mapping { munmap(mapping.baseAddress, mapping.count) }
  }

  func flush(_ path: String) throws {
    guard let mapping else { return }
    guard msync(mapping.baseAddress, mapping.count, MS_SYNC) == 0 else {
      throw DataText.fileError(path, "write the file to the disk", errno)
    }
  }
}
