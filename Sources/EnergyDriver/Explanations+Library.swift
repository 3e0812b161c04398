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
    if let score = score(of: entry) {
      fields.insert(("score", score.text), at: 1)
      if score.energy != entry.name { fields.insert(("of", "\(score.energy) in the example"), at: 2) }
    }
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

  /// The score of an entry as the program prints it, one line an argument of the sample, and the energy it is of: the
  /// entry itself, or the last energy of its example where it is made of energies that have to be given. `nil` for a
  /// function.
  public static func score(of entry: StandardLibrary.Entry) -> (energy: String, text: String)? {
    for (name, program) in [(entry.name, "import \(entry.name) from std"), (nil, entry.example)] {
      let session = Session(SourceFile(name: entry.file, text: program), files: DiskFiles())
      let found = name.map { session.program.energy($0) } ?? session.program.energies.last
      guard let energy = found, let derived = try? session.derivation(.score, of: energy) else { continue }
      return (energy.name, derived.text)
    }
    return nil
  }
}
