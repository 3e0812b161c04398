import CEnergyKernels
import COpenBLAS

extension TileMachine {
  private var precision: Precision { plan.precision }

  func product(_ operation: UnsafeMutablePointer<RuntimeOperation>) {
    let product = plan.part.products[operation.pointee.detail]
    guard let out = address(operation.pointee.out), let matrix = address(operation.pointee.a),
      let vector = address(operation.pointee.b)
    else { return }
    if plan.part.lanes == 1 {
      sharedProduct(product, out, matrix, vector)
    } else {
      ek_product(level.rawValue, precision.kernelType)(
        out, matrix, product.rowStride, product.columnStride, vector, product.m, product.k, product.columns,
        product.accumulating ? 1 : 0)
    }
  }

  /// A product of two matrices without lanes goes to the library.
  private func sharedProduct(
    _ product: PlanProduct, _ out: UnsafeMutableRawPointer, _ matrix: UnsafeMutableRawPointer,
    _ vector: UnsafeMutableRawPointer
  ) {
    if product.k == 0 {
      if !product.accumulating {
        out.initializeMemory(as: UInt8.self, repeating: 0, count: product.m * product.columns * precision.size)
      }
      return
    }
    let transpose = product.rowStride == 1 && product.columnStride != 1 ? CblasTrans : CblasNoTrans
    let leading = Int32(max(product.rowStride, product.columnStride))
    let (m, n, k) = (Int32(product.m), Int32(product.columns), Int32(product.k))
    switch precision {
    case .f64:
      cblas_dgemm(
        CblasRowMajor, transpose, CblasNoTrans, m, n, k, 1, matrix.assumingMemoryBound(to: Double.self), leading,
        vector.assumingMemoryBound(to: Double.self), n, product.accumulating ? 1 : 0,
        out.assumingMemoryBound(to: Double.self), n)
    case .f32:
      cblas_sgemm(
        CblasRowMajor, transpose, CblasNoTrans, m, n, k, 1, matrix.assumingMemoryBound(to: Float.self), leading,
        vector.assumingMemoryBound(to: Float.self), n, product.accumulating ? 1 : 0,
        out.assumingMemoryBound(to: Float.self), n)
    }
  }

  /// Numbers that count with the loop.
  func count(_ operation: UnsafeMutablePointer<RuntimeOperation>, rows: Int) {
    let entry = plan.counts.start[operation.pointee.detail]
    let start = value(ofForm: entry.form)
    guard let out = address(operation.pointee.out) else { return }
    switch precision {
    case .f64:
      let numbers = out.assumingMemoryBound(to: Double.self)
      for row in 0..<rows { numbers[row] = Double(start &+ row &* entry.step) }
    case .f32:
      let numbers = out.assumingMemoryBound(to: Float.self)
      for row in 0..<rows { numbers[row] = Float(start &+ row &* entry.step) }
    }
  }

  // MARK: Indices read from data

  func moveIndexed(
    _ operation: UnsafeMutablePointer<RuntimeOperation>, rows: Int
  ) throws(EvaluationError) {
    let gather = plan.gathers.start + operation.pointee.detail
    let indices = gather.pointee.indices
    for index in 0..<gather.pointee.count {
      indices[index].values = UnsafeRawPointer(
        address(plan.indexReferences.start[gather.pointee.firstReference + index]))
    }
    let out = address(operation.pointee.out)
    let a = address(operation.pointee.a)
    let failed =
      operation.pointee.code == .gather
      ? gatherFunction(
        out, a, gather.pointee.baseRow, gather.pointee.baseLane, indices, gather.pointee.count, rows,
        gather.pointee.lanes)
      : scatterFunction(
        gather.pointee.how, out, gather.pointee.baseRow, gather.pointee.baseLane, indices, gather.pointee.count, a,
        gather.pointee.valueRow, gather.pointee.valueLane, rows, gather.pointee.lanes)
    if failed >= 0 { throw outOfRange(operation.pointee.detail, at: failed) }
  }

  private func outOfRange(_ gatherNumber: Int, at position: Int) -> EvaluationError {
    let gather = plan.part.gathers[gatherNumber]
    let indices = UnsafeBufferPointer(start: plan.gathers.start[gatherNumber].indices, count: gather.indices.count)
    let row = position / gather.lanes
    let lane = position % gather.lanes
    for index in indices {
      let value = number(index.values, row * index.row_stride + lane * index.lane_stride)
      if !(value >= 0 && value < Double(index.extent)) {
        return .indexOutOfRange(
          buffer: gather.buffer, index: value, extent: index.extent,
          row: index.lane_stride == 0 ? nil : lane)
      }
    }
    return .malformed("a gather failed without cause")
  }

  private func number(_ pointer: UnsafeRawPointer?, _ position: Int) -> Double {
    guard let pointer else { return .nan }
    return precision == .f64
      ? pointer.assumingMemoryBound(to: Double.self)[position]
      : Double(pointer.assumingMemoryBound(to: Float.self)[position])
  }

  // MARK: Functions without a kernel

  func callScalar(_ operation: UnsafeMutablePointer<RuntimeOperation>, rows: Int) {
    let planned = plan.part.operations[index(of: operation)]
    let function = plan.part.scalars[operation.pointee.detail]
    let strides = operation.pointee.strides.pointee
    guard let out = address(operation.pointee.out), let a = address(operation.pointee.a) else { return }
    let b = address(operation.pointee.b) ?? a
    let c = address(operation.pointee.c) ?? a
    let steps = (
      planned.a?.isVarying == true ? 1 : 0, planned.b?.isVarying == true ? 1 : 0,
      planned.c?.isVarying == true ? 1 : 0
    )
    switch precision {
    case .f64:
      let (x, y, z) = (
        a.assumingMemoryBound(to: Double.self), b.assumingMemoryBound(to: Double.self),
        c.assumingMemoryBound(to: Double.self)
      )
      let result = out.assumingMemoryBound(to: Double.self)
      for row in 0..<rows {
        for lane in 0..<strides.lanes {
          result[row * strides.out + lane] = function(
            x[row * strides.a + lane * steps.0], y[row * strides.b + lane * steps.1],
            z[row * strides.c + lane * steps.2])
        }
      }
    case .f32:
      let (x, y, z) = (
        a.assumingMemoryBound(to: Float.self), b.assumingMemoryBound(to: Float.self),
        c.assumingMemoryBound(to: Float.self)
      )
      let result = out.assumingMemoryBound(to: Float.self)
      for row in 0..<rows {
        for lane in 0..<strides.lanes {
          result[row * strides.out + lane] = function(
            x[row * strides.a + lane * steps.0], y[row * strides.b + lane * steps.1],
            z[row * strides.c + lane * steps.2])
        }
      }
    }
  }
}
