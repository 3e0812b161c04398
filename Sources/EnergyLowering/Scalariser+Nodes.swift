import EnergyIR

extension Scalariser {
  /// The term of one node once those of its parts are there; else `nil`, with the parts that are missing.
  func build(_ request: Request, _ missing: inout [Request]) -> TermID? {
    let node = graph[request.node]
    let environment = environment(request)
    let at = request.positions
    func parts(_ arguments: [NodeID]) -> [TermID]? {
      fetch(arguments.map { self.request($0, at, environment) }, &missing)
    }
    switch node.operation {
    case .constant(let value): return terms.constant(value, type: node.type)
    case .symbol(let symbol): return terms.read(array(of: symbol), at)
    case .size(let size): return terms.size(size)
    case .iota(let expression): return value(of: image(of: expression, environment))
    case .add(let coefficients, let constant):
      return parts(node.arguments).map { terms.add(Array(zip(coefficients, $0)), constant: constant) }
    case .mul(let exponents):
      return parts(node.arguments).map { terms.multiply(Array(zip($0, exponents))) }
    case .apply("softmaxweight"):
      return parts(node.arguments).map { parts in
        let isNothing = terms.apply("equal", [parts[1], terms.constant(-.infinity)], type: .bool)
        if let sum = sumsOfExponentials[parts[1]] {
          // e^(b − shift) is what the sum was made of: it is computed once for both.
          let inverse = terms.select(isNothing, terms.constant(0), terms.multiply([(sum.total, -1)]))
          terms.partNames[inverse] = "inverse"
          return terms.multiply([(exponential(parts[0], sum.shift), 1), (inverse, 1)])
        }
        let total = terms.select(isNothing, terms.constant(0), parts[1])
        terms.partNames[total] = "total"
        return exponential(parts[0], total)
      }
    case .apply(let function):
      return parts(node.arguments).map { terms.apply(function, $0, type: node.type) }
    case .select:
      return parts(node.arguments).map { terms.select($0[0], $0[1], $0[2]) }
    case .guarded(let conditions):
      return parts(node.arguments).map { guarded(conditions, environment, $0[0]) }
    case .contract(let spec): return contraction(request, node, spec, &missing)
    case .index(let pattern): return index(request, node, pattern, &missing)
    case .scatter(let pattern, _): return scatter(request, node, pattern, &missing)
    case .build(let variable):
      guard case .affine(let position) = at[0], keepsGuards(node.arguments[0], variable, position) else {
        return stored(request)
      }
      var inner = environment
      inner[variable] = position
      return fetch([self.request(node.arguments[0], Array(at.dropFirst()), inner)], &missing)?[0]
    case .reduce(let operation, let variables, let conditions):
      if node.rank > 0, operation == .sum, sumsScatters(request.node) { return stored(request) }
      return reduction(request, operation, variables, conditions, &missing)
    case .linearAlgebra, .reshape: return stored(request)
    case .scan: return state(request)
    case .state: preconditionFailure("a recurrence is opened with its states in memory")
    }
  }

  /// Whether all conditions below are still ones on indices when a variable is replaced. A wrapped position can break
  /// that, and as a condition on values it would no longer keep an index within its axis: `concat(a, b)[wrap(i + 1, n)]`.
  private func keepsGuards(_ body: NodeID, _ variable: Variable, _ position: IndexExpression) -> Bool {
    if position.modulus == nil { return true }
    let touches = { (id: NodeID) in self.graph[id].free.contains(variable) }
    return graph.postorder(body, into: touches).allSatisfy { id in
      switch graph[id].operation {
      case .guarded(let conditions), .reduce(_, _, let conditions):
        !touches(id) || conditions.substituting([variable: position]) != nil
      default: true
      }
    }
  }

  /// An element of the node's array.
  func stored(_ request: Request) -> TermID {
    terms.read(array(of: request.node, environment(request)), request.positions)
  }

  // MARK: Index and scatter

  /// Where a pattern puts the axes of what it is applied to.
  private func places(
    _ pattern: [Subscript], rest: [TermPosition], gathers: [TermID], _ environment: [Variable: IndexExpression]
  ) -> [TermPosition] {
    var rest = rest.makeIterator()
    var gathers = gathers.makeIterator()
    return pattern.map { place in
      switch place {
      case .all: rest.next() ?? .affine(IndexExpression(0))
      case .at(let expression): image(of: expression, environment)
      case .gather: gathers.next().map(terms.position) ?? .affine(IndexExpression(0))
      }
    }
  }

