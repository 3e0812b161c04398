import EnergyCPU
import EnergyIR
import EnergySemantics
import EnergyText

/// The gradient of the sum of the energies of a batch by one parameter.
public struct ParameterGradient: Sendable {
  /// The parameter.
  public let name: String
  /// The shape of the parameter.
  public let shape: [Int]
  /// The gradient, row-major.
  public let values: [Double]
}

extension Session {
  /// Rows that are added up before their sum is added to the others': the order of all additions is the same for any
  /// number of threads.
  private static let blockRows = 1024
  /// Bytes that the gradients of the rows at work may take.
  private static let workingBytes = 64 << 20

  /// Gradients of the sum of the energies over the rows by parameters: blocks of 1,024 rows, added in order.
  /// - Parameter names: the parameters, dotted for own ones and networks (`gaussian.mu`, `net.0.weight`).
  /// - Throws: `E-option` for a name that is no parameter.
  public func parameterGradients(
    of energy: Program.Energy, by names: [String], on source: BatchSource, rows: ClosedRange<Int>? = nil,
    isCancelled: (@Sendable () -> Bool)? = nil, progress: ProgressHandler? = nil
  ) throws -> (gradients: [ParameterGradient], precision: Precision) {
    let symbols = try names.map { try parameter(named: $0, of: energy) }
    let outputs = symbols.map(BatchOutput.gradient)
    let evaluation = try evaluation(of: energy, on: source, rows: rows, outputs: outputs)
    let widths = outputs.map { evaluation.width(of: $0) }
    let rowBytes = max(1, 8 * widths.reduce(0, +))
    let step = max(1, min(Self.blockRows, Self.workingBytes / rowBytes))
    var totals = widths.map { [Double](repeating: 0, count: $0) }
    for start in stride(from: 0, to: evaluation.rowCount, by: Self.blockRows) {
      let block = start..<min(evaluation.rowCount, start + Self.blockRows)
      var sums = widths.map { [Double](repeating: 0, count: $0) }
      for first in stride(from: block.lowerBound, to: block.upperBound, by: step) {
        let part = first..<min(block.upperBound, first + step)
        let values = try evaluation.values(outputs, rows: part, isCancelled: isCancelled)
        progress?(.evaluating, part.upperBound, of: evaluation.rowCount)
        for (index, width) in widths.enumerated() {
          for row in part.indices {
            let offset = (row - part.lowerBound) * width
            for entry in 0..<width { sums[index][entry] += values[index][offset + entry] }
          }
        }
      }
      for index in widths.indices {
        for entry in 0..<widths[index] { totals[index][entry] += sums[index][entry] }
      }
    }
    let gradients = zip(zip(names, outputs), totals).map { item, values in
      ParameterGradient(name: item.0, shape: Array(evaluation.shape(of: item.1).dropFirst()), values: values)
    }
    return (gradients, evaluation.precision)
  }

  private func parameter(named name: String, of energy: Program.Energy) throws -> Symbol.ID {
    if energy.samples.contains(where: { $0.name == name }) {
      throw Diagnostic(
        .error, .option, "'\(name)' is a sample of \(energy.displayName), not a parameter",
        hints: [.init("the gradient by the samples, with the other sign: --score-out S.npy")])
    }
    if program.data.contains(where: { $0.name == name }) {
      throw Diagnostic(
        .error, .option, "'\(name)' is data, and data are never differentiated",
        hints: [.init("to differentiate by it, declare it with 'param'")])
    }
    return try targets(of: energy, by: name).symbols[0]
  }

  /// Directions for the rows of a batch: arrays laid out as the samples are.
  func add(
    _ source: BatchSource, to batch: inout Batch, for energy: Program.Energy, rows: ClosedRange<Int>?
  ) throws {
    let directions = try self.batch(source, for: energy, rows: rows, precision: batch.precision)
    guard directions.rows == batch.rows else {
      throw Diagnostic(
        .error, .shape,
        "the directions have \(directions.rows.count) rows, the samples \(batch.rows.count): \(directions.description), "
          + batch.description, hints: [.init("one direction for each sample")])
    }
    var symbols: [Symbol.ID: Symbol.ID] = [:]
    for sample in energy.samples {
      symbols[sample.symbol] = graph.addSymbol(
        Symbol(name: "v_\(sample.name)", role: .sample, shape: graph[sample.symbol].shape))
    }
    batch.directions = energy.samples.compactMap { symbols[$0.symbol] }
    batch.columns += directions.columns.map { column in
      Batch.Column(
        numbers: column.numbers,
        arguments: column.arguments.compactMap { argument in symbols[argument.symbol].map { ($0, argument.offset) } },
        stride: column.stride, name: column.name)
    }
  }
}
