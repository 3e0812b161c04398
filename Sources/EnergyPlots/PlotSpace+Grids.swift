import EnergyDriver
import Glibc

extension PlotSpace {
  /// Evenly spaced numbers, both ends included.
  static func grid(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
    (0..<count).map { index in
      let share = Double(index) / Double(count - 1)
      return range.lowerBound * (1 - share) + range.upperBound * share
    }
  }

  /// A curve along one coordinate through a point.
  func curve(
    _ axis: Plot.Axis, _ coordinate: Int, through centre: [Double], count: Int, _ data: [[Double]]
  ) throws -> Plot.Curve {
    let positions = Self.grid(axis.range, count)
    var points: [Double] = []
    for position in positions {
      var point = centre
      point[coordinate] = position
      points += point
    }
    let (energies, scores) = try values(at: points)
    let step = (axis.range.upperBound - axis.range.lowerBound) / Double(count - 1)
    let weights = positions.indices.map { $0 == 0 || $0 == count - 1 ? step / 2 : step }
    return Plot.Curve(
      axis: axis, positions: positions, energies: energies, densities: Self.densities(energies, weights),
      scores: positions.indices.map { scores[$0 * width + coordinate] }, data: data.map { $0[coordinate] })
  }

  /// A field over two coordinates through a point, with the rows of the plot's table.
  func field(
    _ horizontal: Plot.Axis, _ vertical: Plot.Axis, _ coordinates: (Int, Int), through centre: [Double], count: Int,
    arrows: Int, _ data: [[Double]]
  ) throws -> (Plot.Field, rows: [[Double]]) {
    let xs = Self.grid(horizontal.range, count)
    let ys = Self.grid(vertical.range, count)
    func points(_ places: [SIMD2<Double>]) -> [[Double]] {
      places.map { place in
        var point = centre
        point[coordinates.0] = place.x
        point[coordinates.1] = place.y
        return point
      }
    }
    let places = ys.flatMap { y in xs.map { SIMD2($0, y) } }
    let all = points(places)
    let (energies, scores) = try values(at: all.flatMap { $0 })
    let area = (xs[1] - xs[0]) * (ys[1] - ys[0])
    let edges = (0..<count).map { $0 == 0 || $0 == count - 1 ? 0.5 : 1.0 }
    let weights = edges.flatMap { row in edges.map { $0 * row * area } }
    let arrowPlaces = Self.centres(vertical.range, arrows).flatMap { y in
      Self.centres(horizontal.range, arrows).map { SIMD2($0, y) }
    }
    let directions = arrowPlaces.isEmpty ? [] : try values(at: points(arrowPlaces).flatMap { $0 }).scores
    let field = Plot.Field(
      horizontal: horizontal, vertical: vertical, columns: count, rows: count, energies: energies,
      densities: Self.densities(energies, weights),
      arrows: arrowPlaces.indices.map {
        SIMD2(directions[$0 * width + coordinates.0], directions[$0 * width + coordinates.1])
      }, arrowPlaces: arrowPlaces, data: data.map { SIMD2($0[coordinates.0], $0[coordinates.1]) })
    let rows = all.indices.map { all[$0] + [energies[$0]] + scores[($0 * width)..<(($0 + 1) * width)] }
    return (field, rows)
  }

  /// The middles of equal parts.
  private static func centres(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
    (0..<count).map {
      let share = (Double($0) + 0.5) / Double(count)
      return range.lowerBound * (1 - share) + range.upperBound * share
    }
  }

  /// exp(−E), divided by its weighted sum; 0 where E is infinite and NaN where it is none.
  static func densities(_ energies: [Double], _ weights: [Double]) -> [Double] {
    let lowest = energies.filter { $0.isFinite }.min() ?? 0
    let heights = energies.map { exp(lowest - $0) }
    let total = zip(heights, weights).reduce(0.0) { sum, pair in
      pair.0.isFinite ? sum + pair.0 * pair.1 : sum
    }
    return heights.map { total > 0 ? $0 / total : .nan }
  }

  func table(_ curve: Plot.Curve) -> PlotTable {
    let columns = labels + ["energy", "density"] + scoreLabels
    return PlotTable(
      columns: columns,
      values: curve.positions.indices.flatMap {
        [curve.positions[$0], curve.energies[$0], curve.densities[$0], curve.scores[$0]]
      })
  }

  func table(_ field: Plot.Field, _ rows: [[Double]]) -> PlotTable {
    let columns = labels + ["energy", "density"] + scoreLabels
    return PlotTable(
      columns: columns,
      values: rows.enumerated().flatMap { index, row in
        row[0..<3] + [field.densities[index]] + row[3...]
      })
  }
}
