import EnergyText

/// The central directory of a zip archive (PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 to 4.3.16 and 4.5.3).
///
/// Only what `numpy.savez` and its like write: one file, no encryption. Archives with arrays of 4 GB or more, or with
/// very many, are of the form zip64; every number in them is compared with the size of the file before it is used.
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
    let record = try Self.endRecord(bytes, name)
    let (count, size, start, end) = (record.count, record.size, record.start, record.end)
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
      let extra = (position + 46 + nameLength)..<(position + 46 + nameLength + bytes.word(position + 30))
      let fields = [24, 20, 42].map { bytes.long(position + $0) }
      guard let numbers = Self.extended(fields, bytes, extra) else {
        throw Self.failure(name, "entry \(found.count + 1) of its directory says no size that the file has room for")
      }
      let entry = Entry(
        name: String(decoding: bytes[(position + 46)..<(position + 46 + nameLength)], as: UTF8.self),
        flags: bytes.word(position + 8), method: bytes.word(position + 10), checksum: bytes.long(position + 16),
        compressedSize: numbers[1], size: numbers[0], start: numbers[2], limit: start)
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

  /// What the records at the end say of the directory.
  private struct EndRecord {
    let count: Int
    let size: Int
    let start: Int
    /// Where the directory has to end: at the first of these records.
    let end: Int
  }

  private static func endRecord(_ bytes: UnsafeRawBufferPointer, _ name: String) throws -> EndRecord {
    let end = try endPosition(bytes, name)
    guard bytes.word(end + 4) == 0, bytes.word(end + 6) == 0, bytes.word(end + 8) == bytes.word(end + 10) else {
      throw failure(name, "this is one part of an archive that was split")
    }
    let (count, size, start) = (bytes.word(end + 10), bytes.long(end + 12), bytes.long(end + 16))
    guard end >= 20, bytes.long(end - 20) == 0x0706_4b50 else {
      return EndRecord(count: count, size: size, start: start, end: end)
    }
    // Zip64: a locator in front of the record leads to a longer one, which holds what doesn't fit into it.
    let damaged = failure(name, "its zip64 directory is damaged", hint: "copy or write the file again")
    guard let position = bytes.huge(end - 12), position + 56 <= end - 20, bytes.long(position) == 0x0606_4b50,
      let length = bytes.huge(position + 4), position + 12 + length == end - 20,
      let longCount = bytes.huge(position + 32), bytes.huge(position + 24) == longCount,
      let longSize = bytes.huge(position + 40), let longStart = bytes.huge(position + 48),
      bytes.long(position + 16) == 0, bytes.long(position + 20) == 0
    else { throw damaged }
    let agrees = { (short: Int, long: Int, full: Int) in short == long || short == full }
    guard agrees(count, longCount, 0xffff), agrees(size, longSize, 0xffff_ffff), agrees(start, longStart, 0xffff_ffff)
    else { throw damaged }
    return EndRecord(count: longCount, size: longSize, start: longStart, end: position)
  }

  /// The numbers of an entry, those that are too long for their field taken from its extra field 1, in order; `nil`
  /// where one is missing or greater than the file.
  private static func extended(
    _ fields: [Int], _ bytes: UnsafeRawBufferPointer, _ extra: Range<Int>
  ) -> [Int]? {
    guard fields.contains(0xffff_ffff) else { return fields }
    var position = extra.lowerBound
    while position + 4 <= extra.upperBound {
      let (kind, length) = (bytes.word(position), bytes.word(position + 2))
      position += 4
      guard position + length <= extra.upperBound else { return nil }
      guard kind == 1 else {
        position += length
        continue
      }
      let end = position + length
      var result: [Int] = []
      for field in fields {
        guard field == 0xffff_ffff else {
          result.append(field)
          continue
        }
        guard position + 8 <= end, let number = bytes.huge(position) else { return nil }
        result.append(number)
        position += 8
      }
      return result
    }
    return nil
  }

  /// The position of the record at the archive's end; a comment of up to 64 KB may follow it.
  private static func endPosition(_ bytes: UnsafeRawBufferPointer, _ name: String) throws -> Int {
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

  /// Eight bytes, least significant first; `nil` where the number is no position or length that a file could have.
  fileprivate func huge(_ offset: Int) -> Int? {
    let number = UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    return number <= 1 << 48 ? Int(number) : nil
  }
}
