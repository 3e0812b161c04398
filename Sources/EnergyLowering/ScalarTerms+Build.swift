import EnergyIR
import func Foundation.pow

extension ScalarTerms {
  // MARK: Leaves

  func constant(_ value: Double, type: ElementType = .real) -> TermID { intern(.constant(value), [], type: type) }

  func size(_ size: Size) -> TermID {
    size.constant.map { constant(Double($0), type: .int) } ?? intern(.size(size), [], type: .int)
  }

  func index(_ expression: IndexExpression) -> TermID {
    expression.size.map(size) ?? intern(.index(expression), [], type: .int)
  }

  func read(_ array: ArrayID, _ positions: [TermPosition]) -> TermID {
    let settled = positions.map { position -> TermPosition in
      guard case .gather(let term) = position else { return position }
      switch self[term].operation {
      case .index(let expression): return .affine(expression)
      case .size(let size): return .affine(IndexExpression(size))
      case .constant(let value) where value == value.rounded() && abs(value) < 1e15:
        return .affine(IndexExpression(Size(Int(value))))
      default: return position
      }
    }
    let gathers = settled.compactMap { position -> TermID? in
      if case .gather(let term) = position { return term }
      return nil
    }
    return intern(.read(array, settled), gathers, type: self[array].type)
  }

  func constantValue(_ id: TermID) -> Double? {
    if case .constant(let value) = self[id].operation { return value }
    return nil
  }

  /// An integer term for an affine expression whose variables are terms.
  func position(_ id: TermID) -> TermPosition {
    if case .index(let expression) = self[id].operation { return .affine(expression) }
    return .gather(id)
  }

  // MARK: Element-wise

  func apply(_ function: FunctionName, _ arguments: [TermID], type: ElementType) -> TermID {
    intern(.apply(function), arguments, type: type)
  }

  /// A guard that both sides carry stands around the whole.
  func select(_ condition: TermID, _ a: TermID, _ b: TermID) -> TermID {
    if let value = constantValue(condition) { return value != 0 ? a : b }
    if a == b { return a }
    let (left, right) = (splitGuard(a), splitGuard(b))
    if !left.conditions.isAlways, left.conditions == right.conditions || constantValue(b) == 0 {
      return reduce(.sum, [], left.conditions, select(condition, left.body, right.body))
    }
    if !right.conditions.isAlways, constantValue(a) == 0 {
      return reduce(.sum, [], right.conditions, select(condition, a, right.body))
    }
    let type: ElementType = self[a].type == .real || self[b].type == .real ? .real : self[a].type
    return intern(.select, [condition, a, b], type: type)
  }

  /// The guard around a term, also one behind a number, and what it guards.
  func splitGuard(_ id: TermID) -> (conditions: Guard, body: TermID) {
    switch self[id].operation {
    case .reduce(.sum, let variables, let conditions) where variables.isEmpty:
      return (conditions, self[id].arguments[0])
    case .add(let coefficients, 0) where coefficients.count == 1:
      let inner = splitGuard(self[id].arguments[0])
      return inner.conditions.isAlways ? (.always, id) : (inner.conditions, scale(coefficients[0], inner.body))
    default: return (.always, id)
    }
  }

  func scale(_ factor: Double, _ id: TermID) -> TermID { add([(factor, id)]) }

  func subtract(_ a: TermID, _ b: TermID) -> TermID { add([(1, a), (-1, b)]) }