  private func index(
    _ request: Request, _ node: Node, _ pattern: [Subscript], _ missing: inout [Request]
  ) -> TermID? {
    let environment = environment(request)
    let wanted = node.arguments.dropFirst().map { self.request($0, [], environment) }
    guard let gathers = fetch(wanted, &missing) else { return nil }
    let positions = places(pattern, rest: request.positions, gathers: gathers, environment)
    return fetch([self.request(node.arguments[0], positions, environment)], &missing)?[0]
  }

  private func scatter(
    _ request: Request, _ node: Node, _ pattern: [Subscript], _ missing: inout [Request]
  ) -> TermID? {
    let environment = environment(request)
    var rest: [TermPosition] = []
    for (place, position) in zip(pattern, request.positions) where place == .all { rest.append(position) }
    let wanted = node.arguments.map { self.request($0, $0 == node.arguments[0] ? rest : [], environment) }
    guard let parts = fetch(wanted, &missing) else { return nil }
    let targets = places(pattern, rest: rest, gathers: Array(parts.dropFirst()), environment)
    var conditions: [Condition] = []
    var test: TermID?
    for (target, (place, position)) in zip(targets, zip(pattern, request.positions)) where place != .all {
      if target == position { continue }
      if case .affine(let a) = target, case .affine(let b) = position, let equation = graph.equality(a, b) {
        conditions.append(equation)
      } else {
        let next = terms.apply("equal", [value(of: target), value(of: position)], type: .bool)
        test = test.map { terms.apply("and", [$0, next], type: .bool) } ?? next
      }
    }
    var result = parts[0]
    if let test { result = terms.select(test, result, terms.constant(0, type: node.type)) }
    return terms.reduce(.sum, [], Guard(conditions), result)
  }

  // MARK: Reductions

  private func reduction(
    _ request: Request, _ operation: ReduceOperation, _ variables: [Variable], _ conditions: Guard,
    _ missing: inout [Request]
  ) -> TermID? {
    let node = graph[request.node]
    var inner = environment(request)
    let base = terms.nextOrder(after: self.variables(of: request))
    let own = variables.enumerated().map { terms.variable(order: base + $0.offset, extent: $0.element.extent) }
    for (bound, variable) in zip(variables, own) { inner[bound] = IndexExpression(variable) }
    guard let body = fetch([self.request(node.arguments[0], request.positions, inner)], &missing)?[0] else {
      return nil
    }
    let held: Guard
    var value = body
    if let affine = conditions.substituting(inner) {
      held = affine
    } else {
      held = .always
      let neutral = terms.constant(ScalarTerms.neutral(operation), type: terms[body].type)
      value = terms.select(test(conditions, inner), body, neutral)
    }
    if operation == .logsumexp { return logsumexp(own, held, value) }
    return terms.reduce(operation, own, held, value)
  }

  /// log Σ exp by the greatest term. An infinite maximum is not subtracted: then all terms at −∞ give −∞, and one
  /// at +∞ gives +∞, without a NaN.
  private func logsumexp(_ variables: [Variable], _ conditions: Guard, _ body: TermID) -> TermID {
    let greatest = terms.reduce(.max, variables, conditions, body)
    terms.partNames[greatest] = "greatest"
    let isInfinite = terms.apply(
      "equal", [terms.apply("abs", [greatest], type: .real), terms.constant(.infinity)], type: .bool)
    let shift = terms.select(isInfinite, terms.constant(0), greatest)
    terms.partNames[shift] = "shift"
    let total = terms.reduce(.sum, variables, conditions, exponential(body, shift))
    let result = terms.add([(1, shift), (1, terms.apply("log", [total], type: .real))])
    terms.partNames[result] = "logsumexp"
    sumsOfExponentials[result] = (shift, total)
    return result
  }

  /// e^(body − shift); the difference stays whole, so that the logit is the term that others use as well.
  private func exponential(_ body: TermID, _ shift: TermID) -> TermID {
    let weight = terms.apply("exp", [terms.subtract(body, shift)], type: .real)
    terms.partNames[weight] = "weight"
    return weight
  }
}

extension Graph {
  /// `a = b` as a condition on indices, where it is one.
  func equality(_ a: IndexExpression, _ b: IndexExpression) -> Condition? {
    if a.modulus == nil, b.modulus == nil { return (a - b).map { Condition($0, .equalsZero) } }
    let (wrapped, plain) = a.modulus != nil ? (a, b) : (b, a)
    guard plain.modulus == nil, let modulus = wrapped.modulus, plain.isProvablyIn(modulus),
      let difference = wrapped.withoutModulus - plain
    else { return nil }
    let pairs = difference.terms.map { ($0.variable, $0.coefficient) }
    return Condition(IndexExpression(pairs, offset: difference.offset, modulus: modulus), .equalsZero)
  }
}
