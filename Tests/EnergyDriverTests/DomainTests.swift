import EnergyIR
import EnergyTransforms
import Foundation
import Testing

@testable import EnergyDriver

/// Refinements of samples: +inf outside with score, Hessian and Laplacian 0; the formula inside.
@Suite struct DomainTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let type: String
    let body: String
    /// A sample inside with its energy.
    let inside: [Double]
    let energy: Double
    let outside: [[Double]]
    var testDescription: String { type }
    var text: String { "energy f(x : \(type)) = \(body)" }
  }

  static let cases = [
    Case(type: "positive", body: "log(x)^2", inside: [2], energy: log(2) * log(2), outside: [[-1], [0], [.nan]]),
    Case(
      type: "positive[2]", body: "sum(log(x)^2)", inside: [1, 2], energy: log(2) * log(2), outside: [[1, 0], [-1, 2]]),
    Case(
      type: "interval(-1, 2)", body: "x^3", inside: [2], energy: 8, outside: [[2.5], [-1.5], [.infinity]]),
    Case(
      type: "interval[2](0, 1)", body: "sum(x^3)", inside: [0, 1], energy: 1, outside: [[0.5, 1.5], [-0.1, 0.5]]),
    Case(
      type: "simplex[3]", body: "sum(x^3)", inside: [0.5, 0.5, 0], energy: 0.25,
      outside: [[0.5, 0.4, 0], [0.6, 0.5, -0.1], [0.5, 0.5, 1e-7]]),
    Case(
      type: "ordered[3]", body: "sum(x^3)", inside: [-1, 0, 0], energy: -1, outside: [[0, -1, 0], [1, 2, 1.5]]),
    Case(
      type: "unit_vector[2]", body: "x[1]^3 + x[2]", inside: [0.6, 0.8], energy: 1.016,
      outside: [[0.6, 0.7], [0, 0], [0.6, 0.8001]]),
    Case(
      type: "spd[2]", body: "x[1, 2]^3 - logdet(x)", inside: [2, 1, 1, 3], energy: 1 - log(5),
      outside: [[1, 2, 2, 1], [2, 1, 0.9, 3], [-1, 0, 0, 1], [0, 0, 0, 0], [2, .nan, .nan, 3]]),
    Case(
      type: "symmetric[2]", body: "sum(x^3)", inside: [-1, 2, 2, 0], energy: 15, outside: [[0, 1, 2, 0]]),
    Case(
      type: "diagonal[2]", body: "sum(x^3)", inside: [-1, 0, 0, 3], energy: 26,
      outside: [[-1, 0.1, 0, 3], [-1, 0, 1, 3]]),
    Case(type: "lower[2]", body: "sum(x^3)", inside: [-1, 0, 2, 3], energy: 34, outside: [[-1, 0.1, 2, 3]]),
    Case(type: "integer[2]", body: "sum(x^3)", inside: [2, -3], energy: -19, outside: [[2, 0.5], [1.25, 1]]),
  ]

  @Test(arguments: cases) func outsideTheEnergyIsInfinite(_ item: Case) throws {
    let model = try Model(item.text)
    var transforms = Transforms(model.graph)
    let energy = model.energy.node
    let sample = model.samples[0]
    let nodes = [
      transforms.prepare(energy), transforms.score(of: energy, by: sample),
      transforms.hessian(of: energy, by: sample), transforms.laplacian(of: energy, by: sample),
    ]
    let all = [item.inside] + item.outside
    let tiles = try model.evaluateTiles(nodes, at: all)
    for (row, point) in all.enumerated() {
      let plain = try nodes.map { try model.evaluate($0, at: point) }
      let lowered = try model.evaluateLowered(nodes, at: point)
      for (position, values) in plain.enumerated() {
        let tile = tiles[position][row * values.count..<(row + 1) * values.count]
        for (a, others) in zip(values, zip(lowered[position], tile)) {
          #expect(abs(a - others.0) <= 1e-13 * (1 + abs(a)) || a == others.0, "\(point) \(position)")
          #expect(abs(a - others.1) <= 1e-13 * (1 + abs(a)) || a == others.1, "\(point) \(position)")
        }
        if row > 0 {
          #expect(values == values.map { _ in position == 0 ? .infinity : 0 }, "\(point) \(values)")
        } else {
          #expect(values.filter { !$0.isFinite }.isEmpty, "\(values)")
        }
      }
      if row == 0 { #expect(abs(plain[0][0] - item.energy) <= 1e-13 * abs(item.energy)) }
    }
  }

  /// In single precision a simplex adds up to 1 only to rounding.
  @Test(arguments: [
    ("simplex[3]", [0.1, 0.2, 0.7]), ("unit_vector[3]", [0.48, 0.6, 0.64]), ("spd[2]", [2, 0.1, 0.1, 3]),
    ("symmetric[2]", [2, 0.1, 0.10000001, 3]),
  ])
  func singlePrecisionHasRoom(_ type: String, _ point: [Double]) throws {
    let session = session("energy f(x : \(type)) = sum(x)") { $0.precision = .f32 }
    let shape = point.count == 4 ? [1, 2, 2] : [1, 3]
    #expect(try session.values([.energy], at: point, shape: shape)[0][0].isFinite)
    // One entry moved by a thousandth is outside.
    var far = point
    far[1] += 1e-3
    let isInside = try session.values([.energy], at: far, shape: shape)[0][0].isFinite
    #expect(!isInside)
  }

  /// The Laplacian on symmetric matrices: Σᵢ ∂ᵢᵢ² + Σᵢ<ⱼ ½(∂ᵢⱼ + ∂ⱼᵢ)², which no formula for the same energy changes.
  @Test(arguments: ["-logdet(X)", "-logdet(X^T)", "logdet(inv(X))"]) func symmetricSamplesHaveOneLaplacian(
    _ body: String
  ) throws {
    let session = session("energy f(X : spd[2]) = \(body)")
    let values = try session.values([.laplacian, .score], at: [2, 1, 1, 2], shape: [1, 2, 2])
    // With A = X⁻¹: Σᵢ Aᵢᵢ² + Σᵢ<ⱼ (AᵢᵢAⱼⱼ + Aᵢⱼ²) = 8/9 + 5/9.
    #expect(abs(values[0][0] - 13.0 / 9) < 1e-14)
    let expected: [Double] = [2.0 / 3, -1.0 / 3, -1.0 / 3, 2.0 / 3]
    for (a, b) in zip(values[1], expected) { #expect(abs(a - b) < 1e-15) }
  }

  @Test func checkDrawsAndMovesWithinThinDomains() throws {
    for item in Self.cases where !item.type.hasPrefix("positive") && !item.type.hasPrefix("interval") {
      let session = session(item.text)
      let report = try session.check(session.energy(named: nil), CheckRequest(source: .random(count: 50, seed: 1)))
      let findings = report.findings.filter { ["score", "finite"].contains($0.name) }
      #expect(findings.filter { $0.verdict != .ok }.isEmpty, "\(item.type): \(report.text)")
    }
  }

  @Test func checkNamesTheRowsOutside() throws {
    for item in Self.cases where !item.outside.joined().contains(where: \.isNaN) {
      let session = session(item.text)
      let count = 1 + item.outside.count
      let shape =
        item.inside.count == 4 ? [count, 2, 2] : item.inside.count == 1 ? [count] : [count, item.inside.count]
      let source = BatchSource.values((item.outside + [item.inside]).flatMap { $0 }, shape: shape)
      let report = try session.check(session.energy(named: nil), CheckRequest(source: source))
      let finding = try #require(report.findings.first { $0.name == "finite" })
      #expect(finding.verdict == .warning)
      #expect(finding.rows == Array(1..<count), "\(item.type): \(finding.text)")
      #expect(finding.text.contains("outside the domain x : "), "\(finding.text)")
    }
  }

  @Test func aWrongScoreOfASimplexIsFound() throws {
    // The parts of a score along the simplex are what differences can see: a wrong one must be.
    let session = session("energy f(p : simplex[3]) = floor(3*p[1]) + p[1]^2")
    let report = try session.check(
      session.energy(named: nil), CheckRequest(source: .values([1.0 / 3, 1.0 / 3, 1.0 / 3], shape: [1, 3])))
    #expect(report.isFailure, "\(report.text)")
  }
}
