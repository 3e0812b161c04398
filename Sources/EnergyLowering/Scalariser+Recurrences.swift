import EnergyIR

extension Scalariser {
  /// One entry of a state. It is read from memory, also inside the recurrence itself.
  func state(_ request: Request) -> TermID {
    let (node, environment) = withFreeNames(request.node, environment(request))
    let array = array(of: node, environment)
    var positions = request.positions
    if terms[array].isRing { positions[0] = inRing(positions[0]) }
    return terms.read(array, positions)
  }

  /// A recurrence in the body of a binder with free names for that binder's variables: its states can then be put into
  /// its own body, whose binders number theirs by what stands in them.
  private func withFreeNames(
    _ id: NodeID, _ environment: [Variable: IndexExpression]
  ) -> (NodeID, [Variable: IndexExpression]) {
    let bound = graph[id].free.filter(\.isBound)
    if bound.isEmpty { return (id, environment) }
    var names: [Variable: Variable] = [:]
    var images = environment
    for variable in bound {
      let name = outerNames[variable] ?? graph.freshVariable(variable.extent)
      outerNames[variable] = name
      names[variable] = name
      images[name] = environment[variable]
    }
    let renamed = graph.renamed(id, names)
    if rings.contains(id) { rings.insert(renamed) }
    return (renamed, images)
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
