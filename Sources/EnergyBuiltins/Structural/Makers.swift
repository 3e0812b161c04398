import EnergyIR

/// Tensors from sizes.
extension StructuralBuiltins {
  static let makers: [StructuralBuiltin] = [eye, filled("zeros", 0), filled("ones", 1), full, linspace, size]

  private static let eye = StructuralBuiltin(
    "eye", "The identity matrix of n rows.", signature: "eye(n)", example: .init("trace(eye(3))", 3), arity: 1...1
  ) { (call) throws(BuiltinError) -> TypedValue in
    call.result(call.graph.contract([], output: [0, 0], sizes: [try call.size(0)]))
  }

  private static func filled(_ name: String, _ value: Double) -> StructuralBuiltin {
    StructuralBuiltin(
      name, "A tensor of \(name) with the given sizes.", signature: "\(name)(m, n, …)",
      example: .init("sum(\(name)(2, 3))", 6 * value), arity: 1...8
    ) { (call) throws(BuiltinError) -> TypedValue in
      call.result(call.graph.broadcast(call.graph.constant(value), to: try sizes(call, from: 0)))
    }
  }

  private static let full = StructuralBuiltin(
    "full", "A tensor filled with one number, with the given sizes.", signature: "full(value, m, n, …)",
    example: .init("sum(full(0.5, 4))", 2), arity: 2...9
  ) { (call) throws(BuiltinError) -> TypedValue in
    guard call.shape(0).isEmpty else {
      throw BuiltinError(.shape, "full needs a number, not \(Graph.describe(call.shape(0)))", argument: 0)
    }
    return call.result(call.graph.broadcast(call.node(0), to: try sizes(call, from: 1)))
  }

  private static let linspace = StructuralBuiltin(
    "linspace", "n numbers from a to b at equal distances.", signature: "linspace(a, b, n)",
    example: .init("linspace(0, 1, 5)[2]", 0.25), arity: 3...3
  ) { (call) throws(BuiltinError) -> TypedValue in
    let graph = call.graph
    for position in 0...1 where !call.shape(position).isEmpty {
      throw BuiltinError(
        .shape, "linspace needs numbers, not \(Graph.describe(call.shape(position)))", argument: position)
    }
    let count = try call.size(2, atLeast: 1)
    let (first, last) = (call.node(0), call.node(1))
    if count == 1 { return call.result(graph.broadcast(first, to: [1])) }
    let index = graph.freshVariable(count)
    // One number alone is the first; the index is 0 then.
    let steps = graph.size(count - 1)
    let divisor = count.isProvably(atLeast: 2) ? steps : graph.call("max", steps, graph.size(1))
    let share = graph.divide(graph.iota(IndexExpression(index)), divisor)
    let entry = graph.add(first, graph.multiply(graph.subtract(last, first), share))
    return call.result(graph.build(index, entry))
  }

  private static let size = StructuralBuiltin(
    "size", "The number of entries, or with an axis its length.", signature: "size(a, axis = k)",
    example: .init("size([[1, 2, 3], [4, 5, 6]])", 6), arity: 1...2, options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    var call = call
    if call.arguments.count == 2 {
      call = BuiltinCall(
        name: call.name, graph: call.graph, arguments: [call.arguments[0]], named: ["axis": call.arguments[1]],
        areEqual: call.areEqual)
    }
    return call.result(call.graph.size(call.count(call.node(0), axis: try call.axis())))
  }

  /// The sizes that the arguments from `start` on give.
  static func sizes(_ call: BuiltinCall, from start: Int) throws(BuiltinError) -> [Size] {
    var result: [Size] = []
    for position in start..<call.arguments.count { result.append(try call.size(position, atLeast: 0)) }
    return result
  }
}
