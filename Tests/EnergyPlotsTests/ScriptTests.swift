import EnergyDriver
import EnergyText
import Foundation
import Testing

@testable import EnergyPlots

/// Scripts, which are the same everywhere; pictures only where gnuplot is.
@Suite struct ScriptTests {
  static let cases = ["curve", "curve_data", "field", "field_density", "slices"]

  static func plot(_ name: String) throws -> Plot {
    var detail = Plot.Detail()
    (detail.curve, detail.field, detail.arrows) = (40, 10, 3)
    let bowl = "energy bowl(x : vector[2]) = x[1]^2 + 2*x[2]^2 + x[1]*x[2]"
    switch name {
    case "curve": return try EnergyPlotsTests.plot("energy well(x : real) = (x^2 - 1)^2", box: [-2...2], detail: detail)
    case "curve_data":
      return try EnergyPlotsTests.plot(
        "energy f(t : real) = t - log(t)", box: [-1...4], show: [.energy, .density], data: [[0.5], [1], [1.25]],
        detail: detail)
    case "field":
      return try EnergyPlotsTests.plot(
        bowl, box: [-2...2, -1...1], data: [[0, 0], [1, 0.5], [7, 7]], detail: detail)
    case "field_density":
      return try EnergyPlotsTests.plot(bowl, box: [-2...2], show: [.energy, .density], detail: detail)
    default:
      return try EnergyPlotsTests.plot(
        "energy f(x : vector[4]) = sumsq(x) + x[1]*x[2]", box: [-2...2], data: [[0, 1, 0, 1], [1, 0, 1, 0]],
        detail: detail)
    }
  }

  @Test(arguments: cases) func scripts(_ name: String) throws {
    let file = root.appendingPathComponent("Tests/EnergyPlotsTests/Expected/\(name).gp")
    let text = GnuplotScript(try Self.plot(name), format: .svg).text
    if isRecording {
      try text.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(text == (try String(contentsOf: file, encoding: .utf8)))
    }
  }

  /// Names can't leave their strings, whatever they are made of.
  @Test func namesStayNames() {
    let hostile = "`touch a`\"; system(\"touch b\"); '!touch c'\n!touch d\n$@x%s\\\u{7F}\u{1B}[2J\u{202E}é μ[1]"
    let quoted = ScriptText.quoted(hostile)
    #expect(quoted.hasPrefix("\"") && quoted.hasSuffix("\""))
    let inside = quoted.dropFirst().dropLast()
    #expect(!inside.contains { "`\"'!;$@%\n\u{1B}\u{202E}".contains($0) })
    #expect(inside.hasSuffix("é μ[1]"))
    // A backslash stands only before the number of a byte.
    for place in inside.indices where inside[place] == "\\" {
      #expect(inside[inside.index(after: place)...].prefix(3).allSatisfy { ("0"..."7").contains($0) })
    }
  }

  /// A script of hostile names has no line that isn't ours.
  @Test func scriptsHoldNoForeignCommand() throws {
    let plain = try Self.plot("field")
    let hostile = plain.renamed(
      "\"\n!touch gnuplot_was_here\nsystem 'touch gnuplot_was_here'\n`touch gnuplot_was_here`")
    let lines = GnuplotScript(hostile, format: .svg).text.split(separator: "\n")
    #expect(lines.count == GnuplotScript(plain, format: .svg).text.split(separator: "\n").count)
    #expect(!lines.contains { $0.contains("`") || $0.contains("system '") || $0.hasPrefix("!") })
  }

  @Test func filesAreWrittenIntoTheFolderOfTheProgram() throws {
    let files = KeptFiles()
    let session = session(
      "energy f(x : real) = x^2\nplot f over [-1, 2] with data [0, 1] to \"out/f.pdf\"", files: files)
    session.pictures = Pictures(gnuplot: FixedRunner(bytes: [1, 2, 3]))
    var results: [StatementResult] = []
    try session.run { results.append($0) }
    #expect(files.written.withLock { $0 } == ["models/out/f.pdf": [1, 2, 3]])
    #expect(
      results.map(\.notes) == [
        [
          "note: the density is normalised over [-1, 2], and hasn't fallen off at its ends", "wrote out/f.pdf",
        ]
      ])
    #expect(results[0].text.isEmpty && results[0].json.text.contains("\"file\": \"out/f.pdf\""))
  }

  @Test(arguments: [
    ("plot f to \"f.jpg\"", "E-option: f.jpg: pictures are .svg, .png or .pdf files"),
    ("plot f over [1, 0]", "E-value: an axis runs from a smaller number to a greater one; [1, 0] doesn't"),
    ("plot f over [0, 1/0]", "E-value: an axis runs from a smaller number to a greater one; [0, inf] doesn't"),
    ("plot f over [0, 1] x [0, 1]", "E-option: the plot has 2 axes, and a sample of f 1 coordinate: x"),
    ("plot f with data zeros(3, 2)", "E-shape: the array is (3, 2); that doesn't fit x : real"),
  ])
  func statementsHaveTheirErrors(_ statement: String, _ expected: String) {
    let session = session("energy f(x : real) = x^2\n\(statement)")
    session.pictures = Pictures(gnuplot: FixedRunner(bytes: []))
    #expect(message { try session.run { _ in } } == expected)
  }

  @Test func withoutPicturesItIsRefused() {
    let session = session("energy f(x : real) = x^2\nplot f")
    #expect(message { try session.run { _ in } } == "E-unsupported: pictures can't be drawn here")
  }

  @Test func withoutGnuplotItIsSaid() {
    #expect(
      message { _ = try Gnuplot(path: "/nowhere").run("") }
        == "E-no-gnuplot: gnuplot wasn't found, which draws pictures into files; nothing was written")
    let error = Diagnostic(.error, .noGnuplot, "")
    #expect(ExitStatus(after: [error]) == .unavailable)
  }

  /// Sixels that can't be drawn are replaced by characters.
  @Test func charactersNeedNothing() throws {
    var terminal = TerminalStyle()
    terminal.showsSixels = true
    let plot = try Self.plot("curve")
    #expect(Pictures(gnuplot: Gnuplot(path: "/nowhere"), terminal: terminal).shown(plot).text.contains("⠉"))
    #expect(Pictures(gnuplot: FixedRunner(bytes: [0x50, 0x71]), terminal: terminal).shown(plot).text == "Pq")
  }
}

extension Plot {
  func renamed(_ name: String) -> Plot {
    Plot(name: name, quantities: quantities, content: content, table: table, notes: notes, remarks: remarks)
  }
}
