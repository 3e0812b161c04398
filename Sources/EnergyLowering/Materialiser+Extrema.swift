import EnergyIR

/// Minima and maxima whose derivatives ask which entries attain them: `if m == c(i)`, m being the minimum of all c(i).
///
/// The answer must not hang on how an entry is rounded, and the same formula is rounded differently in two loops: one of
/// them fuses a product into a sum, or adds up in another order. So the entries are stored, the minimum is taken of what
/// is stored, and what is compared with it is read, also at another place: `c(i - 1)` around a corner.
extension Materialiser {
  /// A comparison of an extremum with an entry of what it is taken of.
  private struct Comparison {
    let id: TermID
    let extremum: TermID
    /// What the extremum is taken of.
    let body: TermID
    /// Where the entry is, for the variables of the body that are elsewhere than the body's own.
    let place: [Variable: IndexExpression]
    let isExtremumFirst: Bool
  }

  /// Stores what extrema are compared with entries of, and lets both read it.
  func storeExtrema() {
    var found: [TermID: Comparison] = [:]
    var outOfRange: Set<TermID> = []
    for (array, body) in definitions.sorted(by: { $0.key.index < $1.key.index }) {
      for statement in body.statements {
        guard let value = statement.value, terms.postorder([value]).contains(where: { comparison($0) != nil }) else {
          continue
        }
        walk(value, Guard(statement.levels.flatMap(\.conditions))) { id, conditions in
          guard let comparison = found[id] ?? self.comparison(id), !isRecurrent(comparison.body, in: .array(array))
          else { return }
          found[id] = comparison
          let isInside = comparison.place.allSatisfy { $1.isIn($0.extent, where: conditions) }
          if !isInside { outOfRange.insert(id) }
        }
      }
    }
    let comparisons = found.values.filter { !outOfRange.contains($0.id) }.sorted { $0.id < $1.id }
    if comparisons.isEmpty { return }
    store(Set(comparisons.map(\.body))) { read in
      comparisons.reduce(into: [:]) { replacements, comparison in
        let (id, body) = (comparison.id, comparison.body)
        let extremum = terms.rewritten(comparison.extremum, renaming: [:], replacing: [body: read(body, [:])])
        let entry = read(body, comparison.place)
        replacements[id] = terms.apply(
          "equal", comparison.isExtremumFirst ? [extremum, entry] : [entry, extremum], type: terms[id].type)
      }
    }
  }

  private func comparison(_ id: TermID) -> Comparison? {
    guard case .apply("equal") = terms[id].operation else { return nil }
    let arguments = terms[id].arguments
    for (extremum, entry) in [(arguments[0], arguments[1]), (arguments[1], arguments[0])] {
      guard case .reduce(let operation, let variables, _) = terms[extremum].operation,
        operation == .min || operation == .max, !variables.isEmpty
      else { continue }
      let body = terms[extremum].arguments[0]
      guard terms[body].isVarying, terms[body].partial.isEmpty, !isRoundedOnce(body), mayKeep(body) else { continue }
      var matcher = TermMatcher(terms: terms, unknown: Set(variables))
      guard let place = matcher.match(body, entry) else { continue }
      return Comparison(
        id: id, extremum: extremum, body: body, place: place, isExtremumFirst: extremum == arguments[0])
    }
    return nil
  }

  /// Whether there is but one way to round it: at most one sum or product, of numbers in memory.
  private func isRoundedOnce(_ id: TermID) -> Bool {
    let term = terms[id]
    let isFlat = term.arguments.allSatisfy {
      switch terms[$0].operation {
      case .constant, .index, .size, .read: true
      default: false
      }
    }
    guard isFlat else { return false }
    switch term.operation {
    case .constant, .index, .size, .read: return true
    case .add(let coefficients, let constant):
      return coefficients.allSatisfy { abs($0) == 1 } && coefficients.count + (constant == 0 ? 0 : 1) <= 2
    case .mul(let exponents): return exponents == [1, 1] || exponents == [2] || exponents == [1]
    case .apply, .select, .reduce: return false
    }
  }

  private func mayKeep(_ id: TermID) -> Bool {
    let free = terms[id].free
    return free.count <= 1 || (options.entries(free) ?? .max) <= options.familyLimit
  }

  /// Visits the terms below a root with the conditions that hold where they stand.
  private func walk(_ root: TermID, _ conditions: Guard, _ visit: (TermID, Guard) -> Void) {
    struct Place: Hashable {
      let id: TermID
      let conditions: Guard
    }
    var pending = [Place(id: root, conditions: conditions)]
    var seen: Set<Place> = []
    while let place = pending.popLast() {
      guard seen.insert(place).inserted else { continue }
      visit(place.id, place.conditions)
      var inner = place.conditions
      if case .reduce(_, _, let own) = terms[place.id].operation { inner = inner.and(own) }
      pending += terms[place.id].arguments.map { Place(id: $0, conditions: inner) }
    }
  }
}

extension Level {
  /// What holds inside it.
  fileprivate var conditions: [Condition] {
    switch self {
    case .when(let conditions): conditions
    case .loop(let variable, let lower, let upper):
      lower.compactMap { (IndexExpression(variable) - $0).map { Condition($0, .atLeastZero) } }
        + upper.compactMap { bound in
          (bound - IndexExpression(variable)).flatMap { $0 + IndexExpression(-1) }.map { Condition($0, .atLeastZero) }
        }
    }
  }
}

extension IndexExpression {
  /// Whether the value is in `0..<extent` for all values of the variables at which the conditions hold.
  fileprivate func isIn(_ extent: Size, where conditions: Guard) -> Bool {
    if isProvablyIn(extent) { return true }
    guard modulus == nil, let rest = IndexExpression(extent - 1) - self else { return false }
    return [self, rest].allSatisfy { wanted in
      wanted.minimum.isProvably(atLeast: 0)
        || conditions.conditions.contains { $0.relation != .differsFromZero && wanted.isAtLeast($0.expression) }
    }
  }

  private func isAtLeast(_ other: IndexExpression) -> Bool {
    other.modulus == nil && terms == other.terms && (offset - other.offset).isProvably(atLeast: 0)
  }
}
