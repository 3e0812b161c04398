import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// docs/errors.md lists the codes that there are, and its JSON has the fields it names; `ENERGY_RECORD=1` writes the
/// list anew.
@Suite struct ErrorPageTests {
  static let url = root.appendingPathComponent("docs/errors.md")
  private static let marker = "## All codes\n"

  private static var list: String {
    Explanations.topics.map { topic in
      let rows = topic.codes.sorted { $0.code.name < $1.code.name }.map {
        "| `\($0.code)` | \($0.summary.replacingOccurrences(of: "|", with: "\\|")) |"
      }
      let title = topic.title.prefix(1).uppercased() + topic.title.dropFirst()
      return "\n### \(title)\n\n| code | meaning |\n| --- | --- |\n" + rows.joined(separator: "\n") + "\n"
    }.joined()
  }

  @Test func theListIsFresh() throws {
    let page = try String(contentsOf: Self.url, encoding: .utf8)
    let cut = try #require(page.range(of: Self.marker))
    let fresh = page[..<cut.upperBound] + Self.list
    if BadProgramTests.isRecording {
      try String(fresh).write(to: Self.url, atomically: true, encoding: .utf8)
    } else {
      #expect(page == fresh)
    }
  }

  /// The document on the page is what the program writes for the program on the page.
  @Test func theExampleIsWhatIsWritten() throws {
    let page = try String(contentsOf: Self.url, encoding: .utf8)
    let blocks = page.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    let source = try #require(blocks.first { $0.hasPrefix("energy wrong\n") }).dropFirst("energy wrong\n".count)
    let document = try #require(blocks.first { $0.hasPrefix("json\n") }).dropFirst("json\n".count)
    let shown = try #require(blocks.first { $0.hasPrefix("output\n") }).dropFirst("output\n".count)
    let program = BadProgram(
      topic: "", name: "", isExpression: false, hasEscapes: false, codes: [],
      lines: source.split(separator: "\n").map(String.init), files: [], expected: "")
    let outcome = try BadOutcome(program)
    #expect(outcome.text == shown)
    let written = Data(JSONRenderer(sources: outcome.sources).render(outcome.diagnostics).utf8)
    let found = try JSONSerialization.jsonObject(with: written) as? NSArray
    #expect(found == (try JSONSerialization.jsonObject(with: Data(document.utf8)) as? NSArray))
  }
}
