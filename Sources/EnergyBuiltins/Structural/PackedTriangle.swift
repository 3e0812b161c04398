import EnergyIR

/// The lower triangle of a square matrix as a vector, row by row.
public enum PackedTriangle {
  /// How many entries a triangle of `rows` rows has: n(n + 1)/2.
  public static func count(rows: Size) -> Size { (rows * rows + rows).divided(by: 2) }

  /// The n with n(n + 1)/2 = length, where there is one.
  public static func rows(count length: Size) -> Size? {
    if let number = length.constant {
      guard number >= 0 else { return nil }
      let rows = Int((Double(8 * number + 1).squareRoot() - 1) / 2)
      return [rows, rows + 1].map { Size($0) }.first { count(rows: $0) == length }
    }
    return length.dimensions.sorted().map { Size($0) }.first { count(rows: $0) == length }
  }

  /// Entry [i, j] of the triangle: entry i(i + 1)/2 + j of the vector (all from 0), there only where j ≤ i.
  public static func entry(_ graph: Graph, _ vector: NodeID, _ i: Variable, _ j: Variable) -> NodeID {
    let row = graph.iota(IndexExpression(i))
    let before = graph.call("div", graph.sum([(1, graph.multiply(row, row)), (1, row)]), graph.size(2))
    let place = graph.sum([(1, before), (1, graph.iota(IndexExpression(j)))])
    return graph.index(vector, [.gather], gathers: [place])
  }
}
