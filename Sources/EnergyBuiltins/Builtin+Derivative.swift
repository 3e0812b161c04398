import EnergyIR

extension Builtin {
  /// A rule of differentiation in graph terms, once for all dtypes and for any order.
  public enum Derivative: Sendable {
    /// The partial derivatives by each argument from (graph, arguments, result); `nil` for one that doesn't count.
    case partials(@Sendable (Graph, [NodeID], NodeID) -> [NodeID?])
    /// What the cotangent of the result contributes to each argument, from (graph, arguments, result, cotangent).
    ///
    /// For functions with branches: a cotangent goes through a select, never through a product with a 0/1
    /// weight, for 0·∞ would be NaN.
    case pullback(@Sendable (Graph, [NodeID], NodeID, NodeID) -> [NodeID?])
    /// 0 wherever it exists.
    case zero
  }

  /// The contributions to the arguments of a call: `cotangent · ∂result/∂argument`, `nil` where it is 0.
  ///
  /// - Parameters:
  ///   - arguments: of one shape or rank 0; all contributions have the shape of the result, and the caller sums
  ///     those of a rank-0 argument.
  ///   - result: the call itself.
  ///   - cotangent: of the shape of the result or rank 0.
  public func pullback(_ graph: Graph, _ arguments: [NodeID], _ result: NodeID, _ cotangent: NodeID) -> [NodeID?] {
    guard let primitive else { return arguments.map { _ in nil } }
    switch primitive.derivative {
    case .zero: return arguments.map { _ in nil }
    case .partials(let rule):
      return rule(graph, arguments, result).map { partial in partial.map { graph.multiply(cotangent, $0) } }
    case .pullback(let rule): return rule(graph, arguments, result, cotangent)
    }
  }

  /// The partial derivatives of a call: the contributions of a cotangent of 1.
  public func partials(_ graph: Graph, _ arguments: [NodeID], _ result: NodeID) -> [NodeID?] {
    pullback(graph, arguments, result, graph.constant(1))
  }
}
