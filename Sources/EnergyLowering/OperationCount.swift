import EnergyIR

/// How much work a program does for one sample, with all sizes bound.
///
/// An addition, multiplication, division, comparison, selection or function is 1, a sum of n terms n; loads,
/// stores and work that doesn't depend on the sample are 0.
public struct OperationCount: Hashable, Sendable {
  /// All operations.
  public private(set) var total = 0
  /// Those of them that are functions, powers, roots, divisions and reciprocals.
  public private(set) var transcendental = 0

  /// Counts the body of the program; `nil` where a size isn't bound. Trip counts are exact, also where the bounds
  /// of a loop depend on outer loops.
  public init?(_ program: LoopProgram, dimensions: [Dimension: Int] = [:]) {
    guard let tree = Tree(program) else { return nil }
    var counter = Counter(program: program, dimensions: dimensions)
    counter.count(tree.root)
    guard !counter.isUnbound else { return nil }
    total = counter.total
    transcendental = counter.transcendental
  }
}

/// The instructions as nested blocks, each with what one pass costs.
private final class Block {
  let head: Instruction?
  var instructions: [Instruction] = []
  var blocks: [Block] = []
  init(head: Instruction?) { self.head = head }
}

private struct Tree {
  let root = Block(head: nil)

  init?(_ program: LoopProgram) {
    var stack = [root]
    for instruction in program.body {
      guard let current = stack.last else { return nil }
      switch instruction {
      case .loop, .when:
        let block = Block(head: instruction)
        current.blocks.append(block)
        stack.append(block)
      case .endLoop, .endWhen: stack.removeLast()
      default: current.instructions.append(instruction)
      }
    }
  }
}

private struct Counter {
  let program: LoopProgram
  let dimensions: [Dimension: Int]
  var total = 0
  var transcendental = 0
  var isUnbound = false
  private var indices: [Variable: Int] = [:]

  init(program: LoopProgram, dimensions: [Dimension: Int]) {
    self.program = program
    self.dimensions = dimensions
  }

  private mutating func value(_ size: Size) -> Int {
    if let value = size.value(dimensions) { return value }
    isUnbound = true
    return 0
  }

  private mutating func value(_ expression: IndexExpression) -> Int {
    var sum = value(expression.offset)
    for term in expression.terms { sum += term.coefficient * (indices[term.variable] ?? 0) }
    guard let modulus = expression.modulus else { return sum }
    let size = value(modulus)
    return size > 0 ? ((sum % size) + size) % size : 0
  }

  /// The recursion is as deep as loops nest.
  mutating func count(_ block: Block) {
    for instruction in block.instructions { count(instruction) }
    for inner in block.blocks where !isUnbound {
      switch inner.head {
      case .loop(let variable, let lower, let upper):
        let low = lower.map { value($0) }.max() ?? 0
        let high = upper.map { value($0) }.min() ?? 0
        guard low < high else { continue }
        if depends(inner, on: variable) {
          for index in low..<high {
            indices[variable] = index
            count(inner)
          }
          indices[variable] = nil
        } else {
          let before = (total, transcendental)
          count(inner)
          total = before.0 + (total - before.0) * (high - low)
          transcendental = before.1 + (transcendental - before.1) * (high - low)
        }
      case .when(let conditions): if conditions.allSatisfy({ holds($0) }) { count(inner) }
      default: continue
      }
    }
  }

  /// Whether bounds or conditions inside depend on the variable, so that passes differ.
  private func depends(_ block: Block, on variable: Variable) -> Bool {
    var pending = block.blocks
    while let next = pending.popLast() {
      switch next.head {
      case .loop(_, let lower, let upper):
        if (lower + upper).contains(where: { $0.variables.contains(variable) }) { return true }
      case .when(let conditions):
        if conditions.contains(where: { $0.expression.variables.contains(variable) }) { return true }
      default: break
      }
      pending += next.blocks
    }
    return false
  }

  private mutating func holds(_ condition: Condition) -> Bool {
    let number = value(condition.expression)
    return switch condition.relation {
    case .atLeastZero: number >= 0
    case .equalsZero: number == 0
    case .differsFromZero: number != 0
    }
  }

  private mutating func count(_ instruction: Instruction) {
    switch instruction {
    case .compute(let register, let computation, _, _):
      guard program.registers[register.index].isVarying else { return }
      total += 1
      switch computation {
      case .divide, .reciprocal, .squareRoot, .power: transcendental += 1
      case .function(let name): if TermOperation.apply(name).isExpensive { transcendental += 1 }
      default: break
      }
    case .accumulate(_, let access, _): if program.buffers[access.buffer.index].isVarying { total += 1 }
    case .call(.matrixProduct(_, let matrix, _, let vector, _), _):
      var entries = 1
      for size in program.buffers[matrix.index].extents + program.buffers[vector.index].extents.dropFirst() {
        entries *= value(size)
      }
      total += 2 * entries
    case .call(.linearAlgebra(let operation, let output, let inputs), _):
      guard program.buffers[output.index].isVarying else { return }
      // The order of magnitude: a factorisation, or substitution for each right side.
      let rows = value(program.buffers[inputs[0].index].extents[0])
      switch operation {
      case .inv, .solve, .cholesky, .logdet, .det, .isPositiveDefinite: total += rows * rows * rows
      case .solveLower, .solveLowerTransposed:
        total += rows * program.buffers[output.index].extents.reduce(1) { $0 * value($1) }
      case .pivots: total += rows
      case .argsort: total += rows * (rows.bitWidth - rows.leadingZeroBitCount)
      }
    default: break
    }
  }
}
