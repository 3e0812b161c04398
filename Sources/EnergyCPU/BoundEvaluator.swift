import CEnergyKernels
import COpenBLAS
import EnergyLowering
import Synchronization

/// Where the samples of one argument lie: row after row, of the evaluator's precision.
public struct SampleSource: @unchecked Sendable {
  /// The input buffer of the program.
  public let buffer: BufferID
  /// The first entry of the first row.
  public let base: UnsafeRawPointer
  /// From one row to the next, in elements; more than the argument's size where several are packed in a row.
  public let rowStride: Int

  /// A description of samples in memory, which must stay while they are read.
  public init(_ buffer: BufferID, _ base: UnsafeRawPointer, rowStride: Int) {
    self.buffer = buffer
    self.base = base
    self.rowStride = rowStride
  }
}

/// Where a result goes: row after row, of the evaluator's precision.
public struct ResultTarget: @unchecked Sendable {
  /// The buffer of the program whose rows are written.
  public let buffer: BufferID
  /// The first entry of the first row.
  public let base: UnsafeMutableRawPointer
  /// From one row to the next, in elements.
  public let rowStride: Int

  /// A description of memory to write, which must stay while it is written.
  public init(_ buffer: BufferID, _ base: UnsafeMutableRawPointer, rowStride: Int) {
    self.buffer = buffer
    self.base = base
    self.rowStride = rowStride
  }
}

/// An evaluator with values for everything that all samples share; its prologue has run.
public final class BoundEvaluator: Sendable {
  /// The evaluator.
  public let evaluator: TileEvaluator
  private let shared: AlignedMemory
  private let constants: AlignedMemory
  /// Tile memories that wait for the next run.
  private let idle = Mutex<[TileWorker]>([])

  /// Use `TileEvaluator.bind`.
  init(
    _ evaluator: TileEvaluator, _ uniforms: [BufferID: [Double]], isCancelled: (@Sendable () -> Bool)?
  ) throws(EvaluationError) {
    self.evaluator = evaluator
    _ = Self.oneThreadPerCall
    let size = evaluator.precision.size
    shared = AlignedMemory(byteCount: evaluator.layout.sharedSize * size + 64)
    constants = AlignedMemory(byteCount: evaluator.constants.count * size + 64)
    evaluator.precision.write(evaluator.constants, to: constants.start)
    for input in evaluator.program.inputs {
      let buffer = evaluator.program.buffers[input.buffer.index]
      if buffer.isVarying { continue }
      let place = evaluator.layout.buffers[input.buffer.index]
      guard let values = uniforms[input.buffer] else { throw .missingInput(buffer: buffer.name) }
      guard values.count == place.count else {
        throw .wrongCount(buffer: buffer.name, expected: place.count, given: values.count)
      }
      evaluator.precision.write(values, to: shared.start + place.offset * size)
    }
    let worker = TileWorker(
      evaluator.prologue, precision: evaluator.precision, level: evaluator.level, shared: shared, constants: constants)
    try worker.machine.run(isCancelled: isCancelled)
  }

  /// OpenBLAS must not start threads of its own beside ours.
  static let oneThreadPerCall: Void = openblas_set_num_threads(1)

  func takeWorker() -> TileWorker {
    if let worker = idle.withLock({ $0.popLast() }) { return worker }
    return TileWorker(
      evaluator.body, precision: evaluator.precision, level: evaluator.level, shared: shared, constants: constants)
  }

  func giveBack(_ worker: TileWorker) { idle.withLock { $0.append(worker) } }

  /// The value of a buffer that all samples share, after the prologue.
  public func sharedValue(_ buffer: BufferID) -> [Double]? {
    let place = evaluator.layout.buffers[buffer.index]
    guard place.space == .shared else { return nil }
    return evaluator.precision.read(shared.start + place.offset * evaluator.precision.size, count: place.count)
  }

  /// The address of a shared buffer.
  func sharedAddress(_ buffer: BufferID) -> UnsafeMutableRawPointer {
    shared.start + evaluator.layout.buffers[buffer.index].offset * evaluator.precision.size
  }
}

extension TileEvaluator {
  /// Takes the values that all samples share, in row-major order, and runs the prologue.
  /// - Parameter isCancelled: asked now and then; where it says yes, this ends with `.cancelled`.
  public func bind(
    _ uniforms: [BufferID: [Double]], isCancelled: (@Sendable () -> Bool)? = nil
  ) throws(EvaluationError) -> BoundEvaluator {
    try BoundEvaluator(self, uniforms, isCancelled: isCancelled)
  }
}

/// The memory of one thread and a machine on it.
final class TileWorker: @unchecked Sendable {
  let memory: AlignedMemory
  let machine: TileMachine

  init(
    _ part: PlanPart, precision: Precision, level: VectorLevel, shared: AlignedMemory, constants: AlignedMemory
  ) {
    memory = AlignedMemory(byteCount: TileEvaluator.byteCount(part, precision))
    let scratch = (part.tileSize + precision.vectorWidth - 1) / precision.vectorWidth * 64
    let bases = SpaceBases(
      tile: memory.start, shared: shared.start, constants: constants.start, scratch: memory.start + scratch)
    machine = TileMachine(RuntimePlan(part, precision: precision, bases: bases), level: level)
  }
}

extension Precision {
  func write(_ values: [Double], to start: UnsafeMutableRawPointer) {
    switch self {
    case .f64:
      let numbers = start.assumingMemoryBound(to: Double.self)
      for (index, value) in values.enumerated() { numbers[index] = value }
    case .f32:
      let numbers = start.assumingMemoryBound(to: Float.self)
      for (index, value) in values.enumerated() { numbers[index] = Float(value) }
    }
  }

  func read(_ start: UnsafeRawPointer, count: Int) -> [Double] {
    switch self {
    case .f64: Array(UnsafeBufferPointer(start: start.assumingMemoryBound(to: Double.self), count: count))
    case .f32: UnsafeBufferPointer(start: start.assumingMemoryBound(to: Float.self), count: count).map(Double.init)
    }
  }
}
