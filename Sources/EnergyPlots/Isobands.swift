/// The regions between bounds as polygons, to be painted one over the other.
///
/// Marching squares for each bound, on a grid with a rim of "lower than everything" around the box, so that every contour
/// is closed, and no edge of a polygon runs along the box's. A polygon's colour is that of the band just inside of it: above its bound where it runs around higher
/// values, below where it runs around a hole. Contours of one surface don't cross, so painting large polygons before
/// small ones shows every band. What isn't finite belongs to no band and stays white.
struct Isobands {
  /// A polygon and the band inside it; `nil` for what is no number.
  struct Region {
    let corners: [SIMD2<Double>]
    let band: Int?
  }

  /// In the order of painting.
  let regions: [Region]

  /// - Parameter pixels: how wide the picture will be; finer detail than a seventh of one is left out.
  init(_ field: Plot.Field, values: [Double], levels: Levels, pixels: Double = 340) {
    let grid = PaddedGrid(field, values)
    var found: [(area: Double, level: Int, region: Region)] = []
    let size = field.size
    for (index, bound) in ([-Double.greatestFiniteMagnitude] + levels.bounds).enumerated() {
      for contour in grid.contours(at: bound) {
        let area = Self.area(contour, size)
        guard abs(area) > 1e-6 else { continue }
        let corners = contour.simplified(in: size, tolerance: 0.14 / pixels)
        let band = area > 0 ? index : index == 0 ? nil : index - 1
        found.append((abs(area), area > 0 ? index : -index, Region(corners: corners, band: band)))
      }
    }
    regions = found.sorted { ($1.area, $0.level) < ($0.area, $1.level) }.map(\.region)
  }

  /// The signed area as a share of the box; positive where the polygon runs counter-clockwise.
  private static func area(_ corners: [SIMD2<Double>], _ size: SIMD2<Double>) -> Double {
    guard let origin = corners.first else { return 0 }
    var sum = 0.0
    var last = SIMD2(0.0, 0.0)
    for corner in corners {
      let place = (corner - origin) / size
      sum += last.x * place.y - last.y * place.x
      last = place
    }
    return sum / 2
  }
}

/// Values on a grid with a rim around it.
private struct PaddedGrid {
  private let columns: Int
  private let rows: Int
  private let xs: [Double]
  private let ys: [Double]
  private let values: [Double]

  init(_ field: Plot.Field, _ inner: [Double]) {
    columns = field.columns + 2
    rows = field.rows + 2
    let padded = { (range: ClosedRange<Double>, count: Int) in
      let rim = (range.upperBound - range.lowerBound) / 50
      return [range.lowerBound - rim] + PlotSpace.grid(range, count) + [range.upperBound + rim]
    }
    xs = padded(field.horizontal.range, field.columns)
    ys = padded(field.vertical.range, field.rows)
    var values = [Double](repeating: -.infinity, count: columns * rows)
    for row in 0..<field.rows {
      for column in 0..<field.columns {
        let value = inner[row * field.columns + column]
        if value.isFinite { values[(row + 1) * columns + column + 1] = value }
      }
    }
    self.values = values
  }

  /// The closed lines at a bound, higher values on the left.
  func contours(at bound: Double) -> [[SIMD2<Double>]] {
    var next = [Int32](repeating: -1, count: 2 * columns * rows)
    var starts: [Int32] = []
    values.withUnsafeBufferPointer { values in
      for row in 0..<rows - 1 {
        for column in 0..<columns - 1 {
          let corner = row * columns + column
          let (a, b) = (values[corner], values[corner + 1])
          let (c, d) = (values[corner + columns + 1], values[corner + columns])
          let pattern = (a >= bound ? 1 : 0) | (b >= bound ? 2 : 0) | (c >= bound ? 4 : 0) | (d >= bound ? 8 : 0)
          if pattern == 0 || pattern == 15 { continue }
          // An edge has the number of its lower left corner, twice, and one more where it goes upwards.
          let edges = [
            Int32(2 * corner), Int32(2 * (corner + 1) + 1), Int32(2 * (corner + columns)), Int32(2 * corner + 1),
          ]
          let isJoined = (a + b + c + d) / 4 >= bound
          for edge in 0..<4 where pattern >> edge & 1 == 1 && pattern >> ((edge + 1) % 4) & 1 == 0 {
            var end = (edge + 3) % 4
            if pattern == 5 || pattern == 10 {
              if isJoined { end = (edge + 1) % 4 }
            } else {
              // Backwards along the higher corners to the edge where they began.
              while pattern >> end & 1 == 1 { end = (end + 3) % 4 }
            }
            next[Int(edges[edge])] = edges[end]
            starts.append(edges[edge])
          }
        }
      }
    }
    var contours: [[SIMD2<Double>]] = []
    for start in starts where next[Int(start)] >= 0 {
      var contour: [SIMD2<Double>] = []
      var edge = start
      while next[Int(edge)] >= 0 {
        contour.append(place(of: Int(edge), bound))
        let following = next[Int(edge)]
        next[Int(edge)] = -1
        edge = following
      }
      contours.append(contour)
    }
    return contours
  }

  /// Where a bound is crossed along an edge.
  private func place(of edge: Int, _ bound: Double) -> SIMD2<Double> {
    let first = edge / 2
    let second = edge % 2 == 0 ? first + 1 : first + columns
    let (low, high) = (values[first], values[second])
    let share = low.isFinite && high.isFinite ? (bound - low) / (high - low) : 0.5
    let start = SIMD2(xs[first % columns], ys[first / columns])
    let end = SIMD2(xs[second % columns], ys[second / columns])
    return start + (end - start) * share
  }
}
