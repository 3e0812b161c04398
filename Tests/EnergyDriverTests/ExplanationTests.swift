import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

@Suite struct ExplanationTests {
  /// Every code that a source file spells, found by reading the sources.
  static let usedCodes: [String] = {
    let sources = root.appendingPathComponent("Sources")
    var found: Set<String> = []
    for case let file as URL in FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil) ?? .init()
    where file.pathExtension == "swift" {
      let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
      found.formUnion(text.matches(of: #/DiagnosticCode = "([EWN]-[a-z-]+)"/#).map { String($0.output.1) })
    }
    return found.sorted()
  }()

  @Test(arguments: ExplanationTests.usedCodes)
  func everyCodeIsExplained(_ code: String) throws {
    #expect(try Explanations.text(for: code).hasPrefix("\(code)\n  "))
  }

  @Test(arguments: DiagnosticExplanation.driver + DiagnosticExplanation.syntax)
  func examplesDoWhatTheySay(_ explanation: DiagnosticExplanation) {
    guard !explanation.wrong.isEmpty else { return }
    #expect(codes(of: explanation.wrong).contains(explanation.code.name), "\(explanation.wrong)")
    #expect(codes(of: explanation.right).isEmpty, "\(explanation.right)")
  }

  private func codes(of text: String) -> [String] {
    let session = session(text)
    let later = session.hasErrors ? [] : messages { _ = try session.printed() }
    return (session.diagnostics.filter { $0.severity == .error }.map(\.short) + later).map {
      String($0.prefix { $0 != ":" })
    }
  }

  @Test func rulesAreExplained() throws {
    for rule in Explanations.rules { #expect(try Explanations.text(for: rule.name).contains(rule.summary)) }
  }

  @Test(arguments: [("E-shpae", "E-shape"), ("shape", "E-shape"), ("softplsu", "softplus")])
  func nearNamesAreSuggested(_ name: String, _ meant: String) {
    #expect(messages { _ = try Explanations.text(for: name) }.first?.contains("did you mean '\(meant)'") == true)
  }
}
