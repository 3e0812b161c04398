import Foundation
import Testing

/// Files that are made from the tables of the program and kept in the repository.
enum GeneratedFile: String, CaseIterable {
  case builtins = "docs/builtins.md"
  case gallery = "docs/gallery.md"
  case manual = "docs/energy.1"
  case standardLibrary = "docs/standard-library.md"
  case textMate = "grammar/energy.tmLanguage.json"
  case vim = "grammar/energy.vim"

  var content: String {
    get throws {
      switch self {
      case .builtins: BuiltinPage.text
      case .gallery: GalleryPage.text
      case .manual: try ManualPage.text
      case .standardLibrary: StandardLibraryPage.text
      case .textMate: TextMateGrammar.text
      case .vim: VimSyntax.text
      }
    }
  }
}

@Suite struct GeneratedFileTests {
  /// What is committed is what the tables give; `make golden` writes it anew.
  @Test(arguments: GeneratedFile.allCases) func isFresh(_ file: GeneratedFile) throws {
    let url = root.appendingPathComponent(file.rawValue)
    let content = try file.content
    if isRecording {
      try content.write(to: url, atomically: true, encoding: .utf8)
    } else {
      let found = try String(contentsOf: url, encoding: .utf8)
      #expect(found == content, "\(file.rawValue) isn't what the tables give: make golden")
    }
  }

  /// The file is JSON, every pattern is a regular expression, and every inclusion has a target.
  @Test func textMateIsWellFormed() throws {
    let object = try JSONSerialization.jsonObject(with: Data(TextMateGrammar.text.utf8))
    let top = try #require(object as? [String: Any])
    let repository = try #require(top["repository"] as? [String: Any])
    var open: [Any] = [top]
    var patterns = 0
    while let next = open.popLast() {
      if let list = next as? [Any] { open += list }
      guard let entry = next as? [String: Any] else { continue }
      open += entry.values.map { $0 }
      for key in ["match", "begin", "end"] {
        guard let pattern = entry[key] as? String else { continue }
        patterns += 1
        #expect(throws: Never.self) { try NSRegularExpression(pattern: pattern) }
      }
      if let target = entry["include"] as? String { #expect(repository[String(target.dropFirst())] != nil) }
    }
    #expect(patterns >= 12)
  }

  /// What the first pattern that matches a piece of text calls it.
  @Test(arguments: [
    ("# energy", "comment.line.number-sign.energy"), ("\"x.npy\"", "string.quoted.double.energy"),
    ("1_000.5e-3", "constant.numeric.energy"), ("x", nil), ("μ₁", nil), ("²", "constant.numeric.superscript.energy"),
    ("where", "keyword.control.energy"), ("not", "keyword.operator.logical.energy"), ("param", "keyword.other.energy"),
    ("inf", "constant.language.energy"), ("logsumexp(", "support.function.energy"),
    ("score(", "support.function.energy"),
    ("expm2(", nil), ("step", nil), (": spd", "meta.type.energy"), (": interval(0, 1)", "meta.type.energy"),
    (": row(x)", nil), ("≤", "keyword.operator.comparison.energy"),
    ("^T", "keyword.operator.transpose.energy"), ("^T2", "keyword.operator.arithmetic.energy"),
    ("..", "keyword.operator.range.energy"), ("∇", "keyword.operator.mathematical.energy"),
    ("energy gaussian", "meta.definition.energy"), ("ending", nil),
  ])
  func scopes(_ text: String, _ scope: String?) throws {
    let found = TextMateGrammar.rules.first { rule in
      let pattern = try? NSRegularExpression(pattern: rule.pattern)
      let range = NSRange(text.startIndex..., in: text)
      return pattern?.firstMatch(in: text, range: range)?.range.location == 0
    }
    #expect(found?.scope == scope)
  }
}
