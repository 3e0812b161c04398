extension Graph {
  /// The term with `change` applied to every node, arguments first; the recursion is as deep as binders nest.
  public func rewriting(_ root: NodeID, _ change: (NodeID) -> NodeID) -> NodeID {
    var memo: [NodeID: NodeID] = [:]
    return rewriting(root, change, &memo)
  }

  private func rewriting(
    _ root: NodeID, _ change: (NodeID) -> NodeID, _ memo: inout [NodeID: NodeID]
  ) -> NodeID {
    for id in postorder(root, into: { memo[$0] == nil && self[$0].operation.bound.isEmpty }) where memo[id] == nil {
      let node = self[id]
      let made = withOrigins(origins(of: id)) { () -> NodeID in
        if !node.operation.bound.isEmpty {
          let variables = node.operation.bound.map(fresh)
          let (conditions, body) = opened(id, as: variables)
          let changed = rewriting(body, change, &memo)
          switch node.operation {
          case .scan(let recurrence):
            let initial = rewriting(node.arguments[1], change, &memo)
            if changed == body, initial == node.arguments[1] { return id }
            return scan(
              variables[0], state: variables[1], from: initial, to: changed, isReversed: recurrence.isReversed)
          case .reduce(let operation, _, _):
            return changed == body ? id : reduce(operation, variables, conditions, changed)
          default: return changed == body ? id : build(variables[0], changed)
          }
        }
        let arguments = node.arguments.map { memo[$0] ?? $0 }
        return arguments == node.arguments ? id : rebuild(node, arguments)
      }
      let changed = change(made)
      carryName(from: id, to: changed)
      memo[id] = changed
    }
    return memo[root] ?? root
  }
}
