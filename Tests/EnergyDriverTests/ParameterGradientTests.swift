import Foundation
import Testing

@testable import EnergyDriver

/// Gradients of the sum of the energies by parameters, and Hessians times a direction for each row.
@Suite struct ParameterGradientTests {
  private static let text = """
    param a = 2.0
    let b = a^2
    energy bowl(x : vector[2]; mu : vector[2] = [0, 1]) = 0.5*b*sumsq(x - mu) + a*x[1]^3 + cos(mu[2]*x[2])
    """

  /// Standard normal rows, more than two blocks of 1,024.
  private static let rows = (0..<2500).flatMap { row in [sin(Double(3 * row)), cos(Double(row) + 0.5)] }
  private static let source = BatchSource.values(rows, shape: [2500, 2])

  @Test(arguments: [1, 3]) func sumsOverTheRows(threads: Int) throws {
    let session = session(Self.text) { $0.threads = threads }
    let energy = try session.energy(named: nil)
    let found = try session.parameterGradients(of: energy, by: ["a", "bowl.mu"], on: Self.source).gradients
    #expect(found.map(\.shape) == [[], [2]])
    // The formulas by hand, in the same blocks.
    var expected = [0.0, 0, 0]
    for start in stride(from: 0, to: 2500, by: 1024) {
      var sums = [0.0, 0, 0]
      for row in start..<min(2500, start + 1024) {
        let (x, y) = (Self.rows[2 * row], Self.rows[2 * row + 1])
        sums[0] += 2 * (x * x + (y - 1) * (y - 1)) + x * x * x
        sums[1] += -4 * x
        sums[2] += -4 * (y - 1) - y * sin(y)
      }
      for k in 0..<3 { expected[k] += sums[k] }
    }
    for (ours, theirs) in zip(found.flatMap(\.values), expected) {
      #expect(abs(ours - theirs) <= 1e-12 * (abs(theirs) + 5000))
    }
    // Threads and cuts at blocks change no bit.
    let one = try EnergyDriverTests.session(Self.text).parameterGradients(of: energy, by: ["a", "mu"], on: Self.source)
    #expect(one.gradients.map(\.values) == found.map(\.values))
    var parts = [Double](repeating: 0, count: 3)
    for range in [1...1024, 1025...2048, 2049...2500] {
      let part = try session.parameterGradients(of: energy, by: ["a", "bowl.mu"], on: Self.source, rows: range)
      for (k, value) in part.gradients.flatMap(\.values).enumerated() { parts[k] += value }
    }
    #expect(parts == found.flatMap(\.values))
  }

  /// Of two parameters with one name the one that the energy reads is meant.
  @Test func parametersOfEnergiesInLists() throws {
    let session = session(
      """
      import composite_sum, gaussian, harmonic from std
      energy f = composite_sum(Es = [gaussian(mu = [-2, 0]), harmonic(k = 5)])
      """)
    let energy = try session.energy(named: "f")
    let found = try session.parameterGradients(of: energy, by: ["gaussian.P"], on: .values([1, 1], shape: [1, 2]))
    #expect(found.gradients.map(\.values) == [[4.5, 1.5, 1.5, 0.5]])
  }

  @Test func hessiansTimesDirections() throws {
    let session = session("energy f(x : vector[2], t : real) = x[1]^3*t + x[2]^2*sin(t)")
    let energy = try session.energy(named: nil)
    let points = [1.0, 2, 0.5, -1, 0.3, 2]
    let directions = [1.0, 0, 0, 0.5, -1, 2]
    let evaluation = try session.evaluation(
      of: energy, on: .values(points, shape: [2, 3]), outputs: [.hessianProduct],
      directions: .values(directions, shape: [2, 3]))
    let found = try evaluation.values([.hessianProduct], rows: 0..<2)[0]
    var expected: [Double] = []
    for row in 0..<2 {
      let (x, y, t) = (points[3 * row], points[3 * row + 1], points[3 * row + 2])
      let (u, v, w) = (directions[3 * row], directions[3 * row + 1], directions[3 * row + 2])
      expected.append(6 * x * t * u + 3 * x * x * w)
      expected.append(2 * sin(t) * v + 2 * y * cos(t) * w)
      expected.append(3 * x * x * u + 2 * y * cos(t) * v - y * y * sin(t) * w)
    }
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-14 * (1 + abs(b))) }
  }
}
