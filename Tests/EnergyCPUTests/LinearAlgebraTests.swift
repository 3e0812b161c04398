import EnergyIR
import EnergyLowering
import Foundation
import Testing

@testable import EnergyCPU

/// Linear algebra through LAPACK: results are put back into the equations that they solve.
@Suite struct LinearAlgebraTests {
  let n = 4

  /// A program that applies an operation to A (and b), with lanes or without.
  private func program(
    _ operation: LinearAlgebra, isVarying: Bool, columns: Int?
  ) -> (program: LoopProgram, a: BufferID, b: BufferID, result: BufferID) {
    var builder = ProgramBuilder()
    let size = Size(n)
    let x = builder.buffer("x", [], kind: .input)
    let a = builder.buffer("A", [size, size], isVarying: isVarying, kind: .input)
    let right = builder.buffer("b", columns.map { [size, Size($0)] } ?? [size], isVarying: isVarying, kind: .input)
    let shape: [Size] =
      switch operation {
      case .inv, .cholesky: [size, size]
      case .solve, .solveLower, .solveLowerTransposed: columns.map { [size, Size($0)] } ?? [size]
      case .argsort, .pivots: [size]
      case .logdet, .det, .isPositiveDefinite: []
      }
    let local = builder.buffer("local", shape, isVarying: isVarying)
    let result = builder.buffer("result", shape, kind: .output)
    builder.writesPrologue = !isVarying
    builder.add(
      .call(
        .linearAlgebra(operation, output: local, inputs: operation.hasRightSide ? [a, right] : [a]), node: NodeID(0)))
    builder.writesPrologue = false
    func copy(_ builder: inout ProgramBuilder, _ positions: [Access.Position]) {
      var positions = positions
      if positions.count < shape.count {
        builder.loop(shape[positions.count]) { builder, i in
          positions.append(at(i))
          copy(&builder, positions)
        }
      } else {
        // The sample is 0: it only makes the result differ from lane to lane.
        let zero = builder.load(x)
        let value = builder.load(Access(local, positions))
        let sum = builder.compute(.add, value, zero)
        builder.add(.store(Access(result, positions), sum))
      }
    }
    copy(&builder, [])
    return (builder.program, a, right, result)
  }

  private func matrices(_ count: Int, _ numbers: inout TestNumbers) -> [[Double]] {
    (0..<count).map { _ in
      // B Bᵀ + 1, positive definite.
      let b = numbers.reals(n * n)
      return (0..<n * n).map { entry in
        let (i, j) = (entry / n, entry % n)
        return (0..<n).reduce(i == j ? 1 : 0) { $0 + b[i * n + $1] * b[j * n + $1] }
      }
    }
  }

