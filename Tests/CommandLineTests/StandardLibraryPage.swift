import EnergyDriver
import EnergySemantics
import EnergyText
import Foundation

/// docs/standard-library.md: every energy of the library, from the comments in its texts, with its score as the
/// program prints it.
enum StandardLibraryPage {
  static let text = ([introduction] + sections(item)).joined(separator: "\n")

  /// A section for each text of the library, with its remark and its energies in their order.
  static func sections(_ item: (StandardLibrary.Entry) -> String) -> [String] {
    let files = Dictionary(grouping: StandardLibrary.entries, by: \.file).sorted { $0.key < $1.key }
    return files.map { file, entries in section(file, entries, item) }
  }

  private static var introduction: String {
    """
    # The standard library

    \(StandardLibrary.entries.count) energies, written in the language; `import gaussian, ring from std` makes them known. Made from their texts
    in `Sources/EnergySemantics/StandardLibrary` (`make golden`): the examples are run as tests, and energies, scores and
    Laplacians compared with references (`Tests/References/std`).

    What stands before `;` is the sample, what stands behind it are parameters with their defaults, given by name. An
    energy E stands for the density exp(-E), known up to a factor unless the text says "with its constant". Outside the
    domain that a sample's type states, E is `inf` and the score 0.

    """
  }

  private static func section(
    _ file: String, _ entries: [StandardLibrary.Entry], _ item: (StandardLibrary.Entry) -> String
  ) -> String {
    let text = entries.first.flatMap { StandardLibrary.text(of: $0.name) } ?? ""
    let head = text.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0.hasPrefix("#") }
      .map { $0.dropFirst(2) }.joined(separator: "\n")
    let title = file.dropFirst("std/".count).dropLast(".energy".count).replacing("_", with: " ")
    let order = { (entry: StandardLibrary.Entry) in text.range(of: "\n# \(entry.name):")?.lowerBound ?? text.endIndex }
    let items = entries.sorted { order($0) < order($1) }.map(item)
    return "## \(title.prefix(1).uppercased() + title.dropFirst())\n\n\(head)\n\n" + items.joined(separator: "\n")
  }

  private static func item(_ entry: StandardLibrary.Entry) -> String {
    let score = Explanations.score(of: entry)
    let whose = score.flatMap { $0.energy == entry.name ? nil : " of `\($0.energy)` in the example" } ?? ""
    return """
      ### \(entry.name)

      \(entry.summary)

      \(code(entry.signature))

      \(code(entry.formula))

      Score\(whose):

      \(code(score?.text ?? "none"))

      \(entry.reference).

      ```energy
      \(entry.example.trimmingCharacters(in: .newlines))
      ```

      ```output
      \(output(of: entry.example))
      ```

      """
  }

  private static func output(of program: String) -> String {
    var lines: [String] = []
    let session = Session(SourceFile(name: "model.energy", text: program), files: DiskFiles())
    do { try session.run { lines.append($0.text) } } catch { lines.append("\(error)") }
    return lines.joined(separator: "\n")
  }

  /// Text as a block of code.
  static func code(_ text: String) -> String { "    " + text.replacing("\n", with: "\n    ") }
}
