import EnergyIR

/// A recurrence with free variables for what it binds.
struct OpenRecurrence {
  let index: Variable
  /// The node of the state, one for every recurrence: two that run alongside each other don't share it.
  let state: NodeID
  let body: NodeID
  /// What the state is: an entry of the recurrence.
  let value: NodeID
}

extension Sweep {
  /// The recurrence opened; always in the same way.
  mutating func open(_ id: NodeID, _ recurrence: Recurrence) -> OpenRecurrence {
    if let known = recurrences[id] { return known }
    let index = graph.open(id, avoiding: rootVariables.sorted()).variables[0]
    let variable = graph.freshState()
    let shape = graph.shape(graph[id].arguments[1])
    let body = graph.opened(id, as: [index, variable]).body
    let result = OpenRecurrence(
      index: index, state: graph.state(variable, shape), body: body,
      value: graph.row(id, at: recurrence.positions(at: index).before))
    recurrences[id] = result
    owners[variable] = id
    return result
  }

  /// The variables that a node is a family over: with a state also those of the step and of the recurrence.
  func scope(of id: NodeID) -> Set<Variable> {
    var result = Set(graph[id].free)
    var pending = graph[id].free.filter(\.isState)
    while let state = pending.popLast() {
      guard let owner = owners[state], let open = recurrences[owner] else { continue }
      for variable in [open.index] + graph[owner].free where result.insert(variable).inserted && variable.isState {
        pending.append(variable)
      }
    }
    return result
  }

  /// A term on its way to a node with these variables: states that it leaves behind are entries of their recurrences.
  func leaving(_ scope: Set<Variable>, _ term: NodeID) -> NodeID {
    var term = term
    while let state = graph[term].free.first(where: { $0.isState && !scope.contains($0) && owners[$0] != nil }),
      let owner = owners[state], let open = recurrences[owner]
    {
      term = graph.substitute(term, nodes: [open.state: open.value])
    }
    return term
  }

  /// The adjoint of a recurrence is one that runs the other way: `Λ[T] = c[T]`, `Λ[t] = c[t] + vjp(t, S[t]; Λ[t+1])`,
  /// with the product of the step's Jacobian by the state and the adjoint of the next state. What the body depends on
  /// besides gets the sum over all steps, the first state `Λ[0]`.
  mutating func propagateRecurrence(_ id: NodeID, _ recurrence: Recurrence, _ adjoint: NodeID) {
    let open = open(id, recurrence)
    let (conditions, c) = graph.splitGuard(adjoint)
    let shape = graph.shape(open.state)
    let variable = graph.freshState()
    var sweep = Sweep(graph: graph, root: open.body, targets: [open.state], seed: graph.state(variable, shape))
    let pulledBack = graph.substitute(sweep.run()[0], nodes: [open.state: open.value])
    let positions = recurrence.positions(at: open.index)
    let states = graph.scan(
      open.index, state: variable, from: graph.row(c, at: recurrence.end),
      to: graph.sum([(1, graph.row(c, at: positions.before)), (1, pulledBack)]), isReversed: !recurrence.isReversed)
    nameAdjoint(states, of: id)
    contribute(
      graph.guarded(conditions, graph.row(states, at: positions.after)), to: open.body, from: id, extra: [open.index])
    contribute(
      graph.guarded(conditions, graph.row(states, at: recurrence.start)), to: graph[id].arguments[1], from: id)
  }
}
