import EnergyText
import Testing

@testable import EnergyDriver

@Suite struct CheckTests {
  private func report(
    _ program: String, _ source: BatchSource, _ options: SessionOptions = SessionOptions()
  ) throws -> CheckReport {
    let session = session(program) { $0 = options }
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    return try session.check(session.energy(named: nil), CheckRequest(source: source))
  }

  private func finding(
    _ program: String, _ name: String, _ source: BatchSource, _ options: SessionOptions = SessionOptions()
  ) throws -> CheckReport.Finding {
    try #require(report(program, source, options).findings.first { $0.name == name })
  }

  private var single: SessionOptions {
    var options = SessionOptions()
    options.precision = .f32
    return options
  }

  @Test func soundEnergiesPass() throws {
    let session = session("energy f(x : vector[3]) = sumsq(x) + sum(cos(x))")
    let report = try session.check(session.energy(named: nil), CheckRequest(source: .random(count: 200, seed: 1)))
    #expect(!report.isFailure)
    #expect(report.findings.allSatisfy { $0.verdict == .ok }, "\(report.text)")
    #expect(report.notes.isEmpty)
  }

  @Test func theSubexpressionOfANaNIsNamed() throws {
    let finding = try finding(
      "energy f(x : vector[2]) = sumsq(x) + log(x[1] - 1)*x[2]", "finite", .values([2, 1, 3, 1, 0, 1], shape: [3, 2]))
    #expect(finding.verdict == .failure)
    #expect(finding.text == "1 row with NaN, first row 3; from  log(x[1] - 1)  (1:38)")
    #expect(finding.rows == [3])
  }

  @Test func aNaNInTheInputIsNamed() throws {
    let finding = try finding(
      "energy f(x : vector[2]) = sumsq(x - 1)", "finite", .values([2, 1, .nan, 1], shape: [2, 2]))
    #expect(finding.text.hasPrefix("1 row with NaN, first row 2; from  x[1] = nan in the input"), "\(finding.text)")
  }

  @Test func branchesNotTakenAreInnocent() throws {
    let session = session("energy f(x : real) = if x > 0 then log(x) else x^2")
    let report = try session.check(
      session.energy(named: nil), CheckRequest(source: .values([2, -1, 3], shape: [3])))
    #expect(!report.isFailure, "\(report.text)")
  }

