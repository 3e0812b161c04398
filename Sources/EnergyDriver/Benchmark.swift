import EnergyCPU
import EnergyIR
import EnergyLowering
import EnergySemantics
import EnergyText

/// How fast an energy and its score are, against what the machine can do.
public struct Benchmark: Sendable {
  /// One of the things measured.
  public struct Line: Sendable {
    /// `energy`, `score`, `energy + score`.
    public let name: String
    /// The median time of a run over all rows.
    public let seconds: Double
    /// The fastest.
    public let bestSeconds: Double
    /// Runs that were timed.
    public let runs: Int
    /// Bytes read and written for a row.
    public let bytes: Int
    /// Operations for a row, as `OperationCount` counts.
    public let operations: Int
    /// What the machine needs at least for these bytes and operations.
    public let limitSeconds: Double
    /// Whether memory sets the limit, rather than arithmetic.
    public let isMemoryBound: Bool
  }

  /// `rosenbrock(x : vector[2])`.
  public let signature: String
  /// Rows of the batch.
  public let rows: Int
  /// The type of samples and results.
  public let precision: Precision
  /// Threads that shared the rows.
  public let threads: Int
  /// The instructions in use.
  public let level: VectorLevel
  /// What the machine can do.
  public let limits: MachineLimits
  /// What was measured.
  public let lines: [Line]
  /// Notes for standard error.
  public let notes: [String]

  /// The report as it is printed.
  public var text: String {
    let style = { (value: Double) in NumberStyle.text(value, digits: 3) }
    let head =
      "\(signature)    \(rows) rows, \(precision.rawValue), "
      + "\(threads) thread\(threads == 1 ? "" : "s"), \(level)"
    let titles = ["", "ns/row", "limit", "time/limit", "rows/s", "bytes", "operations", "set by"]
    let cells = lines.map { line in
      let scale = 1e9 / Double(rows)
      return [
        line.name, style(line.seconds * scale), style(line.limitSeconds * scale),
        style(line.seconds / line.limitSeconds), style(Double(rows) / line.seconds), "\(line.bytes)",
        "\(line.operations)", line.isMemoryBound ? "memory" : "arithmetic",
      ]
    }
    let table = [titles] + cells
    let widths = titles.indices.map { column in table.reduce(0) { max($0, $1[column].count) } }
    let body = table.map { row in "  " + zip(row, widths).map { $0.padded($1 + 3) }.joined() }.map(\.trimmed)
    let machine =
      "  this machine: a copy \(style(limits.bandwidth / 1e9)) GB/s, "
      + "a matrix product \(style(limits.arithmetic / 1e9)) Gflop/s"
    return ([head] + body + [machine]).joined(separator: "\n")
  }

  /// The report for a program.
  public var fields: [(String, JSON)] {
    [
      ("energy", .string(signature)), ("rows", .integer(rows)), ("dtype", .string(precision.rawValue)),
      ("threads", .integer(threads)), ("vector_level", .string("\(level)")),
      (
        "machine",
        .object([
          ("bytes_per_second", .number(limits.bandwidth)), ("operations_per_second", .number(limits.arithmetic)),
        ])
      ),
      (
        "results",
        .array(
          lines.map { line in
            .object([
              ("name", .string(line.name)), ("seconds", .number(line.seconds)),
              ("best_seconds", .number(line.bestSeconds)), ("runs", .integer(line.runs)),
              ("seconds_per_row", .number(line.seconds / Double(rows))),
              ("bytes_per_row", .integer(line.bytes)), ("operations_per_row", .integer(line.operations)),
              ("limit_seconds", .number(line.limitSeconds)),
              ("limit", .string(line.isMemoryBound ? "memory" : "arithmetic")),
              ("ratio", .number(line.seconds / line.limitSeconds)),
            ])
          })
      ),
    ]
  }
}

extension Session {
  /// Bytes of samples in a batch that no cache holds, seconds for one run, and runs that are timed.
  private static let batchBytes = 128 << 20
  private static let runSeconds = 0.25
  private static let leastRuns = 5

