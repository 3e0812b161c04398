import EnergyIR

/// Shortest text of a number, whole ones without a point.
func shortest(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
}

extension TensorData {
  /// `row 3, column 2`, counted from 1.
  func place(of position: Int) -> String {
    var rest = position
    var indices: [Int] = []
    for extent in shape.reversed() {
      indices.append(rest % max(extent, 1) + 1)
      rest /= max(extent, 1)
    }
    indices.reverse()
    switch indices.count {
    case 0: return "its only entry"
    case 1: return "entry \(indices[0])"
    case 2: return "row \(indices[0]), column \(indices[1])"
    default: return "entry [\(indices.map(String.init).joined(separator: ", "))]"
    }
  }
}

extension TensorData {
  /// How far from 1 the total of a simplex, or the norm of a unit vector, may be.
  fileprivate var unitTolerance: Double { isSingle ? 1e-6 : 1e-8 }
}

extension Symbol.Refinement {
  /// As the language writes it.
  public var word: String {
    switch self {
    case .symmetric: "symmetric"
    case .positiveDefinite: "positive definite"
    case .diagonal: "diagonal"
    case .lower: "lower triangular"
    case .simplex: "a simplex"
    case .ordered: "ordered"
    case .unitVector: "a unit vector"
    case .positive: "positive"
    case .integer: "whole"
    case .interval(let low, let high): "between \(shortest(low)) and \(shortest(high))"
    }
  }

  /// What breaks the refinement in these values, naming the entry; `nil` where it holds.
  ///
  /// Matrices are symmetric to 1e-10 of their largest entry (1e-4 in single precision), simplices and unit vectors sum
  /// up to 1e-8 (1e-6).
  public func violation(in data: TensorData) -> String? {
    let values = data.values
    func first(_ isWrong: (Int, Double) -> Bool) -> String? {
      values.indices.first { isWrong($0, values[$0]) }.map { "\(data.place(of: $0)) is \(shortest(values[$0]))" }
    }
    switch self {
    case .positive: return first { !($1 > 0) }
    case .integer: return first { $1 != $1.rounded() || abs($1) >= 0x1p53 }
    case .interval(let low, let high): return first { !($1 >= low && $1 <= high) }
    case .ordered: return first { $0 > 0 && !(values[$0 - 1] <= $1) }
    case .unitVector:
      let sum = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return abs(sum - 1) <= data.unitTolerance ? nil : "its norm is \(shortest(sum))"
    case .simplex:
      if let negative = first({ !($1 >= 0) }) { return negative }
      let sum = values.reduce(0, +)
      return abs(sum - 1) <= data.unitTolerance ? nil : "its entries add up to \(shortest(sum))"
    case .symmetric: return asymmetry(data)
    case .diagonal: return offside(data) { $0 != $1 }
    case .lower: return offside(data) { $0 < $1 }
    case .positiveDefinite: return asymmetry(data) ?? indefiniteness(data)
    }
  }

  private func order(_ data: TensorData) -> Int? {
    data.shape.count == 2 && data.shape[0] == data.shape[1] ? data.shape[0] : nil
  }

  private func asymmetry(_ data: TensorData) -> String? {
    guard let n = order(data) else { return "it isn't square" }
    let allowed = (data.isSingle ? 1e-4 : 1e-10) * data.values.reduce(0) { max($0, abs($1)) }
    for row in 0..<n {
      for column in 0..<row {
        let (a, b) = (data.values[row * n + column], data.values[column * n + row])
        if !(abs(a - b) <= allowed) {
          return
            "row \(row + 1), column \(column + 1) is \(shortest(a)), and row \(column + 1), column \(row + 1) is \(shortest(b))"
        }
      }
    }
    return nil
  }

  private func offside(_ data: TensorData, _ mustVanish: (Int, Int) -> Bool) -> String? {
    guard let n = order(data) else { return "it isn't square" }
    for row in 0..<n {
      for column in 0..<n where mustVanish(row, column) && data.values[row * n + column] != 0 {
        return "row \(row + 1), column \(column + 1) is \(shortest(data.values[row * n + column])), not 0"
      }
    }
    return nil
  }

  /// Cholesky's pivots must be positive (Golub and Van Loan, Matrix Computations, 4th ed., section 4.2).
  private func indefiniteness(_ data: TensorData) -> String? {
    guard let n = order(data) else { return "it isn't square" }
    var lower = data.values
    for column in 0..<n {
      var pivot = lower[column * n + column]
      for k in 0..<column { pivot -= lower[column * n + k] * lower[column * n + k] }
      guard pivot > 0 else { return "its leading \(column + 1) by \(column + 1) part isn't positive definite" }
      let root = pivot.squareRoot()
      lower[column * n + column] = root
      for row in (column + 1)..<max(n, column + 1) {
        var sum = lower[row * n + column]
        for k in 0..<column { sum -= lower[row * n + k] * lower[column * n + k] }
        lower[row * n + column] = sum / root
      }
    }
    return nil
  }
}
