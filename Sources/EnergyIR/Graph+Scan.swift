extension Graph {
  // MARK: Recurrences

  /// The state that a variable of `freshState` stands for.
  public func state(_ variable: Variable, _ shape: [Size]) -> NodeID {
    intern(.state(variable, shape: shape), [], shape: shape, type: .real)
  }

  /// All states of a recurrence: `S[0] = initial`, `S[t+1] = next` with t for `index` and S[t] for `state`; or, where it
  /// is reversed, `S[T] = initial`, `S[t] = next` with S[t+1] for `state`. The variables must be free in `next` alone;
  /// the shape is that of `initial` behind an axis of one more entry than there are steps.
  ///
  /// Canonical: states that don't depend on each other are a build, and what begins at 0 and stays there is 0.
  public func scan(
    _ index: Variable, state variable: Variable, from initial: NodeID, to next: NodeID, isReversed: Bool = false
  ) -> NodeID {
    let shape = self[initial].shape
    let next = broadcast(next, to: shape)
    let own = state(variable, shape)
    if index.extent == 0 || next == own { return build(freshVariable(index.extent + 1), initial) }
    let recurrence = Recurrence(index: index, state: variable, isReversed: isReversed)
    if !self[next].free.contains(variable) { return independentStates(recurrence, initial, next) }
    if isZero(initial), isZero(substitute(next, nodes: [own: zeros(shape)])) {
      return zeros([index.extent + 1] + shape)
    }
    let (closed, bound) = close(next, [index, variable], above: self[initial].level)
    return intern(
      .scan(Recurrence(index: bound[0], state: bound[1], isReversed: isReversed)), [closed, initial],
      shape: [index.extent + 1] + shape, type: .real)
  }

  private func independentStates(_ recurrence: Recurrence, _ initial: NodeID, _ next: NodeID) -> NodeID {
    let steps = recurrence.index.extent
    let position = freshVariable(steps + 1)
    // The step that leads to this position, and how far behind the first one it is.
    let step = IndexExpression([(position, 1)], offset: recurrence.isReversed ? 0 : -1)
    let distance =
      recurrence.isReversed ? IndexExpression([(position, -1)], offset: steps - 1) : step
    let isFirst = Guard([
      Condition(IndexExpression([(position, 1)], offset: recurrence.isReversed ? Size(0) - steps : 0), .equalsZero)
    ])
    let isLater = Guard([Condition(distance, .atLeastZero)])
    let later = substitute(next, variables: [recurrence.index: step])
    return build(position, sum([(1, guarded(isFirst, initial)), (1, guarded(isLater, later))]))
  }

  /// The state at a position where that is known without the recurrence: the first one, or the one after a single step.
  func state(of id: NodeID, _ recurrence: Recurrence, _ place: Subscript) -> NodeID? {
    guard case .at(let position) = place else { return nil }
    let initial = self[id].arguments[1]
    if position == recurrence.start { return initial }
    guard recurrence.index.extent == 1, position == recurrence.end else { return nil }
    let variables = [freshVariable(1), freshState()]
    let next = opened(id, as: variables).body
    return substitute(
      next, variables: [variables[0]: IndexExpression(0)], nodes: [state(variables[1], self[initial].shape): initial])
  }

  /// Those recurrences below the roots of which nothing but the last state is asked for.
  public func recurrencesForTheEnd(below roots: [NodeID]) -> Set<NodeID> {
    var result: Set<NodeID> = []
    var others = Set(roots)
    for id in postorder(roots) {
      let node = self[id]
      if case .index(let pattern) = node.operation, case .scan(let recurrence) = self[node.arguments[0]].operation,
        pattern[0] == .at(recurrence.end)
      {
        result.insert(node.arguments[0])
        others.formUnion(node.arguments.dropFirst())
      } else {
        others.formUnion(node.arguments)
      }
    }
    return result.subtracting(others)
  }

  /// One position along the first axis. Unlike `index` this solves a sum of scatters for the term that lands there, so
  /// that a loop can take in what another one would store.
  public func row(_ id: NodeID, at position: IndexExpression) -> NodeID {
    let node = self[id]
    switch node.operation {
    case .add(let coefficients, let constant):
      let rows = node.arguments.map { self[$0].rank == 0 ? $0 : row($0, at: position) }
      return broadcast(sum(Array(zip(coefficients, rows)), constant: constant), to: Array(node.shape.dropFirst()))
    case .reduce(.sum, let variables, _)
    where variables.count == 1 && isScattered(node.arguments[0], over: variables[0]):
      let fresh = variables.map(fresh)
      let (conditions, body) = opened(id, as: fresh)
      return reduce(.sum, fresh, conditions, row(body, at: position))
    default:
      return index(id, [.at(position)] + node.shape.dropFirst().map { _ in .all })
    }
  }

  /// Whether every term lands at a position of its own along the first axis for each value of the variable.
  private func isScattered(_ id: NodeID, over variable: Variable) -> Bool {
    switch self[id].operation {
    case .add(_, let constant): constant == 0 && self[id].arguments.allSatisfy { isScattered($0, over: variable) }
    case .guarded: isScattered(self[id].arguments[0], over: variable)
    case .scatter(let pattern, _):
      if case .at(let position) = pattern[0] {
        position.modulus == nil && abs(position.coefficient(of: variable)) == 1
      } else {
        false
      }
    default: false
    }
  }
}
