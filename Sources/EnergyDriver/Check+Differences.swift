import EnergyIR
import EnergySemantics
import EnergyText

extension Checker {
  /// Numbers that the points of the differences may have in all, and at a time.
  private static let budget = 200_000_000
  private static let blockSize = 2_000_000
  private static let tolerance = 1e-5
  private static let steps = [6e-6, 6e-5, 1e-7]

  /// The score and the difference of the energy along one move.
  private struct Comparison {
    var score: Double
    var difference = Double.nan
    /// How far they are apart over the scale of the row; NaN until something is known.
    var off = Double.nan
  }

  /// The score against central differences of the energy, in double precision on at most 1000 rows.
  ///
  /// "Off by" is |score − difference| over (1 + the largest entry of the row's score). Three steps are tried for each
  /// coordinate and the best counts: one that is too small drowns in rounding, one that is too large in curvature.
  func score() throws -> (finding: CheckReport.Finding, coordinates: [CheckReport.Coordinate]) {
    let finding = { (verdict: CheckReport.Verdict, text: String, rows: [Int]) in
      CheckReport.Finding(name: "score", verdict: verdict, text: text, rows: rows)
    }
    guard width > 0 else { return (finding(.ok, "the sample is empty", []), []) }
    let pairs = max(1, Self.budget / (2 * width))
    let rowCount = min(energies.count, 1000, max(1, pairs / width))
    let rows = Self.spaced(rowCount, of: energies.count).filter { row in
      energies[row].isFinite && scoreRow(row).allSatisfy(\.isFinite)
    }
    guard !rows.isEmpty else { return (finding(.warning, "no row has finite values to compare", []), []) }
    let all = session.moves(of: evaluation.energy, evaluation.environment.sizes)
    let moves = Self.spaced(min(all.count, max(1, pairs / rows.count)), of: all.count).map { all[$0] }
    let exact = try exactScores(rows)
    let reference = try session.doubleEvaluation(like: evaluation, [.energy])
    var worst: (row: Int, off: Double, move: Int?) = (rows[0], 0, nil)
    var worstOfMoves = [(row: Int, comparison: Comparison)?](repeating: nil, count: moves.count)
    var bad: [Int] = []
    for (position, row) in rows.enumerated() {
      let score = Array(exact[position * width..<(position + 1) * width])
      let comparisons = try compare(row, moves, score, reference)
      var off = 0.0
      for (index, comparison) in comparisons.enumerated() {
        guard var comparison else { continue }
        if comparison.off.isNaN { comparison.off = .infinity }
        off = max(off, comparison.off)
        if comparison.off > worst.off { worst = (row, comparison.off, index) }
        if comparison.off > worstOfMoves[index]?.comparison.off ?? -1 { worstOfMoves[index] = (row, comparison) }
      }
      if off > Self.tolerance { bad.append(row) }
      progress?(.comparing, position + 1, of: rows.count)
    }
    let names = session.coordinateNames(of: evaluation.energy, evaluation.environment.sizes)
    let coordinates = worstOfMoves.enumerated().compactMap { index, worst in
      worst.map { row, comparison in
        CheckReport.Coordinate(
          name: moves[index].name(names), row: number(row), score: comparison.score,
          difference: comparison.difference, error: comparison.off)
      }
    }
    var text = "against central differences, worst row \(number(worst.row)), off by "
    text += NumberStyle.text(worst.off, digits: 2)
    if !bad.isEmpty, let move = worst.move, let comparison = worstOfMoves[move]?.comparison {
      let style = NumberStyle.short
      text +=
        " in \(moves[move].name(names)): \(style.text(comparison.score)), not \(style.text(comparison.difference))"
    }
    return (finding(bad.isEmpty ? .ok : .failure, text, bad.map(number)), coordinates)
  }

  /// The scores of rows in double precision.
  func exactScores(_ rows: [Int]) throws -> [Double] {
    if evaluation.precision == .f64 { return rows.flatMap { Array(scoreRow($0)) } }
    let points = try rows.flatMap { try sample(evaluation.batch.rows.lowerBound + $0) }
    return try session.doubleEvaluation(like: evaluation, [.score]).values(at: points, count: rows.count)[0]
  }

  /// Compares along all moves in one row; `nil` for moves whose steps leave the domain.
  private func compare(
    _ row: Int, _ moves: [SampleMove], _ score: [Double], _ reference: Evaluation
  ) throws -> [Comparison?] {
    let center = try sample(evaluation.batch.rows.lowerBound + row)
    let scale = 1 + score.reduce(0) { max($0, abs($1)) }
    let hasDomain = evaluation.energy.samples.contains { !session.graph[$0.symbol].refinements.isEmpty }
    var best: [Comparison?] = moves.map { Comparison(score: $0.derivative(score, at: center)) }
    let perBlock = max(1, Self.blockSize / (2 * width))
    for step in Self.steps {
      let open = moves.indices.filter { index in best[index].map { !($0.off <= Self.tolerance / 10) } ?? false }
      for start in stride(from: 0, to: open.count, by: perBlock) {
        let block = open[start..<min(open.count, start + perBlock)]
        let ends = block.map { moves[$0].ends(of: center, step: step) }
        let values = try reference.values(
          at: ends.flatMap { $0.up + $0.down }, count: 2 * block.count, isCancelled: isCancelled)[0]
        for (position, index) in block.enumerated() {
          let (up, down) = (values[2 * position], values[2 * position + 1])
          // A step over the border of the domain says nothing.
          if hasDomain, up == .infinity || down == .infinity {
            if best[index]?.off.isNaN ?? false { best[index] = nil }
            continue
          }
          guard let known = best[index] else { continue }
          let difference = -(up - down) / ends[position].distance
          let off = abs(known.score - difference) / scale
          if known.off.isNaN || off < known.off {
            best[index] = Comparison(score: known.score, difference: difference, off: off)
          }
        }
      }
    }
    return best
  }
}
