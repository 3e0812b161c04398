import EnergyCPU
import EnergySemantics
import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// Every energy of the standard library against values computed without the program
/// (Tests/References/make_std_references.py), in energy, score and Laplacian.
@Suite struct StandardLibraryReferenceTests {
  struct Reference: Decodable {
    let name: String
    let cases: [Case]
  }

  struct Case: Decodable {
    let program: String
    /// Values of parameters that the program declares.
    let settings: [String: String]
    let shape: [Int]
    /// Whether single precision can say the points.
    let single: Bool
    /// By how much the formula passes on rounding errors.
    let condition: Double
    let x: [Double]
    let energy: [Double]
    let energy_scale: [Double]
    let score: [Double]
    let score_scale: [Double]
    let laplacian: [Double?]
    let laplacian_scale: [Double]
  }

  static let folder = root.appendingPathComponent("Tests/References/std")

  @Test func everyEnergyHasReferencesAndNothingElseHas() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    let names = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
    #expect(Set(names) == Set(StandardLibrary.names))
    #expect(names.count >= 60)
  }

  static func cases(of name: String) throws -> [Case] {
    let data = try Data(contentsOf: folder.appendingPathComponent("\(name).json"))
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(Reference.self, from: data).cases
  }

  @Test(arguments: StandardLibrary.names, [Precision.f64, .f32])
  func agrees(_ name: String, _ precision: Precision) throws {
    let cases = try Self.cases(of: name)
    #expect(cases.map(\.energy.count).reduce(0, +) >= 8, "\(name) has too few points")
    for item in cases where precision == .f64 || item.single {
      try check(item, precision)
    }
  }

  private func check(_ item: Case, _ precision: Precision) throws {
    let session = session(item.program, set: item.settings) { $0.precision = precision }
    try #require(!session.hasErrors, "\(item.program)\n\(session.diagnostics.map(\.short))")
    let results = try session.values(
      [.energy, .score, .laplacian], at: item.x, shape: item.shape, energy: "tested")
    let rows = item.energy.count
    let width = item.score.count / rows
    let single = max(1e-5, item.condition * 0x1p-24)
    let bounds = precision == .f64 ? [1e-10, 1e-9, 1e-8] : [single, single, single]
    for row in 0..<rows {
      let place = "row \(row + 1) of \(item.program)"
      expect(results[0][row], item.energy[row], item.energy_scale[row], bounds[0], "energy, \(place)")
      for entry in 0..<width {
        let position = row * width + entry
        expect(
          results[1][position], item.score[position], item.score_scale[row], bounds[1],
          "score, entry \(entry + 1), \(place)")
      }
      guard let laplacian = item.laplacian[row] else { continue }
      expect(results[2][row], laplacian, item.laplacian_scale[row], bounds[2], "Laplacian, \(place)")
    }
  }

  /// |a − b| ≤ t·(|b| + s), written so that NaN fails. The references take less than 1e-35 for 0.
  private func expect(_ ours: Double, _ theirs: Double, _ scale: Double, _ tolerance: Double, _ place: String) {
    let isClose = ours == theirs || abs(ours - theirs) <= tolerance * (abs(theirs) + scale) + 1e-35
    #expect(isClose, "\(place): \(ours), not \(theirs)")
  }

  /// What makes no sense is an error with a code, never a number.
  @Test(arguments: [
    ("gaussian_cov", "mu = [[1, 2]], Sigma = eye(2)", "[1, 2]", "E-shape"),
    ("gaussian_cov", "Sigma = [[1, 0, 0], [0, 1, 0]]", "[1, 2]", "E-value"),
    ("gaussian_cov", "Sigma = [[1, 1], [1, 1]]", "[1, 2]", "E-value"),
    ("gaussian_cov", "Sigma = [[1, 2], [2, 1]]", "[1, 2]", "E-value"),
    ("gaussian_cov", "mu = [1, 2, 3], Sigma = [[1, 0], [0, 1]]", "[1, 2]", "E-shape"),
    ("gaussian_cov", "Sigma = [[1, 0], [0, 1]]", "[1, 2, 3]", "E-shape"),
    ("rosenbrock", "b = 100", "[1]", "E-shape"), ("himmelblau", "", "[1, 2, 3]", "E-shape"),
    ("many_well", "", "[1, 2, 3]", "E-shape"), ("double_well", "a = -1", "[1]", "E-value"),
    ("gaussian_mixture", "w = [0.5, 0.4], M = [[1], [2]], s = [1, 1]", "[1]", "E-value"),
    ("gaussian_mixture", "w = [0.5, 0.5], M = [[1], [2]], s = [1, 1, 1]", "[1]", "E-shape"),
    ("hopfield", "W = [[0, 1], [2, 0]]", "[1, 2]", "E-value"), ("student_t", "nu = 0", "1", "E-value"),
  ])
  func refused(_ name: String, _ arguments: String, _ sample: String, _ code: String) {
    let session = session("import \(name) from std\nenergy tested = \(name)(\(arguments))\ntested(\(sample))")
    var found = session.diagnostics.map(\.short)
    if found.isEmpty { found = messages { _ = try session.printed() } }
    #expect(found.first?.hasPrefix(code) ?? false, "\(found)")
  }
}
