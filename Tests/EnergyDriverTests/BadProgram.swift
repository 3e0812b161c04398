import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// A program with what is wrong in it and the message it gets, as a file of `Tests/BadPrograms` holds it:
///
///     # …                            a remark before the first program
///     === zero-index: E-index        its name and the codes of its messages, in order
///     v[0]                           the program
///     @ data.csv                     a file beside it, with the lines that follow
///     --- message                    what is shown, to the next ===
///
/// Behind the name `(expression)` marks a bare expression, `(bytes)` a program with bytes written `\xE9`.
struct BadProgram: Sendable, CustomTestStringConvertible {
  let topic: String
  let name: String
  let isExpression: Bool
  let hasEscapes: Bool
  let codes: [String]
  let lines: [String]
  let files: [(name: String, lines: [String])]
  let expected: String

  var testDescription: String { "\(topic)/\(name)" }

  /// The program's text.
  var source: [UInt8] {
    let text = lines.joined(separator: "\n") + (isExpression ? "" : "\n")
    guard hasEscapes else { return Array(text.utf8) }
    var bytes: [UInt8] = []
    for (index, piece) in text.components(separatedBy: "\\x").enumerated() {
      if index > 0, let byte = UInt8(piece.prefix(2), radix: 16) { bytes.append(byte) }
      bytes += Array(piece.dropFirst(index > 0 ? 2 : 0).utf8)
    }
    return bytes
  }

  /// The lines of the corpus for this program, with the message that it gets now.
  func recorded(_ message: String) -> String {
    var head = "=== \(name)"
    if isExpression { head += " (expression)" }
    if hasEscapes { head += " (bytes)" }
    head += ": " + codes.joined(separator: " ")
    var all = [head] + lines
    for file in files { all += ["@ \(file.name)"] + file.lines }
    return (all + ["--- message"]).joined(separator: "\n") + "\n" + message
  }
}

/// All programs of one topic.
struct BadProgramFile: Sendable {
  let topic: String
  let remarks: [String]
  let programs: [BadProgram]

  static let folder = Model.root.appendingPathComponent("Tests/BadPrograms")

  static let all: [BadProgramFile] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".txt") }.sorted().compactMap { name in
      (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)).map {
        BadProgramFile(topic: String(name.dropLast(4)), text: $0)
      }
    }
  }()

  init(topic: String, text: String) {
    self.topic = topic
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    let starts = lines.indices.filter { lines[$0].hasPrefix("=== ") } + [lines.count]
    remarks = Array(lines[..<starts[0]])
    programs = zip(starts, starts.dropFirst()).map { Self.program(topic, Array(lines[$0..<$1])) }
  }

  private static func program(_ topic: String, _ lines: [String]) -> BadProgram {
    let head = lines[0].dropFirst(4).split(separator: ":", maxSplits: 1).map(String.init)
    let words = head[0].split(separator: " ").map(String.init)
    let end = lines.firstIndex(of: "--- message") ?? lines.count
    var source: [String] = []
    var files: [(name: String, lines: [String])] = []
    for line in lines[1..<end] {
      if line.hasPrefix("@ ") {
        files.append((String(line.dropFirst(2)), []))
      } else if files.isEmpty {
        source.append(line)
      } else {
        files[files.count - 1].lines.append(line)
      }
    }
    let message = lines[min(end + 1, lines.count)...].joined(separator: "\n")
    return BadProgram(
      topic: topic, name: words[0], isExpression: words.contains("(expression)"),
      hasEscapes: words.contains("(bytes)"),
      codes: head.count < 2 ? [] : head[1].split(separator: " ").map(String.init), lines: source, files: files,
      expected: message.isEmpty ? "" : message + "\n")
  }
}
