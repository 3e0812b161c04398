import EnergySyntax
import EnergyText

/// The standard library: energies written in the language, in texts that are part of the program.
///
/// `import gaussian from std` finds the text that defines the name; only what is imported is parsed. Above each
/// definition that can be imported stands a comment with its documentation:
///
///     # gaussian: one sentence on what it is
///     # Formula: E(x) = …
///     # Reference: author, title, year, page or equation
///     # Example:
///     #     import gaussian from std
///     #     gaussian([1, 2], mu = [0, 1], P = eye(2))
///     energy gaussian(x : vector[d]; mu : vector[d], P : symmetric[d]) = …
///
/// Definitions without such a comment are the file's own.
public enum StandardLibrary {
  /// What the library says of one of its names.
  public struct Entry: Sendable, Equatable {
    /// The name to import.
    public let name: String
    /// One sentence.
    public let summary: String
    /// The formula as text.
    public let formula: String
    /// Where it is from: author, title, year, page or equation.
    public let reference: String
    /// A program that imports and uses it.
    public let example: String
    /// The definition as the library has it, without its comment.
    public let source: String
    /// The text it stands in, as messages name it: `std/gaussian.energy`.
    public let file: String

    /// What it takes, as the definition has it: `gaussian(x : vector[d]; mu : vector[d], P : symmetric[d])`.
    public var signature: String {
      let tree = parse(SourceFile(name: file, text: source), id: 0).tree
      switch tree.statements.first?.kind {
      case .energy(let energy): return name + (energy.parameters.map { tree.text($0.span) } ?? "")
      case .fn(let function): return name + tree.text(function.parameters.span)
      default: return name
      }
    }
  }

  /// All entries in the order of their names.
  public static var entries: [Entry] { names.compactMap(entry) }

  /// The names that can be imported, in order.
  public static let names: [String] = index.keys.sorted()

  /// The entry of a name.
  public static func entry(named name: String) -> Entry? {
    guard let place = index[name] else { return nil }
    let file = files[place.file]
    return DocumentedText(file.bytes).entry(name, at: place.line, file: "std/\(file.name)")
  }

  /// Whether the library has a name.
  static func has(_ name: String) -> Bool { index[name] != nil }

  /// The whole text that defines a name.
  public static func text(of name: String) -> String? {
    source(defining: name).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  /// The text that defines a name, under the name that messages give it.
  static func source(defining name: String) -> SourceFile? {
    guard let place = index[name] else { return nil }
    let file = files[place.file]
    return SourceFile(name: "std/\(file.name)", bytes: file.bytes)
  }

  /// Where each name is defined. Found when first needed, by the beginnings of lines alone.
  private static let index: [String: (file: Int, line: Int)] = {
    var result: [String: (file: Int, line: Int)] = [:]
    for (number, file) in files.enumerated() {
      for (name, line) in DocumentedText(file.bytes).names { result[name] = (number, line) }
    }
    return result
  }()
}

/// A text whose definitions have comments in the form of the library. Read by lines: nothing is parsed.
private struct DocumentedText {
  private let lines: [ArraySlice<UInt8>]

  init(_ bytes: [UInt8]) { lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) }

  private func text(_ position: Int) -> Substring { Substring(decoding: lines[position], as: UTF8.self) }

  /// The names with a comment, and the lines that define them.
  var names: [(name: String, line: Int)] {
    lines.indices.compactMap { position in
      guard let name = definedName(lines[position]) else { return nil }
      let head = Array("# \(name):".utf8)
      let start = commentStart(above: position)
      return start < position && lines[start].starts(with: head) ? (name, position) : nil
    }
  }

  func entry(_ name: String, at position: Int, file: String) -> StandardLibrary.Entry {
    let fields = fields((commentStart(above: position)..<position).map(text), of: name)
    return StandardLibrary.Entry(
      name: name, summary: fields["summary"] ?? "", formula: fields["Formula"] ?? "",
      reference: fields["Reference"] ?? "", example: fields["Example"] ?? "", source: definition(at: position),
      file: file)
  }

  private func commentStart(above position: Int) -> Int {
    var start = position
    while start > 0, lines[start - 1].first == UInt8(ascii: "#") { start -= 1 }
    return start
  }

  /// The name that a line defines: an energy or a function at the margin.
  private func definedName(_ line: ArraySlice<UInt8>) -> String? {
    guard let word = ["energy ", "fn "].first(where: { line.starts(with: $0.utf8) }) else { return nil }
    let rest = String(decoding: line.dropFirst(word.utf8.count), as: UTF8.self).drop { $0 == " " }
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return name.isEmpty ? nil : String(name)
  }

  /// The definition that begins at a line: with the indented lines below it.
  private func definition(at position: Int) -> String {
    let tail = lines[(position + 1)...].prefix { $0.first == UInt8(ascii: " ") }
    return (position..<(position + 1 + tail.count)).map { String(text($0)) }.joined(separator: "\n")
  }

  /// The fields of a comment that begins with the name.
  private func fields(_ comment: [Substring], of name: String) -> [String: String] {
    var result: [String: String] = [:]
    var field = "summary"
    for (position, line) in comment.enumerated() {
      var text = line.dropFirst(line.hasPrefix("# ") ? 2 : 1)
      let head = ["Formula", "Reference", "Example"].first { text.hasPrefix("\($0):") }
      if position == 0 {
        text = text.dropFirst(name.count + 1)
      } else if let head {
        field = head
        text = text.dropFirst(head.count + 1)
      }
      if field == "Example" {
        // A program keeps its lines, without the margin of the comment.
        if head != nil, text.allSatisfy({ $0 == " " }) { continue }
        let line = text.hasPrefix("    ") ? text.dropFirst(4) : text.drop { $0 == " " }
        result[field, default: ""] += line + "\n"
      } else {
        let words = text.split(separator: " ").joined(separator: " ")
        let separator = result[field] == nil ? "" : head == nil ? " " : "\n"
        result[field, default: ""] += separator + words
      }
    }
    return result
  }
}
