import EnergyIR

extension LoopProgram: CustomStringConvertible {
  /// The program as text, one instruction a line; loop variables by depth (`i`, `j`, …), counted from 0.
  public var description: String {
    var text = ""
    for input in inputs { text += "input \(declaration(input.buffer))\n" }
    for output in outputs { text += "output \(output.name) = \(declaration(output.buffer))\n" }
    let named = Set(inputs.map(\.buffer) + outputs.map(\.buffer))
    for index in buffers.indices where !named.contains(BufferID(index)) {
      text += "local \(declaration(BufferID(index)))\n"
    }
    var writer = ProgramWriter(program: self)
    if !prologue.isEmpty { text += "prologue\n" + writer.write(prologue) }
    return text + "body\n" + writer.write(body)
  }

  private func declaration(_ id: BufferID) -> String {
    let buffer = buffers[id.index]
    let shape = buffer.extents.map(\.description).joined(separator: ", ")
    let type = buffer.type == .real ? "" : " \(buffer.type)"
    return "\(buffer.name)[\(shape)]\(type) \(buffer.isVarying ? "varying" : "uniform")"
  }
}

/// Spells instructions; registers are numbered in order of appearance.
private struct ProgramWriter {
  let program: LoopProgram
  private var registers: [Register: Int] = [:]
  private var variables: [Variable: String] = [:]

  init(program: LoopProgram) { self.program = program }

  mutating func write(_ instructions: [Instruction]) -> String {
    var text = ""
    var depth = 1
    for instruction in instructions {
      switch instruction {
      case .endLoop, .endWhen:
        depth -= 1
        continue
      default: break
      }
      text += String(repeating: "  ", count: depth) + line(instruction, depth) + "\n"
      switch instruction {
      case .loop, .when: depth += 1
      default: break
      }
    }
    return text
  }

  private mutating func line(_ instruction: Instruction, _ depth: Int) -> String {
    switch instruction {
    case .loop(let variable, let lower, let upper):
      let letters = ["i", "j", "k", "l", "m", "n"]
      let name = depth <= letters.count ? letters[depth - 1] : "v\(depth)"
      let low = bounds(lower, "max")
      let high = bounds(upper, "min")
      variables[variable] = name
      return "for \(name) in \(low) ..< \(high)"
    case .when(let conditions): return "when \(conditions.map(condition).joined(separator: ", "))"
    case .endLoop, .endWhen: return ""
    case .compute(let register, let computation, let operands, _):
      let inputs = operands.map { operand($0) }.joined(separator: ", ")
      return "\(name(register)) = \(spelling(computation))(\(inputs))"
    case .load(let register, let place):
      let element = access(place)
      return "\(name(register)) = \(element)"
    case .store(let place, let value): return "\(access(place)) = \(operand(value))"
    case .accumulate(let how, let place, let value): return "\(access(place)) \(how.rawValue)= \(operand(value))"
    case .fill(let buffer, let value): return "\(program.buffers[buffer.index].name)[...] = \(value)"
    case .call(let call, _):
      let inputs = call.inputs.map { program.buffers[$0.index].name }.joined(separator: ", ")
      return "\(program.buffers[call.output.index].name)[...] = \(spelling(call))(\(inputs))"
    }
  }

  private func spelling(_ call: LibraryCall) -> String {
    switch call {
    case .matrixProduct(_, _, let transposed, _, let accumulating):
      "product\(transposed ? "Transposed" : "")\(accumulating ? "Accumulating" : "")"
    case .linearAlgebra(let operation, _, _): operation.rawValue
    }
  }

  private func spelling(_ computation: Computation) -> String {
    switch computation {
    case .power(let exponent): "power[\(exponent)]"
    case .function(let name): name.name
    default: "\(computation)"
    }
  }

  private mutating func name(_ register: Register) -> String {
    let number = registers[register] ?? registers.count
    registers[register] = number
    return "r\(number)"
  }

  private func bounds(_ expressions: [IndexExpression], _ combiner: String) -> String {
    let items = expressions.map(text)
    return items.count == 1 ? items[0] : "\(combiner)(\(items.joined(separator: ", ")))"
  }

  private func condition(_ condition: Condition) -> String {
    let relation =
      switch condition.relation {
      case .atLeastZero: ">="
      case .equalsZero: "=="
      case .differsFromZero: "!="
      }
    return "\(text(condition.expression)) \(relation) 0"
  }

  private mutating func access(_ access: Access) -> String {
    let positions = access.positions.map { position in
      switch position {
      case .affine(let expression): text(expression)
      case .register(let register): name(register)
      }
    }
    return "\(program.buffers[access.buffer.index].name)[\(positions.joined(separator: ", "))]"
  }

  private mutating func operand(_ operand: Operand) -> String {
    switch operand {
    case .register(let register): name(register)
    case .constant(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    case .index(let expression): text(expression)
    case .size(let size): "(\(size))"
    }
  }

  private func text(_ expression: IndexExpression) -> String {
    var text = ""
    for term in expression.terms {
      let magnitude = abs(term.coefficient)
      text += text.isEmpty ? (term.coefficient < 0 ? "-" : "") : (term.coefficient < 0 ? " - " : " + ")
      text += (magnitude == 1 ? "" : "\(magnitude)*") + (variables[term.variable] ?? "?")
    }
    let offset = expression.offset.description
    if expression.offset != 0 || text.isEmpty {
      text += text.isEmpty ? offset : offset.hasPrefix("-") ? " - \(offset.dropFirst())" : " + \(offset)"
    }
    return expression.modulus.map { "(\(text)) mod \($0)" } ?? text
  }
}
