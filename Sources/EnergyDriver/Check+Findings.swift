import EnergyIR
import EnergySemantics
import EnergyText

/// The tests of `check` on one batch of results.
struct Checker {
  let session: Session
  let evaluation: Evaluation
  let energies: [Double]
  let scores: [Double]
  let width: Int
  let isCancelled: (@Sendable () -> Bool)?
  let progress: ProgressHandler?

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
      name: "shapes", verdict: .ok, text: "energies \(shape(.energy)), scores \(shape(.score))")
  }

  /// The first row with NaN, from 0 within those in use.
  var firstNaN: Int? {
    energies.indices.first { row in energies[row].isNaN || scoreRow(row).contains { $0.isNaN } }
  }

  func finite() throws -> CheckReport.Finding {
    let bad = energies.indices.filter { row in !energies[row].isFinite || !scoreRow(row).allSatisfy(\.isFinite) }
    guard let first = bad.first else { return CheckReport.Finding(name: "finite", verdict: .ok, text: "") }
    let rows = bad.prefix(Self.keptRows).map(number)
    if let text = try outsideDomain(bad) {
      return CheckReport.Finding(name: "finite", verdict: .warning, text: text, rows: rows)
    }
    let nan = bad.count { row in energies[row].isNaN || scoreRow(row).contains { $0.isNaN } }
    var kinds: [String] = []
    if nan > 0 { kinds.append("\(Self.rows(nan)) with NaN") }
    if bad.count > nan { kinds.append("\(Self.rows(bad.count - nan)) with inf") }
    let culprit = try Tracer(session, evaluation, row: first).firstNotFinite()
    var source = Self.source(culprit)
    if culprit == nil, evaluation.precision == .f32 { source = "; finite in f64: f32 ends at 3.4e38" }
    return CheckReport.Finding(
      name: "finite", verdict: .failure,
      text: kinds.joined(separator: ", ") + ", first row \(number(first))" + source, rows: rows, culprit: culprit)
  }

  /// `1 row`, `2 rows`.
  private static func rows(_ count: Int) -> String { "\(count) row\(count == 1 ? "" : "s")" }

  /// `; from  log(x)  (1:5)`.
  private static func source(_ culprit: Culprit?) -> String {
    culprit.map { "; from  \($0.text)" + ($0.place.isEmpty ? "" : "  (\($0.place))") } ?? ""
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
    return
      "\(Self.rows(bad.count)) \(bad.count == 1 ? "is" : "are") outside the domain \(first), first row \(number(row)); energy inf, score 0"
  }

  func largeScores() throws -> CheckReport.Finding {
    var bad: [Int] = []
    var worst: (row: Int, size: Double)?
    for row in energies.indices {
      let score = scoreRow(row)
      let size = BatchSummary.length(width) { score[score.startIndex + $0] }
      guard size > Self.largeScore, size.isFinite else { continue }
      bad.append(row)
      if size > worst?.size ?? 0 { worst = (row, size) }
    }
    guard let worst else { return CheckReport.Finding(name: "large scores", verdict: .ok, text: "") }
    let culprit = try Tracer(session, evaluation, row: worst.row).steepestTerm()
    return CheckReport.Finding(
      name: "large scores", verdict: .warning,
      text: "\(Self.rows(bad.count)) above 1e3, worst row \(number(worst.row))" + Self.source(culprit),
      rows: bad.prefix(Self.keptRows).map(number), culprit: culprit)
  }

  func range() throws -> CheckReport.Finding {
    let finite = energies.indices.filter { energies[$0].isFinite }
    guard let low = finite.min(by: { energies[$0] < energies[$1] }),
      let high = finite.max(by: { energies[$0] < energies[$1] }),
      energies[high] - energies[low] > Self.largeRange
    else { return CheckReport.Finding(name: "energy range", verdict: .ok, text: "") }
    let style = NumberStyle.short
    let far = abs(energies[high]) >= abs(energies[low]) ? high : low
    let culprit = try Tracer(session, evaluation, row: far).largestTerm()
    return CheckReport.Finding(
      name: "energy range", verdict: .warning,
      text: "\(style.text(energies[low])) in row \(number(low)) to \(style.text(energies[high])) in row \(number(high))"
        + Self.source(culprit),
      rows: [number(low), number(high)], culprit: culprit)
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
