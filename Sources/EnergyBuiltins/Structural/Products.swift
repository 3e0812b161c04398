import EnergyIR

/// Products of vectors and matrices beside the operator `@`.
extension StructuralBuiltins {
  static let products: [StructuralBuiltin] = [dot, outer, cross, kron, einsum]

  private static let dot = StructuralBuiltin(
    "dot", aliases: ["inner"], "The sum of the products of the entries of two tensors of one shape.",
    signature: "dot(a, b)", example: .init("dot([1, 2], [3, 4])", 11), arity: 2...2
  ) { (call) throws(BuiltinError) -> TypedValue in
    _ = try call.tensor(0)
    try call.sameShape(0, 1)
    return call.result(call.graph.dot(call.node(0), call.node(1)))
  }

  private static let outer = StructuralBuiltin(
    "outer", "The matrix of the products u[i]·v[j].", signature: "outer(u, v)",
    example: .init("sum(outer([1, 2], [3, 4]))", 21), arity: 2...2
  ) { (call) throws(BuiltinError) -> TypedValue in
    let (u, v) = (try call.vector(0), try call.vector(1))
    return call.result(
      call.graph.contract([(u, [0]), (v, [1])], output: [0, 1], sizes: call.graph.shape(u) + call.graph.shape(v)))
  }

  private static let cross = StructuralBuiltin(
    "cross", "The vector product of two vectors of 3.", signature: "cross(a, b)",
    example: .init("cross([1, 0, 0], [0, 1, 0])[3]", 1), arity: 2...2
  ) { (call) throws(BuiltinError) -> TypedValue in
    let graph = call.graph
    let operands = [try call.vector(0), try call.vector(1)]
    for position in 0...1 where !call.areEqual(call.shape(position)[0], 3) {
      throw BuiltinError(
        .shape, "cross needs vectors of 3, not \(Graph.describe(call.shape(position)))", argument: position)
    }
    let axis = graph.freshVariable(3)
    let entry = { (operand: Int, shift: Int) -> NodeID in
      let place = IndexExpression([(axis, 1)], offset: Size(shift), modulus: 3)
      return graph.index(operands[operand], [.at(place)])
    }
    let difference = graph.subtract(
      graph.multiply(entry(0, 1), entry(1, 2)), graph.multiply(entry(0, 2), entry(1, 1)))
    return call.result(graph.build(axis, difference))
  }

  private static let kron = StructuralBuiltin(
    "kron", "The Kronecker product of two matrices or two vectors.", signature: "kron(A, B)",
    example: .init("sum(kron([1, 2], [3, 4]))", 21), arity: 2...2
  ) { (call) throws(BuiltinError) -> TypedValue in
    let (a, b) = (try call.tensor(0), try call.tensor(1))
    let (left, right) = (call.graph.shape(a), call.graph.shape(b))
    guard left.count == right.count, left.count <= 2 else {
      throw BuiltinError(
        .shape, "kron needs two matrices or two vectors, not \(Graph.describe(left)) and \(Graph.describe(right))",
        argument: 1)
    }
    let labels = Array(left.indices)
    let others = labels.map { $0 + left.count }
    let product = call.graph.contract(
      [(a, labels), (b, others)], output: labels.flatMap { [$0, $0 + left.count] }, sizes: left + right)
    return call.result(call.graph.reshape(product, to: zip(left, right).map { $0 * $1 }))
  }
}
