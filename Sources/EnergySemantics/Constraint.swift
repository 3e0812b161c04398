import EnergyBuiltins
import EnergyIR

extension Graph {
  /// The canonical call of an element-wise function.
  fileprivate func call(_ name: FunctionName, _ arguments: NodeID...) -> NodeID {
    Builtins.apply(self, name, arguments)
  }
}

/// How a sample of a refined type is made from coordinates that run over all of Rⁿ.
///
/// The transforms of the Stan Reference Manual, chapter "Constraint Transforms": logarithms for one bound, the logit for
/// two, stick breaking for a simplex, increments for an ordered vector, a normalised vector for a unit vector, Cholesky
/// factors with the logarithm of the diagonal for a positive definite matrix. Matrices whose structure is linear take
/// their free entries, a triangle row by row.
struct Constraint {
  let refinement: Symbol.Refinement?

  /// Whether there are such coordinates: whole numbers have none.
  var hasCoordinates: Bool { refinement != .integer }

  // MARK: Shapes

  /// The number of axes of the coordinates of a sample with `rank` axes.
  func coordinateRank(_ rank: Int) -> Int {
    switch refinement {
    case .symmetric, .positiveDefinite, .diagonal, .lower: 1
    default: rank
    }
  }

  /// The shape of the coordinates of a sample.
  func coordinates(of shape: [Size]) -> [Size] {
    switch refinement {
    case .simplex: [shape[0] - 1]
    case .diagonal: [shape[0]]
    case .symmetric, .positiveDefinite, .lower: [PackedTriangle.count(rows: shape[0])]
    default: shape
    }
  }

  /// The shape of the sample that coordinates are those of; `nil` where there is none.
  func sample(of coordinates: [Size]) -> [Size]? {
    switch refinement {
    case .simplex: return [coordinates[0] + 1]
    case .diagonal: return [coordinates[0], coordinates[0]]
    case .symmetric, .positiveDefinite, .lower: return PackedTriangle.rows(count: coordinates[0]).map { [$0, $0] }
    default: return coordinates
    }
  }

  // MARK: Values

  /// The sample that coordinates stand for, and the logarithm of how the map changes volumes.
  /// - Parameters:
  ///   - y: the coordinates.
  ///   - shape: the shape of the sample.
  func apply(_ graph: Graph, to y: NodeID, shape: [Size]) -> (sample: NodeID, logJacobian: NodeID) {
    switch refinement {
    case nil, .integer?: return (y, graph.constant(0))
    case .positive?: return (graph.call("exp", y), total(graph, y))
    case .interval(let low, let high)?: return interval(graph, y, low, high)
    case .simplex?: return simplex(graph, y, count: shape[0])
    case .ordered?: return ordered(graph, y, count: shape[0])
    case .unitVector?:
      let squares = graph.dot(y, y)
      return (graph.product([(y, 1), (squares, -0.5)]), graph.scale(-0.5, squares))
    case .positiveDefinite?: return positiveDefinite(graph, y, count: shape[0])
    case .symmetric?:
      let (i, j) = (graph.freshVariable(shape[0]), graph.freshVariable(shape[0]))
      let entries = [
        graph.guarded(below(i, j, by: 0), PackedTriangle.entry(graph, y, i, j)),
        graph.guarded(below(j, i, by: 1), PackedTriangle.entry(graph, y, j, i)),
      ]
      return (graph.build(i, graph.build(j, graph.sum(entries.map { (1, $0) }))), graph.constant(0))
    case .lower?:
      let (i, j) = (graph.freshVariable(shape[0]), graph.freshVariable(shape[0]))
      let entry = graph.guarded(below(i, j, by: 0), PackedTriangle.entry(graph, y, i, j))
      return (graph.build(i, graph.build(j, entry)), graph.constant(0))
    case .diagonal?:
      return (graph.contract([(y, [0])], output: [0, 0], sizes: [shape[0]]), graph.constant(0))
    }
  }

  private func total(_ graph: Graph, _ node: NodeID) -> NodeID {
    graph.shape(node).isEmpty ? node : graph.total(node)
  }

