import EnergySyntax
import EnergyText
import Testing

@testable import enum EnergySyntax.TokenKind

/// What the parser refuses though the grammar has it: the remarks of grammar/energy.ebnf, and nothing else.
enum ContextCheck: String, CaseIterable {
  case comparisonsInOneDirection
  case endInAnIndex
  case numbersThatCanBeStored

  /// The check that a message is about.
  init?(_ diagnostic: Diagnostic, in file: SourceFile) {
    guard let span = diagnostic.span else { return nil }
    let place = file.text(from: Int(span.start), to: Int(span.end))
    switch diagnostic.code {
    case .comparison where place.contains(#/[<≤⩽]/#) && place.contains(#/[>≥⩾]/#): self = .comparisonsInOneDirection
    case .syntax where place == "end": self = .endInAnIndex
    case .number where Double(place.filter { $0 != "_" }) == .infinity: self = .numbersThatCanBeStored
    default: return nil
    }
  }
}

/// grammar/energy.ebnf against the parser, which was written by hand.
@Suite struct GrammarTests {
  /// What the parser says to a text, apart from context checks.
  private func refusal(_ text: String, _ checks: inout [ContextCheck: Int]) -> String? {
    let file = SourceFile(name: "model.energy", text: text)
    for diagnostic in parse(file, id: 0).diagnostics where diagnostic.severity == .error {
      guard let check = ContextCheck(diagnostic, in: file) else { return "\(diagnostic.code): \(diagnostic.message)" }
      checks[check, default: 0] += 1
    }
    return nil
  }

  @Test func everyRuleIsReached() throws {
    let grammar = try Grammar.shared.get()
    let used = ["program", "open", "more", "words"].reduce(into: Set<String>()) {
      $0.formUnion(grammar.reachable(from: $1))
    }
    #expect(Set(grammar.names).subtracting(used) == [])
  }

  @Test func theWordsAreThoseOfTheLexer() throws {
    let grammar = try Grammar.shared.get()
    #expect(grammar.members(of: "words").union(grammar.members(of: "CONST")) == Set(TokenKind.words.keys))
    let heads = TokenKind.words.filter { $0.value.isStatementHead }.keys
    #expect(grammar.members(of: "head") == Set(heads))
  }

  /// 4 × 10,000 sentences, which take every choice that the grammar has.
  @Test(arguments: 0..<4) func sentencesAreAccepted(_ part: Int) throws {
    let grammar = try Grammar.shared.get()
    let layout = GrammarLayout(grammar)
    var maker = SentenceMaker(grammar, seed: UInt64(part) + 1)
    var checks: [ContextCheck: Int] = [:]
    for _ in 0..<10_000 {
      let text = layout.broken(maker.sentence(), &maker.random)
      if let refusal = refusal(text, &checks) { Issue.record("\(refusal)\n\(text)") }
    }
    #expect(maker.missed(from: "program") == [])
    #expect(checks.values.reduce(0, +) < 250, "\(checks)")
  }

  /// 4 × 3,000 sentences, each also with a token or two dropped, doubled, swapped or replaced.
  @Test(arguments: 0..<4) func nearMissesAreJudgedAlike(_ part: Int) throws {
    let grammar = try Grammar.shared.get()
    let layout = GrammarLayout(grammar)
    let recogniser = GrammarRecogniser(grammar.withClosingBars())
    var maker = SentenceMaker(grammar, seed: UInt64(part) + 101)
    var pool: [GrammarToken] = []
    var verdicts = [true: 0, false: 0]
    var checks: [ContextCheck: Int] = [:]
    for _ in 0..<3_000 {
      let sentence = Array(maker.sentence().prefix(40))
      pool = Array((pool + sentence).suffix(500))
      var missed = sentence
      for _ in 0..<Int.random(in: 1...2, using: &maker.random) { mutate(&missed, pool, &maker.random) }
      for tokens in [sentence, missed] {
        let text = layout.plain(tokens)
        let symbols = layout.symbols(tokens)?.map { $0.compactMap(recogniser.number(of:)) }
        let isSentence = symbols.map { recogniser.accepts($0) } ?? false
        var found: [ContextCheck: Int] = [:]
        let refusal = refusal(text, &found)
        // A context check is asked of sentences only; in others it hides what the grammar refuses.
        if (refusal == nil) != isSentence, isSentence || found.isEmpty {
          Issue.record(
            "the grammar \(isSentence ? "accepts" : "refuses") it; \(refusal ?? "the parser accepts it")\n\(text)")
        }
        verdicts[isSentence, default: 0] += 1
        if isSentence { checks.merge(found, uniquingKeysWith: +) }
      }
    }
    #expect(verdicts[true, default: 0] > 1_500 && verdicts[false, default: 0] > 1_000, "\(verdicts)")
    #expect(checks.values.reduce(0, +) < 250, "\(checks)")
  }

  private func mutate(_ tokens: inout [GrammarToken], _ pool: [GrammarToken], _ random: inout SplitMix) {
    guard let place = tokens.indices.randomElement(using: &random) else { return }
    switch Int.random(in: 0..<4, using: &random) {
    case 0: tokens.remove(at: place)
    case 1: tokens.insert(tokens[place], at: place)
    case 2: tokens.swapAt(place, min(place + 1, tokens.count - 1))
    default: tokens[place] = pool.randomElement(using: &random) ?? tokens[place]
    }
  }

  /// All texts of up to six of the characters of which numbers are made: what is a number to the grammar is one to the
  /// lexer, and nothing else is.
  @Test func numbers() throws {
    let recogniser = GrammarRecogniser(try Grammar.shared.get(), start: "NUM", level: .characters)
    var checks: [ContextCheck: Int] = [:]
    var texts = [""]
    for _ in 0..<6 {
      texts = texts.flatMap { text in ["1", ".", "e", "-", "_"].map { text + $0 } }
      for text in texts {
        let symbols = text.map { [recogniser.number(of: String($0)) ?? -1] }
        #expect(recogniser.accepts(symbols) == isNumber(text, &checks), "\(text)")
      }
    }
  }

  private func isNumber(_ text: String, _ checks: inout [ContextCheck: Int]) -> Bool {
    guard refusal(text, &checks) == nil else { return false }
    let tree = parseFile(text).tree
    guard tree.statements.count == 1, case .expression(let id) = tree.statements[0].kind else { return false }
    if case .number = tree[id].kind { return true }
    return false
  }

  /// The formatter's output is read, and formatting it again changes nothing.
  @Test(arguments: [FormatSpelling.ascii, .unicode]) func formatting(_ spelling: FormatSpelling) throws {
    let grammar = try Grammar.shared.get()
    let layout = GrammarLayout(grammar)
    var maker = SentenceMaker(grammar, seed: 1_001)
    for _ in 0..<2_500 {
      let text = layout.broken(maker.sentence(), &maker.random)
      let file = SourceFile(name: "model.energy", text: text)
      let first = format(file, id: 0, spelling: spelling, width: 40)
      guard let bytes = first.bytes else {
        let isChecked = first.diagnostics.allSatisfy { ContextCheck($0, in: file) != nil }
        if !isChecked { Issue.record("\(first.diagnostics.map(\.message))\n\(text)") }
        continue
      }
      let again = format(SourceFile(name: "model.energy", bytes: bytes), id: 0, spelling: spelling, width: 40)
      if again.bytes != bytes { Issue.record("\(text)\n\(String(decoding: bytes, as: UTF8.self))") }
    }
  }
}
