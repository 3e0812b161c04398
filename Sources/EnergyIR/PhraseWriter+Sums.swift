extension PhraseWriter {
  /// `Σ coefficients·args + constant`.
  mutating func combination(_ terms: [(Double, NodeID)], _ constant: Double, rank: Int) -> PhraseID {
    let peers = terms.map(\.1)
    var constant = constant
    var signed: [SignedPhrase] = []
    var affine: [(Double, PhraseID)] = []
    for (coefficient, id) in terms {
      switch graph[id].operation {
      case .size(let size): constant += affineTerms(size, coefficient, &affine)
      case .iota(let expression) where expression.modulus == nil:
        for term in expression.terms {
          affine.append((coefficient * Double(term.coefficient), document.make(.variable(term.variable))))
          constant -= coefficient * Double(term.coefficient)
        }
        constant += affineTerms(expression.offset, coefficient, &affine)
      default: signed.append(scaled(coefficient, id, among: peers))
      }
    }
    var counts: [PhraseID: Double] = [:]
    for (coefficient, phrase) in affine { counts[phrase, default: 0] += coefficient }
    for (_, phrase) in affine {
      guard let count = counts.removeValue(forKey: phrase), count != 0 else { continue }
      signed.append(times(count, phrase))
    }
    if constant != 0 {
      signed.append(SignedPhrase(isNegative: constant < 0, phrase: document.make(.number(abs(constant)))))
    }
    return signedSum(ordered(signed), rank: rank)
  }

  /// The terms of a size but for its number, which is returned.
  private mutating func affineTerms(
    _ size: Size, _ coefficient: Double, _ result: inout [(Double, PhraseID)]
  ) -> Double {
    var constant = 0.0
    for term in size.substituting(sizeNames).terms {
      if term.factors.isEmpty {
        constant += coefficient * Double(term.coefficient)
      } else {
        result.append((coefficient * Double(term.coefficient), dimensions(term.factors)))
      }
    }
    return constant
  }

  private mutating func dimensions(_ factors: [Dimension]) -> PhraseID {
    let names = factors.map { document.make(.name($0.name)) }
    return names.count == 1 ? names[0] : document.make(.product(names))
  }

  /// One term of a sum: the coefficient's size goes into the monomial, the loop or the `if`, its sign stays.
  private mutating func scaled(_ coefficient: Double, _ id: NodeID, among peers: [NodeID]) -> SignedPhrase {
    let node = graph[id]
    let size = abs(coefficient)
    let isNegative = coefficient < 0
    switch node.operation {
    case .mul(let exponents):
      return SignedPhrase(
        isNegative: isNegative, phrase: monomial(size, Array(zip(node.arguments, exponents)), rank: node.rank))
    case .guarded(let conditions) where size != 1:
      let inner = scaled(size, node.arguments[0], among: [])
      let body = inner.isNegative ? document.negated(inner.phrase) : inner.phrase
      return SignedPhrase(isNegative: isNegative, phrase: guarded(conditions, body, node.shape))
    default:
      let written = operand(id, among: peers)
      let base = document.unsigned(written)
      if isNegative != base.isNegative, peers.count > 1, let flipped = flipped(base.phrase) {
        return times(size, flipped)
      }
      let term = times(size, base.phrase)
      return SignedPhrase(isNegative: isNegative != base.isNegative, phrase: term.phrase)
    }
  }

  /// `b - a` for `a - b`: in a sum `+ 2*(b - a)` reads better than `- 2*(a - b)`.
  private mutating func flipped(_ id: PhraseID) -> PhraseID? {
    guard case .sum(let terms, let isTight) = document[id], terms.contains(where: \.isNegative) else { return nil }
    let opposite = terms.map { SignedPhrase(isNegative: !$0.isNegative, phrase: $0.phrase) }
    return signedSum(ordered(opposite), isTight: isTight, rank: document.facts(id).rank)
  }

  /// `coefficient*phrase`, without `1*`.
  private mutating func times(_ coefficient: Double, _ phrase: PhraseID) -> SignedPhrase {
    let isNegative = coefficient < 0
    if abs(coefficient) == 1 { return SignedPhrase(isNegative: isNegative, phrase: phrase) }
    let number = document.make(.number(abs(coefficient)))
    let rank = document.facts(phrase).rank
    switch document[phrase] {
    case .product(let factors):
      return SignedPhrase(isNegative: isNegative, phrase: document.make(.product([number] + factors), rank: rank))
    default:
      return SignedPhrase(isNegative: isNegative, phrase: document.make(.product([number, phrase]), rank: rank))
    }
  }

  /// The sample's terms first, then the parameters', the number last; short before long, high powers before low.
  private func ordered(_ terms: [SignedPhrase]) -> [SignedPhrase] {
    var sorted = terms.map { ($0, termKey($0.phrase)) }
    sorted.sort { $0.1 < $1.1 }
    guard let positive = sorted.firstIndex(where: { !$0.0.isNegative }), positive > 0 else { return sorted.map(\.0) }
    let first = sorted.remove(at: positive)
    return [first.0] + sorted.map(\.0)
  }

  private struct TermKey: Comparable {
    let place: Int
    let bulk: Int
    let degree: Double
    let opening: String

    static func < (left: TermKey, right: TermKey) -> Bool {
      if left.place != right.place { return left.place < right.place }
      if left.bulk != right.bulk { return left.bulk < right.bulk }
      if left.degree != right.degree { return left.degree > right.degree }
      return left.opening < right.opening
    }
  }

  private func termKey(_ id: PhraseID) -> TermKey {
    let facts = document.facts(id)
    var place = facts.isVarying ? 0 : facts.free.isEmpty ? 2 : 1
    if case .number = document[id] { place = 3 }
    return TermKey(place: place, bulk: facts.bulk, degree: facts.degree, opening: facts.opening)
  }

  /// The terms as a phrase: 0 where there is none, no sum of one.
  mutating func signedSum(_ terms: [SignedPhrase], isTight: Bool = false, rank: Int) -> PhraseID {
    guard let first = terms.first else { return document.number(0) }
    if terms.count == 1 { return first.isNegative ? document.negated(first.phrase) : first.phrase }
    return document.make(.sum(terms, isTight: isTight), rank: rank)
  }

  // MARK: Sizes and indices

  /// A size as a phrase.
  mutating func size(_ size: Size, isTight: Bool) -> PhraseID { affine([], size, isTight: isTight) }

  /// `Σ k·v + offset` with variables that count from 1: positive terms first, the number last.
  mutating func affine(_ terms: [(Variable, Int)], _ offset: Size, isTight: Bool) -> PhraseID {
    let offset = offset.substituting(sizeNames)
    var signed: [SignedPhrase] = []
    let inOrder = terms.sorted { (document.depths[$0.0] ?? 0, $0.0.id) < (document.depths[$1.0] ?? 0, $1.0.id) }
    for (variable, coefficient) in inOrder {
      signed.append(times(Double(coefficient), document.make(.variable(variable))))
    }
    for term in offset.terms where !term.factors.isEmpty {
      signed.append(times(Double(term.coefficient), dimensions(term.factors)))
    }
    for term in offset.terms where term.factors.isEmpty {
      signed.append(
        SignedPhrase(
          isNegative: term.coefficient < 0, phrase: document.make(.number(Double(term.coefficient.magnitude)))))
    }
    let positive = signed.filter { !$0.isNegative }
    return signedSum(positive + signed.filter(\.isNegative), isTight: isTight, rank: 0)
  }

  /// The value of a 0-based index expression, said with variables that count from 1.
  mutating func value(of expression: IndexExpression) -> PhraseID {
    let plain = affine(pairs(expression), offset(expression), isTight: false)
    guard let modulus = expression.modulus else { return plain }
    return document.make(.call("mod", [plain, size(modulus, isTight: false)], axis: nil))
  }

  /// The position, counted from 1, that a 0-based index expression gives.
  mutating func position(_ expression: IndexExpression) -> PhraseID {
    guard let modulus = expression.modulus else {
      return affine(pairs(expression), offset(expression) + 1, isTight: true)
    }
    let plain = affine(pairs(expression), offset(expression) + 1, isTight: false)
    return document.make(.call("wrap", [plain, size(modulus, isTight: false)], axis: nil))
  }

  func pairs(_ expression: IndexExpression) -> [(Variable, Int)] {
    expression.terms.map { ($0.variable, $0.coefficient) }
  }

  /// The part without variables once the variables count from 1.
  func offset(_ expression: IndexExpression) -> Size {
    expression.offset - Size(expression.terms.reduce(0) { $0 &+ $1.coefficient })
  }

  // MARK: Conditions

  /// A condition on indices, with what is positive on the left and the rest on the right.
  mutating func condition(_ condition: Condition) -> PhraseID {
    let expression = condition.expression
    let relation = condition.relation
    if expression.modulus != nil {
      return document.make(
        .comparison(relation == .equalsZero ? "==" : "!=", value(of: expression), document.number(0)))
    }
    let left = pairs(expression).filter { $0.1 > 0 }
    let right = pairs(expression).filter { $0.1 < 0 }.map { ($0.0, -$0.1) }
    let rest = Size(0) - offset(expression)
    let symbols = ["==", "!="]
    if left.isEmpty {
      let bound = affine([], offset(expression), isTight: true)
      let symbol = relation == .atLeastZero ? "<=" : symbols[relation == .equalsZero ? 0 : 1]
      return document.make(.comparison(symbol, affine(right, 0, isTight: true), bound))
    }
    let low = affine(left, 0, isTight: true)
    guard relation == .atLeastZero else {
      let symbol = symbols[relation == .equalsZero ? 0 : 1]
      return document.make(.comparison(symbol, low, affine(right, rest, isTight: true)))
    }
    let isStrict = !right.isEmpty && rest == 1
    let bound = affine(right, isStrict ? 0 : rest, isTight: true)
    return document.make(.comparison(isStrict ? ">" : ">=", low, bound))
  }
}
