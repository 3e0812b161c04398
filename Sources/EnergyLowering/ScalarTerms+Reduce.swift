import EnergyIR

extension ScalarTerms {
  /// The value of an empty reduction.
  static func neutral(_ operation: ReduceOperation) -> Double {
    switch operation {
    case .sum, .any: 0
    case .prod, .all: 1
    case .min: .infinity
    case .max, .logsumexp: -.infinity
    }
  }

  /// A reduction over the box of the variables where the guard holds; the variables get their canonical names.
  func reduce(_ operation: ReduceOperation, _ variables: [Variable], _ conditions: Guard, _ body: TermID) -> TermID {
    if conditions.isImpossible { return constant(Self.neutral(operation), type: self[body].type) }
    if variables.isEmpty && conditions.isAlways { return body }
    if operation == .sum {
      if constantValue(body) == 0 { return body }
      if case .add(let inner, 0) = self[body].operation, inner.count == 1 {
        return scale(inner[0], reduce(.sum, variables, conditions, self[body].arguments[0]))
      }
      if case .reduce(.sum, let own, let inner) = self[body].operation, own.isEmpty {
        return reduce(.sum, variables, conditions.and(inner), self[body].arguments[0])
      }
      if conditions.isAlways, let split = withoutInvariantFactors(variables, body) { return split }
    }
    if operation == .sum, let half = halved(variables, conditions), renamed(body, half.swap) == body {
      return scale(2, reduce(.sum, variables, half.conditions, body))
    }
    let body = operation == .sum ? withInnerFactors(body) : body
    let ordered = orderedByBounds(variables, conditions)
    let outside = Set(self[body].free).union(conditions.variables).subtracting(variables)
    let base = nextOrder(after: outside)
    let canonical = ordered.enumerated().map { variable(order: base + $0.offset, extent: $0.element.extent) }
    if canonical == ordered {
      return intern(.reduce(operation, ordered, conditions), [body], type: self[body].type)
    }
    var map: [Variable: Variable] = [:]
    for (old, new) in zip(ordered, canonical) { map[old] = new }
    let images = map.mapValues { IndexExpression($0) }
    return intern(
      .reduce(operation, canonical, conditions.substituting(images) ?? conditions), [renamed(body, map)],
      type: self[body].type)
  }

  private func withoutInvariantFactors(_ variables: [Variable], _ body: TermID) -> TermID? {
    guard case .mul(let exponents) = self[body].operation else { return nil }
    let ours = Set(variables)
    let factors = Array(zip(self[body].arguments, exponents))
    let outer = factors.filter { ours.isDisjoint(with: self[$0.0].free) }
    guard !outer.isEmpty, outer.count < factors.count else { return nil }
    let inner = factors.filter { !ours.isDisjoint(with: self[$0.0].free) }
    return multiply(outer + [(reduce(.sum, variables, .always, multiply(inner)), 1)])
  }

  /// A product in which factors that don't depend on an outer loop are one factor: `Σⱼ W[i, j]·(a[j]·b[j])` can
  /// then take the inner product from memory.
  func withInnerFactors(_ id: TermID) -> TermID {
    guard case .mul(let exponents) = self[id].operation,
      let outer = self[id].free.min(by: { order(of: $0) < order(of: $1) })
    else { return id }
    let factors = Array(zip(self[id].arguments, exponents))
    let inner = factors.filter { !self[$0.0].free.isEmpty && !self[$0.0].free.contains(outer) }
    guard inner.count < factors.count else { return id }
    var product = factors.filter { factor in !inner.contains { $0.0 == factor.0 } }
    for group in grouped(inner, by: { self[$0.0].free }) {
      if group.count > 1 { product.append((internProduct(group), 1)) } else { product += group }
    }
    return product.count == factors.count ? id : internProduct(product, type: self[id].type)
  }

  /// A guard `i ≠ j` on two variables of one extent, in an otherwise symmetric guard: the guard of the pairs with
  /// i < j, and the exchange of i and j.
  func halved(
    _ variables: [Variable], _ conditions: Guard
  ) -> (conditions: Guard, swap: [Variable: Variable])? {
    for condition in conditions.conditions
    where condition.relation == .differsFromZero && condition.expression.modulus == nil {
      let expression = condition.expression
      guard expression.terms.count == 2, expression.offset == 0 else { continue }
      let (a, b) = (expression.terms[0].variable, expression.terms[1].variable)
      guard expression.coefficient(of: a) == 1, expression.coefficient(of: b) == -1, a.extent == b.extent,
        variables.contains(a), variables.contains(b)
      else { continue }
      let swap = [a: b, b: a]
      guard conditions.substituting(swap.mapValues { IndexExpression($0) }) == conditions else { continue }
      let above = Condition(IndexExpression([(b, 1), (a, -1)], offset: -1), .atLeastZero)
      return (Guard(conditions.conditions.filter { $0 != condition } + [above]), swap)
    }
    return nil
  }

  /// Of two variables of one extent that an inequality orders, the smaller stands first: then `i < j` and `j > i`
  /// are the same loops.
  func orderedByBounds(_ variables: [Variable], _ conditions: Guard) -> [Variable] {
    guard variables.count >= 2, variables[0].extent == variables[1].extent else { return variables }
    for condition in conditions.conditions where condition.relation == .atLeastZero {
      let first = condition.expression.coefficient(of: variables[0])
      let second = condition.expression.coefficient(of: variables[1])
      if first * second < 0 {
        return first < 0 ? variables : [variables[1], variables[0]] + variables.dropFirst(2)
      }
    }
    return variables
  }
}
