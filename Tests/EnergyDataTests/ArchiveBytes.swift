import EnergyData
import Foundation

/// A file on its way into a zip archive, with every part open to mistakes.
struct ZipPart {
  var name: String
  var content: [UInt8]
  /// What the bytes in the archive are: 0 as they are, 8 deflated.
  var method = 0
  var flags = 0
  var checksum: UInt32
  /// The size that the directory claims.
  var size: UInt32
  /// The name in front of the bytes.
  var localName: String

  init(_ name: String, _ content: [UInt8], deflated: Bool = false) {
    self.name = name
    self.content = deflated ? storedBlock(content) : content
    method = deflated ? 8 : 0
    checksum = crc(content)
    size = UInt32(content.count)
    localName = name
  }

  func with(_ change: (inout ZipPart) -> Void) -> ZipPart {
    var copy = self
    change(&copy)
    return copy
  }
}

/// The bytes of a zip archive.
func zip(_ parts: [ZipPart], comment: String = "") -> [UInt8] {
  var content: [UInt8] = []
  var directory: [UInt8] = []
  for part in parts {
    let fields =
      bytes([UInt16(part.flags), UInt16(part.method), 0, 0x21]) + bytes([part.checksum])
      + bytes([UInt32(part.content.count), part.size])
    let start = UInt32(content.count)
    // Four bytes of an extra field, as some writers align their arrays.
    content += [0x50, 0x4b, 3, 4] + bytes([UInt16(20)]) + fields
    content += bytes([UInt16(part.localName.utf8.count), 4]) + Array(part.localName.utf8) + [0xfe, 0xca, 0, 0]
    content += part.content
    directory += [0x50, 0x4b, 1, 2] + bytes([UInt16(20), 20]) + fields
    directory += bytes([UInt16(part.name.utf8.count), 0, 0, 0, 0]) + bytes([UInt32(0), start]) + Array(part.name.utf8)
  }
  let end =
    [0x50, 0x4b, 5, 6] + bytes([UInt16(0), 0, UInt16(parts.count), UInt16(parts.count)])
    + bytes([UInt32(directory.count), UInt32(content.count)]) + bytes([UInt16(comment.utf8.count)])
  return content + directory + end + Array(comment.utf8)
}

/// A deflated form of at most 65,535 bytes: one block that is stored as it is (RFC 1951, section 3.2.4).
func storedBlock(_ content: [UInt8]) -> [UInt8] {
  [1] + bytes([UInt16(content.count), ~UInt16(content.count)]) + content
}

/// The checksum of zip archives, bit by bit (ISO 3309).
func crc(_ content: [UInt8]) -> UInt32 {
  var register: UInt32 = 0xffff_ffff
  for byte in content {
    register ^= UInt32(byte)
    for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0xedb8_8320 : register >> 1 }
  }
  return ~register
}

/// The bytes of a `.safetensors` file.
func safetensors(_ header: String, data: [UInt8], claimed: UInt64? = nil) -> [UInt8] {
  bytes([claimed ?? UInt64(header.utf8.count)]) + Array(header.utf8) + data
}

/// A file that another library wrote.
func written(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("References/archives/\(name)").path
}

/// The bytes of a file.
func contents(of path: String) throws -> [UInt8] { try MappedFile(path: path).withUnsafeBytes { Array($0) } }

/// Two thousand slightly damaged forms of `sound`; returns how many `read` accepts. It may only throw diagnostics.
func mutations(of sound: [UInt8], seed: UInt64, _ read: ([UInt8]) throws -> Void) -> (accepted: Int, other: [Error]) {
  var random = SplitMix(state: seed)
  var accepted = 0
  var other: [Error] = []
  for _ in 0..<2000 {
    var content = sound
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let position = Int.random(in: 0..<content.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: content[position] = UInt8.random(in: 0...255, using: &random)
      case 1: content.remove(at: position)
      case 2: content.insert(UInt8.random(in: 32...126, using: &random), at: position)
      case 3: content[position] = [0, 0xff, 0x7f, 0x80, 0x30].randomElement(using: &random) ?? 0
      default: content.removeLast(min(content.count - 1, Int.random(in: 1...20, using: &random)))
      }
    }
    do {
      try read(content)
      accepted += 1
    } catch {
      if diagnostic({ throw error }) == nil { other.append(error) }
    }
  }
  return (accepted, other)
}

/// Reads every array of an archive in memory.
func readAll(_ content: [UInt8], _ format: ArrayArchive.Format) throws {
  let archive = try ArrayArchive(bytes: content, name: "x", format: format)
  for name in archive.names {
    let array = try archive.array(named: name)
    _ = array.doubles().count == array.count
  }
}