  /// a + (b − a)·sigmoid(y), with a logarithm where a bound is infinite.
  private func interval(
    _ graph: Graph, _ y: NodeID, _ low: Double, _ high: Double
  ) -> (sample: NodeID, logJacobian: NodeID) {
    switch (low.isFinite, high.isFinite) {
    case (true, true):
      let sample = graph.sum([(high - low, graph.call("sigmoid", y))], constant: low)
      let softplus = { (node: NodeID) in graph.call("softplus", node) }
      // log(b − a) + log σ(y) + log(1 − σ(y)), an entry.
      let logs = graph.sum([(-1, softplus(y)), (-1, softplus(graph.negate(y)))])
      let width = graph.product([(graph.call("log", graph.constant(high - low)), 1), (count(graph, y), 1)])
      return (sample, graph.sum([(1, total(graph, logs)), (1, width)]))
    case (true, false): return (graph.sum([(1, graph.call("exp", y))], constant: low), total(graph, y))
    case (false, true): return (graph.sum([(-1, graph.call("exp", y))], constant: high), total(graph, y))
    case (false, false): return (y, graph.constant(0))
    }
  }

  private func count(_ graph: Graph, _ node: NodeID) -> NodeID {
    graph.size(graph.shape(node).reduce(Size(1), *))
  }

  /// Stick breaking: entry k takes the part σ(yₖ − log(K − k)) of what the entries before it leave.
  ///
  /// All in logarithms, so that an entry keeps its digits however small it is: with aₖ = yₖ − log(K − k),
  /// log xₖ = −softplus(−aₖ) − Σ_{j<k} softplus(aⱼ). The log-Jacobian is Σ log xₖ.
  private func simplex(_ graph: Graph, _ y: NodeID, count: Size) -> (sample: NodeID, logJacobian: NodeID) {
    let part = { (place: IndexExpression) -> NodeID in
      let left = graph.sum([(1, graph.size(count - 1)), (-1, graph.iota(place))])
      return graph.sum([(1, graph.index(y, [.at(place)])), (-1, graph.call("log", left))])
    }
    let (k, j) = (graph.freshVariable(count), graph.freshVariable(count - 1))
    let own = graph.guarded(
      Guard([Condition(IndexExpression([(k, -1)], offset: count - 2), .atLeastZero)]),
      graph.call("softplus", graph.negate(part(IndexExpression(k)))))
    let others = graph.reduce(
      .sum, [j], below(k, j, by: 1), graph.call("softplus", part(IndexExpression(j))))
    let logs = graph.build(k, graph.sum([(-1, own), (-1, others)]))
    return (graph.call("exp", logs), graph.total(logs))
  }

  /// x₁ = y₁, xₖ = xₖ₋₁ + exp(yₖ).
  private func ordered(_ graph: Graph, _ y: NodeID, count: Size) -> (sample: NodeID, logJacobian: NodeID) {
    let (k, j) = (graph.freshVariable(count), graph.freshVariable(count - 1))
    let first = graph.index(y, [.at(IndexExpression(Size(0)))])
    let step = graph.index(y, [.at(IndexExpression([(j, 1)], offset: 1))])
    let steps = graph.reduce(.sum, [j], below(k, j, by: 1), graph.call("exp", step))
    return (
      graph.build(k, graph.sum([(1, first), (1, steps)])), graph.sum([(1, graph.total(y)), (-1, first)])
    )
  }

  /// L Lᵀ with the logarithms of L's diagonal among the coordinates.
  private func positiveDefinite(_ graph: Graph, _ y: NodeID, count: Size) -> (sample: NodeID, logJacobian: NodeID) {
    let (i, j) = (graph.freshVariable(count), graph.freshVariable(count))
    let onDiagonal = Guard([Condition(IndexExpression([(i, 1), (j, -1)]), .equalsZero)])
    let entries = [
      graph.guarded(below(i, j, by: 1), PackedTriangle.entry(graph, y, i, j)),
      graph.guarded(onDiagonal, graph.call("exp", PackedTriangle.entry(graph, y, i, j))),
    ]
    let factor = graph.build(i, graph.build(j, graph.sum(entries.map { (1, $0) })))
    let sample = graph.contract([(factor, [0, 2]), (factor, [1, 2])], output: [0, 1], sizes: [count, count, count])
    // K log 2 + Σₖ (K − k + 2) yₖₖ, k counted from 1: K − k + 1 from L Lᵀ and 1 from the exponential.
    let k = graph.freshVariable(count)
    let weight = graph.sum([(1, graph.size(count + 1)), (-1, graph.iota(IndexExpression(k)))])
    let logs = graph.reduce(.sum, [k], .always, graph.multiply(weight, PackedTriangle.entry(graph, y, k, k)))
    let constant = graph.multiply(graph.call("log", graph.constant(2)), graph.size(count))
    return (sample, graph.sum([(1, constant), (1, logs)]))
  }

  /// i − j ≥ by.
  private func below(_ i: Variable, _ j: Variable, by distance: Int) -> Guard {
    Guard([Condition(IndexExpression([(i, 1), (j, -1)], offset: Size(-distance)), .atLeastZero)])
  }
}
