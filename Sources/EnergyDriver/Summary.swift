import EnergyCPU
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

/// What `eval` says of a batch: the spread of the energies, of the lengths of the scores, of the Laplacians.
public struct BatchSummary: Sendable {
  /// Rows seen.
  public private(set) var rows = 0
  /// What was looked at, in order, with its numbers.
  private(set) var spreads: [(output: BatchOutput, spread: Spread)]

  /// Nothing seen.
  init(_ outputs: [BatchOutput]) { spreads = outputs.map { ($0, Spread()) } }

  /// The numbers of an output.
  public func spread(of output: BatchOutput) -> Spread? { spreads.first { $0.output == output }?.spread }

  /// Takes the next rows; `number(k, i)` is number i of output k in these rows, `widths` how many numbers a row has.
  mutating func add(rows count: Int, widths: [Int], _ number: (Int, Int) -> Double) {
    for index in spreads.indices {
      let width = widths[index]
      for row in 0..<count {
        switch spreads[index].output {
        case .energy, .laplacian: spreads[index].spread.add(number(index, row))
        case .score, .hessianProduct, .gradient:
          spreads[index].spread.add(Self.length(width) { number(index, row * width + $0) })
        }
      }
    }
    rows += count
  }

  /// √Σ s², scaled so that it neither overflows nor underflows.
  static func length(_ count: Int, _ entry: (Int) -> Double) -> Double {
    var largest = 0.0
    for index in 0..<count {
      let size = abs(entry(index))
      if size.isNaN { return .nan }
      largest = max(largest, size)
    }
    guard largest > 0, largest.isFinite else { return largest }
    var sum = 0.0
    for index in 0..<count {
      let part = entry(index) / largest
      sum += part * part
    }
    return largest * sum.squareRoot()
  }

  /// The lines for a person.
  public func text(_ style: NumberStyle) -> String {
    let lines = spreads.map { "  " + Self.names($0.output).short.padded(10) + Self.text($0.spread, style) }
    return (["  " + "rows".padded(10) + "\(rows)"] + lines).joined(separator: "\n")
  }

  /// The fields for a program.
  public var json: [(String, JSON)] {
    [("rows", .integer(rows))] + spreads.map { (Self.names($0.output).field, Self.json($0.spread)) }
  }

  /// The first row, from 0, in which something is NaN.
  public var firstNaN: Int? { spreads.compactMap(\.spread.firstNaN).min() }

  /// A warning where something isn't a number; rows count from `firstRow`.
  public func warning(firstRow: Int) -> Diagnostic? {
    guard let first = firstNaN else { return nil }
    let parts = spreads.filter { $0.spread.nanCount > 0 }.map {
      "\($0.spread.nanCount) of \(rows) \(Self.names($0.output).plural)"
    }
    return Diagnostic(
      .warning, .notFinite, parts.joined(separator: " and ") + " are NaN, first in row \(first + firstRow)",
      hints: [.init("energy check names the sub-expression")])
  }

  private static func names(_ output: BatchOutput) -> (short: String, field: String, plural: String) {
    switch output {
    case .energy: ("energy", "energy", "energies")
    case .score: ("|score|", "score_norm", "scores")
    case .laplacian: ("laplacian", "laplacian", "Laplacians")
    case .hessianProduct: ("|H v|", "hvp_norm", "Hessian-vector products")
    case .gradient: ("|gradient|", "gradient_norm", "gradients")
    }
  }

  private static func text(_ spread: Spread, _ style: NumberStyle) -> String {
    let nan = spread.nanCount > 0 ? "   (\(spread.nanCount) NaN left out)" : ""
    if spread.isEmpty { return spread.count == 0 ? "no rows" : "NaN in every row" }
    let numbers = [("min", spread.low), ("mean", spread.mean), ("max", spread.high)]
    return numbers.map { "\($0.0) \(style.text($0.1).padded(10))" }.joined(separator: "  ").trimmed + nan
  }

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
  public func summarise(
    isCancelled: (@Sendable () -> Bool)? = nil, progress: ProgressHandler? = nil
  ) throws -> BatchSummary {
    var summary = BatchSummary(outputs)
    let widths = outputs.map { width(of: $0) }
    let block = max(1, min(1 << 16, (1 << 25) / max(1, widths.max() ?? 1)))
    var start = 0
    while start < rowCount {
      let rows = start..<min(rowCount, start + block)
      let results = try values(
        outputs, rows: rows, isCancelled: isCancelled, progress: progress?.within(rows.lowerBound, of: rowCount))
      summary.add(rows: rows.count, widths: widths) { results[$0][$1] }
      start = rows.upperBound
    }
    return summary
  }

  /// The summary of results that lie in memory already.
  public func summary(of memory: [BatchOutput: UnsafeRawPointer]) -> BatchSummary {
    let present = outputs.filter { memory[$0] != nil }
    var summary = BatchSummary(present)
    let bases = present.compactMap { memory[$0] }
    let isDouble = precision == .f64
    summary.add(rows: rowCount, widths: present.map { width(of: $0) }) { output, index in
      isDouble
        ? bases[output].load(fromByteOffset: 8 * index, as: Double.self)
        : Double(bases[output].load(fromByteOffset: 4 * index, as: Float.self))
    }
    return summary
  }
}
