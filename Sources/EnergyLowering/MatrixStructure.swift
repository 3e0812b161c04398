import EnergyBuiltins
import EnergyIR

/// Puts what is known of matrices to use before loops are made: a diagonal matrix is its diagonal, a triangular system
/// is solved by substitution, a positive definite one through Cholesky's factor, which all its uses share.
///
/// Formulas are printed from the graph as it was.
struct MatrixStructure {
  let graph: Graph
  /// How deep sums and products of matrices are searched for structure.
  private let searchDepth = 8

  /// The same values with cheaper linear algebra.
  func specialised(_ root: NodeID) -> NodeID {
    guard graph.postorder(root).contains(where: { hasUse(graph[$0]) }) else { return root }
    return graph.rewriting(root) { id in graph.withOrigins(graph.origins(of: id)) { specialised(node: id) } }
  }

  private func hasUse(_ node: Node) -> Bool {
    switch node.operation {
    case .symbol(let symbol): isDiagonal(symbol)
    case .linearAlgebra: true
    default: false
    }
  }

  /// A sample's entries off the diagonal are read: they decide whether it is in its domain.
  private func isDiagonal(_ symbol: Symbol.ID) -> Bool {
    graph[symbol].role != .sample && graph[symbol].refinements.contains(.diagonal)
  }

  private func specialised(node id: NodeID) -> NodeID {
    switch graph[id].operation {
    case .symbol(let symbol) where isDiagonal(symbol): return matrix(withDiagonal: diagonal(of: id))
    case .linearAlgebra(let operation):
      let arguments = graph[id].arguments
      let right = arguments.count > 1 ? arguments[1] : nil
      if let entries = diagonalEntries(arguments[0], depth: searchDepth) {
        return diagonal(operation, entries, right) ?? id
      }
      if isLower(arguments[0], depth: searchDepth) {
        return triangular(operation, arguments[0], right, .solveLower) ?? id
      }
      if let lower = transposed(arguments[0]), isLower(lower, depth: searchDepth) {
        return triangular(operation, lower, right, .solveLowerTransposed) ?? id
      }
      if isPositiveDefinite(arguments[0], depth: searchDepth) {
        return positiveDefinite(operation, arguments[0], right) ?? id
      }
      return id
    default: return id
    }
  }

  // MARK: What is known

  /// The diagonal, where everything beside it is 0 by the node's form.
  private func diagonalEntries(_ id: NodeID, depth: Int) -> NodeID? {
    let node = graph[id]
    guard node.rank == 2, depth > 0 else { return nil }
    switch node.operation {
    case .contract(let spec) where spec.inputs.count == 1 && spec.output == [0, 0] && spec.summed.isEmpty:
      return graph.contract([(node.arguments[0], spec.inputs[0])], output: [0], sizes: spec.sizes)
    case .add(let coefficients, 0):
      let entries = node.arguments.compactMap { diagonalEntries($0, depth: depth - 1) }
      guard entries.count == node.arguments.count else { return nil }
      return graph.broadcast(graph.sum(Array(zip(coefficients, entries))), to: [node.shape[0]])
    case .mul(let exponents):
      let matrices = node.arguments.indices.filter { graph[node.arguments[$0]].rank > 0 }
      guard matrices.count == 1, exponents[matrices[0]] == 1,
        let entries = diagonalEntries(node.arguments[matrices[0]], depth: depth - 1)
      else { return nil }
      let factors = node.arguments.indices.filter { $0 != matrices[0] }.map { (node.arguments[$0], exponents[$0]) }
      return graph.product(factors + [(entries, 1)])
    default: return nil
    }
  }

  /// Whether all entries above the diagonal are 0.
  private func isLower(_ id: NodeID, depth: Int) -> Bool {
    let node = graph[id]
    guard node.rank == 2, depth > 0 else { return false }
    switch node.operation {
    case .symbol(let symbol): return graph[symbol].role != .sample && graph[symbol].refinements.contains(.lower)
    case .linearAlgebra(let operation): return operation == .cholesky
    case .add(_, 0):
      return node.arguments.allSatisfy { isLower($0, depth: depth - 1) || diagonalEntries($0, depth: depth - 1) != nil }
    case .mul(let exponents):
      return zip(node.arguments, exponents).contains { $1 > 0 && isLower($0, depth: depth - 1) }
    case .build:
      let (rows, _, row) = graph.open(id)
      guard case .build = graph[row].operation else { return false }
      let (columns, _, entry) = graph.open(row)
      let below = Condition(IndexExpression([(rows[0], 1), (columns[0], -1)]), .atLeastZero)
      return graph.splitGuard(entry).0.conditions.contains(below)
    default: return false
    }
  }

