import EnergyIR
import Testing

@testable import EnergyLowering

@Suite struct EnergyTests {
  /// Loop program and graph agree, whether products with matrices are calls or loops.
  @Test(arguments: Energy.all, [1, 1000]) func agreesWithTheGraph(energy: Energy, threshold: Int) throws {
    let setting = Setting()
    let outputs = energy.outputs(setting)
    let options = LoweringOptions(dimensions: setting.dimensions, matrixProductThreshold: threshold)
    #expect(try deviation(setting, outputs, options: options) < 1e-13)
    #expect(try deviation(setting, outputs) < 1e-13)
    // Few arrays: what several loops need is computed in each, long sums run outside.
    let lean = LoweringOptions(dimensions: setting.dimensions, matrixProductThreshold: threshold, sharedFamilyLimit: 3)
    #expect(try deviation(setting, outputs, options: lean) < 1e-13)
  }

  /// The score beside the energy costs what perfect sharing allows.
  @Test(arguments: Energy.all) func operations(energy: Energy) throws {
    let setting = Setting()
    let outputs = energy.outputs(setting)
    let options = LoweringOptions(dimensions: setting.dimensions)
    let count = { (outputs: [(name: String, node: NodeID)]) -> OperationCount in
      let program = Lowering.lower(setting.graph, outputs: outputs, options: options)
      return try #require(OperationCount(program, dimensions: setting.dimensions))
    }
    let alone = try count([outputs[0]])
    let both = try count(outputs)
    let ratio = Double(both.total) / Double(alone.total)
    print(
      "\(energy.name): \(alone.total) operations (\(alone.transcendental) functions, roots and divisions),",
      "with the score \(both.total) (\(both.transcendental)): ratio \((ratio * 100).rounded() / 100), table \(energy.ratio)"
    )
    #expect(ratio <= 1.1 * energy.ratio)
  }
}
