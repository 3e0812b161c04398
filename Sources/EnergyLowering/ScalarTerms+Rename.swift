import EnergyIR

extension ScalarTerms {
  /// The term with loop variables renamed; reductions inside get canonical names again.
  func renamed(_ root: TermID, _ map: [Variable: Variable]) -> TermID {
    rewritten(root, renaming: map, replacing: [:])
  }

  /// The term with variables renamed and terms replaced. A replaced term is looked up under the names it had
  /// before; reductions inside get canonical names again.
  ///
  /// The recursion is as deep as reductions nest.
  func rewritten(
    _ root: TermID, renaming map: [Variable: Variable], replacing replacements: [TermID: TermID]
  ) -> TermID {
    var memo: [TermID: TermID] = [:]
    let touches = { (id: TermID) in
      !replacements.isEmpty || self[id].free.contains { map[$0] != nil }
    }
    let isBinder = { (id: TermID) -> Bool in
      if case .reduce(_, let variables, _) = self[id].operation { return !variables.isEmpty }
      return false
    }
    for id in postorder([root], into: { replacements[$0] == nil && touches($0) && !isBinder($0) }) {
      if let replacement = replacements[id] {
        memo[id] = rewritten(replacement, renaming: map, replacing: [:])
        continue
      }
      guard touches(id) else { continue }
      currentNode = self[id].node
      memo[id] = rebuilt(id, map, replacements) { memo[$0] ?? $0 }
    }
    return memo[root] ?? root
  }

  private func rebuilt(
    _ id: TermID, _ map: [Variable: Variable], _ replacements: [TermID: TermID], _ image: (TermID) -> TermID
  ) -> TermID {
    let term = self[id]
    let arguments = term.arguments.map(image)
    let images = map.mapValues { IndexExpression($0) }
    switch term.operation {
    case .constant, .size: return id
    case .index(let expression): return index(expression.substituting(images) ?? expression)
    case .read(let array, let positions):
      var gathers = arguments.makeIterator()
      let isFamily = self[array].free.contains { map[$0] != nil }
      return read(
        isFamily ? renameArray(array, map) : array,
        positions.map { position in
          switch position {
          case .affine(let expression): .affine(expression.substituting(images) ?? expression)
          case .gather(let old): .gather(gathers.next() ?? old)
          }
        })
    case .add(let coefficients, let constant): return add(Array(zip(coefficients, arguments)), constant: constant)
    case .mul(let exponents): return multiply(Array(zip(arguments, exponents)))
    case .apply(let function): return apply(function, arguments, type: term.type)
    case .select: return select(arguments[0], arguments[1], arguments[2])
    case .reduce(let operation, let variables, let conditions):
      if variables.isEmpty {
        return reduce(operation, [], conditions.substituting(images) ?? conditions, arguments[0])
      }
      var inner = map
      let outside = term.free.map { map[$0] ?? $0 }
      let base = nextOrder(after: outside)
      let own = variables.enumerated().map { variable(order: base + $0.offset, extent: $0.element.extent) }
      for (old, new) in zip(variables, own) { inner[old] = new }
      let body = rewritten(term.arguments[0], renaming: inner, replacing: replacements)
      let guards = conditions.substituting(inner.mapValues { IndexExpression($0) }) ?? conditions
      return reduce(operation, own, guards, body)
    }
  }
}
