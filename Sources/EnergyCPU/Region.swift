import CEnergyKernels
import EnergyIR
import EnergyLowering

/// An instruction of a region, or a condition around some of them.
enum RegionStep {
  case step(Instruction)
  case when([Condition])
  case endWhen
}

/// Where an operand comes from: memory, or a register of the region by number.
enum Source: Hashable {
  case place(Place)
  case register(Int, isVarying: Bool)

  var isVarying: Bool {
    switch self {
    case .place(let place): place.isVarying
    case .register(_, let isVarying): isVarying
    }
  }
}

/// An operation whose registers have no places yet.
struct RegionOperation {
  var operation: PlanOperation
  var out: Source?
  var a: Source?
  var b: Source?
  var c: Source?
  /// Which of a, b, c are read a lane at a time (the others are one number a row).
  var lanewise: [Bool] = [true, true, true]
  /// Lanes of a row; 0 where the code sets no strides.
  var lanes = 0
  /// Whether `b` is written as well.
  var writesB = false
  /// Indices of a gather or scatter.
  var indices: [Source] = []
}

/// Compiles straight-line code, or the whole of an innermost loop.
///
/// In a loop each operation runs over a chunk of iterations before the next one starts ("distribution"), where the
/// dependences between the accesses allow it. Loads cost nothing where nothing in the region writes their buffer:
/// kernels read the buffer itself. A product that only an addition reads is fused with it, and what is only stored
/// is computed in place.
struct Region {
  let compiler: PlanCompiler
  let steps: [RegionStep]
  /// The loop's number, for an innermost loop.
  let chunk: Int?
  let chunkSlot: Int32?

  var operations: [RegionOperation] = []
  /// Registers of the region so far: whether each has lanes.
  var registerLanes: [Bool] = []
  /// What the program's registers are, as far as compiled.
  var values: [Int: Source] = [:]
  /// Computations put off until their only reader.
  var deferred: [Int: (computation: Computation, operands: [Operand])] = [:]
  /// Counters for index expressions with a modulus, and registers for indices as numbers.
  var derivedSlots: [IndexExpression: Int32] = [:]
  var derivedSteps: [Int32: Int] = [:]
  var indexNumbers: [IndexExpression: Source] = [:]
  /// Stores whose value was computed in place.
  var finishedStores: Set<Int> = []

  // Facts about the steps.
  var definitions: [Int: Int] = [:]
  var readers: [Int: [Int]] = [:]
  /// The innermost `when` around each step.
  var scopes: [Int] = []
  var accessCounts: [Int: Int] = [:]
  var writtenHere: Set<Int> = []

  init(compiler: PlanCompiler, steps: [RegionStep], chunk: Int?) {
    self.compiler = compiler
    self.steps = steps
    self.chunk = chunk
    chunkSlot = chunk.map { compiler.part.loops[$0].slot }
    var open = [-1]
    for (position, step) in steps.enumerated() {
      if case .when = step { open.append(position) }
      scopes.append(open[open.count - 1])
      if case .endWhen = step { open.removeLast() }
      guard case .step(let instruction) = step else { continue }
      if let register = instruction.assignedRegister { definitions[register.index] = position }
      for register in instruction.readRegisters { readers[register.index, default: []].append(position) }
      if let buffer = instruction.accessedBuffer { accessCounts[buffer.index, default: 0] += 1 }
      if let buffer = instruction.writtenBuffer { writtenHere.insert(buffer.index) }
    }
  }

  mutating func compile() throws(EvaluationError) {
    var openWhens: [Int] = []
    for (position, step) in steps.enumerated() {
      switch step {
      case .when(let conditions):
        openWhens.append(operations.count)
        let detail = try compiler.addConditions(conditions, chunkSlot: chunkSlot)
        if let chunk { compiler.part.loops[chunk].conditions += compiler.part.conditions[detail] }
        operations.append(RegionOperation(operation: PlanOperation(code: .when, detail: detail)))
      case .endWhen:
        operations[openWhens.removeLast()].operation.target = operations.count
        // What was computed under the condition must not serve outside it.
        indexNumbers = [:]
      case .step(let instruction):
        try compile(instruction, at: position)
      }
    }
    try finish()
  }

  func step(_ position: Int) -> Instruction? {
    if case .step(let instruction) = steps[position] { return instruction }
    return nil
  }

  /// Whether something outside the region reads the register.
  func outlasts(_ register: Register) -> Bool {
    readers[register.index, default: []].count < compiler.readCounts[register.index]
  }

  private mutating func compile(_ instruction: Instruction, at position: Int) throws(EvaluationError) {
    switch instruction {
    case .load(let register, let access):
      try compileLoad(register, access)
    case .compute(let register, let computation, let operands, _):
      if values[register.index] != nil { return }
      if try isDeferrable(register, computation, operands, at: position) {
        deferred[register.index] = (computation, operands)
        return
      }
      if try compileSineAndCosine(register, computation, operands, at: position) { return }
      let target = try inPlaceTarget(register, computation, operands, at: position)
      let value = try emit(computation, operands, into: target) { region, isVarying in
        region.outlasts(register) ? region.compiler.lastingPlace(register, isVarying: isVarying) : nil
      }
      values[register.index] = value
    case .store(let access, let operand):
      if !finishedStores.contains(position) { try compileStore(access, operand) }
    case .accumulate(let how, let access, let operand):
      try compileAccumulate(how, access, operand)
    default:
      throw .malformed("an instruction that can't stand in straight-line code")
    }
  }

  private mutating func compileLoad(_ register: Register, _ access: Access) throws(EvaluationError) {
    let (place, indices) = try self.place(access)
    let buffer = access.buffer.index
    if indices.isEmpty {
      let outlasts = outlasts(register)
      if !compiler.written.contains(buffer) || (!outlasts && !writtenHere.contains(buffer)) {
        if outlasts, !compiler.exported.contains(register.index) {
          compiler.lasting[register.index] = place
          return
        }
        if !outlasts {
          values[register.index] = .place(place)
          return
        }
      }
      let target = outlasts ? compiler.lastingPlace(register, isVarying: place.isVarying) : nil
      values[register.index] = copy(.place(place), into: target)
      return
    }
    var sources: [Source] = []
    for case .register(let index) in access.positions { sources.append(try source(.register(index))) }
    let isVarying = place.isVarying || sources.contains(where: \.isVarying)
    let target = outlasts(register) ? compiler.lastingPlace(register, isVarying: isVarying) : nil
    let out = target.map(Source.place) ?? newRegister(isVarying: isVarying)
    var operation = RegionOperation(operation: PlanOperation(code: .gather, detail: compiler.part.gathers.count))
    compiler.part.gathers.append(
      PlanGather(
        indices: indices, buffer: compiler.program.buffers[buffer].name, lanes: isVarying ? compiler.lanes : 1))
    operation.out = out
    operation.a = .place(place)
    operation.indices = sources
    operations.append(operation)
    values[register.index] = out
  }

  mutating func newRegister(isVarying: Bool) -> Source {
    registerLanes.append(isVarying)
    return .register(registerLanes.count - 1, isVarying: isVarying)
  }
}

extension Instruction {
  /// The buffer that the instruction reads or writes an element of.
  var accessedBuffer: BufferID? {
    if case .load(_, let access) = self { return access.buffer }
    return writtenBuffer
  }
}
