import CEnergyKernels
import EnergyBuiltins
import EnergyIR
import EnergyLowering

/// A loop program made ready for the processor: sizes bound, kernels chosen.
///
/// A tile of `lanes` samples is transposed so that each entry of the sample is `lanes` numbers side by side, and every
/// scalar operation of the program is a kernel on them, in an innermost loop for many iterations at a time. The last
/// tile is filled up with its last sample, so that a sample's results don't depend on its neighbours, on how many
/// samples there are, or on the number of threads.
public final class TileEvaluator: Sendable {
  /// The program.
  public let program: LoopProgram
  /// The type of samples and results.
  public let precision: Precision
  /// What was asked for.
  public let options: TileOptions
  /// How many samples make a tile; 1 where nothing differs from sample to sample.
  public let lanes: Int
  /// The vector instructions in use.
  public let level: VectorLevel
  let layout: PlanLayout
  let prologue: PlanPart
  let body: PlanPart
  let constants: [Double]

  /// Binds sizes and compiles the plan.
  ///
  /// - Parameters:
  ///   - dimensions: a value for every size in the program.
  ///   - scalarFunctions: what to call, an element at a time, for functions that have no kernel.
  public init(
    _ program: LoopProgram, dimensions: [Dimension: Int] = [:], precision: Precision = .f64,
    options: TileOptions = TileOptions(), scalarFunctions: @escaping ScalarFunctionLookup = builtinScalarFunctions
  ) throws(EvaluationError) {
    self.program = program
    self.precision = precision
    self.options = options
    level = min(options.level ?? .best, .best)
    var layout = try PlanLayout(program, dimensions: dimensions, precision: precision)
    for buffer in program.prologue.compactMap(\.accessedBuffer) where layout.buffers[buffer.index].space == .tile {
      throw .malformed("the prologue uses \(program.buffers[buffer.index].name), which belongs to the body")
    }
    lanes = try Self.chooseLanes(layout, options)
    layout.place(lanes: lanes)
    let assigned = Set(program.prologue.compactMap { $0.assignedRegister?.index })
    let exported = assigned.intersection(program.body.flatMap(\.readRegisters).map(\.index))
    let first = try PlanCompiler(
      program, program.prologue, layout: layout, tileSize: 0, lanes: 1, level: level, constants: ConstantPool(),
      registers: [:],
      exported: exported, scalarFunctions: scalarFunctions)
    let second = try PlanCompiler(
      program, program.body, layout: first.layout, tileSize: first.layout.tileSize, lanes: lanes, level: level,
      constants: first.constants,
      registers: first.lasting.filter { exported.contains($0.key) }, exported: [], scalarFunctions: scalarFunctions)
    prologue = first.part
    body = second.part
    self.layout = second.layout
    constants = second.constants.values
    let workers = max(1, options.threads)
    let perWorker = Self.byteCount(body, precision)
    let needed = (layout.sharedSize + layout.aligned(prologue.tileSize)) * precision.size + perWorker * workers
    if needed > options.memoryLimit { throw .memory(neededBytes: needed, limitBytes: options.memoryLimit) }
  }

  /// How many elements one sample has in a buffer.
  public func count(_ buffer: BufferID) -> Int { layout.buffers[buffer.index].count }

  static func byteCount(_ part: PlanPart, _ precision: Precision) -> Int {
    (part.tileSize + part.scratchSize + 2 * precision.vectorWidth) * precision.size
  }

  /// The more lanes, the less is spent on deciding what to do; the fewer, the more stays in the first-level cache.
  private static func chooseLanes(_ layout: PlanLayout, _ options: TileOptions) throws(EvaluationError) -> Int {
    if !layout.hasLanes { return 1 }
    if let lanes = options.lanes {
      guard lanes > 0, lanes % 16 == 0 else { throw .malformed("lanes must be a multiple of 16") }
      return lanes
    }
    let size = layout.precision.size
    var lanes = 32 * (8 / size)
    if layout.hasLargeProduct {
      lanes *= 2
    } else if layout.varyingCount <= 24 {
      lanes *= 2
    }
    while lanes > 16, layout.varyingCount * lanes * size > 1 << 20 { lanes /= 2 }
    return lanes
  }
}
