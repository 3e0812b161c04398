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

  func select(_ condition: TermID, _ a: TermID, _ b: TermID) -> TermID {
    if let value = constantValue(condition) { return value != 0 ? a : b }
    if a == b { return a }
    let type: ElementType = self[a].type == .real || self[b].type == .real ? .real : self[a].type
    return intern(.select, [condition, a, b], type: type)
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
    let varying = kept.filter { self[$0.1].isVarying }
    let uniform = kept.filter { !self[$0.1].isVarying }
    if varying.isEmpty || uniform.isEmpty { return internSum(kept, constant: constant, type: type) }
    var rest = constant
    var result = varying
    for (position, group) in grouped(uniform, by: { self[$0.1].free }).enumerated() {
      result.append((1, internSum(group, constant: position == 0 ? rest : 0, type: type)))
      if position == 0 { rest = 0 }
    }
    return internSum(result, constant: rest, type: type)
  }

  func internSum(_ terms: [(Double, TermID)], constant: Double, type: ElementType = .real) -> TermID {
    if terms.isEmpty { return self.constant(constant, type: type) }
    if terms.count == 1, terms[0].0 == 1, constant == 0 { return terms[0].1 }
    if terms.count == 1, constant == 0, let folded = foldedIntoUniform(terms[0].0, terms[0].1) { return folded }
    return intern(.add(coefficients: terms.map(\.0), constant: constant), terms.map(\.1), type: type)
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

  /// Of two variables of one extent that an inequality orders, the smaller stands first: then `i < j` and `j > i`
  /// are the same loops.
  private func orderedByBounds(_ variables: [Variable], _ conditions: Guard) -> [Variable] {
    guard variables.count == 2, variables[0].extent == variables[1].extent else { return variables }
    for condition in conditions.conditions where condition.relation == .atLeastZero {
      let first = condition.expression.coefficient(of: variables[0])
      let second = condition.expression.coefficient(of: variables[1])
      if first * second < 0 { return first < 0 ? variables : [variables[1], variables[0]] }
    }
    return variables
  }
}
