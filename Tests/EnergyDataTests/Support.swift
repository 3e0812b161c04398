import EnergyData
import EnergyText
import Glibc
import Testing

/// A folder of a test's own, removed with the object.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/energy-data-XXXXXX".utf8CString)
    let made = try #require(mkdtemp(&template))
    path = String(cString: made)
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// What lies in the folder, sorted.
  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let full = "\(path)/\(name)"
    let descriptor = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try #require(bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == bytes.count)
    return full
  }

  func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }
}

/// The bytes of a `.npy` file, with every part open to mistakes.
func npy(
  descr: String = "'<f8'", fortran: String = "False", shape: String, version: UInt8 = 1, padding: Int = 0,
  header: String? = nil, data: [UInt8]
) -> [UInt8] {
  let text = header ?? "{'descr': \(descr), 'fortran_order': \(fortran), 'shape': \(shape), }"
  let line = text + String(repeating: " ", count: padding) + "\n"
  let length = line.utf8.count
  let lengthBytes = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + Array(line.utf8) + data
}

/// The bytes of integers, least significant first unless `bigEndian`.
func bytes<Value: FixedWidthInteger>(_ values: [Value], bigEndian: Bool = false) -> [UInt8] {
  values.flatMap { value in
    withUnsafeBytes(of: bigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }
}

func doubleBytes(_ values: [Double], bigEndian: Bool = false) -> [UInt8] {
  bytes(values.map(\.bitPattern), bigEndian: bigEndian)
}

func floatBytes(_ values: [Float], bigEndian: Bool = false) -> [UInt8] {
  bytes(values.map(\.bitPattern), bigEndian: bigEndian)
}

/// The diagnostic that `body` throws.
func diagnostic(_ body: () throws -> Void) -> Diagnostic? {
  do {
    try body()
    return nil
  } catch {
    return error as? Diagnostic
  }
}

/// A small reproducible generator (SplitMix64: Steele, Lea, Flood, OOPSLA 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
