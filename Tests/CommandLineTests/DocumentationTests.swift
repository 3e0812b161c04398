import EnergyIR
import EnergySemantics
import EnergySyntax
import Foundation
import Testing

@Suite struct DocumentationTests {
  static let pages: [String] = {
    let folder = root.appendingPathComponent("docs")
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return ["README.md", "examples/README.md", "grammar/README.md"]
      + all.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
  }()

  /// Every example of the page does what the page says; `make golden` writes what it does into the page.
  @Test(arguments: DocumentationTests.pages) func examples(_ name: String) throws {
    let file = root.appendingPathComponent(name)
    let page = try String(contentsOf: file, encoding: .utf8)
    let played = try withFolder { folder in
      // A copy: what is loaded must lie in the folder.
      let examples = folder.appendingPathComponent("examples")
      try FileManager.default.removeItem(at: examples)
      try FileManager.default.copyItem(at: root.appendingPathComponent("examples"), to: examples)
      return try DocumentationPage(page, in: folder)
    }
    for problem in played.problems { Issue.record("\(name): \(problem)") }
    if isRecording, played.text != page { try played.text.write(to: file, atomically: true, encoding: .utf8) }
    if !isRecording { expectSameLines(played.text, page) }
  }

  /// The section about limits has the numbers that the program has.
  @Test func limits() throws {
    let page = try String(contentsOf: root.appendingPathComponent("docs/language.md"), encoding: .utf8)
    let section = try #require(page.split(separator: "## Limits").last)
    let limits = SyntaxLimits.standard
    let grouped = { (number: Int) in number.formatted(.number.locale(Locale(identifier: "en_US"))) }
    for number in [
      "\(limits.sourceBytes >> 20) MiB", "\(limits.nesting) deep", "8 axes",
      "\(grouped(Graph().nodeLimit)) nodes",
    ] {
      #expect(section.contains(number), "\(number)")
    }
  }

  /// Links lead to files that are there.
  @Test(arguments: DocumentationTests.pages) func links(_ name: String) throws {
    let file = root.appendingPathComponent(name)
    let page = try String(contentsOf: file, encoding: .utf8)
      .replacing(#/```[^`]*```/#, with: "").replacing(#/`[^`\n]*`/#, with: "")
    for link in page.matches(of: #/\]\(([^)\s]+)\)/#) {
      let target = link.output.1.split(separator: "#", omittingEmptySubsequences: false)[0]
      if target.isEmpty || target.contains("://") { continue }
      let path = file.deletingLastPathComponent().appendingPathComponent(String(target)).path
      #expect(FileManager.default.fileExists(atPath: path), "\(name): \(target)")
    }
  }
}
