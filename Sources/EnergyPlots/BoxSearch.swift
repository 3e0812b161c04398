import Glibc

/// Looks for where a density lives: the box around all points whose energy is within `depth` of the lowest.
///
/// A grid on [-10, 10] is narrowed to those points, or widened where they reach its edge, until it fits them. Where no
/// box up to ±10,000 holds them (the energy doesn't grow), an axis has the length 10.
struct BoxSearch {
  /// Energies at packed points.
  let energies: ([Double]) throws -> [Double]
  /// exp(−5) is less than a hundredth.
  private let depth = 5.0
  private let farthest = 1e4
  private let padding = 0.15

  init(_ energies: @escaping ([Double]) throws -> [Double]) { self.energies = energies }

  /// The range of one coordinate, the others as in `centre`.
  func interval(_ coordinate: Int, through centre: [Double]) throws -> ClosedRange<Double> {
    let middle = centre[coordinate]
    return try search([(middle - 10)...(middle + 10)], 401, fallback: [Self.around(middle)]) { grids in
      grids[0].flatMap { value in
        var point = centre
        point[coordinate] = value
        return point
      }
    }[0]
  }

  /// The ranges of two coordinates, the others as in `centre`.
  func rectangle(
    _ first: Int, _ second: Int, through centre: [Double], from start: [ClosedRange<Double>]? = nil
  ) throws -> [ClosedRange<Double>] {
    let fallback = start ?? [Self.around(centre[first]), Self.around(centre[second])]
    return try search(start ?? [-10...10, -10...10], start == nil ? 81 : 41, fallback: fallback) { grids in
      grids[1].flatMap { y in
        grids[0].flatMap { x in
          var point = centre
          (point[first], point[second]) = (x, y)
          return point
        }
      }
    }
  }

  /// The ranges of several coordinates: each holds what any pair with another one needs.
  func ranges(_ coordinates: Int, through centre: [Double]) throws -> [ClosedRange<Double>] {
    let alone = try (0..<coordinates).map { try interval($0, through: centre) }
    var result = alone
    for second in 0..<coordinates {
      for first in 0..<second {
        let pair = try rectangle(
          first, second, through: centre, from: [alone[first], alone[second]])
        for (coordinate, range) in [(first, pair[0]), (second, pair[1])] {
          let all = result[coordinate]
          result[coordinate] =
            min(all.lowerBound, range.lowerBound)...max(all.upperBound, range.upperBound)
        }
      }
    }
    return result
  }

  /// - Parameter fallback: for axes along which the low energies have no end.
  private func search(
    _ start: [ClosedRange<Double>], _ count: Int, fallback: [ClosedRange<Double>], _ points: ([[Double]]) -> [Double]
  ) throws -> [ClosedRange<Double>] {
    var box = start
    var isOpen = box.map { _ in true }
    for _ in 0..<24 {
      let grids = box.map { PlotSpace.grid($0, count) }
      let values = try energies(points(grids))
      guard let lowest = values.filter({ $0.isFinite }).min() else {
        guard let widest = box.map({ $0.upperBound - $0.lowerBound }).max(), widest < farthest else { return fallback }
        box = box.map { Self.padded($0.lowerBound, $0.upperBound, by: 1) }
        continue
      }
      let found = extents(of: values, count, axes: box.count) { $0 <= lowest + depth }
      isOpen = found.map { $0.first == 0 || $0.last == count - 1 }
      if fits(&box, grids, found) {
        let domain = extents(of: values, count, axes: box.count) { $0.isFinite }
        return box.indices.map { axis in
          let (first, last) = domain[axis]
          let limits =
            (first > 0 ? grids[axis][first] : -Double.infinity)...(last < count - 1 ? grids[axis][last] : .infinity)
          return Self.padded(box[axis].lowerBound, box[axis].upperBound, by: padding, within: limits)
        }
      }
      if box.contains(where: { max(-$0.lowerBound, $0.upperBound) > farthest }) { break }
    }
    return box.indices.map { axis in
      isOpen[axis] ? fallback[axis] : Self.padded(box[axis].lowerBound, box[axis].upperBound, by: padding)
    }
  }

  /// The first and last index along each axis with an energy of some kind.
  private func extents(
    of values: [Double], _ count: Int, axes: Int, _ isMeant: (Double) -> Bool
  ) -> [(first: Int, last: Int)] {
    var result = Array(repeating: (first: count, last: -1), count: axes)
    for (position, value) in values.enumerated() where isMeant(value) {
      var rest = position
      for axis in 0..<axes {
        let index = rest % count
        rest /= count
        result[axis].first = min(result[axis].first, index)
        result[axis].last = max(result[axis].last, index)
      }
    }
    return result
  }

  /// Moves the box to what was found; `true` where it fits.
  private func fits(
    _ box: inout [ClosedRange<Double>], _ grids: [[Double]], _ found: [(first: Int, last: Int)]
  ) -> Bool {
    var isDone = true
    for axis in box.indices {
      let grid = grids[axis]
      let (first, last) = found[axis]
      let span = grid[grid.count - 1] - grid[0]
      var lower = grid[max(0, first - 1)]
      var upper = grid[min(grid.count - 1, last + 1)]
      if first == 0 || last == grid.count - 1 {
        lower = first == 0 ? grid[0] - span : grid[0]
        upper = grid[grid.count - 1] + (last == grid.count - 1 ? span : 0)
        isDone = false
      } else if upper - lower < 0.6 * span {
        (lower, upper) = (lower - 0.2 * (upper - lower), upper + 0.2 * (upper - lower))
        isDone = false
      }
      box[axis] = lower...upper
    }
    return isDone
  }

  /// What is shown of an axis without an end.
  private static func around(_ middle: Double) -> ClosedRange<Double> {
    (middle - 5).rounded()...(middle + 5).rounded()
  }

  /// A range with margins, its ends rounded outwards to few digits.
  /// - Parameter limits: where the margins end.
  static func padded(
    _ lower: Double, _ upper: Double, by share: Double, within limits: ClosedRange<Double> = -.infinity ... .infinity
  ) -> ClosedRange<Double> {
    var span = upper - lower
    if !(span > 0) { span = max(1, abs(lower)) }
    let (low, high) = (max(limits.lowerBound, lower - share * span), min(limits.upperBound, upper + share * span))
    let step = Ticks.step(span / 16)
    return ((low / step).rounded(.down) * step)...((high / step).rounded(.up) * step)
  }
}
