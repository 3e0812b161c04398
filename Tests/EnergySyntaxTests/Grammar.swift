import Foundation

/// grammar/energy.ebnf, read: rules by name over nodes in an arena.
struct Grammar {
  enum Node {
    case terminal(String)
    case reference(String)
    case prose(String)
    case sequence([Int])
    case choice([Int])
    case optional(Int)
    case repeated(Int)
    /// Nothing at all: what is put in the place of an alternative that shall be missed.
    case never
  }

  struct Problem: Error { let message: String }

  var nodes: [Node] = []
  var rules: [String: Int] = [:]
  /// The names of the rules in the order of the file.
  var names: [String] = []

  /// The file of the repository.
  static let file = repository.appendingPathComponent("grammar/energy.ebnf")
  static let shared = Result { try Grammar(String(contentsOf: file, encoding: .utf8)) }

  init(_ text: String) throws {
    var reader = Reader(text)
    while try reader.peek() != nil {
      let name = try reader.word()
      try reader.take("=")
      if rules[name] != nil { throw Problem(message: "two rules are called \(name)") }
      rules[name] = try choice(&reader)
      names.append(name)
      try reader.take(";")
    }
    for name in references where rules[name] == nil && !Self.isLayout(name) {
      throw Problem(message: "no rule is called \(name)")
    }
  }

  /// Tokens have names in capitals.
  static func isToken(_ name: String) -> Bool { name == name.uppercased() }

  /// Tokens that layout makes.
  static func isLayout(_ name: String) -> Bool { name == "NL" || name == "DEF" }

  /// All names that rules refer to.
  var references: Set<String> {
    Set(nodes.compactMap { if case .reference(let name) = $0 { name } else { nil } })
  }

  /// The rules that `start` needs, itself among them; with or without those of tokens.
  func reachable(from start: String, throughTokens: Bool = true) -> Set<String> {
    var found: Set<String> = []
    var open = [start]
    while let name = open.popLast() {
      guard let rule = rules[name], found.insert(name).inserted else { continue }
      for node in subtree(rule) {
        if case .reference(let next) = nodes[node], throughTokens || !Self.isToken(next) { open.append(next) }
      }
    }
    return found
  }

  /// A node with all that is below it in its rule.
  func subtree(_ root: Int) -> [Int] {
    var found: [Int] = []
    var open = [root]
    while let node = open.popLast() {
      found.append(node)
      switch nodes[node] {
      case .sequence(let parts), .choice(let parts): open += parts
      case .optional(let part), .repeated(let part): open.append(part)
      case .terminal, .reference, .prose, .never: break
      }
    }
    return found
  }

  /// The terminals and tokens that a rule without sequences lists.
  func members(of rule: String) -> Set<String> {
    var result: Set<String> = []
    for name in reachable(from: rule) where !Self.isToken(name) || name == rule {
      for node in subtree(rules[name] ?? 0) {
        switch nodes[node] {
        case .terminal(let text): result.insert(text)
        case .reference(let name) where Self.isToken(name): result.insert(name)
        default: break
        }
      }
    }
    return result
  }

  /// The grammar with two signs for the bars of a norm: that norms don't nest makes the second one closing.
  func withClosingBars() -> Grammar {
    var result = self
    for case .sequence(let parts) in nodes {
      guard let first = parts.first, let last = parts.last, first != last else { continue }
      if case (.terminal("‖"), .terminal("‖")) = (nodes[first], nodes[last]) { result.nodes[last] = .terminal("‖ end") }
    }
    return result
  }

  // MARK: Reading

  private mutating func add(_ node: Node) -> Int {
    nodes.append(node)
    return nodes.count - 1
  }

  private mutating func choice(_ reader: inout Reader) throws -> Int {
    var alternatives = [try sequence(&reader)]
    while try reader.accept("|") { alternatives.append(try sequence(&reader)) }
    return alternatives.count == 1 ? alternatives[0] : add(.choice(alternatives))
  }

  private mutating func sequence(_ reader: inout Reader) throws -> Int {
    var parts: [Int] = []
    while let next = try reader.peek(), !["|", ";", ")", "]", "}"].contains(next) {
      parts.append(try item(&reader))
    }
    if parts.isEmpty { throw Problem(message: "an empty alternative") }
    return parts.count == 1 ? parts[0] : add(.sequence(parts))
  }

  private mutating func item(_ reader: inout Reader) throws -> Int {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}")] where try reader.accept(open) {
      let inner = try choice(&reader)
      try reader.take(close)
      return open == "(" ? inner : add(open == "[" ? .optional(inner) : .repeated(inner))
    }
    let word = try reader.word()
    switch word.first {
    case "\"", "'": return add(.terminal(String(word.dropFirst())))
    case "?": return add(.prose(String(word.dropFirst()).trimmingCharacters(in: .whitespaces)))
    default: return add(.reference(word))
    }
  }
}

/// The symbols of an EBNF text; texts and prose keep their opening quote.
private struct Reader {
  private var rest: Substring
  private var ahead: String?

  init(_ text: String) { rest = Substring(text) }

  mutating func peek() throws -> String? {
    if ahead == nil { ahead = try next() }
    return ahead
  }

  mutating func word() throws -> String {
    guard let word = try peek() else { throw Grammar.Problem(message: "the grammar breaks off") }
    ahead = nil
    return word
  }

  mutating func accept(_ wanted: String) throws -> Bool {
    guard try peek() == wanted else { return false }
    ahead = nil
    return true
  }

  mutating func take(_ wanted: String) throws {
    let found = try word()
    if found != wanted { throw Grammar.Problem(message: "expected \(wanted), found \(found)") }
  }

  private mutating func next() throws -> String? {
    while true {
      rest = rest.drop { $0.isWhitespace }
      guard rest.hasPrefix("(*") else { break }
      guard let end = rest.range(of: "*)") else { throw Grammar.Problem(message: "a comment doesn't end") }
      rest = rest[end.upperBound...]
    }
    guard let first = rest.first else { return nil }
    if "\"'?".contains(first) {
      guard let end = rest.dropFirst().firstIndex(of: first) else {
        throw Grammar.Problem(message: "\(first) isn't closed")
      }
      defer { rest = rest[rest.index(after: end)...] }
      return String(rest[..<end])
    }
    let isName = { (character: Character) in character.isLetter || character == "_" }
    let word = isName(first) ? rest.prefix(while: isName) : rest.prefix(1)
    rest = rest.dropFirst(word.count)
    return String(word)
  }
}

/// The repository.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
