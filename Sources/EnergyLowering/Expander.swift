import EnergyIR

/// Describes what an array holds by statements: sums of scatters, guarded terms and reductions of tensors are
/// taken apart, so that each becomes loops that accumulate in place.
struct Expander {
  let scalariser: Scalariser
  var terms: ScalarTerms { scalariser.terms }
  var graph: Graph { scalariser.graph }

  /// A part of the sum that an array holds.
  struct Part {
    var coefficient: Double
    var node: NodeID
    var environment: [Variable: IndexExpression]
    var conditions: Guard
    /// Conditions on data-dependent indices, as a value.
    var test: TermID?
    var loops: [Variable]
    /// One a target axis; open axes are those of the node.
    var slots: [TermPosition?]
    var factors: [(TermID, Double)]
    /// The target axes whose places a scatter says; those of a recurrence's states are taken in order.
    var scattered: Set<Int> = []

    func with(node: NodeID) -> Part {
      var copy = self
      copy.node = node
      return copy
    }
  }

  /// A part taken down to a scalar.
  struct Leaf: Hashable {
    var loops: [Variable]
    var conditions: Guard
    var positions: [TermPosition]
    var value: TermID

    /// The same inside its loops under other names of variables.
    func renamed(_ map: [Variable: Variable], _ terms: ScalarTerms) -> Leaf {
      var result = self
      result.conditions = conditions.substituting(map.mapValues { IndexExpression($0) }) ?? conditions
      result.positions = positions.map { terms.renamed($0, map) }
      result.value = terms.renamed(value, map)
      return result
    }
  }

  /// The statements that fill `array` with `root`.
  func expand(_ array: ArrayID, _ root: Scalariser.Request) -> DefinitionBody {
    terms.currentNode = root.node
    if let call = libraryCall(array, root) { return call }
    if case .reshape = graph[root.node].operation { return reshape(array, root) }
    if case .scan(let recurrence) = graph[root.node].operation, scalariser.isArray(array, of: root) {
      return self.recurrence(recurrence, array, root)
    }
    let whole = Part(
      coefficient: 1, node: root.node, environment: scalariser.environment(root), conditions: .always, test: nil,
      loops: [], slots: graph[root.node].shape.map { _ in nil }, factors: [])
    return body(array, leaves(of: whole, in: array), node: root.node)
  }

  /// All that a part of an array adds up to, taken down to scalars.
  func leaves(of part: Part, in array: ArrayID) -> [Leaf] {
    var pending = [part]
    var leaves: [Leaf] = []
    while let part = pending.popLast() {
      if let parts = split(part, outside: terms[array].free) {
        pending += parts.reversed()
      } else {
        leaves += leaf(part, of: array)
      }
    }
    return leaves
  }

  // MARK: Taking apart

  private func split(_ part: Part, outside: [Variable]) -> [Part]? {
    let node = graph[part.node]
    guard node.rank > 0 else { return nil }
    switch node.operation {
    case .add(let coefficients, let constant):
      let apart = node.arguments.indices.filter { isSplittable(node.arguments[$0]) }
      guard !apart.isEmpty else { return nil }
      var parts: [Part] = []
      let plain = node.arguments.indices.filter { !apart.contains($0) }
      if !plain.isEmpty || constant != 0 {
        let sum = graph.broadcast(
          graph.sum(plain.map { (coefficients[$0], node.arguments[$0]) }, constant: constant), to: node.shape)
        parts.append(part.with(node: sum))
      }
      return parts
        + apart.map { position in
          var inner = part.with(node: node.arguments[position])
          inner.coefficient *= coefficients[position]
          return inner
        }
    case .guarded(let conditions):
      var inner = part.with(node: node.arguments[0])
      restrict(&inner, conditions)
      return [inner]
    case .reduce(.sum, let variables, let conditions):
      var inner = part.with(node: node.arguments[0])
      open(&inner, variables, outside)
      restrict(&inner, conditions)
      return [inner]
    case .build(let variable):
      guard let slot = part.slots.firstIndex(of: nil) else { return nil }
      var inner = part.with(node: node.arguments[0])
      open(&inner, [variable], outside)
      inner.slots[slot] = inner.environment[variable].map(TermPosition.affine)
      return [inner]
    case .scatter(let pattern, _):
      return [scatter(part, node, pattern)]
    case .mul(let exponents):
      let tensors = node.arguments.indices.filter { graph[node.arguments[$0]].rank > 0 }
      guard tensors.count == 1, exponents[tensors[0]] == 1, isSplittable(node.arguments[tensors[0]]),
        scalariser.sumsScatters(node.arguments[tensors[0]])
      else { return nil }
      var inner = part.with(node: node.arguments[tensors[0]])
      for position in node.arguments.indices where position != tensors[0] {
        let factor = scalariser.term(scalariser.request(node.arguments[position], [], part.environment))
        inner.factors.append((factor, exponents[position]))
      }
      return [inner]
    default: return nil
    }
  }

