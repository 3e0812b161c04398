import EnergyText

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
    public var rows: [Int] = []
    /// The sub-expression that it comes from.
    public var culprit: Culprit?
    /// Whether the line is left out where all is well, unless details are asked for.
    public var isDetail = false
  }

  /// The score and the differences in one direction, where they are furthest apart.
  public struct Coordinate: Sendable {
    /// `x[2]`; where the domain is thin a direction within it, `x[1] - x[2]`.
    public let name: String
    /// The row, from 1.
    public let row: Int
    /// The score in this direction.
    public let score: Double
    /// What central differences of the energy give.
    public let difference: Double
    /// |score − difference| over (1 + the largest entry of the row's score).
    public let error: Double
  }

  /// Mean, standard deviation and range of the finite ones of some numbers.
  public struct Statistics: Sendable {
    /// How many are finite.
    public let count: Int
    /// How many are NaN or infinite.
    public let left: Int
    /// Their mean.
    public let mean: Double
    /// Their standard deviation, with n - 1 in the denominator; NaN for fewer than two.
    public let deviation: Double
    /// The least.
    public let low: Double
    /// The greatest.
    public let high: Double
  }

  /// `rosenbrock(x : vector[2])`.
  public let signature: String
  /// `1000 samples, seed 0`.
  public let title: String
  /// Rows looked at.
  public let rowCount: Int
  /// The lines, in order.
  public let findings: [Finding]
  /// Of the energies, and of all entries of the scores.
  public let statistics: (energy: Statistics, score: Statistics)
  /// The score against differences, coordinate by coordinate, in order.
  public let coordinates: [Coordinate]
  /// Notes for standard error.
  public var notes: [String]
  /// The samples of all rows at fault, with their shape; empty where there are none.
  public let badRows: (values: [Double], shape: [Int])

  /// Whether anything failed.
  public var isFailure: Bool { findings.contains { $0.verdict == .failure } }

  /// The report as it is printed.
  public var text: String { text(details: false) }

  /// The report as it is printed.
  /// - Parameter details: whether lines that only matter where something is wrong, the statistics and the table of
  ///   coordinates are part of it.
  public func text(details: Bool) -> String {
    let gap = String(repeating: " ", count: max(2, 55 - signature.count))
    var lines = [signature + gap + title]
    for finding in findings where details || !finding.isDetail || finding.verdict != .ok {
      let mark = finding.verdict == .ok ? "ok" : finding.verdict == .warning ? "!" : "FAIL"
      lines.append(line(finding.name, mark, finding.text))
    }
    if details {
      lines.append(line("energies", "", statistics.energy.text))
      lines.append(line("score entries", "", statistics.score.text))
      lines += table
    }
    return lines.joined(separator: "\n")
  }

  private func line(_ name: String, _ mark: String, _ text: String) -> String {
    ("  " + name.padded(16) + mark.padded(5) + text).trimmed
  }

  /// Coordinates that the table shows.
  private static let tableLength = 20

  /// The table of coordinates: all of them, or the worst.
  private var table: [String] {
    guard !coordinates.isEmpty else { return [] }
    var shown = coordinates
    var title = "score by coordinate, each in its worst row"
    if shown.count > Self.tableLength {
      shown = Array(shown.sorted { $0.error > $1.error }.prefix(Self.tableLength))
      title =
        "score by coordinate, each in its worst row: the \(shown.count) of \(coordinates.count) with the largest error"
    }
    let style = NumberStyle.short
    let rows =
      [["coordinate", "row", "score", "difference", "error"]]
      + shown.map {
        [
          $0.name, "\($0.row)", style.text($0.score), style.text($0.difference), NumberStyle.text($0.error, digits: 2),
        ]
      }
    let widths = (0..<5).map { column in rows.reduce(0) { max($0, $1[column].count) } }
    return ["", "  " + title]
      + rows.map { row in "  " + zip(row, widths).map { $0.padded($1 + 3) }.joined() }.map(\.trimmed)
  }

  /// The report for a program.
  public var json: JSON {
    .object([
      ("energy", .string(signature)), ("samples", .string(title)), ("rows", .integer(rowCount)),
      ("ok", .bool(!isFailure)), ("checks", .array(findings.map(\.json))),
      ("statistics", .object([("energy", statistics.energy.json), ("score", statistics.score.json)])),
      ("coordinates", .array(coordinates.map(\.json))),
    ])
  }
}

extension CheckReport.Finding {
  var json: JSON {
    var fields: [(String, JSON)] = [
      ("name", .string(name)), ("verdict", .string(verdict.rawValue)), ("text", .string(text)),
      ("rows", .array(rows.map(JSON.integer))),
    ]
    if let culprit {
      fields.append(("culprit", .object([("expression", .string(culprit.text)), ("place", .string(culprit.place))])))
    }
    return .object(fields)
  }
}

extension CheckReport.Coordinate {
  var json: JSON {
    .object([
      ("name", .string(name)), ("row", .integer(row)), ("score", .number(score)), ("difference", .number(difference)),
      ("error", .number(error)),
    ])
  }
}

extension CheckReport.Statistics {
  /// The statistics of numbers, by two passes.
  init(of values: some Collection<Double>) {
    var spread = Spread()
    for value in values where value.isFinite { spread.add(value) }
    count = spread.count
    left = values.count - spread.count
    let mean = spread.mean
    self.mean = mean
    var squares = Spread()
    for value in values where value.isFinite { squares.add((value - mean) * (value - mean)) }
    deviation = count > 1 ? (squares.mean * Double(count) / Double(count - 1)).squareRoot() : .nan
    (low, high) = count > 0 ? (spread.low, spread.high) : (.nan, .nan)
  }

  var text: String {
    guard count > 0 else { return "none is finite" }
    let style = NumberStyle.short
    let numbers = [("mean", mean), ("std", deviation), ("min", low), ("max", high)]
    return numbers.map { "\($0.0) \(style.text($0.1).padded(10))" }.joined(separator: "  ").trimmed
      + (left > 0 ? "   (\(left) not finite, left out)" : "")
  }

  var json: JSON {
    .object([
      ("count", .integer(count)), ("not_finite", .integer(left)), ("mean", .number(mean)), ("std", .number(deviation)),
      ("min", .number(low)), ("max", .number(high)),
    ])
  }
}

extension String {
  /// With blanks behind, so that it is as wide.
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
