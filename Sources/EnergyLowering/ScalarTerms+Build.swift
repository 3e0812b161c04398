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
    if let weighted = weightedSelect(condition, a, b) { return weighted }
    let type: ElementType = self[a].type == .real || self[b].type == .real ? .real : self[a].type
    return intern(.select, [condition, a, b], type: type)
  }

  /// `p ? j·v : (q ? k·v : 0)` with conditions that are the same for many v is one selection of w·v, with a weight w
  /// that is chosen once; what isn't chosen stays out, since w·v counts only where w isn't 0.
  private func weightedSelect(_ condition: TermID, _ a: TermID, _ b: TermID) -> TermID? {
    guard case .select = self[b].operation, constantValue(self[b].arguments[2]) == 0 else { return nil }
    let (test, chosen) = (self[b].arguments[0], self[b].arguments[1])
    let (first, second) = (splitNumber(a), splitNumber(chosen))
    let outer = Set(self[condition].free + self[test].free)
    guard first.term == second.term, outer.isStrictSubset(of: self[first.term].free) else { return nil }
    let inner = select(test, constant(second.factor), constant(0))
    let weight = select(condition, constant(first.factor), inner)
    let isChosen = apply("notEqual", [weight, constant(0)], type: .bool)
    return select(isChosen, multiply([(weight, 1), (first.term, 1)]), constant(0))
  }

  /// A term as a number times the rest.
  private func splitNumber(_ id: TermID) -> (factor: Double, term: TermID) {
    if case .add(let coefficients, 0) = self[id].operation, coefficients.count == 1 {
      return (coefficients[0], self[id].arguments[0])
    }
    return (1, id)
  }

  /// The product that a term is, or selects against 0: a number before the term can go to a factor of it.
  func signCarrier(_ id: TermID) -> TermID? {
    var carrier = id
    if case .select = self[id].operation, constantValue(self[id].arguments[2]) == 0 { carrier = self[id].arguments[1] }
    if case .mul = self[carrier].operation { return carrier }
    return nil
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
      || coefficients.count == 2 && self[id].arguments.contains { signCarrier($0) != nil }
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

  func grouped<Element>(_ items: [Element], by key: (Element) -> [Variable]) -> [[Element]] {
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
}
