import EnergyIR
import EnergyLowering

/// The kernels: how rows come in, how results leave.
extension CUDAEntryPoint {
  private var threads: Int { strategy.threads }
  private var width: Int { request.width }
  /// `*16`, nothing for rows of one number.
  var pitch: String { width == 1 ? "" : "*\(width)" }

  func writeKernels(_ code: inout CodeBuilder) {
    if uniforms == .device { writePreparing(&code) }
    if strategy.kind == .tiles { return writeVariants([], &code) { writeBlocks(&$0) } }
    if group != nil {
      let frames = strategy.usesWorkspace ? ["\(real) *frames"] : []
      let body = { (code: inout CodeBuilder) in isSum ? writeSharedSums(&code) : writeShared(&code) }
      if strategy.isVectorised { writeVariants(frames, &code, body) } else { writeKernel("rows", frames, &code, body) }
      if isSum { writeSum(&code) }
      return
    }
    switch (strategy.kind, isSum) {
    case (.registers, _): writeVariants([], &code) { writeTile(&$0) }
    case (.sharedFrame, false): writeVariants([], &code) { writeFrames(&$0) }
    case (.sharedFrame, true): writeVariants([], &code) { writeFrameSums(&$0) }
    case (.localFrame, _): writeKernel("rows", [], &code) { writeLocal(&$0) }
    case (.workspaceFrame, false): writeKernel("rows", ["\(real) *frames"], &code) { writeWorkspace(&$0) }
    case (.workspaceFrame, true): writeKernel("rows", ["\(real) *frames"], &code) { writeWorkspaceSums(&$0) }
    case (.warp, _), (.block, _), (.workspaceBlock, _), (.tiles, _): break
    }
    if isSum { writeSum(&code) }
  }

  // MARK: Heads

  private var rowArguments: [String] {
    let targets = isSum ? ["\(real) *__restrict__ partial"] : results.map { "\(real) *__restrict__ \($0)_out" }
    return ["const \(real) *__restrict__ x_rows", "const long long n"] + targets
  }

  /// Kernels aren't told how large their blocks are. Told so, ptxas keeps a few words of a thread in local memory where one
  /// more block then fits a multiprocessor; and none needs it: a block of 256 threads may have 255 registers each.
  private func writeKernel(
    _ part: String, _ more: [String], _ code: inout CodeBuilder, _ body: (inout CodeBuilder) -> Void
  ) {
    code.open(
      "extern \"C\" __global__ void \(kernel(part))",
      taking: rowArguments + kernelContext.map(\.declaration) + more)
    body(&code)
    code.close()
    code.line()
  }

  /// One body in two kernels: 16 bytes a thread where all pointers are aligned, else number by number; the arithmetic
  /// is the same.
  private func writeVariants(_ more: [String], _ code: inout CodeBuilder, _ body: (inout CodeBuilder) -> Void) {
    let inner = kernelContext.map { context -> String in
      // Structs by value are referred to, pointers handed on.
      context.declaration.replacing("__grid_constant__ ", with: "").replacing("_params p", with: "_params &p")
        .replacing("_uniforms u", with: "_uniforms &u")
    }
    code.line("template <bool ALIGNED>")
    code.open("EE_DEVICE void \(name)_rows", taking: rowArguments + inner + more)
    body(&code)
    code.close()
    code.line()
    let names =
      ["x_rows", "n"] + (isSum ? ["partial"] : results.map { "\($0)_out" })
      + kernelContext.map { String($0.declaration.suffix(1)) } + (more.isEmpty ? [] : ["frames"])
    for (part, isAligned) in [("aligned", "true"), ("scalar", "false")] {
      writeKernel(part, more, &code) { $0.line("\(name)_rows<\(isAligned)>(\(names.joined(separator: ", ")));") }
    }
  }

  private func writeStart(_ code: inout CodeBuilder) {
    if strategy.kind != .registers || entry.what != .score { code.line("const int tid = threadIdx.x;") }
    code.line("const long long base = (long long)blockIdx.x*\(threads);")
    code.line("const int rows = n - base < \(threads) ? (int)(n - base) : \(threads);")
  }

  func callSample(_ arguments: [String], _ code: inout CodeBuilder) {
    let variant = strategy.direct == nil || !strategy.isVectorised ? "" : "<ALIGNED>"
    code.line("\(name)_sample\(variant)(\((arguments + context.map(\.argument)).joined(separator: ", ")));")
  }

  // MARK: Rows in registers

