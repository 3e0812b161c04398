import EnergyIR
import EnergyLowering
import EnergyTransforms
import Testing

@testable import EnergyDriver

/// What refinements of matrices are good for: fewer operations, the right factorisation, the same values.
@Suite struct MatrixStructureTests {
  /// The loop program of the energy and its score.
  private func program(_ text: String) throws -> (program: LoopProgram, sizes: [Dimension: Int]) {
    let model = try Model(text, energy: "f")
    let (energy, gradients) = model.derived()
    let outputs = ([energy] + gradients).enumerated().map { ("output\($0.offset)", $0.element) }
    let program = Lowering.lower(model.graph, outputs: outputs, options: LoweringOptions(dimensions: model.sizes))
    #expect(program.problems().isEmpty)
    return (program, model.sizes)
  }

  private func calls(_ instructions: [Instruction]) -> [LinearAlgebra] {
    instructions.compactMap { instruction in
      if case .call(.linearAlgebra(let operation, _, _), _) = instruction { operation } else { nil }
    }
  }

  // MARK: Costs

  static let diagonalUses = ["x^T P x", "sumsq(P x)", "x^T solve(P, x)", "x^T inv(P) x", "logdet(P)*x[1]", "x^T P P x"]

  /// Twice as many entries cost twice as many operations, not four times.
  @Test(arguments: diagonalUses) func aDiagonalCostsItsEntries(_ use: String) throws {
    func count(_ n: Int, _ type: String) throws -> Int {
      let text = "param P : \(type) = diag(linspace(1, 2, \(n)))\nenergy f(x : vector[\(n)]) = \(use)"
      let (program, sizes) = try program(text)
      return try #require(OperationCount(program, dimensions: sizes)).total
    }
    let (small, large) = (try count(20, "diagonal[20]"), try count(40, "diagonal[40]"))
    #expect(large <= 2 * small + 8, "\(small), then \(large) operations")
    #expect(large <= 40 * 12)
    if use != "logdet(P)*x[1]" { #expect(try count(40, "matrix[40, 40]") > 2 * 40 * 40) }
  }

  private static let spd = "param P : spd[3] = [[2, 0.5, 0], [0.5, 1, 0.25], [0, 0.25, 3]]\n"
  private static let lower = "param L : lower[3] = [[2, 0, 0], [0.5, 1, 0], [0.25, -1, 3]]\n"

  /// One factor for all uses, computed before the samples; substitution for each of them.
  @Test func positiveDefiniteSystemsShareOneCholeskyFactor() throws {
    let (program, _) = try program(
      Self.spd + "energy f(x : vector[3]) = x^T solve(P, x) + logdet(P) + det(P)*x[1] + x^T inv(P) x")
    #expect(calls(program.prologue).filter { $0 == .cholesky }.count == 1)
    #expect(calls(program.prologue + program.body).allSatisfy { $0 != .solve && $0 != .inv && $0 != .logdet })
    #expect(Set(calls(program.body)) == [.solveLower, .solveLowerTransposed])
    #expect(program.description.contains("cholesky(P)"))
  }

  @Test(arguments: ["sumsq(solve(L, x))", "sumsq(solve(L^T, x))", "sumsq(solve(2*L + eye(3), x))"])
  func triangularSystemsAreSubstituted(_ use: String) throws {
    let (program, _) = try program(Self.lower + "energy f(x : vector[3]) = \(use)")
    let all = Set(calls(program.prologue + program.body))
    #expect(!all.isEmpty && all.isSubset(of: [.solveLower, .solveLowerTransposed]), "\(all)")
  }

  @Test(arguments: [
    "sumsq(solve(tril(x), [1, 2, 3]))", "sum(solve(cholesky(tril(x) tril(x)^T + 20*eye(3)), [1, 2, 3]))",
  ])
  func trianglesMadeOfSamplesAreKnown(_ use: String) throws {
    let (program, _) = try program("energy f(x : vector[6]) = \(use)")
    #expect(!calls(program.body).contains(.solve), "\(program)")
    #expect(calls(program.body).contains(.solveLower))
  }

  /// What doesn't depend on the sample is done once.
  @Test(arguments: [
    "x^T inv(A) x", "logdet(A)*x[1]", "det(A)*x[1]", "sumsq(cholesky(A) x)", "(x^T solve(A, [1, 2, 3]))^2",
  ])
  func uniformMatricesAreFactoredInThePrologue(_ use: String) throws {
    let (program, _) = try program(
      "param A : matrix[3, 3] = [[2, 0.5, 0], [0.5, 1, 0.25], [0, 0.25, 3]]\nenergy f(x : vector[3]) = \(use)")
    #expect(calls(program.body).isEmpty)
    #expect(calls(program.prologue).count == 1)
  }

  // MARK: Values

  /// Pairs of types of one matrix: what is known must not change values, whatever the size.
  static let pairs: [(known: String, value: String)] = [
    ("diagonal[n]", "diag(linspace(-1, 2, n) + 0.125)"),
    ("spd[n]", "0.5*eye(n) + col(linspace(0, 1, n))*row(linspace(0, 1, n))"),
    ("lower[n]", "tril(eye(n) + 0.5*col(linspace(1, 2, n))*row(linspace(-1, 1, n)))"),
  ]

  @Test(arguments: pairs, [1, 3, 40])
  func knownStructureKeepsTheValues(_ pair: (known: String, value: String), _ n: Int) throws {
    let body =
      "energy f(x : vector[n]) = x^T solve(P, x) + sumsq(P x) + logdet(P) + x^T inv(P) x"
      + " + sumsq(solve(P^T, [[x[1], 2] for i in 1..n])) + sum(i in 1..n: sin(x[i]))"
    func model(_ type: String) throws -> Model {
      try Model("dim n = \(n)\nparam P : \(type) = \(pair.value)\n\(body)", energy: "f")
    }
    let (known, plain) = (try model(pair.known), try model("matrix[n, n]"))
    let all = points(3, width: n, seed: 5)
    let ours = try known.evaluateTiles([known.derived().energy] + known.derived().gradients, at: all)
    let theirs = try plain.evaluateTiles([plain.derived().energy] + plain.derived().gradients, at: all)
    for (a, b) in zip(ours, theirs) {
      let scale = b.map(abs).max() ?? 0
      for (x, y) in zip(a, b) { #expect(abs(x - y) <= 1e-11 * (1 + scale), "\(pair.known) of \(n): \(x), not \(y)") }
    }
    if n <= 3 {
      let second = known.derived(known.halfSquaredScore).gradients[0]
      let expected = try known.evaluate(second, at: all[0])
      let scale = 1 + (expected.map(abs).max() ?? 0)
      for (x, y) in zip(try known.evaluateTiles([second], at: [all[0]])[0], expected) {
        #expect(abs(x - y) <= 1e-11 * scale)
      }
    }
  }

  /// Forty rows, matrices that differ from sample to sample, two right sides: the equation holds for the solution, and
  /// x·∂f/∂x = -f for f = sum(solve(x A, b)), which is homogeneous of degree -1.
  @Test func largeMatricesOfSamples() throws {
    let model = try Model(
      "dim n = 40\nparam A : matrix[n, n] = [cos(i*j) + (if i == j then 40 else 0) for i in 1..n, j in 1..n]\n"
        + "param B : matrix[n, 2] = [sin(i + 3*j) for i in 1..n, j in 1..2]\n"
        + "energy f(x : real) = sum(solve(x*A, B)) + 0*x\n"
        + "energy r(x : real) = sumsq(x*(A solve(x*A, B)) - B) + abs(logdet(inv(x*A)) + logdet(x*A))", energy: "f")
    let samples = [0.5, 1, 2, -3].map { [$0] }
    let values = try model.evaluateTiles([model.derived().energy] + model.derived().gradients, at: samples)
    for (row, x) in samples.enumerated() {
      #expect(abs(x[0] * values[1][row] + values[0][row]) <= 1e-13 * (1 + abs(values[0][row])))
    }
    let residual = try Model(model.session, model.session.energy(named: "r"))
    for value in try residual.evaluateTiles([residual.energy.node], at: samples)[0] { #expect(abs(value) < 1e-12) }
  }

  // MARK: Singular matrices

  @Test(arguments: [
    "param A : matrix[2, 2] = [[1, 2], [2, 4]]", "param A : diagonal[2] = [[1, 0], [0, 0]]",
    "param A : lower[2] = [[1, 0], [2, 0]]",
  ])
  func aSingularMatrixOfAllSamplesIsAnError(_ parameter: String) {
    for use in ["solve(A, x)", "inv(A) x", "logdet(A)*x"] {
      let session = session("\(parameter)\nenergy f(x : vector[2]) = sum(\(use))\nf([1, 2])")
      let found = messages { try session.run { _ in } }
      #expect(found.count == 1 && found[0].hasPrefix("E-singular"), "\(use): \(found)")
    }
  }

  @Test func aSingularMatrixOfOneSampleIsNaNThere() throws {
    let model = try Model(
      "energy f(x : vector[2]) = sum(solve(diag(x), [1, 2])) + sum(solve(tril([x[1], 1, x[2]]), [1, 2]))"
        + " + sum(solve([[x[1], 1], [1, x[2]]], [1, 2]))", energy: "f")
    let values = try model.evaluateTiles([model.derived().energy], at: [[2, 3], [0, 2], [1, 1], [2, 4]])[0]
    #expect(values.map(\.isNaN) == [false, true, true, false])
  }
}