  /// A linear combination. Terms that don't vary are collected by the variables they depend on, so that they are
  /// computed once and for all.
  func add(_ terms: [(Double, TermID)], constant: Double = 0) -> TermID {
    var constant = constant
    var order: [TermID] = []
    var coefficients: [TermID: Double] = [:]
    var isInteger = constant == constant.rounded()
    var pending = Array(terms.reversed())
    while let (factor, id) = pending.popLast() {
      let term = self[id]
      if factor == 0 { continue }
      if term.type == .real || factor != factor.rounded() { isInteger = false }
      switch term.operation {
      case .constant(let value): constant += factor * value
      case .add(let inner, let innerConstant) where inner.count == 1 && (innerConstant == 0 || !term.isVarying):
        constant += factor * innerConstant
        pending.append((factor * inner[0], term.arguments[0]))
      case .add(let inner, 0) where abs(factor) != 1 && terms.count == 1 && inner.allSatisfy({ abs($0) != 1 }):
        // c·(2a − 3b): the numbers are multiplied now.
        for (coefficient, argument) in zip(inner, term.arguments).reversed() {
          pending.append((factor * coefficient, argument))
        }
      case .add(let inner, 0) where factor == -1 && terms.count == 1 && inner.count > 1 && hasSign(id):
        for (coefficient, argument) in zip(inner, term.arguments).reversed() {
          pending.append((-coefficient, argument))
        }
      case .add(let inner, let innerConstant) where !term.isVarying && abs(factor) == 1:
        constant += factor * innerConstant
        for (coefficient, argument) in zip(inner, term.arguments).reversed() {
          pending.append((factor * coefficient, argument))
        }
      default:
        if coefficients[id] == nil { order.append(id) }
        coefficients[id, default: 0] += factor
      }
    }
    let type: ElementType = isInteger ? .int : .real
    let kept = order.compactMap { id in coefficients[id].flatMap { $0 == 0 ? nil : ($0, id) } }
    if let merged = mergedGuards(kept, constant) ?? scaledBranch(kept, constant) { return merged }
    // By number, so that sums are equal whatever the order of their terms was.
    let varying = kept.filter { self[$0.1].isVarying }.sorted { $0.1 < $1.1 }
    let uniform = kept.filter { !self[$0.1].isVarying }.sorted { $0.1 < $1.1 }
    if varying.isEmpty || uniform.isEmpty { return internSum(varying + uniform, constant: constant, type: type) }
    var rest = constant
    var result = varying
    for group in grouped(uniform, by: { self[$0.1].free }) {
      if group.count == 1, rest == 0, abs(group[0].0) == 1 {
        result.append(group[0])
      } else {
        result.append((1, internSum(group, constant: rest, type: type)))
        rest = 0
      }
    }
    return internSum(result, constant: rest, type: type)
  }

  /// Terms under the same guard are added under it.
  private func mergedGuards(_ terms: [(Double, TermID)], _ constant: Double) -> TermID? {
    guard terms.count > 1 else { return nil }
    var order: [Guard] = []
    var groups: [Guard: [(Double, TermID)]] = [:]
    for (factor, id) in terms {
      let (conditions, body) = splitGuard(id)
      if groups[conditions] == nil { order.append(conditions) }
      groups[conditions, default: []].append((factor, body))
    }
    guard order.count < terms.count, order.contains(where: { !$0.isAlways && groups[$0, default: []].count > 1 })
    else { return nil }
    return add(
      order.flatMap { conditions -> [(Double, TermID)] in
        let group = groups[conditions] ?? []
        return conditions.isAlways ? group : [(1, reduce(.sum, [], conditions, add(group)))]
      }, constant: constant)
  }

  /// `c·(q ? a : 0)` is `q ? c·a : 0`, so that the number can go to a factor of a.
  private func scaledBranch(_ terms: [(Double, TermID)], _ constant: Double) -> TermID? {
    guard terms.count == 1, constant == 0, abs(terms[0].0) != 1, case .select = self[terms[0].1].operation else {
      return nil
    }
    let (factor, arguments) = (terms[0].0, self[terms[0].1].arguments)
    let branches = arguments.dropFirst().map { constantValue($0) == 0 ? $0 : scale(abs(factor), $0) }
    guard branches.contains(where: { constantValue($0) == 0 }) else { return nil }
    let inner = select(arguments[0], branches[0], branches[1])
    return factor < 0 ? scale(-1, inner) : inner
  }

  func internSum(_ terms: [(Double, TermID)], constant: Double, type: ElementType = .real) -> TermID {
    if terms.isEmpty { return self.constant(constant, type: type) }
    if terms.count == 1, terms[0].0 == 1, constant == 0 { return terms[0].1 }
    if terms.count == 1, constant == 0, let folded = foldedIntoUniform(terms[0].0, terms[0].1) { return folded }
    return intern(.add(coefficients: terms.map(\.0), constant: constant), terms.map(\.1), type: type)
  }

  /// Whether a sum's sign can be changed without an operation more: at a difference or a factor of a product.
  private func hasSign(_ id: TermID) -> Bool {
    guard case .add(let coefficients, _) = self[id].operation else { return false }
    return coefficients.contains { $0 < 0 }
      || coefficients.count == 2
        && self[id].arguments.contains { if case .mul = self[$0].operation { true } else { false } }
  }

