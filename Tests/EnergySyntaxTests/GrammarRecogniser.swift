/// Says whether a string of symbols is a sentence of a grammar: Earley's method ("An efficient context-free parsing
/// algorithm", CACM 13, 1970) over one deterministic automaton a rule. Knows nothing of the parser.
final class GrammarRecogniser {
  /// What the symbols of its input are.
  enum Level {
    /// Tokens by name and terminals by their text.
    case tokens
    /// Characters; rules of tokens are followed.
    case characters
  }

  private var symbols: [String: Int] = [:]
  private var ruleNumbers: [String: Int] = [:]
  /// By state: the rule that may end in it, or -1; its edges by symbol and by rule.
  private var ends: [Int] = []
  private var scans: [[(symbol: Int, target: Int)]] = []
  private var calls: [[(rule: Int, target: Int)]] = []
  /// By rule.
  private var starts: [Int] = []
  private var isNullable: [Bool] = []
  private var firsts: [Set<Int>] = []
  private let goal: Int

  init(_ grammar: Grammar, start: String = "program", level: Level = .tokens) {
    let isSymbol = { (name: String) in
      Grammar.isLayout(name) || level == .tokens && Grammar.isToken(name) && name != start
    }
    var names = [start]
    for name in grammar.names where name != start && !isSymbol(name) { names.append(name) }
    for (number, name) in names.enumerated() { ruleNumbers[name] = number }
    goal = 0
    for name in names {
      var automaton = Automaton()
      let last = automaton.build(grammar, grammar.rules[name] ?? 0, from: automaton.add(), level: level)
      starts.append(ends.count)
      determinise(automaton, last: last, rule: starts.count - 1, isSymbol: isSymbol)
    }
    findFirsts()
  }

  /// The number of a symbol; `nil` for one that the grammar doesn't have.
  func number(of symbol: String) -> Int? { symbols[symbol] }

  // MARK: Building

  /// One state for each set of states of `automaton` that a string can lead to.
  private func determinise(_ automaton: Automaton, last: Int, rule: Int, isSymbol: (String) -> Bool) {
    var known: [[Int]: Int] = [:]
    var open: [[Int]] = []
    func state(_ set: Set<Int>) -> Int {
      let closed = automaton.closure(set).sorted()
      if let found = known[closed] { return found }
      known[closed] = ends.count
      ends.append(closed.contains(last) ? rule : -1)
      scans.append([])
      calls.append([])
      open.append(closed)
      return ends.count - 1
    }
    _ = state([0])
    while let set = open.popLast() {
      let from = known[set] ?? 0
      var targets: [Automaton.Label: Set<Int>] = [:]
      for member in set {
        for (label, target) in automaton.edges[member] { targets[label, default: []].insert(target) }
      }
      for (label, target) in targets.sorted(by: { "\($0.key)" < "\($1.key)" }) {
        switch label {
        case .reference(let name) where !isSymbol(name):
          calls[from].append((ruleNumbers[name] ?? 0, state(target)))
        case .reference(let text), .symbol(let text):
          let symbol = symbols[text] ?? symbols.count
          symbols[text] = symbol
          scans[from].append((symbol, state(target)))
        }
      }
    }
  }

  private func findFirsts() {
    isNullable = starts.map { _ in false }
    firsts = starts.map { _ in [] }
    var changed = true
    while changed {
      changed = false
      for rule in starts.indices {
        var reached: Set<Int> = [starts[rule]]
        var open = [starts[rule]]
        var first = firsts[rule]
        while let state = open.popLast() {
          if ends[state] == rule, !isNullable[rule] { (isNullable[rule], changed) = (true, true) }
          first.formUnion(scans[state].map(\.symbol))
          for (called, target) in calls[state] {
            first.formUnion(firsts[called])
            if isNullable[called], reached.insert(target).inserted { open.append(target) }
          }
        }
        if first != firsts[rule] { (firsts[rule], changed) = (first, true) }
      }
    }
  }

  // MARK: Recognising

  /// Whether the input is a sentence; a place may hold several symbols, of which one is enough.
  func accepts(_ input: [[Int]]) -> Bool {
    let width = input.count + 1
    var seen = [Int](repeating: -1, count: ends.count * width)
    var waiting: [[(rule: Int, target: Int, origin: Int)]] = []
    var items: [(state: Int, origin: Int)] = [(starts[goal], 0)]
    for place in 0...input.count {
      let next = place < input.count ? input[place] : []
      var here: [(rule: Int, target: Int, origin: Int)] = []
      func add(_ state: Int, _ origin: Int) {
        let key = state * width + origin
        if seen[key] == place { return }
        seen[key] = place
        items.append((state, origin))
      }
      let scanned = items
      items = []
      for item in scanned { add(item.state, item.origin) }
      var index = 0
      while index < items.count {
        let (state, origin) = items[index]
        index += 1
        for (rule, target) in calls[state] {
          if isNullable[rule] {
            add(target, origin)
          } else if !next.contains(where: { firsts[rule].contains($0) }) {
            continue
          }
          here.append((rule, target, origin))
          add(starts[rule], place)
        }
        let rule = ends[state]
        // What is empty was stepped over when it was called.
        if rule >= 0, origin < place {
          for caller in waiting[origin] where caller.rule == rule { add(caller.target, caller.origin) }
        }
      }
      if place == input.count { return items.contains { ends[$0.state] == goal && $0.origin == 0 } }
      waiting.append(here)
      var following: [(state: Int, origin: Int)] = []
      for (state, origin) in items {
        for (symbol, target) in scans[state] where next.contains(symbol) { following.append((target, origin)) }
      }
      if following.isEmpty { return false }
      items = following
    }
    return false
  }
}

/// A rule as states with labelled and empty edges; the first state is 0.
private struct Automaton {
  enum Label: Hashable {
    case symbol(String)
    case reference(String)
  }

  var edges: [[(Label, Int)]] = []
  var empty: [[Int]] = []

  mutating func add() -> Int {
    edges.append([])
    empty.append([])
    return edges.count - 1
  }

  /// Adds what `node` describes behind `from`; returns where it ends.
  mutating func build(
    _ grammar: Grammar, _ node: Int, from: Int, level: GrammarRecogniser.Level
  ) -> Int {
    switch grammar.nodes[node] {
    case .terminal(let text):
      var place = from
      for piece in level == .tokens ? [text] : text.map(String.init) { place = step(.symbol(piece), place) }
      return place
    case .prose(let text):
      return step(.symbol(text), from)
    case .reference(let name):
      return step(.reference(name), from)
    case .sequence(let parts):
      return parts.reduce(from) { build(grammar, $1, from: $0, level: level) }
    case .choice(let alternatives):
      let last = add()
      for alternative in alternatives {
        let first = add()
        empty[from].append(first)
        empty[build(grammar, alternative, from: first, level: level)].append(last)
      }
      return last
    case .optional(let part):
      let last = build(grammar, part, from: from, level: level)
      let exit = add()
      empty[last].append(exit)
      empty[from].append(exit)
      return exit
    case .repeated(let part):
      let loop = add()
      empty[from].append(loop)
      empty[build(grammar, part, from: loop, level: level)].append(loop)
      let exit = add()
      empty[loop].append(exit)
      return exit
    case .never:
      return add()
    }
  }

  private mutating func step(_ label: Label, _ from: Int) -> Int {
    let target = add()
    edges[from].append((label, target))
    return target
  }

  func closure(_ set: Set<Int>) -> Set<Int> {
    var result = set
    var open = Array(set)
    while let state = open.popLast() {
      for next in empty[state] where result.insert(next).inserted { open.append(next) }
    }
    return result
  }
}
