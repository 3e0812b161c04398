import CZlib
import EnergyText

/// A `.npz` archive: `.npy` files in a zip archive, stored or deflated.
struct NpzFile: ArrayCollection {
  /// The most bytes that a deflated array may take; stored ones are mapped and may have any size.
  static let inflatedLimit = 1 << 31
  /// No deflated byte stands for more bytes than this (zlib, "Technical Details": 1032 to 1).
  private static let highestRatio = 1032

  let names: [String]
  private let file: MappedFile
  private let entries: [ZipDirectory.Entry]

  init(_ file: MappedFile) throws {
    self.file = file
    let directory = try withExtendedLifetime(file) { try ZipDirectory(bytes: file.bytes, name: file.path) }
    // Other files may lie beside the arrays; they don't concern us.
    entries = directory.entries.filter { $0.name.hasSuffix(".npy") && $0.name.utf8.count > 4 }
    names = entries.map { String($0.name.dropLast(4)) }
    guard !entries.isEmpty else {
      throw ZipDirectory.failure(
        file.path, "the archive holds no arrays",
        hint: directory.entries.isEmpty ? "write it with numpy.savez" : "arrays are its files that end in .npy")
    }
  }

  func array(at index: Int) throws -> ArrayFile {
    try ArrayFile.readNpy(withExtendedLifetime(file) { try content(of: entries[index], label(index)) })
  }

  private func label(_ index: Int) -> String { "\(file.path) (\(DataText.excerpt(names[index].utf8)))" }

  /// The bytes of an entry, inflated where they have to be, their checksum compared.
  private func content(of entry: ZipDirectory.Entry, _ label: String) throws -> FileSlice {
    let range = try ZipDirectory.content(of: entry, in: file.bytes, name: file.path)
    guard entry.flags & 1 == 0 else {
      throw Diagnostic(
        .error, .unsupportedFormat, "\(label): the array is encrypted",
        hints: [Diagnostic.Hint("unpack the archive and write it again without a password")])
    }
    let slice: FileSlice
    switch entry.method {
    case 0:
      guard entry.size == entry.compressedSize else {
        throw ZipDirectory.failure(label, "it is stored as it is, yet under two sizes")
      }
      slice = FileSlice(file, range, name: label)
    case 8:
      let inflated = try inflate(UnsafeRawBufferPointer(rebasing: file.bytes[range]), entry.size, label)
      slice = FileSlice(MappedFile(path: label, adopting: inflated), 0..<entry.size, name: label)
    default:
      throw Diagnostic(
        .error, .unsupportedFormat, "\(label): the array is compressed by method \(entry.method)",
        hints: [Diagnostic.Hint("methods 0 (stored) and 8 (deflated) can be read: numpy.savez, numpy.savez_compressed")]
      )
    }
    let checksum = withExtendedLifetime(slice.file) {
      let bytes = slice.bytes.bindMemory(to: UInt8.self)
      return Int(crc32_z(0, bytes.baseAddress, z_size_t(bytes.count)))
    }
    // Without bytes zlib answers its start value, which is also their checksum.
    guard checksum == entry.checksum else {
      throw ZipDirectory.failure(
        label, "the bytes are damaged: their checksum isn't the one that was noted when they were written",
        hint: "copy or write the file again")
    }
    return slice
  }

  /// Inflates `source` into exactly `size` bytes.
  private func inflate(
    _ source: UnsafeRawBufferPointer, _ size: Int, _ label: String
  ) throws -> UnsafeMutableRawBufferPointer {
    guard size <= Self.inflatedLimit else {
      throw ZipDirectory.failure(
        label,
        "the array has \(DataText.grouped(size)) bytes; at most \(DataText.grouped(Self.inflatedLimit)) are inflated",
        hint: "save it with numpy.savez, uncompressed")
    }
    // Memory is taken only for what the compressed bytes can really hold.
    guard size <= (source.count + 1) * Self.highestRatio else {
      throw ZipDirectory.failure(
        label, "\(DataText.grouped(source.count)) compressed bytes can't hold \(DataText.grouped(size))")
    }
    let target = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, size), alignment: 64)
    guard let problem = fill(target, size, from: source) else { return target }
    target.deallocate()
    throw ZipDirectory.failure(label, problem, hint: "copy or write the file again")
  }

  /// What is wrong with the compressed bytes; `nil` where `target` is filled.
  private func fill(
    _ target: UnsafeMutableRawBufferPointer, _ size: Int, from source: UnsafeRawBufferPointer
  ) -> String? {
    var stream = z_stream()
    // Minus the window's size: no zlib header around the bytes.
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return "there is no memory to inflate it"
    }
    defer { inflateEnd(&stream) }
    stream.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
    // More than 4 GB can't stand for what is inflated here; they end as damaged.
    stream.avail_in = UInt32(clamping: source.count)
    stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
    stream.avail_out = UInt32(size)
    let status = CZlib.inflate(&stream, Z_FINISH)
    if status == Z_STREAM_END, stream.avail_out == 0, stream.avail_in == 0 { return nil }
    if status == Z_STREAM_END { return "the compressed bytes hold less than the archive says" }
    if status == Z_BUF_ERROR, stream.avail_out == 0 { return "the compressed bytes hold more than the archive says" }
    return "the compressed bytes are damaged"
  }
}
