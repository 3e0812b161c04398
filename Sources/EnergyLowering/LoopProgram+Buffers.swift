import EnergyIR

extension LoopProgram {
  /// The program without local buffers that nobody reads, and without what fills them; buffers are renumbered.
  func withoutUnusedBuffers() -> LoopProgram {
    var read = Set(inputs.map(\.buffer) + outputs.map(\.buffer))
    for instruction in prologue + body {
      switch instruction {
      case .load(_, let access): read.insert(access.buffer)
      case .call(let call, _): read.formUnion(call.inputs)
      default: break
      }
    }
    // What a library call writes stays, read or not: the call belongs to the program.
    for case .call(let call, _) in prologue + body { read.insert(call.output) }
    let kept = buffers.indices.filter { read.contains(BufferID($0)) }
    var number: [BufferID: BufferID] = [:]
    for (new, old) in kept.enumerated() { number[BufferID(old)] = BufferID(new) }
    var result = self
    result.buffers = kept.map { buffers[$0] }
    result.inputs = inputs.map { Input(symbol: $0.symbol, buffer: number[$0.buffer] ?? $0.buffer) }
    result.outputs = outputs.map { Output(name: $0.name, buffer: number[$0.buffer] ?? $0.buffer) }
    result.prologue = prologue.compactMap { $0.renumbered(number) }.withoutEmptyBlocks()
    result.body = body.compactMap { $0.renumbered(number) }.withoutEmptyBlocks()
    return result
  }
}

extension LibraryCall {
  /// The buffer it writes.
  public var output: BufferID {
    switch self {
    case .matrixProduct(let output, _, _, _, _), .linearAlgebra(_, let output, _): output
    }
  }

  /// The buffers it reads.
  public var inputs: [BufferID] {
    switch self {
    case .matrixProduct(let output, let matrix, _, let vector, let accumulating):
      accumulating ? [matrix, vector, output] : [matrix, vector]
    case .linearAlgebra(_, _, let inputs): inputs
    }
  }
}

extension Instruction {
  /// The instruction on renumbered buffers; `nil` where it writes one that is gone.
  fileprivate func renumbered(_ number: [BufferID: BufferID]) -> Instruction? {
    let moved = { (access: Access) in number[access.buffer].map { Access($0, access.positions) } }
    switch self {
    case .load(let register, let access): return moved(access).map { .load(register, $0) }
    case .store(let access, let operand): return moved(access).map { .store($0, operand) }
    case .accumulate(let how, let access, let operand): return moved(access).map { .accumulate(how, $0, operand) }
    case .fill(let buffer, let value): return number[buffer].map { .fill($0, value) }
    case .call(.matrixProduct(let output, let matrix, let transposed, let vector, let accumulating), let node):
      guard let output = number[output], let matrix = number[matrix], let vector = number[vector] else { return nil }
      return .call(
        .matrixProduct(
          output: output, matrix: matrix, transposed: transposed, vector: vector, accumulating: accumulating),
        node: node)
    case .call(.linearAlgebra(let operation, let output, let inputs), let node):
      guard let output = number[output] else { return nil }
      return .call(.linearAlgebra(operation, output: output, inputs: inputs.compactMap { number[$0] }), node: node)
    default: return self
    }
  }
}

extension [Instruction] {
  /// The list without loops and conditions that contain nothing.
  public func withoutEmptyBlocks() -> [Instruction] {
    var result: [Instruction] = []
    for instruction in self {
      switch (instruction, result.last) {
      case (.endLoop, .loop), (.endWhen, .when): result.removeLast()
      default: result.append(instruction)
      }
    }
    return result
  }
}