  private func residual(_ operation: LinearAlgebra, _ a: [Double], _ b: [Double], _ result: [Double]) -> Double {
    func product(_ x: [Double], _ y: [Double], columns: Int, transposed: Bool = false) -> [Double] {
      (0..<n * columns).map { entry in
        let (i, j) = (entry / columns, entry % columns)
        return (0..<n).reduce(0) { $0 + x[i * n + $1] * (transposed ? y[j * n + $1] : y[$1 * columns + j]) }
      }
    }
    func distance(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).map { abs($0 - $1) }.max() ?? 0 }
    let identity = (0..<n * n).map { $0 / n == $0 % n ? 1.0 : 0 }
    switch operation {
    case .inv: return distance(product(a, result, columns: n), identity)
    case .solve: return distance(product(a, result, columns: result.count / n), b)
    case .solveLower, .solveLowerTransposed:
      // The entries above the diagonal mustn't be read.
      let triangle = (0..<n * n).map { entry -> Double in
        let (i, j) = operation == .solveLower ? (entry / n, entry % n) : (entry % n, entry / n)
        return j <= i ? a[i * n + j] : 0
      }
      return distance(product(triangle, result, columns: result.count / n), b)
    case .argsort, .pivots: return .infinity
    case .cholesky:
      let upper = result.enumerated().filter { $0.offset % n > $0.offset / n }.map { abs($0.element) }.max() ?? 0
      return max(upper, distance(product(result, result, columns: n, transposed: true), a))
    case .isPositiveDefinite: return result == [1] ? 0 : 1
    case .det, .logdet:
      var (rows, determinant) = (a, 1.0)
      for k in 0..<n {
        determinant *= rows[k * n + k]
        for i in (k + 1)..<max(n, k + 1) {
          let factor = rows[i * n + k] / rows[k * n + k]
          for j in k..<n { rows[i * n + j] -= factor * rows[k * n + j] }
        }
      }
      return abs(result[0] - (operation == .det ? determinant : log(determinant))) / max(1, abs(determinant))
    }
  }

  @Test(
    arguments: [
      LinearAlgebra.inv, .solve, .solveLower, .solveLowerTransposed, .cholesky, .logdet, .det, .isPositiveDefinite,
    ], [true, false])
  func solvesItsEquation(operation: LinearAlgebra, isVarying: Bool) throws {
    for columns in [nil, 3] {
      for precision in Precision.allCases {
        let (program, a, b, result) = program(operation, isVarying: isVarying, columns: columns)
        let rows = isVarying ? 20 : 1
        var numbers = TestNumbers(51)
        let matrices = matrices(rows, &numbers)
        let rightCount = n * (columns ?? 1)
        let right = (0..<rows).map { _ in numbers.reals(rightCount) }
        let zeros = [Double](repeating: 0, count: rows)
        let values: [BufferID: [Double]] = [a: matrices.flatMap { $0 }, b: right.flatMap { $0 }]
        let found = try evaluate(
          program, samples: isVarying ? values.merging([BufferID(0): zeros]) { x, _ in x } : [BufferID(0): zeros],
          rows: rows, uniforms: isVarying ? [:] : values, results: [result], precision: precision)[0]
        let count = found.count / rows
        for row in 0..<rows {
          let part = Array(found[(row * count)..<((row + 1) * count)])
          let error = residual(operation, matrices[row], right[row], part)
          #expect(error <= (precision == .f64 ? 1e-12 : 2e-4), "\(operation), row \(row), \(precision)")
        }
      }
    }
  }

  @Test(arguments: [true, false]) func anIndefiniteMatrixIsNoError(isVarying: Bool) throws {
    // All leading parts but the last are positive definite; LAPACK passes over a NaN.
    var indefinite = (0..<n * n).map { $0 / n == $0 % n ? 1.0 : 0 }
    indefinite[n * n - 1] = -1e-3
    for matrix in [indefinite, indefinite.map { $0 == 0 ? .nan : $0 }, [Double](repeating: 1, count: n * n)] {
      let (program, a, b, result) = program(.isPositiveDefinite, isVarying: isVarying, columns: nil)
      let values: [BufferID: [Double]] = [a: matrix, b: [1, 2, 3, 4]]
      let samples = isVarying ? values.merging([BufferID(0): [0]]) { x, _ in x } : [BufferID(0): [0]]
      let found = try evaluate(
        program, samples: samples, rows: 1, uniforms: isVarying ? [:] : values, results: [result])[0]
      #expect(found == [0])
    }
  }

  @Test(arguments: [true, false], Precision.allCases)
  func sortsStablyWithNaNLast(isVarying: Bool, precision: Precision) throws {
    var builder = ProgramBuilder()
    let x = builder.buffer("x", [], kind: .input)
    let list = builder.buffer("v", [5], isVarying: isVarying, kind: .input)
    let places = builder.buffer("places", [5], isVarying: isVarying)
    let result = builder.buffer("result", [5], kind: .output)
    builder.writesPrologue = !isVarying
    builder.add(.call(.linearAlgebra(.argsort, output: places, inputs: [list]), node: NodeID(0)))
    builder.writesPrologue = false
    builder.loop(5) { builder, i in
      let zero = builder.load(x)
      let place = builder.load(Access(places, [at(i)]))
      let sum = builder.compute(.add, place, zero)
      builder.add(.store(Access(result, [at(i)]), sum))
    }
    let lists: [[Double]] = [[2, .nan, -1, 2, -.infinity], [0, -0.0, 0, 1, -1], [5, 4, 3, 2, 1]]
    let wanted: [[Double]] = [[5, 3, 1, 4, 2], [5, 1, 2, 3, 4], [5, 4, 3, 2, 1]]
    let rows = isVarying ? lists.count : 1
    let values = [list: lists.prefix(rows).flatMap { $0 }]
    let samples = [BufferID(0): [Double](repeating: 0, count: rows)]
    let found = try evaluate(
      builder.program, samples: isVarying ? samples.merging(values) { x, _ in x } : samples, rows: rows,
      uniforms: isVarying ? [:] : values, results: [result], precision: precision)[0]
    #expect(found == wanted.prefix(rows).flatMap { $0 })
  }

  @Test func aSingularSharedMatrixIsAnErrorAndASingularSampleNaN() throws {
    let singular = [Double](repeating: 1, count: n * n)
    let (shared, a, b, result) = program(.inv, isVarying: false, columns: nil)
    #expect(throws: EvaluationError.singularMatrix(buffer: "A")) {
      try evaluate(
        shared, samples: [BufferID(0): [0]], rows: 1, uniforms: [a: singular, b: [1, 2, 3, 4]], results: [result])
    }
    let (varying, c, d, output) = program(.solve, isVarying: true, columns: nil)
    let identity = (0..<n * n).map { $0 / n == $0 % n ? 1.0 : 0 }
    let values = try evaluate(
      varying, samples: [BufferID(0): [0, 0], c: singular + identity, d: [1, 2, 3, 4, 5, 6, 7, 8]], rows: 2,
      results: [output])[0]
    #expect(values[..<4].filter(\.isNaN).count == 4)
    #expect(Array(values[4...]) == [5, 6, 7, 8])
  }
}