  /// Times the energy, the score, and both together, on samples as `check` draws them.
  /// - Parameters:
  ///   - rows: how many; by default as many as no cache holds, or a quarter of a second does.
  ///   - isCancelled: asked now and then; where it says yes the run ends with `E-interrupted`.
  public func benchmark(
    _ energy: Program.Energy, rows: Int?, seed: UInt64, isCancelled: (@Sendable () -> Bool)? = nil
  ) throws -> Benchmark {
    let wanted: [(String, [BatchOutput])] = [
      ("energy", [.energy]), ("score", [.score]), ("energy + score", [.energy, .score]),
    ]
    let rows = try rows ?? suitableRows(energy, seed: seed, isCancelled)
    let limits = MachineLimits.measure(threads: options.threads, precision: options.precision ?? .f64)
    var lines: [Benchmark.Line] = []
    var signature = ""
    var notes: [String] = []
    let batch = try batch(.random(count: rows, seed: seed), for: energy, rows: nil)
    for (name, outputs) in wanted {
      let evaluation = try Evaluation(self, energy, batch, outputs, readTime: .zero)
      notes = defaultSizeNotes(evaluation, "timed")
      signature = self.signature(energy, sizes: evaluation.sizes)
      let times = try evaluation.times(least: Self.leastRuns, isCancelled).sorted()
      let size = evaluation.precision.size
      let bytes = size * (evaluation.batch.width + outputs.reduce(0) { $0 + evaluation.width(of: $1) })
      let operations = OperationCount(evaluation.program, dimensions: evaluation.environment.sizes.values)?.total ?? 0
      let limit = limits.seconds(bytes: Double(bytes * rows), operations: Double(operations) * Double(rows))
      lines.append(
        Benchmark.Line(
          name: name, seconds: times[times.count / 2], bestSeconds: times[0], runs: times.count, bytes: bytes,
          operations: operations, limitSeconds: limit.seconds, isMemoryBound: limit.isMemory))
    }
    return Benchmark(
      signature: signature, rows: rows, precision: options.precision ?? .f64, threads: options.threads,
      level: .best, limits: limits, lines: lines, notes: notes)
  }

  /// Rows for which one run is long enough to be timed and no longer than needed.
  private func suitableRows(
    _ energy: Program.Energy, seed: UInt64, _ isCancelled: (@Sendable () -> Bool)?
  ) throws -> Int {
    let probe = 1024
    let evaluation = try evaluation(
      of: energy, on: .random(count: probe, seed: seed), outputs: [.energy, .score])
    let seconds = try evaluation.times(least: 3, isCancelled).min() ?? 1
    let rowBytes = evaluation.precision.size * max(1, evaluation.batch.width)
    let byTime = Int(min(1e9, Self.runSeconds * Double(probe) / max(seconds, 1e-9)))
    return max(probe, min(byTime, min(Self.batchBytes, options.memoryLimit / 4) / rowBytes))
  }
}

extension Evaluation {
  /// The seconds of runs over all rows, results in memory that has been touched before.
  func times(least: Int, _ isCancelled: (@Sendable () -> Bool)?) throws -> [Double] {
    let memory = outputs.map { output in
      let count = max(8, rowCount * width(of: output) * precision.size)
      let base = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
      base.initializeMemory(as: UInt8.self, repeating: 0, count: count)
      return base
    }
    defer { memory.forEach { $0.deallocate() } }
    let targets = Dictionary(uniqueKeysWithValues: zip(outputs, memory))
    let clock = ContinuousClock()
    var times: [Double] = []
    // The first run warms up.
    try run(into: targets, isCancelled: isCancelled)
    let begin = clock.now
    while times.count < least || (begin.duration(to: clock.now) < .milliseconds(300) && times.count < 1000) {
      let start = clock.now
      try run(into: targets, isCancelled: isCancelled)
      times.append(start.duration(to: clock.now) / .seconds(1))
    }
    return times
  }
}