  private func writeTile(_ code: inout CodeBuilder) {
    let (names, _) = bufferNames()
    // The Laplacian of a quadratic knows no row.
    let hasTile = hasScore || !roles.samples.isEmpty
    if hasTile { code.line("EE_SHARED(\(real), tile, \(threads * width));") }
    writeStart(&code)
    if hasTile {
      code.line("ee_tile_in<\(threads), \(width), ALIGNED>(tile, x_rows + base\(pitch), rows);")
      code.line("__syncthreads();")
      code.line()
    } else {
      code.line("(void)x_rows;")
    }
    for (buffer, field) in roles.orderedSamples {
      let (name, place) = (names[buffer.index], offset(of: field))
      code.line("\(real) \(name)\(brackets(buffer));")
      code.line("ee_row_in<\(width), \(place), \(field.count)>(\(address(buffer, names)), tile);")
    }
    for buffer in outputBuffers { code.line("\(real) \(names[buffer.index])\(brackets(buffer));") }
    callSample(roles.orderedSamples.map { names[$0.buffer.index] } + outputBuffers.map { names[$0.index] }, &code)
    code.line()
    if hasScore {
      code.line("// A thread writes over its own row only.")
      var place = 0
      for (target, buffer) in roles.outputs where target == "score" {
        let count = layout.count(buffer)
        code.line("ee_row_out<\(width), \(place), \(count)>(tile, \(address(buffer, names)));")
        place += count
      }
      code.line("__syncthreads();")
      code.line("ee_tile_out<\(threads), \(width), ALIGNED>(score_out + base\(pitch), tile, rows);")
    }
    for (target, buffer) in roles.outputs where target != "score" {
      code.line("if (tid < rows) ee_store(\(target)_out + base + tid, \(names[buffer.index]));")
    }
  }

  /// The first number of a buffer as a pointer.
  private func address(_ buffer: BufferID, _ names: [String]) -> String {
    let name = names[buffer.index]
    switch layout.extents[buffer.index].count {
    case 0: return "&\(name)"
    case 1: return name
    case let rank: return "&\(name)" + String(repeating: "[0]", count: rank)
    }
  }

  // MARK: Rows in frames

  private func writeFrames(_ code: inout CodeBuilder) {
    let copy = "<\(threads), \(width), \(strategy.frame), ALIGNED>"
    code.line("EE_SHARED(\(real), frames, \(threads * strategy.frame));")
    writeStart(&code)
    code.line("ee_frames_in\(copy)(frames, x_rows + base\(pitch), rows);")
    code.line("__syncthreads();")
    code.line()
    code.line("\(real) *const frame = frames + tid*\(strategy.frame);")
    code.line("if (tid < rows) {")
    code.line("  \(name)_sample(\((["frame"] + context.map(\.argument)).joined(separator: ", ")));")
    for (target, buffer) in roles.outputs where target != "score" {
      code.line("  ee_store(\(target)_out + base + tid, frame[\(frame.offsets[buffer] ?? 0)]);")
    }
    code.line("}")
    if hasScore {
      code.line("__syncthreads();")
      code.line("ee_frames_out\(copy)(score_out + base\(pitch), frames + \(scorePlace), rows);")
    }
  }

  /// Where the scores begin in a frame.
  var scorePlace: Int {
    roles.outputs.first { $0.target == "score" }.flatMap { frame.offsets[$0.buffer] } ?? 0
  }

  /// A thread copies its row into its frame, computes, and copies the results out.
  private func writeOwnRow(_ code: inout CodeBuilder) {
    // Unrolled wholly, they would take all registers.
    code.line("#pragma unroll 4")
    code.line("for (int e = 0; e < \(width); e++) frame[e] = ee_load(x_rows + row\(pitch) + e);")
    callSample(["frame"], &code)
    for (target, buffer) in roles.outputs where target != "score" {
      code.line("ee_store(\(target)_out + row, frame[\(frame.offsets[buffer] ?? 0)]);")
    }
    if hasScore {
      code.line("#pragma unroll 4")
      code.line("for (int e = 0; e < \(width); e++) ee_store(score_out + row\(pitch) + e, frame[\(scorePlace) + e]);")
    }
  }

  private func writeLocal(_ code: inout CodeBuilder) {
    code.line("const long long row = (long long)blockIdx.x*\(threads) + threadIdx.x;")
    code.line("if (row >= n) return;")
    code.line("\(real) frame[\(strategy.frame)];")
    writeOwnRow(&code)
  }

