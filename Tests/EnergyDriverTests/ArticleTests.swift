import EnergyDriver
import EnergyText
import Foundation
import Testing

/// The article of the documentation of the Swift API: its code is that of these tests, which compile and run it.
@Suite struct ArticleTests {
  @Test func evaluate() throws {
    // begin evaluate
    let source = SourceFile(
      name: "well.energy", text: "param b = 1\nenergy well(x : vector[d]) = sum((x^2 - b)^2)")
    let session = Session(source, files: DiskFiles())
    let well = try session.energy(named: "well")

    // The formula of the score.
    let formula = try session.derivation(.score, of: well).text

    // Energies and scores of two samples, in rows.
    let samples = BatchSource.values([0.5, 2, 1, -1], shape: [2, 2])
    let evaluation = try session.evaluation(of: well, on: samples, outputs: [.energy, .score])
    let values = try evaluation.values([.energy, .score], rows: 0..<2)
    // end evaluate
    #expect(formula == "-4*x*(x^2 - b)")
    #expect(values == [[9.5625, 0], [1.5, -24, 0, 0]])
  }

  @Test func errors() throws {
    // begin errors
    let source = SourceFile(name: "model.energy", text: "energy f(x : vector[3]) = sumsq(x - mv)")
    let session = Session(source, files: DiskFiles())
    let renderer = TextRenderer(sources: session.sources)
    let messages = session.diagnostics.map { renderer.render($0) }
    // end errors
    #expect(messages.count == 1)
    #expect(messages[0].hasPrefix("error[E-unknown]: there is nothing named 'mv'"))
  }

  @Test func check() throws {
    // begin check
    let source = SourceFile(name: "model.energy", text: "energy f(x : vector[2]) = x[1]^4 + log(x[2])")
    let session = Session(source, files: DiskFiles())
    let report = try session.check(session.energy(named: nil), CheckRequest(source: .random(count: 100, seed: 0)))
    let failures = report.findings.filter { $0.verdict == .failure }
    let culprits = failures.compactMap { $0.culprit?.text }
    // end check
    #expect(report.isFailure)
    #expect(culprits == ["log(x[2])"])
  }

  /// The blocks of the article, in order, are the stretches between the marks above.
  @Test func theArticleHasThisCode() throws {
    let file = URL(fileURLWithPath: #filePath)
    let code = try String(contentsOf: file, encoding: .utf8)
    let repository = file.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let article = try String(
      contentsOf: repository.appendingPathComponent("Sources/EnergyDriver/EnergyDriver.docc/EnergyDriver.md"),
      encoding: .utf8)
    let blocks = article.matches(of: #/(?s)```swift\n(.*?)```/#).map { String($0.output.1) }
    let stretches = ["evaluate", "errors", "check"].map { name in
      let lines = code.components(separatedBy: "    // begin \(name)\n")[1].components(
        separatedBy: "    // end \(name)\n")[0]
      return lines.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.hasPrefix("    ") ? String($0.dropFirst(4)) : String($0) }.joined(separator: "\n")
    }
    #expect(blocks == stretches)
  }
}
