import EnergyIR
import EnergyLowering

/// Loops over what all samples share, such as the rows of a table, in a program whose sample lies in registers: registers
/// have no addresses, so all other loops are unrolled, but these have nothing to do with where the sample lies.
struct RolledLoops {
  /// Where they begin in the body.
  let heads: Set<Int>
  /// The operations that are written out, each body of a loop once.
  let operations: OperationCount?
  /// Their variables; places that they choose are not written out.
  private let variables: Set<Variable>

  /// Shorter loops are unrolled.
  private static let shortest = 9

  private struct Loop {
    let head: Int
    let variable: Variable
    let bounds: [IndexExpression]
    let trips: Int
    /// The loops around it.
    let outer: [Int]
    /// Whether an array of the sample is indexed by its variable.
    var isAddressed = false
    /// Whether the bounds of a loop inside that must be unrolled depend on it.
    var isBound = false

    var canRoll: Bool { !isAddressed && !isBound && trips >= RolledLoops.shortest }
  }

  /// The ways to roll a program, fewest first: the outermost loops that can be, or all.
  static func candidates(_ layout: ProgramLayout) -> [RolledLoops] {
    let loops = loops(of: layout)
    let all = loops.values.filter(\.canRoll)
    let outermost = all.filter { loop in !loop.outer.contains { loops[$0]?.canRoll ?? false } }
    if all.isEmpty { return [] }
    return (outermost.count == all.count ? [all] : [outermost, all]).map { RolledLoops($0, layout) }
  }

  private init(_ loops: [Loop], _ layout: ProgramLayout) {
    heads = Set(loops.map(\.head))
    variables = Set(loops.map(\.variable))
    var program = layout.program
    for loop in loops {
      program.body[loop.head] = .loop(loop.variable, lower: [IndexExpression(0)], upper: [IndexExpression(1)])
    }
    operations = OperationCount(program, dimensions: layout.dimensions)
  }

  private static func loops(of layout: ProgramLayout) -> [Int: Loop] {
    var loops: [Int: Loop] = [:]
    var open: [Int] = []
    for (position, instruction) in layout.program.body.enumerated() {
      switch instruction {
      case .loop(let variable, let lower, let upper):
        let isFixed = (lower + upper).allSatisfy(\.variables.isEmpty)
        let low = lower.map { layout.value($0.offset) }.max() ?? 0
        let high = upper.map { layout.value($0.offset) }.min() ?? 0
        loops[position] = Loop(
          head: position, variable: variable, bounds: lower + upper,
          trips: isFixed ? high - low : layout.value(variable.extent), outer: open)
        open.append(position)
      case .endLoop: open.removeLast()
      case .load(_, let access), .store(let access, _), .accumulate(_, let access, _):
        guard layout.program.buffers[access.buffer.index].isVarying else { continue }
        let indices = access.positions.flatMap(\.variables)
        for head in open where loops[head].map({ indices.contains($0.variable) }) ?? false {
          loops[head]?.isAddressed = true
        }
      default: continue
      }
    }
    for loop in loops.values where loop.isAddressed {
      let needed = loop.bounds.flatMap(\.variables)
      for head in loop.outer where loops[head].map({ needed.contains($0.variable) }) ?? false {
        loops[head]?.isBound = true
      }
    }
    return loops
  }

  /// Whether a place depends on a loop that stays one.
  func chooses(_ access: Access) -> Bool { access.positions.flatMap(\.variables).contains(where: variables.contains) }
}

extension Access.Position {
  fileprivate var variables: [Variable] {
    if case .affine(let expression) = self { return expression.variables }
    return []
  }
}
