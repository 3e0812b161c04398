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
  ///   - isCancelled: asked once a tile; where it says yes, the run ends with `.cancelled`.
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

  private let bound: BoundEvaluator
  private let samples: [SampleSource]
  private let rows: Int
  private let results: [ResultTarget]
  private let isStreaming: Bool
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
    self.samples = samples
    self.rows = rows
    self.results = results
    self.isStreaming = isStreaming
    self.isCancelled = isCancelled
    self.progress = progress
    tileCount = (rows + bound.evaluator.lanes - 1) / bound.evaluator.lanes
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
        let count = min(rows, last * bound.evaluator.lanes) - block * Self.tilesPerBlock * bound.evaluator.lanes
        progress(rowsDone.wrappingAdd(count, ordering: .relaxed).newValue)
      }
    }
    if isStreaming { ek_fence() }
  }

  private func report(_ error: EvaluationError, tile: Int) {
    var error = error
    if case .indexOutOfRange(let buffer, let index, let extent, let lane?) = error {
      let row = min(rows - 1, tile * bound.evaluator.lanes + lane)
      error = .indexOutOfRange(buffer: buffer, index: index, extent: extent, row: row)
    }
    failure.withLock { known in
      if known.map({ $0.tile > tile }) ?? true { known = Failure(tile: tile, error: error) }
    }
    firstFailedTile.min(tile, ordering: .relaxed)
  }

  private func evaluate(_ tile: Int, _ worker: TileWorker) throws(EvaluationError) {
    let evaluator = bound.evaluator
    let lanes = evaluator.lanes
    let size = evaluator.precision.size
    let type = evaluator.precision.kernelType
    let level = evaluator.level.rawValue
    let first = tile * lanes
    let valid = min(lanes, rows - first)
    let hasNext = first + 2 * lanes <= rows
    for sample in samples {
      let place = evaluator.layout.buffers[sample.buffer.index]
      let start = sample.base + first * sample.rowStride * size
      ek_transpose_in(level, type)(
        worker.memory.start + place.offset * size, start, sample.rowStride, place.count, lanes, valid,
        hasNext ? start + lanes * sample.rowStride * size : nil)
    }
    try worker.machine.run()
    for result in results {
      let place = evaluator.layout.buffers[result.buffer.index]
      let start = result.base + first * result.rowStride * size
      if place.isVarying {
        ek_transpose_out(level, type)(
          start, result.rowStride, worker.memory.start + place.offset * size, place.count, lanes, valid,
          isStreaming ? 1 : 0)
      } else {
        // The same for all samples.
        let value =
          place.space == .shared
          ? bound.sharedAddress(result.buffer) : worker.memory.start + place.offset * size
        for row in 0..<valid {
          (start + row * result.rowStride * size).copyMemory(from: value, byteCount: place.count * size)
        }
      }
    }
  }
}
