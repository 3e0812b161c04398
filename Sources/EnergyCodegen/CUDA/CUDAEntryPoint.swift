import EnergyIR
import EnergyLowering

/// One function of the CUDA target: the code of a sample, the kernels that run it, and the launcher.
struct CUDAEntryPoint {
  let request: EmissionRequest
  let dialect: Dialect
  let parameters: ParameterStruct
  let entry: EmissionRequest.EntryPoint
  let layout: ProgramLayout
  let roles: BufferRoles
  let strategy: Strategy
  let frame: FrameLayout
  /// How threads share a sample, where they do.
  let plan: CooperativePlan
  /// How a block shares products, where it does.
  let tiles: TileLayout?
  /// Single numbers that threads that share a sample hand back, each the same.
  let returned: [BufferID]
  let uniforms: UniformPlacement
  /// The functions before this one: the one for both results calls those for one.
  let earlier: [CUDAEntryPoint]

  /// Where what no row changes is computed.
  enum UniformPlacement {
    /// There is nothing of that kind.
    case none
    /// By the launcher; kernels get it by value.
    case host
    /// By a kernel of its own, into the workspace.
    case device
  }

  /// What kernels' arguments may take together on every CUDA, less the pointers.
  private static let argumentLimit = 4_000
  /// The most numbers of a sample's frame.
  static let frameLimit = 1 << 22

  init(
    _ request: EmissionRequest, _ dialect: Dialect, _ parameters: ParameterStruct, _ entry: EmissionRequest.EntryPoint,
    _ layout: ProgramLayout, after earlier: [CUDAEntryPoint]
  ) throws(EmissionError) {
    self.request = request
    self.dialect = dialect
    self.parameters = parameters
    self.entry = entry
    self.layout = layout
    self.earlier = earlier
    let roles = BufferRoles(entry, request, parameters)
    self.roles = roles
    plan = CooperativePlan(entry.program.body, layout, outputs: Set(roles.outputs.map(\.buffer)))
    let choice = StrategyChoice(
      layout: layout, roles: roles, what: entry.what, isSingle: dialect.isSingle, width: request.width, plan: plan)
    strategy = choice.strategy()
    tiles = strategy.kind == .tiles ? choice.tiles : nil
    let size = dialect.isSingle ? 4 : 8
    let isCommon = strategy.threadsPerSample > 1
    frame = isCommon ? choice.commonFrame : FrameLayout(layout, roles, width: request.width, hasWork: true)
    returned = isCommon ? choice.returned : []
    guard frame.count <= Self.frameLimit else {
      throw .tooLarge(bytes: frame.count * size, limit: Self.frameLimit * size)
    }
    let uniformBytes = roles.uniforms.reduce(0) { $0 + layout.count($1) } * size
    let tables = entry.program.prologue.flatMap(\.readBuffers).contains { buffer in
      roles.parameters[buffer].map { !$0.field.extents.isEmpty } ?? false
    }
    let structBytes = parameters.isByPointer ? parameters.fields.count * 8 : parameters.byteCount
    let roomBytes = LinearAlgebraRoom(entry.program.prologue, layout, hasLanes: false).count * size
    let isOnHost =
      uniformBytes + structBytes <= Self.argumentLimit && roomBytes <= LinearAlgebraRoom.localLimit
      && !(tables && parameters.isByPointer && !request.isBaked)
    uniforms = roles.uniforms.isEmpty ? .none : isOnHost ? .host : .device
  }

  /// How much more a thread may compute for a sample so that it needs no arrays in memory.
  private static let leanFactor = 2

  /// The function with a lean program, where that fits registers and this one doesn't.
  func lean(after earlier: [CUDAEntryPoint]) throws(EmissionError) -> CUDAEntryPoint? {
    guard !isSum, strategy.kind != .registers, strategy.kind != .tiles,
      strategy.threadsPerSample == 1 || request.width < StrategyChoice.longRow, let other = entry.leaned()
    else { return nil }
    let layout = try ProgramLayout(other.program, dimensions: request.dimensions)
    let lean = try CUDAEntryPoint(request, dialect, parameters, other, layout, after: earlier)
    let isAffordable = (lean.operations?.total ?? .max) / Self.leanFactor <= operations?.total ?? 0
    return lean.strategy.kind == .registers && isAffordable ? lean : nil
  }

  /// What it computes for a sample.
  var operations: OperationCount? { OperationCount(entry.program, dimensions: request.dimensions) }

  // MARK: Names

