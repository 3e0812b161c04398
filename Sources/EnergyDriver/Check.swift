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

  /// A request with the usual samples: 1000, seed 0.
  public init(
    source: BatchSource = .random(count: 1000, seed: 0), origin: String? = nil, rows: ClosedRange<Int>? = nil,
    command: String = "energy check …"
  ) {
    self.source = source
    self.origin = origin
    self.rows = rows
    self.command = command
  }
}

/// What `check` found.
public struct CheckReport: Sendable {
  /// How a finding counts.
  public enum Verdict: String, Sendable { case ok, warning, failure }

  /// One line.
  public struct Finding: Sendable {
    /// `shapes`, `score`, …
    public let name: String
    /// How it counts.
    public let verdict: Verdict
    /// The rest of the line.
    public let text: String
    /// The rows concerned, from 1, where rows are at fault; the first thousand.
    public let rows: [Int]
    /// The sub-expression that it comes from.
    public let culprit: Culprit?
  }

  /// `rosenbrock(x : vector[2])`.
  public let signature: String
  /// `1000 samples, seed 0`.
  public let title: String
  /// The lines, in order.
  public let findings: [Finding]
  /// Notes for standard error.
  public var notes: [String]
  /// The samples of all rows at fault, with their shape; empty where there are none.
  public let badRows: (values: [Double], shape: [Int])

  /// Whether anything failed.
  public var isFailure: Bool { findings.contains { $0.verdict == .failure } }

  /// The report as it is printed.
  public var text: String {
    let gap = String(repeating: " ", count: max(2, 55 - signature.count))
    var lines = [signature + gap + title]
    for finding in findings {
      let mark = finding.verdict == .ok ? "ok" : finding.verdict == .warning ? "!" : "FAIL"
      let name = finding.name + String(repeating: " ", count: max(1, 16 - finding.name.count))
      let padded = mark + String(repeating: " ", count: max(1, 5 - mark.count))
      lines.append(("  " + name + padded + finding.text).trimmed)
    }
    return lines.joined(separator: "\n")
  }

  /// The report for a program.
  public var json: JSON {
    .object([
      ("energy", .string(signature)), ("samples", .string(title)), ("ok", .bool(!isFailure)),
      (
        "checks",
        .array(
          findings.map { finding in
            var fields: [(String, JSON)] = [
              ("name", .string(finding.name)), ("verdict", .string(finding.verdict.rawValue)),
              ("text", .string(finding.text)), ("rows", .array(finding.rows.map(JSON.integer))),
            ]
            if let culprit = finding.culprit {
              fields.append(
                ("culprit", .object([("expression", .string(culprit.text)), ("place", .string(culprit.place))])))
            }
            return .object(fields)
          })
      ),
    ])
  }
}

extension Session {
  /// Tests an energy on samples: shapes, its score against differences, numbers that aren't, large scores, a large range.
  public func check(_ energy: Program.Energy, _ request: CheckRequest) throws -> CheckReport {
    let evaluation = try evaluation(
      of: energy, on: request.source, rows: request.rows, outputs: [.energy, .score])
    guard evaluation.rowCount > 0 else { throw Diagnostic(.error, .option, "there are no rows to check") }
    let width = evaluation.width(of: .score)
    let results = try evaluation.values([.energy, .score], rows: 0..<evaluation.rowCount)
    let checker = Checker(
      session: self, evaluation: evaluation, energies: results[0], scores: results[1], width: width)
    let findings = try [
      checker.shapes(), checker.score(), checker.finite(), checker.largeScores(), checker.range(),
    ]
    var notes = defaultSizeNotes(energy, evaluation)
    let bad = Set(findings.flatMap(\.rows)).sorted()
    let counts = [CheckReport.Verdict.failure, .warning].map { verdict in findings.count { $0.verdict == verdict } }
    let names = ["failure", "warning"]
    let words = zip(counts, names).filter { $0.0 > 0 }.map { "\($0) \($1)\($0 == 1 ? "" : "s")" }
    if !words.isEmpty {
      let show = bad.isEmpty ? "" : " Show the rows: \(request.command) --rows-out bad.npy"
      notes.append(words.joined(separator: ", ") + "." + show)
    }
    return CheckReport(
      signature: signature(energy, sizes: evaluation.sizes),
      title: request.origin.map { "\(evaluation.rowCount) row\(evaluation.rowCount == 1 ? "" : "s") of \($0)" }
        ?? evaluation.batch.description,
      findings: findings, notes: notes, badRows: try checker.samples(bad))
  }

  /// A note for sizes that the check chose itself.
  private func defaultSizeNotes(_ energy: Program.Energy, _ evaluation: Evaluation) -> [String] {
    evaluation.batch.facts.filter { $0.reason == "the samples' default" }.map {
      "note: \($0.size) isn't fixed; checked with \($0.size) = \($0.value), choose with --dim \($0.size)=…"
    }
  }
}

/// The tests of `check` on one batch of results.
struct Checker {
  let session: Session
  let evaluation: Evaluation
  let energies: [Double]
  let scores: [Double]
  let width: Int

  private static let largeScore = 1e3
  private static let largeRange = 1e6
  static let keptRows = 1000

  /// A row number as the user counts.
  func number(_ row: Int) -> Int { evaluation.batch.rows.lowerBound + row + 1 }

