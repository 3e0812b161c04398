import EnergyIR
import EnergyLowering

/// The flat list of instructions as nested blocks.
struct LoopTree {
  enum Item {
    case step(Instruction)
    case block(Int)
  }
  enum Kind {
    case root
    case loop(Variable, lower: [IndexExpression], upper: [IndexExpression])
    case when([Condition])
  }
  struct Block {
    var kind: Kind
    var items: [Item] = []
  }

  /// The root is block 0; children have greater numbers than their parents.
  private(set) var blocks = [Block(kind: .root)]

  init(_ instructions: [Instruction]) throws(EvaluationError) {
    var open = [0]
    for instruction in instructions {
      let current = open[open.count - 1]
      switch instruction {
      case .loop(let variable, let lower, let upper):
        blocks[current].items.append(.block(blocks.count))
        open.append(blocks.count)
        blocks.append(Block(kind: .loop(variable, lower: lower, upper: upper)))
      case .when(let conditions):
        blocks[current].items.append(.block(blocks.count))
        open.append(blocks.count)
        blocks.append(Block(kind: .when(conditions)))
      case .endLoop:
        guard case .loop = blocks[current].kind else { throw .malformed("endLoop without loop") }
        open.removeLast()
      case .endWhen:
        guard case .when = blocks[current].kind else { throw .malformed("endWhen without when") }
        open.removeLast()
      default:
        blocks[current].items.append(.step(instruction))
      }
    }
    if open.count != 1 { throw .malformed("a block isn't closed") }
  }

  /// Whether the block holds neither loops nor operations on whole buffers, so that it can run in chunks.
  func isInnermost(_ block: Int) -> Bool {
    for item in blocks[block].items {
      switch item {
      case .block(let inner):
        guard case .when = blocks[inner].kind, isInnermost(inner) else { return false }
      case .step(.fill), .step(.call): return false
      case .step: continue
      }
    }
    return true
  }
}
