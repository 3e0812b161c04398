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

  @Test func slotsReshapesAndMatrices() {
    let zero = Subscript.at(IndexExpression(Size(0)))
    let slot = graph.intern(.scatter([zero], shape: [model.d]), [model.x], shape: [model.d], type: .real)
    #expect(message(slot).contains("for a slot"))
    let axes = graph.intern(.scatter([zero], shape: [model.d, model.d]), [model.x], shape: [model.d], type: .real)
    #expect(message(axes).contains("1 places"))
    let reshaped = graph.intern(.reshape([model.d + 1]), [model.x], shape: [model.d + 1], type: .real)
    #expect(message(reshaped).contains("can't become"))
    let inverse = graph.intern(.linearAlgebra(.inv), [model.matrix], shape: [model.m, model.d], type: .real)
    #expect(message(inverse).contains("no square matrix"))
    let solved = graph.intern(
      .linearAlgebra(.solve), [model.general, graph.zeros([model.m])], shape: [model.m], type: .real)
    #expect(message(solved).contains("right side"))
    let gather = graph.intern(.index([.gather]), [model.x, model.a], shape: [], type: .real)
    #expect(message(gather).contains("gather"))
    let whole = graph.intern(.index([.all]), [model.x], shape: [model.d], type: .real)
    #expect(message(whole).contains("selects nothing"))
  }

  @Test func guardsWhereNoneBelong() {
    let i = graph.freshVariable(model.d)
    let low = Guard([condition([(i, 1)], -1, .atLeastZero)])
    let inner = graph.intern(.guarded(low), [model.a], shape: [], type: .real)
    let outer = graph.intern(.guarded(low), [inner], shape: [], type: .real)
    #expect(message(outer).contains("a guard on a guard"))
    let idle = graph.intern(.guarded(.always), [model.b], shape: [], type: .real)
    #expect(message(idle).contains("decides nothing"))
    let zero = graph.intern(.add(coefficients: [0, 1], constant: 0), [model.a, model.b], shape: [], type: .real)
    #expect(message(zero).contains("a coefficient 0"))
    let number = graph.intern(
      .add(coefficients: [1, 1], constant: 0), [model.a, graph.constant(3)], shape: [], type: .real)
    #expect(message(number).contains("a number"))
    #expect(Verifier(graph).findings(below: [zero]).map(\.description).joined().hasPrefix("node "))
  }
}
