import COpenBLAS
import EnergyIR
import Foundation

/// The LAPACK routines of one precision. A row-major matrix is its transpose to LAPACK, which counts along columns.
protocol LapackScalar: BinaryFloatingPoint {
  static func logarithm(_ x: Self) -> Self
  /// LU factors of an n×n matrix in place; 0 where it is regular.
  static func factor(_ n: Int32, _ a: UnsafeMutablePointer<Self>, _ pivots: UnsafeMutablePointer<Int32>) -> Int32
  /// Solves (aᵀ) x = b for the factors of the matrix that LAPACK sees.
  static func solve(
    _ n: Int32, _ a: UnsafeMutablePointer<Self>, _ pivots: UnsafeMutablePointer<Int32>, _ columns: Int32,
    _ b: UnsafeMutablePointer<Self>)
  /// The lower Cholesky factor in row-major order, in place; 0 where the matrix is positive definite.
  static func cholesky(_ n: Int32, _ a: UnsafeMutablePointer<Self>) -> Int32
}

extension Double: LapackScalar {
  static func logarithm(_ x: Double) -> Double { log(x) }

  static func factor(_ n: Int32, _ a: UnsafeMutablePointer<Double>, _ pivots: UnsafeMutablePointer<Int32>) -> Int32 {
    var (n, info) = (n, Int32(0))
    dgetrf_(&n, &n, a, &n, pivots, &info)
    return info
  }

  static func solve(
    _ n: Int32, _ a: UnsafeMutablePointer<Double>, _ pivots: UnsafeMutablePointer<Int32>, _ columns: Int32,
    _ b: UnsafeMutablePointer<Double>
  ) {
    var (n, columns, info) = (n, columns, Int32(0))
    dgetrs_("T", &n, &columns, a, &n, pivots, b, &n, &info)
  }

  static func cholesky(_ n: Int32, _ a: UnsafeMutablePointer<Double>) -> Int32 {
    var (n, info) = (n, Int32(0))
    dpotrf_("U", &n, a, &n, &info)
    return info
  }
}

extension Float: LapackScalar {
  static func logarithm(_ x: Float) -> Float { log(x) }

  static func factor(_ n: Int32, _ a: UnsafeMutablePointer<Float>, _ pivots: UnsafeMutablePointer<Int32>) -> Int32 {
    var (n, info) = (n, Int32(0))
    sgetrf_(&n, &n, a, &n, pivots, &info)
    return info
  }

  static func solve(
    _ n: Int32, _ a: UnsafeMutablePointer<Float>, _ pivots: UnsafeMutablePointer<Int32>, _ columns: Int32,
    _ b: UnsafeMutablePointer<Float>
  ) {
    var (n, columns, info) = (n, columns, Int32(0))
    sgetrs_("T", &n, &columns, a, &n, pivots, b, &n, &info)
  }

  static func cholesky(_ n: Int32, _ a: UnsafeMutablePointer<Float>) -> Int32 {
    var (n, info) = (n, Int32(0))
    spotrf_("U", &n, a, &n, &info)
    return info
  }
}

/// One operation on dense row-major matrices, with its work space.
struct MatrixWorkspace<Scalar: LapackScalar> {
  let operation: LinearAlgebra
  let n: Int
  let columns: Int
  /// The matrix; LAPACK overwrites it.
  var matrix: [Scalar]
  /// Right-hand sides, one behind the other.
  var rightSides: [Scalar]
  private var pivots: [Int32]

  init(_ operation: LinearAlgebra, n: Int, columns: Int) {
    self.operation = operation
    self.n = n
    self.columns = columns
    matrix = [Scalar](repeating: 0, count: n * n)
    rightSides = [Scalar](repeating: 0, count: n * columns)
    pivots = [Int32](repeating: 0, count: n)
  }

