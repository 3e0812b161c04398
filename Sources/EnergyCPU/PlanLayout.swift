import EnergyIR
import EnergyLowering

/// Where each buffer of a program lies once the sizes are bound.
struct PlanLayout {
  struct BufferPlace {
    var space: Space
    var offset: Int
    /// Elements of one lane.
    var count: Int
    var extents: [Int]
    /// Steps along the axes, in elements of one lane.
    var steps: [Int]
    var isVarying: Bool
  }

  let program: LoopProgram
  let dimensions: [Dimension: Int]
  let precision: Precision
  /// Whether anything differs from sample to sample. Where nothing does, no buffer has lanes.
  let hasLanes: Bool
  private(set) var buffers: [BufferPlace] = []
  /// Elements of shared memory so far.
  var sharedSize = 0
  /// Elements of one lane in buffers of the tile.
  private(set) var varyingCount = 0
  /// Elements of tile memory that buffers without lanes take.
  private(set) var privateCount = 0
  /// Elements of tile memory so far; known once the number of lanes is.
  private(set) var tileSize = 0
  private(set) var lanes = 0

  init(_ program: LoopProgram, dimensions: [Dimension: Int], precision: Precision) throws(EvaluationError) {
    self.program = program
    self.dimensions = dimensions
    self.precision = precision
    hasLanes = program.inputs.contains { program.buffers[$0.buffer.index].isVarying }
    let written = Self.written(program.body)
    for (index, buffer) in program.buffers.enumerated() {
      var extents: [Int] = []
      for size in buffer.extents { extents.append(try number(size)) }
      if extents.contains(where: { $0 < 0 }) { throw .negativeExtent(buffer: buffer.name) }
      var steps = [Int](repeating: 1, count: extents.count)
      var count = 1
      for axis in extents.indices.reversed() {
        steps[axis] = count
        let (next, overflow) = count.multipliedReportingOverflow(by: extents[axis])
        if overflow || next > 1 << 48 { throw .memory(neededBytes: .max, limitBytes: 1 << 48) }
        count = next
      }
      // What the body writes belongs to the thread, whether it has lanes or not.
      let isVarying = buffer.isVarying && hasLanes
      let space: Space = isVarying || written.contains(index) ? .tile : .shared
      buffers.append(
        BufferPlace(space: space, offset: 0, count: count, extents: extents, steps: steps, isVarying: isVarying))
      if isVarying {
        varyingCount += count
      } else if space == .tile {
        privateCount += aligned(count)
      } else {
        buffers[index].offset = sharedSize
        sharedSize += aligned(count)
      }
    }
  }

  func number(_ size: Size) throws(EvaluationError) -> Int {
    guard let value = size.value(dimensions) else { throw .unboundSize(size.description) }
    return value
  }

  func aligned(_ count: Int) -> Int {
    let width = precision.vectorWidth
    return (count + width - 1) / width * width
  }

  /// Places the buffers of the tile for a number of lanes.
  mutating func place(lanes: Int) {
    self.lanes = lanes
    tileSize = 0
    for index in buffers.indices where buffers[index].space == .tile {
      buffers[index].offset = tileSize
      tileSize += aligned(buffers[index].count * (buffers[index].isVarying ? lanes : 1))
    }
  }

  private static func written(_ instructions: [Instruction]) -> Set<Int> {
    Set(instructions.compactMap(\.writtenBuffer?.index))
  }
}

extension Instruction {
  /// The buffer that the instruction writes.
  var writtenBuffer: BufferID? {
    switch self {
    case .store(let access, _), .accumulate(_, let access, _): access.buffer
    case .fill(let buffer, _): buffer
    case .call(.matrixProduct(let output, _, _, _, _), _): output
    case .call(.linearAlgebra(_, let output, _), _): output
    default: nil
    }
  }

  /// The registers that the instruction reads, once for every time it does.
  var readRegisters: [Register] {
    var result: [Register] = []
    func read(_ operand: Operand) {
      if case .register(let register) = operand { result.append(register) }
    }
    func read(_ access: Access) {
      for case .register(let register) in access.positions { result.append(register) }
    }
    switch self {
    case .compute(_, _, let operands, _): operands.forEach(read)
    case .load(_, let access): read(access)
    case .store(let access, let operand), .accumulate(_, let access, let operand):
      read(access)
      read(operand)
    default: break
    }
    return result
  }

  /// The register that the instruction assigns.
  var assignedRegister: Register? {
    switch self {
    case .compute(let register, _, _, _), .load(let register, _): register
    default: nil
    }
  }
}

extension PlanLayout {
  /// Whether the body holds a matrix product that is worth more lanes.
  var hasLargeProduct: Bool {
    program.body.contains { instruction in
      guard case .call(.matrixProduct(_, let matrix, _, _, _), _) = instruction else { return false }
      return buffers[matrix.index].extents.allSatisfy { $0 >= 32 }
    }
  }
}
