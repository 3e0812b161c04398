import Testing

@testable import EnergyIR

/// Loops: ranges, guards, slices, scatters the other way round, names for what is shared.
@Suite struct LoopPrinterTests {
  let model = Model()
  var graph: Graph { model.graph }

  func pairs(_ relation: Condition.Relation, offset: Int) -> (Variable, Variable, Guard) {
    let (i, j) = (graph.freshVariable(model.d), graph.freshVariable(model.d))
    return (i, j, Guard([condition([(j, 1), (i, -1)], Size(offset), relation)]))
  }

  @Test func dependentRangesAreFoldedFromGuards() {
    let (i, j, upper) = pairs(.atLeastZero, offset: -1)
    let body = graph.apply("sin", [graph.multiply(model.entry(model.x, i), model.entry(model.mu, j))])
    #expect(model.text(graph.reduce(.sum, [i, j], upper, body)) == "sum(i in 1..d, j in i+1..d: sin(mu[j]*x[i]))")
  }

  @Test func otherGuardsFollowTheRanges() {
    let (i, j, unequal) = pairs(.differsFromZero, offset: 0)
    let body = graph.apply("sin", [graph.multiply(model.entry(model.x, i), model.entry(model.x, j))])
    #expect(
      model.text(graph.reduce(.sum, [i, j], unequal, body))
        == "sum(i in 1..d, j in 1..d if i != j: sin(x[i]*x[j]))")
  }

  @Test func extents() {
    let i = graph.freshVariable(model.d - 1)
    let next = model.entry(model.x, i, offset: 1)
    let square = graph.power(graph.subtract(next, graph.power(model.entry(model.x, i), 2)), 2)
    #expect(model.text(graph.reduce(.sum, [i], .always, square)) == "sum(i in 1..d-1: (x[i+1] - x[i]^2)^2)")
    let k = graph.freshVariable(model.d)
    let wrapped = graph.index(model.x, [.at(IndexExpression([(k, 1)], offset: 1, modulus: model.d))])
    #expect(
      model.text(graph.reduce(.max, [k], .always, graph.multiply(wrapped, model.entry(model.x, k))))
        == "max(i in 1..d: x[i]*x[wrap(i + 1, d)])")
  }

  @Test func indicesAsNumbersCountFromOne() {
    let t = graph.freshVariable(Size(Dimension("T")))
    let number = graph.sum([(1, graph.iota(IndexExpression(t)))], constant: 1)
    let series = graph.symbol(Symbol(name: "y_1", role: .data, shape: [t.extent]))
    let body = graph.multiply(number, model.entry(series, t))
    #expect(model.text(graph.reduce(.sum, [t], .always, body)) == "sum(t in 1..T: t*y_1[t])")
    #expect(model.text(graph.sum([(2, graph.size(model.d - 1))], constant: 1)) == "2*d - 1")
  }

  @Test func loopsOverWholeTensorsHaveNoIndex() {
    let i = graph.freshVariable(model.d)
    #expect(model.text(graph.reduce(.max, [i], .always, model.entry(model.x, i))) == "max(x)")
    let shifted = graph.sum([(2, model.entry(model.x, i)), (1, model.entry(model.mu, i))])
    #expect(model.text(graph.reduce(.logsumexp, [i], .always, shifted)) == "logsumexp(2*x + mu)")
  }

  @Test func slices() {
    let slice = { (extent: Size, terms: Int, offset: Size) -> String in
      let i = graph.freshVariable(extent)
      let place = IndexExpression([(i, terms)], offset: offset)
      return model.text(graph.build(i, graph.index(model.x, [.at(place)])))
    }
    #expect(slice(model.d - 1, 1, 1) == "x[2..d]")
    #expect(slice(model.d - 1, 1, 0) == "x[1..d-1]")
    #expect(slice(3, 2, 0) == "x[1..5 by 2]")
    #expect(slice(model.d, -1, model.d - 1) == "x[d..1 by -1]")
    let i = graph.freshVariable(2)
    let rows = graph.index(model.matrix, [.at(IndexExpression(i)), .all])
    #expect(model.text(graph.build(i, rows)) == "A[1..2, :]")
    let table = graph.symbol(Symbol(name: "idx", role: .data, shape: [model.n], type: .int))
    let k = graph.freshVariable(model.n)
    let place = graph.sum([(1, model.entry(table, k))], constant: -1)
    #expect(model.text(graph.build(k, graph.index(model.x, [.gather], gathers: [place]))) == "x[idx]")
  }

  @Test func scattersAreShownEntryByEntry() {
    let i = graph.freshVariable(model.d - 1)
    let (here, next) = (model.entry(model.x, i), model.entry(model.x, i, offset: 1))
    let forces = graph.add(
      graph.scatter(graph.apply("sin", [next]), [.at(IndexExpression([(i, 1)], offset: 1))], shape: [model.d]),
      graph.scatter(graph.apply("cos", [graph.multiply(here, next)]), [.at(IndexExpression(i))], shape: [model.d]))
    #expect(
      model.text(graph.reduce(.sum, [i], .always, forces))
        == "[(if i >= 2 then sin(x[i]) else 0) + (if i <= d-1 then cos(x[i]*x[i+1]) else 0) for i in 1..d]")
  }

  @Test func complementaryRangesJoin() {
    let (i, j, upper) = pairs(.atLeastZero, offset: -1)
    let pair = graph.apply("cos", [graph.power(graph.subtract(model.entry(model.x, i), model.entry(model.x, j)), 2)])
    let both = graph.add(
      graph.scatter(pair, [.at(IndexExpression(i))], shape: [model.d]),
      graph.scatter(pair, [.at(IndexExpression(j))], shape: [model.d]))
    let text = model.text(graph.reduce(.sum, [i, j], upper, both))
    #expect(
      text == "[sum(j in 1..d if i != j: cos((x[i] - x[j])^2)) for i in 1..d]"
        || text == "[sum(j in 1..d if i != j: cos((x[j] - x[i])^2)) for i in 1..d]")
  }

  @Test func sharedTermsGetNames() {
    let long = graph.apply("sin", [graph.add(model.times(model.general, model.x), model.mu)])
    let twice = graph.add(graph.dot(long, long), graph.apply("exp", [graph.dot(model.x, long)]))
    #expect(model.text(twice) == "sumsq(sin(Q x + mu)) + exp(x^T sin(Q x + mu))")
    let longer = graph.apply("sin", [graph.add(model.times(model.general, model.apply("tanh", model.x)), model.mu)])
    let named = graph.add(graph.dot(longer, longer), graph.apply("exp", [graph.dot(model.x, longer)]))
    #expect(model.text(named) == "sumsq(r) + exp(x^T r) where r = sin(Q tanh(x) + mu)")
  }

  @Test func familiesTakeTheirIndicesAsArguments() {
    let (i, j, upper) = pairs(.atLeastZero, offset: -1)
    let difference = graph.subtract(model.row(model.general, i), model.row(model.general, j))
    let square = graph.dot(difference, difference)
    let sum = graph.reduce(
      .sum, [i, j], upper, graph.sum([(4, graph.power(square, -6)), (-4, graph.power(square, -3))]))
    #expect(
      model.text(sum)
        == "sum(i in 1..d, j in i+1..d: 4/s(i, j)^6 - 4/s(i, j)^3) where s(i, j) = sumsq(Q[i, :] - Q[j, :])")
  }

  @Test func softmaxWeightsNameTheirTotal() {
    let components = Size(Dimension("K"))
    let centres = graph.symbol(Symbol(name: "M", role: .parameter, shape: [components, model.d]))
    let logit = { (k: Variable) -> NodeID in
      let difference = graph.subtract(model.x, model.row(centres, k))
      return graph.scale(-0.5, graph.dot(difference, difference))
    }
    let k = graph.freshVariable(components)
    let total = graph.reduce(.logsumexp, [k], .always, logit(k))
    let l = graph.freshVariable(components)
    let weight = graph.apply("softmaxweight", [logit(l), total])
    let pull = graph.multiply(weight, graph.subtract(model.x, model.row(centres, l)))
    #expect(
      model.text(graph.negate(graph.reduce(.sum, [l], .always, pull)))
        == "-sum(k in 1..K: w(k)*(x - M[k, :])) where w(k) = exp(-0.5*sumsq(x - M[k, :]) - z), "
        + "z = logsumexp(k in 1..K: -0.5*sumsq(x - M[k, :]))")
  }

  @Test func noNameIsBoundTwice() {
    // A closed loop inside a loop over the same range stands in front of it.
    let (i, j) = (graph.freshVariable(model.d), graph.freshVariable(model.d))
    let next = IndexExpression([(j, 1)], offset: 1, modulus: model.d)
    let largest = graph.reduce(
      .max, [j], .always, graph.multiply(model.entry(model.x, j), graph.index(model.x, [.at(next)])))
    let body = graph.apply("sin", [graph.multiply(model.entry(model.mu, i), largest)])
    #expect(
      model.text(graph.reduce(.max, [i], .always, graph.multiply(body, graph.iota(IndexExpression(i)))))
        == "max(i in 1..d: (i - 1)*sin(mu[i]*s)) where s = max(i in 1..d: x[i]*x[wrap(i + 1, d)])")
  }
}
