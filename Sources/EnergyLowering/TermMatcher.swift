import EnergyIR

/// Finds for which values of its unknown variables a term is another one.
struct TermMatcher {
  /// An index for each variable of the pattern that has one.
  typealias Places = [Variable: IndexExpression]

  let terms: ScalarTerms
  let unknown: Set<Variable>
  /// Sums and products of equals are matched in every order, up to so many steps.
  private var steps = 10_000
  private static let depthLimit = 200

  init(terms: ScalarTerms, unknown: Set<Variable>) {
    self.terms = terms
    self.unknown = unknown
  }

  /// Indices for all unknown variables with which `pattern` is `target`; `nil` where none are found.
  mutating func match(_ pattern: TermID, _ target: TermID) -> Places? {
    let found = all(pattern, target, [:], depth: 0).first { places in unknown.allSatisfy { places[$0] != nil } }
    return found?.filter { unknown.contains($0.key) }
  }

  /// All ways in which known places can be completed.
  private mutating func all(_ pattern: TermID, _ target: TermID, _ known: Places, depth: Int) -> [Places] {
    steps -= 1
    guard steps > 0, depth < Self.depthLimit else { return [] }
    let (ours, theirs) = (terms[pattern], terms[target])
    if !ours.free.contains(where: { unknown.contains($0) || known[$0] != nil }) {
      return pattern == target ? [known] : []
    }
    guard ours.arguments.count == theirs.arguments.count, ours.type == theirs.type else { return [] }
    switch (ours.operation, theirs.operation) {
    case (.index(let a), .index(let b)): return matched(a, b, known).map { [$0] } ?? []
    case (.read(let a, let places), .read(let b, let others)):
      guard a == b, terms[a].free.isEmpty else { return [] }
      var places = places.makeIterator()
      var found: Places? = known
      for other in others {
        guard let so = found, let place = places.next() else { return [] }
        switch (place, other) {
        case (.affine(let a), .affine(let b)): found = matched(a, b, so)
        case (.gather, .gather): continue
        default: return []
        }
      }
      return found.map { inOrder(ours.arguments, theirs.arguments, $0, depth) } ?? []
    case (.add(let a, let constant), .add(let b, let other)):
      guard constant == other else { return [] }
      return inAnyOrder(Array(zip(a, ours.arguments)), Array(zip(b, theirs.arguments)), known, depth)
    case (.mul(let a), .mul(let b)):
      return inAnyOrder(Array(zip(a, ours.arguments)), Array(zip(b, theirs.arguments)), known, depth)
    case (.apply(let a), .apply(let b)) where a == b:
      return inOrder(ours.arguments, theirs.arguments, known, depth)
    case (.select, .select): return inOrder(ours.arguments, theirs.arguments, known, depth)
    case (.reduce(let a, let inner, let conditions), .reduce(let b, let others, let rest)):
      guard a == b, inner.map(\.extent) == others.map(\.extent) else { return [] }
      var places = known
      for (variable, other) in zip(inner, others) { places[variable] = IndexExpression(other) }
      return all(ours.arguments[0], theirs.arguments[0], places, depth: depth + 1)
        .filter { conditions.substituting($0) == rest }
        .map { found in found.filter { !inner.contains($0.key) } }
    default: return []
    }
  }

  private mutating func inOrder(
    _ patterns: [TermID], _ targets: [TermID], _ known: Places, _ depth: Int
  ) -> [Places] {
    var found = [known]
    for (pattern, target) in zip(patterns, targets) {
      var next: [Places] = []
      for places in found { next += all(pattern, target, places, depth: depth + 1) }
      found = next
    }
    return found
  }

  /// Each pattern has one target with its coefficient.
  private mutating func inAnyOrder(
    _ patterns: [(Double, TermID)], _ targets: [(Double, TermID)], _ known: Places, _ depth: Int
  ) -> [Places] {
    guard let (coefficient, pattern) = patterns.first else { return [known] }
    var found: [Places] = []
    for (position, (other, target)) in targets.enumerated() where other == coefficient {
      var rest = targets
      rest.remove(at: position)
      for places in all(pattern, target, known, depth: depth + 1) {
        found += inAnyOrder(Array(patterns.dropFirst()), rest, places, depth)
      }
    }
    return found
  }

  /// Solves `pattern = target` for the one unknown variable in it, or says whether they are equal.
  private func matched(_ pattern: IndexExpression, _ target: IndexExpression, _ known: Places) -> Places? {
    let open = pattern.variables.filter { unknown.contains($0) && known[$0] == nil }
    guard let variable = open.first else { return pattern.substituting(known) == target ? known : nil }
    let coefficient = pattern.coefficient(of: variable)
    let own = IndexExpression([(variable, coefficient)])
    guard open.count == 1, abs(coefficient) == 1, let rest = pattern.withoutModulus - own,
      let others = rest.substituting(known)
    else { return nil }
    var place: IndexExpression?
    if let modulus = pattern.modulus ?? target.modulus {
      guard variable.extent == modulus else { return nil }
      place = (target.withoutModulus - others)?.scaled(by: coefficient)?.modulo(modulus)
    } else {
      place = (target - others)?.scaled(by: coefficient)
    }
    guard let place else { return nil }
    var result = known
    result[variable] = place
    return pattern.substituting(result) == target ? result : nil
  }
}
