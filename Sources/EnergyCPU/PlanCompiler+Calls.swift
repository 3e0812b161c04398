import EnergyIR
import EnergyLowering

extension PlanCompiler {
  func compile(_ call: LibraryCall) throws(EvaluationError) {
    switch call {
    case .matrixProduct(let output, let matrix, let transposed, let vector, let accumulating):
      let out = layout.buffers[output.index]
      let left = layout.buffers[matrix.index]
      let right = layout.buffers[vector.index]
      guard left.extents.count == 2, !left.isVarying, let depth = right.extents.first else {
        throw .malformed("a matrix product with the wrong ranks")
      }
      let m = left.extents[transposed ? 1 : 0]
      let k = left.extents[transposed ? 0 : 1]
      let rest = right.extents.dropFirst().reduce(1, *)
      guard k == depth, out.count == m * rest, out.isVarying == right.isVarying else {
        throw .malformed("a matrix product with the wrong sizes")
      }
      if out.count == 0 { return }
      var operation = PlanOperation(code: .product, detail: part.products.count)
      operation.out = whole(out)
      operation.a = whole(left)
      operation.b = whole(right)
      part.products.append(
        PlanProduct(
          rowStride: transposed ? 1 : k, columnStride: transposed ? m : 1, m: m, k: k,
          columns: rest * (right.isVarying ? lanes : 1), accumulating: accumulating))
      emit(operation)
    case .linearAlgebra(let operation, let output, let inputs):
      guard let first = inputs.first else { throw .malformed("linear algebra without a matrix") }
      part.linear.append(
        PlanLinear(
          operation: operation, output: matrix(output), inputs: inputs.map(matrix),
          buffer: program.buffers[first.index].name))
      emit(PlanOperation(code: .linear, detail: part.linear.count - 1))
    }
  }

  private func whole(_ buffer: PlanLayout.BufferPlace) -> Place {
    Place(space: buffer.space, offset: buffer.offset, isVarying: buffer.isVarying)
  }

  private func matrix(_ id: BufferID) -> PlanLinear.Matrix {
    let buffer = layout.buffers[id.index]
    return PlanLinear.Matrix(
      place: whole(buffer), rows: buffer.extents.first ?? 1, columns: buffer.extents.dropFirst().reduce(1, *))
  }
}
