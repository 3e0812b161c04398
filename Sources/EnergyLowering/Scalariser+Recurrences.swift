import EnergyIR

extension Scalariser {
  /// One entry of a state. It is read from memory, also inside the recurrence itself.
  func state(_ request: Request) -> TermID {
    let array = array(of: request.node, environment(request))
    var positions = request.positions
    if terms[array].isRing { positions[0] = inRing(positions[0]) }
    return terms.read(array, positions)
  }

  /// Where a state lies among two.
  func inRing(_ position: TermPosition) -> TermPosition {
    guard case .affine(let expression) = position, let wrapped = expression.modulo(2) else { return position }
    return .affine(wrapped)
  }

  /// The index of the steps, and the next state with the one before it as an entry of the recurrence.
  func step(_ id: NodeID, _ recurrence: Recurrence) -> (index: Variable, next: NodeID) {
    let variables = graph.open(id).variables
    let fresh = [variables[0], graph.freshState()]
    let state = graph.state(fresh[1], graph.shape(graph[id].arguments[1]))
    let before = graph.row(id, at: recurrence.positions(at: fresh[0]).before)
    return (fresh[0], graph.substitute(graph.opened(id, as: fresh).body, nodes: [state: before]))
  }
}
