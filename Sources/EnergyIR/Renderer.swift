/// Spells phrases: one walk with a stack of what is still to be written, whatever the style.
struct Renderer {
  let document: Document
  let naming: Naming
  let spelling: Spelling

  /// What is still to be written.
  enum Piece {
    case text(String)
    /// A phrase, in brackets if it binds looser than the level.
    case phrase(PhraseID, Level)
  }

  /// How tightly a phrase binds, loosest first, as in the grammar.
  enum Level: Int, Comparable {
    case conditional, or, and, not, comparison, sum, product, unary, run, suffix, atom

    static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// The text of a phrase, names of `where` used but not defined.
  func render(_ root: PhraseID) -> String { write([.phrase(root, .conditional)]) }

  /// The right side of a definition.
  func render(definition: Naming.Definition) -> String { write(pieces(definition.phrase)) }

  /// The left side of a definition: `s(i, j)`.
  func head(of definition: Naming.Definition) -> String {
    let name = spelling.name(definition.name)
    guard !definition.arguments.isEmpty else { return name }
    let arguments = definition.arguments.map { spelling.name(naming.letters[$0] ?? "?") }.joined(separator: ", ")
    return spelling.isLatex ? "\(name)_{\(arguments)}" : "\(name)(\(arguments))"
  }

  private func write(_ start: [Piece]) -> String {
    var output = ""
    var stack = Array(start.reversed())
    while let piece = stack.popLast() {
      switch piece {
      case .text(let text): output += text
      case .phrase(let id, let least):
        if let definition = naming.definition(of: id) {
          output += head(of: definition)
        } else if level(id) < least {
          output += spelling.open
          stack.append(.text(spelling.close))
          stack += pieces(id).reversed()
        } else {
          stack += pieces(id).reversed()
        }
      }
    }
    return output
  }

  func level(_ id: PhraseID) -> Level {
    let latex = spelling.isLatex
    switch document[id] {
    case .number(let value): return latex && Spelling.number(value).contains("e") ? .product : .atom
    case .name, .variable, .string: return .atom
    case .indexed: return .atom
    case .sum, .negated: return .sum
    case .product: return .product
    case .fraction: return latex ? .run : .product
    case .run: return .run
    case .power, .raised, .transposed: return .suffix
    case .call(let name, _, _): return latex ? latexLevel(call: name) : .atom
    case .reduction: return latex ? .product : .atom
    case .recurrence: return .atom
    case .comprehension: return latex ? .suffix : .atom
    case .list: return .atom
    case .conditional: return latex ? .atom : .conditional
    case .comparison: return .comparison
    case .connective(let word, _): return word == "or" ? .or : .and
    case .not: return .not
    }
  }

  func pieces(_ id: PhraseID) -> [Piece] {
    if spelling.isLatex, let special = latexPieces(id) { return special }
    switch document[id] {
    case .number(let value): return [.text(spelling.number(value))]
    case .name(let name): return [.text(spelling.name(name))]
    case .variable(let variable): return [.text(spelling.name(naming.letters[variable] ?? "?"))]
    case .string(let text): return [.text("\"\(text)\"")]
    case .sum(let terms, let isTight): return sum(terms, isTight)
    case .negated(let inner): return [.text("-"), .phrase(inner, .product)]
    case .product(let factors): return product(factors)
    case .fraction(let a, let b): return [.phrase(a, .product), .text("/"), .phrase(b, .suffix)]
    case .run(let factors): return run(factors)
    case .power(let base, let exponent): return [.phrase(base, .atom), .text(spelling.exponent(exponent))]
    case .raised(let base, let exponent): return [.phrase(base, .atom), .text("^")] + raisedText(exponent)
    case .transposed(let base): return [.phrase(base, .atom), .text(spelling.transpose)]
    case .call(let name, let arguments, let axis):
      let named = axis.map { [Piece.text(", axis = \($0)")] } ?? []
      return [.text(spelling.function(name) + spelling.open)] + list(arguments) + named + [.text(spelling.close)]
    case .indexed(let base, let places):
      return [.phrase(base, .atom), .text("[")] + placesText(places, dots: "..") + [.text("]")]
    case .reduction(let name, let generators, let conditions, let body):
      return [.text("\(name)(")] + ranges(generators) + tests(conditions, before: " if ")
        + [.text(": "), .phrase(body, .conditional), .text(")")]
    case .comprehension(let generators, let body):
      return [.text("["), .phrase(body, .conditional), .text(" for ")] + ranges(generators) + [.text("]")]
    case .list(let entries): return [.text("[")] + list(entries) + [.text("]")]
    case .recurrence(let name, let generator, let isReversed, let state, let initial, let body):
      let ends = isReversed ? (generator.high, generator.low) : (generator.low, generator.high)
      return [.text("\(name)(\(letter(generator.variable)) in "), .phrase(ends.0, .sum), .text("..")]
        + [.phrase(ends.1, .sum), .text("\(isReversed ? " by -1" : ""), \(letter(state)) = ")]
        + [.phrase(initial, .conditional), .text(": "), .phrase(body, .conditional), .text(")")]
    case .conditional(let conditions, let a, let b):
      return tests(conditions, before: "if ")
        + [.text(" then "), .phrase(a, .or), .text(" else "), .phrase(b, .conditional)]
    case .comparison(let symbol, let a, let b):
      return [.phrase(a, .sum), .text(" \(spelling.relation(symbol)) "), .phrase(b, .sum)]
    case .connective(let word, let parts):
      return joined(
        parts.map { .phrase($0, word == "or" ? .and : .not) }, by: " \(spelling.connective(word)) ")
    case .not(let inner): return [.text(spelling.isLatex ? "\\lnot " : "not "), .phrase(inner, .comparison)]
    }
  }

