extension Graph {
  /// The arguments of an element-wise built-in, where the node is one.
  public func arguments(of id: NodeID, if function: FunctionName) -> [NodeID]? {
    guard case .apply(function) = self[id].operation else { return nil }
    return self[id].arguments
  }

  /// The factors of a node seen as a product.
  public func factors(of id: NodeID) -> [(NodeID, Double)] {
    guard case .mul(let exponents) = self[id].operation else { return [(id, 1)] }
    return Array(zip(self[id].arguments, exponents))
  }

  /// The terms and the constant of a node seen as a sum.
  public func terms(of id: NodeID) -> (terms: [(Double, NodeID)], constant: Double) {
    guard case .add(let coefficients, let constant) = self[id].operation else { return ([(1, id)], 0) }
    return (Array(zip(coefficients, self[id].arguments)), constant)
  }
}
