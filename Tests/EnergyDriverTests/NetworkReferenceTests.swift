import EnergyCPU
import EnergyIR
import EnergyTransforms
import Foundation
import Testing

@testable import EnergyDriver

/// State dicts that PyTorch saved, against what PyTorch computes with them (`make_networks.py`).
@Suite struct NetworkReferenceTests {
  struct Reference: Decodable {
    let activation: String
    let sizes: [Int]
    let rows: Int
    let x: [Double]
    let f64: Results
    let f32: Results
  }

  struct Results: Decodable {
    let energy: [Double]
    let scale: [Double]
    let score: [Double]
    let gradients: [String: [Double]]
    let magnitude: [String: [Double]]
  }

  static let folder = root.appendingPathComponent("Tests/References/networks")
  static let activations: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test func thereAreNetworks() { #expect(Self.activations.count >= 9) }

  @Test(arguments: NetworkReferenceTests.activations, [Precision.f64, .f32])
  func agreesWithPyTorch(_ name: String, _ precision: Precision) throws {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent("\(name).json"))
    let reference = try JSONDecoder().decode(Reference.self, from: data)
    let expected = precision == .f64 ? reference.f64 : reference.f32
    try compare("\(name).\(precision.rawValue).safetensors", reference, expected, precision)
  }

  /// What numpy wrote of the single-precision state.
  @Test func readsTheSameFromNpz() throws {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent("silu.json"))
    let reference = try JSONDecoder().decode(Reference.self, from: data)
    try compare("silu.npz", reference, reference.f32, .f64)
  }

  private func compare(
    _ file: String, _ reference: Reference, _ expected: Results, _ precision: Precision
  ) throws {
    let tolerance = precision == .f64 ? 1e-12 : 1e-5
    let sizes = reference.sizes.map(String.init).joined(separator: ", ")
    let model = try Model(
      """
      param net : mlp[\(sizes)](\(reference.activation)) = load("\(file)")
      energy energy_of(x : vector[\(reference.sizes[0])]) = net(x)
      """, folder: Self.folder.path)
    let width = reference.sizes[0]
    let points = (0..<reference.rows).map { Array(reference.x[$0 * width..<($0 + 1) * width]) }
    let derived = model.derived()
    var transforms = Transforms(model.graph)
    let parameters = model.session.program.parameters
    let gradients = parameters.map { transforms.gradient(of: model.energy.node, by: model.graph.symbol($0.symbol)) }
    let results = try model.evaluateTiles(
      [derived.energy] + derived.gradients + gradients, at: points, precision: precision)

    for row in points.indices {
      let (ours, theirs) = (results[0][row], expected.energy[row])
      #expect(abs(ours - theirs) <= tolerance * (abs(theirs) + expected.scale[row]), "energy of row \(row + 1)")
      let scores = expected.score[row * width..<(row + 1) * width]
      let scale = scores.reduce(0) { max($0, abs($1)) }
      for (column, theirs) in scores.enumerated() {
        let ours = -results[1][row * width + column]
        #expect(abs(ours - theirs) <= tolerance * (abs(theirs) + scale), "score of row \(row + 1)")
      }
    }
    #expect(Set(parameters.map { String($0.name.dropFirst(4)) }) == Set(expected.gradients.keys))
    for (position, parameter) in parameters.enumerated() {
      let name = String(parameter.name.dropFirst(4))
      let theirs = try #require(expected.gradients[name])
      let magnitude = try #require(expected.magnitude[name])
      let largest = magnitude.reduce(0, max)
      let values = results[2 + position]
      for entry in theirs.indices {
        let ours = points.indices.reduce(0) { $0 + values[$1 * theirs.count + entry] }
        #expect(
          abs(ours - theirs[entry]) <= tolerance * (abs(theirs[entry]) + largest), "gradient by \(name), entry \(entry)"
        )
      }
    }
  }

  /// The reference interpreters say the same as the tiles, to second order.
  @Test(arguments: ["tanh", "silu", "gelu"]) func evaluatorsAgree(_ activation: String) throws {
    let model = try Model(
      """
      param net : mlp[2, 8, 8, 1](\(activation)) = load("\(activation).f64.safetensors")
      energy energy_of(x : vector[2]) = net(x)
      """, folder: Self.folder.path)
    var transforms = Transforms(model.graph)
    let derived = model.derived()
    let nodes =
      [derived.energy] + derived.gradients + [transforms.gradient(of: model.halfSquaredScore, by: model.samples[0])]
    for point in points(4, width: 2) {
      let tiles = try model.evaluateTiles(nodes, at: [point])
      let lowered = try model.evaluateLowered(nodes, at: point)
      for (index, node) in nodes.enumerated() {
        let direct = try model.evaluate(node, at: point)
        let scale = direct.reduce(1e-3) { max($0, abs($1)) }
        for entry in direct.indices {
          #expect(abs(direct[entry] - lowered[index][entry]) <= 1e-12 * scale)
          #expect(abs(direct[entry] - tiles[index][entry]) <= 1e-12 * scale)
        }
      }
    }
  }
}
