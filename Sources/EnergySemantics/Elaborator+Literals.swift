import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

/// Lists in brackets: vectors, matrices and tensors, as symbols with values where the text has all numbers.
extension Elaborator {
  func list(_ elements: [ExprID], at span: Span, _ scope: Scope) throws -> Value {
    let values = try elements.map { try value($0, scope) }
    if let energies = try energyList(values, elements.map { scope.tree[$0].span }) { return .energies(energies) }
    return .tensor(
      try list(zip(values, elements).map { try tensor($0, at: scope.tree[$1].span) }, elements, at: span, scope))
  }

  func list(_ values: [TypedValue], _ elements: [ExprID], at span: Span, _ scope: Scope) throws -> TypedValue {
    if !values.allSatisfy({ graph[$0.node].type == .bool }) {
      for (value, element) in zip(values, elements) { try refuseBoolean(value, at: scope.tree[element].span) }
    }
    guard let first = values.first else {
      throw Diagnostic(
        .error, .shape, "an empty list has no shape", at: span, hints: [.init("write its entries, or zeros(n)")])
    }
    let shape = graph.shape(first.node)
    for (value, element) in zip(values, elements).dropFirst() {
      let other = graph.shape(value.node)
      if other.isEmpty != shape.isEmpty {
        let texts = elements.prefix(2).map { shortText(scope.tree[$0].span) }.joined(separator: ", ")
        throw Diagnostic(
          .error, .shape, "a number stands beside \(typeText(shape.isEmpty ? value : first)) in this list",
          at: scope.tree[element].span, hints: [.init("to join them end to end: concat(\(texts))")])
      }
      let agrees = try other.count == shape.count && zip(other, shape).allSatisfy { try agree($0, $1) }
      guard agrees else {
        throw Diagnostic(
          .error, .shape, "the rows of this list differ: \(typeText(first)) and \(typeText(value))",
          at: scope.tree[element].span)
      }
    }
    if let node = literal(values.map(\.node), shape: shape, span) { return TypedValue(node, in: graph) }
    return TypedValue(stacked(values.map(\.node), shape: shape), in: graph)
  }

  /// Tensors of one shape along a new first axis: numbers, or conditions alone.
  func stacked(_ nodes: [NodeID], shape: [Size]) -> NodeID {
    if nodes.allSatisfy({ graph[$0].type == .bool }) {
      let numbers = nodes.map { graph.select($0, graph.constant(1), graph.constant(0)) }
      return applyElementwise("notEqual", [stacked(numbers, shape: shape), graph.constant(0)])
    }
    let whole = [Size(nodes.count)] + shape
    let terms = nodes.enumerated().map { position, node -> (Double, NodeID) in
      let pattern = [Subscript.at(IndexExpression(Size(position)))] + shape.map { _ in Subscript.all }
      return (1, graph.scatter(reshapedAlike(node, shape), pattern, shape: whole))
    }
    return graph.sum(terms)
  }

  /// A list of numbers known now: a symbol with these values, named as it is written.
  private func literal(_ elements: [NodeID], shape: [Size], _ span: Span) -> NodeID? {
    let inner = shape.compactMap(\.constant)
    guard inner.count == shape.count else { return nil }
    var values: [Double] = []
    let types = elements.map { graph[$0].type }
    let type: ElementType = types.contains(.real) ? .real : types.contains(.int) ? .int : .bool
    for element in elements {
      if let number = graph.constantValue(element) {
        values += Array(repeating: number, count: inner.reduce(1, *))
      } else if let known = literalValues[element] {
        values += known.values
      } else {
        return nil
      }
    }
    let data = TensorData(shape: [elements.count] + inner, values: values, type: type)
    return literalNode(data)
  }

  /// The symbol of a constant tensor; equal ones are one.
  func literalNode(_ data: TensorData) -> NodeID {
    if let known = literals[data] { return known }
    let symbol = graph.addSymbol(
      Symbol(
        name: literalText(data), role: .data, shape: data.shape.map { Size($0) }, type: data.type,
        refinements: structure(data)))
    let node = graph.symbol(symbol)
    literals[data] = node
    literalValues[node] = data
    allLiterals.append(.init(symbol: symbol, values: data))
    return node
  }

  /// What a matrix in the text shows: that it is diagonal or symmetric.
  private func structure(_ data: TensorData) -> [Symbol.Refinement] {
    guard data.shape.count == 2, data.type != .bool, data.values.allSatisfy(\.isFinite) else { return [] }
    if Symbol.Refinement.diagonal.violation(in: data) == nil { return [.diagonal] }
    let n = data.shape[0]
    let isSymmetric =
      data.shape[1] == n && data.values.indices.allSatisfy { data.values[$0] == data.values[$0 % n * n + $0 / n] }
    return isSymmetric ? [.symmetric] : []
  }

  private func literalText(_ data: TensorData) -> String {
    var texts = data.values.map { data.type == .bool ? ($0 != 0 ? "true" : "false") : numberText($0) }
    for extent in data.shape.reversed() {
      let count = max(extent, 1)
      texts = stride(from: 0, to: texts.count, by: count).map { start in
        "[" + texts[start..<min(start + count, texts.count)].joined(separator: ", ") + "]"
      }
    }
    return texts.first ?? "[]"
  }
}
