import EnergySemantics
import EnergyText

extension Explanations {
  /// The names of the standard library with a sentence each.
  static var libraryList: String {
    let width = StandardLibrary.names.map(\.count).max() ?? 0
    let lines = StandardLibrary.entries.map { entry in
      "  " + entry.name + String(repeating: " ", count: width - entry.name.count + 2) + entry.summary
    }
    return (["std (the standard library): import NAME from std, energy explain NAME"] + lines).joined(separator: "\n")
  }

  /// An entry of the standard library with its score.
  static func text(of entry: StandardLibrary.Entry) -> String {
    var lines = ["\(entry.name) (standard library)", "  \(entry.summary)", "  \(entry.signature)"]
    var fields = [("formula", entry.formula), ("reference", entry.reference)]
    if let score = score(of: entry) { fields.insert(("score", score), at: 1) }
    for (name, text) in fields {
      let head = "  " + name + String(repeating: " ", count: 11 - name.count)
      lines += text.split(separator: "\n").enumerated().map { position, line in
        (position == 0 ? head : String(repeating: " ", count: head.count)) + line
      }
    }
    lines.append("  example:")
    lines += entry.example.split(separator: "\n").map { "    \($0)" }
    return lines.joined(separator: "\n")
  }

  /// The score as the program derives it; `nil` for a function, or an energy of energies that aren't given.
  private static func score(of entry: StandardLibrary.Entry) -> String? {
    let source = SourceFile(name: entry.file, text: "import \(entry.name) from std")
    let session = Session(source, files: DiskFiles())
    guard let energy = session.program.energy(entry.name) else { return nil }
    return try? session.derivation(.score, of: energy).text
  }
}
