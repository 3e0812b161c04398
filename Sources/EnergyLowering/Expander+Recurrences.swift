import EnergyIR

extension Expander {
  /// The first state, then a loop over the steps in which everything that makes the next one is done.
  func recurrence(_ recurrence: Recurrence, _ array: ArrayID, _ root: Scalariser.Request) -> DefinitionBody {
    let environment = scalariser.environment(root)
    let (index, next) = scalariser.step(root.node, recurrence)
    let steps = index.extent
    let variable = terms.variable(order: terms.nextOrder(after: terms[array].free), extent: steps)
    var inner = environment
    // Loops count up.
    inner[index] =
      recurrence.isReversed ? IndexExpression([(variable, -1)], offset: steps - 1) : IndexExpression(variable)
    let after = scalariser.image(of: recurrence.positions(at: index).after, inner)
    let first = slice(
      graph[root.node].arguments[1], environment, at: .affine(recurrence.start), of: array, step: nil, root.node)
    return DefinitionBody(
      initial: nil, statements: first + slice(next, inner, at: after, of: array, step: variable, root.node))
  }

  /// Statements that make the state at one position along the first axis.
  private func slice(
    _ node: NodeID, _ environment: [Variable: IndexExpression], at position: TermPosition, of array: ArrayID,
    step: Variable?, _ source: NodeID
  ) -> [Statement] {
    let place = terms[array].isRing ? scalariser.inRing(position) : position
    let part = Part(
      coefficient: 1, node: node, environment: environment, conditions: .always, test: nil,
      loops: step.map { [$0] } ?? [], slots: [place] + graph.shape(node).map { _ in nil }, factors: [])
    let leaves = merged(withoutZeros(self.leaves(of: part, in: array)))
    let owner = Owner.array(array)
    var statements: [Statement] = []
    let stored = covering(array, leaves, step) ?? []
    if stored.isEmpty {
      // Nothing covers the state: it starts at 0.
      let base = terms.nextOrder(after: terms[array].free + (step.map { [$0] } ?? []))
      let axes = terms[array].shape.dropFirst().enumerated().map {
        terms.variable(order: base + $0.offset, extent: $0.element)
      }
      statements += terms.levels(step: step, axes, .always).map {
        Statement(
          owner: owner, levels: $0, action: .store, positions: [place] + axes.map { .affine(IndexExpression($0)) },
          value: terms.constant(0), node: source)
      }
    }
    for (number, leaf) in leaves.enumerated() {
      if stored.contains(number) {
        statements += terms.levels(step: step, leaf.loops, leaf.conditions).map {
          Statement(
            owner: owner, levels: $0, action: .store, positions: leaf.positions, value: leaf.value, node: source)
        }
      } else {
        statements += terms.accumulations(
          owner, leaf.loops, leaf.conditions, at: leaf.positions, of: leaf.value, node: source, step: step)
      }
    }
    return statements.map { statement in
      var result = statement
      result.phase = step.map(Statement.Phase.step) ?? .start
      return result
    }
  }

  /// Leaves that fill a state: one of them, or those of a list, one an entry.
  private func covering(_ array: ArrayID, _ leaves: [Leaf], _ step: Variable?) -> Set<Int>? {
    let shape = Array(terms[array].shape.dropFirst())
    let places = leaves.map { Array($0.positions.dropFirst()) }
    if let one = leaves.indices.first(where: { fills(leaves[$0], places[$0], shape, step) }) { return [one] }
    guard let count = shape.first?.constant, count == leaves.count else { return nil }
    var seen: Set<Int> = []
    for (leaf, place) in zip(leaves, places) {
      guard case .affine(let expression) = place[0], let entry = expression.size?.constant, seen.insert(entry).inserted,
        fills(leaf, Array(place.dropFirst()), Array(shape.dropFirst()), step)
      else { return nil }
    }
    return Set(leaves.indices)
  }

  /// Whether the loops of a leaf, apart from the one over the steps, run over all these places.
  private func fills(_ leaf: Leaf, _ places: [TermPosition], _ shape: [Size], _ step: Variable?) -> Bool {
    var open = Set(leaf.loops).subtracting(step.map { [$0] } ?? [])
    guard leaf.conditions.isAlways, open.count == places.count else { return false }
    return zip(places, shape).allSatisfy { place, extent in
      guard case .affine(let expression) = place, let variable = expression.variable else { return false }
      return variable.extent == extent && open.remove(variable) != nil
    }
  }
}
