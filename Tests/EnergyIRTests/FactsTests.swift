import EnergyText
import Testing

@testable import EnergyIR

/// What the graph knows of nodes, and the constructors that the other suites don't meet.
@Suite struct FactsTests {
  let model = Model()
  var graph: Graph { model.graph }

  @Test func signsAreProvedByForm() {
    let i = graph.freshVariable(model.d)
    let rate = graph.symbol(Symbol(name: "r", role: .parameter, shape: [], refinements: [.positive]))
    let share = graph.symbol(Symbol(name: "p", role: .parameter, shape: [], refinements: [.interval(0, 1)]))
    let debt = graph.symbol(Symbol(name: "q", role: .parameter, shape: [], refinements: [.interval(-1, 1)]))
    let test = graph.apply("less", [model.a, model.b], type: .bool)
    let square = graph.power(model.a, 2)
    let proved = [
      graph.constant(0), graph.size(model.d), rate, share, square, graph.dot(model.x, model.x),
      graph.apply("exp", [model.a]), graph.sum([(2, square), (1, rate)], constant: 1),
      graph.select(test, square, rate), graph.product([(rate, 1), (share, 0.5)]), graph.power(debt, 0.5),
      graph.reduce(.max, [i], .always, graph.power(model.entry(model.x, i), 2)),
    ]
    for id in proved { #expect(graph.isProvablyNonNegative(id), "\(model.text(id))") }
    let open = [
      model.a, debt, graph.constant(.nan), graph.subtract(square, rate), graph.power(model.a, 3),
      graph.dot(model.x, model.mu), graph.apply("sin", [model.a]), graph.linearAlgebra(.logdet, [model.symmetric]),
      graph.reduce(.logsumexp, [i], .always, graph.power(model.entry(model.x, i), 2)),
    ]
    for id in open { #expect(!graph.isProvablyNonNegative(id), "\(model.text(id))") }
  }

  @Test func rootsOfWhatIsNotNegativeCollapse() {
    let square = graph.dot(model.x, model.x)
    #expect(graph.power(graph.squareRoot(square), 2) == square)
    #expect(graph.power(graph.squareRoot(graph.power(model.a, 2)), 2) == graph.power(model.a, 2))
  }

  @Test func shapesOfLinearAlgebra() {
    let matrix = model.symmetric
    #expect(graph.shape(graph.linearAlgebra(.inv, [matrix])) == [model.d, model.d])
    #expect(graph.shape(graph.linearAlgebra(.cholesky, [matrix])) == [model.d, model.d])
    #expect(graph.shape(graph.linearAlgebra(.solve, [matrix, model.x])) == [model.d])
    #expect(graph.shape(graph.linearAlgebra(.det, [matrix])).isEmpty)
    #expect(graph.isZero(graph.linearAlgebra(.solve, [matrix, graph.zeros([model.d])])))
    let i = graph.freshVariable(model.d)
    let first = Guard([condition([(i, 1)], -1, .atLeastZero)])
    let solved = graph.linearAlgebra(.solve, [matrix, graph.guarded(first, model.x)])
    #expect(graph.splitGuard(solved).0 == first)
  }

  @Test func reshapes() {
    let flat = graph.reshape(model.general, to: [model.d * model.d])
    #expect(graph.reshape(flat, to: [model.d, model.d]) == model.general)
    #expect(graph.reshape(graph.scale(2, model.general), to: [model.d * model.d]) == graph.scale(2, flat))
    #expect(graph.constantValue(graph.reshape(graph.zeros([model.d, model.d]), to: [model.d * model.d])) == 0)
    #expect(model.text(flat) == "reshape(Q, d*d)")
  }

  @Test func selectionsFold() {
    #expect(graph.select(graph.constant(1, type: .bool), model.a, model.b) == model.a)
    let test = graph.apply("less", [model.a, model.b], type: .bool)
    #expect(graph.select(test, model.x, model.x) == model.x)
  }

  @Test func originsAreKeptPerNode() {
    let span = Span(file: 0, start: 3, end: 7)
    let node = graph.withOrigins([span]) { graph.apply("sin", [model.a]) }
    #expect(graph.origins(of: node) == [span])
    _ = graph.withOrigins([span]) { graph.apply("sin", [model.a]) }
    #expect(graph.origins(of: node).count == 1)
  }

  @Test func thereIsALimit() {
    let small = Graph()
    small.nodeLimit = 2
    #expect(!small.isFull)
    _ = small.constant(1)
    _ = small.constant(2)
    #expect(small.isFull)
  }

  @Test func entriesReadByData() {
    let table = graph.symbol(Symbol(name: "idx", role: .data, shape: [model.m], type: .int))
    let e = graph.freshVariable(model.m)
    let place = graph.sum([(1, model.entry(table, e))], constant: -1)
    let read = graph.index(model.x, [.gather], gathers: [place])
    let energy = graph.reduce(.sum, [e], .always, graph.apply("sin", [read]))
    #expect(model.text(energy) == "sum(i in 1..m: sin(x[idx[i]]))")
    let score = graph.reduce(
      .sum, [e], .always, graph.scatter(graph.apply("cos", [read]), [.gather], shape: [model.d], gathers: [place]))
    #expect(Verifier(graph).findings(below: [score, energy]).isEmpty)
    #expect(
      model.text(score)
        == "[sum(j in 1..m: if i == idx[j] then cos(x[idx[j]]) else 0) for i in 1..d]")
    let scattered = graph.scatter(
      model.row(model.general, e), [.gather, .all], shape: [model.d, model.d], gathers: [place])
    #expect(Verifier(graph).findings(below: [scattered]).isEmpty)
  }

  @Test(arguments: [
    (Symbol.Refinement.symmetric, 2, "symmetric[d]"), (.positiveDefinite, 2, "spd[d]"), (.diagonal, 2, "diagonal[d]"),
    (.lower, 2, "lower[d]"), (.simplex, 1, "simplex[d]"), (.ordered, 1, "ordered[d]"),
    (.unitVector, 1, "unit_vector[d]"), (.positive, 1, "positive[d]"), (.positive, 0, "positive"),
    (.integer, 2, "integer[d, d]"), (.interval(-1, 0.5), 1, "interval[d](-1, 0.5)"),
  ])
  func refinedTypes(refinement: Symbol.Refinement, rank: Int, text: String) {
    let shape = Array(repeating: model.d, count: rank)
    let symbol = Symbol(name: "s", role: .parameter, shape: shape, refinements: [refinement])
    #expect(Printer.type(of: symbol) == text)
  }

  @Test(arguments: [
    (ElementType.real, 0, "real"), (.int, 0, "int"), (.bool, 0, "bool"), (.real, 1, "vector[d]"),
    (.real, 2, "matrix[d, d]"), (.real, 3, "tensor[d, d, d]"), (.int, 1, "integer[d]"), (.bool, 1, "bool[d]"),
  ])
  func plainTypes(type: ElementType, rank: Int, text: String) {
    let shape = Array(repeating: model.d, count: rank)
    #expect(Printer.type(of: Symbol(name: "s", role: .data, shape: shape, type: type)) == text)
  }
}
