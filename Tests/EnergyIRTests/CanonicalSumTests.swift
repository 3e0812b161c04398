import Testing

@testable import EnergyIR

/// Sums and products: one form for what algebra says is equal.
@Suite struct CanonicalSumTests {
  let model = Model()
  var graph: Graph { model.graph }

  @Test func likeTermsAreCollectedAndZerosDropped() {
    let (a, b) = (model.a, model.b)
    #expect(graph.sum([(1, a), (2, b), (1, a)]) == graph.sum([(2, b), (2, a)]))
    #expect(graph.subtract(a, a) == graph.constant(0, type: .int))
    #expect(graph.sum([(1, a)], constant: 0) == a)
    #expect(graph.add(graph.add(a, b), model.a) == graph.sum([(2, a), (1, b)]))
  }

  @Test func exponentsOfEqualBasesAdd() {
    let x = model.x
    #expect(graph.multiply(x, x) == graph.power(x, 2))
    #expect(graph.divide(graph.power(x, 3), x) == graph.power(x, 2))
    #expect(graph.constantValue(graph.divide(x, x)) == 1)
  }

  @Test func numbersLeaveProducts() {
    let product = graph.multiply(graph.scale(2, model.a), graph.scale(3, model.b))
    #expect(product == graph.scale(6, graph.multiply(model.a, model.b)))
    #expect(graph.isZero(graph.multiply(graph.constant(0), model.x)))
  }

  @Test func numbersLeaveSolve() {
    let (P, x) = (model.symmetric, model.x)
    let solved = graph.linearAlgebra(.solve, [P, x])
    #expect(graph.linearAlgebra(.solve, [P, graph.scale(0.5, x)]) == graph.scale(0.5, solved))
    #expect(graph.isZero(graph.linearAlgebra(.solve, [P, graph.zeros([model.d])])))
  }

  @Test func integerPowersDistributeAndFractionalOnesDoNot() {
    let ab = graph.multiply(model.a, model.b)
    #expect(graph.power(ab, 2) == graph.product([(model.a, 2), (model.b, 2)]))
    // (a²)^½ is |a|, not a.
    #expect(graph.squareRoot(graph.power(model.a, 2)) != model.a)
  }

  @Test func aSumUnderAnEvenPowerHasOneSign() {
    let forward = graph.power(graph.subtract(model.a, model.b), 2)
    #expect(forward == graph.power(graph.subtract(model.b, model.a), 2))
    #expect(
      graph.power(graph.subtract(model.a, model.b), 3)
        == graph.negate(graph.power(graph.subtract(model.b, model.a), 3)))
  }

  @Test func aConditionIsAskedOnce() {
    let (a, b, c) = (model.a, model.b, model.apply("sin", model.b))
    let test = graph.apply("greater", [a, b], type: .bool)
    #expect(graph.select(test, graph.select(test, a, b), c) == graph.select(test, a, c))
    #expect(graph.select(test, c, graph.select(test, a, b)) == graph.select(test, c, b))
    #expect(
      graph.select(test, graph.sum([(1, c), (2, graph.select(test, a, b))]), b)
        == graph.select(test, graph.sum([(1, c), (2, a)]), b))
    let other = graph.apply("greater", [b, a], type: .bool)
    #expect(graph.select(test, graph.select(other, a, b), c) != graph.select(test, a, c))
  }

  @Test func buildsOverTheSameExtentMerge() {
    let i = graph.freshVariable(model.d)
    let j = graph.freshVariable(model.d)
    let left = graph.build(i, graph.multiply(model.entry(model.x, i), graph.iota(IndexExpression(i))))
    let right = graph.build(j, graph.power(graph.iota(IndexExpression(j)), 2))
    #expect(graph.isBuild(graph.add(left, right)))
  }
}

/// Guards float up, merge and meet in no impossible place.
@Suite struct CanonicalGuardTests {
  let model = Model()
  var graph: Graph { model.graph }

  func low(_ variable: Variable) -> Guard { Guard([condition([(variable, 1)], -1, .atLeastZero)]) }

  @Test func guardsFloatOutOfLinearPlaces() {
    let i = graph.freshVariable(model.d)
    let guarded = graph.guarded(low(i), model.entry(model.x, i))
    let vector = graph.guarded(low(i), model.x)
    let all = [
      graph.multiply(guarded, model.a), graph.power(guarded, 2), model.times(model.matrix, vector),
      graph.scale(3, guarded), graph.dot(vector, model.y), graph.transpose(graph.guarded(low(i), model.general)),
      graph.scatter(guarded, [.at(IndexExpression(Size(0)))], shape: [model.d]),
    ]
    for id in all { #expect(graph.splitGuard(id).0 == low(i), "\(model.text(id))") }
  }

  @Test func guardsOfASumMergeAndTheirCommonPartLeaves() {
    let i = graph.freshVariable(model.d)
    let j = graph.freshVariable(model.d)
    let (x, y) = (model.entry(model.x, i), model.entry(model.y, i))
    let both = graph.add(graph.guarded(low(i), x), graph.guarded(low(i), y))
    #expect(both == graph.guarded(low(i), graph.add(x, y)))
    let unlike = graph.add(graph.guarded(low(i).and(low(j)), x), graph.guarded(low(i), y))
    #expect(graph.splitGuard(unlike).0 == low(i))
  }

  @Test func severalTermsWithoutAGuardBesideOneWithAGuard() {
    let i = graph.freshVariable(model.d)
    let guarded = graph.guarded(low(i), model.entry(model.x, i))
    let sum = graph.sum([(1, model.a), (1, model.b), (1, guarded)])
    guard case .add(let coefficients, _) = graph[sum].operation else {
      Issue.record("no sum")
      return
    }
    #expect(coefficients.count == 3)
  }

  @Test func aProductDistributesOverASumOfGuardedTerms() {
    let i = graph.freshVariable(model.d)
    let j = graph.freshVariable(model.d)
    let terms = graph.add(graph.guarded(low(i), model.a), graph.guarded(low(j), model.b))
    let product = graph.multiply(terms, graph.power(model.entry(model.x, i), -1))
    guard case .add = graph[product].operation else {
      Issue.record("not distributed: \(model.text(product))")
      return
    }
    #expect(graph[product].arguments.allSatisfy { graph.isGuarded($0) })
  }

  @Test func aFactorGoesIntoASelectWithAZero() {
    let test = graph.apply("less", [model.a, model.b], type: .bool)
    let chosen = graph.select(test, model.a, graph.constant(0))
    let product = graph.multiply(chosen, graph.power(model.b, -1))
    #expect(product == graph.select(test, graph.divide(model.a, model.b), graph.constant(0)))
  }

  @Test func impossibleGuardsAreZero() {
    let i = graph.freshVariable(model.d)
    let never = Guard([condition([(i, -1)], -1, .atLeastZero)])
    #expect(graph.isZero(graph.guarded(never, model.x)))
    #expect(graph.isZero(graph.reduce(.sum, [i], never, model.entry(model.x, i))))
  }
}
