import EnergyBuiltins
import EnergyIR
import Testing

@testable import EnergyTransforms

/// Forms that overflow become their stable equals before anything is differentiated.
@Suite struct StabiliseTests {
  let graph = Graph()

  func scalar(_ name: String, _ refinements: [Symbol.Refinement] = []) -> NodeID {
    graph.symbol(Symbol(name: name, role: .sample, shape: [], refinements: refinements))
  }

  func apply(_ name: String, _ arguments: NodeID...) -> NodeID {
    Builtins.apply(graph, FunctionName(name), arguments)
  }

  func prepared(_ id: NodeID) -> NodeID {
    var transforms = Transforms(graph)
    return transforms.prepare(id)
  }

  @Test func softplusOfLogOnePlusExp() {
    let t = scalar("t")
    #expect(prepared(apply("log", graph.sum([(1, apply("exp", t))], constant: 1))) == apply("softplus", t))
    #expect(prepared(apply("log1p", apply("exp", t))) == apply("softplus", t))
  }

  @Test func logisticForms() {
    let t = scalar("t")
    let quotient = graph.power(graph.sum([(1, apply("exp", graph.negate(t)))], constant: 1), -1)
    #expect(prepared(quotient) == apply("sigmoid", t))
    #expect(prepared(apply("log", apply("sigmoid", t))) == graph.negate(apply("softplus", graph.negate(t))))
    #expect(prepared(graph.sum([(-1, apply("sigmoid", t))], constant: 1)) == apply("sigmoid", graph.negate(t)))
    #expect(prepared(apply("log", graph.sum([(-1, apply("exp", t))], constant: 1))) == apply("log1mexp", t))
  }

  @Test func logOfExponentialsOfTwoTerms() {
    let (s, t) = (scalar("s"), scalar("t"))
    let mixture = graph.sum([(0.7, apply("exp", graph.negate(s))), (0.3, apply("exp", graph.negate(t)))])
    let result = prepared(apply("log", mixture))
    guard case .apply("logaddexp") = graph[result].operation else {
      Issue.record("\(graph[result].operation)")
      return
    }
    // −∇ of it stays finite: no exponential of an energy is left.
    #expect(graph.postorder(result).allSatisfy { graph.arguments(of: $0, if: "exp") == nil })
  }

  @Test func logOfAWeightedSumIsLogsumexp() {
    let n = Size(Dimension("K"))
    let weights = graph.symbol(Symbol(name: "w", role: .parameter, shape: [n], refinements: [.simplex]))
    let energies = graph.symbol(Symbol(name: "E", role: .sample, shape: [n]))
    let k = graph.freshVariable(n)
    let at = [Subscript.at(IndexExpression(k))]
    let body = graph.multiply(
      graph.index(weights, at), apply("exp", graph.negate(graph.index(energies, at))))
    let expected = graph.reduce(
      .logsumexp, [k], .always,
      graph.subtract(apply("log", graph.index(weights, at)), graph.index(energies, at)))
    #expect(prepared(apply("log", graph.reduce(.sum, [k], .always, body))) == expected)
    // The same as a contraction: log(w^T exp(-E)).
    let contraction = graph.dot(weights, apply("exp", graph.negate(energies)))
    #expect(prepared(apply("log", contraction)) == expected)
  }

  @Test func weightsThatMayBeNegativeStayAsTheyAre() {
    let n = Size(Dimension("K"))
    let weights = graph.symbol(Symbol(name: "w", role: .parameter, shape: [n]))
    let energies = graph.symbol(Symbol(name: "E", role: .sample, shape: [n]))
    let sum = apply("log", graph.dot(weights, apply("exp", energies)))
    #expect(prepared(sum) == sum)
  }

  @Test func inverseFunctionsCancelOnlyWhereTheyMay() {
    let (t, p) = (scalar("t"), scalar("p", [.positive]))
    #expect(prepared(apply("log", apply("exp", t))) == t)
    #expect(prepared(apply("exp", apply("log", p))) == p)
    #expect(prepared(apply("exp", apply("log", t))) == apply("exp", apply("log", t)))
  }

  @Test func scoreOfSoftplusIsSigmoid() {
    let t = scalar("t")
    var transforms = Transforms(graph)
    let energy = apply("log", graph.sum([(1, apply("exp", t))], constant: 1))
    #expect(transforms.gradient(of: energy, by: t) == apply("sigmoid", t))
  }

  @Test func scoreOfLogsumexpIsAWeightedSum() {
    let d = Size(Dimension("d"))
    let n = Size(Dimension("K"))
    let x = graph.symbol(Symbol(name: "x", role: .sample, shape: [d]))
    let M = graph.symbol(Symbol(name: "M", role: .parameter, shape: [n, d]))
    let k = graph.freshVariable(n)
    let r = graph.subtract(x, graph.index(M, [.at(IndexExpression(k)), .all]))
    let energy = graph.negate(graph.reduce(.logsumexp, [k], .always, graph.scale(-0.5, graph.dot(r, r))))
    var transforms = Transforms(graph)
    let score = transforms.score(of: energy, by: x)
    let weight = apply("softmaxweight", graph.scale(-0.5, graph.dot(r, r)), graph.negate(energy))
    #expect(score == graph.negate(graph.reduce(.sum, [k], .always, graph.multiply(weight, r))))
  }

  @Test func rulesHaveNamesAndSummaries() {
    let all = RewriteRule.all
    #expect(Set(all.map(\.name)).count == all.count)
    #expect(all.allSatisfy { $0.summary.count > 10 })
  }
}
