import EnergyIR

/// Functions of one matrix, and linear systems.
extension StructuralBuiltins {
  static let matrices: [StructuralBuiltin] = [
    transpose, trace, diag, tril,
    algebra("inv", "The inverse of a square matrix.", .inv, ("trace(inv([[2, 0], [0, 4]]))", 0.75)),
    algebra(
      "cholesky", "The lower triangular L with L L^T = A, for a symmetric positive definite A.", .cholesky,
      ("trace(cholesky([[4, 0], [0, 9]]))", 5)),
    algebra("logdet", "log |det A|.", .logdet, ("logdet([[2, 0], [0, 0.5]])", 0)),
    algebra("det", "The determinant.", .det, ("det([[1, 2], [3, 4]])", -2)),
    algebra(
      "is_spd", "Whether a symmetric matrix is positive definite.", .isPositiveDefinite,
      ("select(is_spd([[2, 1], [1, 2]]), 1, 0)", 1)),
    solve,
  ]

  private static func algebra(
    _ name: String, _ summary: String, _ operation: LinearAlgebra, _ example: (String, Double)
  ) -> StructuralBuiltin {
    StructuralBuiltin(
      name, summary, signature: "\(name)(A)", example: .init(example.0, example.1), arity: 1...1
    ) { (call) throws(BuiltinError) -> TypedValue in
      call.result(call.graph.linearAlgebra(operation, [try call.squareMatrix(0)]))
    }
  }

  private static let solve = StructuralBuiltin(
    "solve", "The X with A X = B, for a vector or a matrix B.", signature: "solve(A, b)",
    example: .init("sum(solve([[2, 0], [0, 4]], [2, 8]))", 3), arity: 2...2
  ) { (call) throws(BuiltinError) -> TypedValue in
    let matrix = try call.squareMatrix(0)
    let right = try call.tensor(1)
    let shape = call.graph.shape(right)
    guard shape.count <= 2, call.areEqual(shape[0], call.shape(0)[0]) else {
      throw BuiltinError(
        .shape, "A is \(Graph.describe(call.shape(0))), b is \(Graph.describe(shape))", argument: 1)
    }
    return call.result(call.graph.linearAlgebra(.solve, [matrix, right]))
  }

  private static let transpose = StructuralBuiltin(
    "transpose", "The transpose; of a vector a row, of a row a vector.", signature: "transpose(A)",
    example: .init("transpose([[1, 2], [3, 4]])[1, 2]", 3), arity: 1...1
  ) { (call) throws(BuiltinError) -> TypedValue in
    let value = call.arguments[0]
    switch value.form {
    case .scalar: return value
    case .vector: return TypedValue(value.node, .row)
    case .row, .column: return TypedValue(value.node, .vector)
    case .matrix: return TypedValue(call.graph.transpose(value.node), .matrix)
    case .tensor:
      throw BuiltinError(
        .shape, "transpose needs a vector or a matrix, not \(Graph.describe(call.shape(0)))", argument: 0)
    }
  }

  private static let trace = StructuralBuiltin(
    "trace", aliases: ["tr"], "The sum of the diagonal.", signature: "trace(A)",
    example: .init("trace([[1, 2], [3, 4]])", 5), arity: 1...1
  ) { (call) throws(BuiltinError) -> TypedValue in
    let matrix = try call.squareMatrix(0)
    return call.result(call.graph.contract([(matrix, [0, 0])], output: [], sizes: [call.shape(0)[0]]))
  }

  private static let diag = StructuralBuiltin(
    "diag", "The diagonal of a matrix, or the matrix with a vector on its diagonal.", signature: "diag(a)",
    example: .init("sum(diag([[1, 2], [3, 4]]))", 5), arity: 1...1
  ) { (call) throws(BuiltinError) -> TypedValue in
    if call.shape(0).count == 1 {
      return call.result(call.graph.contract([(call.node(0), [0])], output: [0, 0], sizes: call.shape(0)))
    }
    let matrix = try call.squareMatrix(0)
    return call.result(call.graph.contract([(matrix, [0, 0])], output: [0], sizes: [call.shape(0)[0]]))
  }

  private static let tril = StructuralBuiltin(
    "tril", "The matrix with zeros above the diagonal; of a vector the lower triangle with its entries, row by row.",
    signature: "tril(a)", example: .init("sum(tril([[1, 2], [3, 4]]))", 8), arity: 1...1
  ) { (call) throws(BuiltinError) -> TypedValue in
    let graph = call.graph
    if call.shape(0).count == 1 { return try unpacked(call) }
    let matrix = try call.matrix(0)
    let (i, j) = (graph.freshVariable(call.shape(0)[0]), graph.freshVariable(call.shape(0)[1]))
    let entry = graph.index(matrix, [.at(IndexExpression(i)), .at(IndexExpression(j))])
    let below = Guard([Condition(IndexExpression([(i, 1), (j, -1)]), .atLeastZero)])
    return call.result(graph.build(i, graph.build(j, graph.guarded(below, entry))))
  }

  /// The lower triangle whose entries a vector holds row by row.
  private static func unpacked(_ call: BuiltinCall) throws(BuiltinError) -> TypedValue {
    let graph = call.graph
    guard let rows = PackedTriangle.rows(count: call.shape(0)[0]) else {
      throw BuiltinError(
        .shape, "a triangle has 1, 3, 6, 10, … entries, and this is \(Graph.describe(call.shape(0)))", argument: 0,
        hints: ["a triangle of n rows is packed into a vector[div(n*(n + 1), 2)]"])
    }
    let (i, j) = (graph.freshVariable(rows), graph.freshVariable(rows))
    let below = Guard([Condition(IndexExpression([(i, 1), (j, -1)]), .atLeastZero)])
    let entry = PackedTriangle.entry(graph, call.node(0), i, j)
    return call.result(graph.build(i, graph.build(j, graph.guarded(below, entry))))
  }
}
