import EnergyBuiltins
import EnergyIR
import EnergyLowering
import Foundation

@testable import EnergyCPU

/// Runs a loop program for one sample, an instruction at a time: what the tiles are compared with.
struct ScalarOracle {
  let program: LoopProgram
  var dimensions: [EnergyIR.Dimension: Int] = [:]
  var functions: ScalarFunctionLookup = testFunctions
  var buffers: [[Double]] = []
  var registers: [Double] = []
  private var variables: [Variable: Int] = [:]

  init(_ program: LoopProgram, dimensions: [EnergyIR.Dimension: Int] = [:], inputs: [BufferID: [Double]]) {
    self.program = program
    self.dimensions = dimensions
    registers = [Double](repeating: .nan, count: program.registers.count)
    buffers = program.buffers.map { buffer in
      [Double](repeating: 0, count: buffer.extents.reduce(1) { $0 * ($1.value(dimensions) ?? 0) })
    }
    for (buffer, values) in inputs { buffers[buffer.index] = values }
    run(program.prologue[...])
    run(program.body[...])
  }

  private func number(_ expression: IndexExpression) -> Int {
    var sum = expression.offset.value(dimensions) ?? 0
    for term in expression.terms { sum += (variables[term.variable] ?? 0) * term.coefficient }
    if let modulus = expression.modulus?.value(dimensions) { sum = floorMod(sum, modulus) }
    return sum
  }

  private func value(_ operand: Operand) -> Double {
    switch operand {
    case .register(let register): registers[register.index]
    case .constant(let value): value
    case .index(let expression): Double(number(expression))
    case .size(let size): Double(size.value(dimensions) ?? 0)
    }
  }

  private func position(_ access: Access) -> Int {
    var sum = 0
    for (axis, position) in access.positions.enumerated() {
      sum *= program.buffers[access.buffer.index].extents[axis].value(dimensions) ?? 0
      switch position {
      case .affine(let expression): sum += number(expression)
      case .register(let register): sum += Int(registers[register.index])
      }
    }
    return sum
  }

  private func holds(_ condition: Condition) -> Bool {
    let value = number(condition.expression)
    switch condition.relation {
    case .atLeastZero: return value >= 0
    case .equalsZero: return value == 0
    case .differsFromZero: return value != 0
    }
  }

  private func end(of start: Int, in code: ArraySlice<Instruction>) -> Int {
    var depth = 0
    for index in start..<code.endIndex {
      switch code[index] {
      case .loop, .when: depth += 1
      case .endLoop, .endWhen: depth -= 1
      default: break
      }
      if depth == 0 { return index }
    }
    return code.endIndex
  }

  private mutating func run(_ code: ArraySlice<Instruction>) {
    var index = code.startIndex
    while index < code.endIndex {
      switch code[index] {
      case .loop(let variable, let lower, let upper):
        let last = end(of: index, in: code)
        let low = lower.map(number).max() ?? 0
        let high = upper.map(number).min() ?? 0
        if low < high {
          for value in low..<high {
            variables[variable] = value
            run(code[(index + 1)..<last])
          }
        }
        index = last
      case .when(let conditions):
        let last = end(of: index, in: code)
        if conditions.allSatisfy(holds) { run(code[(index + 1)..<last]) }
        index = last
      case .endLoop, .endWhen: break
      case .compute(let register, let computation, let operands, _):
        registers[register.index] = compute(computation, operands.map(value))
      case .load(let register, let access):
        registers[register.index] = buffers[access.buffer.index][position(access)]
      case .store(let access, let operand):
        buffers[access.buffer.index][position(access)] = value(operand)
      case .accumulate(let how, let access, let operand):
        let place = position(access)
        buffers[access.buffer.index][place] = combine(how, buffers[access.buffer.index][place], value(operand))
      case .fill(let buffer, let value):
        buffers[buffer.index] = buffers[buffer.index].map { _ in value }
      case .call(.matrixProduct(let output, let matrix, let transposed, let vector, let accumulating), _):
        product(output.index, matrix.index, transposed, vector.index, accumulating)
      case .call(.linearAlgebra, _): break
      }
      index += 1
    }
  }

  private mutating func product(_ output: Int, _ matrix: Int, _ transposed: Bool, _ vector: Int, _ adds: Bool) {
    let extents = program.buffers[matrix].extents.map { $0.value(dimensions) ?? 0 }
    let (m, k) = transposed ? (extents[1], extents[0]) : (extents[0], extents[1])
    let rest = buffers[vector].count / max(1, k)
    for row in 0..<m {
      for column in 0..<rest {
        var sum = adds ? buffers[output][row * rest + column] : 0
        for index in 0..<k {
          sum +=
            buffers[matrix][transposed ? index * m + row : row * k + index] * buffers[vector][index * rest + column]
        }
        buffers[output][row * rest + column] = sum
      }
    }
  }

  private func combine(_ how: Accumulation, _ x: Double, _ y: Double) -> Double {
    switch how {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .min: x.isNaN ? x : y.isNaN ? y : Swift.min(x, y)
    case .max: x.isNaN ? x : y.isNaN ? y : Swift.max(x, y)
    }
  }

  private func compute(_ computation: Computation, _ x: [Double]) -> Double {
    switch computation {
    case .add: x[0] + x[1]
    case .subtract: x[0] - x[1]
    case .multiply: x[0] * x[1]
    case .divide: x[0] / x[1]
    case .negate: -x[0]
    case .reciprocal: 1 / x[0]
    case .squareRoot: x[0].squareRoot()
    case .power(let exponent): pow(x[0], exponent)
    case .select: x[0] != 0 ? x[1] : x[2]
    case .function("min") where x.count == 3: Swift.min(x[0], x[1], x[2])
    case .function(let name): functions(name, x.count)?(x) ?? .nan
    }
  }
}

/// Reference values of functions: from the C library, and from EnergyBuiltins for all others.
let testFunctions: ScalarFunctionLookup = { name, arity in
  let unary: [String: @Sendable (Double) -> Double] = [
    "exp": { exp($0) }, "sin": { sin($0) }, "cos": { cos($0) }, "log": { log($0) }, "tanh": { tanh($0) },
    "square": { $0 * $0 }, "negate": { -$0 }, "digamma": { 2 * $0 + 1 },
    "sigmoid": { 1 / (1 + exp(-$0)) },
  ]
  let binary: [String: @Sendable (Double, Double) -> Double] = [
    "min": { $0.isNaN ? $0 : $1.isNaN ? $1 : Swift.min($0, $1) },
    "max": { $0.isNaN ? $0 : $1.isNaN ? $1 : Swift.max($0, $1) },
    "less": { $0 < $1 ? 1 : 0 }, "softmaxweight": { exp($0 - ($1 == -.infinity ? 0 : $1)) },
  ]
  if arity == 1, let function = unary[name.name] { return .unary(function) }
  if arity == 2, let function = binary[name.name] { return .binary(function) }
  return nil
}
