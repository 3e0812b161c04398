import EnergyBuiltins
import EnergyIR
import func Foundation.pow

/// What can go wrong when a program runs on given numbers.
public enum InterpreterError: Error, Hashable, Sendable {
  /// A size has no value, or one that is too large.
  case unboundSize(String)
  /// An input is missing or has the wrong number of entries.
  case badInput(name: String, expected: Int, found: Int?)
  /// An index read from data is out of range; 0-based.
  case indexOutOfRange(buffer: String, axis: Int, index: Double, extent: Int)
  /// The program uses a function that has no scalar value.
  case unknownFunction(String)
}

/// Runs a loop program for one sample in plain scalar arithmetic: the oracle of tests and the tracer of `check`.
public struct ReferenceInterpreter {
  /// A result that isn't finite although everything it was computed from is.
  public struct Finding: Hashable, Sendable {
    /// What was being computed.
    public let node: NodeID
    /// The result: NaN or infinite.
    public let value: Double
    /// The values it was computed from.
    public let operands: [Double]
    /// The loop variables at that moment, outermost first, 0-based.
    public let indices: [Int]
  }

  private let program: LoopProgram
  private let dimensions: [Dimension: Int]

  /// An interpreter with all sizes bound.
  public init(_ program: LoopProgram, dimensions: [Dimension: Int] = [:]) {
    self.program = program
    self.dimensions = dimensions
  }

  /// The outputs by name, row-major. `inputs` holds the entries of every symbol that the program reads, row-major.
  /// `trace` is told of every computation that makes a NaN or an infinity from finite operands, in the order of
  /// execution.
  public func run(
    _ inputs: [Symbol.ID: [Double]], trace: ((Finding) -> Void)? = nil
  ) throws(InterpreterError) -> [String: [Double]] {
    var machine = try Machine(program, dimensions)
    machine.trace = trace
    for input in program.inputs {
      let buffer = program.buffers[input.buffer.index]
      let expected = machine.memory[input.buffer.index].count
      guard let values = inputs[input.symbol], values.count == expected else {
        throw .badInput(name: buffer.name, expected: expected, found: inputs[input.symbol]?.count)
      }
      machine.memory[input.buffer.index] = values
    }
    try machine.run(program.prologue)
    try machine.run(program.body)
    var result: [String: [Double]] = [:]
    for output in program.outputs { result[output.name] = machine.memory[output.buffer.index] }
    return result
  }
}

/// The state of one run.
private struct Machine {
  let program: LoopProgram
  let dimensions: [Dimension: Int]
  var trace: ((ReferenceInterpreter.Finding) -> Void)?
  var memory: [[Double]] = []
  var extents: [[Int]] = []
  var registers: [Double]
  var indices: [Variable: Int] = [:]
  var open: [Variable] = []

