import EnergyIR
import EnergyLowering

/// How a block of threads computes many samples at once where the work is in products with matrices that all samples
/// share: each product is one of two matrices, the samples' vectors and the shared one, made tile by tile in registers from
/// chunks of both in shared memory.
///
/// A program is a sequence of steps. A step makes the columns of a product, runs the rounds of a loop for all samples, or
/// both: a loop over the columns of the product before it reads them from the registers in which they were added up. What
/// isn't a product or a loop with independent rounds is done by a thread a sample.
struct TilePlan {
  /// One step of a block.
  struct Step {
    /// The position of the product whose columns are made.
    var product: Int?
    /// The position of the head of the loop over columns.
    var loop: Int?
    /// The positions of what a thread a sample does.
    var singles: [Int] = []
    /// How many columns there are.
    var columns = 1
    /// Positions of values from outside that the step needs.
    var prefix: [Int] = []

    /// The positions of its own instructions, in order; blocks end where `ends` says.
    func positions(_ ends: [Int: Int]) -> [Int] {
      (loop.map { Array(($0 + 1)..<(ends[$0] ?? $0 + 1)) } ?? []) + singles.flatMap { Array($0...(ends[$0] ?? $0)) }
    }
  }

  /// Where the entries of an array lie.
  enum Home: Equatable {
    /// They are computed anew wherever the product reads them, by the loop at this position.
    case recomputed(loop: Int)
    /// Made and read in one step: in registers, a unit or a tile of them.
    case step
    /// In registers from step to step, each thread its part.
    case registers
    /// In shared memory.
    case shared
    /// Within a round of a loop.
    case round
  }

  /// What a step does with an array.
  struct Use {
    enum Kind { case own, across, operand, result }
    let step: Int
    let kind: Kind
    let isWrite: Bool
  }

  let steps: [Step]
  let homes: [BufferID: Home]
  let uses: [BufferID: [Use]]
  /// Additions up over the columns, by the position of the loop's head.
  let sums: [Int: [(buffer: BufferID, how: Accumulation)]]
  /// What sums begin with, where that is a number.
  let starts: [BufferID: Double]
  /// Multiply-adds a sample in products.
  let productWork: Int

  let layout: ProgramLayout
  let body: [Instruction]
  let ends: [Int: Int]
  let samples: Set<BufferID>
  let outputs: Set<BufferID>

  /// Threads of a block.
  static let threads = 128
  /// Numbers of a vector that are multiplied between two barriers.
  static let chunk = 32

  /// - Returns: `nil` where a program has no such products, or something that doesn't go with them.
  init?(_ layout: ProgramLayout, _ roles: BufferRoles, _ plan: CooperativePlan) {
    var analysis = TileAnalysis(layout, roles, plan)
    guard analysis.run() else { return nil }
    steps = analysis.steps
    homes = analysis.homes
    uses = analysis.uses
    sums = plan.partials
    starts = analysis.starts
    productWork = analysis.productWork
    body = layout.program.body
    ends = plan.ends
    samples = Set(roles.samples.keys)
    outputs = Set(roles.outputs.map(\.buffer))
    self.layout = layout
  }

  // MARK: Parts of the program

  /// A product's parts.
  struct Product {
    let output: BufferID
    let matrix: BufferID
    let isTransposed: Bool
    let vector: BufferID
    let isAccumulating: Bool
  }

  func product(_ position: Int) -> Product? { Self.product(body[position]) }

  static func product(_ instruction: Instruction) -> Product? {
    guard
      case .call(.matrixProduct(let output, let matrix, let transposed, let vector, let accumulating), _) = instruction
    else { return nil }
    return Product(
      output: output, matrix: matrix, isTransposed: transposed, vector: vector, isAccumulating: accumulating)
  }

  /// The instructions within a loop.
  func inside(_ head: Int) -> ArraySlice<Instruction> { body[(head + 1)..<(ends[head] ?? head + 1)] }

  /// The variable of a loop.
  func variable(_ head: Int) -> Variable? {
    if case .loop(let variable, _, _) = body[head] { return variable }
    return nil
  }

  /// What a step reads and writes, positions of its instructions in order.
  func positions(_ step: Step) -> [Int] { step.prefix + step.positions(ends) }
}

/// How the threads of a block share samples × columns: thread (down, across) has the samples `down + downs·r` and, in each
/// tile of columns, units of neighbouring columns `across + acrosses·q`.
struct TileGrid: Equatable {
  /// Threads beside each other in a row.
  let acrosses: Int
  /// Rows of threads.
  let downs: Int
  /// Samples of a thread.
  let rows: Int
  /// Units of columns of a thread.
  let units: Int
  /// Numbers of a unit.
  let unit: Int
  /// All columns.
  let columns: Int

  init(columns: Int, samples: Int, isSingle: Bool) {
    unit = isSingle ? 4 : 2
    self.columns = columns
    let wanted = (columns + unit - 1) / unit
    var acrosses = TilePlan.threads / samples
    while acrosses < min(wanted, 16) { acrosses *= 2 }
    self.acrosses = acrosses
    downs = TilePlan.threads / acrosses
    rows = max(1, samples / downs)
    // As many as a thread's sums leave registers for.
    let most = isSingle || samples == 64 ? 2 : 4
    units = wanted > 2 * acrosses ? most : wanted > acrosses ? 2 : 1
  }

  /// Columns of a tile.
  var width: Int { acrosses * units * unit }
  /// Whether one tile has all columns.
  var isOne: Bool { columns <= width }
  /// Whether every thread has columns only that there are.
  var isFull: Bool { columns % width == 0 }
  /// Numbers of a thread in a tile.
  var perThread: Int { rows * units * unit }
}
