import Testing

@testable import EnergyIR

/// Builds and reductions: equal up to the names of variables is equal.
@Suite struct CanonicalBinderTests {
  let model = Model()
  var graph: Graph { model.graph }

  /// Σ over i and j with `j − i ≥ 1`, or with the names the other way round.
  func pairSum(isSwapped: Bool) -> NodeID {
    let first = graph.freshVariable(model.d)
    let second = graph.freshVariable(model.d)
    let (i, j) = isSwapped ? (second, first) : (first, second)
    let difference = graph.subtract(model.entry(model.x, i), model.entry(model.x, j))
    let upper = Guard([condition([(j, 1), (i, -1)], -1, .atLeastZero)])
    return graph.reduce(.sum, isSwapped ? [j, i] : [i, j], upper, graph.apply("sin", [graph.power(difference, 2)]))
  }

  @Test func namesOfVariablesDoNotMatter() {
    #expect(pairSum(isSwapped: false) == pairSum(isSwapped: false))
    #expect(model.text(pairSum(isSwapped: true)) == model.text(pairSum(isSwapped: false)))
    let i = graph.freshVariable(model.d)
    let j = graph.freshVariable(model.d)
    let left = graph.build(i, graph.power(graph.iota(IndexExpression(i)), 2))
    #expect(left == graph.build(j, graph.power(graph.iota(IndexExpression(j)), 2)))
  }

  @Test func openedSiblingsShareTheirVariable() {
    let i = graph.freshVariable(model.d)
    let j = graph.freshVariable(model.d)
    let sine = graph.reduce(.max, [i], .always, graph.apply("sin", [model.entry(model.x, i)]))
    let cosine = graph.reduce(.max, [j], .always, graph.apply("cos", [model.entry(model.x, j)]))
    #expect(graph.open(sine).variables == graph.open(cosine).variables)
  }

  @Test func etaAndBroadcast() {
    let i = graph.freshVariable(model.d)
    #expect(graph.build(i, model.entry(model.x, i)) == model.x)
    #expect(graph.build(i, model.row(model.general, i)) == model.general)
    #expect(graph.build(i, model.a) == graph.broadcast(model.a, to: [model.d]))
    let j = graph.freshVariable(model.d)
    let entry = graph.index(model.general, [.at(IndexExpression(i)), .at(IndexExpression(j))])
    #expect(graph.build(i, graph.build(j, entry)) == model.general)
    let row = graph.index(model.general, [.at(IndexExpression(1)), .all])
    let third = graph.index(model.general, [.at(IndexExpression(1)), .at(IndexExpression(j))])
    #expect(graph.build(j, third) == row)
    let diagonal = graph.index(model.general, [.at(IndexExpression(i)), .at(IndexExpression(i))])
    #expect(graph.isBuild(graph.build(i, diagonal)))
  }

  @Test func sumsOfSumsAreOneBinder() {
    let i = graph.freshVariable(model.d)
    let j = graph.freshVariable(model.d)
    let body = graph.apply("sin", [graph.multiply(model.entry(model.x, i), model.entry(model.x, j))])
    let inner = graph.reduce(.sum, [j], .always, body)
    let outer = graph.reduce(.sum, [i], .always, inner)
    #expect(graph[outer].operation.bound.count == 2)
    #expect(!graph.isReduce(graph[outer].arguments[0]))
  }

  @Test func whatDoesNotVaryLeavesTheSum() {
    let i = graph.freshVariable(model.d)
    let sine = graph.apply("sin", [model.entry(model.x, i)])
    let inner = graph.reduce(.sum, [i], .always, sine)
    #expect(
      graph.reduce(.sum, [i], .always, graph.product([(model.a, 1), (sine, 1)])) == graph.multiply(model.a, inner))
    #expect(graph.reduce(.sum, [i], .always, graph.scale(3, sine)) == graph.scale(3, inner))
    #expect(graph.reduce(.sum, [i], .always, model.a) == graph.multiply(graph.size(model.d), model.a))
  }

  @Test func summandsThatDoNotVaryLeaveExtremaAndLogSumExp() {
    let i = graph.freshVariable(model.d)
    let body = graph.sum([(1, model.entry(model.x, i)), (2, model.a)], constant: 1)
    for operation in [ReduceOperation.logsumexp, .max, .min] {
      let inner = graph.reduce(operation, [i], .always, model.entry(model.x, i))
      #expect(graph.reduce(operation, [i], .always, body) == graph.sum([(1, inner), (2, model.a)], constant: 1))
    }
  }

  @Test func equationsAreSolved() {
    let i = graph.freshVariable(model.d)
    let k = graph.freshVariable(model.d)
    let next = Guard([condition([(i, 1), (k, -1)], 1, .equalsZero)])
    let sum = graph.reduce(.sum, [i], next, model.entry(model.x, i))
    // i = k − 1, which needs k ≥ 1.
    let expected = graph.guarded(
      Guard([condition([(k, 1)], -1, .atLeastZero)]), model.entry(model.x, k, offset: -1))
    #expect(sum == expected)
  }

  @Test func aModulusThatIsTheExtentIsSolvedToo() {
    let i = graph.freshVariable(model.d)
    let k = graph.freshVariable(model.d)
    let wrapped = Condition(IndexExpression([(i, 1), (k, -1)], offset: 1, modulus: model.d), .equalsZero)
    let sum = graph.reduce(.sum, [i], Guard([wrapped]), model.entry(model.x, i))
    let before = IndexExpression([(k, 1)], offset: -1, modulus: model.d)
    #expect(sum == graph.index(model.x, [.at(before)]))
  }

  @Test func sumsOfScattersOverAWholeAxisAreBuilds() {
    let i = graph.freshVariable(model.d)
    let entry = graph.apply("sin", [model.entry(model.x, i)])
    let scattered = graph.scatter(entry, [.at(IndexExpression(i))], shape: [model.d])
    #expect(graph.reduce(.sum, [i], .always, scattered) == graph.build(i, entry))
  }

  @Test func substitutionCapturesNothing() {
    let i = graph.freshVariable(model.d)
    let j = graph.freshVariable(model.d)
    let sum = graph.reduce(
      .sum, [j], .always, graph.apply("sin", [graph.multiply(model.entry(model.x, i), model.entry(model.x, j))]))
    let opened = graph.open(sum).variables[0]
    let moved = graph.substitute(sum, variables: [i: IndexExpression(opened)])
    #expect(graph[moved].free == [opened])
    #expect(graph[moved].operation.bound.count == 1)
  }
}
