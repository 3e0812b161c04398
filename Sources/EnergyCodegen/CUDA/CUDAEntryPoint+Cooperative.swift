import EnergyIR
import EnergyLowering

/// Kernels whose threads share samples: a warp each, or a block each.
extension CUDAEntryPoint {
  /// The threads that share a sample, where they do.
  var group: BlockWriter.Group? {
    if strategy.threadsPerSample == 1 { return nil }
    let unit = isSum ? 1 : 16 / (dialect.isSingle ? 4 : 8)
    var group = BlockWriter.Group(threads: strategy.threadsPerSample, unit: unit)
    group.direct = strategy.direct.map { ($0, "score_out", strategy.isVectorised ? "ALIGNED" : "false") }
    return group
  }

  /// The end of a sample's code: single numbers into the frame, and NaN where data had an index out of range.
  func writeShared(
    _ names: [String], _ readsData: Bool, _ functions: inout FunctionLibrary, _ code: inout CodeBuilder
  ) {
    guard let group else { return }
    for buffer in outputBuffers where layout.extents[buffer.index].isEmpty && !returned.contains(buffer) {
      code.line("if (lane == 0) frame[\(frame.offsets[buffer] ?? 0)] = \(names[buffer.index]);")
    }
    if readsData || uniforms == .device {
      code.line(group.barrier)
      let states = functions.acrossThreads(.add, "(\(real))state", group)
      code.open("if (\(states) != \(dialect.number(0)))")
      for buffer in outputBuffers where buffer != strategy.direct {
        if returned.contains(buffer) {
          code.line("\(names[buffer.index]) = EE_NAN;")
          continue
        }
        let place = frame.offsets[buffer] ?? 0
        code.line(
          "for (int e = lane; e < \(layout.count(buffer)); e += \(group.threads)) frame[\(place) + e] = EE_NAN;")
      }
      code.close()
    }
    // What others read.
    if outputBuffers.contains(where: { !returned.contains($0) && $0 != strategy.direct }) { code.line(group.barrier) }
  }

  private func copy(_ way: String, _ group: BlockWriter.Group) -> String {
    "ee_copy_\(way)<\(group.threads), \(request.width), \(strategy.isVectorised ? "ALIGNED" : "false")>"
  }

  private func declareFrames(_ code: inout CodeBuilder) {
    if strategy.usesWorkspace { return }
    let count = strategy.samples * strategy.frame
    code.line(
      strategy.hasDynamicShared
        ? "EE_DYNAMIC_SHARED(\(real), frames);" : "EE_SHARED(\(real), frames, \(count));")
  }

  private func writeRow(_ group: BlockWriter.Group, _ code: inout CodeBuilder) {
    code.line("\(copy("in", group))(frame, x_rows + row\(pitch), lane);")
    code.line(group.barrier)
    let targets = roles.outputs.filter { returned.contains($0.buffer) }.map(\.target)
    if !targets.isEmpty { code.line("\(real) \(targets.joined(separator: ", "));") }
    callSample(["frame", "lane"] + targets + (strategy.direct == nil ? [] : ["score_out + row\(pitch)"]), &code)
    for target in targets { code.line("if (lane == 0) ee_store(\(target)_out + row, \(target));") }
    if hasScore && strategy.direct == nil { writeScores(group, &code) }
  }

  /// The scores of several arguments lie in the row one behind the other, in the frame perhaps apart.
  private func writeScores(_ group: BlockWriter.Group, _ code: inout CodeBuilder) {
    let scores = roles.outputs.filter { $0.target == "score" }
    if scores.count == 1 {
      code.line("\(copy("out", group))(score_out + row\(pitch), frame + \(scorePlace), lane);")
      return
    }
    var place = 0
    for (_, buffer) in scores {
      let count = layout.count(buffer)
      let copy = "ee_copy_out<\(group.threads), \(count), false>"
      code.line("\(copy)(score_out + row\(pitch) + \(place), frame + \(frame.offsets[buffer] ?? 0), lane);")
      place += count
    }
  }

  func writeShared(_ code: inout CodeBuilder) {
    guard let group else { return }
    declareFrames(&code)
    if group.isWarp {
      code.line("const int lane = threadIdx.x % 32, slot = threadIdx.x/32;")
      code.line("const long long row = (long long)blockIdx.x*\(strategy.samples) + slot;")
      code.line("if (row >= n) return;")
      code.line("\(real) *const frame = frames + slot*\(strategy.frame);")
      writeRow(group, &code)
      return
    }
    code.line("const int lane = threadIdx.x;")
    let place = strategy.usesWorkspace ? " + (long long)blockIdx.x*\(strategy.frame)" : ""
    code.line("\(real) *const frame = frames\(place);")
    if strategy.usesWorkspace {
      code.open("for (long long row = blockIdx.x; row < n; row += gridDim.x)")
      writeRow(group, &code)
      code.line(group.barrier)
      code.close()
    } else {
      // A block a row, and no more blocks than rows.
      code.line("(void)n;")
      code.line("const long long row = blockIdx.x;")
      writeRow(group, &code)
    }
  }

  func writeSharedSums(_ code: inout CodeBuilder) {
    guard let group else { return }
    declareFrames(&code)
    code.line("const int lane = threadIdx.x;")
    let place = strategy.usesWorkspace ? " + (long long)blockIdx.x*\(strategy.frame)" : ""
    code.line("\(real) *const frame = frames\(place);")
    code.line("const long long blocks = (n - 1)/\(Self.sumBlock) + 1;")
    code.open("for (long long block = blockIdx.x; block < blocks; block += gridDim.x)")
    code.line("const long long base = block*\(Self.sumBlock);")
    code.line("const int count = n - base < \(Self.sumBlock) ? (int)(n - base) : \(Self.sumBlock);")
    code.line("\(real) *const sums = partial + block*\(total);")
    code.open("for (int at = 0; at < count; at++)")
    code.line("\(copy("in", group))(frame, x_rows + (base + at)\(pitch), lane);")
    code.line(group.barrier)
    callSample(["frame", "lane"], &code)
    code.open("for (int e = lane; e < \(total); e += \(group.threads))")
    code.line("const \(real) sum = at == 0 ? \(dialect.number(0)) : ee_load(sums + e);")
    code.line("ee_store(sums + e, sum + frame[\(frame.firstOutput) + e]);")
    code.close()
    code.line(group.barrier)
    code.close()
    code.close()
  }
}
