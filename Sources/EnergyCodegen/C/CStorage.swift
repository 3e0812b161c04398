import EnergyIR
import EnergyLowering

/// Where a function of C has what it computes on the way: small arrays on the stack, large ones in memory of malloc's.
struct CStorage {
  /// Bytes of what is computed once for all rows that may lie on the stack.
  static let uniformLimit = 64 << 10
  /// Bytes of the buffers of one block that may lie on the stack.
  static let stackLimit = 256 << 10
  /// Bytes of the buffers of one block at all.
  static let blockLimit = 1 << 30

  /// The arrays of linear algebra that lie beside what is computed once.
  let uniformRoom: LinearAlgebraRoom?
  let areUniformsOnHeap: Bool
  /// The arrays of linear algebra for a block.
  let blockRoom: LinearAlgebraRoom
  /// Whether the buffers of a block are fields of a struct on the heap.
  let isBlockOnHeap: Bool

  /// - Throws: `EmissionError.tooLarge` for a block that takes more than `blockLimit`.
  init(_ layout: ProgramLayout, _ roles: BufferRoles, isSingle: Bool) throws(EmissionError) {
    let size = isSingle ? 4 : 8
    let room = LinearAlgebraRoom(layout.program.prologue, layout, hasLanes: true)
    uniformRoom = room.count * size > LinearAlgebraRoom.localLimit ? room : nil
    let uniforms = roles.uniforms.reduce(uniformRoom?.count ?? 0) { $0 + max(1, layout.count($1)) } * size
    areUniformsOnHeap = uniforms > Self.uniformLimit
    blockRoom = LinearAlgebraRoom(layout.program.body, layout, hasLanes: true)
    // A vector of lanes has 64 bytes.
    let vectors = (roles.locals + Array(roles.samples.keys)).reduce(0) { $0 + max(1, layout.count($1)) }
    let bytes = vectors * 64 + blockRoom.count * size
    guard bytes <= Self.blockLimit else { throw .tooLarge(bytes: bytes, limit: Self.blockLimit) }
    isBlockOnHeap = bytes > Self.stackLimit
  }
}
