import Testing

@testable import EnergyIR

/// Whatever the constructors rewrite, the value stays, and so do the invariants of every node.
@Suite struct ConstructorMeaningTests {
  static func evaluation(_ model: Model) -> Evaluation {
    let size = 3
    var random = SplitMix(state: 7)
    let number = { (_: [Int]) in Double.random(in: -1.5...1.5, using: &random) }
    let general = Tensor([size, size], number)
    return Evaluation(
      graph: model.graph, sizes: [EnergyIR.Dimension("d"): size, EnergyIR.Dimension("m"): 2],
      symbols: [
        "x": Tensor([size], number), "mu": Tensor([size], number), "y": Tensor([size], number),
        "a": .scalar(0.7), "b": .scalar(-1.3), "A": Tensor([2, size], number), "Q": general,
        "P": Tensor([size, size]) { general[$0] + general[$0.reversed()] },
      ])
  }

  /// Equal up to rounding.
  static func agrees(_ actual: Tensor, _ expected: Tensor) -> Bool {
    guard actual.shape == expected.shape else { return false }
    return zip(actual.entries, expected.entries).allSatisfy { abs($0 - $1) <= 1e-9 * max(1, abs($0), abs($1)) }
  }

  @Test(arguments: [0, 1, 2])
  func randomTermsMeanWhatWasAskedFor(rank: Int) {
    let model = Model()
    let evaluation = Self.evaluation(model)
    let verifier = Verifier(model.graph)
    for seed in 0..<700 {
      var terms = RandomTerms(model, evaluation, seed: UInt64(seed * 3 + rank))
      let twin = terms.term(rank: rank, depth: 1 + seed % 4)
      let expected = twin.value([:])
      let actual = evaluation.value(twin.node)
      #expect(Self.agrees(actual, expected), "seed \(seed): \(model.text(twin.node))")
      let findings = verifier.findings(below: [twin.node])
      #expect(findings.isEmpty, "seed \(seed): \(findings)")
      if !Self.agrees(actual, expected) { return }
    }
  }

  @Test(arguments: [0, 1])
  func readableFormsMeanTheSame(rank: Int) {
    let model = Model()
    let evaluation = Self.evaluation(model)
    for seed in 0..<300 {
      var terms = RandomTerms(model, evaluation, seed: UInt64(seed * 5 + rank))
      let twin = terms.term(rank: rank, depth: 1 + seed % 4)
      let readable = model.graph.readable(twin.node)
      #expect(
        Self.agrees(evaluation.value(readable), twin.value([:])), "seed \(seed): \(model.text(twin.node))")
    }
  }
}
