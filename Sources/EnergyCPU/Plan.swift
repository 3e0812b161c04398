import CEnergyKernels
import EnergyBuiltins
import EnergyIR

// The tile plan: a loop program with its sizes bound, as a flat list of operations that each work on many rows of
// lanes at once. A *row* is one scalar of the program for all lanes of the tile. An innermost loop becomes a *chunk*:
// each operation in it runs for many iterations before the next one does, which makes the cost of deciding what to do
// small against the cost of doing it.

/// Where something lies.
enum Space: UInt8 {
  /// The memory of the thread: tiles and registers.
  case tile
  /// Values that all samples share.
  case shared
  /// The numbers of the program.
  case constants
  /// The memory of the thread behind `tile`: registers of the region at work.
  case scratch
}

/// One summand of an address: `counters[slot]·stride`.
struct AddressTerm: Hashable {
  var slot: Int32
  /// In elements.
  var stride: Int
}

/// An element, or in a chunk the first of `rows` elements that are `rowStride` apart; in elements.
struct Place: Hashable {
  var space: Space
  var offset: Int
  /// Sorted by slot.
  var terms: [AddressTerm] = []
  /// From one iteration of the chunk to the next.
  var rowStride = 0
  /// Whether it holds one value a lane.
  var isVarying: Bool
}

/// `Σ coefficient·counters[slot] + offset`.
struct AffineForm: Hashable {
  var terms: [AddressTerm] = []
  var offset: Int

  func coefficient(of slot: Int32) -> Int { terms.first { $0.slot == slot }?.stride ?? 0 }
}

/// A counter computed from others: `form mod modulus`.
struct DerivedCounter {
  var slot: Int32
  var form: AffineForm
  var modulus: Int
  /// How much `form` grows from one iteration of the chunk to the next.
  var step: Int
}

/// A condition with its sizes bound.
struct PlanCondition {
  enum Relation { case atLeastZero, equalsZero, differsFromZero }
  var form: AffineForm
  var modulus: Int?
  var relation: Relation
  /// How much `form` grows from one iteration of the chunk to the next.
  var step = 0
}

/// A loop, one iteration at a time, or where `chunk` is more than 0 that many.
struct PlanLoop {
  var slot: Int32
  var lower: [AffineForm]
  var upper: [AffineForm]
  var chunk = 0
  /// Computed at the start of every chunk, which ends before one of them wraps.
  var derived: [DerivedCounter] = []
  /// A chunk ends where one of these changes.
  var conditions: [PlanCondition] = []
  var end = 0
}

/// What an operation does.
enum OperationCode: UInt8 {
  case kernel, product, gather, scatter, scalar, count, linear
  case loop, endLoop, chunk, endChunk, when, derive, stop
}

/// One operation, before addresses are known.
struct PlanOperation {
  var code: OperationCode
  var kernel: ek_kernel?
  var out: Place?
  var a: Place?
  var b: Place?
  var c: Place?
  var strides = ek_strides()
  /// The position in the table that belongs to `code`: loops, conditions, products, …
  var detail = 0
  /// Where `when` goes on if its conditions don't hold.
  var target = 0
}

/// A matrix product on a tile.
struct PlanProduct {
  /// Of the matrix, from one row of the result to the next.
  var rowStride: Int
  var columnStride: Int
  var m: Int
  var k: Int
  var columns: Int
  var accumulating: Bool
}

/// A gather (`out` from `a`) or scatter (into `out` from `a`).
struct PlanGather {
  struct Index {
    var place: Place
    var extent: Int
    /// In elements.
    var stride: Int
  }
  var indices: [Index]
  /// The buffer's name, for messages.
  var buffer: String
  var lanes: Int
  /// As in the kernels; -1 stores.
  var how: Int32 = -1
}

/// Linear algebra on whole matrices; all operands without lanes, or all a lane at a time.
struct PlanLinear {
  struct Matrix {
    var place: Place
    var rows: Int
    var columns: Int
  }
  var operation: LinearAlgebra
  var output: Matrix
  var inputs: [Matrix]
  /// The name of the matrix, for messages.
  var buffer: String
}

/// A prologue or a body.
struct PlanPart {
  var lanes: Int
  var operations: [PlanOperation] = []
  var loops: [PlanLoop] = []
  var conditions: [[PlanCondition]] = []
  var derived: [DerivedCounter] = []
  var products: [PlanProduct] = []
  var gathers: [PlanGather] = []
  var scalars: [ScalarFunction] = []
  /// Numbers that count with a loop: the value at the first row, and the step.
  var counts: [(form: AffineForm, step: Int)] = []
  var linear: [PlanLinear] = []
  var counterCount = 0
  /// Elements of tile memory: buffers and lasting registers.
  var tileSize = 0
  /// Elements of scratch memory.
  var scratchSize = 0
}
