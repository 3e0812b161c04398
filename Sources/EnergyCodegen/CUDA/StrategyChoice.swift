import EnergyIR
import EnergyLowering

/// Chooses how a program runs on a GPU from what it costs a sample. Everything about this is decided here; the files
/// beside it only spell it.
struct StrategyChoice {
  let layout: ProgramLayout
  let roles: BufferRoles
  let what: EmissionRequest.What
  let isSingle: Bool
  /// Numbers of a row, whether or not all are read.
  let width: Int
  /// How threads could share a sample.
  let plan: CooperativePlan

  /// Shared memory that every GPU gives a block without being asked.
  static let sharedLimit = Strategy.staticSharedLimit
  /// Operations of an unrolled body: beyond, its instructions leave the instruction cache.
  static let unrolledLimit = 4_000
  /// Words of 32 bits in a thread's arrays that still become registers without spills.
  static let rowWords = 64
  static let arrayWords = 200
  /// Words of 32 bits in a thread's row and arrays together where loops are kept: all of them are in use there.
  static let rolledWords = 180
  /// What a thread's arrays may take of local memory, which the driver reserves for every thread that can be resident.
  static let localLimit = 16 << 10

  private var size: Int { isSingle ? 4 : 8 }
  private var words: Int { isSingle ? 1 : 2 }
  private var arrays: Int {
    roles.locals.reduce(0) { $0 + (layout.extents[$1.index].isEmpty ? 0 : layout.count($1)) }
  }

  /// Numbers that several places compute from an entry of a table and one of the row, such as x - mean. Where loops are
  /// unrolled, the compiler keeps them from one place to the next in double precision, and where entries are compared with
  /// their minimum; otherwise it computes them again.
  private func repeated(_ rolled: RolledLoops? = nil) -> Int {
    if isSingle && !comparesEntries { return 0 }
    var loaded: [Register: BufferID] = [:]
    var places: [BufferID: Int] = [:]
    for instruction in layout.program.body {
      switch instruction {
      case .load(let register, let access):
        if rolled?.chooses(access) != true { loaded[register] = access.buffer }
      case .compute(_, _, let operands, _):
        let buffers = operands.compactMap { $0.register.flatMap { loaded[$0] } }
        guard buffers.contains(where: { roles.samples[$0] != nil }) else { continue }
        for buffer in Set(buffers) where !layout.program.buffers[buffer.index].isVarying {
          places[buffer, default: 0] += 1
        }
      default: break
      }
    }
    return places.reduce(0) { $0 + ($1.value > 1 ? layout.count($1.key) : 0) }
  }

  /// Whether entries are compared with a minimum or maximum of them, and not just numbers with infinity.
  private var comparesEntries: Bool {
    layout.program.body.contains { instruction in
      guard case .compute(let register, .function("equal"), let operands, _) = instruction else { return false }
      return layout.program.registers[register.index].isVarying && operands.allSatisfy { $0.register != nil }
    }
  }

  func strategy() -> Strategy {
    if what != .gradient, let reason = registersReason { return registers(reason) }
    if let tiles { return inTiles(tiles) }
    // Odd: threads of a warp begin in different banks.
    let frame = FrameLayout(layout, roles, width: width, hasWork: true).count | 1
    let threads = [128, 64, 32].first { $0 * frame * size <= Self.sharedLimit }
    if (threads ?? 0) >= 64 || !isSpread || width < Self.longRow {
      if let rolled { return registers(rolled) }
      if let threads { return sharedFrame(threads, frame) }
    }
    if isSpread { return shared() }
    if what != .gradient, frame * size <= Self.localLimit {
      return Strategy(
        kind: .localFrame, threads: 128, samples: 128, sharedBytes: 0, frame: frame, isVectorised: false,
        reason: "a frame of \(frame) numbers is too large for shared memory, and \(percent) of the work can be spread")
    }
    return Strategy(
      kind: .workspaceFrame, threads: 128, samples: 128, sharedBytes: 0, frame: frame, isVectorised: false,
      reason: "a frame of \(frame) numbers is too large for shared memory, and \(percent) of the work can be spread")
  }

