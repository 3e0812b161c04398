import EnergyIR
import EnergyLowering
import Testing

@testable import EnergyDriver

/// What the score of an example costs beside its energy, counted on the loop program.
@Suite struct OperationTests {
  @Test(arguments: Examples.all) func energyAndScoreTakeAtMostThreeTimesTheEnergy(_ example: Examples.Case) throws {
    let ratio = try Self.ratio(Model.example(example.file, energy: example.energy), example.file)
    #expect(ratio <= 3)
  }

  /// Energies with linear algebra and long chains of quotients, where an adjoint costs most: operations of a carefully
  /// written adjoint over those of the energy, as the second number.
  static let hard: [(name: String, text: String, ratio: Double)] = [
    (
      "Gaussian process",
      """
      data t : vector[6] = [0, 0.5, 1.1, 1.9, 2.4, 3]
      data y : vector[6] = [0.1, 0.7, 0.9, 0.2, -0.4, -0.9]
      energy f(h : vector[3]) = 0.5*y^T solve(K, y) + 0.5*logdet(K) + 0.5*sumsq(h)
        where K = [exp(h[1] - 0.5*(t[i] - t[j])^2*exp(-h[2])) for i in 1..6, j in 1..6] + exp(h[3])*eye(6)
      """, 2.93
    ),
    (
      "Gaussian process through Cholesky",
      """
      data t : vector[6] = [0, 0.5, 1.1, 1.9, 2.4, 3]
      data y : vector[6] = [0.1, 0.7, 0.9, 0.2, -0.4, -0.9]
      energy f(h : vector[3]) = 0.5*sumsq(solve(L, y)) + sum(log(diag(L))) + 0.5*sumsq(h)
        where K = [exp(h[1] - 0.5*(t[i] - t[j])^2*exp(-h[2])) for i in 1..6, j in 1..6] + exp(h[3])*eye(6),
          L = cholesky(K)
      """, 4.26
    ),
    (
      "torsion",
      """
      energy f(X : matrix[6, 3]) = sum(i in 1..3: 1 + cos(3*phi(i)))
        where b(i) = X[i+1, :] - X[i, :], m(i) = cross(b(i), b(i+1)),
          phi(i) = atan2(norm(b(i+1))*dot(b(i), m(i+1)), dot(m(i), m(i+1)))
      """, 4.59
    ),
  ]

  @Test(arguments: hard) func adjointsOfHardEnergies(_ name: String, _ text: String, _ bound: Double) throws {
    #expect(try Self.ratio(Model(text), name) <= 1.1 * bound)
  }

  /// The bounds are those of careful adjoints of the first two, with the states kept; 4 for all others but one: a
  /// recurrence within a step is run again by everything that needs its states.
  @Test(arguments: RecurrenceTests.models) func adjointsOfRecurrences(_ model: RecurrenceModel) throws {
    let bounds = ["GARCH(1,1)": 2.5, "latent autoregression": 2.95, "nested": 11]
    #expect(try Self.ratio(Model(model.text, energy: "f"), model.name) <= bounds[model.name] ?? 4)
  }

  private static func ratio(_ model: Model, _ name: String) throws -> Double {
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
    print("\(name): \(alone.total) operations, with the score \(both.total): ratio \((ratio * 100).rounded() / 100)")
    return ratio
  }
}
