import EnergyText
import Testing

@testable import EnergyDriver

@Suite struct CheckTests {
  private func finding(_ program: String, _ name: String, _ source: BatchSource) throws -> CheckReport.Finding {
    let session = session(program)
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    let report = try session.check(session.energy(named: nil), CheckRequest(source: source))
    return try #require(report.findings.first { $0.name == name })
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
    #expect(finding.text == "0 in row 1 to 1e+08 in row 2")
  }

  @Test func floorsPassBecauseTheyAreFlatBetweenKinks() throws {
    let finding = try finding("energy f(x : real) = floor(x) + abs(x)", "score", .values([0.5, -1.25], shape: [2]))
    #expect(finding.verdict == .ok)
  }
}