  /// `^T` would be the transpose.
  private func raisedText(_ exponent: PhraseID) -> [Piece] {
    if spelling.isLatex { return [.text("{"), .phrase(exponent, .conditional), .text("}")] }
    if document[exponent] == .name("T") { return [.text("(T)")] }
    return [.phrase(exponent, .atom)]
  }

  func joined(_ pieces: [Piece], by separator: String) -> [Piece] {
    var result: [Piece] = []
    for piece in pieces {
      if !result.isEmpty { result.append(.text(separator)) }
      result.append(piece)
    }
    return result
  }

  func list(_ phrases: [PhraseID]) -> [Piece] { joined(phrases.map { .phrase($0, .conditional) }, by: ", ") }

  private func sum(_ terms: [SignedPhrase], _ isTight: Bool) -> [Piece] {
    let space = isTight ? "" : " "
    var result: [Piece] = []
    for (position, term) in terms.enumerated() {
      if position == 0 {
        if term.isNegative { result.append(.text("-")) }
        result.append(.phrase(term.phrase, term.isNegative ? .product : .sum))
      } else {
        result.append(.text(space + (term.isNegative ? "-" : "+") + space))
        result.append(.phrase(term.phrase, .product))
      }
    }
    return result
  }

  private func product(_ factors: [PhraseID]) -> [Piece] {
    var result: [Piece] = []
    var rank = 0
    for (position, factor) in factors.enumerated() {
      let own = document.facts(factor).rank
      if position > 0 { result.append(.text(spelling.times(betweenTensors: rank > 0 && own > 0))) }
      rank = max(rank, own)
      // `(u^T v)*x`, as `u^T v*x` looks like something else.
      let isLast = position == factors.count - 1
      result.append(.phrase(factor, isLast ? (spelling.isLatex ? .product : .unary) : .suffix))
    }
    return result
  }

  /// A later factor that starts with `[` would be read as an index, one that starts with a number not at all.
  private func run(_ factors: [PhraseID]) -> [Piece] {
    var result: [Piece] = []
    for (position, factor) in factors.enumerated() {
      if position > 0 { result.append(.text(" ")) }
      if position > 0, startsWithBracketOrNumber(factor) {
        result += [.text(spelling.open), .phrase(factor, .conditional), .text(spelling.close)]
      } else {
        result.append(.phrase(factor, .suffix))
      }
    }
    return result
  }

  private func startsWithBracketOrNumber(_ factor: PhraseID) -> Bool {
    var first = factor
    while naming.definition(of: first) == nil {
      switch document[first] {
      case .comprehension, .list, .number: return true
      // A constant tensor is named as it is written.
      case .name(let name): return name.first == "["
      case .transposed(let base), .power(let base, _), .raised(let base, _), .indexed(let base, _): first = base
      default: return false
      }
    }
    return false
  }

  func placesText(_ places: [Phrase.Place], dots: String) -> [Piece] {
    var result: [Piece] = []
    for place in places {
      if !result.isEmpty { result.append(.text(", ")) }
      switch place {
      case .all: result.append(.text(":"))
      case .at(let position): result.append(.phrase(position, .conditional))
      case .range(let low, let high, let step):
        result += [.phrase(low, .sum), .text(dots), .phrase(high, .sum)]
        if step != 1 { result.append(.text(spelling.isLatex ? ":\(step)" : " by \(step)")) }
      }
    }
    return result
  }

  func letter(_ variable: Variable) -> String { spelling.name(naming.letters[variable] ?? "?") }

  private func ranges(_ generators: [Generator]) -> [Piece] {
    var result: [Piece] = []
    for generator in generators {
      if !result.isEmpty { result.append(.text(", ")) }
      let name = spelling.name(naming.letters[generator.variable] ?? "?")
      result += [.text("\(name) in "), .phrase(generator.low, .sum), .text(".."), .phrase(generator.high, .sum)]
    }
    return result
  }

  func tests(_ conditions: [PhraseID], before: String) -> [Piece] {
    if conditions.isEmpty { return [] }
    let least = conditions.count == 1 ? Level.or : .not
    return [.text(before)]
      + joined(conditions.map { .phrase($0, least) }, by: " \(spelling.connective("and")) ")
  }
}