  private func writeWorkspace(_ code: inout CodeBuilder) {
    code.line("const long long thread = (long long)blockIdx.x*\(threads) + threadIdx.x;")
    code.line("\(real) *const frame = frames + thread*\(strategy.frame);")
    code.open("for (long long row = thread; row < n; row += (long long)gridDim.x*\(threads))")
    writeOwnRow(&code)
    code.close()
  }

  // MARK: Sums over rows

  /// The blocks of 1,024 rows by which rows are added up, whatever the number of threads.
  static let sumBlock = 1_024

  /// Adds the rows at hand to the block's sums, in the order of the rows.
  private func writeAdding(_ target: String, _ code: inout CodeBuilder) {
    code.open("for (int e = tid; e < \(total); e += \(threads))")
    code.line("\(real) sum = at == 0 ? \(dialect.number(0)) : ee_load(\(target) + e);")
    code.line(
      "for (int r = 0; r < rows; r++) sum += frames[r*\(strategy.frame) + \(frame.firstOutput) + e];")
    code.line("ee_store(\(target) + e, sum);")
    code.close()
    code.line("__syncthreads();")
  }

  private func writeFrameSums(_ code: inout CodeBuilder) {
    code.line("EE_SHARED(\(real), frames, \(threads * strategy.frame));")
    code.line("const int tid = threadIdx.x;")
    code.line("const long long base = (long long)blockIdx.x*\(Self.sumBlock);")
    code.line("const int count = n - base < \(Self.sumBlock) ? (int)(n - base) : \(Self.sumBlock);")
    code.line("\(real) *const sums = partial + (long long)blockIdx.x*\(total);")
    code.open("for (int at = 0; at < count; at += \(threads))")
    code.line("const int rows = ee_index_min(count - at, \(threads));")
    code.line(
      "ee_frames_in<\(threads), \(width), \(strategy.frame), ALIGNED>(frames, x_rows + (base + at)\(pitch), rows);")
    code.line("__syncthreads();")
    code.open("if (tid < rows)")
    callSample(["frames + tid*\(strategy.frame)"], &code)
    code.close()
    code.line("__syncthreads();")
    writeAdding("sums", &code)
    code.close()
  }

  private func writeWorkspaceSums(_ code: inout CodeBuilder) {
    code.line("const int tid = threadIdx.x;")
    code.line("frames += (long long)blockIdx.x*\(threads * strategy.frame);")
    code.line("\(real) *const frame = frames + tid*\(strategy.frame);")
    code.open(
      "for (long long base = (long long)blockIdx.x*\(Self.sumBlock); base < n; base += (long long)gridDim.x*\(Self.sumBlock))"
    )
    code.line("const int count = n - base < \(Self.sumBlock) ? (int)(n - base) : \(Self.sumBlock);")
    code.line("\(real) *const sums = partial + base/\(Self.sumBlock)*\(total);")
    code.open("for (int at = 0; at < count; at += \(threads))")
    code.line("const int rows = ee_index_min(count - at, \(threads));")
    code.open("if (tid < rows)")
    code.line("for (int e = 0; e < \(width); e++) frame[e] = ee_load(x_rows + (base + at + tid)\(pitch) + e);")
    callSample(["frame"], &code)
    code.close()
    code.line("__syncthreads();")
    writeAdding("sums", &code)
    code.close()
    code.close()
  }

  private func writeSum(_ code: inout CodeBuilder) {
    code.line("// The sums of all blocks, in order.")
    code.open(
      "extern \"C\" __global__ void __launch_bounds__(128) \(kernel("sum"))",
      taking: [
        "const \(real) *__restrict__ partial", "const long long blocks", "\(real) *__restrict__ gradient",
      ])
    code.line("const int e = blockIdx.x*128 + threadIdx.x;")
    code.line("if (e >= \(total)) return;")
    code.line("\(real) sum = \(dialect.number(0));")
    code.line("for (long long block = 0; block < blocks; block++) sum += ee_load(partial + block*\(total) + e);")
    code.line("ee_store(gradient + e, sum);")
    code.close()
    code.line()
  }

  // MARK: Once for all rows

  private func writePreparing(_ code: inout CodeBuilder) {
    let parameter = parameters.isEmpty ? [] : ["const __grid_constant__ \(parameters.typeName) p"]
    code.open(
      "extern \"C\" __global__ void __launch_bounds__(32) \(kernel("prepare"))",
      taking: ["\(name)_uniforms *u"] + parameter)
    code.line("if (threadIdx.x != 0) return;")
    code.line("u->status = EE_SUCCESS;")
    code.line("\(name)_prepare(*u\(parameters.isEmpty ? "" : ", p"), &u->status);")
    code.close()
    code.line()
  }
}
