import EnergyIR
import EnergyTransforms
import Foundation
import Testing

@testable import EnergyDriver

/// Functions of whole tensors, ranges and indices against values, gradients and Hessians computed apart in 60 digits.
@Suite struct StructureTests {
  struct Reference: Decodable {
    let name: String
    let program: String
    let sizes: [String: Int]
    let x: [Double]
    let energy: Double
    let gradient: [Double]
    let hessian: [Double]

    func model() throws -> Model { try Model(program, energy: "f", sampleSizes: sizes) }
  }

  static let references: [String: Reference] = {
    let file = root.appendingPathComponent("Tests/References/structures/structures.json")
    guard let data = try? Data(contentsOf: file),
      let all = try? JSONDecoder().decode([Reference].self, from: data)
    else { return [:] }
    return Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }()

  static let names = references.keys.sorted()

  @Test func thereAreReferences() { #expect(Self.references.count >= 49) }

  /// Written so that NaN fails.
  private func expect(_ ours: [Double], _ theirs: [Double], _ what: String) {
    #expect(ours.count == theirs.count, "\(what)")
    let scale = theirs.map(abs).max() ?? 0
    for (position, (a, b)) in zip(ours, theirs).enumerated() {
      #expect(abs(a - b) <= 1e-12 * (abs(b) + max(scale, 1)), "\(what), entry \(position + 1): \(a), not \(b)")
    }
  }

  @Test(arguments: names) func firstOrder(_ name: String) throws {
    let reference = try #require(Self.references[name])
    let model = try reference.model()
    let (energy, gradients) = model.derived()
    let wanted = [[reference.energy], reference.gradient]
    let nodes = [energy] + gradients
    for (node, values) in zip(nodes, wanted) { expect(try model.evaluate(node, at: reference.x), values, "graph") }
    for (values, theirs) in zip(try model.evaluateLowered(nodes, at: reference.x), wanted) {
      expect(values, theirs, "loop program")
    }
    for (values, theirs) in zip(try model.evaluateTiles(nodes, at: [reference.x, reference.x]), wanted) {
      expect(values, theirs + theirs, "tiles")
    }
  }

  @Test(arguments: names) func secondOrder(_ name: String) throws {
    let reference = try #require(Self.references[name])
    let model = try reference.model()
    var transforms = Transforms(model.graph)
    let hessian = transforms.hessian(of: model.energy.node, by: model.samples[0])
    let laplacian = transforms.laplacian(of: model.energy.node, by: model.samples[0])
    let width = reference.x.count
    let trace = (0..<width).reduce(0) { $0 + reference.hessian[$1 * width + $1] }
    expect(try model.evaluate(hessian, at: reference.x), reference.hessian, "graph")
    let lowered = try model.evaluateLowered([hessian, laplacian], at: reference.x)
    expect(lowered[0], reference.hessian, "loop program")
    let scale = reference.hessian.map(abs).max() ?? 0
    #expect(abs(lowered[1][0] - trace) <= 1e-12 * (abs(trace) + Double(width) * max(scale, 1)), "Laplacian")
    expect(try model.evaluateTiles([hessian], at: [reference.x])[0], reference.hessian, "tiles")
  }

  /// Warnings can name the sub-expression that a value comes from.
  @Test(arguments: names) func everyNodeHasAnOrigin(_ name: String) throws {
    let model = try #require(Self.references[name]).model()
    let (energy, gradients) = model.derived()
    for id in model.graph.postorder([energy] + gradients) {
      #expect(!model.graph.origins(of: id).isEmpty, "\(model.graph[id].operation)")
    }
  }
}
