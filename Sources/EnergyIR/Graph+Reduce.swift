extension Graph {
  /// A reduction of `body` over the box of the free `variables`, where the guard holds.
  ///
  /// Canonical for sums: numeric factors, invariant factors and invariant linear maps outside, sums of sums one
  /// binder, equality guards solved by substitution, invariant bodies multiplied by the extent. For max, min and
  /// logsumexp invariant terms stand outside.
  public func reduce(
    _ operation: ReduceOperation, _ variables: [Variable], _ conditions: Guard, _ body: NodeID
  ) -> NodeID {
    guard !variables.isEmpty else {
      return operation == .sum ? guarded(conditions, body) : internReduce(operation, variables, conditions, body)
    }
    switch operation {
    case .sum: return reduceSum(variables, conditions, body)
    case .min, .max, .logsumexp: return reduceExtremum(operation, variables, conditions, body)
    case .prod, .any, .all: return internReduce(operation, variables, conditions, body)
    }
  }

  private func internReduce(
    _ operation: ReduceOperation, _ variables: [Variable], _ conditions: Guard, _ body: NodeID
  ) -> NodeID {
    let ordered = orderedByOccurrence(variables, conditions, body)
    let (closed, bound) = close(body, ordered)
    let map = Dictionary(zip(ordered, bound), uniquingKeysWith: { first, _ in first })
    return intern(
      .reduce(operation, bound, conditions.renaming(map)), [closed], shape: self[body].shape, type: self[body].type)
  }

  /// Variables in the order in which a walk of the body meets them, so that equal sums bind them alike.
  private func orderedByOccurrence(_ variables: [Variable], _ conditions: Guard, _ body: NodeID) -> [Variable] {
    guard variables.count > 1 else { return variables }
    var rank: [Variable: Int] = [:]
    let wanted = Set(variables)
    for id in postorder(body, into: { !wanted.isDisjoint(with: self[$0].free) }) {
      var here: Set<Variable> = []
      self[id].operation.addFreeVariables(to: &here)
      for variable in here.intersection(wanted).sorted() where rank[variable] == nil { rank[variable] = rank.count }
      if rank.count == wanted.count { break }
    }
    return variables.sorted { (rank[$0] ?? .max, $0.id) < (rank[$1] ?? .max, $1.id) }
  }

  private func reduceSum(_ variables: [Variable], _ conditions: Guard, _ body: NodeID) -> NodeID {
    let shape = self[body].shape
    if conditions.isImpossible || isZero(body) { return zeros(shape, type: self[body].type) }
    let node = self[body]
    // Guards that no variable of ours occurs in stand outside.
    let ours = Set(variables)
    let outside = Guard(conditions.conditions.filter { ours.isDisjoint(with: $0.expression.variables) })
    if !outside.isAlways { return guarded(outside, reduceSum(variables, conditions.removing(outside), body)) }
    if case .guarded(let inner) = node.operation {
      return reduceSum(variables, conditions.and(inner), node.arguments[0])
    }
    if let (factor, rest) = scaledTerm(body) {
      return scale(factor, reduceSum(variables, conditions, broadcast(rest, to: shape)))
    }
    if case .reduce(.sum, let innerVariables, _) = node.operation {
      let fresh = innerVariables.map { freshVariable($0.extent) }
      let (innerConditions, innerBody) = opened(body, as: fresh)
      return reduceSum(variables + fresh, conditions.and(innerConditions), innerBody)
    }
    if let solved = solveEquation(variables, conditions, body) { return solved }
    if let split = splitEquations(variables, conditions, body) { return split }
    if let moved = moveInvariantOut(variables, conditions, body) { return moved }
    if let counted = countIdle(variables, conditions, body) { return counted }
    if let built = scatterAsBuild(variables, conditions, body) { return built }
    return internReduce(.sum, variables, conditions, body)
  }

  /// Σᵥ guard(v = e): one term, with v replaced and the bounds of v as guards.
  private func solveEquation(_ variables: [Variable], _ conditions: Guard, _ body: NodeID) -> NodeID? {
    for condition in conditions.conditions where condition.relation == .equalsZero {
      for variable in variables {
        let coefficient = condition.expression.coefficient(of: variable)
        guard abs(coefficient) == 1 else { continue }
        if let modulus = condition.expression.modulus, modulus != variable.extent { continue }
        // coefficient·v + rest = 0, so v = −coefficient·rest.
        let plain = condition.expression.withoutModulus
        guard let own = IndexExpression(variable).scaled(by: coefficient), let rest = plain - own,
          let signed = rest.scaled(by: -coefficient)
        else { continue }
        let wrapped = condition.expression.modulus.map { signed.modulo($0) } ?? signed
        guard let solution = wrapped else { continue }
        let map = [variable: solution]
        let others = Guard(conditions.conditions.filter { $0 != condition })
        guard let remaining = others.substituting(map), canSubstitute(map, in: body) else { continue }
        var bounds: [Condition] = []
        if solution.modulus == nil {
          bounds.append(Condition(solution, .atLeastZero))
          guard let top = IndexExpression(variable.extent - 1) - solution else { continue }
          bounds.append(Condition(top, .atLeastZero))
        }
        let rest2 = variables.filter { $0 != variable }
        let all = remaining.and(Guard(bounds))
        return reduce(.sum, rest2, all, substitute(body, variables: map))
      }
    }
    return nil
  }

  /// Terms of a sum that carry an equation of their own are summed on their own, where it can be solved.
  private func splitEquations(_ variables: [Variable], _ conditions: Guard, _ body: NodeID) -> NodeID? {
    guard case .add(let coefficients, let constant) = self[body].operation else { return nil }
    let shape = self[body].shape
    let solvable = { (id: NodeID) -> Bool in
      guard case .guarded(let own) = self[id].operation else { return false }
      return own.conditions.contains { condition in
        condition.relation == .equalsZero
          && variables.contains {
            abs(condition.expression.coefficient(of: $0)) == 1
              && (condition.expression.modulus == nil || condition.expression.modulus == $0.extent)
          }
      }
    }
    let arguments = self[body].arguments
    guard arguments.contains(where: solvable) else { return nil }
    var rest: [(Double, NodeID)] = []
    var terms: [(Double, NodeID)] = []
    for (factor, argument) in zip(coefficients, arguments) {
      if solvable(argument) {
        terms.append((factor, reduceSum(variables, conditions, broadcast(argument, to: shape))))
      } else {
        rest.append((factor, argument))
      }
    }
    if !rest.isEmpty || constant != 0 {
      terms.append((1, reduceSum(variables, conditions, broadcast(sum(rest, constant: constant), to: shape))))
    }
    return broadcast(sum(terms), to: shape)
  }

  /// Invariant factors of a product, and invariant arguments of a contraction in which one argument varies.
  private func moveInvariantOut(_ variables: [Variable], _ conditions: Guard, _ body: NodeID) -> NodeID? {
    let node = self[body]
    // What the guard mentions stays as well: where the range is empty the factor mustn't be evaluated.
    let kept = Set(variables).union(conditions.variables)
    let isInvariant = { (id: NodeID) in kept.isDisjoint(with: self[id].free) }
    switch node.operation {
    case .mul(let exponents):
      let factors = Array(zip(node.arguments, exponents))
      let outer = factors.filter { isInvariant($0.0) }
      guard !outer.isEmpty, outer.count < factors.count else { return nil }
      let inner = product(factors.filter { !isInvariant($0.0) })
      return product(outer + [(reduceSum(variables, conditions, inner), 1)])
    case .contract(let spec):
      let varying = node.arguments.indices.filter { !isInvariant(node.arguments[$0]) }
      guard varying.count == 1, node.arguments.count > 1 else { return nil }
      var arguments = Array(zip(node.arguments, spec.inputs))
      arguments[varying[0]].0 = reduceSum(variables, conditions, arguments[varying[0]].0)
      return contract(arguments, output: spec.output, sizes: spec.sizes)
    default: return nil
    }
  }

  /// A variable that neither the body nor the guard mentions counts by its extent.
  private func countIdle(_ variables: [Variable], _ conditions: Guard, _ body: NodeID) -> NodeID? {
    let used = conditions.variables.union(self[body].free)
    let idle = variables.filter { !used.contains($0) }
    guard !idle.isEmpty else { return nil }
    let rest = variables.filter { !idle.contains($0) }
    let inner = reduce(.sum, rest, conditions, body)
    return product(idle.map { (size($0.extent), 1) } + [(inner, 1)])
  }

  /// Σᵢ scatter(c(i); i) over a whole axis is `[c(i) for i]`.
  private func scatterAsBuild(_ variables: [Variable], _ conditions: Guard, _ body: NodeID) -> NodeID? {
    guard variables.count == 1, case .scatter(let pattern, let shape) = self[body].operation,
      pattern.first == .at(IndexExpression(variables[0])), pattern.dropFirst().allSatisfy({ $0 == .all }),
      shape[0] == variables[0].extent, self[body].arguments.count == 1
    else { return nil }
    return build(variables[0], guarded(conditions, self[body].arguments[0]))
  }

  /// max, min and logsumexp: terms without the variables stand outside, and so does a positive factor for the
  /// extrema.
  private func reduceExtremum(
    _ operation: ReduceOperation, _ variables: [Variable], _ conditions: Guard, _ body: NodeID
  ) -> NodeID {
    let node = self[body]
    let ours = Set(variables)
    if case .add(let coefficients, let constant) = node.operation, operation == .logsumexp || coefficients.count > 1 {
      let terms = Array(zip(coefficients, node.arguments))
      let outer = terms.filter { ours.isDisjoint(with: self[$0.1].free) }
      let inner = terms.filter { !ours.isDisjoint(with: self[$0.1].free) }
      if !inner.isEmpty, !outer.isEmpty || constant != 0 {
        let reduced = internReduce(operation, variables, conditions, broadcast(sum(inner), to: node.shape))
        return broadcast(sum(outer + [(1, reduced)], constant: constant), to: node.shape)
      }
    }
    return internReduce(operation, variables, conditions, body)
  }
}
