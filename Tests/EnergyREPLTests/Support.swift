import EnergyDriver
import EnergyREPL
import EnergyText
import Foundation

/// A conversation whose replies are kept as lines: results as they are, what isn't one behind `! `.
final class Play {
  private(set) var lines: [String] = []
  private var inputs = InputAssembler()
  private(set) var conversation: Conversation!
  private(set) var isOver = false

  init(isTyped: Bool = true, options: SessionOptions = SessionOptions()) {
    var all = Conversation.Options()
    all.session = options
    all.isTyped = isTyped
    conversation = Conversation(options: all) { [unowned self] in hear($0) }
  }

  private func hear(_ reply: Reply) {
    switch reply {
    case .value(let text), .formula(let text), .text(let text): lines += Self.split(text)
    case .note(let text): lines += Self.split(text).map { "! " + $0 }
    case .messages(let diagnostics, let sources):
      let renderer = TextRenderer(sources: sources)
      for diagnostic in diagnostics { lines += Self.split(renderer.render(diagnostic)).map { "! " + $0 } }
    }
  }

  private static func split(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// Types lines, each as one would; returns what was said to them.
  @discardableResult
  func type(_ typed: String...) -> [String] {
    lines = []
    for line in typed {
      guard let input = inputs.type(line) else { continue }
      if !conversation.take(input) { isOver = true }
    }
    return lines
  }
}

/// A folder of its own for a test; removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("energy-repl-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

func write(_ text: String, to path: String) throws {
  try text.write(toFile: path, atomically: true, encoding: .utf8)
}
