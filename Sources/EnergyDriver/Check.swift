import EnergyCPU
import EnergyIR
import EnergySemantics
import EnergyText

/// What `check` is asked to look at.
public struct CheckRequest: Sendable {
  /// The samples.
  public var source: BatchSource
  /// Where the rows come from, for the header: `x.npy`; by default as the source says.
  public var origin: String?
  /// Which rows, from 1, both ends included.
  public var rows: ClosedRange<Int>?
  /// The command line that shows the rows, for the last line.
  public var command: String
  /// Whether a row of NaN ends the check with an error that names its source.
  public var trapsNaN: Bool
  /// Asked now and then; where it says yes the check ends with `E-interrupted`.
  public var isCancelled: (@Sendable () -> Bool)?
  /// Told now and then how far the check is.
  public var progress: ProgressHandler?

  /// A request with the usual samples: 1000, seed 0.
  public init(
    source: BatchSource = .random(count: 1000, seed: 0), origin: String? = nil, rows: ClosedRange<Int>? = nil,
    command: String = "energy check …", trapsNaN: Bool = false, isCancelled: (@Sendable () -> Bool)? = nil,
    progress: ProgressHandler? = nil
  ) {
    self.source = source
    self.origin = origin
    self.rows = rows
    self.command = command
    self.trapsNaN = trapsNaN
    self.isCancelled = isCancelled
    self.progress = progress
  }
}

extension Session {
  /// Tests an energy on samples: shapes, its score against differences, rows alone against rows together, numbers that
  /// aren't, large scores, a large range.
  public func check(_ energy: Program.Energy, _ request: CheckRequest) throws -> CheckReport {
    let evaluation = try evaluation(
      of: energy, on: request.source, rows: request.rows, outputs: [.energy, .score])
    guard evaluation.rowCount > 0 else { throw Diagnostic(.error, .option, "there are no rows to check") }
    let width = evaluation.width(of: .score)
    let (needed, overflow) = evaluation.rowCount.multipliedReportingOverflow(by: 8 * (width + 1))
    guard !overflow, needed <= options.memoryLimit else {
      throw EvaluationError.memory(neededBytes: overflow ? .max : needed, limitBytes: options.memoryLimit)
        .diagnostic(evaluation.program, firstRow: nil)
    }
    let results = try evaluation.values(
      [.energy, .score], rows: 0..<evaluation.rowCount, isCancelled: request.isCancelled,
      progress: request.progress)
    let checker = Checker(
      session: self, evaluation: evaluation, energies: results[0], scores: results[1], width: width,
      isCancelled: request.isCancelled, progress: request.progress)
    if request.trapsNaN, let row = checker.firstNaN {
      throw try Tracer(self, evaluation, row: row).trapped(row: checker.number(row))
    }
    let (score, coordinates) = try checker.score()
    let findings = try [
      checker.shapes(), score, checker.batch(), checker.precision(), checker.finite(), checker.largeScores(),
      checker.range(),
    ].compactMap { $0 }
    let bad = Set(findings.flatMap(\.rows)).sorted()
    var notes = defaultSizeNotes(evaluation, "checked")
    if case .random = request.source { notes += domainNotes(energy) }
    notes += Self.countNotes(findings, show: bad.isEmpty ? "" : " Show the rows: \(request.command) --rows-out bad.npy")
    return CheckReport(
      signature: signature(energy, sizes: evaluation.sizes),
      title: request.origin.map { "\(evaluation.rowCount) row\(evaluation.rowCount == 1 ? "" : "s") of \($0)" }
        ?? evaluation.batch.description,
      rowCount: evaluation.rowCount, findings: findings,
      statistics: (.init(of: results[0]), .init(of: results[1])), coordinates: coordinates, notes: notes,
      badRows: try checker.samples(bad))
  }

  /// `1 failure, 2 warnings.`
  private static func countNotes(_ findings: [CheckReport.Finding], show: String) -> [String] {
    let counts = [CheckReport.Verdict.failure, .warning].map { verdict in findings.count { $0.verdict == verdict } }
    let names = ["failure", "warning"]
    let words = zip(counts, names).filter { $0.0 > 0 }.map { "\($0) \($1)\($0 == 1 ? "" : "s")" }
    return words.isEmpty ? [] : [words.joined(separator: ", ") + "." + show]
  }

  /// A note for sizes of random samples that nothing said.
  func defaultSizeNotes(_ evaluation: Evaluation, _ verb: String) -> [String] {
    evaluation.batch.facts.filter { $0.reason == "the samples' default" }.map {
      "note: \($0.size) isn't fixed; \(verb) with \($0.size) = \($0.value), choose with --dim \($0.size)=…"
    }
  }

  /// A note for arguments whose samples aren't standard normal, because those would lie outside their domain.
  private func domainNotes(_ energy: Program.Energy) -> [String] {
    energy.samples.compactMap { sample in
      graph[sample.symbol].refinements.first.map {
        "note: \(sample.name) : \(sample.type) is drawn in its domain: \($0.draw), z standard normal"
      }
    }
  }
}
