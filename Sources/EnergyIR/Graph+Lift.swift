extension Graph {
  /// The tensor whose entries `body` gives one by one: `x[i]^2 + 1` over i is `x^2 + 1`.
  ///
  /// Only where every index inside uses all `variables`, plain, in order and over whole axes, so that the tensor
  /// costs what the loop costs; `nil` otherwise.
  public func lifted(_ body: NodeID, over variables: [Variable]) -> NodeID? {
    guard self[body].rank == 0, !variables.isEmpty else { return nil }
    let ours = Set(variables)
    let touches = { (id: NodeID) in self[id].free.contains(where: ours.contains) }
    guard touches(body) else { return nil }
    var memo: [NodeID: NodeID] = [:]
    let isLeaf = { (id: NodeID) -> Bool in
      if case .index = self[id].operation { return true }
      return !touches(id)
    }
    for id in postorder(body, into: { !isLeaf($0) }) where touches(id) {
      let node = self[id]
      let arguments = node.arguments.map { memo[$0] ?? $0 }
      switch node.operation {
      case .index(let pattern):
        guard let tensor = liftedIndex(node, pattern, variables) else { return nil }
        memo[id] = tensor
      case .add, .mul, .apply, .select: memo[id] = rebuild(node, arguments, shape: variables.map(\.extent))
      default: return nil
      }
    }
    guard let result = memo[body], self[result].shape == variables.map(\.extent) else { return nil }
    return result
  }

  private func liftedIndex(_ node: Node, _ pattern: [Subscript], _ variables: [Variable]) -> NodeID? {
    let tensor = node.arguments[0]
    guard node.arguments.count == 1, !self[tensor].free.contains(where: variables.contains) else { return nil }
    var met: [Variable] = []
    var places: [Subscript] = []
    for (place, size) in zip(pattern, self[tensor].shape) {
      guard case .at(let position) = place else { return nil }
      if let variable = position.variable, variables.contains(variable) {
        guard size == variable.extent else { return nil }
        met.append(variable)
        places.append(.all)
      } else {
        guard position.variables.allSatisfy({ !variables.contains($0) }) else { return nil }
        places.append(place)
      }
    }
    return met == variables ? index(tensor, places) : nil
  }
}
