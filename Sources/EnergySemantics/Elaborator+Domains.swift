import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

/// Refinements of sample arguments: outside them an energy is +inf, and its score 0.
extension Elaborator {
  /// Whether the samples are what their types state; `nil` where that says nothing. In the body a matrix of some
  /// structure then stands for its projection: what is 0, or the same entry twice, has no derivative of its own, so
  /// that scores and Hessians don't depend on which of two equal entries a formula reads.
  func enterDomain(_ samples: [Declaration], _ scope: Scope) throws -> NodeID? {
    var inside: NodeID?
    for declaration in samples {
      let name = declaration.name.text
      guard let type = declaration.type, case .value(.tensor(let value), let provenance)? = scope.find(name) else {
        continue
      }
      for refinement in try typeShape(type, scope).refinements {
        graph.withOrigins([type.span]) {
          let condition = domainCondition(refinement, value.node)
          inside = inside.map { applyElementwise("and", [$0, condition]) } ?? condition
          let seen = TypedValue(projection(value.node, to: refinement), value.form)
          scope.names[name] = .value(.tensor(seen), provenance)
        }
      }
    }
    return inside
  }

  /// The nearest matrix with the structure, for those structures that are linear.
  private func projection(_ node: NodeID, to refinement: Symbol.Refinement) -> NodeID {
    let shape = graph.shape(node)
    switch refinement {
    case .symmetric, .positiveDefinite: return graph.sum([(0.5, node), (0.5, graph.transpose(node))])
    case .diagonal:
      let diagonal = graph.contract([(node, [0, 0])], output: [0], sizes: [shape[0]])
      return graph.contract([(diagonal, [0])], output: [0, 0], sizes: [shape[0]])
    case .lower:
      let indices = shape.map(graph.freshVariable)
      let below = IndexExpression([(indices[0], 1), (indices[1], -1)])
      let body = graph.guarded(Guard([Condition(below, .atLeastZero)]), entry(node, indices))
      return graph.build(indices[0], graph.build(indices[1], body))
    case .simplex, .ordered, .unitVector, .positive, .integer, .interval: return node
    }
  }

  private func domainCondition(_ refinement: Symbol.Refinement, _ node: NodeID) -> NodeID {
    switch refinement {
    case .positive: return everywhere(node) { applyElementwise("greater", [$0, graph.constant(0)]) }
    case .interval(let low, let high): return everywhere(node) { isBetween($0, low, high) }
    case .integer: return everywhere(node) { graph.apply("equal", [$0, graph.apply("floor", [$0])], type: .bool) }
    case .ordered:
      let index = graph.freshVariable(graph.shape(node)[0] - 1)
      let next = graph.index(node, [.at(IndexExpression([(index, 1)], offset: 1))])
      return graph.reduce(.all, [index], .always, applyElementwise("lessEqual", [entry(node, [index]), next]))
    case .simplex:
      let sum = graph.total(node)
      let isPositive = everywhere(node) { applyElementwise("greaterEqual", [$0, graph.constant(0)]) }
      return applyElementwise("and", [isPositive, isOne(sum)])
    case .unitVector: return isOne(graph.power(graph.dot(node, node), 0.5))
    case .symmetric: return isSymmetric(node)
    case .positiveDefinite:
      return applyElementwise("and", [isSymmetric(node), graph.linearAlgebra(.isPositiveDefinite, [node])])
    case .diagonal: return vanishes(node, wherePast: 0, .differsFromZero)
    case .lower: return vanishes(node, wherePast: 1, .atLeastZero)
    }
  }

  private func isBetween(_ node: NodeID, _ low: Double, _ high: Double) -> NodeID {
    // An infinite bound keeps nothing out.
    if high == .infinity { return applyElementwise("greaterEqual", [node, graph.constant(low)]) }
    if low == -.infinity { return applyElementwise("lessEqual", [node, graph.constant(high)]) }
    return applyElementwise(
      "and",
      [
        applyElementwise("greaterEqual", [node, graph.constant(low)]),
        applyElementwise("lessEqual", [node, graph.constant(high)]),
      ])
  }

  /// Whether a number is 1 to 1e-8; in single precision, where that can't be told, to some 1e-6.
  private func isOne(_ node: NodeID) -> NodeID {
    isSmall(graph.sum([(1, node)], constant: -1), allowed: 1e-8, comparedWith: graph.constant(1), single: 16)
  }

  /// |A − Aᵀ| ≤ 1e-10·max|A|; 1e-4 of it in single precision.
  private func isSymmetric(_ node: NodeID) -> NodeID {
    let shape = graph.shape(node)
    let (all, pair) = (shape.map(graph.freshVariable), shape.map(graph.freshVariable))
    let largest = graph.reduce(.max, all, .always, applyElementwise("abs", [entry(node, all)]))
    let difference = graph.sum([(1, entry(node, pair)), (-1, entry(node, [pair[1], pair[0]]))])
    let below = IndexExpression([(pair[0], 1), (pair[1], -1)], offset: -1)
    let isSmall = isSmall(difference, allowed: 1e-10, comparedWith: largest, single: 1700)
    return graph.reduce(.all, pair, Guard([Condition(below, .atLeastZero)]), isSmall)
  }

  /// |a| ≤ allowed·scale, or as small beside `scale` as rounding: a/`single` doesn't change it. In double precision the
  /// second never decides; in single precision it stands for single·6e-8 of the scale.
  private func isSmall(_ node: NodeID, allowed: Double, comparedWith scale: NodeID, single: Double) -> NodeID {
    let size = applyElementwise("abs", [node])
    let sum = graph.sum([(1, scale), (1 / single, size)])
    return applyElementwise(
      "or",
      [
        applyElementwise("lessEqual", [size, graph.scale(allowed, scale)]), applyElementwise("equal", [sum, scale]),
      ])
  }

  /// Whether a matrix is 0 at all [i, j] where j − i − `shift` compares with 0 as `relation` says.
  private func vanishes(_ node: NodeID, wherePast shift: Int, _ relation: Condition.Relation) -> NodeID {
    let indices = graph.shape(node).map(graph.freshVariable)
    let offset = IndexExpression([(indices[1], 1), (indices[0], -1)], offset: Size(-shift))
    let isZero = applyElementwise("equal", [entry(node, indices), graph.constant(0)])
    return graph.reduce(.all, indices, Guard([Condition(offset, relation)]), isZero)
  }

  private func entry(_ node: NodeID, _ indices: [Variable]) -> NodeID {
    graph.index(node, indices.map { .at(IndexExpression($0)) })
  }

  private func everywhere(_ node: NodeID, _ condition: (NodeID) -> NodeID) -> NodeID {
    let indices = graph.shape(node).map(graph.freshVariable)
    if indices.isEmpty { return condition(node) }
    return graph.reduce(.all, indices, .always, condition(entry(node, indices)))
  }
}