  private func isSplittable(_ id: NodeID) -> Bool {
    let node = graph[id]
    guard node.rank > 0 else { return false }
    switch node.operation {
    case .guarded, .scatter, .reduce(.sum, _, _): return true
    case .build: return isSplittable(node.arguments[0]) || isSum(node.arguments[0])
    case .add: return node.arguments.contains(where: isSplittable)
    case .mul: return scalariser.sumsScatters(id)
    default: return false
    }
  }

  /// A scalar sum with guarded terms: each term gets loops with bounds of its own.
  private func isSum(_ id: NodeID) -> Bool {
    guard case .add = graph[id].operation else { return false }
    return graph[id].arguments.contains { if case .guarded = graph[$0].operation { true } else { false } }
  }

  private func open(_ part: inout Part, _ variables: [Variable], _ outside: [Variable]) {
    let base = terms.nextOrder(after: outside + part.loops)
    for (offset, bound) in variables.enumerated() {
      let variable = terms.variable(order: base + offset, extent: bound.extent)
      part.loops.append(variable)
      part.environment[bound] = IndexExpression(variable)
    }
  }

  private func restrict(_ part: inout Part, _ conditions: Guard) {
    if let affine = conditions.substituting(part.environment) {
      part.conditions = part.conditions.and(affine)
    } else {
      let test = scalariser.test(conditions, part.environment)
      part.test = part.test.map { terms.apply("and", [$0, test], type: .bool) } ?? test
    }
  }

  private func scatter(_ part: Part, _ node: Node, _ pattern: [Subscript]) -> Part {
    var inner = part.with(node: node.arguments[0])
    var gathers = node.arguments.dropFirst().makeIterator()
    var open = part.slots.indices.filter { part.slots[$0] == nil }.makeIterator()
    for place in pattern {
      guard let slot = open.next() else { break }
      switch place {
      case .all: continue
      case .at(let expression):
        inner.slots[slot] = scalariser.image(of: expression, part.environment)
        inner.scattered.insert(slot)
      case .gather:
        guard let gather = gathers.next() else { continue }
        inner.slots[slot] = terms.position(scalariser.term(scalariser.request(gather, [], part.environment)))
      }
    }
    return inner
  }

  /// The scalar at the remaining axes; guarded terms of a sum become leaves of their own.
  private func leaf(_ part: Part, of array: ArrayID) -> [Leaf] {
    var loops = part.loops
    let base = terms.nextOrder(after: terms[array].free + loops)
    var axes: [TermPosition] = []
    var slots = part.slots
    for (offset, slot) in part.slots.indices.filter({ part.slots[$0] == nil }).enumerated() {
      let variable = terms.variable(order: base + offset, extent: terms[array].shape[slot])
      loops.append(variable)
      axes.append(.affine(IndexExpression(variable)))
      slots[slot] = axes.last
    }
    let core = scalariser.term(scalariser.request(part.node, axes, part.environment))
    if let turned = turned(part, core) { return leaf(turned, of: array) }
    var value = terms.multiply(part.factors + [(core, 1), (terms.constant(part.coefficient), 1)])
    if let test = part.test { value = terms.select(test, value, terms.constant(0)) }
    let positions = slots.compactMap { $0 }
    return terms.guardedPieces(part.conditions, value).map {
      Leaf(loops: loops, conditions: $0.0, positions: positions, value: $0.1)
    }
  }

