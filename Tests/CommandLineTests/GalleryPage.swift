import EnergyDriver
import EnergySemantics
import Foundation

/// docs/gallery.md: every energy of the library with its formula, its score and a picture. A picture is drawn by the
/// program of its name in docs/gallery; data.txt there has some of the numbers in it.
enum GalleryPage {
  static let folder = root.appendingPathComponent("docs/gallery")

  static let text = ([introduction] + StandardLibraryPage.sections(item)).joined(separator: "\n")

  private static var introduction: String {
    """
    # Gallery

    The \(StandardLibrary.entries.count) energies of [the standard library](standard-library.md), each with the program that draws it ([plots](plots.md) says
    what the pictures show). Energies of many numbers are shown as slices. `make docs` draws the pictures anew.

    """
  }

  private static func item(_ entry: StandardLibrary.Entry) -> String {
    let score = Explanations.score(of: entry)
    let whose = score.flatMap { $0.energy == entry.name ? nil : " of `\($0.energy)` in its example" } ?? ""
    let program = (try? program(entry.name)) ?? ""
    return """
      ### \(entry.name)

      ![\(entry.name)](gallery/\(entry.name).svg)

      \(entry.summary)

      \(StandardLibraryPage.code(entry.formula))

      Score\(whose):

      \(StandardLibraryPage.code(score?.text ?? "none"))

      The picture:

      ```text
      \(program.trimmingCharacters(in: .newlines))
      ```

      """
  }

  /// The program that draws an energy.
  static func program(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent("\(name).energy"), encoding: .utf8)
  }
}
