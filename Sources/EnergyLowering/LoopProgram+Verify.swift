import EnergyIR

extension LoopProgram {
  /// What is wrong with the program, if anything; a finding is a defect of ours. Ranges of accesses aren't looked
  /// at: the reference interpreter checks those on bound sizes.
  public func problems() -> [String] {
    var check = ProgramCheck(program: self)
    check.run(prologue, isBody: false)
    check.run(body, isBody: true)
    let names = buffers.map(\.name)
    if Set(names).count < names.count { check.problems.append("buffers share a name") }
    return check.problems
  }
}

private struct ProgramCheck {
  let program: LoopProgram
  var problems: [String] = []
  private var assigned: Set<Register> = []
  private var visible: [Set<Register>] = [[]]
  private var open: [Instruction] = []
  private var bound: Set<Variable> = []
  private var isBody = false

  init(program: LoopProgram) { self.program = program }

  mutating func run(_ instructions: [Instruction], isBody: Bool) {
    self.isBody = isBody
    for (position, instruction) in instructions.enumerated() {
      if let problem = step(instruction) { problems.append("\(isBody ? "body" : "prologue") \(position): \(problem)") }
    }
    if !open.isEmpty { problems.append("\(open.count) blocks stay open") }
  }

  private mutating func step(_ instruction: Instruction) -> String? {
    switch instruction {
    case .loop(let variable, let lower, let upper):
      if lower.isEmpty || upper.isEmpty { return "a loop without bounds" }
      if let problem = (lower + upper).compactMap(unbound).first { return problem }
      if !bound.insert(variable).inserted { return "a loop inside one of the same variable" }
      open.append(instruction)
      visible.append([])
    case .when(let conditions):
      if let problem = conditions.map(\.expression).compactMap(unbound).first { return problem }
      open.append(instruction)
      visible.append([])
    case .endLoop, .endWhen:
      guard let head = open.popLast() else { return "an end without a beginning" }
      visible.removeLast()
      switch (head, instruction) {
      case (.loop(let variable, _, _), .endLoop): bound.remove(variable)
      case (.when, .endWhen): break
      default: return "blocks end in the wrong order"
      }
    case .compute(let register, let computation, let operands, _):
      if let problem = operands.compactMap({ unknown($0) }).first { return problem }
      if let count = arity(computation), count != operands.count {
        return "\(computation) of \(operands.count) operands"
      }
      return assign(register)
    case .load(let register, let access): return unknown(access) ?? assign(register)
    case .store(let access, let operand), .accumulate(_, let access, let operand):
      return unknown(access) ?? unknown(operand) ?? written(access.buffer)
    case .fill(let buffer, _): return written(buffer)
    case .call(let call, _): return written(call.output)
    }
    return nil
  }

  private func arity(_ computation: Computation) -> Int? {
    switch computation {
    case .add, .subtract, .multiply, .divide: 2
    case .negate, .reciprocal, .squareRoot, .power: 1
    case .select: 3
    case .function: nil
    }
  }

  private mutating func assign(_ register: Register) -> String? {
    if !assigned.insert(register).inserted { return "register \(register.index) is assigned twice" }
    if !isBody, program.registers[register.index].isVarying { return "a varying register in the prologue" }
    visible[visible.count - 1].insert(register)
    return nil
  }

  private func written(_ buffer: BufferID) -> String? {
    let description = program.buffers[buffer.index]
    if description.kind == .input { return "the input \(description.name) is written" }
    if description.isVarying != isBody {
      return "\(description.name) is written in the \(isBody ? "body" : "prologue")"
    }
    return nil
  }

  private func unbound(_ expression: IndexExpression) -> String? {
    expression.variables.first { !bound.contains($0) }.map { "variable \($0.id) has no loop" }
  }

  private func unknown(_ operand: Operand) -> String? {
    switch operand {
    case .register(let register):
      visible.contains { $0.contains(register) } ? nil : "register \(register.index) is used before it has a value"
    case .index(let expression): unbound(expression)
    case .constant, .size: nil
    }
  }

  private func unknown(_ access: Access) -> String? {
    let buffer = program.buffers[access.buffer.index]
    if access.positions.count != buffer.extents.count { return "\(buffer.name) is accessed with the wrong rank" }
    for position in access.positions {
      switch position {
      case .register(let register): if let problem = unknown(.register(register)) { return problem }
      case .affine(let expression): if let problem = unbound(expression) { return problem }
      }
    }
    return nil
  }
}
