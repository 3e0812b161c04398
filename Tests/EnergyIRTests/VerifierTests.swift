import Testing

@testable import EnergyIR

/// The verifier finds what the constructors would never make.
@Suite struct VerifierTests {
  let model = Model()
  var graph: Graph { model.graph }

  func message(_ id: NodeID) -> String { Verifier(graph).findings(below: [id]).map(\.message).joined(separator: "; ") }

  @Test func soundGraphsHaveNoFindings() {
    let i = graph.freshVariable(model.d)
    let body = graph.multiply(model.entry(model.x, i), graph.iota(IndexExpression(i)))
    let sum = graph.reduce(.sum, [i], Guard([condition([(i, 1)], -1, .atLeastZero)]), body)
    #expect(message(graph.add(sum, graph.dot(model.x, model.mu))).isEmpty)
  }

  @Test func shapesThatDoNotMeet() {
    let sum = graph.intern(
      .add(coefficients: [1, 1], constant: 0), [model.x, model.general], shape: [model.d], type: .real)
    #expect(message(sum).contains("meet"))
    let wrong = graph.intern(.mul(exponents: [1, 1]), [model.x, model.mu], shape: [model.m], type: .real)
    #expect(message(wrong).contains("expected"))
  }

  @Test func contractionsOfUnequalSizes() {
    let spec = Contraction(inputs: [[0, 1], [0]], output: [1], sizes: [model.m, model.d])
    let product = graph.intern(.contract(spec), [model.matrix, model.x], shape: [model.d], type: .real)
    #expect(message(product).contains("label 0 is"))
  }

  @Test func formsThatAreNotCanonical() {
    let twice = graph.intern(
      .add(coefficients: [1, 1], constant: 0), [model.x, model.x], shape: [model.d], type: .real)
    #expect(message(twice).contains("twice"))
    let one = graph.intern(.mul(exponents: [1]), [model.x], shape: [model.d], type: .real)
    #expect(message(one).contains("one factor"))
    let order = graph.intern(.mul(exponents: [1, 1]), [model.mu, model.x], shape: [model.d], type: .real)
    #expect(message(order).contains("order"))
  }

  @Test func bindersOfFreeVariables() {
    let i = graph.freshVariable(model.d)
    let build = graph.intern(.build(i), [model.entry(model.x, i)], shape: [model.d], type: .real)
    #expect(message(build).contains("free variable"))
  }

  @Test func patternsOfAnotherRank() {
    let entry = graph.intern(.index([.at(IndexExpression(Size(0)))]), [model.general], shape: [], type: .real)
    #expect(message(entry).contains("1 places for 2 axes"))
  }
}
