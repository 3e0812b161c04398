import EnergyCPU
import EnergyIR
import EnergySemantics
import EnergyText

/// Points in the space of an energy's samples, packed.
public struct SamplePoints: Sendable {
  /// All coordinates, point after point.
  public let values: [Double]
  /// How many points there are.
  public let count: Int
  /// Coordinates of a point.
  public let width: Int
  /// What readers of files remarked.
  public let remarks: [Diagnostic]
  /// The coordinates of each point.
  public var rows: [[Double]] { (0..<count).map { Array(values[($0 * width)..<(($0 + 1) * width)]) } }
}

extension Session {
  /// How many numbers a sample has; `nil` where that is open.
  public func sampleWidth(of energy: Program.Energy) throws -> Int? {
    let known = try knownSizes(energy)
    var width = 0
    for sample in energy.samples {
      guard let lengths = known.lengths(graph[sample.symbol].shape) else { return nil }
      width += lengths.reduce(1, *)
    }
    return width
  }

  /// The points of a source.
  /// - Throws: `E-shape` where they don't fit the energy's arguments, `E-file`.
  public func points(_ source: BatchSource, for energy: Program.Energy) throws -> SamplePoints {
    let batch = try batch(source, for: energy, rows: nil, precision: .f64)
    var values = [Double](repeating: 0, count: batch.rows.count * batch.width)
    try batch.withAddresses { addresses in
      var start = 0
      for (column, address) in zip(batch.columns, addresses) {
        guard let address else { continue }
        for row in 0..<batch.rows.count {
          for entry in 0..<column.stride {
            let offset = row * column.stride + entry
            values[row * batch.width + start + entry] =
              batch.precision == .f64
              ? address.load(fromByteOffset: 8 * offset, as: Double.self)
              : Double(address.load(fromByteOffset: 4 * offset, as: Float.self))
          }
        }
        start += column.stride
      }
    }
    return SamplePoints(values: values, count: batch.rows.count, width: batch.width, remarks: batch.remarks)
  }

  /// An energy ready for points of a width, in double precision.
  /// - Throws: `E-shape` where the width doesn't fit, `E-unbound` for parameters without a value.
  public func pointEvaluation(
    of energy: Program.Energy, width: Int, outputs: [BatchOutput]
  ) throws -> Evaluation {
    let isNumber = energy.samples.count == 1 && graph[energy.samples[0].symbol].shape.isEmpty
    let layout = try layout(
      energy, energy.samples, name: "a point of the plot", shape: isNumber ? [1] : [1, width], isTable: false)
    let column = Batch.Column(numbers: .doubles([]), arguments: layout.arguments, stride: width, name: "")
    let batch = Batch(
      columns: [column], rows: 0..<0, precision: .f64, facts: layout.facts,
      description: "points of \(width) number\(width == 1 ? "" : "s")", remarks: [], width: width)
    return try Evaluation(self, energy, batch, outputs, readTime: .zero)
  }
}
