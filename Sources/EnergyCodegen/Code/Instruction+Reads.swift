import EnergyIR
import EnergyLowering

extension Instruction {
  /// The registers it reads.
  var readRegisters: [Register] {
    switch self {
    case .compute(_, _, let operands, _): operands.compactMap(\.register)
    case .load(_, let access): access.registers
    case .store(let access, let operand), .accumulate(_, let access, let operand):
      access.registers + [operand.register].compactMap { $0 }
    case .loop, .endLoop, .when, .endWhen, .fill, .call: []
    }
  }

  /// The buffers whose entries it loads or hands to a call.
  var readBuffers: [BufferID] {
    switch self {
    case .load(_, let access): [access.buffer]
    case .call(let call, _): call.inputs
    case .loop, .endLoop, .when, .endWhen, .compute, .store, .accumulate, .fill: []
    }
  }

  /// The buffer it writes.
  var written: BufferID? {
    switch self {
    case .store(let access, _), .accumulate(_, let access, _): access.buffer
    case .fill(let buffer, _): buffer
    case .call(let call, _): call.output
    case .loop, .endLoop, .when, .endWhen, .compute, .load: nil
    }
  }
}

extension Operand {
  /// The register, where it is one.
  var register: Register? {
    if case .register(let register) = self { return register }
    return nil
  }
}

extension Access {
  /// The registers among the positions.
  var registers: [Register] {
    positions.compactMap {
      if case .register(let register) = $0 { return register }
      return nil
    }
  }
}

extension LoopProgram {
  /// Whether data or what a sample says are places in arrays.
  var hasRunTimeIndices: Bool {
    (prologue + body).contains { instruction in
      switch instruction {
      case .load(_, let access), .store(let access, _), .accumulate(_, let access, _): !access.registers.isEmpty
      default: false
      }
    }
  }
}