  init(_ program: LoopProgram, _ dimensions: [Dimension: Int]) throws(InterpreterError) {
    self.program = program
    self.dimensions = dimensions
    registers = [Double](repeating: .nan, count: program.registers.count)
    for buffer in program.buffers {
      var sizes: [Int] = []
      var count = 1
      for extent in buffer.extents {
        guard let size = extent.value(dimensions), size >= 0 else { throw .unboundSize(extent.description) }
        let (next, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow, next < 1 << 40 else { throw .unboundSize(extent.description) }
        sizes.append(size)
        count = next
      }
      extents.append(sizes)
      // What hasn't been written must never be read: NaN would show it.
      memory.append([Double](repeating: .nan, count: count))
    }
  }

  func value(_ size: Size) throws(InterpreterError) -> Int {
    guard let value = size.value(dimensions) else { throw .unboundSize(size.description) }
    return value
  }

  func value(_ expression: IndexExpression) throws(InterpreterError) -> Int {
    var sum = try value(expression.offset)
    for term in expression.terms { sum += term.coefficient * (indices[term.variable] ?? 0) }
    guard let modulus = expression.modulus else { return sum }
    let size = try value(modulus)
    return size == 0 ? 0 : ((sum % size) + size) % size
  }

  func value(_ operand: Operand) throws(InterpreterError) -> Double {
    switch operand {
    case .register(let register): registers[register.index]
    case .constant(let value): value
    case .index(let expression): Double(try value(expression))
    case .size(let size): Double(try value(size))
    }
  }

  func holds(_ condition: Condition) throws(InterpreterError) -> Bool {
    let number = try value(condition.expression)
    return switch condition.relation {
    case .atLeastZero: number >= 0
    case .equalsZero: number == 0
    case .differsFromZero: number != 0
    }
  }

  func offset(_ access: Access) throws(InterpreterError) -> Int {
    var offset = 0
    for (axis, position) in access.positions.enumerated() {
      let extent = extents[access.buffer.index][axis]
      let index: Double
      switch position {
      case .affine(let expression): index = Double(try value(expression))
      case .register(let register): index = registers[register.index]
      }
      guard index >= 0, index < Double(extent), index == index.rounded() else {
        throw .indexOutOfRange(
          buffer: program.buffers[access.buffer.index].name, axis: axis, index: index, extent: extent)
      }
      offset = offset * extent + Int(index)
    }
    return offset
  }

  // MARK: Running

  mutating func run(_ instructions: [Instruction]) throws(InterpreterError) {
    let ends = matchingEnds(instructions)
    // (start, next value, upper bound) of every open loop; conditions don't need a frame.
    var loops: [(start: Int, variable: Variable, next: Int, upper: Int)] = []
    var position = 0
    while position < instructions.count {
      switch instructions[position] {
      case .loop(let variable, let lower, let upper):
        var low = Int.min
        var high = Int.max
        for bound in lower { low = max(low, try value(bound)) }
        for bound in upper { high = min(high, try value(bound)) }
        if low >= high {
          position = ends[position] + 1
          continue
        }
        loops.append((position, variable, low + 1, high))
        indices[variable] = low
        open.append(variable)
      case .endLoop:
        let last = loops.count - 1
        if loops[last].next < loops[last].upper {
          indices[loops[last].variable] = loops[last].next
          loops[last].next += 1
          position = loops[last].start + 1
          continue
        }
        indices[loops[last].variable] = nil
        loops.removeLast()
        open.removeLast()
      case .when(let conditions):
        var isMet = true
        for condition in conditions where isMet { isMet = try holds(condition) }
        if !isMet {
          position = ends[position] + 1
          continue
        }
      case .endWhen: break
      default: try step(instructions[position])
      }
      position += 1
    }
  }

  private func matchingEnds(_ instructions: [Instruction]) -> [Int] {
    var ends = [Int](repeating: 0, count: instructions.count)
    var starts: [Int] = []
    for (position, instruction) in instructions.enumerated() {
      switch instruction {
      case .loop, .when: starts.append(position)
      case .endLoop, .endWhen: if let start = starts.popLast() { ends[start] = position }
      default: break
      }
    }
    return ends
  }

  private mutating func step(_ instruction: Instruction) throws(InterpreterError) {
    switch instruction {
    case .compute(let register, let computation, let operands, let node):
      var values: [Double] = []
      for operand in operands { values.append(try value(operand)) }
      let result = try ScalarArithmetic.evaluate(computation, values)
      registers[register.index] = result
      if !result.isFinite, values.allSatisfy(\.isFinite) { report(node, result, values) }
    case .load(let register, let access): registers[register.index] = memory[access.buffer.index][try offset(access)]
    case .store(let access, let operand): memory[access.buffer.index][try offset(access)] = try value(operand)
    case .accumulate(let how, let access, let operand):
      let at = try offset(access)
      let old = memory[access.buffer.index][at]
      memory[access.buffer.index][at] = ScalarArithmetic.combine(how, old, try value(operand))
    case .fill(let buffer, let value):
      memory[buffer.index] = [Double](repeating: value, count: memory[buffer.index].count)
    case .call(let call, let node): try perform(call, node)
    default: break
    }
  }

  private mutating func perform(_ call: LibraryCall, _ node: NodeID) throws(InterpreterError) {
    switch call {
    case .matrixProduct(let output, let matrix, let transposed, let vector, let accumulating):
      let sizes = extents[matrix.index]
      let (rows, inner) = transposed ? (sizes[1], sizes[0]) : (sizes[0], sizes[1])
      let columns = extents[vector.index].dropFirst().reduce(1, *)
      for row in 0..<rows {
        for column in 0..<columns {
          var sum = accumulating ? memory[output.index][row * columns + column] : 0
          for k in 0..<inner {
            let entry = transposed ? k * sizes[1] + row : row * sizes[1] + k
            sum += memory[matrix.index][entry] * memory[vector.index][k * columns + column]
          }
          memory[output.index][row * columns + column] = sum
        }
      }
    case .linearAlgebra(let operation, let output, let inputs):
      let values = inputs.map { memory[$0.index] }
      memory[output.index] = SampleLinearAlgebra.evaluate(operation, values, rows: extents[inputs[0].index][0])
      let isFinite = values.allSatisfy { $0.allSatisfy(\.isFinite) }
      if isFinite, let bad = memory[output.index].first(where: { !$0.isFinite }) {
        report(node, bad, values.flatMap { $0 })
      }
    }
  }

  private func report(_ node: NodeID, _ value: Double, _ operands: [Double]) {
    trace?(.init(node: node, value: value, operands: operands, indices: open.map { indices[$0] ?? 0 }))
  }
}

/// The meaning of computations on numbers.
enum ScalarArithmetic {
  static func evaluate(_ computation: Computation, _ values: [Double]) throws(InterpreterError) -> Double {
    switch computation {
    case .add: return values[0] + values[1]
    case .subtract: return values[0] - values[1]
    case .multiply: return values[0] * values[1]
    case .divide: return values[0] / values[1]
    case .negate: return -values[0]
    case .reciprocal: return 1 / values[0]
    case .squareRoot: return values[0].squareRoot()
    case .power(let exponent): return pow(values[0], exponent)
    case .select: return values[0] != 0 ? values[1] : values[2]
    case .function(let name):
      guard let function = Builtins[name]?.value, function.arity == values.count else {
        throw .unknownFunction(name.name)
      }
      return function(values)
    }
  }

  static func combine(_ how: Accumulation, _ a: Double, _ b: Double) -> Double {
    switch how {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .min: a.isNaN || b.isNaN ? .nan : Swift.min(a, b)
    case .max: a.isNaN || b.isNaN ? .nan : Swift.max(a, b)
    }
  }
}