  /// The matrix of which this is the transpose, as it is written.
  private func transposed(_ id: NodeID) -> NodeID? {
    guard case .contract(let spec) = graph[id].operation, spec.inputs == [[0, 1]], spec.output == [1, 0] else {
      return nil
    }
    return graph[id].arguments[0]
  }

  private func isPositiveDefinite(_ id: NodeID, depth: Int) -> Bool {
    guard depth > 0 else { return false }
    switch graph[id].operation {
    case .symbol(let symbol): return graph[symbol].refinements.contains(.positiveDefinite)
    case .add(let coefficients, 0):
      let isDefinite = graph[id].arguments.map { isPositiveDefinite($0, depth: depth - 1) }
      guard isDefinite.contains(true), coefficients.allSatisfy({ $0 > 0 }) else { return false }
      return zip(graph[id].arguments, isDefinite).allSatisfy { argument, isDefinite in
        isDefinite || diagonalEntries(argument, depth: depth - 1).map(graph.isProvablyNonNegative) == true
      }
    default: return false
    }
  }

  // MARK: What is done with it

  private func diagonal(of matrix: NodeID) -> NodeID {
    graph.contract([(matrix, [0, 0])], output: [0], sizes: [graph.shape(matrix)[0]])
  }

  private func matrix(withDiagonal entries: NodeID) -> NodeID {
    graph.contract([(entries, [0])], output: [0, 0], sizes: graph.shape(entries))
  }

  private func identity(_ size: Size) -> NodeID { graph.contract([], output: [0, 0], sizes: [size]) }

  private func product(_ entries: NodeID) -> NodeID {
    let index = graph.freshVariable(graph.shape(entries)[0])
    return graph.reduce(.prod, [index], .always, graph.index(entries, [.at(IndexExpression(index))]))
  }

  /// Σ log |pivot|.
  private func logarithms(_ pivots: NodeID) -> NodeID {
    graph.total(Builtins.apply(graph, "log", [Builtins.apply(graph, "abs", [pivots])]))
  }

  private func diagonal(_ operation: LinearAlgebra, _ entries: NodeID, _ right: NodeID?) -> NodeID? {
    let pivots = { graph.linearAlgebra(.pivots, [entries]) }
    let reciprocals = { graph.product([(pivots(), -1)]) }
    switch operation {
    case .inv: return matrix(withDiagonal: reciprocals())
    case .solve:
      guard let right else { return nil }
      let sizes = graph.shape(right)
      let labels = Array(sizes.indices)
      return graph.contract([(right, labels), (reciprocals(), [0])], output: labels, sizes: sizes)
    case .det: return product(entries)
    case .logdet: return logarithms(pivots())
    default: return nil
    }
  }

  private func triangular(
    _ operation: LinearAlgebra, _ lower: NodeID, _ right: NodeID?, _ solve: LinearAlgebra
  ) -> NodeID? {
    switch operation {
    case .inv: return graph.linearAlgebra(solve, [lower, identity(graph.shape(lower)[0])])
    case .solve: return right.map { graph.linearAlgebra(solve, [lower, $0]) }
    case .det: return product(diagonal(of: lower))
    case .logdet: return logarithms(graph.linearAlgebra(.pivots, [diagonal(of: lower)]))
    default: return nil
    }
  }

  private func positiveDefinite(_ operation: LinearAlgebra, _ matrix: NodeID, _ right: NodeID?) -> NodeID? {
    let factor = { graph.linearAlgebra(.cholesky, [matrix]) }
    let solve = { (right: NodeID) in
      graph.linearAlgebra(.solveLowerTransposed, [factor(), graph.linearAlgebra(.solveLower, [factor(), right])])
    }
    switch operation {
    case .inv: return solve(identity(graph.shape(matrix)[0]))
    case .solve: return right.map(solve)
    case .det: return graph.power(product(diagonal(of: factor())), 2)
    case .logdet: return graph.scale(2, graph.total(Builtins.apply(graph, "log", [diagonal(of: factor())])))
    default: return nil
    }
  }
}
