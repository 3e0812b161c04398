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

  /// What it moves: `x[2]`, `x[1] - x[2]`, `x[1] turned to x[2]`.
  /// - Parameter names: those of the coordinates.
  func name(_ names: [String]) -> String {
    switch self {
    case .turn(let i, let j): return "\(names[i]) turned to \(names[j])"
    case .straight(let entries):
      return entries.enumerated().map { index, entry in
        (index == 0 ? "" : entry.speed < 0 ? " - " : " + ") + names[entry.coordinate]
      }.joined()
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

  /// The names of the coordinates of a packed sample: `x[1]`, `X[2, 3]`, `t`.
  func coordinateNames(of energy: Program.Energy, _ sizes: SizeTable) -> [String] {
    energy.samples.flatMap { sample in
      let shape = sizes.lengths(graph[sample.symbol].shape) ?? []
      return (0..<shape.reduce(1, *)).map { sample.name + Tracer.indices(of: $0, in: shape) }
    }
  }
}
