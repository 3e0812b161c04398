import Testing

@testable import EnergyText

@Suite struct TextRendererTests {
  private func rendered(
    _ source: String, _ marked: String, label: String? = nil, notes: [Diagnostic.Note] = [],
    hints: [Diagnostic.Hint] = [], width: Int = 120
  ) -> String {
    let file = SourceFile(name: "model.energy", text: source)
    var sources = SourceMap()
    let id = sources.add(file)
    let bytes = Array(source.utf8)
    let pattern = Array(marked.utf8)
    let start = bytes.indices.first { bytes[$0...].starts(with: pattern) } ?? bytes.count
    let span = Span(file: id, start: start, end: start + pattern.count)
    let diagnostic = Diagnostic(.error, "E-test", "a message", at: span, label: label, notes: notes, hints: hints)
    return TextRenderer(sources: sources, width: width).render(diagnostic)
  }

  @Test func theFormat() {
    let source = """
      param mu : vector[2] = [0, 1]

      # a comment
      energy f(x : vector[3]) = 0.5*sum((x - mu)^2)
      """
    let note = Diagnostic.Note("mu : vector[2] comes from its value [0, 1]", at: Span(file: 0, start: 23, end: 29))
    let text = rendered(
      source, "x - mu", label: "x : vector[3] (declared here, 4:10)", notes: [note],
      hints: [.init("change x to vector[2], or give mu three entries")])
    #expect(
      text == """
        error[E-test]: a message
          model.energy:4:36
        4 | energy f(x : vector[3]) = 0.5*sum((x - mu)^2)
          |                                    ^^^^^^ x : vector[3] (declared here, 4:10)
          = mu : vector[2] comes from its value [0, 1] at model.energy:1:24
          = change x to vector[2], or give mu three entries

        """)
  }

  @Test func wideLineNumbersMoveTheGutter() {
    let text = rendered(String(repeating: "\n", count: 11) + "let a = b", "b")
    #expect(
      text == """
        error[E-test]: a message
           model.energy:12:9
        12 | let a = b
           |         ^

        """)
  }

  @Test(arguments: [
    ("\tx\ty", "y", "    x   y", "        ^"),
    ("漢字 = x", "x", "漢字 = x", "       ^"),
    ("漢字 = x", "字", "漢字 = x", "  ^^"),
    ("e\u{301}e\u{301} x", "x", "e\u{301}e\u{301} x", "   ^"),
    ("a\u{1B}[2J b", "b", "a\u{FFFD}[2J b", "      ^"),
    ("a\u{202E}b c", "c", "a\u{FFFD}b c", "    ^"),
    ("abc", "", "abc", "^"),
    ("let a = \r\nb", "let", "let a =", "^^^"),
  ])
  func alignment(_ source: String, _ marked: String, _ line: String, _ marks: String) {
    let lines = rendered(source, marked).split(separator: "\n")
    #expect(lines[2] == "1 | \(line)")
    #expect(lines[3] == "  | \(marks)")
  }

  @Test func spansOfSeveralLines() {
    let text = rendered("f(a,\n  b,\n  c,\n  d) + 1", "f(a,\n  b,\n  c,\n  d)", label: "here")
    #expect(
      text == """
        error[E-test]: a message
          model.energy:1:1
        1 | f(a,
          | ^^^^
          ⋮
        4 |   d) + 1
          | ^^^^ here

        """)
  }

  @Test(arguments: [0, 1, 100, 5000, 9998]) func longLinesAreCut(_ position: Int) {
    let source = String(repeating: "a", count: position) + "!?" + String(repeating: "b", count: 10_000 - position)
    let lines = rendered(source, "!?").split(separator: "\n")
    #expect(lines[2].count <= 120)
    let column = lines[3].distance(from: lines[3].startIndex, to: lines[3].firstIndex(of: "^") ?? lines[3].endIndex)
    #expect(Array(lines[2]).dropFirst(column).starts(with: "!?"))
  }

  @Test func aLabelWithoutRoomGetsItsOwnLine() {
    let lines = rendered(String(repeating: "a ", count: 30) + "b", "b", label: "a long label", width: 70)
      .split(separator: "\n")
    #expect(lines[3].hasSuffix(" ^"))
    #expect(lines[4].hasSuffix(" a long label"))
    #expect(lines[4].count <= 70)
  }

  @Test func spansBeyondTheFileAreCut() {
    var sources = SourceMap()
    _ = sources.add(SourceFile(name: "a", text: "x"))
    let diagnostic = Diagnostic(.warning, "W-test", "far", at: Span(file: 0, start: 900, end: 905))
    #expect(TextRenderer(sources: sources).render(diagnostic) == "warning[W-test]: far\n  a:1:2\n1 | x\n  |  ^\n")
  }

  @Test func withoutAPlace() {
    let hint = Diagnostic.Hint("--set m=zeros(8)")
    let error = Diagnostic(.error, "E-unbound", "no value", hints: [hint])
    #expect(TextRenderer(sources: SourceMap()).render(error) == "error[E-unbound]: no value\n  = --set m=zeros(8)\n")
    let note = Diagnostic(.note, "N-hides", "'step' now hides the built-in step(x)")
    #expect(TextRenderer(sources: SourceMap()).render(note) == "note: 'step' now hides the built-in step(x)\n")
  }

  @Test func colour() {
    var sources = SourceMap()
    _ = sources.add(SourceFile(name: "a", text: "x"))
    let diagnostic = Diagnostic(.error, "E-test", "bad \u{1B}[31m", at: Span(file: 0, start: 0, end: 1))
    let text = TextRenderer(sources: sources, color: true).render(diagnostic)
    #expect(text.hasPrefix("\u{1B}[1;31merror[E-test]\u{1B}[0m: bad \u{FFFD}[31m\n"))
    #expect(text.contains("\u{1B}[1;31m^\u{1B}[0m"))
  }

  @Test func invalidBytesAreShown() {
    var sources = SourceMap()
    _ = sources.add(SourceFile(name: "a", bytes: [0x61, 0xFF, 0xC3, 0x62]))
    let text = TextRenderer(sources: sources).render(
      Diagnostic(.error, "E-test", "bytes", at: Span(file: 0, start: 1, end: 3)))
    #expect(text.contains("\u{FFFD}"))
  }
}
