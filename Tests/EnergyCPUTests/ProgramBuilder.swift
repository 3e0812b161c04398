import EnergyIR
import EnergyLowering

/// Writes loop programs by hand.
struct ProgramBuilder {
  private(set) var program = LoopProgram()
  private let graph = Graph()
  private var variableCount: Int32 = 0
  var writesPrologue = false

  mutating func buffer(
    _ name: String, _ extents: [Size], isVarying: Bool = true, kind: Buffer.Kind = .local
  ) -> BufferID {
    program.buffers.append(Buffer(name: name, extents: extents, isVarying: isVarying, kind: kind))
    let id = BufferID(program.buffers.count - 1)
    if kind == .input {
      let symbol = graph.addSymbol(
        Symbol(name: name, role: isVarying ? .sample : .parameter, shape: extents))
      program.inputs.append(LoopProgram.Input(symbol: symbol, buffer: id))
    }
    if kind == .output { program.outputs.append(LoopProgram.Output(name: name, buffer: id)) }
    return id
  }

  mutating func add(_ instruction: Instruction) {
    if writesPrologue { program.prologue.append(instruction) } else { program.body.append(instruction) }
  }

  private mutating func register() -> Register {
    program.registers.append(RegisterInfo(type: .real, isVarying: true))
    return Register(program.registers.count - 1)
  }

  mutating func load(_ access: Access) -> Operand {
    let result = register()
    add(.load(result, access))
    return .register(result)
  }

  mutating func load(_ buffer: BufferID, _ positions: Access.Position...) -> Operand {
    load(Access(buffer, positions))
  }

  mutating func compute(_ computation: Computation, _ operands: Operand...) -> Operand {
    let result = register()
    add(.compute(result, computation, operands, node: NodeID(0)))
    return .register(result)
  }

  mutating func store(_ buffer: BufferID, _ positions: Access.Position..., value: Operand) {
    add(.store(Access(buffer, positions), value))
  }

  mutating func accumulate(
    _ how: Accumulation, _ buffer: BufferID, _ positions: Access.Position..., value: Operand
  ) {
    add(.accumulate(how, Access(buffer, positions), value))
  }

  mutating func accumulate(_ buffer: BufferID, _ positions: Access.Position..., value: Operand) {
    add(.accumulate(.add, Access(buffer, positions), value))
  }

  mutating func variable(_ extent: Size) -> Variable {
    variableCount += 1
    return Variable(id: variableCount, extent: extent)
  }

  /// A loop from `lower` to the variable's extent.
  mutating func loop(
    _ extent: Size, from lower: IndexExpression = IndexExpression(0),
    _ body: (inout ProgramBuilder, Variable) -> Void
  ) {
    let variable = variable(extent)
    add(.loop(variable, lower: [lower], upper: [IndexExpression(extent)]))
    body(&self, variable)
    add(.endLoop)
  }

  mutating func when(_ conditions: [Condition], _ body: (inout ProgramBuilder) -> Void) {
    add(.when(conditions))
    body(&self)
    add(.endWhen)
  }
}

func at(_ variable: Variable, _ coefficient: Int = 1, plus offset: Size = 0, mod modulus: Size? = nil)
  -> Access.Position
{
  .affine(IndexExpression([(variable, coefficient)], offset: offset, modulus: modulus))
}

func at(_ position: Int) -> Access.Position { .affine(IndexExpression(Size(position))) }