  // MARK: Statements

  /// One leaf that covers the array is stored, the others are added; without one the array starts at 0.
  private func body(_ array: ArrayID, _ leaves: [Leaf], node: NodeID) -> DefinitionBody {
    let owner = Owner.array(array)
    let sums = LongSums(terms: terms, options: scalariser.options)
    let leaves = merged(halved(withoutZeros(leaves.map(sums.factored).flatMap(sums.interchanged))).map(ordered))
    let covering = leaves.firstIndex { covers(array, $0) }
    var result = DefinitionBody(initial: covering == nil ? 0 : nil, statements: [])
    if let covering {
      let leaf = leaves[covering]
      for levels in terms.levels(leaf.loops, leaf.conditions) {
        result.statements.append(
          Statement(
            owner: owner, levels: levels, action: .store, positions: leaf.positions, value: leaf.value, node: node))
      }
    }
    for (position, leaf) in leaves.enumerated() where position != covering {
      result.statements += terms.accumulations(
        owner, leaf.loops, leaf.conditions, at: leaf.positions, of: leaf.value, node: node)
    }
    return result
  }

  func withoutZeros(_ leaves: [Leaf]) -> [Leaf] {
    leaves.filter { terms.constantValue($0.value) != 0 && !$0.conditions.isImpossible }
  }

  /// What the same loops add to the same element is added once.
  func merged(_ leaves: [Leaf]) -> [Leaf] {
    var order: [Leaf] = []
    var values: [Leaf: [(Double, TermID)]] = [:]
    for leaf in leaves {
      var place = leaf
      place.value = leaves[0].value
      if values[place] == nil { order.append(place) }
      values[place, default: []].append((1, leaf.value))
    }
    return order.map { place in
      var leaf = place
      leaf.value = terms.add(values[place] ?? [])
      return leaf
    }
  }

  /// Terms over all pairs i ≠ j that are the same with i and j exchanged run over i < j, twice as large.
  private func halved(_ leaves: [Leaf]) -> [Leaf] {
    let all = Set(leaves)
    return leaves.map { leaf in
      guard let half = terms.halved(leaf.loops, leaf.conditions), all.contains(leaf.renamed(half.swap, terms)) else {
        return leaf
      }
      var result = leaf
      result.conditions = half.conditions
      result.value = terms.scale(2, leaf.value)
      return result
    }
  }

  /// The smaller of two indices in the outer loop, so that the loops are those of other sums over the same pairs.
  private func ordered(_ leaf: Leaf) -> Leaf {
    let ordered = terms.orderedByBounds(leaf.loops, leaf.conditions)
    if ordered == leaf.loops { return leaf }
    return leaf.renamed([leaf.loops[0]: leaf.loops[1], leaf.loops[1]: leaf.loops[0]], terms)
  }

  private func covers(_ array: ArrayID, _ leaf: Leaf) -> Bool {
    guard leaf.conditions.isAlways, leaf.loops.count == leaf.positions.count else { return false }
    var seen: Set<Variable> = []
    for (position, extent) in zip(leaf.positions, terms[array].shape) {
      guard case .affine(let expression) = position, let variable = expression.variable, variable.extent == extent,
        leaf.loops.contains(variable), seen.insert(variable).inserted
      else { return false }
    }
    return true
  }

  // MARK: Whole arrays

  private func libraryCall(_ array: ArrayID, _ root: Scalariser.Request) -> DefinitionBody? {
    let node = graph[root.node]
    let environment = scalariser.environment(root)
    let call: Statement.Call
    if case .linearAlgebra(let operation) = node.operation {
      call = .linearAlgebra(operation, node.arguments.map { scalariser.array(of: $0, environment) })
    } else if let product = scalariser.matrixProduct(root.node) {
      call = .matrixProduct(
        matrix: scalariser.array(of: product.matrix, [:]), transposed: product.isTransposed,
        vector: scalariser.array(of: product.vector, [:]))
    } else {
      return nil
    }
    let statement = Statement(
      owner: .array(array), levels: [], action: .call(call), positions: [], value: nil, node: root.node)
    return DefinitionBody(initial: nil, statements: [statement])
  }

