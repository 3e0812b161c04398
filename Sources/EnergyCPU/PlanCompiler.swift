import CEnergyKernels
import EnergyBuiltins
import EnergyIR
import EnergyLowering

/// Turns one part of a loop program (prologue or body) into a plan.
///
/// Straight-line instructions between loops and conditions are gathered into a *region*, and so is the whole of an
/// innermost loop; `Region` chooses kernels and registers.
final class PlanCompiler {
  let program: LoopProgram
  var layout: PlanLayout
  let lanes: Int
  let level: VectorLevel
  let scalarFunctions: ScalarFunctionLookup
  var part: PlanPart
  /// The numbers of the program, by bit pattern.
  var constants: ConstantPool
  /// Counters of the loops around the instruction at work.
  var slots: [Variable: Int32] = [:]
  /// Registers that outlast their region, and loads that need none.
  var lasting: [Int: Place] = [:]
  /// How often each register is read in the whole program.
  let readCounts: [Int]
  /// Registers that the other part reads.
  let exported: Set<Int>
  /// Buffers that this part writes.
  let written: Set<Int>

  /// - Parameters:
  ///   - tileSize: what the buffers of the tile take, in elements.
  ///   - registers: what an earlier part has left in shared memory.
  init(
    _ program: LoopProgram, _ instructions: [Instruction], layout: PlanLayout, tileSize: Int, lanes: Int,
    level: VectorLevel,
    constants: ConstantPool, registers: [Int: Place], exported: Set<Int>,
    scalarFunctions: @escaping ScalarFunctionLookup
  ) throws(EvaluationError) {
    self.program = program
    self.layout = layout
    self.lanes = lanes
    self.level = level
    self.constants = constants
    self.scalarFunctions = scalarFunctions
    self.exported = exported
    lasting = registers
    part = PlanPart(lanes: lanes)
    part.tileSize = tileSize
    var counts = [Int](repeating: 0, count: program.registers.count)
    for instruction in program.prologue + program.body {
      for register in instruction.readRegisters { counts[register.index] += 1 }
    }
    readCounts = counts
    written = Set(instructions.compactMap(\.writtenBuffer?.index))
    let tree = try LoopTree(instructions)
    try compile(block: 0, of: tree)
    emit(PlanOperation(code: .stop))
  }

  func emit(_ operation: PlanOperation) { part.operations.append(operation) }

  func newCounter() -> Int32 {
    part.counterCount += 1
    return Int32(part.counterCount - 1)
  }

  private func compile(block: Int, of tree: LoopTree) throws(EvaluationError) {
    var straight: [RegionStep] = []
    func flush() throws(EvaluationError) {
      if straight.isEmpty { return }
      var region = Region(compiler: self, steps: straight, chunk: nil)
      try region.compile()
      straight = []
    }
    for item in tree.blocks[block].items {
      switch item {
      case .step(.fill(let buffer, let value)):
        try flush()
        fill(buffer, value)
      case .step(.call(let call, _)):
        try flush()
        try compile(call)
      case .step(let instruction):
        straight.append(.step(instruction))
      case .block(let inner):
        try flush()
        switch tree.blocks[inner].kind {
        case .root: break
        case .when(let conditions):
          let position = part.operations.count
          emit(PlanOperation(code: .when, detail: try addConditions(conditions)))
          try compile(block: inner, of: tree)
          part.operations[position].target = part.operations.count
        case .loop(let variable, let lower, let upper):
          try compileLoop(variable, lower: lower, upper: upper, block: inner, of: tree)
        }
      }
    }
    try flush()
  }

  private func compileLoop(
    _ variable: Variable, lower: [IndexExpression], upper: [IndexExpression], block: Int, of tree: LoopTree
  ) throws(EvaluationError) {
    let slot = newCounter()
    var loop = PlanLoop(slot: slot, lower: [], upper: [])
    for bound in lower { loop.lower.append(try plainForm(bound)) }
    for bound in upper { loop.upper.append(try plainForm(bound)) }
    let number = part.loops.count
    part.loops.append(loop)
    let outer = slots.updateValue(slot, forKey: variable)
    if tree.isInnermost(block) {
      var steps: [RegionStep] = []
      flatten(block, of: tree, into: &steps)
      emit(PlanOperation(code: .chunk, detail: number))
      let first = part.operations.count
      var region = Region(compiler: self, steps: steps, chunk: number)
      try region.compile()
      emit(PlanOperation(code: .endChunk, detail: number, target: first))
    } else {
      emit(PlanOperation(code: .loop, detail: number))
      let first = part.operations.count
      try compile(block: block, of: tree)
      emit(PlanOperation(code: .endLoop, detail: number, target: first))
    }
    part.loops[number].end = part.operations.count
    slots[variable] = outer
  }

  private func flatten(_ block: Int, of tree: LoopTree, into steps: inout [RegionStep]) {
    for item in tree.blocks[block].items {
      switch item {
      case .step(let instruction): steps.append(.step(instruction))
      case .block(let inner):
        guard case .when(let conditions) = tree.blocks[inner].kind else { continue }
        steps.append(.when(conditions))
        flatten(inner, of: tree, into: &steps)
        steps.append(.endWhen)
      }
    }
  }

  private func fill(_ buffer: BufferID, _ value: Double) {
    let target = layout.buffers[buffer.index]
    let count = target.count * (target.isVarying ? lanes : 1)
    if count == 0 { return }
    var operation = PlanOperation(code: .kernel, kernel: ek_splat(level.rawValue, layout.precision.kernelType))
    operation.out = Place(space: target.space, offset: target.offset, isVarying: target.isVarying)
    operation.a = constants.place(value)
    operation.strides = ek_strides(lanes: count, out: 0, a: 0, b: 0, c: 0)
    emit(operation)
  }

  /// A place for a register that outlasts its region.
  func lastingPlace(_ register: Register, isVarying: Bool) -> Place {
    let count = layout.aligned(isVarying ? lanes : 1)
    var place = Place(space: .tile, offset: part.tileSize, isVarying: isVarying)
    if exported.contains(register.index) {
      place = Place(space: .shared, offset: layout.sharedSize, isVarying: false)
      layout.sharedSize += count
    } else {
      part.tileSize += count
    }
    lasting[register.index] = place
    return place
  }
}

/// The numbers of a program, each once.
struct ConstantPool {
  private(set) var values: [Double] = []
  private var positions: [UInt64: Int] = [:]

  mutating func place(_ value: Double) -> Place {
    let position = positions[value.bitPattern] ?? values.count
    if position == values.count {
      values.append(value)
      positions[value.bitPattern] = position
    }
    return Place(space: .constants, offset: position, isVarying: false)
  }
}
