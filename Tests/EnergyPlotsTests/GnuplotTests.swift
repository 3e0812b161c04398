import EnergyDriver
import Foundation
import Testing

@testable import EnergyPlots

/// Pictures as gnuplot draws them; where there is none, nothing of this can be tested.
@Suite(.enabled(if: Gnuplot().location != nil, "gnuplot isn't installed")) struct GnuplotTests {
  static let beginnings: [GnuplotScript.Format: [UInt8]] = [
    .svg: Array("<?xml".utf8), .png: [0x89, 0x50, 0x4E, 0x47], .pdf: Array("%PDF-".utf8),
  ]

  /// Every kind of picture in every format, and gnuplot has nothing to remark.
  @Test(arguments: ScriptTests.cases, [GnuplotScript.Format.svg, .png, .pdf])
  func draws(_ name: String, _ format: GnuplotScript.Format) throws {
    let script = GnuplotScript(try ScriptTests.plot(name), format: format).text
    let (bytes, messages) = try Gnuplot().output(of: script)
    #expect(messages == "")
    #expect(bytes.starts(with: Self.beginnings[format] ?? []))
    #expect(bytes.count > 1000)
    if format == .svg {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.hasSuffix("</svg>\n\n") || text.hasSuffix("</svg>\n"))
      #expect(XMLCheck.isWellFormed(text))
    }
  }

  /// A name is drawn as it is, and nothing in it is carried out.
  @Test func namesAreDrawn() throws {
    let mark = FileManager.default.temporaryDirectory.appendingPathComponent("energy-\(UUID().uuidString)").path
    let name = "`touch \(mark)`\"; system(\"touch \(mark)\"); print \"\n!touch \(mark)\n@x <b> $y"
    let plot = try ScriptTests.plot("field").renamed(name)
    let (bytes, messages) = try Gnuplot().output(of: GnuplotScript(plot, format: .svg).text)
    #expect(messages == "")
    #expect(!FileManager.default.fileExists(atPath: mark))
    #expect(String(decoding: bytes, as: UTF8.self).contains("`touch /"))
  }

  /// A script that fails is an error with gnuplot's reason.
  @Test func failuresAreSaid() {
    #expect(
      message { _ = try Gnuplot().run("set terminal svg\nplot nonsense(\n") }
        .hasPrefix("E-no-gnuplot: gnuplot couldn't draw the picture: "))
  }

  @Test func aRunEnds() {
    #expect(
      message { _ = try Gnuplot(limit: 0.5).run("pause 30\n") }
        == "E-no-gnuplot: gnuplot couldn't draw the picture: it took longer than 0.5 seconds")
  }
}

/// Whether tags close in order: enough for what gnuplot writes.
enum XMLCheck {
  static func isWellFormed(_ text: String) -> Bool {
    var open: [Substring] = []
    for tag in text.matches(of: #/<(/?)([A-Za-z:]+)[^<>]*?(/?)>/#) {
      if !tag.output.1.isEmpty {
        guard open.popLast() == tag.output.2 else { return false }
      } else if tag.output.3.isEmpty {
        open.append(tag.output.2)
      }
    }
    return open.isEmpty
  }
}
