import EnergyIR
import EnergySemantics
import Foundation

extension Session {
  /// Packed random samples, brought into the domains of their arguments.
  func intoDomain(_ numbers: [Double], _ samples: [Program.Sample], _ sizes: SizeTable, width: Int) -> [Double] {
    guard width > 0, samples.contains(where: { !graph[$0.symbol].refinements.isEmpty }) else { return numbers }
    var result: [Double] = []
    result.reserveCapacity(numbers.count)
    for row in stride(from: 0, to: numbers.count, by: width) {
      var start = row
      for sample in samples {
        let shape = sizes.lengths(graph[sample.symbol].shape) ?? []
        let count = shape.reduce(1, *)
        let values = Array(numbers[start..<start + count])
        result += Self.intoDomain(values, graph[sample.symbol].refinements, order: shape.first ?? 1)
        start += count
      }
    }
    return result
  }

  /// Brings a random sample into a domain, as `Refinement.draw` says.
  /// - Parameter values: one argument of the sample, row-major.
  private static func intoDomain(_ values: [Double], _ refinements: [Symbol.Refinement], order: Int) -> [Double] {
    let n = order
    let cell = { (row: Int, column: Int) in values[row * n + column] }
    switch refinements.first {
    case .simplex?:
      let weights = values.map(exp)
      let total = weights.reduce(0, +)
      return weights.map { $0 / total }
    case .ordered?: return values.sorted()
    case .unitVector?:
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return values.map { $0 / norm }
    case .integer?: return values.map { $0.rounded() }
    case .symmetric?: return values.indices.map { 0.5 * (cell($0 / n, $0 % n) + cell($0 % n, $0 / n)) }
    case .positiveDefinite?:
      // A Wishart matrix with a little of the unit matrix.
      return values.indices.map { place in
        let (row, column) = (place / n, place % n)
        let product = (0..<n).reduce(0.0) { $0 + cell(row, $1) * cell(column, $1) }
        return product / Double(n) + (row == column ? 0.1 : 0)
      }
    case .diagonal?: return values.indices.map { $0 / n == $0 % n ? values[$0] : 0 }
    case .lower?: return values.indices.map { $0 / n >= $0 % n ? values[$0] : 0 }
    case .positive?: return values.map(exp)
    case .interval(let low, let high)?: return values.map { Self.intoInterval($0, low, high) }
    case nil: return values
    }
  }

  /// A number of the whole line brought between two bounds, of which one or both may be infinite.
  private static func intoInterval(_ z: Double, _ low: Double, _ high: Double) -> Double {
    switch (low.isFinite, high.isFinite) {
    case (true, true): low + (high - low) / (1 + exp(-z))
    case (true, false): low + exp(z)
    case (false, true): high - exp(z)
    case (false, false): z
    }
  }
}

extension Symbol.Refinement {
  /// How random samples come into the domain, as a formula of standard normal numbers z.
  var draw: String {
    let number = { (value: Double) in NumberStyle.short.text(value) }
    switch self {
    case .simplex: return "softmax(z)"
    case .ordered: return "sort(z)"
    case .unitVector: return "z/norm(z)"
    case .integer: return "round(z)"
    case .symmetric: return "(Z + Z^T)/2"
    case .positiveDefinite: return "Z Z^T/n + 0.1*eye(n)"
    case .diagonal: return "z on the diagonal"
    case .lower: return "z on and below the diagonal"
    case .positive: return "exp(z)"
    case .interval(let low, let high):
      switch (low.isFinite, high.isFinite) {
      case (true, true):
        let scaled = (high - low == 1 ? "" : number(high - low) + "*") + "sigmoid(z)"
        return low == 0 ? scaled : "\(number(low)) + \(scaled)"
      case (true, false): return "\(number(low)) + exp(z)"
      case (false, true): return "\(number(high)) - exp(z)"
      case (false, false): return "z"
      }
    }
  }
}