  /// `factor·(u·v)` with a uniform scalar u is `(factor·u)·v`, whose first factor is computed once.
  private func foldedIntoUniform(_ factor: Double, _ id: TermID) -> TermID? {
    let term = self[id]
    guard term.isVarying, case .mul(let exponents) = term.operation,
      let at = term.arguments.indices.first(where: {
        !self[term.arguments[$0]].isVarying && self[term.arguments[$0]].free.isEmpty && exponents[$0] == 1
      })
    else { return nil }
    var arguments = term.arguments
    arguments[at] = scale(factor, arguments[at])
    return intern(.mul(exponents: exponents), arguments, type: .real)
  }

  private func grouped<Element>(_ items: [Element], by key: (Element) -> [Variable]) -> [[Element]] {
    var order: [[Variable]] = []
    var groups: [[Variable]: [Element]] = [:]
    for item in items {
      let own = key(item)
      if groups[own] == nil { order.append(own) }
      groups[own, default: []].append(item)
    }
    return order.compactMap { groups[$0] }
  }

  // MARK: Products

  /// A monomial. Flat as far as exponents allow; a guard around a factor ends up around the product, and uniform
  /// factors are collected by the variables they depend on.
  func multiply(_ factors: [(TermID, Double)]) -> TermID {
    var coefficient = 1.0
    var conditions = Guard.always
    var isInteger = true
    var order: [TermID] = []
    var exponents: [TermID: Double] = [:]
    var pending = Array(factors.reversed())
    while let (id, exponent) = pending.popLast() {
      if exponent == 0 { continue }
      let term = self[id]
      let isWhole = exponent == exponent.rounded()
      if term.type == .real || exponent < 0 || !isWhole { isInteger = false }
      switch term.operation {
      case .constant(let value):
        coefficient *= pow(value, exponent)
        continue
      case .reduce(.sum, let variables, let own) where variables.isEmpty && exponent > 0:
        conditions = conditions.and(own)
        pending.append((term.arguments[0], exponent))
        continue
      case .add(let inner, 0) where inner.count == 1 && isWhole:
        coefficient *= pow(inner[0], exponent)
        pending.append((term.arguments[0], exponent))
        continue
      case .add(let inner, let innerConstant) where isWhole && inner[0] < 0 && inner.count > 1:
        // The first coefficient of a factor is positive: (b − a)² is (a − b)².
        if exponent.truncatingRemainder(dividingBy: 2) != 0 { coefficient = -coefficient }
        pending.append((add(zip(inner, term.arguments).map { (-$0, $1) }, constant: -innerConstant), exponent))
        continue
      case .mul(let inner) where exponent == 1 || (isWhole && inner.allSatisfy { $0 == $0.rounded() }):
        for (innerExponent, argument) in zip(inner, term.arguments).reversed() {
          pending.append((argument, innerExponent * exponent))
        }
        continue
      default: break
      }
      if exponents[id] == nil { order.append(id) }
      exponents[id, default: 0] += exponent
    }
    let type: ElementType = isInteger ? .int : .real
    if coefficient == 0 || conditions.isImpossible { return constant(0, type: type) }
    let kept = order.compactMap { id in exponents[id].flatMap { $0 == 0 ? nil : (id, $0) } }
    if kept.isEmpty { return reduce(.sum, [], conditions, constant(coefficient, type: type)) }
    return reduce(.sum, [], conditions, scale(coefficient, collected(kept, type: type)))
  }

  private func collected(_ factors: [(TermID, Double)], type: ElementType) -> TermID {
    let varying = factors.filter { self[$0.0].isVarying }
    let uniform = factors.filter { !self[$0.0].isVarying }
    if varying.isEmpty || uniform.isEmpty { return internProduct(factors, type: type) }
    let groups = grouped(uniform, by: { self[$0.0].free })
    return internProduct(groups.map { (internProduct($0, type: type), 1) } + varying, type: type)
  }

  func internProduct(_ factors: [(TermID, Double)], type: ElementType = .real) -> TermID {
    if factors.count == 1, factors[0].1 == 1 { return factors[0].0 }
    return intern(.mul(exponents: factors.map(\.1)), factors.map(\.0), type: type)
  }

  // MARK: Reductions

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
