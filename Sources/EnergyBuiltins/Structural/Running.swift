import EnergyIR

/// Functions that keep an axis and run along it: running sums and products, and sorting.
extension StructuralBuiltins {
  static let running: [StructuralBuiltin] = [
    cumulative("cumsum", "The sums of the first entries", .sum, ("cumsum([1, 2, 3])[2]", 3)),
    cumulative("cumprod", "The products of the first entries", .prod, ("cumprod([2, 3, 4])[2]", 6)),
    sort, argsort,
  ]

  private static func cumulative(
    _ name: String, _ summary: String, _ operation: ReduceOperation, _ example: (String, Double)
  ) -> StructuralBuiltin {
    StructuralBuiltin(
      name, "\(summary) of a vector, or along one axis.", signature: "\(name)(v, axis = k)",
      example: .init(example.0, example.1), arity: 1...1, options: ["axis"]
    ) { (call) throws(BuiltinError) -> TypedValue in
      let graph = call.graph
      let axis = try runningAxis(call)
      let shape = call.shape(0)
      let place = graph.freshVariable(shape[axis])
      if graph[call.node(0)].type != .real {
        // Whole numbers stay whole, as indices have to be, and have no derivative.
        let other = graph.freshVariable(shape[axis])
        let upTo = Guard([Condition(IndexExpression([(place, 1), (other, -1)]), .atLeastZero)])
        let pattern = shape.indices.map { $0 == axis ? Subscript.at(IndexExpression(other)) : .all }
        let sums = graph.build(place, graph.reduce(operation, [other], upTo, graph.index(call.node(0), pattern)))
        return TypedValue(moveLeadingAxis(graph, sums, to: axis), call.arguments[0].form)
      }
      // A recurrence over the axis, so that n entries take n steps, forwards and backwards.
      let (step, variable) = (graph.freshVariable(shape[axis]), graph.freshState())
      let rest = shape.indices.filter { $0 != axis }.map { shape[$0] }
      let pattern = shape.indices.map { $0 == axis ? Subscript.at(IndexExpression(step)) : .all }
      let (state, entry) = (graph.state(variable, rest), graph.index(call.node(0), pattern))
      let states = graph.scan(
        step, state: variable, from: graph.broadcast(graph.constant(operation == .sum ? 0 : 1), to: rest),
        to: operation == .sum ? graph.add(state, entry) : graph.multiply(state, entry), isReversed: false)
      let entries = graph.build(place, graph.row(states, at: IndexExpression([(place, 1)], offset: 1)))
      return TypedValue(moveLeadingAxis(graph, entries, to: axis), call.arguments[0].form)
    }
  }

  /// The entries are read in the order that a node of its own finds: it has no derivative, so the cotangent goes back
  /// to where each entry came from.
  private static let sort = StructuralBuiltin(
    "sort", "The entries of a vector in ascending order, or along one axis; equal ones keep their order.",
    signature: "sort(v, axis = k)", example: .init("sort([3, 1, 2])[3]", 3), arity: 1...1, options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    let graph = call.graph
    let axis = try runningAxis(call)
    let shape = call.shape(0)
    let others = shape.indices.filter { $0 != axis }
    let variables = others.map { graph.freshVariable(shape[$0]) }
    var pattern = shape.map { _ in Subscript.all }
    for (position, variable) in zip(others, variables) { pattern[position] = .at(IndexExpression(variable)) }
    // One line along the axis for each place on the other axes.
    let line = graph.index(call.node(0), pattern)
    let place = graph.freshVariable(shape[axis])
    let order = graph.sum(
      [(1, graph.index(graph.linearAlgebra(.argsort, [line]), [.at(IndexExpression(place))]))], constant: -1)
    let sorted = graph.build(place, graph.index(line, [.gather], gathers: [order]))
    let trailing = variables.reversed().reduce(sorted) { graph.build($1, $0) }
    let labels = Array(shape.indices)
    let moved = graph.contract([(trailing, others + [axis])], output: labels, sizes: shape)
    return TypedValue(moved, call.arguments[0].form)
  }

  private static let argsort = StructuralBuiltin(
    "argsort", "The positions that put a vector into ascending order; equal entries keep their order.",
    signature: "argsort(v)", example: .init("argsort([3, 1, 2])[1]", 2), arity: 1...1
  ) { (call) throws(BuiltinError) -> TypedValue in
    call.result(call.graph.linearAlgebra(.argsort, [try call.vector(0)]))
  }

  /// The axis to run along: the only one, or the one that `axis` names.
  private static func runningAxis(_ call: BuiltinCall) throws(BuiltinError) -> Int {
    _ = try call.tensor(0)
    if let axis = try call.axis() { return axis }
    guard call.shape(0).count == 1 else {
      throw BuiltinError(
        .shape, "\(call.name) of \(Graph.describe(call.shape(0))) needs an axis", argument: 0,
        hints: ["down the columns: \(call.name)(A, axis = 1)", "of all entries: \(call.name)(flatten(A))"])
    }
    return 0
  }
}
