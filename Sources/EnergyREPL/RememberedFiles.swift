import EnergyData
import EnergyDriver
import EnergySemantics
import EnergyText
import Synchronization

/// Files as they were when they were first read, for a program that is checked anew for every line of a prompt.
///
/// Only sources are kept: arrays are remembered by the session's memory, under the names that ask for them.
final class RememberedFiles: FileAccess {
  private let files: any FileAccess
  private let sources = Mutex<[String: ImportedSource]>([:])

  init(_ files: any FileAccess) { self.files = files }

  /// Reads everything anew from here on.
  func forgetAll() { sources.withLock { $0 = [:] } }

  func source(at path: String, within folder: String) throws -> ImportedSource {
    let key = folder + "\u{0}" + path
    if let known = sources.withLock({ $0[key] }) { return known }
    let found = try files.source(at: path, within: folder)
    sources.withLock { $0[key] = found }
    return found
  }

  func array(at path: String) throws -> ArrayFile { try files.array(at: path) }
  func array(at path: String, within folder: String) throws -> ArrayFile { try files.array(at: path, within: folder) }
  func archive(at path: String) throws -> ArrayArchive { try files.archive(at: path) }
  func archive(at path: String, within folder: String) throws -> ArrayArchive {
    try files.archive(at: path, within: folder)
  }
  func write(_ values: [Double], shape: [Int], to path: String, within folder: String) throws {
    try files.write(values, shape: shape, to: path, within: folder)
  }
  func write(_ bytes: [UInt8], to path: String, within folder: String) throws {
    try files.write(bytes, to: path, within: folder)
  }
  func write(_ text: String, to path: String, within folder: String) throws {
    try files.write(text, to: path, within: folder)
  }
}
