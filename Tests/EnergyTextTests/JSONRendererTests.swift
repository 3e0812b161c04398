import EnergyText
import Foundation
import Testing

@Suite struct JSONRendererTests {
  @Test func everythingIsThere() throws {
    var sources = SourceMap()
    let id = sources.add(SourceFile(name: "a\"b.energy", text: "μ\nlet a = 1e5.3"))
    let span = Span(file: id, start: 11, end: 16)
    let diagnostic = Diagnostic(
      .error, "E-number", "'1e5.3' isn't \\ a number\u{1}", at: span, label: "here", notes: [.init("a note", at: span)],
      hints: [.init("write 1", fixIt: .init(replace: span, with: "1")), .init("plain")])
    let text = JSONRenderer(sources: sources).render([diagnostic])
    #expect(!text.contains("\n"))
    let parsed = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    let object = try #require(parsed.first)
    #expect(object["severity"] as? String == "error")
    #expect(object["code"] as? String == "E-number")
    #expect(object["message"] as? String == "'1e5.3' isn't \\ a number\u{1}")
    let spans = try #require(object["spans"] as? [[String: Any]])
    #expect(spans[0]["file"] as? String == "a\"b.energy")
    #expect(spans[0]["line"] as? Int == 2)
    #expect(spans[0]["column"] as? Int == 9)
    #expect(spans[0]["start"] as? Int == 11)
    #expect(spans[0]["end"] as? Int == 16)
    #expect(spans[0]["endColumn"] as? Int == 14)
    #expect(spans[0]["label"] as? String == "here")
    let notes = try #require(object["notes"] as? [[String: Any]])
    #expect((notes[0]["span"] as? [String: Any])?["line"] as? Int == 2)
    let hints = try #require(object["hints"] as? [[String: Any]])
    #expect((hints[0]["fix"] as? [String: Any])?["replacement"] as? String == "1")
    #expect(hints[1]["fix"] == nil)
  }

  @Test func allScalarsSurvive() throws {
    let text = String(String.UnicodeScalarView((0..<0x3000).compactMap(Unicode.Scalar.init)))
    let json = "[" + JSONRenderer.quoted(text) + "]"
    let parsed = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String])
    #expect(parsed[0].unicodeScalars.elementsEqual(text.unicodeScalars))
  }
}