  /// Hands every entry of the result to `write`. Returns false where the matrix is singular, or not positive definite,
  /// and writes nothing then.
  mutating func run(_ write: (_ entry: Int, Scalar) -> Void) -> Bool {
    if operation == .isPositiveDefinite {
      // LAPACK may pass over a NaN.
      let isNumber = matrix.allSatisfy { !$0.isNaN }
      write(0, isNumber && (n == 0 || Scalar.cholesky(Int32(n), &matrix) == 0) ? 1 : 0)
      return true
    }
    if operation == .cholesky {
      guard Scalar.cholesky(Int32(n), &matrix) == 0 else { return false }
      for row in 0..<n {
        for column in 0..<n { write(row * n + column, column <= row ? matrix[row * n + column] : 0) }
      }
      return true
    }
    let isSingular = n > 0 && Scalar.factor(Int32(n), &matrix, &pivots) != 0
    switch operation {
    case .det:
      var product: Scalar = 1
      for row in 0..<n { product *= pivots[row] == Int32(row + 1) ? matrix[row * n + row] : -matrix[row * n + row] }
      write(0, product)
    case .logdet:
      if isSingular { return false }
      var sum: Scalar = 0
      for row in 0..<n { sum += Scalar.logarithm(abs(matrix[row * n + row])) }
      write(0, sum)
    case .inv, .solve:
      if isSingular { return false }
      if operation == .inv {
        for index in rightSides.indices { rightSides[index] = index / n == index % n ? 1 : 0 }
      }
      if n > 0, columns > 0 { Scalar.solve(Int32(n), &matrix, &pivots, Int32(columns), &rightSides) }
      writeRightSides(write)
    case .cholesky, .solveLower, .solveLowerTransposed, .argsort, .pivots, .isPositiveDefinite: break
    }
    return true
  }

  private func writeRightSides(_ write: (_ entry: Int, Scalar) -> Void) {
    for column in 0..<columns {
      for row in 0..<n { write(row * columns + column, rightSides[column * n + row]) }
    }
  }
}

extension TileMachine {
  /// Linear algebra on shared matrices, or a lane at a time.
  func callLinear(_ linear: PlanLinear) throws(EvaluationError) {
    switch plan.precision {
    case .f64: try callLinear(linear, Double.self)
    case .f32: try callLinear(linear, Float.self)
    }
  }

  private func callLinear<Scalar: LapackScalar>(
    _ linear: PlanLinear, _ type: Scalar.Type
  ) throws(EvaluationError) {
    let isShared = !linear.inputs[0].place.isVarying && linear.output.place.isVarying
    switch linear.operation {
    case .argsort: return sort(linear, type)
    case .pivots: return try checkPivots(linear, type)
    case .solveLower, .solveLowerTransposed: return try substitute(linear, type)
    case .solve where isShared: return try solveShared(linear, type)
    default: break
    }
    let n = linear.inputs[0].rows
    let columns = linear.operation == .inv ? n : linear.inputs.count > 1 ? linear.inputs[1].columns : 0
    var space = MatrixWorkspace<Scalar>(linear.operation, n: n, columns: columns)
    let outputPlace = linear.output.place
    let lanes = outputPlace.isVarying ? plan.part.lanes : 1
    let outputCount = linear.output.rows * linear.output.columns
    let output = pointer(outputPlace, type)
    for lane in 0..<lanes {
      let (matrix, step) = (pointer(linear.inputs[0].place, type), linear.inputs[0].place.isVarying ? lanes : 1)
      let offset = step == 1 ? 0 : lane
      for entry in 0..<(n * n) { space.matrix[entry] = matrix[entry * step + offset] }
      if linear.inputs.count > 1 {
        let (right, step) = (pointer(linear.inputs[1].place, type), linear.inputs[1].place.isVarying ? lanes : 1)
        let offset = step == 1 ? 0 : lane
        for row in 0..<n {
          for column in 0..<columns {
            space.rightSides[column * n + row] = right[(row * columns + column) * step + offset]
          }
        }
      }
      if !space.run({ output[$0 * lanes + lane] = $1 }) {
        if !outputPlace.isVarying { throw .singularMatrix(buffer: linear.buffer) }
        for entry in 0..<outputCount { output[entry * lanes + lane] = .nan }
      }
    }
  }

  func pointer<Scalar>(_ place: Place, _ type: Scalar.Type) -> UnsafeMutablePointer<Scalar> {
    (plan.bases.base(place.space) + place.offset * plan.precision.size).assumingMemoryBound(to: type)
  }
}
