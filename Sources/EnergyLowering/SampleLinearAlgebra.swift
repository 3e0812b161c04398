import EnergyIR
import func Foundation.log

/// Plain linear algebra on small row-major matrices, for the reference interpreters. Gaussian elimination with
/// partial pivoting and Cholesky's method as in Golub & Van Loan, Matrix Computations, 4th ed., algorithms 3.4.1
/// and 4.2.1. A singular matrix gives NaN.
enum SampleLinearAlgebra {
  /// The result of an operation on matrices of n rows; a right-hand side has any number of columns.
  static func evaluate(_ operation: LinearAlgebra, _ inputs: [[Double]], rows: Int) -> [Double] {
    switch operation {
    case .inv: return solve(inputs[0], identity(rows), rows)
    case .solve: return solve(inputs[0], inputs[1], rows)
    case .cholesky: return cholesky(inputs[0], rows)
    case .isPositiveDefinite: return [cholesky(inputs[0], rows).contains(where: \.isNaN) ? 0 : 1]
    case .solveLower: return solveLower(inputs[0], inputs[1], rows, transposed: false)
    case .solveLowerTransposed: return solveLower(inputs[0], inputs[1], rows, transposed: true)
    case .argsort: return argsort(inputs[0])
    case .pivots: return inputs[0].contains(0) ? inputs[0].map { _ in .nan } : inputs[0]
    case .det, .logdet:
      var matrix = inputs[0]
      var none: [Double] = []
      let sign = eliminate(&matrix, &none, rows, columns: 0)
      let pivots = (0..<rows).map { matrix[$0 * rows + $0] }
      if operation == .det { return [pivots.reduce(sign, *)] }
      return [pivots.reduce(0) { $0 + log(abs($1)) }]
    }
  }

  private static func identity(_ rows: Int) -> [Double] {
    (0..<rows * rows).map { $0 / rows == $0 % rows ? 1 : 0 }
  }

  /// Brings the matrix to upper triangular form and applies the same steps to the right-hand side; returns the
  /// sign of the permutation.
  private static func eliminate(_ matrix: inout [Double], _ side: inout [Double], _ rows: Int, columns: Int) -> Double {
    var sign = 1.0
    for pivot in 0..<rows {
      let best = (pivot..<rows).max { abs(matrix[$0 * rows + pivot]) < abs(matrix[$1 * rows + pivot]) } ?? pivot
      if best != pivot {
        sign = -sign
        for column in 0..<rows { matrix.swapAt(best * rows + column, pivot * rows + column) }
        for column in 0..<columns { side.swapAt(best * columns + column, pivot * columns + column) }
      }
      for row in (pivot + 1)..<max(rows, pivot + 1) {
        let factor = matrix[row * rows + pivot] / matrix[pivot * rows + pivot]
        if factor == 0 { continue }
        for column in pivot..<rows { matrix[row * rows + column] -= factor * matrix[pivot * rows + column] }
        for column in 0..<columns { side[row * columns + column] -= factor * side[pivot * columns + column] }
      }
    }
    return sign
  }

  private static func solve(_ matrix: [Double], _ side: [Double], _ rows: Int) -> [Double] {
    guard rows > 0 else { return side }
    let columns = side.count / rows
    var matrix = matrix
    var result = side
    _ = eliminate(&matrix, &result, rows, columns: columns)
    for row in (0..<rows).reversed() {
      for column in 0..<columns {
        var sum = result[row * columns + column]
        for inner in (row + 1)..<max(rows, row + 1) {
          sum -= matrix[row * rows + inner] * result[inner * columns + column]
        }
        let pivot = matrix[row * rows + row]
        result[row * columns + column] = pivot == 0 ? .nan : sum / pivot
      }
    }
    return result
  }

  /// Substitution with the lower triangle L, or with Lᵀ.
  private static func solveLower(
    _ matrix: [Double], _ side: [Double], _ rows: Int, transposed: Bool
  ) -> [Double] {
    guard rows > 0 else { return side }
    let columns = side.count / rows
    var result = side
    for row in transposed ? Array((0..<rows).reversed()) : Array(0..<rows) {
      let known = transposed ? row + 1..<rows : 0..<row
      for column in 0..<columns {
        var sum = result[row * columns + column]
        for inner in known {
          sum -= matrix[transposed ? inner * rows + row : row * rows + inner] * result[inner * columns + column]
        }
        let pivot = matrix[row * rows + row]
        result[row * columns + column] = pivot == 0 ? .nan : sum / pivot
      }
    }
    return result
  }

  /// The places from 1 in ascending order of the values; equal ones as they stand, NaN last.
  private static func argsort(_ values: [Double]) -> [Double] {
    let places = values.indices.sorted { a, b in
      let (x, y) = (values[a], values[b])
      if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? a < b : y.isNaN }
      return x == y ? a < b : x < y
    }
    return places.map { Double($0 + 1) }
  }

  private static func cholesky(_ matrix: [Double], _ rows: Int) -> [Double] {
    var factor = [Double](repeating: 0, count: rows * rows)
    for row in 0..<rows {
      for column in 0...row {
        var sum = matrix[row * rows + column]
        for inner in 0..<column { sum -= factor[row * rows + inner] * factor[column * rows + inner] }
        if row == column {
          factor[row * rows + row] = sum > 0 ? sum.squareRoot() : .nan
        } else {
          factor[row * rows + column] = sum / factor[column * rows + column]
        }
      }
    }
    return factor
  }
}
