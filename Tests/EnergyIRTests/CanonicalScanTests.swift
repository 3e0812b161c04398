import Testing

@testable import EnergyIR

/// Recurrences: names of what they bind don't count, and states that are known without them are found.
@Suite struct CanonicalScanTests {
  private let model = Model()
  private var graph: Graph { model.graph }

  /// `s ← a*s + y[t]` from x[0].
  private func recurrence(_ extent: Size? = nil, isReversed: Bool = false) -> NodeID {
    let (t, s) = (graph.freshVariable(extent ?? model.d), graph.freshState())
    let own = graph.state(s, [])
    let next = graph.sum([(1, graph.multiply(model.a, own)), (1, model.entry(model.y, t))])
    return graph.scan(t, state: s, from: model.b, to: next, isReversed: isReversed)
  }

  @Test func namesDoNotCount() {
    #expect(recurrence() == recurrence())
    #expect(recurrence() != recurrence(isReversed: true))
    #expect(graph[recurrence()].free.isEmpty)
    #expect(graph.shape(recurrence()) == [model.d + 1])
  }

  @Test func statesOfUnlikeShapesAreUnlike() {
    func power(_ initial: NodeID) -> NodeID {
      let (t, s) = (graph.freshVariable(model.d), graph.freshState())
      return graph.scan(t, state: s, from: initial, to: graph.power(graph.state(s, graph.shape(initial)), 2))
    }
    #expect(graph.shape(power(model.a)) == [model.d + 1])
    #expect(graph.shape(power(model.x)) == [model.d + 1, model.d])
  }

  @Test func theFirstStateIsTheOneItStartsFrom() {
    #expect(graph.row(recurrence(), at: IndexExpression(0)) == model.b)
    #expect(graph.row(recurrence(isReversed: true), at: IndexExpression(model.d)) == model.b)
  }

  @Test func oneStepIsWrittenOut() {
    let expected = graph.sum([
      (1, graph.multiply(model.a, model.b)), (1, graph.index(model.y, [.at(IndexExpression(0))])),
    ])
    #expect(graph.row(recurrence(1), at: IndexExpression(1)) == expected)
    #expect(graph.row(recurrence(1, isReversed: true), at: IndexExpression(0)) == expected)
  }

  @Test func noStepsAreTheFirstState() {
    let all = recurrence(0)
    #expect(graph.shape(all) == [1])
    #expect(graph.row(all, at: IndexExpression(0)) == model.b)
  }

  @Test func whatStaysZeroIsZero() {
    let (t, s) = (graph.freshVariable(model.d), graph.freshState())
    let next = graph.multiply(model.entry(model.y, t), graph.state(s, []))
    #expect(graph.isZero(graph.scan(t, state: s, from: graph.constant(0), to: next)))
  }

  @Test func statesThatDoNotDependOnEachOtherAreNoRecurrence() {
    for isReversed in [false, true] {
      let (t, s) = (graph.freshVariable(model.d), graph.freshState())
      let all = graph.scan(t, state: s, from: model.b, to: model.entry(model.y, t), isReversed: isReversed)
      #expect(graph.isBuild(all))
      let i = graph.freshVariable(model.d)
      let later = graph.row(all, at: IndexExpression([(i, 1)], offset: isReversed ? 0 : 1))
      #expect(later == model.entry(model.y, i))
    }
  }

  @Test func aSumOfScattersIsSolvedForOneRow() {
    let (i, t) = (graph.freshVariable(model.d), graph.freshVariable(model.d))
    let scattered = graph.scatter(
      model.entry(model.y, i), [.at(IndexExpression([(i, 1)], offset: 1))], shape: [model.d + 1])
    let total = graph.reduce(.sum, [i], .always, scattered)
    #expect(graph.row(total, at: IndexExpression([(t, 1)], offset: 1)) == model.entry(model.y, t))
    #expect(graph.isZero(graph.row(total, at: IndexExpression(0))))
  }

  @Test func substitutionGoesIntoFirstStateAndBody() {
    let replaced = graph.substitute(recurrence(), nodes: [model.a: model.b, model.b: model.a])
    let (t, s) = (graph.freshVariable(model.d), graph.freshState())
    let next = graph.sum([(1, graph.multiply(model.b, graph.state(s, []))), (1, model.entry(model.y, t))])
    #expect(replaced == graph.scan(t, state: s, from: model.a, to: next))
    #expect(Verifier(graph).findings(below: [replaced]).isEmpty)
  }

  @Test(arguments: Printer.Style.allCases) func spelling(_ style: Printer.Style) {
    let last = graph.row(recurrence(), at: IndexExpression(model.d))
    let reversed = recurrence(isReversed: true)
    let all = [last, recurrence(), reversed].map { model.text($0, style) }
    switch style {
    case .text, .unicode:
      let times = style == .text ? "*" : "·"
      #expect(
        all == [
          "fold(i in 1..d, s = b: a\(times)s + y[i])", "scan(i in 1..d, s = b: a\(times)s + y[i])",
          "reverse(scan(i in d..1 by -1, s = b: a\(times)s + y[i]))",
        ])
    case .latex:
      #expect(
        all[0]
          == "\\operatorname*{fold}_{i=1,\\dots,d} \\left( s = b;\\; s \\gets a \\, s + y_{i} \\right)")
    }
  }

  @Test func theVerifierSeesAStateThatChangesShape() {
    let (t, s) = (Variable(id: -2, extent: model.d), Variable(id: -1, extent: 1, isState: true))
    let broken = graph.intern(
      .scan(Recurrence(index: t, state: s)), [graph.multiply(graph.state(s, []), model.x), model.a],
      shape: [model.d + 1], type: .real)
    #expect(Verifier(graph).findings(below: [broken]).contains { $0.message.contains("becomes") })
  }
}