  var real: String { dialect.real }
  var prefix: String { SourceNames.mangled(request.name) }
  var suffix: String { request.isSingle ? "f32" : "f64" }
  /// `well_energy_score`.
  var name: String { "\(prefix)_\(entry.what.rawValue)" }
  var launcher: String { "\(name)_\(suffix)" }
  var workspaceFunction: String { "\(name)_workspace_\(suffix)" }
  /// How many numbers the gradient has.
  var total: Int { roles.outputs.reduce(0) { $0 + layout.count($1.buffer) } }
  var hasScore: Bool { entry.what == .score || entry.what == .energyScore }
  var isSum: Bool { entry.what == .gradient }

  func kernel(_ part: String) -> String { "\(launcher)_\(part)" }

  /// The kernels that a call launches in order.
  var kernelNames: [String] {
    (uniforms == .device ? [kernel("prepare")] : [])
      + [strategy.isVectorised ? kernel("aligned") : kernel("rows")] + (isSum ? [kernel("sum")] : [])
  }

  /// Whether a call needs memory of the caller's, for itself or for one that it calls instead.
  var needsWorkspace: Bool { !workspaceParts.isEmpty || siblings.contains(where: \.needsWorkspace) }

  /// The functions that the one for both results calls where one isn't wanted.
  var siblings: [CUDAEntryPoint] {
    entry.what == .energyScore ? earlier.filter { $0.entry.what == .energy || $0.entry.what == .score } : []
  }

  /// What the code calls each buffer, and the names that are taken.
  func bufferNames() -> (names: [String], taken: SourceNames) {
    var own: Set<String> = [
      "p", "u", "n", "x_rows", "status", "frame", "frames", "tile", "tid", "rows", "base", "row", "uniforms", "work",
      "partial", "block", "at", "count", "lane", "slot", "sums", "state", "entry", "result", "energy_out",
      "score_out", "laplacian_out",
    ]
    if strategy.threadsPerSample > 1 { own.formUnion(["round", "turn", "first", "e"]) }
    var taken = SourceNames(taken: tiles == nil ? own : own.union(TileWriter.reserved))
    var result = [String](repeating: "", count: entry.program.buffers.count)
    // What the code makes goes first: a name of the user's may be that of an argument, which is renamed then.
    for buffer in roles.outputs.map(\.buffer) where result[buffer.index].isEmpty {
      result[buffer.index] = taken.identifier(for: roles.outputNames[buffer] ?? "result")
    }
    for buffer in roles.uniforms {
      result[buffer.index] = "u." + taken.identifier(for: entry.program.buffers[buffer.index].name)
    }
    for buffer in roles.locals where result[buffer.index].isEmpty {
      result[buffer.index] = taken.identifier(for: entry.program.buffers[buffer.index].name)
    }
    for (buffer, field) in roles.orderedSamples { result[buffer.index] = taken.identifier(for: field.name) }
    for (buffer, field) in roles.orderedParameters { result[buffer.index] = taken.identifier(for: field.name) }
    return (result, taken)
  }

  func brackets(_ buffer: BufferID) -> String { layout.extents[buffer.index].map { "[\(max(1, $0))]" }.joined() }

  /// Where a sample's argument begins in a row.
  func offset(of field: EmissionRequest.Field) -> Int {
    request.samples.prefix { $0.symbol != field.symbol }.reduce(0) { $0 + $1.count }
  }

  // MARK: Arguments

  /// The results as a caller names them.
  var results: [String] {
    switch entry.what {
    case .energyScore: ["energy", "score"]
    default: [entry.what.rawValue]
    }
  }

  /// `const dwell_params &p, const dwell_energy_uniforms &u`: what the code of a sample takes beside the sample.
  var context: [(declaration: String, argument: String)] {
    var result: [(String, String)] = []
    if !parameters.isEmpty { result.append(("const \(parameters.typeName) &p", "p")) }
    switch uniforms {
    case .none: break
    case .host: result.append(("const \(name)_uniforms &u", "u"))
    case .device: result.append(("const \(name)_uniforms &u", "*u"))
    }
    return result
  }

  /// The same as a kernel takes it: structs by value, and what another kernel computed by pointer.
  var kernelContext: [(declaration: String, argument: String)] {
    var result: [(String, String)] = []
    if !parameters.isEmpty { result.append(("const __grid_constant__ \(parameters.typeName) p", "*p")) }
    switch uniforms {
    case .none: break
    case .host: result.append(("const __grid_constant__ \(name)_uniforms u", "u"))
    case .device: result.append(("const \(name)_uniforms *__restrict__ u", "u"))
    }
    return result
  }

  // MARK: Text

  /// Kernels, and behind them what runs on the host; functions that they call are collected.
  func text(_ functions: inout FunctionLibrary) -> (device: String, host: String) {
    var device = CodeBuilder()
    if uniforms != .none { writePrologue(&device, &functions) }
    if let tiles { writeBlock(tiles, &device, &functions) } else { writeSample(&device, &functions) }
    writeKernels(&device)
    var host = CodeBuilder()
    writeLauncher(&host)
    return (device.text, host.text)
  }
}
