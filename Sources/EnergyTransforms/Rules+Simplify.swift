import EnergyIR

extension RewriteRule {
  /// What makes a derivative shorter to read and cheaper to run. Most simplification isn't here: the graph's
  /// constructors collect like terms, add exponents, drop neutral elements and transpose symmetric matrices.
  public static let simplifying: [RewriteRule] = [
    RewriteRule(
      "matrix-factor", "a*A v + b*B v ⇒ (a*A + b*B) v where A and B don't depend on the sample", .rounding,
      example: "param P : matrix[2, 2] = [[1, 2], [3, 4]]\nenergy f(x : vector[2]) = sum(P x + P^T x)"
    ) {
      graph, id in combineMatrixProducts(graph, id)
    },
    RewriteRule(
      "merge-sums", "sum(i: f) + sum(i: g) ⇒ sum(i: f + g)", .rounding,
      example: "energy f(x : vector[4]) = sum(i in 1..3: x[i]*x[i+1]) + sum(i in 1..3: sin(x[i] - x[i+1]))"
    ) { graph, id in
      mergeSums(graph, id)
    },
    RewriteRule(
      "merge-selects", "select(c, a, b) + select(c, f, g) ⇒ select(c, a + f, b + g)", .exact,
      example: "energy f(x : real) = (if x > 0 then x else 2) + (if x > 0 then sin(x) else x)"
    ) { graph, id in
      mergeSelects(graph, id)
    },
    RewriteRule(
      "pythagoras", "sin(t)^2 + cos(t)^2 ⇒ 1", .rounding,
      example: "energy f(x : real) = sin(x)^2 + cos(x)^2 + x"
    ) { graph, id in pythagoras(graph, id) },
    RewriteRule(
      "softmax-total", "the weights of a softmax add up to 1", .rounding,
      example: "energy f(x : vector[3]) = x[1]*sum(softmax(x))"
    ) { graph, id in
      softmaxTotal(graph, id)
    },
    RewriteRule(
      "logdet-inv", "logdet(inv(A)) ⇒ -logdet(A)", .rounding,
      example: "param A : spd[2] = [[2, 0.5], [0.5, 1]]\nenergy f(x : real) = x*logdet(inv(A))"
    ) { graph, id in
      guard case .linearAlgebra(.logdet) = graph[id].operation,
        case .linearAlgebra(.inv) = graph[graph[id].arguments[0]].operation
      else { return nil }
      return graph.negate(graph.linearAlgebra(.logdet, graph[graph[id].arguments[0]].arguments))
    },
  ]
}

private func softmaxTotal(_ graph: Graph, _ id: NodeID) -> NodeID? {
  switch graph[id].operation {
  case .reduce(.sum, _, _):
    let (variables, conditions, body) = graph.open(id)
    guard let pair = graph.arguments(of: body, if: "softmaxweight") else { return nil }
    return pair[1] == graph.reduce(.logsumexp, variables, conditions, pair[0]) ? graph.constant(1) : nil
  case .contract(let spec) where spec.output.isEmpty && spec.inputs.count == 1:
    guard let pair = graph.arguments(of: graph[id].arguments[0], if: "softmaxweight"), graph[pair[1]].rank == 0,
      Set(spec.inputs[0]).count == spec.inputs[0].count
    else { return nil }
    let variables = graph.shape(pair[0]).map(graph.freshVariable)
    let entry = graph.index(pair[0], variables.map { .at(IndexExpression($0)) })
    return pair[1] == graph.reduce(.logsumexp, variables, .always, entry) ? graph.constant(1) : nil
  default: return nil
  }
}

private func combineMatrixProducts(_ graph: Graph, _ id: NodeID) -> NodeID? {
  let (terms, constant) = graph.terms(of: id)
  guard terms.count > 1 else { return nil }
  for position in terms.indices {
    guard let first = matrixProduct(graph, terms[position].1) else { continue }
    let others = terms.indices.filter { $0 > position }.compactMap { other -> (Int, NodeID)? in
      guard let match = matrixProduct(graph, terms[other].1), match.vector == first.vector else { return nil }
      return (other, match.matrix)
    }
    guard !others.isEmpty else { continue }
    let factor = terms[position].0
    let matrix = graph.sum([(1, first.matrix)] + others.map { (terms[$0.0].0 / factor, $0.1) })
    let sizes = graph.shape(matrix)
    let product = graph.contract([(matrix, [0, 1]), (first.vector, [1])], output: [0], sizes: sizes)
    let used = Set(others.map(\.0) + [position])
    let rest = terms.indices.filter { !used.contains($0) }.map { terms[$0] }
    return graph.sum(rest + [(factor, product)], constant: constant)
  }
  return nil
}

