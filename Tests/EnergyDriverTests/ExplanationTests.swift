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
      found.formUnion(text.matches(of: #/"([EWN]-[a-z]+(?:-[a-z]+)*)"/#).map { String($0.output.1) })
    }
    return found.sorted()
  }()

  @Test(arguments: ExplanationTests.usedCodes)
  func everyCodeIsExplained(_ code: String) throws {
    #expect(try Explanations.text(for: code).hasPrefix("\(code)\n  "))
  }

  /// No code is explained twice, or without being reported anywhere.
  @Test func everyExplanationIsUsed() {
    #expect(Explanations.codes.map(\.code.name).sorted() == Self.usedCodes)
  }

  /// `wrong` gets its own code and no other error; `right` gets nothing at all.
  @Test(arguments: Explanations.codes)
  func examplesDoWhatTheySay(_ explanation: DiagnosticExplanation) throws {
    guard !explanation.wrong.isEmpty else {
      #expect(Self.withoutExample.contains(explanation.code), "\(explanation.code)")
      return
    }
    let wrong = try codes(of: explanation.wrong)
    #expect(wrong.contains(explanation.code.name), "\(explanation.wrong)")
    #expect(wrong.filter { $0.hasPrefix("E-") }.allSatisfy { $0 == explanation.code.name }, "\(wrong)")
    #expect(try codes(of: explanation.right).isEmpty, "\(explanation.right)")
  }

  /// Codes about files of numbers, the command line and this computer, which no text alone gets.
  static let withoutExample: Set<DiagnosticCode> = [
    "E-encoding", "E-limit", "E-network", "E-npy", "E-csv", "E-ragged", "E-npz", "E-safetensors", "E-json", "E-entry",
    "E-dtype",
    "E-option", "E-command", "E-usage",
    "E-no-gpu", "E-no-gnuplot", "E-not-built", "E-unsupported", "W-nan", "W-unused", "E-nan", "E-interrupted",
    "E-defect",
  ]

  private func codes(of text: String) throws -> [String] {
    let program = BadProgram(
      topic: "", name: "", isExpression: false, hasEscapes: false, codes: [],
      lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), files: [], expected: "")
    return try BadOutcome(program).diagnostics.map(\.code.name)
  }

  @Test func theOverviewHasThemAll() {
    for code in Self.usedCodes { #expect(Explanations.overview.contains("\n  \(code) "), "\(code)") }
  }

  @Test func rulesAreExplained() throws {
    for rule in Explanations.rules { #expect(try Explanations.text(for: rule.name).contains(rule.summary)) }
  }

  @Test(arguments: [("E-shpae", "E-shape"), ("shape", "E-shape"), ("softplsu", "softplus")])
  func nearNamesAreSuggested(_ name: String, _ meant: String) {
    #expect(messages { _ = try Explanations.text(for: name) }.first?.contains("did you mean '\(meant)'") == true)
  }
}
