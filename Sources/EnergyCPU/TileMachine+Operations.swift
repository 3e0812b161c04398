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
    let gather = plan.part.gathers[operation.pointee.detail]
    let references = plan.gatherIndices[operation.pointee.detail]
    let planned = plan.part.operations[index(of: operation)]
    var indices: [ek_index] = []
    for (index, reference) in zip(gather.indices, references) {
      indices.append(
        ek_index(
          values: address(reference), row_stride: index.place.rowStride, lane_stride: index.place.isVarying ? 1 : 0,
          extent: index.extent, stride: index.stride))
    }
    let type = precision.kernelType
    let failed: Int
    if operation.pointee.code == .gather, let base = planned.a, let out = address(operation.pointee.out) {
      failed = ek_gather(level.rawValue, type)(
        out, address(operation.pointee.a), base.rowStride, base.isVarying ? 1 : 0, indices, indices.count, rows,
        gather.lanes)
    } else if let base = planned.out, let value = planned.a {
      failed = ek_scatter(level.rawValue, type)(
        gather.how, address(operation.pointee.out), base.rowStride, base.isVarying ? 1 : 0, indices, indices.count,
        address(operation.pointee.a), value.rowStride, value.isVarying ? 1 : 0, rows, gather.lanes)
    } else {
      failed = -1
    }
    if failed >= 0 { throw outOfRange(gather, indices, at: failed) }
  }

  private func outOfRange(_ gather: PlanGather, _ indices: [ek_index], at position: Int) -> EvaluationError {
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
