/// A token of a sentence: what the grammar calls it and how it is written.
struct GrammarToken: Equatable {
  /// The name of a token, or the text of a terminal.
  var symbol: String
  var text: String

  init(_ symbol: String, _ text: String? = nil) {
    self.symbol = symbol
    self.text = text ?? symbol
  }
}

/// Makes random sentences from a grammar and counts which of its choices they took.
struct SentenceMaker {
  let grammar: Grammar
  var random: SplitMix
  /// How often each choice was taken: `node.alternative`; of what is optional or repeated 0 is leaving it out.
  private(set) var taken: [String: Int] = [:]
  /// The length of the shortest string of each node.
  private let shortest: [Int]
  private let more: Set<String>
  /// Tokens after which only the shortest choices are taken.
  private var fuel = 0
  private var indexDepth = 0
  private var inNorm = false

  init(_ grammar: Grammar, seed: UInt64) {
    self.grammar = grammar
    random = SplitMix(state: seed)
    shortest = Self.lengths(grammar)
    more = grammar.members(of: "more")
  }

  /// A source of one to three statements with at most some 60 tokens, in most cases far fewer.
  mutating func sentence() -> [GrammarToken] {
    fuel = [4, 8, 16, 32, 64].randomElement(using: &random) ?? 8
    var tokens: [GrammarToken] = []
    expand(grammar.rules["program"] ?? 0, rule: "program", into: &tokens)
    // Layout refuses a line at the margin that begins like the rest of the one above.
    for index in tokens.indices.dropLast() where tokens[index].symbol == "NL" && more.contains(tokens[index + 1].symbol)
    {
      tokens[index] = GrammarToken(";")
    }
    return tokens
  }

  /// The choices of the rules that `start` needs that no sentence took.
  func missed(from start: String) -> [String] {
    grammar.reachable(from: start).sorted().flatMap { name in
      grammar.subtree(grammar.rules[name] ?? 0).sorted().flatMap { node -> [String] in
        let count: Int
        switch grammar.nodes[node] {
        case .choice(let alternatives): count = alternatives.count
        case .optional, .repeated: count = 2
        default: count = 0
        }
        return (0..<count).filter { taken["\(node).\($0)"] == nil }.map { "\(name): choice \($0) of node \(node)" }
      }
    }
  }

  private mutating func expand(_ node: Int, rule: String, into tokens: inout [GrammarToken]) {
    switch grammar.nodes[node] {
    case .terminal(let text):
      emit(GrammarToken(text), into: &tokens)
    case .reference(let name) where Grammar.isLayout(name):
      emit(GrammarToken(name), into: &tokens)
    case .reference(let name) where Grammar.isToken(name):
      emit(GrammarToken(name, spelling(name)), into: &tokens)
    case .reference(let name):
      // An expression gets a share, so that something is left for what stands behind it.
      let outer = (fuel, tokens.count)
      if name == "expr", fuel > 0 { fuel = Int.random(in: 0...fuel, using: &random) }
      if name == "index" { indexDepth += 1 }
      expand(grammar.rules[name] ?? 0, rule: name, into: &tokens)
      if name == "index" { indexDepth -= 1 }
      fuel = outer.0 - (tokens.count - outer.1)
    case .prose(let text):
      emit(GrammarToken(text), into: &tokens)
    case .sequence(let parts):
      let isNorm = isTerminal(parts[0], "‖")
      if isNorm { inNorm = true }
      for part in parts { expand(part, rule: rule, into: &tokens) }
      if isNorm { inNorm = false }
    case .choice(let alternatives):
      let index = choose(alternatives, of: node, rule: rule)
      take(node, index)
      expand(alternatives[index], rule: rule, into: &tokens)
    case .optional(let part):
      let isTaken = fuel > 0 && (isFresh(node) || Bool.random(using: &random))
      take(node, isTaken ? 1 : 0)
      if isTaken { expand(part, rule: rule, into: &tokens) }
    case .repeated(let part):
      var count = 0
      let likely = rule == "program" ? 2 : 1
      while fuel > 0, count < 3, isFresh(node) && count == 0 || Int.random(in: 0..<3, using: &random) < likely {
        count += 1
        expand(part, rule: rule, into: &tokens)
      }
      take(node, min(count, 1))
    case .never:
      break
    }
  }

