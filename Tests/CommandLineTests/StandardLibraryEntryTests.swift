import EnergyDriver
import EnergySemantics
import Testing

/// What the library says of its energies.
@Suite struct StandardLibraryEntryTests {
  @Test(arguments: StandardLibrary.entries)
  func isDocumented(_ entry: StandardLibrary.Entry) {
    for field in [entry.summary, entry.formula, entry.reference, entry.example] { #expect(!field.isEmpty) }
    #expect(entry.summary.hasSuffix("."))
    #expect(!entry.reference.hasSuffix("."))
    #expect(entry.example.hasPrefix("import "), "an example starts with its import")
    #expect(entry.example.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  /// A score is something to read.
  @Test(arguments: StandardLibrary.entries)
  func scoreIsReadable(_ entry: StandardLibrary.Entry) throws {
    let score = try #require(Explanations.score(of: entry))
    for line in score.text.split(separator: "\n") { #expect(line.count <= 340, "\(line)") }
  }
}
