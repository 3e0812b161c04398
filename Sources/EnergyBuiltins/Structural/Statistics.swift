import EnergyIR

/// Means and variances; rows of a data matrix are observations.
extension StructuralBuiltins {
  static let statistics: [StructuralBuiltin] = [mean, variance, covariance]

  private static let mean = StructuralBuiltin(
    "mean", "The mean of all entries, or along one axis.", signature: "mean(a, axis = k)",
    example: .init("mean([1, 2, 6])", 3), arity: 1...1, options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    let axis = try call.axis()
    try call.require(call.count(call.node(0), axis: axis) - 1, "the mean of nothing isn't defined", argument: 0)
    return call.result(average(call, call.node(0), axis: axis))
  }

  private static let variance = StructuralBuiltin(
    "var", "The variance of all entries, or along one axis, with divisor n − 1.", signature: "var(a, axis = k)",
    example: .init("var([1, 2, 3])", 1), arity: 1...1, options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    let graph = call.graph
    let whole = try call.tensor(0)
    let axis = try call.axis()
    let centred = graph.subtract(whole, call.spread(average(call, whole, axis: axis), like: whole, axis: axis))
    let squares = sumOfSquares(call, centred, axis: axis)
    return call.result(graph.divide(squares, graph.size(try degreesOfFreedom(call, call.count(whole, axis: axis)))))
  }

  private static let covariance = StructuralBuiltin(
    "cov", "The covariance matrix of a data matrix whose rows are observations, with divisor n − 1.",
    signature: "cov(X)", example: .init("trace(cov([[1, 0], [3, 4]]))", 10), arity: 1...1
  ) { (call) throws(BuiltinError) -> TypedValue in
    let graph = call.graph
    let data = try call.matrix(0)
    let shape = graph.shape(data)
    let centred = graph.subtract(data, call.spread(average(call, data, axis: 0), like: data, axis: 0))
    let products = graph.contract(
      [(centred, [0, 1]), (centred, [0, 2])], output: [1, 2], sizes: [shape[0], shape[1], shape[1]])
    return call.result(graph.divide(products, graph.size(try degreesOfFreedom(call, shape[0]))))
  }

  private static func average(_ call: BuiltinCall, _ id: NodeID, axis: Int?) -> NodeID {
    call.graph.divide(call.reduced(.sum, id, axis: axis), call.graph.size(call.count(id, axis: axis)))
  }

  private static func degreesOfFreedom(_ call: BuiltinCall, _ count: Size) throws(BuiltinError) -> Size {
    try call.require(count - 2, "\(call.name) needs at least 2 values, not \(count)", argument: 0)
    return count - 1
  }
}
