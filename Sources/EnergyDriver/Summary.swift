import EnergyIR
import EnergyText

/// Least, mean and greatest of a stream of numbers, with what isn't a number counted apart.
public struct Spread: Sendable {
  /// Numbers seen, NaN included.
  public private(set) var count = 0
  /// How many were NaN.
  public private(set) var nanCount = 0
  /// The position of the first NaN, from 0.
  public private(set) var firstNaN: Int?
  /// The least.
  public private(set) var low = Double.infinity
  /// The greatest.
  public private(set) var high = -Double.infinity
  private var sum = 0.0
  private var lost = 0.0

  /// Nothing seen.
  public init() {}

  /// Takes the next number.
  public mutating func add(_ value: Double) {
    if value.isNaN {
      nanCount += 1
      firstNaN = firstNaN ?? count
    } else {
      low = min(low, value)
      high = max(high, value)
      // Neumaier's compensated sum (Zeitschrift für Angewandte Mathematik und Mechanik 54, 1974, p. 39).
      let next = sum + value
      if next.isFinite { lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum }
      sum = next
    }
    count += 1
  }

  /// The mean of what isn't NaN.
  public var mean: Double { (sum + lost) / Double(count - nanCount) }

  var isEmpty: Bool { count == nanCount }
}

/// What `eval` says of a batch.
public struct BatchSummary: Sendable {
  /// Rows seen.
  public private(set) var rows = 0
  /// The energies.
  public private(set) var energy = Spread()
  /// The Euclidean lengths of the scores.
  public private(set) var scoreLength = Spread()
  let hasScore: Bool

  /// Nothing seen.
  public init(hasScore: Bool) { self.hasScore = hasScore }

  /// Takes the next rows; `scores` has `width` numbers a row.
  mutating func add(energies: some Sequence<Double>, scores: (Int, Int) -> Double, width: Int) {
    for (row, value) in energies.enumerated() {
      energy.add(value)
      if hasScore { scoreLength.add(Self.length(row, width, scores)) }
      rows += 1
    }
  }

  /// √Σ s², scaled so that it neither overflows nor underflows.
  private static func length(_ row: Int, _ width: Int, _ scores: (Int, Int) -> Double) -> Double {
    var largest = 0.0
    for index in 0..<width {
      let size = abs(scores(row, index))
      if size.isNaN { return .nan }
      largest = max(largest, size)
    }
    guard largest > 0, largest.isFinite else { return largest }
    var sum = 0.0
    for index in 0..<width {
      let part = scores(row, index) / largest
      sum += part * part
    }
    return largest * sum.squareRoot()
  }

  /// The lines for a person.
  public func text(_ style: NumberStyle) -> String {
    var lines = ["  rows      \(rows)"]
    lines.append("  energy    " + Self.text(energy, style))
    if hasScore { lines.append("  |score|   " + Self.text(scoreLength, style)) }
    return lines.joined(separator: "\n")
  }

  /// The fields for a program.
  public var json: [(String, JSON)] {
    var fields: [(String, JSON)] = [("rows", .integer(rows)), ("energy", Self.json(energy))]
    if hasScore { fields.append(("score_norm", Self.json(scoreLength))) }
    return fields
  }

  /// The first row, from 0, whose energy or score is NaN.
  public var firstNaN: Int? { [energy.firstNaN, scoreLength.firstNaN].compactMap { $0 }.min() }

  /// A warning where energies or scores aren't numbers; rows count from `firstRow`.
  public func warning(firstRow: Int) -> Diagnostic? {
    let energies = energy.nanCount
    let scores = scoreLength.nanCount
    guard max(energies, scores) > 0, let first = firstNaN else { return nil }
    var parts: [String] = []
    if energies > 0 { parts.append("\(energies) of \(rows) energies") }
    if scores > 0 { parts.append("\(scores) of \(rows) scores") }
    return Diagnostic(
      .warning, .notFinite, parts.joined(separator: " and ") + " are NaN, first in row \(first + firstRow)",
      hints: [.init("energy check names the sub-expression")])
  }

  private static func text(_ spread: Spread, _ style: NumberStyle) -> String {
    let nan = spread.nanCount > 0 ? "   (\(spread.nanCount) NaN left out)" : ""
    if spread.isEmpty { return spread.count == 0 ? "no rows" : "NaN in every row" }
    let numbers = [("min", spread.low), ("mean", spread.mean), ("max", spread.high)]
    return numbers.map { "\($0.0) \(pad(style.text($0.1)))" }.joined(separator: "  ").trimmed + nan
  }

  private static func pad(_ text: String) -> String { text + String(repeating: " ", count: max(0, 10 - text.count)) }

  private static func json(_ spread: Spread) -> JSON {
    guard !spread.isEmpty else { return .object([("nan", .integer(spread.nanCount))]) }
    return .object([
      ("min", .number(spread.low)), ("mean", .number(spread.mean)), ("max", .number(spread.high)),
      ("nan", .integer(spread.nanCount)),
    ])
  }
}

extension String {
  /// Without blanks at the end.
  var trimmed: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

extension Evaluation {
  /// Evaluates all rows, block by block, and keeps only the summary.
  public func summarise(isCancelled: (@Sendable () -> Bool)? = nil) throws -> BatchSummary {
    var summary = BatchSummary(hasScore: outputs.contains(.score))
    let width = width(of: .score)
    let block = max(1, min(1 << 16, (1 << 25) / max(1, width)))
    var start = 0
    while start < rowCount {
      if isCancelled?() == true { throw Diagnostic(.error, .interrupted, "interrupted; nothing was written") }
      let rows = start..<min(rowCount, start + block)
      let results = try values(summary.hasScore ? [.energy, .score] : [.energy], rows: rows)
      let scores = summary.hasScore ? results[1] : []
      summary.add(energies: results[0], scores: { scores[$0 * width + $1] }, width: width)
      start = rows.upperBound
    }
    return summary
  }

  /// The summary of results that lie in memory already.
  public func summary(of memory: [BatchOutput: UnsafeRawPointer]) -> BatchSummary {
    var summary = BatchSummary(hasScore: memory[.score] != nil)
    let width = width(of: .score)
    let isDouble = precision == .f64
    guard let energies = memory[.energy] else { return summary }
    let number = { (base: UnsafeRawPointer, index: Int) in
      isDouble
        ? base.load(fromByteOffset: 8 * index, as: Double.self)
        : Double(base.load(fromByteOffset: 4 * index, as: Float.self))
    }
    summary.add(
      energies: (0..<rowCount).lazy.map { number(energies, $0) },
      scores: { row, index in memory[.score].map { number($0, row * width + index) } ?? 0 }, width: width)
    return summary
  }
}
