import EnergyText
import Foundation
import Testing

@testable import EnergySyntax

/// The documentation shows every form of the grammar: without it, some example of the pages would be no sentence.
@Suite struct GrammarExampleTests {
  /// The programs of the pages, but for those that are wrong and the pairs of the page about formatting.
  private static func programs() throws -> [String] {
    let folder = repository.appendingPathComponent("docs")
    let pages = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try pages.filter { $0.pathExtension == "md" }.sorted { $0.path < $1.path }.flatMap { page in
      try String(contentsOf: page, encoding: .utf8).matches(of: #/```energy([^\n]*)\n([^`]*)```/#).compactMap { block in
        block.output.1.contains(#/wrong|before|unicode/#) ? nil : String(block.output.2)
      }
    }
  }

  /// The tokens of a text with its line breaks.
  private static func tokens(_ text: String) -> [GrammarToken] {
    let file = SourceFile(name: "example.energy", text: text)
    let lexer = Lexer(file, file: 0, limits: .standard)
    lexer.run()
    return lexer.stream.tokens.enumerated().flatMap { index, token in
      let text = file.text(from: Int(token.start), to: Int(token.end))
      let symbol: String
      switch token.kind {
      case .name: symbol = "NAME"
      case .number: symbol = "NUM"
      case .string: symbol = "STR"
      case .dottedName: symbol = "DOTTED"
      case .constant: symbol = "CONST"
      case .transpose: symbol = "TR"
      case .superscript: symbol = "SUP"
      default: symbol = text
      }
      var result = [GrammarToken(symbol, text)]
      if index > 0, token.line != .inside {
        result.insert(GrammarToken(token.line == .margin ? "NL" : "DEF"), at: 0)
      }
      return result
    }
  }

  /// The alternatives of a rule and what it may leave out, each with the node to put away.
  private static func forms(_ grammar: Grammar, _ rule: String) -> [Int] {
    // Signs with several spellings are one form each.
    if ["compare", "sign", "times", "dot", "cross"].contains(rule) { return [grammar.rules[rule] ?? 0] }
    return grammar.subtree(grammar.rules[rule] ?? 0).flatMap { node -> [Int] in
      switch grammar.nodes[node] {
      case .choice(let alternatives): alternatives
      case .optional(let part), .repeated(let part): [part]
      default: []
      }
    } + [grammar.rules[rule] ?? 0]
  }

  @Test func everyFormHasAnExample() throws {
    let grammar = try Grammar.shared.get().withClosingBars()
    let layout = GrammarLayout(grammar)
    var inputs = try Self.programs().map { text in
      try #require(layout.symbols(Self.tokens(text)), "layout refuses\n\(text)")
    }
    let whole = GrammarRecogniser(grammar)
    for input in inputs { #expect(whole.accepts(input.map { $0.compactMap(whole.number(of:)) }), "\(input)") }
    for rule in grammar.reachable(from: "program", throughTokens: false).sorted() {
      for node in Self.forms(grammar, rule) {
        var less = grammar
        less.nodes[node] = .never
        let recogniser = GrammarRecogniser(less)
        let found = inputs.firstIndex { !recogniser.accepts($0.map { $0.compactMap(recogniser.number(of:)) }) }
        if let found {
          // The next form is often in the same example.
          inputs.swapAt(0, found)
        } else {
          Issue.record("no example of '\(rule)' needs \(grammar.description(of: node))")
        }
      }
    }
  }
}

extension Grammar {
  /// A node as it may have been written.
  func description(of node: Int) -> String {
    switch nodes[node] {
    case .terminal(let text): "\"\(text)\""
    case .reference(let name): name
    case .prose(let text): "? \(text) ?"
    case .sequence(let parts): parts.map { description(of: $0) }.joined(separator: " ")
    case .choice(let parts): "( " + parts.map { description(of: $0) }.joined(separator: " | ") + " )"
    case .optional(let part): "[ \(description(of: part)) ]"
    case .repeated(let part): "{ \(description(of: part)) }"
    case .never: "nothing"
    }
  }
}
