import EnergyText

/// The central directory of a zip archive (PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16).
///
/// Only what `numpy.savez` and its like write: one file, no encryption, no zip64, which they need above 2 GB.
struct ZipDirectory {
  /// The first bytes of an archive that isn't empty.
  static let magic: [UInt8] = [0x50, 0x4b, 0x03, 0x04]

  /// A file in the archive.
  struct Entry {
    let name: String
    let flags: Int
    let method: Int
    let checksum: Int
    let compressedSize: Int
    let size: Int
    /// Where its local header starts, and where at the latest its bytes end.
    let start: Int
    var limit: Int
  }

  let entries: [Entry]

  /// Reads the directory of the archive in `bytes`; `name` is the file in messages.
  init(bytes: UnsafeRawBufferPointer, name: String) throws {
    let end = try Self.endRecord(bytes, name)
    let count = bytes.word(end + 10)
    let size = bytes.long(end + 12)
    let start = bytes.long(end + 16)
    let hasLocator = end >= 20 && bytes.long(end - 20) == 0x0706_4b50
    if hasLocator || count == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff { throw Self.zip64(name) }
    guard bytes.word(end + 4) == 0, bytes.word(end + 6) == 0, bytes.word(end + 8) == count else {
      throw Self.failure(name, "this is one part of an archive that was split")
    }
    guard start + size == end else { throw Self.failure(name, "its directory lies outside of the file") }

    var found: [Entry] = []
    var position = start
    for _ in 0..<count {
      guard position + 46 <= end, bytes.long(position) == 0x0201_4b50 else {
        throw Self.failure(name, "entry \(found.count + 1) of its directory is damaged")
      }
      let nameLength = bytes.word(position + 28)
      let next = position + 46 + nameLength + bytes.word(position + 30) + bytes.word(position + 32)
      guard next <= end else { throw Self.failure(name, "entry \(found.count + 1) of its directory is cut short") }
      let entry = Entry(
        name: String(decoding: bytes[(position + 46)..<(position + 46 + nameLength)], as: UTF8.self),
        flags: bytes.word(position + 8), method: bytes.word(position + 10), checksum: bytes.long(position + 16),
        compressedSize: bytes.long(position + 20), size: bytes.long(position + 24), start: bytes.long(position + 42),
        limit: start)
      guard ![entry.compressedSize, entry.size, entry.start].contains(0xffff_ffff) else { throw Self.zip64(name) }
      found.append(entry)
      position = next
    }
    guard position == end else { throw Self.failure(name, "its directory holds more than it says") }
    // No entry may reach into another: that is how archives of a few kilobytes unfold into terabytes.
    let order = found.indices.sorted { found[$0].start < found[$1].start }
    for (index, following) in zip(order, order.dropFirst()) { found[index].limit = found[following].start }
    entries = found
  }

  /// Where the content of an entry lies in `bytes`.
  static func content(of entry: Entry, in bytes: UnsafeRawBufferPointer, name: String) throws -> Range<Int> {
    let label = DataText.excerpt(entry.name.utf8)
    guard entry.start + 30 <= entry.limit, bytes.long(entry.start) == 0x0403_4b50 else {
      throw failure(name, "'\(label)' doesn't lie where its directory says")
    }
    let nameLength = bytes.word(entry.start + 26)
    let start = entry.start + 30 + nameLength + bytes.word(entry.start + 28)
    guard start + entry.compressedSize <= entry.limit else {
      throw failure(
        name, "'\(label)' has \(DataText.grouped(entry.compressedSize)) bytes, more than the file has room for")
    }
    let local = String(decoding: bytes[(entry.start + 30)..<(entry.start + 30 + nameLength)], as: UTF8.self)
    guard local == entry.name else {
      throw failure(name, "'\(label)' is called '\(DataText.excerpt(local.utf8))' where it lies")
    }
    return start..<start + entry.compressedSize
  }

  /// The position of the record at the archive's end; a comment of up to 64 KB may follow it.
  private static func endRecord(_ bytes: UnsafeRawBufferPointer, _ name: String) throws -> Int {
    var position = bytes.count - 22
    let lowest = max(0, position - 0xffff)
    while position >= lowest {
      if bytes.long(position) == 0x0605_4b50, position + 22 + bytes.word(position + 20) == bytes.count {
        return position
      }
      position -= 1
    }
    if bytes.isEmpty { throw failure(name, "the file is empty") }
    if bytes.starts(with: NpyHeader.magic) {
      throw failure(name, "this is a .npy file", hint: "give it the extension .npy")
    }
    let isCut = bytes.starts(with: magic)
    throw failure(
      name, isCut ? "the archive has no directory at its end" : "not a .npz file: it isn't a zip archive",
      hint: isCut ? "the file is cut short: copy or write it again" : "write it with numpy.savez")
  }

  static func failure(_ name: String, _ message: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(.error, .npz, "\(name): \(message)", hints: hint.map { [Diagnostic.Hint($0)] } ?? [])
  }

  private static func zip64(_ name: String) -> Diagnostic {
    Diagnostic(
      .error, .unsupportedFormat, "\(name): this is a zip64 archive (an array of 2 GB or more, or very many arrays)",
      hints: [Diagnostic.Hint("save large arrays in .npy files of their own, or as .safetensors: both are mapped")])
  }
}

extension UnsafeRawBufferPointer {
  /// Two bytes, least significant first.
  fileprivate func word(_ offset: Int) -> Int {
    Int(UInt16(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
  }

  /// Four bytes, least significant first.
  fileprivate func long(_ offset: Int) -> Int {
    Int(UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }
}
