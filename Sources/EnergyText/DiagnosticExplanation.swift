import Foundation

/// What `energy explain` says of a code: why, a source that gets the message and one that is right.
public struct DiagnosticExplanation: Sendable {
  /// The code.
  public let code: DiagnosticCode
  /// What it means, in a sentence or two.
  public let summary: String
  /// A source that gets it; empty where no source does (a code about files or machines).
  public let wrong: String
  /// The same put right.
  public let right: String

  /// An explanation with its examples.
  public init(_ code: DiagnosticCode, _ summary: String, wrong: String = "", right: String = "") {
    self.code = code
    self.summary = summary
    self.wrong = wrong
    self.right = right
  }

  /// The first sentence of the summary.
  public var headline: String {
    guard let end = summary.range(of: ". ") else { return summary }
    return String(summary[..<end.lowerBound]) + "."
  }

  /// As the terminal shows it.
  public var text: String {
    var lines = ["\(code)", "  \(summary)"]
    for (title, source) in [("wrong", wrong), ("right", right)] where !source.isEmpty {
      lines.append("  \(title):")
      lines += source.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
    }
    return lines.joined(separator: "\n")
  }
}
