import Foundation
import Testing

/// A page of docs/ whose programs are compiled.
struct DocumentationPage {
  private let text: String

  /// A page by its path from the repository's root.
  init(_ path: String) throws {
    text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The first block of a language.
  func block(_ kind: String) throws -> String {
    let start = try #require(text.range(of: "```\(kind)\n"))
    let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
    return String(text[start.upperBound..<end.lowerBound])
  }
}
