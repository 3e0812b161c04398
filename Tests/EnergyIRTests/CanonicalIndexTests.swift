import Testing

@testable import EnergyIR

/// Entries: of builds, of entries, of scatters, of element-wise terms, of contractions.
@Suite struct CanonicalIndexTests {
  let model = Model()
  var graph: Graph { model.graph }

  @Test func anEntryOfABuildSubstitutes() {
    let i = graph.freshVariable(model.d)
    let k = graph.freshVariable(model.d)
    let squares = graph.build(i, graph.power(graph.iota(IndexExpression(i)), 2))
    #expect(graph.index(squares, [.at(IndexExpression(k))]) == graph.power(graph.iota(IndexExpression(k)), 2))
  }

  @Test func anEntryOfABuildThatIsNotAffineStays() {
    let i = graph.freshVariable(model.d)
    let k = graph.freshVariable(model.d)
    let late = Guard([condition([(i, 1), (k, -1)], 1, .differsFromZero)])
    let build = graph.build(i, graph.guarded(late, model.entry(model.x, i)))
    let wrapped = graph.index(build, [.at(IndexExpression([(k, 1)], offset: 1, modulus: model.d))])
    #expect(graph[wrapped].free == [k])
  }

  @Test func entriesOfEntriesCompose() {
    let i = graph.freshVariable(model.d)
    let k = graph.freshVariable(model.d)
    let row = model.row(model.general, i)
    let twice = graph.index(row, [.at(IndexExpression(k))])
    #expect(twice == graph.index(model.general, [.at(IndexExpression(i)), .at(IndexExpression(k))]))
  }

  @Test func anEntryOfAScatterIsAnEquation() {
    let i = graph.freshVariable(model.d)
    let k = graph.freshVariable(model.d)
    let scattered = graph.scatter(model.a, [.at(IndexExpression(i))], shape: [model.d])
    let entry = graph.index(scattered, [.at(IndexExpression(k))])
    #expect(entry == graph.guarded(Guard([condition([(i, 1), (k, -1)], 0, .equalsZero)]), model.a))
    #expect(graph.index(scattered, [.at(IndexExpression(i))]) == model.a)
  }

  @Test func entriesGoIntoElementwiseTermsWhenNoAxisStays() {
    let i = graph.freshVariable(model.d)
    let term = graph.sum([(2, graph.power(model.x, 3)), (-1, graph.apply("sin", [model.mu]))], constant: 1)
    let entry = graph.index(term, [.at(IndexExpression(i))])
    let sine = graph.apply("sin", [model.entry(model.mu, i)])
    #expect(entry == graph.sum([(2, graph.power(model.entry(model.x, i), 3)), (-1, sine)], constant: 1))
  }

  @Test func entriesOfProductsStayOutsideSoThatTheProductIsShared() {
    let i = graph.freshVariable(model.m)
    let entry = graph.index(model.times(model.matrix, model.x), [.at(IndexExpression(i))])
    guard case .index = graph[entry].operation else {
      Issue.record("pushed in")
      return
    }
    // Where nothing is summed nothing is shared, and the entry goes in.
    let outer = graph.contract([(model.x, [0]), (model.mu, [1])], output: [0, 1], sizes: [model.d, model.d])
    let j = graph.freshVariable(model.d)
    let row = graph.index(outer, [.at(IndexExpression(j)), .all])
    #expect(row == graph.multiply(model.entry(model.x, j), model.mu))
  }
}

/// Contractions: one form for each way to write a matrix expression.
@Suite struct CanonicalContractTests {
  let model = Model()
  var graph: Graph { model.graph }

  @Test func symmetricMatricesAreTheirTransposes() {
    #expect(graph.transpose(model.symmetric) == model.symmetric)
    #expect(graph.transpose(model.general) != model.general)
    #expect(graph.transpose(graph.transpose(model.general)) == model.general)
    let both = graph.add(model.general, graph.transpose(model.general))
    #expect(graph[graph.linearAlgebra(.inv, [model.symmetric])].isSymmetric)
    #expect(graph.shape(both) == [model.d, model.d])
  }

  @Test func rowTimesSymmetricIsSymmetricTimesColumn() {
    let column = model.times(model.symmetric, model.x)
    let row = graph.contract(
      [(model.x, [0]), (model.symmetric, [0, 1])], output: [1], sizes: [model.d, model.d])
    #expect(row == column)
    let general = graph.contract([(model.x, [0]), (model.general, [0, 1])], output: [1], sizes: [model.d, model.d])
    #expect(general != model.times(model.general, model.x))
  }

  @Test func labelsAndOrderDoNotMatter() {
    let one = graph.contract(
      [(model.x, [0]), (model.general, [0, 1]), (model.mu, [1])], output: [], sizes: [model.d, model.d])
    let other = graph.contract(
      [(model.general, [1, 0]), (model.mu, [0]), (model.x, [1])], output: [], sizes: [model.d, model.d])
    #expect(one == other)
  }

  @Test func numbersScalarsAndSignsLeave() {
    let difference = graph.subtract(model.x, model.mu)
    let scaled = model.times(graph.scale(2, model.matrix), graph.scale(-3, difference))
    #expect(scaled == graph.scale(-6, model.times(model.matrix, difference)))
    let weighted = graph.contract(
      [(model.a, []), (model.matrix, [0, 1]), (model.x, [1])], output: [0], sizes: graph.shape(model.matrix))
    #expect(weighted == graph.multiply(model.a, model.times(model.matrix, model.x)))
    let flipped = graph.subtract(model.mu, model.x)
    #expect(graph.dot(difference, difference) == graph.dot(flipped, flipped))
  }

  @Test func aContractionWithAOneHotVectorIsAnEntry() {
    let k = graph.freshVariable(model.d)
    let unit = graph.scatter(graph.constant(1), [.at(IndexExpression(k))], shape: [model.d])
    let column = model.times(model.general, unit)
    #expect(column == graph.index(model.general, [.all, .at(IndexExpression(k))]))
  }

  @Test func matrixProductsInsideElementwiseFactorsStayWhole() {
    let inner = model.times(model.matrix, model.x)
    let gated = graph.multiply(inner, graph.apply("sigmoid", [inner]))
    let outer = graph.contract(
      [(model.matrix, [0, 1]), (gated, [0])], output: [1], sizes: graph.shape(model.matrix))
    #expect(graph[outer].arguments.count == 2)
  }

  @Test func productsUnderAFullSumAreFlat() {
    let product = graph.product([(model.x, 1), (model.mu, 1)])
    #expect(graph.total(product) == graph.dot(model.x, model.mu))
    #expect(graph.total(graph.power(model.x, 2)) == graph.dot(model.x, model.x))
  }

  @Test func whatNoArgumentCarriesCounts() {
    let total = graph.total(graph.broadcast(model.a, to: [model.d]))
    #expect(total == graph.multiply(graph.size(model.d), model.a))
  }
}
