extension Graph {
  /// Entries of `id`: one place an axis; `.gather` takes the next of `gathers`, 0-based integers.
  ///
  /// Canonical: an index of a build substitutes, of an index composes, of a scatter gives equality guards; an
  /// index of element-wise nodes goes to their arguments when every axis is fixed.
  public func index(_ id: NodeID, _ pattern: [Subscript], gathers: [NodeID] = []) -> NodeID {
    if pattern.allSatisfy({ $0 == .all }) { return id }
    let node = self[id]
    let shape = zip(pattern, node.shape).compactMap { $0 == .all ? $1 : nil }
    let fixed = gathers.isEmpty && pattern.allSatisfy { $0 != .gather }
    let isFull = pattern.allSatisfy { $0 != .all }
    if isFull, isElementwise(id) { return indexOfFormula(id, pattern, gathers) }
    switch node.operation {
    case .add(let coefficients, let constant) where coefficients.count == 1:
      let argument = node.arguments[0]
      let entry = self[argument].rank == 0 ? argument : index(argument, pattern, gathers: gathers)
      return sum([(coefficients[0], entry)], constant: constant)
    case .guarded(let conditions):
      return guarded(conditions, index(node.arguments[0], pattern, gathers: gathers))
    case .build(let variable):
      if case .at(let position) = pattern[0], canSubstitute([variable: position], in: node.arguments[0]) {
        let rest = Array(pattern.dropFirst())
        return index(instantiate(id, [variable: position]), rest, gathers: gathers)
      }
      if pattern[0] == .all, fixed {
        let fresh = freshVariable(variable.extent)
        return build(fresh, index(body(of: id, renaming: [fresh]), Array(pattern.dropFirst())))
      }
    case .scan(let recurrence):
      if let state = state(of: id, recurrence, pattern[0]) {
        return index(state, Array(pattern.dropFirst()), gathers: gathers)
      }
    case .index(let inner) where fixed:
      var outer = pattern.makeIterator()
      let composed = inner.map { $0 == .all ? outer.next() ?? .all : $0 }
      return index(node.arguments[0], composed, gathers: Array(node.arguments.dropFirst()))
    case .scatter(let inner, _) where fixed && inner.allSatisfy({ $0 != .gather }):
      if let pushed = indexOfScatter(node.arguments[0], inner, pattern) { return pushed }
    case .contract(let spec) where fixed:
      if let pushed = indexOfContract(id, spec, pattern) { return pushed }
    case .reduce(.sum, let variables, _) where fixed && meets(node, pattern):
      let fresh = variables.map { freshVariable($0.extent) }
      let (conditions, body) = opened(id, as: fresh)
      return reduce(.sum, fresh, conditions, index(body, pattern))
    default: break
    }
    return intern(.index(pattern), [id] + gathers, shape: shape, type: node.type)
  }

  private func isElementwise(_ id: NodeID) -> Bool {
    switch self[id].operation {
    case .add, .mul, .apply, .select: self[id].rank > 0
    default: false
    }
  }

  /// One entry of a formula of tensors: the formula of their entries. What occurs several times is indexed once, here
  /// and in all formulas to come: one call after another would take time exponential in the depth.
  private func indexOfFormula(_ root: NodeID, _ pattern: [Subscript], _ gathers: [NodeID]) -> NodeID {
    let key = { (id: NodeID) in EntryKey(tensor: id, pattern: pattern, gathers: gathers) }
    for id in postorder(root, into: { self.isElementwise($0) && self.entries[key($0)] == nil })
    where isElementwise(id) && entries[key(id)] == nil {
      let node = self[id]
      let arguments = node.arguments.map { argument in
        self[argument].rank == 0
          ? argument : entries[key(argument)] ?? index(argument, pattern, gathers: gathers)
      }
      entries[key(id)] = rebuild(node, arguments, shape: [])
    }
    return entries[key(root)] ?? root
  }

  /// Whether the positions of the pattern share a variable with the node, so that the node is computed anew for
  /// each position anyway.
  private func meets(_ node: Node, _ pattern: [Subscript]) -> Bool {
    pattern.contains {
      if case .at(let position) = $0 { return position.variables.contains(where: node.free.contains) }
      return false
    }
  }

  private func indexOfScatter(_ value: NodeID, _ inner: [Subscript], _ pattern: [Subscript]) -> NodeID? {
    var conditions: [Condition] = []
    var rest: [Subscript] = []
    for (own, asked) in zip(inner, pattern) {
      switch (own, asked) {
      case (.at(let place), .at(let position)):
        if place == position { continue }
        if let equation = equation(place, position) { conditions.append(equation) } else { return nil }
      case (.all, _):
        rest.append(asked)
      default: return nil  // a scattered axis that stays whole
      }
    }
    return guarded(Guard(conditions), index(value, rest))
  }

