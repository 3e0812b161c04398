extension Graph {
  /// `factor · id`.
  public func scale(_ factor: Double, _ id: NodeID) -> NodeID { sum([(factor, id)]) }

  /// `−id`.
  public func negate(_ id: NodeID) -> NodeID { sum([(-1, id)]) }

  /// `a + b`.
  public func add(_ a: NodeID, _ b: NodeID) -> NodeID { sum([(1, a), (1, b)]) }

  /// `a − b`.
  public func subtract(_ a: NodeID, _ b: NodeID) -> NodeID { sum([(1, a), (-1, b)]) }

  /// Where the node is `factor · rest` and nothing else: the two; `nil` for every other node.
  func scaledTerm(_ id: NodeID) -> (factor: Double, rest: NodeID)? {
    guard case .add(let coefficients, 0) = self[id].operation, coefficients.count == 1 else { return nil }
    return (coefficients[0], self[id].arguments[0])
  }

  /// A linear combination of arguments of one shape or rank 0, plus a constant.
  ///
  /// Flat, equal terms collected, zeros dropped, equal guards merged, builds over the same extent merged; the
  /// guard that all terms share stands outside.
  public func sum(_ terms: [(Double, NodeID)], constant: Double = 0) -> NodeID {
    let shape = commonShape(terms.map(\.1))
    var constant = constant
    var isInteger = constant == constant.rounded()
    var order: [NodeID] = []
    var coefficients: [NodeID: Double] = [:]
    var pending = Array(collected(terms).reversed())
    while let (factor, original) = pending.popLast() {
      let id = unbroadcast(original)
      let node = self[id]
      if node.type == .real || factor != factor.rounded() { isInteger = false }
      switch node.operation {
      case .constant(let value): constant = DecimalNumbers.sum(constant, plus: factor, times: value)
      case .add(let inner, let innerConstant) where abs(factor) == 1 || (inner.count == 1 && innerConstant == 0):
        constant = DecimalNumbers.sum(constant, plus: factor, times: innerConstant)
        for (coefficient, argument) in zip(inner, node.arguments).reversed() {
          pending.append((DecimalNumbers.product(factor, coefficient), argument))
        }
      default:
        if coefficients[id] == nil { order.append(id) }
        coefficients[id] = DecimalNumbers.sum(coefficients[id] ?? 0, factor)
      }
      if pending.isEmpty, let next = sumToExpand(order, coefficients, constant) {
        pending.append((coefficients[next] ?? 0, next))
        coefficients[next] = nil
        order.removeAll { $0 == next }
        expandOnce(&pending, &constant)
      }
    }
    let type: ElementType = isInteger ? .int : .real
    let kept = order.compactMap { id in coefficients[id].flatMap { $0 == 0 ? nil : ($0, id) } }
    let result = mergeStructures(kept, constant: constant, type: type)
    return broadcast(result, to: shape)
  }

  /// Equal terms added up before any is taken apart: t + t is 2·t also where t is a sum.
  private func collected(_ terms: [(Double, NodeID)]) -> [(Double, NodeID)] {
    var position: [NodeID: Int] = [:]
    var result: [(Double, NodeID)] = []
    for (factor, id) in terms {
      if let known = position[id] {
        result[known].0 = DecimalNumbers.sum(result[known].0, factor)
      } else {
        position[id] = result.count
        result.append((factor, id))
      }
    }
    return result.filter { $0.0 != 0 }
  }

  /// A multiple of a sum stays one, `2*(a + b)`, unless a term of it meets an equal one outside.
  private func sumToExpand(_ order: [NodeID], _ coefficients: [NodeID: Double], _ constant: Double) -> NodeID? {
    guard order.count > 1 || constant != 0 else { return nil }
    return order.first { id in
      guard case .add(_, let inner) = self[id].operation, coefficients[id] != 0 else { return false }
      return abs(coefficients[id] ?? 0) == 1 || (inner != 0 && constant != 0)
        || self[id].arguments.contains { coefficients[$0] != nil }
    }
  }

  /// Replaces the multiple of a sum that was pushed last by the multiples of its terms.
  private func expandOnce(_ pending: inout [(Double, NodeID)], _ constant: inout Double) {
    guard let (factor, id) = pending.popLast(), case .add(let inner, let own) = self[id].operation else { return }
    constant = DecimalNumbers.sum(constant, plus: factor, times: own)
    for (coefficient, argument) in zip(inner, self[id].arguments).reversed() {
      pending.append((DecimalNumbers.product(factor, coefficient), argument))
    }
  }

  /// Merges guards and builds of the collected terms and interns what is left.
  private func mergeStructures(_ terms: [(Double, NodeID)], constant: Double, type: ElementType) -> NodeID {
    if terms.count > 1 {
      if let merged = mergeGuards(terms, constant: constant) { return merged }
      if let merged = mergeBuilds(terms, constant: constant) { return merged }
    }
    return internSum(terms, constant: constant, type: type)
  }

  /// Interns a linear combination whose terms are already collected: the varying ones first, then by number.
  func internSum(_ terms: [(Double, NodeID)], constant: Double, type: ElementType) -> NodeID {
    if terms.isEmpty { return self.constant(constant, type: type) }
    if terms.count == 1, terms[0].0 == 1, constant == 0 { return terms[0].1 }
    let sorted = terms.sorted { sumOrder($0.1, $1.1) }
    return intern(
      .add(coefficients: sorted.map(\.0), constant: constant), sorted.map(\.1),
      shape: commonShape(sorted.map(\.1)), type: type)
  }

  private func sumOrder(_ a: NodeID, _ b: NodeID) -> Bool {
    if self[a].isVarying != self[b].isVarying { return self[a].isVarying }
    return a < b
  }

  private func mergeGuards(_ terms: [(Double, NodeID)], constant: Double) -> NodeID? {
    var groups: [(guard: Guard, terms: [(Double, NodeID)])] = []
    var place: [Guard: Int] = [:]
    // Terms without a guard stay single: as a group they would be the sum that is being made.
    var open: [(Double, NodeID)] = []
    for (factor, id) in terms {
      guard case .guarded(let conditions) = self[id].operation else {
        open.append((factor, id))
        continue
      }
      let body = self[id].arguments[0]
      if let at = place[conditions] {
        groups[at].terms.append((factor, body))
      } else {
        place[conditions] = groups.count
        groups.append((conditions, [(factor, body)]))
      }
    }
    guard let first = groups.first else { return nil }
    var common = open.isEmpty && constant == 0 ? first.guard : .always
    for group in groups.dropFirst() where !common.isAlways { common = common.common(with: group.guard) }
    guard groups.count + open.count < terms.count || !common.isAlways else { return nil }
    let merged = groups.map { group in
      (1.0, guarded(group.guard.removing(common), sum(group.terms)))
    }
    return guarded(common, sum(open + merged, constant: constant))
  }

  private func mergeBuilds(_ terms: [(Double, NodeID)], constant: Double) -> NodeID? {
    var first: [Size: Int] = [:]
    for (position, term) in terms.enumerated() {
      guard case .build(let variable) = self[term.1].operation else { continue }
      guard let other = first[variable.extent] else {
        first[variable.extent] = position
        continue
      }
      let fresh = freshVariable(variable.extent)
      let left = body(of: terms[other].1, renaming: [fresh])
      let right = body(of: term.1, renaming: [fresh])
      let merged = build(fresh, sum([(terms[other].0, left), (term.0, right)]))
      var rest = terms
      rest.remove(at: position)
      rest[other] = (1, merged)
      return sum(rest, constant: constant)
    }
    return nil
  }
}
