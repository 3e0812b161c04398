import EnergyIR
import Testing

@testable import EnergyLowering

/// Single constructs: loop program and graph agree, and what stands outside a guard is never used.
@Suite struct ProgramTests {
  let s = Setting()
  var graph: Graph { s.graph }

  func check(_ outputs: NodeID..., options: LoweringOptions = LoweringOptions(), to tolerance: Double = 1e-13) throws {
    let named = outputs.enumerated().map { (name: "output\($0.offset)", node: $0.element) }
    #expect(try deviation(s, named, options: options) <= tolerance)
    var known = options
    known.dimensions = s.dimensions
    known.matrixProductThreshold = 1
    #expect(try deviation(s, named, options: known) <= tolerance)
  }

  // MARK: Scatter, gather, index

  @Test func scattersAccumulate() throws {
    let d = s.dimension("d", 6)
    let x = s.sample([d])
    let i = s.variable(d - 1)
    let first = s.call("sin", s.at(x, i))
    let up = graph.scatter(first, [.at(IndexExpression([(i, 1)], offset: 1))], shape: [d])
    let down = graph.scatter(graph.multiply(first, s.at(x, [(i, 1)], 1)), [.at(IndexExpression(i))], shape: [d])
    let sum = graph.reduce(.sum, [i], .always, graph.sum([(2, up), (-3, down)]))
    try check(graph.sum([(-1, sum), (0.5, x)], constant: 1))
    // The sum inside a function, and under a factor that depends on all of it.
    try check(s.call("exp", sum), graph.multiply(graph.total(sum), sum))
  }

  @Test func scattersOfRowsAndBlocks() throws {
    let n = s.dimension("n", 4)
    let X = s.sample([n, 3], "X")
    let i = s.variable(n)
    let row = graph.scatter(s.row(X, i), [.at(IndexExpression([(i, -1)], offset: n - 1)), .all], shape: [n, 3])
    try check(
      graph.reduce(
        .sum, [i], .always,
        graph.multiply(s.call("exp", graph.index(X, [.at(IndexExpression(i)), .at(IndexExpression(Size(1)))])), row)))
    try check(graph.scatter(X, [.at(IndexExpression(Size(1))), .all, .all], shape: [2, n, 3]))
  }

  @Test func gathersAndScattersByData() throws {
    let (n, m) = (s.dimension("n", 5), s.dimension("m", 7))
    let x = s.sample([n])
    let table = s.symbol("t", .data, [m], type: .int) { Double(($0 * 3) % 5) }
    let k = s.variable(m)
    let target = s.at(table, k)
    let read = graph.index(x, [.gather], gathers: [target])
    try check(graph.build(k, graph.power(read, 2)))
    let scattered = graph.scatter(s.call("exp", read), [.gather], shape: [n], gathers: [target])
    try check(graph.reduce(.sum, [k], .always, scattered))
    // A computed tensor read by data.
    let j = s.variable(n)
    let family = graph.build(j, graph.multiply(s.at(x, j), graph.iota(IndexExpression(j))))
    try check(graph.build(k, graph.index(family, [.gather], gathers: [target])))
  }

  @Test func indexPatterns() throws {
    let d = s.dimension("d", 6)
    let x = s.sample([d])
    let i = s.variable(d)
    let reversed = graph.build(i, s.at(x, [(i, -1)], 5))
    let rolled = graph.build(i, s.at(x, [(i, 1)], -2, mod: d))
    let both = graph.build(i, s.at(graph.build(i, s.at(x, [(i, 1)], 3, mod: d)), [(i, 1)], -2, mod: d))
    try check(graph.add(reversed, rolled), both, graph.build(i, graph.iota(IndexExpression([(i, 2)], offset: 1))))
    let half = s.variable(3)
    try check(graph.build(half, s.at(x, [(half, 2)], 1)))
  }

