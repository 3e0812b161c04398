import EnergyIR
import EnergyLowering
import Testing

@testable import EnergyDriver

/// What the score of an example costs beside its energy, counted on the loop program.
@Suite struct OperationTests {
  @Test(arguments: Examples.all) func energyAndScoreTakeAtMostThreeTimesTheEnergy(_ example: Examples.Case) throws {
    let model = try Model.example(example.file, energy: example.energy)
    let derived = model.derived()
    let scores = derived.gradients.map { model.graph.negate($0) }
    func count(_ nodes: [NodeID]) throws -> OperationCount {
      let program = Lowering.lower(
        model.graph, outputs: nodes.enumerated().map { ("output\($0.offset)", $0.element) },
        options: LoweringOptions(dimensions: model.sizes))
      return try #require(OperationCount(program, dimensions: model.sizes))
    }
    let alone = try count([derived.energy])
    let both = try count([derived.energy] + scores)
    let ratio = Double(both.total) / Double(alone.total)
    print(
      "\(example.file): \(alone.total) operations, with the score \(both.total): ratio \((ratio * 100).rounded() / 100)"
    )
    #expect(ratio <= 3)
  }
}
