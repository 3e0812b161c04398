import EnergyIR
import EnergySemantics

extension TensorData {
  /// A matrix with (A + Aᵀ)/2 in place of A, where |A − Aᵀ| ≤ 1e-10·max|A| (1e-4 in single precision); else `self`.
  func symmetrised() -> TensorData {
    guard shape.count == 2, shape[0] == shape[1] else { return self }
    let n = shape[0]
    let allowed = (isSingle ? 1e-4 : 1e-10) * values.reduce(0) { max($0, abs($1)) }
    var result = values
    for row in 0..<n {
      for column in 0..<row {
        let (a, b) = (values[row * n + column], values[column * n + row])
        // Written so that NaN isn't symmetric.
        guard abs(a - b) <= allowed else { return self }
        let middle = a == b ? a : 0.5 * (a + b)
        result[row * n + column] = middle
        result[column * n + row] = middle
      }
    }
    return TensorData(shape: shape, values: result, type: type)
  }
}
