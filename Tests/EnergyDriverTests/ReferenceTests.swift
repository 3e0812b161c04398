import EnergyCPU
import EnergyData
import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// Energies and scores against numbers that were computed apart, in 50 digits.
@Suite struct ReferenceTests {
  struct Reference: Decodable {
    let example: String
    let energy_name: String
    let shape: [Int]
    let x: [Double]
    let energy: [Double]
    let energy_scale: [Double]
    let score: [Double]
  }

  static let examples: [String] = {
    let folder = root.appendingPathComponent("Tests/References")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".json") && $0 != "reference_points.json" }.map { String($0.dropLast(5)) }
      .sorted()
  }()

  @Test func thereAreReferences() { #expect(Self.examples.count >= 13) }

  @Test(arguments: ReferenceTests.examples, [Precision.f64, .f32])
  func example(_ name: String, _ precision: Precision) throws {
    let data = try Data(contentsOf: root.appendingPathComponent("Tests/References/\(name).json"))
    let reference = try JSONDecoder().decode(Reference.self, from: data)
    let folder = root.appendingPathComponent("examples")
    let source = try String(contentsOf: folder.appendingPathComponent("\(name).energy"), encoding: .utf8)
    var options = SessionOptions()
    options.precision = precision
    let session = Session(
      SourceFile(name: "\(name).energy", text: source), folder: folder.path, options: options, files: DiskFiles())
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    let results = try session.values(
      [.energy, .score], at: reference.x, shape: reference.shape, energy: reference.energy_name)
    let tolerance = precision == .f64 ? 1e-12 : 1e-5
    #expect(results[0].count == reference.energy.count)
    for row in reference.energy.indices {
      let (ours, theirs) = (results[0][row], reference.energy[row])
      // Written so that NaN fails.
      #expect(
        abs(ours - theirs) <= tolerance * (abs(theirs) + reference.energy_scale[row]),
        "energy of row \(row + 1): \(ours), not \(theirs)")
    }
    let width = reference.score.count / reference.energy.count
    for row in reference.energy.indices {
      let wanted = reference.score[row * width..<(row + 1) * width]
      let scale = wanted.reduce(0) { max($0, abs($1)) }
      let point = reference.x[row * width..<(row + 1) * width]
      let rounding = precision == .f64 ? 0x1p-53 : 0x1p-24
      let bound = max(tolerance, name == "06_product" ? rounding * Self.ringCondition(point) : 0)
      for (column, theirs) in wanted.enumerated() {
        let ours = results[1][row * width + column]
        #expect(
          abs(ours - theirs) <= bound * (abs(theirs) + scale),
          "score of row \(row + 1), entry \(column + 1): \(ours), not \(theirs)")
      }
    }
  }

  /// The condition number of `norm(x) - 2`, by which rounding of the norm grows: 1,700 in the row of example 06 that
  /// lies nearest its ring, below 50 in all others.
  private static func ringCondition(_ point: ArraySlice<Double>) -> Double {
    let norm = point.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return (norm + 2) / abs(norm - 2)
  }
}

/// Well-known test functions at single points: energies, gradients and Laplacians to 1e-10.
@Suite struct ReferencePointTests {
  struct Point: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let program: String
    let shape: [Int]
    let x: [Double]
    let energy: String
    let grad: [String]
    let laplacian: String?
    var testDescription: String { "\(name) at \(x)" }
  }

  static let points: [Point] = {
    let file = root.appendingPathComponent("Tests/References/reference_points.json")
    return (try? JSONDecoder().decode([Point].self, from: Data(contentsOf: file))) ?? []
  }()

  @Test func thereAreReferences() { #expect(Self.points.count >= 25) }

  @Test(arguments: ReferencePointTests.points)
  func point(_ point: Point) throws {
    let session = session(point.program)
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    let outputs: [BatchOutput] = point.laplacian == nil ? [.energy, .score] : [.energy, .score, .laplacian]
    let results = try session.values(outputs, at: point.x, shape: [1] + point.shape)
    expect(results[0][0], point.energy, scale: 1)
    let gradient = point.grad.compactMap(Double.init)
    let scale = gradient.reduce(0) { max($0, abs($1)) }
    #expect(results[1].count == gradient.count)
    for (score, expected) in zip(results[1], point.grad) { expect(-score, expected, scale: scale) }
    if let laplacian = point.laplacian { expect(results[2][0], laplacian, scale: 1) }
  }

  private func expect(_ ours: Double, _ theirs: String, scale: Double) {
    let wanted = Double(theirs) ?? .nan
    #expect(abs(ours - wanted) <= 1e-10 * (abs(wanted) + scale), "\(ours), not \(theirs)")
  }
}