  @Test func diagonalsAndBroadcasts() throws {
    let d = s.dimension("d", 4)
    let (x, A) = (s.sample([d]), s.parameter("A", [d, d]))
    let diagonal = graph.contract([(x, [0])], output: [0, 0], sizes: [d])
    let outer = graph.contract([(x, [0]), (x, [1])], output: [0, 1], sizes: [d, d])
    try check(graph.add(diagonal, outer), graph.contract([(A, [0, 0]), (x, [0])], output: [], sizes: [d]))
    try check(graph.contract([(x, [0])], output: [1, 0], sizes: [d, 3]))
    try check(graph.contract([(x, [0]), (A, [0, 1])], output: [], sizes: [d, d]))
    try check(graph.contract([(x, [0]), (A, [0, 1]), (A, [1, 2]), (x, [2])], output: [], sizes: [d, d, d]))
    try check(graph.contract([(x, [0]), (A, [1, 2])], output: [], sizes: [d, d, d]))
  }

  @Test func chainOfVaryingMatrices() throws {
    let d = s.dimension("d", 3)
    let x = s.sample([d, d])
    let product = { (a: NodeID, b: NodeID) in
      self.graph.contract([(a, [0, 1]), (b, [1, 2])], output: [0, 2], sizes: [d, d, d])
    }
    let first = s.call("tanh", product(x, x))
    try check(product(s.call("sin", product(first, x)), first))
  }

  // MARK: Guards

  /// 1/0 and log(-1) at every point outside of the guards; none of it may reach the result.
  @Test func nothingOutsideOfGuardsIsUsed() throws {
    let d = s.dimension("d", 5)
    let x = s.symbol("x", .sample, [d]) { $0 == 0 ? -1 : $0 == 4 ? 0 : 1 + Double($0) }
    let i = s.variable(d)
    let j = s.variable(d)
    let inner = Guard([condition([(i, 1)], -1, .atLeastZero), condition([(i, -1)], 3, .atLeastZero)])
    let wild = graph.multiply(s.call("log", s.at(x, i)), graph.power(s.at(x, i), -1))
    let guarded = graph.guarded(inner, wild)
    try check(graph.build(i, guarded), graph.build(i, graph.sum([(2, guarded), (1, s.at(x, i))], constant: 3)))
    try check(graph.reduce(.sum, [i], .always, graph.multiply(guarded, s.call("exp", s.at(x, i)))))
    try check(graph.reduce(.max, [i], inner, wild), graph.reduce(.logsumexp, [i], inner, wild))
    let ordered = Guard([condition([(j, 1), (i, -1)], -1, .atLeastZero)])
    let difference = graph.power(graph.subtract(s.at(x, i), s.at(x, j)), -1)
    try check(graph.build(i, graph.reduce(.sum, [j], ordered, difference)))
    let apart = Guard([condition([(j, 1), (i, -1)], 0, .differsFromZero)])
    try check(graph.build(i, graph.reduce(.sum, [j], apart, difference)))
    try check(graph.build(i, graph.build(j, graph.guarded(apart, difference))))
  }

  /// x[i + 1] exists only where a guard says so, also where the read doesn't depend on the inner loop.
  @Test func readsThatOnlyAGuardKeepsInRange() throws {
    let d = s.dimension("d", 5)
    let x = s.sample([d])
    let (i, j) = (s.variable(d), s.variable(d))
    let above = Guard([condition([(j, 1), (i, -1)], -1, .atLeastZero)])
    let next = s.call("exp", s.at(x, [(i, 1)], 1))
    try check(graph.reduce(.sum, [i, j], above, graph.multiply(next, s.at(x, j))))
    let below = Guard([condition([(i, -1)], 3, .atLeastZero)])
    try check(graph.build(i, graph.sum([(1, graph.guarded(below, next)), (1, s.at(x, i))])))
    try check(s.call("exp", graph.build(i, graph.guarded(below, next))))
  }

  @Test func emptyAndImpossibleRanges() throws {
    let d = s.dimension("d", 1)
    let x = s.sample([d])
    let i = s.variable(d - 1)
    try check(graph.reduce(.sum, [i], .always, s.at(x, [(i, 1)], 1)), graph.reduce(.max, [i], .always, s.at(x, i)))
    try check(graph.reduce(.logsumexp, [i], .always, s.at(x, i)), graph.reduce(.prod, [i], .always, s.at(x, i)))
  }

