import Foundation

/// The compilers of this machine, where it has them, and programs that are run.
enum HostCompiler {
  /// A compiler of C.
  static let c = first(["cc", "gcc", "clang"])
  /// A compiler of C++.
  static let cxx = first(["c++", "g++", "clang++"])

  struct Failed: Error, CustomStringConvertible {
    let command: String
    let output: String
    var description: String { "\(command)\n\(output)" }
  }

  private static func first(_ names: [String]) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
    for name in names {
      for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
        return "\(folder)/\(name)"
      }
    }
    return nil
  }

  /// What a program prints; both its outputs where it fails.
  @discardableResult
  static func run(_ program: String, _ arguments: [String], input: URL? = nil) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    if let input { process.standardInput = try FileHandle(forReadingFrom: input) }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(command: ([program] + arguments).joined(separator: " "), output: output)
    }
    return output
  }
}

/// A folder of its own that goes when nobody holds it any more.
final class ScratchFolder: Sendable {
  let url: URL

  init(_ name: String) throws {
    url = FileManager.default.temporaryDirectory.appending(path: "energy-\(name)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    // For those who look for what is wrong with a source.
    if ProcessInfo.processInfo.environment["ENERGY_KEEP"] == nil { try? FileManager.default.removeItem(at: url) }
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: url.appending(path: name))
  }

  func path(_ name: String) -> String { url.appending(path: name).path }
}
