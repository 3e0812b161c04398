import EnergyData
import EnergySemantics
import EnergyText
import Foundation

@testable import EnergyDriver

/// The repository.
let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Arrays in memory under names.
struct MemoryFiles: FileAccess {
  var arrays: [String: String] = [:]

  func array(at path: String) throws -> ArrayFile {
    guard let text = arrays[path] else { throw Diagnostic(.error, .file, "\(path): no such file") }
    return try ArrayFile.read(bytes: Array(text.utf8), name: path)
  }

  func array(at path: String, within folder: String) throws -> ArrayFile { try array(at: path) }

  func archive(at path: String) throws -> ArrayArchive {
    guard let text = arrays[path] else { throw Diagnostic(.error, .file, "\(path): no such file") }
    return try ArrayArchive(bytes: Array(text.utf8), name: path, format: .json)
  }
}

/// A session on a text.
func session(
  _ text: String, form: Session.Form = .file, set: [String: String] = [:], dims: [String: Int] = [:],
  files: [String: String] = [:], change: (inout SessionOptions) -> Void = { _ in }
) -> Session {
  var options = SessionOptions()
  options.settings = set.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) }
  options.dims = dims
  change(&options)
  return Session(
    SourceFile(name: "test.energy", text: text), form: form, options: options, files: MemoryFiles(arrays: files))
}

/// The messages of what `body` throws, as `code: message`.
func messages(_ body: () throws -> Void) -> [String] {
  do {
    try body()
    return []
  } catch let several as Diagnostics {
    return several.all.map(\.short)
  } catch let diagnostic as Diagnostic {
    return [diagnostic.short]
  } catch {
    return ["\(error)"]
  }
}

extension Diagnostic {
  /// `E-shape: …`.
  var short: String { "\(code): \(message)" }
}

extension Session {
  /// What is printed, line by line.
  func printed() throws -> [String] {
    var lines: [String] = []
    try run { lines.append($0.text) }
    return lines
  }

  /// Outputs at samples given as numbers.
  func values(
    _ outputs: [BatchOutput], at values: [Double], shape: [Int], energy name: String? = nil
  ) throws -> [[Double]] {
    let evaluation = try evaluation(
      of: energy(named: name), on: .values(values, shape: shape), outputs: outputs)
    return try evaluation.values(outputs, rows: 0..<evaluation.rowCount)
  }
}
