import EnergyIR

/// Substitution with a triangle for many right sides at once: the sums of each run in the order of the rows, however
/// many there are.
private struct Substitution<Scalar: LapackScalar> {
  let n: Int
  /// The numbers in a row of the right sides, the lanes innermost.
  let columns: Int
  let lanes: Int
  /// The row-major matrix, each entry once or once a lane.
  let matrix: UnsafePointer<Scalar>
  let isShared: Bool
  let right: UnsafeMutablePointer<Scalar>

  /// Solves T x = b in place, for the lower triangle T from the first row on, or for the upper one from the last; with
  /// `transposed` the triangle is that of the transpose.
  func run(isLower: Bool, transposed: Bool = false, hasUnitDiagonal: Bool = false) {
    // A shared matrix has one factor for all columns and lanes.
    let (columns, lanes) = isShared ? (1, columns * lanes) : (columns, lanes)
    let width = columns * lanes
    let factorStep = isShared ? 0 : 1
    for step in 0..<n {
      let row = isLower ? step : n - 1 - step
      for inner in isLower ? 0..<row : row + 1..<n {
        let factors = matrix + (transposed ? inner * n + row : row * n + inner) * (isShared ? 1 : lanes)
        for column in 0..<columns {
          let target = right + row * width + column * lanes
          let known = right + inner * width + column * lanes
          for lane in 0..<lanes { target[lane] -= factors[lane * factorStep] * known[lane] }
        }
      }
      if hasUnitDiagonal { continue }
      let pivots = matrix + (row * n + row) * (isShared ? 1 : lanes)
      for column in 0..<columns {
        let target = right + row * width + column * lanes
        for lane in 0..<lanes { target[lane] /= pivots[lane * factorStep] }
      }
    }
  }
}

extension TileMachine {
  /// Triangular systems, all lanes at once.
  func substitute<Scalar: LapackScalar>(_ linear: PlanLinear, _ type: Scalar.Type) throws(EvaluationError) {
    let n = linear.inputs[0].rows
    let isShared = !linear.inputs[0].place.isVarying
    let columns = linear.inputs[1].columns
    let lanes = linear.output.place.isVarying ? plan.part.lanes : 1
    let (matrix, output) = (pointer(linear.inputs[0].place, type), pointer(linear.output.place, type))
    copyRightSides(linear, type)
    Substitution(
      n: n, columns: columns, lanes: lanes, matrix: matrix, isShared: isShared, right: output
    ).run(isLower: linear.operation == .solveLower, transposed: linear.operation == .solveLowerTransposed)
    try requireRegular(linear, type) { lane in
      (0..<n).allSatisfy { matrix[isShared ? $0 * n + $0 : ($0 * n + $0) * lanes + lane] != 0 }
    }
  }

  /// A system whose matrix all lanes share: factored once a tile.
  func solveShared<Scalar: LapackScalar>(_ linear: PlanLinear, _ type: Scalar.Type) throws(EvaluationError) {
    let n = linear.inputs[0].rows
    let columns = linear.inputs[1].columns
    let lanes = plan.part.lanes
    let output = pointer(linear.output.place, type)
    var factors = Array(UnsafeBufferPointer(start: pointer(linear.inputs[0].place, type), count: n * n))
    var swaps = [Int32](repeating: 0, count: n)
    guard n == 0 || Scalar.factor(Int32(n), &factors, &swaps) == 0 else {
      throw .singularMatrix(buffer: linear.buffer)
    }
    copyRightSides(linear, type)
    factors.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      // LAPACK has factored the transpose: Aᵀ = P L U, so A = Uᵀ Lᵀ Pᵀ.
      let system = Substitution(
        n: n, columns: columns, lanes: lanes, matrix: base, isShared: true, right: output)
      system.run(isLower: true)
      system.run(isLower: false, hasUnitDiagonal: true)
    }
    let width = columns * lanes
    for row in (0..<n).reversed() {
      let other = Int(swaps[row]) - 1
      if other == row { continue }
      for place in 0..<width {
        (output[row * width + place], output[other * width + place]) =
          (output[other * width + place], output[row * width + place])
      }
    }
  }

  /// The right sides where the result will lie, once a lane if that varies.
  private func copyRightSides<Scalar: LapackScalar>(_ linear: PlanLinear, _ type: Scalar.Type) {
    let (right, output) = (pointer(linear.inputs[1].place, type), pointer(linear.output.place, type))
    let count = linear.output.rows * linear.output.columns
    let lanes = linear.output.place.isVarying ? plan.part.lanes : 1
    if linear.inputs[1].place.isVarying || lanes == 1 {
      output.update(from: right, count: count * lanes)
    } else {
      for entry in 0..<count { (output + entry * lanes).update(repeating: right[entry], count: lanes) }
    }
  }

  /// The entries of a diagonal, none of which may be 0.
  func checkPivots<Scalar: LapackScalar>(_ linear: PlanLinear, _ type: Scalar.Type) throws(EvaluationError) {
    let n = linear.inputs[0].rows
    let lanes = linear.output.place.isVarying ? plan.part.lanes : 1
    let (input, output) = (pointer(linear.inputs[0].place, type), pointer(linear.output.place, type))
    let isShared = !linear.inputs[0].place.isVarying
    for entry in 0..<n {
      for lane in 0..<lanes { output[entry * lanes + lane] = input[isShared ? entry : entry * lanes + lane] }
    }
    try requireRegular(linear, type) { lane in
      (0..<n).allSatisfy { input[isShared ? $0 : $0 * lanes + lane] != 0 }
    }
  }

  /// NaN where a sample's matrix is singular; an error where it is the same for all.
  private func requireRegular<Scalar: LapackScalar>(
    _ linear: PlanLinear, _ type: Scalar.Type, _ isRegular: (_ lane: Int) -> Bool
  ) throws(EvaluationError) {
    if !linear.inputs[0].place.isVarying {
      if !isRegular(0) { throw .singularMatrix(buffer: linear.buffer) }
      return
    }
    let lanes = plan.part.lanes
    let output = pointer(linear.output.place, type)
    for lane in 0..<lanes where !isRegular(lane) {
      for entry in 0..<linear.output.rows * linear.output.columns { output[entry * lanes + lane] = .nan }
    }
  }

  /// Positions from 1 in ascending order, a lane at a time; equal entries as they stand, NaN last.
  func sort<Scalar: LapackScalar>(_ linear: PlanLinear, _ type: Scalar.Type) {
    let n = linear.inputs[0].rows
    let (input, output) = (pointer(linear.inputs[0].place, type), pointer(linear.output.place, type))
    let lanes = linear.output.place.isVarying ? plan.part.lanes : 1
    let isShared = !linear.inputs[0].place.isVarying
    var keys = [(value: Scalar, place: Int)](repeating: (0, 0), count: n)
    for lane in 0..<lanes {
      for place in 0..<n { keys[place] = (input[isShared ? place : place * lanes + lane], place) }
      keys.sort { a, b in
        if a.value.isNaN || b.value.isNaN {
          return a.value.isNaN == b.value.isNaN ? a.place < b.place : b.value.isNaN
        }
        return a.value == b.value ? a.place < b.place : a.value < b.value
      }
      for (rank, key) in keys.enumerated() { output[rank * lanes + lane] = Scalar(key.place + 1) }
    }
  }
}