  func shapes() -> CheckReport.Finding {
    let shape = { (output: BatchOutput) in
      "(" + evaluation.shape(of: output).map(String.init).joined(separator: ", ") + ")"
    }
    return CheckReport.Finding(
      name: "shapes", verdict: .ok, text: "energies \(shape(.energy)), scores \(shape(.score))", rows: [], culprit: nil)
  }

  func finite() throws -> CheckReport.Finding {
    let bad = energies.indices.filter { row in !energies[row].isFinite || !scoreRow(row).allSatisfy(\.isFinite) }
    guard let first = bad.first else {
      return CheckReport.Finding(name: "finite", verdict: .ok, text: "", rows: [], culprit: nil)
    }
    if let text = try outsideDomain(bad) {
      return CheckReport.Finding(
        name: "finite", verdict: .warning, text: text, rows: bad.prefix(Self.keptRows).map(number), culprit: nil)
    }
    let nan = bad.count { row in energies[row].isNaN || scoreRow(row).contains { $0.isNaN } }
    var kinds: [String] = []
    if nan > 0 { kinds.append("\(nan) row\(nan == 1 ? "" : "s") with NaN") }
    if bad.count > nan { kinds.append("\(bad.count - nan) row\(bad.count - nan == 1 ? "" : "s") with inf") }
    let culprit = try Tracer(session: session, evaluation: evaluation).firstNotFinite(row: first)
    let source = culprit.map { "; from  \($0.text)" + ($0.place.isEmpty ? "" : "  (\($0.place))") } ?? ""
    return CheckReport.Finding(
      name: "finite", verdict: .failure,
      text: kinds.joined(separator: ", ") + ", first row \(number(first))" + source,
      rows: bad.prefix(Self.keptRows).map(number), culprit: culprit)
  }

  /// What to say where all rows with an infinite energy lie outside the domain of an argument; there it has to be so.
  private func outsideDomain(_ bad: [Int]) throws -> String? {
    let sizes = evaluation.environment.sizes
    var first: String?
    for row in bad {
      guard energies[row] == .infinity, scoreRow(row).allSatisfy({ $0 == 0 }) else { return nil }
      let values = try evaluation.batch.sample(
        evaluation.batch.rows.lowerBound + row, sizes: sizes, session.graph)
      let argument = evaluation.energy.samples.first { argument in
        let symbol = session.graph[argument.symbol]
        let data = TensorData(
          shape: sizes.lengths(symbol.shape) ?? [], values: values[argument.symbol] ?? [],
          isSingle: evaluation.precision == .f32)
        return symbol.refinements.contains { $0.violation(in: data) != nil }
      }
      guard let argument else { return nil }
      first = first ?? "\(argument.name) : \(argument.type)"
    }
    guard let first, let row = bad.first else { return nil }
    let rows = "\(bad.count) row\(bad.count == 1 ? " is" : "s are")"
    return "\(rows) outside the domain \(first), first row \(number(row)); energy inf, score 0"
  }

  func largeScores() throws -> CheckReport.Finding {
    var bad: [Int] = []
    var worst: (row: Int, size: Double)?
    for row in energies.indices {
      let size = scoreRow(row).reduce(0) { max($0, abs($1)) }
      guard size > Self.largeScore, size.isFinite else { continue }
      bad.append(row)
      if size > worst?.size ?? 0 { worst = (row, size) }
    }
    guard let worst else {
      return CheckReport.Finding(name: "large scores", verdict: .ok, text: "", rows: [], culprit: nil)
    }
    let culprit = try Tracer(session: session, evaluation: evaluation).steepestTerm(row: worst.row)
    let source = culprit.map { "; from  \($0.text)" + ($0.place.isEmpty ? "" : "  (\($0.place))") } ?? ""
    return CheckReport.Finding(
      name: "large scores", verdict: .warning,
      text: "\(bad.count) row\(bad.count == 1 ? "" : "s") above 1e3, worst row \(number(worst.row))" + source,
      rows: bad.prefix(Self.keptRows).map(number), culprit: culprit)
  }

  func range() -> CheckReport.Finding {
    let finite = energies.indices.filter { energies[$0].isFinite }
    guard let low = finite.min(by: { energies[$0] < energies[$1] }),
      let high = finite.max(by: { energies[$0] < energies[$1] }),
      energies[high] - energies[low] > Self.largeRange
    else { return CheckReport.Finding(name: "energy range", verdict: .ok, text: "", rows: [], culprit: nil) }
    let style = NumberStyle.short
    return CheckReport.Finding(
      name: "energy range", verdict: .warning,
      text:
        "\(style.text(energies[low])) in row \(number(low)) to \(style.text(energies[high])) in row \(number(high))",
      rows: [number(low), number(high)], culprit: nil)
  }

  func scoreRow(_ row: Int) -> ArraySlice<Double> { scores[row * width..<(row + 1) * width] }

  /// The samples of rows (numbered as the user counts), packed.
  func samples(_ rows: [Int]) throws -> (values: [Double], shape: [Int]) {
    var values: [Double] = []
    for row in rows { values += try sample(row - 1) }
    let shape = Array(evaluation.shape(of: .score).dropFirst())
    return (values, [rows.count] + shape)
  }

  /// One sample, packed; `row` counts from 0 in the whole batch.
  func sample(_ row: Int) throws -> [Double] {
    let values = try evaluation.batch.sample(row, sizes: evaluation.environment.sizes, session.graph)
    return evaluation.energy.samples.flatMap { values[$0.symbol] ?? [] }
  }
}