  /// An alternative: the shortest when there is no fuel, else one that was never taken, else the longer and the more
  /// recursive, the rarer.
  private mutating func choose(_ alternatives: [Int], of node: Int, rule: String) -> Int {
    let allowed = alternatives.indices.filter { isAllowed(alternatives[$0]) }
    if fuel <= 0 { return allowed.min { shortest[alternatives[$0]] < shortest[alternatives[$1]] } ?? 0 }
    if let fresh = allowed.filter({ taken["\(node).\($0)"] == nil }).randomElement(using: &random) { return fresh }
    let weights = allowed.map { index in
      let isRecursive = grammar.subtree(alternatives[index]).contains { refers($0, to: rule) }
      return (isRecursive ? 0.3 : 1) / Double(shortest[alternatives[index]]).squareRoot()
    }
    var point = Double.random(in: 0..<weights.reduce(0, +), using: &random)
    for (index, weight) in zip(allowed, weights) {
      if point < weight { return index }
      point -= weight
    }
    return allowed.last ?? 0
  }

  private func refers(_ node: Int, to rule: String) -> Bool {
    if case .reference(rule) = grammar.nodes[node] { true } else { false }
  }

  private mutating func emit(_ token: GrammarToken, into tokens: inout [GrammarToken]) {
    tokens.append(token)
    fuel -= 1
  }

  /// Whether what is optional or repeated was always left out.
  private func isFresh(_ node: Int) -> Bool { taken["\(node).1"] == nil }

  private mutating func take(_ node: Int, _ choice: Int) { taken["\(node).\(choice)", default: 0] += 1 }

  /// What the grammar says in a remark only: `end` stands in an index, norms don't nest.
  private func isAllowed(_ node: Int) -> Bool {
    switch grammar.nodes[node] {
    case .terminal("end"): indexDepth > 0
    case .sequence(let parts): !(inNorm && isTerminal(parts[0], "‖"))
    default: true
    }
  }

  private func isTerminal(_ node: Int, _ text: String) -> Bool {
    if case .terminal(text) = grammar.nodes[node] { true } else { false }
  }

  /// A token, written from the rule of its name.
  private mutating func spelling(_ name: String) -> String {
    let outer = fuel
    fuel = 6
    var pieces: [GrammarToken] = []
    expandCharacters(grammar.rules[name] ?? 0, into: &pieces)
    fuel = outer
    return pieces.map { samples[$0.symbol]?.randomElement(using: &random) ?? $0.symbol }.joined()
  }

  private mutating func expandCharacters(_ node: Int, into pieces: inout [GrammarToken]) {
    if case .reference(let name) = grammar.nodes[node] {
      return expandCharacters(grammar.rules[name] ?? 0, into: &pieces)
    }
    switch grammar.nodes[node] {
    case .sequence(let parts): for part in parts { expandCharacters(part, into: &pieces) }
    case .choice(let alternatives):
      let index = Int.random(in: 0..<alternatives.count, using: &random)
      take(node, index)
      expandCharacters(alternatives[index], into: &pieces)
    case .optional(let part):
      let isTaken = Bool.random(using: &random)
      take(node, isTaken ? 1 : 0)
      if isTaken { expandCharacters(part, into: &pieces) }
    case .repeated(let part):
      let count = [0, 0, 1].randomElement(using: &random) ?? 0
      take(node, min(count, 1))
      for _ in 0..<count { expandCharacters(part, into: &pieces) }
    default: expand(node, rule: "", into: &pieces)
    }
  }

  /// What prose stands for. The letters make no word of the language, and no T.
  private let samples: [String: [String]] = [
    "a letter of Unicode, but not ᵀ or ⁿ": ["a", "x", "E", "μ", "é", "ж", "Ω"],
    "a combining mark of Unicode": ["\u{301}", "\u{302}"],
    #"any character but ", \ and the end of the line"#: ["a", " ", "#", "é", "'", "(", "²"],
  ]

  private static func lengths(_ grammar: Grammar) -> [Int] {
    let endless = 1_000_000
    var lengths = [Int](repeating: endless, count: grammar.nodes.count)
    var changed = true
    while changed {
      changed = false
      for node in grammar.nodes.indices {
        let length: Int
        switch grammar.nodes[node] {
        case .terminal, .prose: length = 1
        case .reference(let name):
          length = Grammar.isToken(name) ? 1 : grammar.rules[name].map { lengths[$0] } ?? endless
        case .sequence(let parts): length = min(endless, parts.reduce(0) { $0 + lengths[$1] })
        case .choice(let parts): length = parts.map { lengths[$0] }.min() ?? endless
        case .optional, .repeated: length = 0
        case .never: length = endless
        }
        if length < lengths[node] { (lengths[node], changed) = (length, true) }
      }
    }
    return lengths
  }
}
