/// The number of a phrase in its document.
struct PhraseID: Hashable, Sendable {
  let index: Int
}

/// A phrase with the sign that a sum gives it.
struct SignedPhrase: Hashable, Sendable {
  let isNegative: Bool
  let phrase: PhraseID
}

/// `variable in low..high`.
struct Generator: Hashable, Sendable {
  let variable: Variable
  let low: PhraseID
  let high: PhraseID
}

/// What a formula is made of before a style spells it: notation only, no shapes and no evaluation.
///
/// Indices count from 1 here, as a reader expects.
enum Phrase: Hashable, Sendable {
  /// One place of an index.
  enum Place: Hashable, Sendable {
    case all
    case at(PhraseID)
    case range(PhraseID, PhraseID, step: Int)
  }

  case number(Double)
  /// A symbol or a size.
  case name(String)
  case variable(Variable)
  case string(String)
  /// At least two terms; tight ones are written without spaces, as in `x[i+1]`.
  case sum([SignedPhrase], isTight: Bool)
  case negated(PhraseID)
  /// Element-wise, `a*b`.
  case product([PhraseID])
  case fraction(PhraseID, PhraseID)
  /// Factors side by side, the product of linear algebra.
  case run([PhraseID])
  case power(PhraseID, Double)
  /// A power whose exponent isn't a number.
  case raised(PhraseID, PhraseID)
  case transposed(PhraseID)
  case call(String, [PhraseID], axis: Int?)
  case indexed(PhraseID, [Place])
  /// `sum(i in 1..n if …: body)`.
  case reduction(String, [Generator], [PhraseID], PhraseID)
  /// `[body for i in 1..n]`.
  case comprehension([Generator], PhraseID)
  /// `[a, b]`.
  case list([PhraseID])
  /// `scan(t in 1..T, s = initial: body)`, or down to 1; `fold` alike.
  case recurrence(String, Generator, isReversed: Bool, state: Variable, initial: PhraseID, PhraseID)
  /// `if … and … then a else b`.
  case conditional([PhraseID], PhraseID, PhraseID)
  case comparison(String, PhraseID, PhraseID)
  /// `and`, `or`.
  case connective(String, [PhraseID])
  case not(PhraseID)

  /// The phrases directly below, in reading order.
  var children: [PhraseID] {
    switch self {
    case .number, .name, .variable, .string: []
    case .sum(let terms, _): terms.map(\.phrase)
    case .negated(let a), .power(let a, _), .transposed(let a), .not(let a): [a]
    case .product(let all), .run(let all), .call(_, let all, _), .connective(_, let all), .list(let all): all
    case .fraction(let a, let b), .comparison(_, let a, let b), .raised(let a, let b): [a, b]
    case .indexed(let base, let places):
      [base]
        + places.flatMap { place -> [PhraseID] in
          switch place {
          case .all: []
          case .at(let position): [position]
          case .range(let low, let high, _): [low, high]
          }
        }
    case .reduction(_, let generators, let conditions, let body):
      generators.flatMap { [$0.low, $0.high] } + conditions + [body]
    case .comprehension(let generators, let body): generators.flatMap { [$0.low, $0.high] } + [body]
    case .recurrence(_, let generator, _, _, let initial, let body): [generator.low, generator.high, initial, body]
    case .conditional(let conditions, let a, let b): conditions + [a, b]
    }
  }

  /// Whether its sign stands behind its operand.
  var isPostfix: Bool {
    switch self {
    case .power, .transposed, .indexed: true
    default: false
    }
  }

  /// The variables that the phrase binds.
  var bound: [Variable] {
    switch self {
    case .reduction(_, let generators, _, _), .comprehension(let generators, _): generators.map(\.variable)
    case .recurrence(_, let generator, _, let state, _, _): [generator.variable, state]
    default: []
    }
  }
}

/// The phrases of one formula: an arena in which equal phrases are one, so that what is said twice is seen.
struct Document {
  /// What is known of a phrase besides its text.
  struct Facts {
    /// The number of axes.
    let rank: Int
    /// Whether the sample occurs.
    let isVarying: Bool
    /// The number of names in it; powers and factors of numbers don't count.
    let bulk: Int
    /// The degree as a monomial; 1 for everything that isn't one.
    let degree: Double
    /// The beginning of its text, roughly: breaks ties in a way that no numbering of nodes has a part in.
    let opening: String
    /// The index variables that are free in it.
    let free: [Variable]
    /// The index variables that it binds somewhere inside.
    let inner: [Variable]
  }

  private(set) var phrases: [Phrase] = []
  private(set) var facts: [Facts] = []
  private var table: [Phrase: PhraseID] = [:]
  /// How deep variables are nested, the outermost 0.
  var depths: [Variable: Int] = [:]
  private var varyingNames: Set<String> = []

