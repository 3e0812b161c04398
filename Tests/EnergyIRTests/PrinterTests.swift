import Testing

@testable import EnergyIR

/// Formulas in the text style, as a person would write them.
@Suite struct PrinterTests {
  let model = Model()
  var graph: Graph { model.graph }

  func quadratic(_ vector: NodeID, _ matrix: NodeID) -> NodeID {
    graph.contract([(vector, [0]), (matrix, [0, 1]), (vector, [1])], output: [], sizes: [model.d, model.d])
  }

  var residual: NodeID { graph.subtract(model.x, model.mu) }

  @Test func gaussians() {
    #expect(model.text(graph.scale(0.5, quadratic(residual, model.symmetric))) == "0.5*(x - mu)^T P (x - mu)")
    #expect(model.text(graph.negate(model.times(model.symmetric, residual))) == "-P (x - mu)")
    let both = graph.add(model.general, graph.transpose(model.general))
    #expect(model.text(graph.scale(-0.5, model.times(both, residual))) == "-0.5*(Q + Q^T) (x - mu)")
    #expect(model.text(graph.linearAlgebra(.solve, [model.symmetric, residual])) == "solve(P, x - mu)")
  }

  @Test func polynomials() {
    let well = graph.sum([(1, graph.power(model.x, 2)), (-1, model.b)])
    #expect(model.text(graph.multiply(model.a, graph.total(graph.power(well, 2)))) == "a*sumsq(x^2 - b)")
    #expect(
      model.text(graph.scale(-4, graph.product([(model.a, 1), (model.x, 1), (well, 1)])))
        == "-4*a*x*(x^2 - b)")
    let sines = graph.product([(model.a, 1), (model.apply("cos", model.x), 1), (model.apply("sin", model.x), 1)])
    #expect(model.text(graph.scale(-2, sines)) == "-2*a*sin(x)*cos(x)")
  }

  @Test func signsAndNumbers() {
    let (a, b) = (model.a, model.b)
    #expect(model.text(graph.sum([(-1, a)], constant: 1)) == "1 - a")
    #expect(model.text(graph.sum([(-1, a), (-2, b)], constant: -3)) == "-a - 2*b - 3")
    #expect(model.text(graph.sum([(1, a)], constant: -0.1)) == "a - 0.1")
    #expect(model.text(graph.negate(graph.subtract(a, b))) == "b - a")
    #expect(model.text(graph.scale(-3, graph.subtract(a, b))) == "-3*(a - b)")
    #expect(model.text(graph.multiply(a, graph.scale(-1, b))) == "-a*b")
    #expect(model.text(graph.sum([(1e-10, a)])) == "1e-10*a")
    #expect(model.text(graph.constant(.infinity)) == "inf")
  }

  @Test func powersRootsAndQuotients() {
    let (a, b, x) = (model.a, model.b, model.x)
    #expect(model.text(graph.divide(a, b)) == "a/b")
    #expect(model.text(graph.power(a, -1)) == "1/a")
    #expect(model.text(graph.scale(2, graph.product([(a, -1), (b, -2)]))) == "2/(a*b^2)")
    #expect(model.text(graph.squareRoot(a)) == "sqrt(a)")
    #expect(model.text(graph.squareRoot(graph.dot(x, x))) == "norm(x)")
    #expect(model.text(graph.product([(x, 1), (graph.dot(x, x), -0.5)])) == "x/norm(x)")
    #expect(model.text(graph.power(graph.dot(x, x), -1.5)) == "1/norm(x)^3")
    #expect(model.text(graph.power(graph.add(a, b), 2)) == "(a + b)^2")
    #expect(model.text(graph.apply("pow", [a, graph.add(a, b)])) == "a^(a + b)")
  }

  @Test func shortVectorsThatTellTheirPlacesApartAreLists() {
    let two = Size(2)
    func list(_ first: NodeID, _ second: NodeID) -> NodeID {
      let i = graph.freshVariable(two)
      let parts = [(0, first), (1, second)].map { place, entry in
        graph.guarded(Guard([condition([(i, 1)], Size(-place), .equalsZero)]), entry)
      }
      return graph.build(i, graph.sum(parts.map { (1, $0) }))
    }
    #expect(model.text(list(model.a, model.b)) == "[a, b]")
    #expect(model.text(list(model.a, graph.constant(0))) == "[a, 0]")
    #expect(model.text(list(model.x, model.mu)) == "[x, mu]")
    #expect(model.text(graph.add(list(model.a, model.b), list(model.b, graph.power(model.a, 2)))) == "[a + b, a^2 + b]")
    #expect(model.text(list(model.a, model.b), .latex) == "\\begin{pmatrix} a \\\\ b \\end{pmatrix}")
    let i = graph.freshVariable(two)
    let entry = graph.index(list(model.a, model.b), [.at(IndexExpression(i))])
    #expect(model.text(graph.reduce(.logsumexp, [i], .always, entry)) == "logsumexp([a, b])")
    // A list behind another factor would be read as an index.
    let P = graph.symbol(Symbol(name: "R", role: .parameter, shape: [two, two]))
    let product = graph.contract([(P, [0, 1]), (list(model.a, model.b), [1])], output: [0], sizes: [two, two])
    #expect(model.text(product) == "R ([a, b])")
  }

  @Test func aConditionOfAllTermsIsSaidOnce() {
    let inside = graph.apply("greater", [model.a, graph.constant(0)], type: .bool)
    func under(_ value: NodeID) -> NodeID { graph.select(inside, value, graph.zeros(graph.shape(value))) }
    let both = graph.sum([(2, under(graph.power(model.a, 2))), (-1, under(model.b))])
    #expect(model.text(both) == "if a > 0 then 2*a^2 - b else 0")
    #expect(model.text(graph.sum([(1, under(model.b)), (1, model.a)])) == "a + (if a > 0 then b else 0)")
    #expect(model.text(graph.total(under(graph.power(model.x, 3)))) == "if a > 0 then sum(x^3) else 0")
    let i = graph.freshVariable(model.d)
    let entries = graph.build(i, under(graph.multiply(model.entry(model.x, i), graph.iota(IndexExpression(i)))))
    #expect(model.text(entries) == "if a > 0 then [(i - 1)*x[i] for i in 1..d] else 0")
  }

  @Test func contractions() {
    let sizes = graph.shape(model.matrix)
    let back = graph.contract(
      [(model.matrix, [0, 1]), (model.times(model.matrix, model.x), [0])], output: [1], sizes: sizes)
    #expect(model.text(back) == "A^T (A x)")
    #expect(model.text(graph.dot(model.mu, model.x)) == "mu^T x")
    let outer = graph.contract([(model.x, [0]), (model.mu, [1])], output: [0, 1], sizes: [model.d, model.d])
    #expect(model.text(outer) == "x mu^T")
    let product = graph.contract(
      [(model.general, [0, 1]), (model.symmetric, [1, 2])], output: [0, 2], sizes: [model.d, model.d, model.d])
    #expect(model.text(product) == "Q P")
    #expect(model.text(graph.contract([(model.general, [0, 0])], output: [], sizes: [model.d])) == "trace(Q)")
    #expect(model.text(graph.contract([(model.general, [0, 0])], output: [0], sizes: [model.d])) == "diag(Q)")
    #expect(model.text(graph.contract([(model.x, [0])], output: [0, 0], sizes: [model.d])) == "diag(x)")
    #expect(model.text(graph.contract([(model.matrix, [0, 1])], output: [0], sizes: sizes)) == "sum(A, axis = 2)")
    #expect(model.text(graph.total(model.matrix)) == "sum(A)")
    #expect(model.text(graph.divide(graph.total(model.x), graph.size(model.d))) == "mean(x)")
    let scaled = graph.contract(
      [(model.general, [0, 1]), (model.x, [0]), (model.general, [0, 2])], output: [1, 2],
      sizes: [model.d, model.d, model.d])
    #expect(model.text(scaled) == "Q^T diag(x) Q")
    let ones = graph.contract([(graph.constant(1), [])], output: [0, 0], sizes: [model.d])
    #expect(model.text(graph.multiply(model.a, ones)) == "a*eye(d)")
  }

  @Test func whatHasNoNotationIsAnEinsum() {
    let tensor = graph.symbol(Symbol(name: "C", role: .parameter, shape: [model.d, model.d, model.d]))
    let contracted = graph.contract(
      [(tensor, [0, 1, 2]), (model.x, [1])], output: [2, 0], sizes: [model.d, model.d, model.d])
    #expect(model.text(contracted) == "einsum(\"a,bac->cb\", x, C)")
  }

  @Test func vectorsBesideMatrices() {
    let rows = graph.contract([(model.x, [1])], output: [0, 1], sizes: [model.m, model.d])
    #expect(model.text(graph.subtract(model.matrix, rows)) == "A - row(x)")
    let columns = graph.contract([(model.x, [0])], output: [0, 1], sizes: [model.d, model.d])
    let across = graph.contract([(model.mu, [1])], output: [0, 1], sizes: [model.d, model.d])
    #expect(model.text(graph.subtract(columns, across)) == "col(x) - row(mu)")
    #expect(
      model.text(graph.power(rows, 2)) == "ones(m) (x^2)^T" || model.text(graph.power(rows, 2)) == "(ones(m) x^T)^2")
    #expect(model.text(graph.broadcast(model.a, to: [model.d])) == "a*ones(d)")
    #expect(model.text(graph.zeros([model.d, model.m])) == "zeros(d, m)")
  }

  @Test func runsNeverLookLikeSomethingElse() {
    // After a value, `[` would be an index.
    let i = graph.freshVariable(model.d)
    let build = graph.build(i, graph.apply("sin", [graph.iota(IndexExpression(i))]))
    #expect(model.text(model.times(model.matrix, build)) == "A ([sin(i - 1) for i in 1..d])")
    let projected = graph.multiply(graph.dot(model.mu, model.x), model.x)
    #expect(model.text(projected) == "(mu^T x)*x")
  }

  @Test func conditionals() {
    let test = graph.apply("less", [model.a, model.b], type: .bool)
    let chosen = graph.select(test, model.a, graph.constant(0))
    #expect(model.text(chosen) == "if a < b then a else 0")
    #expect(model.text(graph.sum([(1, chosen), (1, model.b)])) == "b + (if a < b then a else 0)")
    let lanes = graph.apply("greaterEqual", [model.x, model.mu], type: .bool)
    #expect(model.text(graph.select(lanes, model.x, graph.constant(0))) == "select(x >= mu, x, 0)")
    let neither = graph.apply("not", [graph.apply("or", [test, lanes], type: .bool)], type: .bool)
    #expect(model.text(graph.select(neither, model.x, model.mu)) == "select(not (a < b or x >= mu), x, mu)")
  }
}
