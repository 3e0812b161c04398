import Testing

@testable import EnergyIR

/// Products with the identity and with diagonal matrices run along the diagonal.
@Suite struct CanonicalDiagonalTests {
  let model = Model()
  var graph: Graph { model.graph }

  var identity: NodeID { graph.contract([], output: [0, 0], sizes: [model.d]) }

  func diagonal(_ vector: NodeID) -> NodeID {
    graph.contract([(vector, [0])], output: [0, 0], sizes: [model.d])
  }

  func product(_ a: NodeID, _ b: NodeID) -> NodeID {
    graph.contract([(a, [0, 1]), (b, [1, 2])], output: [0, 2], sizes: [model.d, model.d, model.d])
  }

  @Test func theIdentityIsNeutral() {
    #expect(model.times(identity, model.x) == model.x)
    #expect(product(identity, model.general) == model.general)
    #expect(product(model.general, identity) == model.general)
    #expect(product(identity, identity) == identity)
    #expect(graph.transpose(identity) == identity)
  }

  @Test func aDiagonalScales() {
    #expect(model.times(diagonal(model.y), model.x) == graph.multiply(model.y, model.x))
    #expect(product(diagonal(model.y), diagonal(model.mu)) == diagonal(graph.multiply(model.y, model.mu)))
    #expect(graph.transpose(diagonal(model.y)) == diagonal(model.y))
    let form = graph.contract(
      [(model.x, [0]), (diagonal(model.y), [0, 1]), (model.x, [1])], output: [], sizes: [model.d, model.d])
    #expect(form == graph.dot(model.y, graph.power(model.x, 2)))
  }

  @Test func itsTraceIsASum() {
    let trace = { (matrix: NodeID) in
      graph.contract([(matrix, [0, 0])], output: [], sizes: [model.d])
    }
    #expect(trace(identity) == graph.size(model.d))
    #expect(trace(diagonal(model.y)) == graph.total(model.y))
  }

  @Test func entryByEntryItStaysOnTheDiagonal() {
    let masked = graph.contract(
      [(identity, [0, 1]), (model.general, [0, 1])], output: [0, 1], sizes: [model.d, model.d])
    let entries = graph.contract([(model.general, [0, 0])], output: [0], sizes: [model.d])
    #expect(masked == diagonal(entries))
  }
}