  @Test func stridedAndModularGuards() throws {
    let d = s.dimension("d", 7)
    let x = s.sample([d])
    let i = s.variable(d)
    let odd = Guard([Condition(IndexExpression([(i, 1)], modulus: 2), .equalsZero)])
    let double = Guard([condition([(i, -2)], 7, .atLeastZero)])
    try check(graph.reduce(.sum, [i], odd, s.at(x, i)), graph.reduce(.sum, [i], double, s.at(x, i)))
    try check(graph.build(i, graph.guarded(odd, s.at(x, i))))
  }

  // MARK: Reductions

  @Test(arguments: [ReduceOperation.sum, .prod, .min, .max, .logsumexp])
  func reductions(operation: ReduceOperation) throws {
    let (n, d) = (s.dimension("n", 4), s.dimension("d", 3))
    let X = s.sample([n, d], "X")
    let (i, j) = (s.variable(n), s.variable(d))
    try check(graph.reduce(operation, [i, j], .always, s.at(X, i, j)))
    try check(graph.build(i, graph.reduce(operation, [j], .always, s.at(X, i, j))))
    // A tensor as the body.
    try check(graph.reduce(operation, [i], .always, s.row(X, i)))
    let nested = graph.reduce(operation, [i], .always, graph.reduce(.max, [j], .always, s.at(X, i, j)))
    try check(s.call("exp", nested), graph.multiply(nested, nested))
  }

  @Test func logSumExpOfInfinities() throws {
    let n = s.dimension("n", 3)
    let x = s.symbol("x", .sample, [n]) { _ in -.infinity }
    let y = s.symbol("y", .sample, [n]) { $0 == 1 ? .infinity : 0 }
    let i = s.variable(n)
    let program = Lowering.lower(
      graph,
      outputs: [
        ("low", graph.reduce(.logsumexp, [i], .always, s.at(x, i))),
        ("high", graph.reduce(.logsumexp, [i], .always, s.at(y, i))),
      ])
    let result = try ReferenceInterpreter(program, dimensions: s.dimensions).run(s.inputs)
    #expect(result["low"] == [-.infinity])
    #expect(result["high"] == [.infinity])
  }

  @Test func anyAndAll() throws {
    let n = s.dimension("n", 4)
    let x = s.sample([n])
    let i = s.variable(n)
    let positive = graph.apply("greater", [s.at(x, i), graph.constant(0)], type: .bool)
    let some = graph.reduce(.any, [i], .always, positive)
    try check(graph.select(some, graph.total(x), graph.constant(-1)), graph.reduce(.all, [i], .always, positive))
  }

  @Test func powersOfOneBase() throws {
    let d = s.dimension("d", 3)
    let x = s.symbol("x", .sample, [d]) { 1 + Double($0) }
    let r = graph.dot(x, x)
    let powers = [-3.0, -4, -7, 6, 12, 0.5, -0.5, 1.5, -1.5, -2.5, 1.0 / 3, -0.3, 70].map { graph.power(r, $0) }
    for power in powers { try check(power, to: 1e-13) }
    try check(graph.sum(powers.dropLast().map { (1, $0) }), to: 1e-13)
  }

  // MARK: Linear algebra and shapes

  @Test func uniformLinearAlgebra() throws {
    let d = s.dimension("d", 3)
    let x = s.sample([d])
    let A = s.symbol("A", .parameter, [d, d]) { $0 % 4 == 0 ? 4 : 1 / Double($0 + 1) }
    let inverse = graph.linearAlgebra(.inv, [A])
    let determinant = graph.linearAlgebra(.logdet, [A])
    try check(
      s.times(inverse, x), graph.add(determinant, graph.dot(x, s.times(inverse, x))),
      graph.linearAlgebra(.solve, [A, x]), to: 1e-13)
  }

