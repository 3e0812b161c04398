import EnergyIR
import EnergyLowering

/// Where everything of a `TilePlan` lies for a number of samples a block.
struct TileLayout {
  let plan: TilePlan
  /// Samples of a block.
  let samples: Int
  /// One a step.
  let grids: [TileGrid]
  private(set) var homes: [BufferID: TilePlan.Home]
  /// The first number of each array in shared memory.
  private(set) var offsets: [BufferID: Int] = [:]
  /// Numbers from sample to sample of the rows in shared memory; `nil` where rows are read from memory as needed.
  let rowPitch: Int?
  /// Where chunks of vectors are put that lie nowhere in shared memory.
  private(set) var left: Int?
  /// Where chunks of matrices are put.
  private(set) var right = 0
  /// Numbers in all.
  private(set) var count = 0

  let isSingle: Bool
  private let width: Int

  /// Numbers of 16 bytes.
  var unit: Int { isSingle ? 4 : 2 }
  /// Numbers from sample to sample of a chunk of vectors.
  var leftPitch: Int { TilePlan.chunk + unit }

  /// Words of a thread that stay in registers from step to step.
  private static let keptWords = 64
  /// Rows of so many bytes are all in shared memory together.
  private static let rowsLimit = 40 << 10

  init(_ plan: TilePlan, samples: Int, width: Int, isSingle: Bool) {
    self.plan = plan
    self.samples = samples
    self.isSingle = isSingle
    self.width = width
    grids = plan.steps.map { TileGrid(columns: $0.columns, samples: samples, isSingle: isSingle) }
    homes = plan.homes
    let pitch = Self.pitch(width, isSingle ? 4 : 2)
    let isAcross = plan.samples.contains { buffer in plan.uses[buffer]?.contains { $0.kind == .across } ?? false }
    // Rows of parts of units are copied as one piece; what a product reads of them lies apart in memory.
    rowPitch =
      isAcross || width % (isSingle ? 4 : 2) != 0 || samples * pitch * (isSingle ? 4 : 8) <= Self.rowsLimit
      ? pitch : nil
    keepWhatFits()
    // Scores whose rows aren't whole units, or come from several arrays, leave in one piece, too.
    let scores = plan.outputs.filter { !plan.layout.extents[$0.index].isEmpty }
    if width % (isSingle ? 4 : 2) != 0 || scores.count > 1 {
      for (buffer, home) in homes where home == .step && plan.outputs.contains(buffer) { homes[buffer] = .shared }
    }
    place()
  }

  /// An odd number of units, so that neighbouring rows begin in different banks.
  private static func pitch(_ count: Int, _ unit: Int) -> Int { ((count + unit - 1) / unit | 1) * unit }

  /// Numbers from sample to sample of an array in shared memory; 1 for single numbers.
  func pitch(_ buffer: BufferID) -> Int {
    plan.layout.extents[buffer.index].isEmpty ? 1 : Self.pitch(plan.layout.count(buffer), unit)
  }

  // MARK: Registers

  /// Arrays stay in registers while those of all steps share the columns alike, and as long as there are enough.
  private mutating func keepWhatFits() {
    var words = Self.keptWords
    for (buffer, home) in homes.sorted(by: { $0.key.index < $1.key.index }) where home == .registers {
      let steps = Set((plan.uses[buffer] ?? []).map(\.step))
      let own = steps.map { grids[$0] }
      let need = (own.first?.perThread ?? 0) * (isSingle ? 1 : 2)
      guard let first = own.first, own.allSatisfy({ $0 == first }), first.isOne, need <= words else {
        homes[buffer] = .shared
        continue
      }
      words -= need
    }
  }

  // MARK: Shared memory

  /// The time from the first to the last step with an array. A product's operand is read before its columns are written.
  private func life(_ buffer: BufferID) -> ClosedRange<Int> {
    if plan.outputs.contains(buffer) { return 0...(2 * plan.steps.count + 1) }
    let times = (plan.uses[buffer] ?? []).map { use in
      use.kind == .operand && grids[use.step].isOne ? 2 * use.step : 2 * use.step + 1
    }
    return (times.min() ?? 0)...(times.max() ?? 0)
  }

  private mutating func place() {
    count = (rowPitch ?? 0) * samples
    let products = plan.steps.indices.filter { plan.steps[$0].product != nil }
    if products.contains(where: { stagesVector($0) }) {
      left = count
      count += samples * leftPitch
    }
    right = count
    count += (products.map { grids[$0].width }.max() ?? 0) * TilePlan.chunk
    var placed: [(start: Int, end: Int, life: ClosedRange<Int>)] = []
    let shared = homes.filter { $0.value == .shared }.map(\.key).sorted { $0.index < $1.index }
    let arrays = shared.filter { !plan.layout.extents[$0.index].isEmpty }
    let base = count
    for buffer in arrays + shared.filter({ plan.layout.extents[$0.index].isEmpty }) {
      let (size, life) = (samples * pitch(buffer), life(buffer))
      let others = placed.filter { $0.life.overlaps(life) }.sorted { $0.start < $1.start }
      var start = base
      for other in others where other.start < start + size { start = max(start, other.end) }
      placed.append((start, start + size, life))
      offsets[buffer] = start
      count = max(count, start + size)
    }
  }

  /// How often a row is read from memory, all but the first time from a cache.
  var rowReads: Int {
    if rowPitch != nil { return 1 }
    var reads = 0
    for (index, step) in plan.steps.enumerated() {
      if step.product != nil, stagesVector(index) {
        reads += (step.columns + grids[index].width - 1) / grids[index].width
      }
      if let loop = step.loop,
        plan.inside(loop).contains(where: { $0.readBuffers.contains(where: plan.samples.contains) })
      {
        reads += 1
      }
    }
    return max(1, reads)
  }

  /// Bytes of matrices that a block reads, from a cache where other blocks read them before.
  var matrixBytes: Int {
    plan.steps.compactMap { $0.product.flatMap(plan.product) }.reduce(0) { $0 + plan.layout.count($1.matrix) }
      * (isSingle ? 4 : 8)
  }

  /// Whether a product's vectors are put into shared memory chunk by chunk.
  func stagesVector(_ step: Int) -> Bool {
    guard let product = plan.steps[step].product.flatMap(plan.product) else { return false }
    return homes[product.vector] != .shared
  }

  /// The loop that makes a product's vectors while they are put there; `nil` where they are a part of the row.
  func recomputingLoop(_ vector: BufferID) -> Int? {
    if case .recomputed(let loop)? = homes[vector] { return loop }
    return nil
  }

  var bytes: Int { count * (isSingle ? 4 : 8) }
}
