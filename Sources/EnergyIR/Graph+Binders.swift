extension Graph {
  // MARK: Build

  /// `[body for variable]`; the variable must be free.
  ///
  /// Canonical: `[T[i, …] for i]` is T, a body without the variable broadcasts, numeric factors and guards
  /// without the variable stand outside.
  public func build(_ variable: Variable, _ body: NodeID) -> NodeID {
    let node = self[body]
    let shape = [variable.extent] + node.shape
    if isZero(body) { return zeros(shape, type: node.type) }
    if !node.free.contains(variable) {
      let labels = Array(1..<shape.count)
      return contract([(body, labels)], output: Array(shape.indices), sizes: shape)
    }
    if let (factor, rest) = scaledTerm(body) {
      return scale(factor, build(variable, broadcast(rest, to: node.shape)))
    }
    if case .guarded(let conditions) = node.operation {
      let outside = Guard(conditions.conditions.filter { !$0.expression.variables.contains(variable) })
      if !outside.isAlways {
        return guarded(outside, build(variable, guarded(conditions.removing(outside), node.arguments[0])))
      }
    }
    if let whole = wholeAxis(body, variable) { return whole }
    let (closed, bound) = close(body, [variable])
    return intern(.build(bound[0]), [closed], shape: shape, type: node.type)
  }

  /// Eta: `[T[k, i, :] for i]` is `T[k, :, :]`, where i runs over a whole axis with only fixed ones before it.
  private func wholeAxis(_ body: NodeID, _ variable: Variable) -> NodeID? {
    guard case .index(var pattern) = self[body].operation, self[body].arguments.count == 1,
      let axis = pattern.firstIndex(of: .at(IndexExpression(variable))),
      !pattern[..<axis].contains(.all)
    else { return nil }
    let source = self[body].arguments[0]
    pattern[axis] = .all
    let isElsewhere = pattern.contains {
      if case .at(let position) = $0 { return position.variables.contains(variable) }
      return false
    }
    guard !isElsewhere, self[source].shape[axis] == variable.extent, !self[source].free.contains(variable) else {
      return nil
    }
    return index(source, pattern)
  }

  // MARK: Opening and closing

  /// The body of a binder with its variables replaced by free ones, the same for all binders of that level and
  /// extent; with those variables and the guard.
  public func open(
    _ id: NodeID, avoiding taken: [Variable] = []
  ) -> (variables: [Variable], conditions: Guard, body: NodeID) {
    let variables = self[id].operation.bound.map { memoisedVariable(for: $0, avoiding: self[id].free + taken) }
    let (conditions, body) = opened(id, as: variables)
    return (variables, conditions, body)
  }

  /// The body and the guard of a binder, with the given free variables for the bound ones.
  public func opened(_ id: NodeID, as variables: [Variable]) -> (conditions: Guard, body: NodeID) {
    let map = Dictionary(zip(self[id].operation.bound, variables), uniquingKeysWith: { first, _ in first })
    var conditions = Guard.always
    if case .reduce(_, _, let own) = self[id].operation { conditions = own.renaming(map) }
    return (conditions, renamed(self[id].arguments[0], map))
  }

  func body(of id: NodeID, renaming variables: [Variable]) -> NodeID { opened(id, as: variables).body }

  /// The body of a binder with a bound variable replaced by an index expression.
  func instantiate(_ id: NodeID, _ map: [Variable: IndexExpression]) -> NodeID {
    let bound = self[id].operation.bound
    let fresh = bound.map(fresh)
    let body = body(of: id, renaming: fresh)
    var images: [Variable: IndexExpression] = [:]
    for (variable, name) in zip(bound, fresh) { images[name] = map[variable] }
    return substitute(body, variables: images)
  }

  /// Renames free variables to bound ones of the next level; beyond `least` where another argument asks for that.
  func close(
    _ body: NodeID, _ variables: [Variable], above least: Int32 = 0
  ) -> (body: NodeID, variables: [Variable]) {
    let level = max(self[body].level, least) + 1
    // One level a binder with one variable; several variables of one binder take several levels.
    var map: [Variable: Variable] = [:]
    var bound: [Variable] = []
    for (position, variable) in variables.enumerated() {
      let name = Variable(
        id: -(level + Int32(variables.count - 1 - position)), extent: variable.extent, isState: variable.isState)
      map[variable] = name
      bound.append(name)
    }
    return (renamed(body, map), bound)
  }

  /// The term with variables renamed, node by node: no rule runs, only the canonical order is restored.
  public func renamed(_ root: NodeID, _ map: [Variable: Variable]) -> NodeID {
    if map.isEmpty { return root }
    var memo: [NodeID: NodeID] = [:]
    let touches = { (id: NodeID) in self[id].free.contains { map[$0] != nil } }
    for id in postorder(root, into: { touches($0) }) {
      guard touches(id) else { continue }
      let node = self[id]
      let arguments = node.arguments.map { memo[$0] ?? $0 }
      let made = withOrigins(origins(of: id)) { renamedNode(node, arguments, map) }
      carryName(from: id, to: made)
      memo[id] = made
    }
    return memo[root] ?? root
  }

  private func renamedNode(_ node: Node, _ arguments: [NodeID], _ map: [Variable: Variable]) -> NodeID {
    let pattern = { (places: [Subscript]) in
      places.map { place -> Subscript in
        if case .at(let expression) = place { return .at(expression.renaming(map)) }
        return place
      }
    }
    switch node.operation {
    case .add(let coefficients, let constant):
      return internSum(Array(zip(coefficients, arguments)), constant: constant, type: node.type)
    case .mul(let exponents):
      return internProduct(Array(zip(arguments, exponents)), type: node.type)
    case .contract(let spec):
      let form = canonical(spec, arguments)
      return intern(.contract(form.spec), form.arguments, shape: node.shape, type: node.type)
    case .iota(let expression):
      return intern(.iota(expression.renaming(map)), [], shape: [], type: node.type)
    case .state(let variable, let shape): return state(map[variable] ?? variable, shape)
    case .guarded(let conditions):
      return intern(.guarded(conditions.renaming(map)), arguments, shape: node.shape, type: node.type)
    case .index(let places):
      return intern(.index(pattern(places)), arguments, shape: node.shape, type: node.type)
    case .scatter(let places, let shape):
      return intern(.scatter(pattern(places), shape: shape), arguments, shape: shape, type: node.type)
    case .reduce(let operation, let variables, let conditions):
      return intern(
        .reduce(operation, variables, conditions.renaming(map)), arguments, shape: node.shape, type: node.type)
    default:
      return intern(node.operation, arguments, shape: node.shape, type: node.type)
    }
  }

  // MARK: Walking

  /// All nodes below `root`, arguments before users, bodies of binders as they stand; no recursion.
  public func postorder(_ root: NodeID, into shouldEnter: (NodeID) -> Bool = { _ in true }) -> [NodeID] {
    postorder([root], into: shouldEnter)
  }

  /// All nodes below `roots`, arguments before users.
  public func postorder(_ roots: [NodeID], into shouldEnter: (NodeID) -> Bool = { _ in true }) -> [NodeID] {
    EnergyIR.postorder(roots, arguments: { self[$0].arguments }, into: shouldEnter)
  }

  // MARK: Substitution

  /// The term with free variables replaced by index expressions and nodes by nodes of the same shape.
  ///
  /// Binders on the way are opened with fresh names, so nothing is captured. Ask `canSubstitute` first where an
  /// image has a modulus.
  public func substitute(
    _ root: NodeID, variables: [Variable: IndexExpression] = [:], nodes replacements: [NodeID: NodeID] = [:]
  ) -> NodeID {
    if variables.isEmpty && replacements.isEmpty { return root }
    var memo = replacements
    let keys = replacements.keys.map { self[$0].free }
    let hasClosedKeys = keys.contains { $0.isEmpty }
    // A term holds a family only where it has the family's variables.
    let touches = { (node: Node) -> Bool in
      hasClosedKeys || node.free.contains { variables[$0] != nil }
        || keys.contains { $0.allSatisfy(node.free.contains) }
    }
    return substitute(root, variables, &memo, touches)
  }

  /// Whether all index expressions and guards below stay affine with the variables replaced. Only an image with a
  /// modulus can break that: `(i mod n) + 1` is no index expression.
  public func canSubstitute(_ map: [Variable: IndexExpression], in root: NodeID) -> Bool {
    if map.values.allSatisfy({ $0.modulus == nil }) { return true }
    let touches = { (id: NodeID) in self[id].free.contains { map[$0] != nil } }
    return postorder(root, into: touches).allSatisfy { !touches($0) || staysAffine(self[$0].operation, map) }
  }

  private func staysAffine(_ operation: Operation, _ map: [Variable: IndexExpression]) -> Bool {
    switch operation {
    case .iota(let expression): return expression.substituting(map) != nil
    case .guarded(let conditions), .reduce(_, _, let conditions): return conditions.substituting(map) != nil
    case .index(let pattern), .scatter(let pattern, _):
      return pattern.allSatisfy { place in
        if case .at(let expression) = place { return expression.substituting(map) != nil }
        return true
      }
    default: return true
    }
  }

  private func substitute(
    _ root: NodeID, _ map: [Variable: IndexExpression], _ memo: inout [NodeID: NodeID],
    _ touches: (Node) -> Bool
  ) -> NodeID {
    // A binder's body is walked when the binder is met; the recursion is as deep as binders nest.
    for id in postorder(root, into: { memo[$0] == nil && self[$0].operation.bound.isEmpty }) where memo[id] == nil {
      let node = self[id]
      if !touches(node) {
        memo[id] = id
        continue
      }
      let made = withOrigins(origins(of: id)) {
        if node.operation.bound.isEmpty {
          return rebuild(node, node.arguments.map { memo[$0] ?? $0 }, substituting: map)
        }
        return rewriteBinder(id, substituting: map) { body in substitute(body, map, &memo, touches) }
      }
      carryName(from: id, to: made)
      memo[id] = made
    }
    return memo[root] ?? root
  }

  /// A binder with its body, and the first state of a recurrence, rewritten: opened with fresh names, closed again.
  public func rewriteBinder(
    _ id: NodeID, substituting map: [Variable: IndexExpression] = [:], _ rewrite: (NodeID) -> NodeID
  ) -> NodeID {
    let node = self[id]
    let fresh = node.operation.bound.map(fresh)
    let (conditions, body) = opened(id, as: fresh)
    switch node.operation {
    case .build: return build(fresh[0], rewrite(body))
    case .reduce(let operation, _, _):
      return reduce(operation, fresh, conditions.substituting(map) ?? conditions, rewrite(body))
    case .scan(let recurrence):
      return scan(
        fresh[0], state: fresh[1], from: rewrite(node.arguments[1]), to: rewrite(body),
        isReversed: recurrence.isReversed)
    default: return id
    }
  }

  /// The node made again by its constructor from other arguments (not for binders); element-wise nodes may get
  /// another shape with their arguments.
  public func rebuild(
    _ node: Node, _ arguments: [NodeID], substituting map: [Variable: IndexExpression] = [:], shape: [Size]? = nil
  ) -> NodeID {
    let target = shape ?? node.shape
    let pattern = { (places: [Subscript]) -> [Subscript] in
      places.map { place in
        if case .at(let expression) = place { return .at(expression.substituting(map) ?? expression) }
        return place
      }
    }
    switch node.operation {
    case .constant, .symbol, .size, .state: return intern(node.operation, [], shape: node.shape, type: node.type)
    case .iota(let expression): return iota(expression.substituting(map) ?? expression)
    case .add(let coefficients, let constant):
      return broadcast(sum(Array(zip(coefficients, arguments)), constant: constant), to: target)
    case .mul(let exponents): return broadcast(product(Array(zip(arguments, exponents))), to: target)
    case .apply(let function): return broadcast(apply(function, arguments, type: node.type), to: target)
    case .select: return broadcast(select(arguments[0], arguments[1], arguments[2]), to: target)
    case .guarded(let conditions):
      return guarded(conditions.substituting(map) ?? conditions, broadcast(arguments[0], to: node.shape))
    case .contract(let spec):
      return contract(Array(zip(arguments, spec.inputs)), output: spec.output, sizes: spec.sizes)
    case .index(let places):
      return index(arguments[0], pattern(places), gathers: Array(arguments.dropFirst()))
    case .scatter(let places, let shape):
      return scatter(arguments[0], pattern(places), shape: shape, gathers: Array(arguments.dropFirst()))
    case .linearAlgebra(let operation): return linearAlgebra(operation, arguments)
    case .reshape(let shape): return reshape(arguments[0], to: shape)
    case .build, .reduce, .scan: preconditionFailure("binders are rebuilt by rewriteBinder")
    }
  }
}
