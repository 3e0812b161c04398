import EnergyIR

/// The same entries in another order or shape.
extension StructuralBuiltins {
  static let rearrangements: [StructuralBuiltin] = [
    row, col, reshape, flatten, concat, stack, roll, reverse, repeated, select,
  ]

  private static let row = StructuralBuiltin(
    "row", "The vector as a row, which broadcasts along a matrix's rows.", signature: "row(v)",
    example: .init("sum(row([1, 2]))", 3), arity: 1...1
  ) { (call) throws(BuiltinError) -> TypedValue in TypedValue(try call.vector(0), .row) }

  private static let col = StructuralBuiltin(
    "col", "The vector as a column, which broadcasts along a matrix's columns.", signature: "col(v)",
    example: .init("sum(col([1, 2]))", 3), arity: 1...1
  ) { (call) throws(BuiltinError) -> TypedValue in TypedValue(try call.vector(0), .column) }

  private static let reshape = StructuralBuiltin(
    "reshape", "The same entries, row by row, with other sizes.", signature: "reshape(a, m, n, …)",
    example: .init("reshape([1, 2, 3, 4], 2, 2)[2, 1]", 3), arity: 2...9
  ) { (call) throws(BuiltinError) -> TypedValue in
    let shape = try sizes(call, from: 1)
    let wanted = shape.reduce(Size(1)) { $0 * $1 }
    let present = call.count(call.node(0), axis: nil)
    guard call.areEqual(wanted, present) else {
      throw BuiltinError(
        .shape, "\(Graph.describe(call.shape(0))) has \(present) entries, \(Graph.describe(shape)) has \(wanted)",
        argument: 0)
    }
    return call.result(call.graph.reshape(call.node(0), to: shape))
  }

  private static let flatten = StructuralBuiltin(
    "flatten", "All entries, row by row, as one vector.", signature: "flatten(a)",
    example: .init("flatten([[1, 2], [3, 4]])[3]", 3), arity: 1...1
  ) { (call) throws(BuiltinError) -> TypedValue in
    TypedValue(call.graph.reshape(call.node(0), to: [call.count(call.node(0), axis: nil)]), .vector)
  }

  private static let concat = StructuralBuiltin(
    "concat", "The arguments one behind the other along an axis, the first if none is named; a number is one entry.",
    signature: "concat(a, b, …, axis = k)", example: .init("concat([1, 2], [3])[3]", 3), arity: 1...256,
    options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    let graph = call.graph
    let numbers = call.arguments.indices.filter { call.shape($0).isEmpty }
    let arguments = call.arguments.map { graph[$0.node].rank == 0 ? graph.broadcast($0.node, to: [1]) : $0.node }
    let axis = numbers.contains(0) ? 0 : try call.axis() ?? 0
    let first = graph.shape(arguments[0])
    var offsets: [Size] = []
    var total = Size(0)
    for position in call.arguments.indices {
      let shape = graph.shape(arguments[position])
      guard shape.count == first.count,
        shape.indices.allSatisfy({ $0 == axis || call.areEqual(shape[$0], first[$0]) })
      else {
        throw BuiltinError(
          .shape, "\(Graph.describe(first)) and \(Graph.describe(shape)) differ beside axis \(axis + 1)",
          argument: position)
      }
      offsets.append(total)
      total = total + shape[axis]
    }
    // [Σ parts, each where its index falls: no part is read outside its own range]
    let index = graph.freshVariable(total)
    let parts = call.arguments.indices.map { position -> (Double, NodeID) in
      let extent = graph.shape(arguments[position])[axis]
      let place = IndexExpression([(index, 1)], offset: Size(0) - offsets[position])
      let below = IndexExpression([(index, -1)], offset: offsets[position] + extent - 1)
      let range = Guard([Condition(place, .atLeastZero), Condition(below, .atLeastZero)])
      let pattern = first.indices.map { $0 == axis ? Subscript.at(place) : .all }
      return (1, graph.guarded(range, graph.index(arguments[position], pattern)))
    }
    let leading = graph.build(index, graph.sum(parts))
    return call.result(moveLeadingAxis(graph, leading, to: axis))
  }

  private static let stack = StructuralBuiltin(
    "stack", "The arguments, all of one shape, along a new first axis.", signature: "stack(a, b, …)",
    example: .init("stack([1, 2], [3, 4])[2, 1]", 3), arity: 1...Int.max
  ) { (call) throws(BuiltinError) -> TypedValue in
    for position in call.arguments.indices.dropFirst() { try call.sameShape(0, position) }
    return call.result(call.graph.stacked(call.arguments.map(\.node)))
  }