  @Test func rowsOutsideTheDomainAreAWarning() throws {
    let finding = try finding(
      "energy f(tau : positive) = log(tau) + tau", "finite", .values([1, -1, 2, -3], shape: [4]))
    #expect(finding.verdict == .warning)
    #expect(
      finding.text == "2 rows are outside the domain tau : positive, first row 2; energy inf, score 0",
      "\(finding.text)")
  }

  @Test func theSteepestTermIsNamed() throws {
    let finding = try finding(
      "energy f(x : vector[2]) = sumsq(x) + 1e6*x[1]^4", "large scores", .values([0, 1, 2, 1], shape: [2, 2]))
    #expect(finding.verdict == .warning)
    #expect(finding.text == "1 row above 1e3, worst row 2; from  1e6*x[1]^4  (1:38)")
  }

  @Test func aLargeRangeIsAWarning() throws {
    let finding = try finding("energy f(x : real) = x^2", "energy range", .values([0, 1e4], shape: [2]))
    #expect(finding.verdict == .warning)
    #expect(finding.text == "0 in row 1 to 1e+08 in row 2; from  x^2  (1:22)")
  }

  @Test func floorsPassBecauseTheyAreFlatBetweenKinks() throws {
    let finding = try finding("energy f(x : real) = floor(x) + abs(x)", "score", .values([0.5, -1.25], shape: [2]))
    #expect(finding.verdict == .ok)
  }

  @Test func aDisagreeingScoreNamesItsCoordinate() throws {
    // A step: the score is 0 on both sides, the energy jumps.
    let report = try report(
      "energy f(x : vector[2]) = sumsq(x) + floor(x[2])", .values([1, 0.5, 1, 2], shape: [2, 2]))
    let finding = try #require(report.findings.first { $0.name == "score" })
    #expect(finding.verdict == .failure)
    #expect(finding.rows == [2])
    #expect(finding.text.contains(" in x[2]: -4, not -"), "\(finding.text)")
    #expect(report.coordinates.map(\.name) == ["x[1]", "x[2]"])
    #expect(report.coordinates[0].error < 1e-8)
    #expect(report.coordinates[1].row == 2)
    #expect(report.coordinates[1].error > 1)
  }

  @Test func coordinatesOfThinDomainsAreDirections() throws {
    let report = try report(
      "energy f(w : simplex[2], S : symmetric[2], u : unit_vector[2], t) = sumsq(w) + sumsq(S) + u[1] + t^2",
      .random(count: 20, seed: 0))
    #expect(
      report.coordinates.map(\.name)
        == ["w[1] - w[2]", "S[1, 1]", "S[2, 1] + S[1, 2]", "S[2, 2]", "u[1] turned to u[2]", "t"])
    #expect(report.coordinates.allSatisfy { $0.error < 1e-7 }, "\(report.coordinates)")
  }

  @Test func statisticsAreThoseOfTheFiniteNumbers() throws {
    let report = try report(
      "energy f(x : vector[2]) = x[1] + log(x[2])", .values([1, 1, 2, 1, 6, 1, 0, -1], shape: [4, 2]))
    #expect(report.statistics.energy.count == 3)
    #expect(report.statistics.energy.left == 1)
    #expect(report.statistics.energy.mean == 3)
    #expect(abs(report.statistics.energy.deviation - 7.0.squareRoot()) < 1e-15)
    #expect(report.statistics.energy.high == 6)
    // The score's entries: -1 and -1/x[2].
    #expect(report.statistics.score.mean == -0.75)
  }

  @Test func rowsAloneAreAsInTheBatch() throws {
    let finding = try finding(
      "energy f(x : vector[3]) = logsumexp(x) + sum(sin(x))*norm(x)", "batch", .random(count: 500, seed: 3))
    #expect(finding.verdict == .ok)
    #expect(finding.text == "64 rows alone as within the batch, to the last bit")
  }

  @Test func detailsAreShownWhereAskedFor() throws {
    let report = try report("energy f(x : vector[2]) = sumsq(x)", .random(count: 10, seed: 0))
    #expect(!report.text.contains("batch") && !report.text.contains("coordinate"))
    let details = report.text(details: true)
    for word in ["  batch ", "  energies ", "  score entries ", "x[2]", "std "] { #expect(details.contains(word)) }
  }

  @Test func longTablesShowTheWorst() throws {
    let report = try report("energy f(x : vector[50]) = sum(x^4)", .random(count: 5, seed: 0))
    #expect(report.coordinates.count == 50)
    #expect(report.text(details: true).contains("the 20 of 50 with the largest error"))
  }

  @Test func theLengthOfAScoreIsItsNorm() throws {
    // Entries of 800 are below the threshold, the norm of two isn't.
    let finding = try finding(
      "energy f(x : vector[2]) = sumsq(x)", "large scores", .values([400, 400], shape: [1, 2]))
    #expect(finding.verdict == .warning)
  }

  @Test func theLargestTermOfARangeIsNamed() throws {
    let finding = try finding(
      "energy f(x : vector[2]) = sumsq(x) + 1e9*x[1]^4", "energy range", .values([0, 1, 2, 1], shape: [2, 2]))
    #expect(finding.text.hasSuffix("; from  1e9*x[1]^4  (1:38)"), "\(finding.text)")
  }

  @Test func anOverflowOfSinglePrecisionIsCalledOne() throws {
    let finding = try finding("energy f(x : real) = exp(x)", "finite", .values([1, 100], shape: [2]), single)
    #expect(finding.verdict == .failure)
    #expect(finding.text == "1 row with inf, first row 2; finite in f64: f32 ends at 3.4e38")
  }

  @Test func lossesOfSinglePrecisionAreAWarning() throws {
    let finding = try finding(
      "energy f(x : real) = cos(1e4*x)", "precision", .values([0.123, 1.7], shape: [2]), single)
    #expect(finding.verdict == .warning)
    #expect(
      try self.finding("energy f(x : real) = x^2", "precision", .values([1, 3], shape: [2]), single).verdict == .ok)
  }

  @Test(arguments: [
    ("positive", "exp(z)"), ("interval(0, 1)", "sigmoid(z)"), ("interval(-2, 3)", "-2 + 5*sigmoid(z)"),
  ])
  func samplesLieInTheDomain(_ type: String, _ formula: String) throws {
    let report = try report("energy f(t : \(type)) = (t - 0.5)^2", .random(count: 200, seed: 0))
    #expect(report.findings.allSatisfy { $0.verdict == .ok }, "\(report.text)")
    #expect(report.notes == ["note: t : \(type) is drawn in its domain: \(formula), z standard normal"])
  }

  @Test func matricesAndSeveralArguments() throws {
    let report = try report(
      "energy f(X : matrix[2, 2], y : vector[2]) = sumsq(X y) + sum(exp(X))", .random(count: 50, seed: 0))
    #expect(report.findings.allSatisfy { $0.verdict == .ok }, "\(report.text)")
    #expect(report.coordinates.map(\.name) == ["X[1, 1]", "X[1, 2]", "X[2, 1]", "X[2, 2]", "y[1]", "y[2]"])
  }

  @Test func trappedRowsNameTheirPlace() throws {
    let session = session("energy f(x : vector[2]) = sumsq(x) +\n  log(x[1] - 1)*x[2]")
    let request = CheckRequest(source: .values([2, 1, 0, 1], shape: [2, 2]), trapsNaN: true)
    let error = #expect(throws: Diagnostic.self) { try session.check(session.energy(named: nil), request) }
    #expect(error?.code == .trapped)
    #expect(error?.message == "row 2 is NaN, from  log(x[1] - 1)")
    let span = try #require(error?.span)
    #expect(session.sources.text(of: span) == "log(x[1] - 1)")
  }

  @Test func aCheckCanBeInterrupted() throws {
    let session = session("energy f(x : vector[2]) = sumsq(x)")
    let request = CheckRequest(isCancelled: { true })
    let error = #expect(throws: Diagnostic.self) { try session.check(session.energy(named: nil), request) }
    #expect(error?.code == .interrupted)
  }

  @Test func memoryIsLimited() throws {
    var options = SessionOptions()
    options.memoryLimit = 100_000
    let error = #expect(throws: Diagnostic.self) {
      try report(
        "energy f(x : vector[2]) = sumsq(x)", .values([Double](repeating: 1, count: 20_000), shape: [10_000, 2]),
        options)
    }
    #expect(error?.code == .memory)
  }
}