/// The matrix (turned so that its second axis is summed) and the vector of a product `A v` with a uniform A.
private func matrixProduct(_ graph: Graph, _ id: NodeID) -> (matrix: NodeID, vector: NodeID)? {
  guard case .contract(let spec) = graph[id].operation, spec.inputs.count == 2, spec.output.count == 1 else {
    return nil
  }
  for (m, v) in [(0, 1), (1, 0)] where spec.inputs[m].count == 2 && spec.inputs[v].count == 1 {
    let matrix = graph[id].arguments[m]
    guard !graph[matrix].isVarying, graph[matrix].free.isEmpty, spec.inputs[v] != spec.output else { continue }
    let own = spec.inputs[m]
    if own == [spec.output[0], spec.inputs[v][0]] { return (matrix, graph[id].arguments[v]) }
    if own == [spec.inputs[v][0], spec.output[0]] { return (graph.transpose(matrix), graph[id].arguments[v]) }
  }
  return nil
}

private func mergeSums(_ graph: Graph, _ id: NodeID) -> NodeID? {
  let (terms, constant) = graph.terms(of: id)
  for first in terms.indices {
    guard case .reduce(.sum, let variables, _) = graph[terms[first].1].operation else { continue }
    for second in terms.indices where second > first {
      guard case .reduce(.sum, let others, _) = graph[terms[second].1].operation,
        others.map(\.extent) == variables.map(\.extent), graph.shape(terms[first].1) == graph.shape(terms[second].1)
      else { continue }
      let fresh = variables.map { graph.freshVariable($0.extent) }
      let (conditions, left) = graph.opened(terms[first].1, as: fresh)
      let (otherConditions, right) = graph.opened(terms[second].1, as: fresh)
      guard conditions == otherConditions else { continue }
      let body = graph.broadcast(
        graph.sum([(terms[first].0, left), (terms[second].0, right)]), to: graph.shape(terms[first].1))
      let merged = graph.reduce(.sum, fresh, conditions, body)
      let rest = terms.indices.filter { $0 != first && $0 != second }.map { terms[$0] }
      let result = graph.sum(rest + [(1, merged)], constant: constant)
      if result != id { return result }
    }
  }
  return nil
}

private func mergeSelects(_ graph: Graph, _ id: NodeID) -> NodeID? {
  let (terms, constant) = graph.terms(of: id)
  for first in terms.indices {
    guard case .select = graph[terms[first].1].operation else { continue }
    let a = graph[terms[first].1].arguments
    for second in terms.indices where second > first {
      guard case .select = graph[terms[second].1].operation else { continue }
      let b = graph[terms[second].1].arguments
      guard a[0] == b[0] else { continue }
      let factors = (terms[first].0, terms[second].0)
      let merged = graph.select(
        a[0], graph.sum([(factors.0, a[1]), (factors.1, b[1])]), graph.sum([(factors.0, a[2]), (factors.1, b[2])]))
      let rest = terms.indices.filter { $0 != first && $0 != second }.map { terms[$0] }
      return graph.sum(rest + [(1, merged)], constant: constant)
    }
  }
  return nil
}

private func pythagoras(_ graph: Graph, _ id: NodeID) -> NodeID? {
  let (terms, constant) = graph.terms(of: id)
  let squares = { (term: NodeID, function: FunctionName) -> NodeID? in
    let factors = graph.factors(of: term)
    guard factors.count == 1, factors[0].1 == 2 else { return nil }
    return graph.arguments(of: factors[0].0, if: function)?[0]
  }
  for first in terms.indices {
    guard let t = squares(terms[first].1, "sin") else { continue }
    guard
      let second = terms.indices.first(where: { squares(terms[$0].1, "cos") == t && terms[$0].0 == terms[first].0 })
    else { continue }
    let rest = terms.indices.filter { $0 != first && $0 != second }.map { terms[$0] }
    return graph.broadcast(graph.sum(rest, constant: constant + terms[first].0), to: graph.shape(id))
  }
  return nil
}
