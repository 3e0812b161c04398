import EnergyDriver
import Glibc

/// Looks for the lowest energy of many coordinates: descents from points of the data, the origin and random points.
struct ModeSearch {
  let width: Int
  /// Energies and scores at packed points.
  let values: ([Double]) throws -> (energies: [Double], scores: [Double])
  private let steps = 120
  private let kept = 8

  init(width: Int, values: @escaping ([Double]) throws -> (energies: [Double], scores: [Double])) {
    self.width = width
    self.values = values
  }

  /// The point of the lowest energy that was found; `nil` where no energy is finite, or a descent has no end.
  func lowest(_ data: [[Double]]) throws -> [Double]? {
    var starts = [[Double](repeating: 0, count: width)]
    let stride = max(1, data.count / 64)
    starts += Swift.stride(from: 0, to: data.count, by: stride).map { data[$0] }
    let normals = Philox(seed: 0).normals(64 * width)
    for index in 0..<64 {
      let direction = normals[(index * width)..<((index + 1) * width)]
      starts.append(direction.map { index % 2 == 0 ? $0 : 3 * $0 })
      // Where coordinates have to be positive.
      if index % 4 == 0 { starts.append(direction.map { abs($0) }) }
    }
    let found = try values(starts.flatMap { $0 }).energies
    let order = found.indices.filter { found[$0].isFinite }.sorted { (found[$0], $0) < (found[$1], $1) }
    var best: (energy: Double, point: [Double])?
    for index in order.prefix(kept) {
      let end = try descend(starts[index])
      if end.energy < best?.energy ?? .infinity { best = end }
    }
    guard let best, best.point.allSatisfy({ abs($0) < 1e6 }) else { return nil }
    return best.point
  }

  /// A descent by limited-memory BFGS (Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.4); of several step
  /// lengths, evaluated together, the best one is taken.
  private func descend(_ start: [Double]) throws -> (energy: Double, point: [Double]) {
    var point = start
    let first = try values(point)
    var (energy, score) = (first.energies[0], first.scores)
    var history = History()
    for _ in 0..<steps {
      guard score.allSatisfy(\.isFinite), score.contains(where: { abs($0) > 1e-9 }) else { break }
      var moved = try step(from: point, energy, along: history.direction(score), longest: history.isEmpty ? 2 : 4)
      if moved == nil, !history.isEmpty {
        history = History()
        moved = try step(from: point, energy, along: score, longest: 2)
      }
      guard let moved else { break }
      history.add(zip(moved.point, point).map(-), zip(score, moved.score).map(-))
      let gain = energy - moved.energy
      (point, energy, score) = (moved.point, moved.energy, moved.score)
      if gain < 1e-13 * max(1, abs(energy)) { break }
    }
    return (energy, point)
  }

  /// The best of the points at powers of two of a step; `nil` where all are higher.
  private func step(
    from point: [Double], _ energy: Double, along direction: [Double], longest: Int
  ) throws -> (point: [Double], energy: Double, score: [Double])? {
    for range in [-4...longest, -24 ... -5] {
      let places = range.flatMap { power in zip(point, direction).map { $0 + pow(2, Double(power)) * $1 } }
      let found = try values(places)
      let lower = found.energies.indices.filter { found.energies[$0] < energy }
      guard let best = lower.min(by: { found.energies[$0] < found.energies[$1] }) else { continue }
      let part = (best * width)..<((best + 1) * width)
      return (Array(places[part]), found.energies[best], Array(found.scores[part]))
    }
    return nil
  }
}

/// The last steps of a descent with the changes of the gradient.
private struct History {
  private var pairs: [(step: [Double], change: [Double], product: Double)] = []
  var isEmpty: Bool { pairs.isEmpty }

  mutating func add(_ step: [Double], _ change: [Double]) {
    let product = Self.dot(step, change)
    guard product > 1e-300, product.isFinite else { return }
    pairs.append((step, change, product))
    if pairs.count > 12 { pairs.removeFirst() }
  }

  /// The score times the inverse of the Hessian as the steps show it.
  func direction(_ score: [Double]) -> [Double] {
    var result = score
    var factors: [Double] = []
    for pair in pairs.reversed() {
      let factor = Self.dot(pair.step, result) / pair.product
      factors.append(factor)
      result = zip(result, pair.change).map { $0 - factor * $1 }
    }
    if let last = pairs.last {
      let scale = last.product / Self.dot(last.change, last.change)
      result = result.map { $0 * scale }
    }
    for (pair, factor) in zip(pairs, factors.reversed()) {
      let correction = factor - Self.dot(pair.change, result) / pair.product
      result = zip(result, pair.step).map { $0 + correction * $1 }
    }
    return result
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
