import CEnergyKernels
import Dispatch
import EnergyLowering
import Synchronization

extension BoundEvaluator {
  /// Evaluates the program for `rows` samples.
  ///
  /// - Parameters:
  ///   - samples: one source for every input that differs from sample to sample.
  ///   - results: what to keep; any buffer of the program that is an output.
  ///   - isCancelled: asked once a tile, and within one that takes long; where it says yes, the run ends with
  ///     `.cancelled`.
  ///   - progress: told once a block of tiles how many rows are done; from any thread.
  public func run(
    samples: [SampleSource], rows: Int, results: [ResultTarget], isCancelled: (@Sendable () -> Bool)? = nil,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws(EvaluationError) {
    for input in evaluator.program.inputs {
      let buffer = evaluator.program.buffers[input.buffer.index]
      if buffer.isVarying, !samples.contains(where: { $0.buffer == input.buffer }) {
        throw .missingInput(buffer: buffer.name)
      }
    }
    if rows <= 0 { return }
    let written = results.reduce(0) { $0 + evaluator.count($1.buffer) } * rows * evaluator.precision.size
    let job = TileJob(
      bound: self, samples: samples, rows: rows, results: results, isStreaming: written > ek_cache_size(),
      isCancelled: isCancelled, progress: progress)
    let threads = min(max(1, evaluator.options.threads), job.blockCount)
    if threads == 1 {
      job.work()
    } else {
      DispatchQueue.concurrentPerform(iterations: threads) { _ in job.work() }
    }
    if let error = job.firstError { throw error }
  }
}

/// One run: blocks of tiles, taken in order by whichever thread is free.
private final class TileJob: Sendable {
  private static let tilesPerBlock = 8

  private struct Failure: Sendable {
    var tile: Int
    var error: EvaluationError
  }

  /// What goes in and out, without arrays inside: a tile takes some hundred nanoseconds.
  private struct Stream: @unchecked Sendable {
    var base: UnsafeMutableRawPointer
    /// In elements.
    var rowStride: Int
    var count: Int
    /// Where the tile is in the memory of a thread, in bytes.
    var tileOffset: Int
    var isVarying: Bool
    /// The value that all samples share, if there is one and it doesn't depend on the thread.
    var shared: UnsafeMutableRawPointer?
  }

  private let bound: BoundEvaluator
  private let rows: Int
  private let sources: [Stream]
  private let targets: [Stream]
  private let isStreaming: Bool
  private let lanes: Int
  private let size: Int
  private let transposeIn: ek_transpose_in_function
  private let transposeOut: ek_transpose_out_function
  private let isCancelled: (@Sendable () -> Bool)?
  private let progress: (@Sendable (Int) -> Void)?
  private let tileCount: Int
  let blockCount: Int
  private let nextBlock = Atomic<Int>(0)
  private let rowsDone = Atomic<Int>(0)
  /// The number of the first tile that failed, and why.
  private let failure = Mutex<Failure?>(nil)
  private let firstFailedTile = Atomic<Int>(.max)

  init(
    bound: BoundEvaluator, samples: [SampleSource], rows: Int, results: [ResultTarget], isStreaming: Bool,
    isCancelled: (@Sendable () -> Bool)?, progress: (@Sendable (Int) -> Void)?
  ) {
    self.bound = bound
    self.rows = rows
    let evaluator = bound.evaluator
    size = evaluator.precision.size
    lanes = evaluator.lanes
    func stream(_ buffer: BufferID, _ base: UnsafeMutableRawPointer, _ rowStride: Int) -> Stream {
      let place = evaluator.layout.buffers[buffer.index]
      return Stream(
        base: base, rowStride: rowStride, count: place.count, tileOffset: place.offset * evaluator.precision.size,
        isVarying: place.isVarying, shared: place.space == .shared ? bound.sharedAddress(buffer) : nil)
    }
    sources = samples.map { stream($0.buffer, UnsafeMutableRawPointer(mutating: $0.base), $0.rowStride) }
    targets = results.map { stream($0.buffer, $0.base, $0.rowStride) }
    self.isStreaming = isStreaming
    self.isCancelled = isCancelled
    self.progress = progress
    transposeIn = ek_transpose_in(evaluator.level.rawValue, evaluator.precision.kernelType)
    transposeOut = ek_transpose_out(evaluator.level.rawValue, evaluator.precision.kernelType)
    // One evaluation serves all rows where nothing differs between them.
    tileCount = evaluator.layout.hasLanes ? (rows + lanes - 1) / lanes : 1
    blockCount = (tileCount + Self.tilesPerBlock - 1) / Self.tilesPerBlock
  }

  var firstError: EvaluationError? { failure.withLock { $0?.error } }

  /// Works on blocks until there are none. Blocks are handed out in order, so every tile before the first that fails
  /// is finished, and the error reported is the same whatever the number of threads.
  func work() {
    let worker = bound.takeWorker()
    defer { bound.giveBack(worker) }
    while true {
      let block = nextBlock.wrappingAdd(1, ordering: .relaxed).oldValue
      if block >= blockCount { break }
      let last = min(tileCount, (block + 1) * Self.tilesPerBlock)
      for tile in (block * Self.tilesPerBlock)..<last {
        if firstFailedTile.load(ordering: .relaxed) < tile { return }
        do throws(EvaluationError) {
          if isCancelled?() == true { throw .cancelled }
          try evaluate(tile, worker)
        } catch {
          report(error, tile: tile)
          return
        }
      }
      if let progress {
        let count = last == tileCount ? rows - block * Self.tilesPerBlock * lanes : Self.tilesPerBlock * lanes
        progress(rowsDone.wrappingAdd(count, ordering: .relaxed).newValue)
      }
    }
    if isStreaming { ek_fence() }
  }

  private func report(_ error: EvaluationError, tile: Int) {
    var error = error
    if case .indexOutOfRange(let buffer, let index, let extent, let lane?) = error {
      let row = min(rows - 1, tile * lanes + lane)
      error = .indexOutOfRange(buffer: buffer, index: index, extent: extent, row: row)
    }
    failure.withLock { known in
      if known.map({ $0.tile > tile }) ?? true { known = Failure(tile: tile, error: error) }
    }
    firstFailedTile.min(tile, ordering: .relaxed)
  }

  private func evaluate(_ tile: Int, _ worker: TileWorker) throws(EvaluationError) {
    let first = tile * lanes
    let valid = min(lanes, rows - first)
    let hasNext = first + 2 * lanes <= rows
    let memory = worker.memory.start
    for index in sources.indices {
      let source = sources[index]
      let start = source.base + first * source.rowStride * size
      transposeIn(
        memory + source.tileOffset, start, source.rowStride, source.count, lanes, valid,
        hasNext ? start + lanes * source.rowStride * size : nil)
    }
    try worker.machine.run(isCancelled: isCancelled)
    for index in targets.indices {
      let target = targets[index]
      let start = target.base + first * target.rowStride * size
      if target.isVarying {
        transposeOut(
          start, target.rowStride, memory + target.tileOffset, target.count, lanes, valid, isStreaming ? 1 : 0)
      } else {
        let value = target.shared ?? memory + target.tileOffset
        for row in 0..<(tileCount == 1 ? rows : valid) {
          (start + row * target.rowStride * size).copyMemory(from: value, byteCount: target.count * size)
        }
      }
    }
  }
}