  @Test func linearAlgebraOfTheSampleAndOfFamilies() throws {
    let (K, d) = (s.dimension("K", 2), s.dimension("d", 3))
    let x = s.sample([d])
    let A = s.symbol("A", .parameter, [K, d, d]) { $0 % 9 % 4 == 0 ? 4 + Double($0) : 1 / Double($0 + 1) }
    let k = s.variable(K)
    let family = graph.index(A, [.at(IndexExpression(k)), .all, .all])
    let shifted = graph.add(family, graph.contract([(x, [0])], output: [0, 0], sizes: [d]))
    for matrix in [family, shifted] {
      let inverse = graph.linearAlgebra(.inv, [matrix])
      let form = graph.contract([(x, [0]), (inverse, [0, 1]), (x, [1])], output: [], sizes: [d, d])
      let term = graph.add(form, graph.linearAlgebra(.logdet, [matrix]))
      try check(graph.reduce(.sum, [k], .always, term), to: 1e-12)
      try check(graph.reduce(.logsumexp, [k], .always, term), graph.build(k, term), to: 1e-12)
    }
    let gram = graph.add(
      graph.contract([(x, [0]), (x, [1])], output: [0, 1], sizes: [d, d]),
      graph.contract([(s.call("exp", x), [0])], output: [0, 0], sizes: [d]))
    try check(graph.linearAlgebra(.cholesky, [gram]), graph.linearAlgebra(.det, [gram]))
  }

  @Test func reshapes() throws {
    let (n, m) = (s.dimension("n", 3), s.dimension("m", 4))
    let X = s.sample([n, m], "X")
    let flat = graph.reshape(s.call("exp", X), to: [n * m])
    try check(flat, graph.reshape(flat, to: [m, n]), graph.dot(flat, flat))
    let fixed = s.sample([6], "y")
    try check(s.times(graph.reshape(fixed, to: [2, 3]), graph.build(s.variable(3), graph.constant(2))))
  }

  // MARK: Outputs

  @Test func uniformAndTrivialOutputs() throws {
    let d = s.dimension("d", 3)
    let (x, a) = (s.sample([d]), s.parameter("a", [d]))
    try check(graph.dot(a, a), a, x, graph.zeros([d]), graph.constant(2), graph.size(d))
    try check(x, x, graph.scale(2, x))
  }

  @Test func uniformWorkIsInThePrologue() throws {
    let (n, d) = (s.dimension("n", 5), s.dimension("d", 3))
    let (x, A) = (s.sample([d]), s.parameter("A", [n, d]))
    let gram = graph.contract([(A, [0, 1]), (A, [0, 2])], output: [1, 2], sizes: [n, d, d])
    let energy = graph.multiply(s.call("exp", graph.total(A)), graph.dot(x, s.times(gram, x)))
    try check(energy)
    let program = Lowering.lower(graph, outputs: [("energy", energy)])
    #expect(!program.body.contains { if case .compute(_, .function, _, _) = $0 { true } else { false } })
    let count = try #require(OperationCount(program, dimensions: s.dimensions))
    #expect(count.total <= 41)
  }

  // MARK: Size

  @Test func deepTermsDontOverflow() throws {
    let x = s.sample([])
    var node = x
    for _ in 0..<100_000 { node = graph.apply("sin", [node]) }
    let program = Lowering.lower(graph, outputs: [("energy", node)])
    #expect(program.body.count >= 100_000)
  }

  @Test func wideSumsTakeLinearTime() throws {
    let d = s.dimension("d", 4)
    let x = s.sample([d])
    let terms = (0..<2000).map { (Double($0 + 1), graph.total(s.call("exp", graph.scale(Double($0 + 1), x)))) }
    let program = Lowering.lower(graph, outputs: [("energy", graph.sum(terms))])
    #expect(program.body.count < 20_000)
  }

  @Test func lowersTheSameEveryTime() {
    let texts = (0..<3).map { _ -> String in
      let setting = Setting()
      let outputs = Energy.all.filter { $0.name == "nested sum" || $0.name == "MLP" }.map { $0.outputs(setting) }
      return outputs.map { Lowering.lower(setting.graph, outputs: $0).description }.joined()
    }
    #expect(Set(texts).count == 1)
  }

  /// The trace names the first computation that makes a NaN, and the loop it stands in.
  @Test func traceOfNaN() throws {
    let d = s.dimension("d", 4)
    let x = s.symbol("x", .sample, [d]) { 2 - Double($0) }
    let logs = s.call("log", x)
    let program = Lowering.lower(graph, outputs: [("energy", graph.total(graph.multiply(logs, x)))])
    var findings: [ReferenceInterpreter.Finding] = []
    _ = try ReferenceInterpreter(program, dimensions: s.dimensions).run(s.inputs) { findings.append($0) }
    let first = try #require(findings.first)
    #expect(first.operands == [0])
    #expect(first.indices == [2])
    #expect(first.value == -.infinity)
  }
}
