import EnergyBuiltins
import EnergyIR
import EnergyLowering
import Testing

@testable import EnergyTransforms

/// The norm's convention at the origin, and functions of whole tensors through the differentiator.
@Suite struct NormTests {
  let graph = Graph()

  private func build(_ name: String, _ arguments: [NodeID], axis: Int? = nil) throws -> NodeID {
    let entry = try #require(StructuralBuiltins.named(name))
    let named = axis.map { ["axis": TypedValue(graph.constant(Double($0)), .scalar)] } ?? [:]
    return try entry.build(graph, arguments.map { TypedValue($0, in: graph) }, named).node
  }

  private func symbol(_ shape: [Size]) -> (Symbol.ID, NodeID) {
    let id = graph.addSymbol(Symbol(name: "x", role: .sample, shape: shape))
    return (id, graph.symbol(id))
  }

  private func value(_ node: NodeID, _ id: Symbol.ID, _ point: [Double]) throws -> [Double] {
    try GraphInterpreter(graph, inputs: [id: point]).evaluate(node)
  }

  @Test func gradientAtTheOriginIsZero() throws {
    let (id, x) = symbol([2])
    let differentiator = Differentiator(graph)
    let norm = try build("norm", [x])
    let gradient = differentiator.gradient(of: norm, by: x)
    #expect(try value(gradient, id, [0, 0]) == [0, 0])
    let hessian = differentiator.hessian(of: norm, by: x, and: x)
    #expect(try value(hessian, id, [0, 0]) == [0, 0, 0, 0])
    let expected = [16.0, -12, -12, 9].map { $0 / 125 }
    for (entry, wanted) in zip(try value(hessian, id, [3, 4]), expected) { #expect(abs(entry - wanted) < 1e-15) }
    let product = graph.multiply(norm, Builtins.apply(graph, "exp", [norm]))
    #expect(try value(differentiator.gradient(of: product, by: x), id, [0, 0]) == [0, 0])
  }

  @Test func rowNormsHaveNoGradientAtTheirOrigins() throws {
    let (id, x) = symbol([2, 2])
    let total = graph.total(try build("norm", [x], axis: 2))
    let gradient = Differentiator(graph).gradient(of: total, by: x)
    let entries = try value(gradient, id, [0, 0, 3, 4])
    #expect(entries[0] == 0 && entries[1] == 0)
    #expect(abs(entries[2] - 0.6) < 1e-15 && abs(entries[3] - 0.8) < 1e-15)
  }

  static let smooth: [(String, Int?)] = [
    ("sum", nil), ("sum", 1), ("prod", nil), ("min", nil), ("max", 2), ("mean", 1), ("var", nil), ("var", 2),
    ("logsumexp", nil), ("logsumexp", 1), ("softmax", 2), ("log_softmax", 1), ("norm", nil), ("norm", 1), ("norm1", 2),
    ("normalize", nil), ("normalize", 1), ("sumsq", 1), ("inv", nil), ("det", nil), ("logdet", nil), ("trace", nil),
    ("diag", nil), ("tril", nil), ("cov", nil), ("flatten", nil), ("reverse", 2), ("transpose", nil),
  ]

  /// d/dx Σ wᵢ·f(x)ᵢ² against central differences, for a matrix x.
  @Test(arguments: smooth) func gradientsAgreeWithCentralDifferences(_ name: String, _ axis: Int?) throws {
    let (id, x) = symbol([3, 3])
    let result = try build(name, [x], axis: axis)
    let squares = graph.power(result, 2)
    let energy =
      graph[squares].rank == 0 ? squares : graph.total(graph.multiply(squares, weights(graph.shape(squares))))
    let gradient = try value(Differentiator(graph).gradient(of: energy, by: x), id, Self.point)
    for k in Self.point.indices {
      var (up, down) = (Self.point, Self.point)
      up[k] += 1e-5
      down[k] -= 1e-5
      let difference = (try value(energy, id, up)[0] - value(energy, id, down)[0]) / 2e-5
      #expect(abs(gradient[k] - difference) < 2e-8 * (1 + abs(difference)), "\(name), entry \(k)")
    }
  }

  private static let point: [Double] = [2, 0.3, -0.5, 0.7, 1.6, 0.2, -0.4, 0.9, 3]

  /// Weights that tell the entries apart: 1 + cos of their position.
  private func weights(_ shape: [Size]) -> NodeID {
    let variables = shape.map { graph.freshVariable($0) }
    let phase = graph.sum(variables.enumerated().map { (Double(3 * $0 + 1), graph.iota(IndexExpression($1))) })
    let weight = graph.sum([(1, Builtins.apply(graph, "cos", [phase]))], constant: 2)
    return variables.reversed().reduce(weight) { graph.build($1, $0) }
  }
}
