import CEnergyKernels
import EnergyIR
import EnergyLowering

extension Region {
  /// How much of the first-level cache the rows of a chunk may take, in bytes.
  private static let chunkBudget = 24 << 10

  /// Gives registers their memory, decides the length of a chunk and hands the operations to the plan.
  mutating func finish() throws(EvaluationError) {
    let assignment = assignRegisters()
    let precision = compiler.layout.precision
    var rows = 1
    if let chunk {
      if try isDistributable() {
        rows = chunkRows(assignment.counts)
      }
      compiler.part.loops[chunk].chunk = rows
      rebalance(chunk)
      rows = compiler.part.loops[chunk].chunk
    }
    // Scratch: registers with lanes first, then those without.
    let wide = compiler.layout.aligned(rows * compiler.lanes)
    let narrow = compiler.layout.aligned(rows)
    let narrowStart = assignment.counts.wide * wide
    compiler.part.scratchSize = max(
      compiler.part.scratchSize, narrowStart + assignment.counts.narrow * narrow + precision.vectorWidth)
    func resolve(_ source: Source?) -> Place? {
      switch source {
      case nil: return nil
      case .place(let place): return place
      case .register(let number, let isVarying):
        let slot = assignment.slots[number]
        let offset = isVarying ? slot * wide : narrowStart + slot * narrow
        return Place(
          space: .scratch, offset: offset, rowStride: chunk == nil ? 0 : isVarying ? compiler.lanes : 1,
          isVarying: isVarying)
      }
    }
    let base = compiler.part.operations.count
    for step in operations {
      var operation = step.operation
      operation.out = resolve(step.out)
      operation.a = resolve(step.a)
      operation.b = resolve(step.b)
      operation.c = resolve(step.c)
      operation.target = step.operation.target + base
      operation.strides = ek_strides(
        lanes: step.lanes, out: stride(operation.out, true, step.lanes),
        a: stride(operation.a, step.lanewise[0], step.lanes), b: stride(operation.b, step.lanewise[1], step.lanes),
        c: stride(operation.c, step.lanewise[2], step.lanes))
      for (index, source) in step.indices.enumerated() {
        if let place = resolve(source) { compiler.part.gathers[operation.detail].indices[index].place = place }
      }
      compiler.emit(operation)
    }
  }

  /// Outside loops there is one row, and any stride will do that tells kernels that rows lie side by side.
  private func stride(_ place: Place?, _ isLanewise: Bool, _ lanes: Int) -> Int {
    guard let place else { return isLanewise ? lanes : 0 }
    return chunk != nil ? place.rowStride : isLanewise ? lanes : 0
  }

  private typealias Counts = (wide: Int, narrow: Int)

  /// Registers whose lives don't overlap share memory.
  private func assignRegisters() -> (slots: [Int], counts: (wide: Int, narrow: Int)) {
    var last = [Int](repeating: -1, count: registerLanes.count)
    func registers(_ operation: RegionOperation) -> [Int] {
      var found: [Int] = []
      for source in [operation.a, operation.b, operation.c, operation.out] + operation.indices.map(Optional.some) {
        if case .register(let number, _) = source { found.append(number) }
      }
      return found
    }
    for (position, operation) in operations.enumerated() {
      for number in registers(operation) { last[number] = position }
    }
    var slots = [Int](repeating: -1, count: registerLanes.count)
    var free: (wide: [Int], narrow: [Int]) = ([], [])
    var counts: (wide: Int, narrow: Int) = (0, 0)
    func release(_ number: Int) {
      if registerLanes[number] { free.wide.append(slots[number]) } else { free.narrow.append(slots[number]) }
    }
    func claim(_ number: Int) {
      if registerLanes[number] {
        slots[number] = free.wide.popLast() ?? counts.wide
        if slots[number] == counts.wide { counts.wide += 1 }
      } else {
        slots[number] = free.narrow.popLast() ?? counts.narrow
        if slots[number] == counts.narrow { counts.narrow += 1 }
      }
    }
    for (position, operation) in operations.enumerated() {
      let all = Set(registers(operation))
      // A kernel may overwrite an operand that isn't needed any more: it reads an element before it writes it.
      let dying = all.filter { slots[$0] >= 0 && last[$0] == position }.sorted()
      dying.forEach(release)
      let born = all.filter { slots[$0] < 0 }.sorted()
      born.forEach(claim)
      // A result that nobody reads gives its memory back at once.
      born.filter { last[$0] == position }.forEach(release)
    }
    return (slots, counts)
  }

  /// So many rows that registers and the buffers read and written stay in the first-level cache.
  private func chunkRows(_ counts: (wide: Int, narrow: Int)) -> Int {
    var streams: Set<String> = []
    var elements = counts.wide * compiler.lanes + counts.narrow
    for operation in operations {
      for case .place(let place) in [operation.out, operation.a, operation.b, operation.c] where place.rowStride != 0 {
        if streams.insert("\(place.space) \(place.offset / 4096) \(place.terms)").inserted {
          elements += place.isVarying ? compiler.lanes : 1
        }
      }
    }
    let rows = Self.chunkBudget / max(1, elements * compiler.layout.precision.size)
    return max(1, rows >= 8 ? rows / 4 * 4 : rows)
  }

  /// Chunks of about equal length, where the number of iterations is known.
  private func rebalance(_ number: Int) {
    let loop = compiler.part.loops[number]
    guard loop.lower.count == 1, loop.upper.count == 1, loop.lower[0].terms.isEmpty, loop.upper[0].terms.isEmpty
    else { return }
    let trips = loop.upper[0].offset - loop.lower[0].offset
    guard trips > loop.chunk, loop.chunk > 0 else {
      if trips > 0, trips < loop.chunk { compiler.part.loops[number].chunk = trips }
      return
    }
    let chunks = (trips + loop.chunk - 1) / loop.chunk
    compiler.part.loops[number].chunk = (trips + chunks - 1) / chunks
  }
}
