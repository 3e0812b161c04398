extension Graph {
  /// An equal term in the form that a person would write: loops that scatter show one entry of the result at a
  /// time, two sums over complementary ranges are one over `i != j`, loops over whole axes are tensors, a condition of
  /// all terms (the domain of a sample) is said once.
  ///
  /// For reading only: as a program it costs more than the scattered form.
  public func readable(_ root: NodeID) -> NodeID {
    var result = root
    let scatters = contains(root) {
      if case .scatter = $0.operation { return true }
      return false
    }
    if scatters {
      result = rewriting(result) { self.gathered($0) }
      result = rewriting(result) { self.complementsJoined($0) }
    }
    result = rewriting(result) { self.loopLifted($0) }
    return rewriting(result) { self.conditionOutside($0) }
  }

  private func contains(_ root: NodeID, where predicate: (Node) -> Bool) -> Bool {
    postorder(root).contains { predicate(self[$0]) }
  }

  // MARK: Scatter to gather

  private func gathered(_ id: NodeID) -> NodeID {
    switch self[id].operation {
    case .scatter(let pattern, let shape): return scatterAsEntries(id, pattern, shape) ?? id
    case .reduce(.sum, let bound, _): return sumOfBuilds(id, bound)
    default: return id
    }
  }

  /// `scatter(v; e)` as `[if k == e then v else 0 for k]`.
  private func scatterAsEntries(_ id: NodeID, _ pattern: [Subscript], _ shape: [Size]) -> NodeID? {
    let node = self[id]
    let last = pattern.lastIndex { $0 != .all } ?? 0
    var gathers = node.arguments.dropFirst().makeIterator()
    var variables: [Variable] = []
    var conditions: [Condition] = []
    var tests: [NodeID] = []
    var inner: [Subscript] = []
    for (axis, place) in pattern.enumerated() {
      guard axis <= last else {
        inner.append(.all)
        continue
      }
      let variable = freshVariable(shape[axis])
      variables.append(variable)
      let own = IndexExpression(variable)
      switch place {
      case .all: inner.append(.at(own))
      case .at(let position):
        guard let condition = equation(position, own) else { return nil }
        conditions.append(condition)
      case .gather:
        guard let position = gathers.next() else { return nil }
        // Both sides count from 1, as the table does.
        let (entry, read) = (sum([(1, iota(own))], constant: 1), sum([(1, position)], constant: 1))
        tests.append(apply("equal", [entry, read], type: .bool))
      }
    }
    var body = index(node.arguments[0], inner)
    for test in tests { body = select(test, body, zeros(self[body].shape)) }
    body = guarded(Guard(conditions), body)
    return variables.reversed().reduce(body) { build($1, $0) }
  }

  /// Σ [f for k] as [Σ f for k]; terms of another form stay as they are.
  private func sumOfBuilds(_ id: NodeID, _ bound: [Variable]) -> NodeID {
    let variables = bound.map { freshVariable($0.extent) }
    let (conditions, body) = opened(id, as: variables)
    let shape = self[id].shape
    var terms: [(Double, NodeID)] = [(1, body)]
    if case .add(let coefficients, 0) = self[body].operation {
      terms = Array(zip(coefficients, self[body].arguments))
    }
    var entries: [(Double, NodeID)] = []
    var others: [(Double, NodeID)] = []
    for (factor, term) in terms {
      let (own, inner) = splitGuard(term)
      guard case .build(let axis) = self[inner].operation else {
        others.append((factor, term))
        continue
      }
      let entry = freshVariable(axis.extent)
      let opened = self.opened(inner, as: [entry]).body
      let sum = reduce(.sum, variables, conditions.and(own), opened)
      entries.append((factor, build(entry, gatheredBelow(sum))))
    }
    if entries.isEmpty { return id }
    let rest = others.isEmpty ? [] : [(1.0, reduce(.sum, variables, conditions, broadcast(sum(others), to: shape)))]
    return broadcast(sum(entries + rest), to: shape)
  }

  /// What is left of a sum may hold sums of builds again, one axis further in.
  private func gatheredBelow(_ id: NodeID) -> NodeID {
    self[id].rank == 0 ? id : rewriting(id) { self.gathered($0) }
  }

  // MARK: Complementary ranges

  /// Σ_{j > i} f + Σ_{j < i} f as Σ_{j ≠ i} f, among the terms of a sum.
  private func complementsJoined(_ id: NodeID) -> NodeID {
    guard case .add(let coefficients, let constant) = self[id].operation, coefficients.count > 1 else { return id }
    var terms = Array(zip(coefficients, self[id].arguments))
    let sums = terms.indices.filter { isSum(terms[$0].1) }
    var gone: Set<Int> = []
    for (order, first) in sums.enumerated() where !gone.contains(first) {
      for second in sums[(order + 1)...] where !gone.contains(second) && terms[first].0 == terms[second].0 {
        guard let joined = joined(terms[first].1, terms[second].1) else { continue }
        terms[first].1 = joined
        gone.insert(second)
      }
    }
    terms = terms.indices.filter { !gone.contains($0) }.map { terms[$0] }
    return !gone.isEmpty ? broadcast(sum(terms, constant: constant), to: self[id].shape) : id
  }

  private func isSum(_ id: NodeID) -> Bool {
    if case .reduce(.sum, _, _) = self[id].operation { return true }
    return false
  }

  private func joined(_ a: NodeID, _ b: NodeID) -> NodeID? {
    guard case .reduce(.sum, let aBound, _) = self[a].operation, case .reduce(.sum, let bBound, _) = self[b].operation,
      aBound.map(\.extent) == bBound.map(\.extent), self[a].arguments == self[b].arguments
    else { return nil }
    let variables = aBound.map { freshVariable($0.extent) }
    let (aGuard, body) = opened(a, as: variables)
    let bGuard = opened(b, as: variables).conditions
    let common = aGuard.common(with: bGuard)
    let aRest = aGuard.removing(common).conditions
    let bRest = bGuard.removing(common).conditions
    // e ≥ 1 and −e ≥ 1 together say e ≠ 0.
    guard aRest.count == 1, bRest.count == 1, aRest[0].relation == .atLeastZero, bRest[0].relation == .atLeastZero,
      let total = aRest[0].expression + bRest[0].expression, total.size == Size(-2),
      let difference = aRest[0].expression + IndexExpression(Size(1))
    else { return nil }
    return reduce(.sum, variables, common.and(Guard([Condition(difference, .differsFromZero)])), body)
  }

  // MARK: Loops over whole axes

  private func loopLifted(_ id: NodeID) -> NodeID {
    switch self[id].operation {
    case .build(let bound):
      let variable = freshVariable(bound.extent)
      return lifted(opened(id, as: [variable]).body, over: [variable]) ?? id
    case .reduce(.sum, let bound, let conditions) where conditions.isAlways:
      let variables = bound.map { freshVariable($0.extent) }
      return lifted(opened(id, as: variables).body, over: variables).map(total) ?? id
    default: return id
    }
  }

  // MARK: Conditions of all terms

  /// Sums and loops of what is 0 but under one condition, under that condition.
  private func conditionOutside(_ id: NodeID) -> NodeID {
    let node = self[id]
    switch node.operation {
    case .add(let coefficients, 0):
      let terms = node.arguments.map(conditional)
      guard terms.count > 1, let first = terms[0], terms.allSatisfy({ $0?.condition == first.condition }) else { break }
      let values = terms.compactMap { $0?.value }
      let whole = sum(Array(zip(coefficients, values)))
      return under(first.condition, broadcast(whole, to: node.shape))
    case .build(let bound):
      let variable = freshVariable(bound.extent)
      guard let body = conditional(opened(id, as: [variable]).body), !self[body.condition].free.contains(variable)
      else { break }
      return under(body.condition, build(variable, body.value))
    case .reduce(.sum, let bound, _):
      let variables = bound.map { freshVariable($0.extent) }
      let (conditions, inner) = opened(id, as: variables)
      guard let body = conditional(inner), !self[body.condition].free.contains(where: variables.contains) else { break }
      return under(body.condition, reduce(.sum, variables, conditions, body.value))
    case .contract(let spec) where node.arguments.count == 1:
      guard let body = conditional(node.arguments[0]) else { break }
      return under(
        body.condition, contract([(body.value, spec.inputs[0])], output: spec.output, sizes: spec.sizes))
    default: break
    }
    return id
  }

  /// `factor*(if condition then value else 0)`, also under a guard.
  private func conditional(_ id: NodeID) -> (condition: NodeID, value: NodeID)? {
    if let (factor, rest) = scaledTerm(id), factor != 1 {
      return conditional(rest).map { ($0.condition, scale(factor, $0.value)) }
    }
    if case .guarded(let conditions) = self[id].operation {
      return conditional(self[id].arguments[0]).map { ($0.condition, guarded(conditions, $0.value)) }
    }
    guard case .select = self[id].operation, self[self[id].arguments[0]].rank == 0, isZero(self[id].arguments[2]) else {
      return nil
    }
    return (self[id].arguments[0], self[id].arguments[1])
  }

  private func under(_ condition: NodeID, _ value: NodeID) -> NodeID { select(condition, value, zeros(shape(value))) }

  // MARK: Lists

  /// The entries of a short vector, or the rows of a matrix, that tell their places apart: a reader is shown
  /// `[a, b]`, not `[(if i == 1 then a else 0) + (if i == 2 then b else 0) for i in 1..2]`; and of a reduction over such
  /// a vector. `nil` for every other node.
  func listedEntries(_ id: NodeID) -> [NodeID]? {
    let bound: Variable
    let longest: Int
    switch self[id].operation {
    case .build(let variable) where self[id].rank <= 2: (bound, longest) = (variable, 4)
    case .reduce(_, let variables, .always) where self[id].rank == 0 && variables.count == 1:
      (bound, longest) = (variables[0], 8)
    default: return nil
    }
    guard let extent = bound.extent.constant, (2...longest).contains(extent) else { return nil }
    let variable = freshVariable(bound.extent)
    let body = opened(id, as: [variable]).body
    let isTold = postorder(body, into: { self[$0].free.contains(variable) }).contains { id in
      switch self[id].operation {
      case .guarded(let conditions), .reduce(_, _, let conditions):
        return conditions.conditions.contains {
          $0.expression.variables == [variable] && $0.expression.offset.constant != nil
        }
      default: return false
      }
    }
    guard isTold else { return nil }
    return (0..<extent).map { substitute(body, variables: [variable: IndexExpression(Size($0))]) }
  }
}