  private func sharedFrame(_ threads: Int, _ frame: Int) -> Strategy {
    Strategy(
      kind: .sharedFrame, threads: threads, samples: threads, sharedBytes: threads * frame * size, frame: frame,
      isVectorised: true,
      reason: "\(refusal), but its frame of \(frame) numbers fits shared memory for \(threads) samples")
  }

  // MARK: Products in tiles

  /// Multiply-adds in products for each number of a row from which on they decide.
  private static let productThreshold = 32

  /// How a block shares products with matrices; `nil` where there are none to speak of, or a sample's arrays are too many.
  var tiles: TileLayout? {
    guard what != .gradient, let tilePlan = TilePlan(layout, roles, plan),
      tilePlan.productWork >= Self.productThreshold * width
    else { return nil }
    for samples in [64, 32, 16] {
      let tiles = TileLayout(tilePlan, samples: samples, width: width, isSingle: isSingle)
      if tiles.bytes <= Self.askedLimit { return tiles }
    }
    return nil
  }

  private func inTiles(_ tiles: TileLayout) -> Strategy {
    Strategy(
      kind: .tiles, threads: TilePlan.threads, samples: tiles.samples, sharedBytes: tiles.bytes, frame: tiles.count,
      isVectorised: true, rowReads: tiles.rowReads, matrixBytes: tiles.matrixBytes,
      reason: "\(tiles.plan.productWork) multiply-adds a sample are in products with matrices that all samples share")
  }

  // MARK: Threads that share a sample

  /// From which part of the work on that can be spread over threads it pays to share a sample.
  private static let shareThreshold = 0.8
  /// Shared memory that GPUs since compute capability 8.0 give a block that asks for it.
  private static let askedLimit = 96 << 10

  /// Rows from this length on keep a warp busy.
  static let longRow = 32

  private var isSpread: Bool { plan.share >= Self.shareThreshold }
  private var percent: String { "\(Int((100 * plan.share).rounded())) %" }

  private func shared() -> Strategy {
    let frame = commonFrame.count
    let bytes = frame * size
    // Otherwise no row but the first is aligned.
    let isWhole = width * size % 16 == 0
    let reason = "\(percent) of the work of a sample can be spread over threads, and its frame takes \(bytes) bytes"
    let isWide = width >= Self.blockRow && plan.hasNeighbours(unit: 16 / size)
    if what != .gradient, !isWide, let samples = [4, 2].first(where: { $0 * bytes <= Self.sharedLimit }) {
      return Strategy(
        kind: .warp, threads: 32 * samples, samples: samples, sharedBytes: samples * bytes, frame: frame,
        isVectorised: isWhole, direct: direct,
        reason: reason)
    }
    let threads = width >= 1_024 ? 256 : 128
    if bytes <= Self.askedLimit {
      return Strategy(
        kind: .block, threads: threads, samples: 1, sharedBytes: bytes, frame: frame, isVectorised: isWhole,
        direct: direct, reason: reason)
    }
    return Strategy(
      kind: .workspaceBlock, threads: threads, samples: 1, sharedBytes: 0, frame: frame, isVectorised: isWhole,
      direct: direct, reason: reason + ", more than shared memory has")
  }

  /// The frame of a sample that threads share: without what each thread has for itself, what it hands back, and what goes
  /// to memory at once.
  var commonFrame: FrameLayout {
    FrameLayout(
      layout, roles, width: width, unit: what == .gradient ? 1 : 16 / size,
      without: plan.privateArrays.union(returned).union([direct].compactMap { $0 }))
  }

  /// Single numbers that threads that share a sample hand back instead of leaving them in its frame.
  var returned: [BufferID] {
    if what == .gradient { return [] }
    return roles.outputs.filter { $0.target != "score" && layout.extents[$0.buffer.index].isEmpty }.map(\.buffer)
  }