  private static let roll = StructuralBuiltin(
    "roll", "The entries moved k places along an axis, those that fall off coming in at the other end.",
    signature: "roll(a, k, axis = 1)", example: .init("roll([1, 2, 3], 1)[1]", 3), arity: 2...2, options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    _ = try call.tensor(0)
    let shift = try call.size(1, atLeast: Int.min)
    return try permuted(call) { index in
      IndexExpression([(index, 1)], offset: Size(0) - shift).modulo(index.extent)
    }
  }

  private static let reverse = StructuralBuiltin(
    "reverse", aliases: ["flip"], "The entries in the opposite order along an axis.",
    signature: "reverse(a, axis = 1)", example: .init("reverse([1, 2, 3])[1]", 3), arity: 1...1, options: ["axis"]
  ) { (call) throws(BuiltinError) -> TypedValue in
    _ = try call.tensor(0)
    return try permuted(call) { index in IndexExpression([(index, -1)], offset: index.extent - 1) }
  }

  private static let repeated = StructuralBuiltin(
    "repeat", "Each entry of a vector k times.", signature: "repeat(v, k)",
    example: .init("repeat([1, 2], 2)[2]", 1), arity: 2...2
  ) { (call) throws(BuiltinError) -> TypedValue in
    let vector = try call.vector(0)
    let sizes = [call.shape(0)[0], try call.size(1)]
    if let length = sizes[0].constant, let count = sizes[1].constant {
      let (product, overflow) = length.multipliedReportingOverflow(by: count)
      guard !overflow, product < 1 << 62 else {
        throw BuiltinError(.size, "\(Graph.describe(sizes)) has more entries than can be counted", argument: 1)
      }
    }
    let table = call.graph.contract([(vector, [0])], output: [0, 1], sizes: sizes)
    return call.result(call.graph.reshape(table, to: [sizes[0] * sizes[1]]))
  }

  private static let select = StructuralBuiltin(
    "select", "a where the condition holds, else b, entry by entry.", signature: "select(c, a, b)",
    example: .init("select(1, 2, 3)", 2), arity: 3...3
  ) { (call) throws(BuiltinError) -> TypedValue in
    var shaped: Int?
    for position in 0..<3 where !call.shape(position).isEmpty {
      if let shaped { try call.sameShape(shaped, position) } else { shaped = position }
    }
    let graph = call.graph
    let condition = graph[call.node(0)].type == .bool ? call.node(0) : graph.compare(call.node(0), "notEqual", 0)
    return TypedValue(
      graph.select(condition, call.node(1), call.node(2)), shaped.map { call.arguments[$0].form } ?? .scalar)
  }

  /// The tensor with the index of one axis (the first if none is named) replaced.
  private static func permuted(
    _ call: BuiltinCall, _ place: (Variable) -> IndexExpression?
  ) throws(BuiltinError) -> TypedValue {
    let graph = call.graph
    let axis = try call.axis() ?? 0
    let shape = call.shape(0)
    let index = graph.freshVariable(shape[axis])
    guard let position = place(index) else { return call.arguments[0] }
    let pattern = shape.indices.map { $0 == axis ? Subscript.at(position) : .all }
    let leading = graph.build(index, graph.index(call.node(0), pattern))
    return TypedValue(moveLeadingAxis(graph, leading, to: axis), call.arguments[0].form)
  }

  /// The first axis moved to another place.
  static func moveLeadingAxis(_ graph: Graph, _ id: NodeID, to axis: Int) -> NodeID {
    if axis == 0 { return id }
    let shape = graph.shape(id)
    let labels = Array(shape.indices)
    let output = Array(1...axis) + [0] + labels.dropFirst(axis + 1)
    return graph.contract([(id, labels)], output: output, sizes: shape)
  }
}

extension Graph {
  /// Tensors of one shape along a new first axis: what a literal `[a, b, c]` is.
  public func stacked(_ parts: [NodeID]) -> NodeID {
    let inner = shape(parts[0])
    let whole = [Size(parts.count)] + inner
    if parts.count == 1 || Set(parts).count == 1 {
      return contract([(parts[0], Array(1..<whole.count))], output: Array(whole.indices), sizes: whole)
    }
    let rest = inner.map { _ in Subscript.all }
    let terms = parts.enumerated().map { position, part in
      (1.0, scatter(part, [.at(IndexExpression(Size(position)))] + rest, shape: whole))
    }
    return broadcast(sum(terms), to: whole)
  }
}
