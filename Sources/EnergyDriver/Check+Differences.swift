import EnergyIR
import EnergySemantics

extension Checker {
  /// Numbers that the points of the differences may have in all, and at a time.
  private static let budget = 200_000_000
  private static let blockSize = 2_000_000
  private static let tolerance = 1e-5

  /// The score against central differences of the energy, in double precision on at most 1000 rows.
  ///
  /// "Off by" is |score − difference| over (1 + the largest entry of the row's score). Three steps are tried and the
  /// best counts: one that is too small drowns in rounding, one that is too large in curvature.
  func score() throws -> CheckReport.Finding {
    guard width > 0 else {
      return CheckReport.Finding(name: "score", verdict: .ok, text: "the sample is empty", rows: [], culprit: nil)
    }
    let pairs = max(1, Self.budget / (2 * width))
    let rowCount = min(energies.count, 1000, max(1, pairs / width))
    let rows = Self.spaced(rowCount, of: energies.count).filter { row in
      energies[row].isFinite && scoreRow(row).allSatisfy(\.isFinite)
    }
    guard !rows.isEmpty else {
      return CheckReport.Finding(
        name: "score", verdict: .warning, text: "no row has finite values to compare", rows: [], culprit: nil)
    }
    let all = session.moves(of: evaluation.energy, evaluation.environment.sizes)
    let moves = Self.spaced(min(all.count, max(1, pairs / rows.count)), of: all.count).map { all[$0] }
    let exact = try exactScores(rows)
    let reference = try session.doubleEvaluation(like: evaluation, [.energy])
    var worst: (row: Int, off: Double) = (rows[0], 0)
    var bad: [Int] = []
    for (position, row) in rows.enumerated() {
      let score = Array(exact[position * width..<(position + 1) * width])
      let scale = 1 + score.reduce(0) { max($0, abs($1)) }
      var off = Double.nan
      for step in Self.steps where !(off <= Self.tolerance / 10) {
        let other = try differ(row, moves, score, scale, step: step, reference)
        if off.isNaN || other < off { off = other }
      }
      if !(off <= worst.off) { worst = (row, off) }
      if !(off <= Self.tolerance) { bad.append(row) }
    }
    let off = NumberStyle.text(worst.off, digits: 2)
    let text = "against central differences, worst row \(number(worst.row)), off by \(off)"
    return CheckReport.Finding(
      name: "score", verdict: bad.isEmpty ? .ok : .failure, text: text, rows: bad.map(number), culprit: nil)
  }

  private static let steps = [6e-6, 6e-5, 1e-7]

  /// `count` numbers spread evenly over `0..<total`.
  private static func spaced(_ count: Int, of total: Int) -> [Int] {
    count >= total ? Array(0..<total) : (0..<count).map { $0 * total / count }
  }

  /// The scores of rows in double precision.
  private func exactScores(_ rows: [Int]) throws -> [Double] {
    if evaluation.precision == .f64 { return rows.flatMap { Array(scoreRow($0)) } }
    let points = try rows.flatMap { try sample(evaluation.batch.rows.lowerBound + $0) }
    return try session.doubleEvaluation(like: evaluation, [.score]).values(at: points, count: rows.count)[0]
  }

  private func differ(
    _ row: Int, _ moves: [SampleMove], _ score: [Double], _ scale: Double, step: Double, _ reference: Evaluation
  ) throws -> Double {
    let center = try sample(evaluation.batch.rows.lowerBound + row)
    let hasDomain = evaluation.energy.samples.contains { !session.graph[$0.symbol].refinements.isEmpty }
    var off = 0.0
    let perBlock = max(1, Self.blockSize / (2 * width))
    for start in stride(from: 0, to: moves.count, by: perBlock) {
      let block = moves[start..<min(moves.count, start + perBlock)]
      let ends = block.map { $0.ends(of: center, step: step) }
      let values = try reference.values(at: ends.flatMap { $0.up + $0.down }, count: 2 * block.count)[0]
      for (position, move) in block.enumerated() {
        let (up, down) = (values[2 * position], values[2 * position + 1])
        // A step over the border of the domain says nothing.
        if hasDomain, up == .infinity || down == .infinity { continue }
        let difference = (up - down) / ends[position].distance
        let distance = abs(move.derivative(score, at: center) + difference) / scale
        if !(distance <= off) { off = distance }
      }
    }
    return off
  }
}