  /// Rows from this length on whose elements have neighbours keep a block busy.
  private static let blockRow = 1_024

  /// The scores, where units of them go to memory as they are computed.
  private var direct: BufferID? {
    let scores = roles.outputs.filter { $0.target == "score" }.map(\.buffer)
    guard what == .score || what == .energyScore, scores.count == 1, !layout.program.hasRunTimeIndices,
      plan.isWrittenInUnits(scores[0], unit: 16 / size)
    else { return nil }
    return scores[0]
  }

  private func registers(_ rolled: RolledLoops) -> Strategy {
    let operations = rolled.operations?.total ?? 0
    var strategy = registers(
      "a row of \(width) numbers, \(arrays) of arrays and \(operations) operations fit a thread's registers; loops over what all samples share stay loops"
    )
    strategy.rolledLoops = rolled.heads
    return strategy
  }

  private func registers(_ reason: String) -> Strategy {
    let threads = [128, 64, 32].first { $0 * width * size <= Self.sharedLimit } ?? 32
    return Strategy(
      kind: .registers, threads: threads, samples: threads, sharedBytes: threads * width * size, frame: width,
      isVectorised: true,
      reason: reason)
  }

  private var operations: OperationCount? { OperationCount(layout.program, dimensions: layout.dimensions) }

  /// Why not registers.
  private var refusal: String {
    if what == .gradient { return "rows are added up across threads" }
    if hasCalls { return "whole-array operations index at run time" }
    if hasDataIndices { return "data are indices into the sample's arrays" }
    if width * words > Self.rowWords { return "a row of \(width) numbers is too long for registers" }
    if arrays * words > Self.arrayWords { return "\(arrays) numbers of arrays are too many for registers" }
    if (arrays + repeated()) * words > Self.arrayWords {
      return "\(arrays) numbers of arrays and \(repeated()) that are computed twice are too many for registers"
    }
    if keepsFunctions(operations) { return "functions of a row of \(width) numbers are too many for registers" }
    return "\(operations?.total ?? .max) operations are too many to unroll"
  }

  /// Words of a row whose numbers each have functions: their values are kept beside the row.
  private static let functionWords = 48

  private func keepsFunctions(_ operations: OperationCount?) -> Bool {
    width * words > Self.functionWords && (operations?.transcendental ?? 0) >= 2 * width
  }

  private var registersReason: String? {
    guard fitsRegisters(nil), let operations, operations.total <= Self.unrolledLimit, !keepsFunctions(operations)
    else { return nil }
    return "a row of \(width) numbers, \(arrays) of arrays and \(operations.total) operations fit a thread's registers"
  }

  /// The loops that stay loops where a program in registers would be too long without.
  private var rolled: RolledLoops? {
    guard what != .gradient else { return nil }
    return RolledLoops.candidates(layout).first { rolled in
      fitsRegisters(rolled) && (width + arrays) * words <= Self.rolledWords
        && (rolled.operations?.total ?? .max) <= Self.unrolledLimit
        && !keepsFunctions(rolled.operations)
    }
  }

  private func fitsRegisters(_ rolled: RolledLoops?) -> Bool {
    !hasCalls && !hasDataIndices && width * words <= Self.rowWords
      && (arrays + repeated(rolled)) * words <= Self.arrayWords
  }

  private var hasCalls: Bool {
    layout.program.body.contains {
      if case .call = $0 { true } else { false }
    }
  }

  /// Whether an array of the sample's is indexed by data: registers have no addresses.
  private var hasDataIndices: Bool {
    layout.program.body.contains { instruction in
      switch instruction {
      case .load(_, let access), .store(let access, _), .accumulate(_, let access, _):
        !access.registers.isEmpty && layout.program.buffers[access.buffer.index].isVarying
      default: false
      }
    }
  }
}