  subscript(_ id: PhraseID) -> Phrase { phrases[id.index] }

  func facts(_ id: PhraseID) -> Facts { facts[id.index] }

  /// The phrase as a number in the arena.
  mutating func make(_ phrase: Phrase, rank: Int = 0) -> PhraseID {
    if let known = table[phrase] { return known }
    let id = PhraseID(index: phrases.count)
    facts.append(derive(phrase, rank: rank))
    phrases.append(phrase)
    table[phrase] = id
    return id
  }

  mutating func number(_ value: Double) -> PhraseID {
    value < 0 ? make(.negated(make(.number(-value)))) : make(.number(value))
  }

  /// The name of a symbol.
  mutating func name(_ text: String, rank: Int, isVarying: Bool) -> PhraseID {
    if isVarying { varyingNames.insert(text) }
    return make(.name(text), rank: rank)
  }

  /// The phrase without a sign in front, and whether there was one.
  func unsigned(_ id: PhraseID) -> SignedPhrase {
    if case .negated(let inner) = self[id] { return SignedPhrase(isNegative: true, phrase: inner) }
    return SignedPhrase(isNegative: false, phrase: id)
  }

  /// `−id`, without a double sign.
  mutating func negated(_ id: PhraseID) -> PhraseID {
    if case .negated(let inner) = self[id] { return inner }
    if case .number(0) = self[id] { return id }
    return make(.negated(id), rank: facts(id).rank)
  }

  private func derive(_ phrase: Phrase, rank: Int) -> Facts {
    let children = phrase.children
    var isVarying = false
    var bulk = 0
    var free: [Variable] = []
    var inner = phrase.bound
    // What is written behind its operand is sorted behind it: Q before Q^T.
    let isPostfix = phrase.isPostfix
    var opening = isPostfix ? "" : head(of: phrase)
    for child in children {
      let known = facts(child)
      isVarying = isVarying || known.isVarying
      bulk = min(bulk + known.bulk, 1 << 40)
      free = union(free, known.free)
      inner = union(inner, known.inner)
      // Neither the number in front of a term nor the sign of multiplication decides its place.
      if case .number = self[child], case .product = phrase { continue }
      if opening.utf8.count < 32 { opening += known.opening }
    }
    if isPostfix { opening += head(of: phrase) }
    if opening.utf8.count > 48 { opening = String(opening.prefix(48)) }
    free.removeAll(where: phrase.bound.contains)
    var degree = 1.0
    switch phrase {
    case .number, .string: degree = 0
    case .name(let text): (bulk, isVarying) = (1, varyingNames.contains(text))
    case .variable(let variable): (bulk, free, isVarying) = (1, [variable], variable.isState)
    case .power(let base, let exponent): degree = facts(base).degree * exponent
    case .product(let factors): degree = factors.reduce(0) { $0 + facts($1).degree }
    case .negated(let inner): degree = facts(inner).degree
    case .indexed: bulk = max(bulk - 1, 1)
    case .call, .reduction, .comprehension, .list, .recurrence, .conditional: bulk += 1
    default: break
    }
    return Facts(
      rank: rank, isVarying: isVarying, bulk: bulk, degree: degree, opening: opening, free: free, inner: inner)
  }

  private func union(_ a: [Variable], _ b: [Variable]) -> [Variable] {
    if a.isEmpty { return b }
    let missing = b.filter { !a.contains($0) }
    return missing.isEmpty ? a : (a + missing).sorted { (depths[$0] ?? 0, $0.id) < (depths[$1] ?? 0, $1.id) }
  }

  /// The part of `Facts.opening` that isn't the children's. Functions are ranked as tables list them.
  private func head(of phrase: Phrase) -> String {
    switch phrase {
    case .number(let value): return "\(value)"
    case .name(let text): return text
    case .variable(let variable): return "\u{1}\(depths[variable] ?? 0)"
    case .string(let text): return text
    case .sum: return "+"
    case .negated: return "-"
    case .product: return ""
    case .fraction: return "/"
    case .run: return " "
    case .power(_, let exponent): return "^\(exponent)"
    case .raised: return "^"
    case .transposed: return "'"
    case .call(let name, _, _):
      let usual = ["exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"]
      return usual.firstIndex(of: name).map { "~\($0)" } ?? "~~\(name)"
    case .indexed: return "["
    case .reduction(let name, _, _, _), .recurrence(let name, _, _, _, _, _): return "~~~\(name)"
    case .comprehension, .list: return "~~~["
    case .conditional: return "~~~~"
    case .comparison(let name, _, _), .connective(let name, _): return name
    case .not: return "!"
    }
  }
}
