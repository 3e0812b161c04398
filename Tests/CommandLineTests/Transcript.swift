import Foundation

/// A session at the command line with what is expected of it, as a text:
///
///     @ model.energy            a file with the lines that follow
///     @@ deep.energy            a file that a generator makes
///     $ energy model.energy     a command
///     -P (x - mu)               its standard output
///     ! note: …                 its standard error
///     (exit 1)                  its exit status, where it isn't 0
///     # …                       a remark before the first command
struct Transcript {
  enum Step {
    case file(name: String, lines: [String])
    case generated(name: String)
    case command(line: String, expected: [String])
    case remark(String)
  }

  var steps: [Step] = []

  init(_ text: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    for line in lines {
      if line.hasPrefix("@@ ") {
        steps.append(.generated(name: String(line.dropFirst(3))))
      } else if line.hasPrefix("@ ") {
        steps.append(.file(name: String(line.dropFirst(2)), lines: []))
      } else if line.hasPrefix("$ ") {
        steps.append(.command(line: String(line.dropFirst(2)), expected: []))
      } else if case .file(let name, let content) = steps.last {
        steps[steps.count - 1] = .file(name: name, lines: content + [line])
      } else if case .command(let command, let expected) = steps.last {
        steps[steps.count - 1] = .command(line: command, expected: expected + [line])
      } else {
        steps.append(.remark(line))
      }
    }
  }

  /// Plays the commands and returns the transcript with what they printed.
  func played(in folder: URL) throws -> String {
    var lines: [String] = []
    for step in steps {
      switch step {
      case .remark(let line): lines.append(line)
      case .file(let name, let content):
        lines += ["@ \(name)"] + content
        let file = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try (content.joined(separator: "\n") + "\n").write(to: file, atomically: false, encoding: .utf8)
      case .generated(let name):
        lines.append("@@ \(name)")
        try Generated.data(name).write(to: folder.appendingPathComponent(name))
      case .command(let line, _):
        lines.append("$ \(line)")
        lines += try outcome(of: line, in: folder)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A command's outcome as lines, with marks for standard error and the exit status.
  private func outcome(of line: String, in folder: URL) throws -> [String] {
    let result = try Self.outcome(of: line, in: folder)
    var lines = Self.lines(result.output) + Self.lines(result.errors).map { $0.isEmpty ? "!" : "! " + $0 }
    if result.status != 0 { lines.append("(exit \(result.status))") }
    return lines
  }

  /// Runs a command line: assignments of variables, the program, arguments, and `< FILE`.
  static func outcome(of line: String, in folder: URL) throws -> Outcome {
    var words = words(line)
    var input = Data()
    if let arrow = words.firstIndex(of: "<"), arrow + 1 < words.count {
      input = try Data(contentsOf: folder.appendingPathComponent(words[arrow + 1]))
      words.removeSubrange(arrow...arrow + 1)
    }
    var environment: [String: String] = [:]
    while let equals = words.first?.firstIndex(of: "="), let first = words.first {
      environment[String(first[..<equals])] = String(first[first.index(after: equals)...])
      words.removeFirst()
    }
    return try Program.run(Array(words.dropFirst()), in: folder, input: input, environment: environment)
  }

  private static func lines(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// Words of a command line, with quotes of both kinds.
  private static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      if character == quote {
        quote = nil
      } else if quote != nil {
        word?.append(character)
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == " " {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return words
  }
}

/// Files that are too long or too binary for a transcript.
enum Generated {
  static func data(_ name: String) throws -> Data {
    switch name {
    case "deep.energy":
      return Data((String(repeating: "(", count: 100_000) + "1" + String(repeating: ")", count: 100_000) + "\n").utf8)
    case "million.energy": return Data((String(repeating: "1+", count: 999_999) + "1\n").utf8)
    case "long.energy": return Data((String(repeating: "1+", count: 99_999) + "1\n").utf8)
    case "long_x.energy":
      return Data(("energy f(x) = " + String(repeating: "x+", count: 99_999) + "x\nf(2)\n").utf8)
    case "truncated.npy": return npy([Double](repeating: 1, count: 100), shape: "(10, 10)").dropLast(100)
    case "three.npy": return npy((1...6).map(Double.init), shape: "(2, 3)")
    case "nan.npy": return npy([1, 2, 3, 4, .nan, 6, 7, 8], shape: "(4, 2)")
    case "empty.energy", "empty.csv": return Data()
    case "latin1.energy": return Data([0x61, 0xE9, 0x0A])
    case "parameters.npz", "parameters.safetensors", "weights.safetensors", "single.npz":
      return try Data(contentsOf: root.appendingPathComponent("Tests/References/archives/\(name)"))
    case "silu.f64.safetensors", "silu.npz":
      return try Data(contentsOf: root.appendingPathComponent("Tests/References/networks/\(name)"))
    default: throw CocoaError(.fileNoSuchFile)
    }
  }

  /// A .npy file, format 1.0.
  private static func npy(_ values: [Double], shape: String) -> Data {
    var header = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var data = Data([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0]) + Data(header.utf8)
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
    return data
  }
}