  /// The entries in row-major order: the position in the old shape is taken apart by `div` and `mod`.
  private func reshape(_ array: ArrayID, _ root: Scalariser.Request) -> DefinitionBody {
    let argument = graph[root.node].arguments[0]
    let shape = terms[array].shape
    let source = scalariser.array(of: argument, scalariser.environment(root))
    let base = terms.nextOrder(after: terms[array].free)
    let axes = shape.enumerated().map { terms.variable(order: base + $0.offset, extent: $0.element) }
    // The number of the entry in row-major order; affine where the inner sizes are known.
    var flat = terms.constant(0, type: .int)
    for (variable, extent) in zip(axes, shape) {
      flat = terms.add([
        (1, terms.multiply([(flat, 1), (terms.size(extent), 1)])), (1, terms.index(IndexExpression(variable))),
      ])
    }
    var positions: [TermPosition] = []
    for extent in terms[source].shape.reversed() {
      let size = terms.size(extent)
      positions.insert(terms.position(terms.apply("mod", [flat, size], type: .int)), at: 0)
      flat = terms.apply("div", [flat, size], type: .int)
    }
    let value = terms.read(source, positions)
    let statement = Statement(
      owner: .array(array), levels: terms.levels(axes, .always)[0], action: .store,
      positions: axes.map { .affine(IndexExpression($0)) }, value: value, node: root.node)
    return DefinitionBody(initial: nil, statements: [statement])
  }
}

extension ScalarTerms {
  /// Statements that add a value to an element, guarded terms of a sum with bounds of their own.
  func accumulations(
    _ owner: Owner, _ loops: [Variable], _ conditions: Guard, at positions: [TermPosition], of value: TermID,
    node: NodeID, step: Variable? = nil
  ) -> [Statement] {
    var result: [Statement] = []
    for (guards, piece) in guardedPieces(conditions, value) {
      var action = Statement.Action.accumulate(.add)
      var term = piece
      if case .add(let coefficients, 0) = self[piece].operation, coefficients.count == 1, coefficients[0] < 0 {
        action = .accumulate(.subtract)
        term = scale(-coefficients[0], self[piece].arguments[0])
      }
      term = withInnerFactors(term)
      for levels in levels(step: step, loops, guards) {
        result.append(
          Statement(owner: owner, levels: levels, action: action, positions: positions, value: term, node: node))
      }
    }
    return result
  }

  /// A value as a sum of guarded values: those terms that carry a guard of their own, and the rest.
  func guardedPieces(_ conditions: Guard, _ value: TermID) -> [(Guard, TermID)] {
    var pieces: [(Guard, TermID)] = []
    var pending = [(conditions, value)]
    while let (guards, next) = pending.popLast() {
      if guards.isImpossible { continue }
      switch self[next].operation {
      case .reduce(.sum, let variables, let own) where variables.isEmpty:
        pending.append((guards.and(own), self[next].arguments[0]))
      case .add(let coefficients, let constant) where self[next].arguments.contains(where: isGuarded):
        let parts = Array(zip(coefficients, self[next].arguments))
        let plain = parts.filter { !isGuarded($0.1) }
        for (factor, term) in parts.reversed() where isGuarded(term) {
          guard case .reduce(_, _, let own) = self[term].operation else { continue }
          pending.append((guards.and(own), scale(factor, self[term].arguments[0])))
        }
        if !plain.isEmpty || constant != 0 { pending.append((guards, add(plain, constant: constant))) }
      default: pieces.append((guards, next))
      }
    }
    return pieces
  }

  private func isGuarded(_ id: TermID) -> Bool {
    if case .reduce(.sum, let variables, _) = self[id].operation { return variables.isEmpty }
    return false
  }
}
