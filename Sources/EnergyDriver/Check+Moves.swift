import EnergyIR
import EnergySemantics
import Foundation

/// A way to move a packed sample that stays within the domain of its arguments, as far as that is thin: along a simplex,
/// around a sphere, from one symmetric matrix to another.
enum SampleMove {
  /// Coordinates that move together, each with its speed.
  case straight([(coordinate: Int, speed: Double)])
  /// A turn of the plane of two coordinates.
  case turn(Int, Int)

  /// The sample moved by `step` and by `-step`, and how far apart these are.
  func ends(of center: [Double], step: Double) -> (up: [Double], down: [Double], distance: Double) {
    var (up, down) = (center, center)
    switch self {
    case .straight(let entries):
      guard let (first, speed) = entries.first else { return (up, down, 1) }
      let h = step * max(1, abs(center[first]))
      for (coordinate, speed) in entries {
        up[coordinate] += speed * h
        down[coordinate] -= speed * h
      }
      return (up, down, (up[first] - down[first]) / speed)
    case .turn(let i, let j):
      let (sine, cosine) = (sin(step), cos(step))
      up[i] = center[i] * cosine - center[j] * sine
      up[j] = center[j] * cosine + center[i] * sine
      down[i] = center[i] * cosine + center[j] * sine
      down[j] = center[j] * cosine - center[i] * sine
      return (up, down, 2 * sine)
    }
  }

  /// The derivative along the move of a function with the given gradient.
  func derivative(_ gradient: [Double], at center: [Double]) -> Double {
    switch self {
    case .straight(let entries): entries.reduce(0) { $0 + $1.speed * gradient[$1.coordinate] }
    case .turn(let i, let j): center[i] * gradient[j] - center[j] * gradient[i]
    }
  }

  /// Moves that together reach all samples near a given one.
  /// - Parameters:
  ///   - refinements: what the argument's type says.
  ///   - offset: where the argument begins in the packed sample.
  static func all(_ refinements: [Symbol.Refinement], shape: [Int], offset: Int) -> [SampleMove] {
    let count = shape.reduce(1, *)
    let single = { (position: Int) in SampleMove.straight([(offset + position, 1)]) }
    guard let kind = refinements.first else { return (0..<count).map(single) }
    let order = shape.first ?? 0
    let cells = { (isKept: (Int, Int) -> Bool) in
      (0..<count).filter { isKept($0 / max(order, 1), $0 % max(order, 1)) }
    }
    switch kind {
    case .positive, .interval, .ordered: return (0..<count).map(single)
    case .integer: return []
    case .simplex:
      return (0..<max(0, count - 1)).map { .straight([(offset + $0, 1), (offset + $0 + 1, -1)]) }
    case .unitVector: return (0..<max(0, count - 1)).map { .turn(offset + $0, offset + $0 + 1) }
    case .diagonal: return cells { $0 == $1 }.map(single)
    case .lower: return cells { $0 >= $1 }.map(single)
    case .symmetric, .positiveDefinite:
      return cells { $0 >= $1 }.map { position in
        let (row, column) = (position / order, position % order)
        return row == column
          ? single(position) : .straight([(offset + position, 1), (offset + column * order + row, 1)])
      }
    }
  }
}

extension Session {
  /// The moves of a packed sample, argument by argument.
  func moves(of energy: Program.Energy, _ sizes: SizeTable) -> [SampleMove] {
    var offset = 0
    var result: [SampleMove] = []
    for sample in energy.samples {
      let shape = sizes.lengths(graph[sample.symbol].shape) ?? []
      result += SampleMove.all(graph[sample.symbol].refinements, shape: shape, offset: offset)
      offset += shape.reduce(1, *)
    }
    return result
  }

  /// Packed random samples, brought into those domains of their arguments that random numbers never hit.
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

  /// Brings a random sample into those domains that random numbers never hit; others are left as they are.
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
    case .positive?, .interval?, nil: return values
    }
  }
}