  /// `a = b` as a condition; with a modulus, the side without one is moved over.
  func equation(_ a: IndexExpression, _ b: IndexExpression) -> Condition? {
    if a.modulus == nil, b.modulus == nil { return (a - b).map { Condition($0, .equalsZero) } }
    // (e mod m) = p with p in the box 0..<m is (e − p) mod m = 0.
    let (wrapped, plain) = a.modulus != nil ? (a, b) : (b, a)
    guard plain.modulus == nil, let modulus = wrapped.modulus, plain.minimum.isProvably(atLeast: 0),
      (modulus - plain.maximum).isProvably(atLeast: 1), let difference = wrapped.withoutModulus - plain
    else { return nil }
    return Condition(
      IndexExpression(
        difference.terms.map { ($0.variable, $0.coefficient) }, offset: difference.offset, modulus: modulus),
      .equalsZero)
  }

  /// Pushes an index into a contraction: always where nothing is summed, else only where the node is computed
  /// anew for each position anyway.
  private func indexOfContract(_ id: NodeID, _ spec: Contraction, _ pattern: [Subscript]) -> NodeID? {
    guard spec.summed.isEmpty || meets(self[id], pattern) else { return nil }
    var places: [Int: IndexExpression] = [:]
    var conditions: [Condition] = []
    var output: [Int] = []
    for (label, place) in zip(spec.output, pattern) {
      guard case .at(let position) = place else {
        output.append(label)
        continue
      }
      if let known = places[label] {
        guard let equation = equation(known, position) else { return nil }
        conditions.append(equation)
      } else {
        places[label] = position
      }
    }
    // A diagonal of which one axis stays: leave it to the evaluator.
    guard output.allSatisfy({ places[$0] == nil }) else { return nil }
    let arguments = zip(self[id].arguments, spec.inputs).map { argument, labels -> (NodeID, [Int]) in
      let pattern = labels.map { label in places[label].map(Subscript.at) ?? .all }
      return (index(argument, pattern), labels.filter { places[$0] == nil })
    }
    // Labels that are fixed now neither sum nor broadcast, so they mustn't count by their size.
    let kept = spec.sizes.indices.filter { places[$0] == nil }
    var number: [Int: Int] = [:]
    for (new, old) in kept.enumerated() { number[old] = new }
    let body = contract(
      arguments.map { ($0.0, $0.1.compactMap { number[$0] }) }, output: output.compactMap { number[$0] },
      sizes: kept.map { spec.sizes[$0] })
    return guarded(Guard(conditions), body)
  }

  /// Zeros of `shape` with `value` at the pattern; `.gather` takes the next of `gathers`.
  public func scatter(_ value: NodeID, _ pattern: [Subscript], shape: [Size], gathers: [NodeID] = []) -> NodeID {
    if pattern.allSatisfy({ $0 == .all }) { return value }
    if isZero(value) { return zeros(shape, type: self[value].type) }
    if let (factor, rest) = scaledTerm(value) {
      let inner = shapeOfSlot(pattern, shape)
      return scale(factor, scatter(broadcast(rest, to: inner), pattern, shape: shape, gathers: gathers))
    }
    let (conditions, body) = splitGuard(value)
    if !conditions.isAlways {
      return guarded(conditions, scatter(body, pattern, shape: shape, gathers: gathers))
    }
    if case .add(let coefficients, 0) = self[value].operation, self[value].arguments.allSatisfy(isGuarded) {
      let inner = shapeOfSlot(pattern, shape)
      return sum(
        zip(coefficients, self[value].arguments).map {
          ($0, scatter(broadcast($1, to: inner), pattern, shape: shape, gathers: gathers))
        })
    }
    if case .scatter(let inner, _) = self[value].operation, gathers.isEmpty, !inner.contains(.gather) {
      var places = inner.makeIterator()
      let composed = pattern.map { $0 == .all ? places.next() ?? .all : $0 }
      return scatter(self[value].arguments[0], composed, shape: shape)
    }
    return intern(.scatter(pattern, shape: shape), [value] + gathers, shape: shape, type: self[value].type)
  }

  private func shapeOfSlot(_ pattern: [Subscript], _ shape: [Size]) -> [Size] {
    zip(pattern, shape).compactMap { $0 == .all ? $1 : nil }
  }
}
