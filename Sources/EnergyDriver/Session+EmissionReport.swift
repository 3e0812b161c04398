import EnergyCodegen
import EnergyIR
import EnergyLowering
import EnergySemantics
import EnergyText

/// What the functions of the CUDA target cost, before anything runs.
public struct EmissionReport: Sendable {
  /// One function.
  struct Function: Sendable {
    let name: String
    let strategy: Strategy
    /// Bytes of memory that a sample needs to move: its row once, its results once.
    let leastBytes: Double
    /// Bytes that the kernels move a sample, parameters apart.
    let movedBytes: Double
    /// Bytes a sample that come from a cache besides: rows that are read again, and matrices that other blocks have read.
    let cacheBytes: Double
    /// Additions, multiplications, comparisons and functions a sample.
    let operations: Int
    /// Those of them that are functions, roots or divisions.
    let functions: Int

    /// Operations a byte that is moved.
    var intensity: Double { Double(operations) / movedBytes }

    /// Seconds a sample that no kernel beats on a card, and what binds it.
    func roofline(_ card: GPU, isSingle: Bool) -> (seconds: Double, bound: String) {
      let memory = movedBytes / card.bandwidth
      let arithmetic = Double(operations) / (isSingle ? card.single : card.double)
      return memory >= arithmetic ? (memory, "memory") : (arithmetic, "arithmetic")
    }
  }

  let dtype: String
  let functions: [Function]
  /// What a call moves once for all samples.
  let parameterBytes: Int
  /// The part of them that lies in the device's memory and is read again by every block, from the second level's cache
  /// where that holds it.
  let tableBytes: Int

  private var isSingle: Bool { dtype == "f32" }

  /// For people.
  public var text: String {
    let number = { (value: Double) in NumberStyle.text(value, digits: 4) }
    var lines: [String] = []
    for function in functions {
      let strategy = function.strategy
      lines.append(function.name)
      lines.append("  bytes a sample   \(number(function.movedBytes)) moved, \(number(function.leastBytes)) needed")
      if function.cacheBytes > 0 {
        lines.append(
          "                   and \(number(function.cacheBytes)) from a cache, of rows and matrices read again")
      }
      lines.append(
        "  operations       \(function.operations), of them \(function.functions) functions, roots or divisions")
      lines.append("  intensity        \(number(function.intensity)) operations a byte")
      lines.append(
        "  strategy         \(strategy.kind.rawValue): \(strategy.threads) threads and \(strategy.samples) "
          + "\(strategy.samples == 1 ? "sample" : "samples") a block, \(strategy.sharedBytes) bytes of shared memory")
      lines.append("  because          \(strategy.reason)")
      for card in GPU.all {
        let roof = function.roofline(card, isSingle: isSingle)
        let name = card.name.padding(to: 15)
        lines.append("  \(name)  \(number(roof.seconds * 1e12)) ps a sample at best, bound by \(roof.bound)")
      }
    }
    let tables = tableBytes > 0 ? ", \(tableBytes) of them in tables that blocks read again, from the cache" : ""
    lines.append("parameters: \(parameterBytes) bytes a call\(tables)")
    lines.append("Counted, not measured: by the peaks of the makers' data sheets; reach for 80 % of a memory bound.")
    return lines.joined(separator: "\n")
  }

  /// For programs.
  public var json: JSON {
    .object([
      ("dtype", .string(dtype)), ("parameter_bytes", .integer(parameterBytes)),
      ("table_bytes", .integer(tableBytes)),
      (
        "functions",
        .array(
          functions.map { function in
            .object([
              ("name", .string(function.name)), ("strategy", .string(function.strategy.kind.rawValue)),
              ("reason", .string(function.strategy.reason)), ("threads", .integer(function.strategy.threads)),
              ("samples_per_block", .integer(function.strategy.samples)),
              ("shared_bytes", .integer(function.strategy.sharedBytes)),
              ("bytes_moved", .number(function.movedBytes)),
              ("bytes_from_cache", .number(function.cacheBytes)), ("bytes_needed", .number(function.leastBytes)),
              ("operations", .integer(function.operations)), ("functions", .integer(function.functions)),
              ("intensity", .number(function.intensity)),
              (
                "roofline",
                .array(
                  GPU.all.map { card in
                    let roof = function.roofline(card, isSingle: isSingle)
                    return .object([
                      ("card", .string(card.name)), ("seconds_per_sample", .number(roof.seconds)),
                      ("bound", .string(roof.bound)),
                    ])
                  })
              ),
            ])
          })
      ),
    ])
  }
}

extension String {
  /// With spaces behind it up to a length.
  fileprivate func padding(to length: Int) -> String { self + String(repeating: " ", count: max(0, length - count)) }
}

extension Session {
  /// What the CUDA target's functions move and compute a sample, how they run and why, and what no kernel beats.
  /// - Throws: as `emission(of:for:_:)`.
  public func emissionReport(
    of energy: Program.Energy, _ options: EmissionOptions = EmissionOptions()
  ) throws -> EmissionReport {
    let request = try emissionRequest(of: energy, options)
    let source = try cudaSource(request)
    let size = request.isSingle ? 4 : 8
    let functions = source.functions.map { function -> EmissionReport.Function in
      let least = Double(size) * (Double(request.width) + function.resultsPerSample)
      // Frames in memory are written and read at least once.
      let frames = Double(function.strategy.framesInMemory ? 2 * size * function.strategy.frame : 0)
      return EmissionReport.Function(
        name: function.name, strategy: function.strategy, leastBytes: least, movedBytes: least + frames,
        cacheBytes: function.strategy.cacheBytes(row: size * request.width),
        operations: function.operations?.total ?? 0, functions: function.operations?.transcendental ?? 0)
    }
    return EmissionReport(
      dtype: request.isSingle ? "f32" : "f64", functions: functions,
      parameterBytes: request.parameters.reduce(0) { $0 + $1.count } * size, tableBytes: source.tableBytes)
  }
}
