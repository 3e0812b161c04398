import EnergyIR

/// One call of a structural built-in, with the checks that entries share.
struct BuiltinCall {
  let name: String
  let graph: Graph
  let arguments: [TypedValue]
  let named: [String: TypedValue]
  /// Named arguments that are text: `pad = "same"`.
  var texts: [String: String] = [:]
  /// The leading text of a call that takes one: `"ij,j->i"`.
  var pattern = ""
  let areEqual: (Size, Size) -> Bool
  /// Keeps a size that must not be negative, with what it means, for when sizes are known.
  var require: (Size, String) -> Void = { _, _ in }

  /// The node of an argument.
  func node(_ position: Int) -> NodeID { arguments[position].node }

  /// The shape of an argument.
  func shape(_ position: Int) -> [Size] { graph.shape(arguments[position].node) }

  /// A result in the form that its rank suggests.
  func result(_ node: NodeID) -> TypedValue { TypedValue(node, in: graph) }

  /// An argument that must be a matrix.
  func matrix(_ position: Int) throws(BuiltinError) -> NodeID {
    try rank(position, 2, "a matrix")
  }

  /// An argument that must be a square matrix.
  func squareMatrix(_ position: Int) throws(BuiltinError) -> NodeID {
    let id = try matrix(position)
    let shape = graph.shape(id)
    guard areEqual(shape[0], shape[1]) else {
      throw BuiltinError(
        .shape, "\(name) needs a square matrix, not \(Graph.describe(shape))", argument: position)
    }
    return id
  }

  /// An argument that must have one axis.
  func vector(_ position: Int) throws(BuiltinError) -> NodeID {
    try rank(position, 1, "a vector")
  }

  /// An argument that must have at least one axis.
  func tensor(_ position: Int) throws(BuiltinError) -> NodeID {
    guard graph[node(position)].rank > 0 else {
      throw BuiltinError(.shape, "\(name) needs a vector, matrix or tensor, not a number", argument: position)
    }
    return node(position)
  }

  private func rank(_ position: Int, _ rank: Int, _ noun: String) throws(BuiltinError) -> NodeID {
    guard graph[node(position)].rank == rank else {
      throw BuiltinError(
        .shape, "\(name) needs \(noun), not \(Graph.describe(shape(position)))", argument: position)
    }
    return node(position)
  }

  /// Two arguments that must have one shape.
  func sameShape(_ first: Int, _ second: Int) throws(BuiltinError) {
    let (a, b) = (shape(first), shape(second))
    guard a.count == b.count, zip(a, b).allSatisfy({ areEqual($0, $1) }) else {
      throw BuiltinError(
        .shape, "\(name) needs two arguments of one shape, not \(Graph.describe(a)) and \(Graph.describe(b))",
        argument: second)
    }
  }

  /// An argument that must be a whole number known now, or an expression of sizes.
  func size(_ position: Int, atLeast least: Int = 1) throws(BuiltinError) -> Size {
    guard graph[node(position)].rank == 0, let size = graph.sizeValue(node(position)) else {
      throw BuiltinError(
        .size, "argument \(position + 1) of \(name) must be a size: a whole number or a dim", argument: position)
    }
    if let number = size.constant, number < least {
      throw BuiltinError(.size, "argument \(position + 1) of \(name) is \(number), below \(least)", argument: position)
    }
    return size
  }

  /// A named argument that must be a whole number known now; `standard` where the call doesn't give it.
  func option(_ key: String, standard: Int, atLeast least: Int) throws(BuiltinError) -> Int {
    guard let given = named[key] else { return standard }
    guard let number = graph.sizeValue(given.node)?.constant else {
      throw BuiltinError(.arguments, "\(key) must be a whole number known here")
    }
    guard number >= least else { throw BuiltinError(.size, "\(key) = \(number) is below \(least)", option: key) }
    return number
  }

  /// Asks that a size not be negative: refused where it certainly is, kept where that depends on sizes still unknown.
  func require(_ size: Size, _ message: String, argument: Int) throws(BuiltinError) {
    if size.isProvably(atLeast: 0) { return }
    if (Size(-1) - size).isProvably(atLeast: 0) { throw BuiltinError(.size, message, argument: argument) }
    require(size, message)
  }

  /// The axis (from 0) that `axis = k` names, `nil` where the call names none.
  func axis(of position: Int = 0) throws(BuiltinError) -> Int? {
    guard let given = named["axis"] else { return nil }
    let rank = graph[node(position)].rank
    guard let number = graph.sizeValue(given.node)?.constant else {
      throw BuiltinError(.index, "axis must be a whole number", option: "axis")
    }
    guard rank > 0 else { throw BuiltinError(.shape, "\(name) of a number has no axis", argument: position) }
    guard (1...rank).contains(number) else {
      throw BuiltinError(
        .shape, "axis = \(number), but the argument is \(Graph.describe(shape(position)))", option: "axis",
        hints: ["axes count from 1 to \(rank)"] + numpyAxis(number, rank))
    }
    return number - 1
  }

  /// What NumPy's number for an axis is here.
  private func numpyAxis(_ number: Int, _ rank: Int) -> [String] {
    guard (-rank...0).contains(number) else { return [] }
    return ["NumPy's axis = \(number) is axis = \(number < 0 ? rank + number + 1 : 1) here"]
  }

  /// The reduction of an argument over an axis, or over all of them.
  func reduced(_ operation: ReduceOperation, _ id: NodeID, axis: Int?) -> NodeID {
    let shape = graph.shape(id)
    if shape.isEmpty {
      // The reduction of one number over an empty box is that number, as a condition for any and all.
      return operation == .any || operation == .all ? graph.compare(id, "notEqual", 0) : id
    }
    if operation == .sum {
      let labels = Array(shape.indices)
      return graph.contract(
        [(id, labels)], output: axis.map { skipped in labels.filter { $0 != skipped } } ?? [], sizes: shape)
    }
    let variables = shape.indices.filter { axis == nil || $0 == axis }.map { graph.freshVariable(shape[$0]) }
    var next = variables.makeIterator()
    let pattern = shape.indices.map { position -> Subscript in
      guard axis == nil || position == axis, let variable = next.next() else { return .all }
      return .at(IndexExpression(variable))
    }
    return graph.reduce(operation, variables, .always, graph.index(id, pattern))
  }

  /// How many entries a reduction over an axis, or over all, combines.
  func count(_ id: NodeID, axis: Int?) -> Size {
    let shape = graph.shape(id)
    if let axis { return shape[axis] }
    return shape.reduce(Size(1)) { $0 * $1 }
  }

  /// A reduced tensor repeated along the axis that was reduced.
  func spread(_ id: NodeID, like whole: NodeID, axis: Int?) -> NodeID {
    let shape = graph.shape(whole)
    guard let axis else { return graph.broadcast(id, to: shape) }
    let labels = Array(shape.indices)
    return graph.contract([(id, labels.filter { $0 != axis })], output: labels, sizes: shape)
  }
}
