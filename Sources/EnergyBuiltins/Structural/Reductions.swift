import EnergyIR

/// Reductions of a whole tensor or along one axis. With an index (`sum(i in 1..n: …)`) the checker builds them.
extension StructuralBuiltins {
  static let reductions: [StructuralBuiltin] = [
    reduction("sum", "The sum of all entries, or along one axis.", .sum, ("sum([1, 2, 3])", 6)),
    reduction("prod", "The product of all entries, or along one axis.", .prod, ("prod([2, 3, 4])", 24)),
    reduction("min", "The least entry, or along one axis; ties share the derivative.", .min, ("min([3, 1, 2])", 1)),
    reduction("max", "The greatest entry, or along one axis; ties share the derivative.", .max, ("max([3, 1, 2])", 3)),
    reduction(
      "logsumexp", "log Σ e^a of all entries, or along one axis, without overflow.", .logsumexp,
      ("logsumexp([0, 0])", 0.6931471805599453)),
    reduction("any", "Whether some entry holds.", .any, ("any([0, 1])", 1)),
    reduction("all", "Whether every entry holds.", .all, ("all([0, 1])", 0)),
    softmax, logSoftmax, sumsq, norm, norm1, normalize,
  ]

  private static func reduction(
    _ name: String, _ summary: String, _ operation: ReduceOperation, _ example: (String, Double)
  ) -> StructuralBuiltin {
    StructuralBuiltin(
      name, summary, signature: "\(name)(a, axis = k)", example: .init(example.0, example.1), arity: 1...1,
      options: ["axis"]
    ) { (call) throws(BuiltinError) -> TypedValue in
      var body = call.node(0)
      if operation == .any || operation == .all, call.graph[body].type != .bool {
        body = call.graph.compare(body, "notEqual", 0)
      }
      return call.result(call.reduced(operation, body, axis: try call.axis()))
    }
  }

  private static let softmax = StructuralBuiltin(
    "softmax", "e^a / Σ e^a over all entries, or along one axis, without overflow.", signature: "softmax(a, axis = k)",
    example: .init("sum(softmax([1, 2, 3]))", 1), arity: 1...1, options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    let logits = try call.tensor(0)
    let axis = try call.axis()
    let total = call.spread(call.reduced(.logsumexp, logits, axis: axis), like: logits, axis: axis)
    return TypedValue(call.graph.call("softmaxweight", logits, total), call.arguments[0].form)
  }

  private static let logSoftmax = StructuralBuiltin(
    "log_softmax", "The logarithm of softmax, exact where softmax underflows.",
    signature: "log_softmax(a, axis = k)", example: .init("sum(log_softmax([0, 0]))", -1.3862943611198906),
    arity: 1...1,
    options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    let logits = try call.tensor(0)
    let axis = try call.axis()
    let total = call.spread(call.reduced(.logsumexp, logits, axis: axis), like: logits, axis: axis)
    return TypedValue(call.graph.subtract(logits, total), call.arguments[0].form)
  }

  private static let sumsq = StructuralBuiltin(
    "sumsq", "The sum of the squares of all entries, or along one axis.", signature: "sumsq(a, axis = k)",
    example: .init("sumsq([3, 4])", 25), arity: 1...1, options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    call.result(sumOfSquares(call, call.node(0), axis: try call.axis()))
  }

  /// The gradient at the origin is 0: `Graph.derivativeOfPower` sees to it.
  private static let norm = StructuralBuiltin(
    "norm", "The Euclidean norm of all entries, or along one axis; its gradient at the origin is 0.",
    signature: "norm(a, axis = k)", example: .init("norm([3, 4])", 5), arity: 1...1, options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    call.result(call.graph.squareRoot(sumOfSquares(call, call.node(0), axis: try call.axis())))
  }

  private static let norm1 = StructuralBuiltin(
    "norm1", "The sum of the absolute values of all entries, or along one axis.", signature: "norm1(a, axis = k)",
    example: .init("norm1([3, -4])", 7), arity: 1...1, options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    call.result(call.reduced(.sum, call.graph.call("abs", call.node(0)), axis: try call.axis()))
  }

  private static let normalize = StructuralBuiltin(
    "normalize", "a/norm(a), and 0 at the origin.", signature: "normalize(a, axis = k)",
    example: .init("sumsq(normalize([3, 4]))", 1), arity: 1...1, options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    let whole = try call.tensor(0)
    let axis = try call.axis()
    let squares = call.spread(sumOfSquares(call, whole, axis: axis), like: whole, axis: axis)
    let graph = call.graph
    let quotient = graph.product([(whole, 1), (squares, -0.5)])
    return TypedValue(graph.when(graph.compare(squares, "greater", 0), quotient), call.arguments[0].form)
  }

  /// Σ a² over an axis or all entries.
  static func sumOfSquares(_ call: BuiltinCall, _ id: NodeID, axis: Int?) -> NodeID {
    let shape = call.graph.shape(id)
    if shape.isEmpty { return call.graph.power(id, 2) }
    guard let axis else { return call.graph.dot(id, id) }
    let labels = Array(shape.indices)
    return call.graph.contract([(id, labels), (id, labels)], output: labels.filter { $0 != axis }, sizes: shape)
  }
}
