import EnergyIR
import EnergySemantics

extension Checker {
  /// Rows that are evaluated alone.
  private static let singleRows = 64
  /// How far a score in single precision may be off, over (1 + the largest entry of the row's score).
  private static let singlePrecisionTolerance = 1e-4

  /// Rows by themselves against the same rows within the batch: equal to the last bit.
  func batch() throws -> CheckReport.Finding {
    let rows = Self.spaced(Self.singleRows, of: energies.count)
    var bad: [Int] = []
    for row in rows {
      let alone = try evaluation.values([.energy, .score], rows: row..<row + 1, isCancelled: isCancelled)
      let isSame = Self.same(alone[0][0], energies[row]) && zip(alone[1], scoreRow(row)).allSatisfy(Self.same)
      if !isSame { bad.append(row) }
    }
    guard let first = bad.first else {
      let text = "\(rows.count) row\(rows.count == 1 ? "" : "s") alone as within the batch, to the last bit"
      return CheckReport.Finding(name: "batch", verdict: .ok, text: text, isDetail: true)
    }
    return CheckReport.Finding(
      name: "batch", verdict: .failure,
      text: "\(bad.count) of \(rows.count) rows differ from those within the batch, first row \(number(first))",
      rows: bad.map(number), isDetail: true)
  }

  private static func same(_ left: Double, _ right: Double) -> Bool {
    left.isNaN ? right.isNaN : left.bitPattern == right.bitPattern
  }

  /// Scores in single precision against the same in double precision; `nil` where those are what is checked.
  func precision() throws -> CheckReport.Finding? {
    guard evaluation.precision == .f32, width > 0 else { return nil }
    let rows = Self.spaced(1000, of: energies.count).filter { row in scoreRow(row).allSatisfy(\.isFinite) }
    guard !rows.isEmpty else { return nil }
    let exact = try exactScores(rows)
    var worst = (row: rows[0], off: 0.0)
    var bad: [Int] = []
    for (position, row) in rows.enumerated() {
      let reference = exact[position * width..<(position + 1) * width]
      let scale = 1 + reference.reduce(0) { max($0, abs($1)) }
      let off = zip(reference, scoreRow(row)).reduce(0) { max($0, abs($1.0 - $1.1) / scale) }
      if !(off <= worst.off) { worst = (row, off) }
      if !(off <= Self.singlePrecisionTolerance) { bad.append(row) }
    }
    let text = "f32 against f64, worst row \(number(worst.row)), off by \(NumberStyle.text(worst.off, digits: 2))"
    return CheckReport.Finding(
      name: "precision", verdict: bad.isEmpty ? .ok : .warning, text: text, rows: bad.map(number))
  }

  /// `count` numbers spread evenly over `0..<total`.
  static func spaced(_ count: Int, of total: Int) -> [Int] {
    count >= total ? Array(0..<total) : (0..<count).map { $0 * total / count }
  }
}
