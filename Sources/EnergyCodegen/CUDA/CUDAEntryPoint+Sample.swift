import EnergyIR
import EnergyLowering

/// What is computed: once for all rows, and for one sample.
extension CUDAEntryPoint {
  // MARK: Once for all rows

  func writePrologue(_ code: inout CodeBuilder, _ functions: inout FunctionLibrary) {
    let (names, taken) = bufferNames()
    code.line("// What no row changes.")
    code.open("struct \(name)_uniforms")
    for buffer in roles.uniforms { code.line("\(real) \(names[buffer.index].dropFirst(2))\(brackets(buffer));") }
    if uniforms == .device {
      // Memory of a thread's own would be set aside for all threads of the device.
      LinearAlgebraRoom(entry.program.prologue, layout, hasLanes: false).declare(real, &code)
      code.line("int status;")
    }
    code.close(";")
    code.line()
    let parameter = parameters.isEmpty ? [] : ["const \(parameters.typeName) &p"]
    code.open("EE_FUNCTION void \(name)_prepare", taking: ["\(name)_uniforms &u"] + parameter + ["int *status"])
    var body = CodeBuilder()
    aliases(reading: Set(entry.program.prologue.flatMap(\.readBuffers)), names, &body)
    var writer = BlockWriter(layout, dialect, bufferNames: names, names: taken)
    if uniforms == .device { writer.room = .fields(of: "u.") }
    writer.write(entry.program.prologue)
    body.append(writer.code)
    functions.merge(writer.functions)
    code.appendBody(body, of: (parameters.isEmpty ? [] : ["p"]) + ["status"])
    code.close()
    code.line()
  }

  func aliases(reading used: Set<BufferID>, _ names: [String], _ code: inout CodeBuilder) {
    for (buffer, field) in roles.orderedParameters where used.contains(buffer) {
      code.line(parameters.alias(field, as: names[buffer.index], through: "p."))
    }
  }

  // MARK: One sample

  func writeSample(_ code: inout CodeBuilder, _ functions: inout FunctionLibrary) {
    let (names, taken) = bufferNames()
    var body = CodeBuilder()
    aliases(reading: Set(entry.program.body.flatMap(\.readBuffers)), names, &body)
    declareArrays(names, &body)
    body.line()
    var writer = BlockWriter(layout, dialect, bufferNames: names, names: taken)
    writer.unrolling = strategy.kind == .registers ? .full(except: strategy.rolledLoops) : .innermost(4)
    writer.unaligned = Set(
      roles.orderedSamples.filter { offset(of: $0.field) * (dialect.isSingle ? 4 : 8) % 16 != 0 }.map(\.buffer))
    if let work = frame.work { writer.room = .memory("frame + \(work)") }
    if let group {
      writer.write(entry.program.body, plan, group)
    } else {
      writer.write(entry.program.body)
    }
    functions.merge(writer.functions)
    let readsData = writer.code.lines.contains { $0.contains(", status)") }
    if readsData || uniforms == .device {
      body.line("int state = \(uniforms == .device ? "u.status" : "EE_SUCCESS");")
      if readsData { body.line("int *const status = &state;") }
    }
    body.append(writer.code)
    if group != nil {
      writeShared(names, readsData, &writer.functions, &body)
      functions.merge(writer.functions)
    } else if readsData || uniforms == .device {
      writeRefusal(names, &body)
    }
    code.line("// One sample: \(results.joined(separator: " and ")).")
    let arguments = sampleArguments(names) + context.map(\.declaration)
    if strategy.direct != nil && strategy.isVectorised { code.line("template <bool ALIGNED>") }
    code.open("EE_DEVICE void \(name)_sample", taking: arguments)
    code.appendBody(body, of: (group == nil ? [] : ["lane"]) + context.map { String($0.declaration.suffix(1)) })
    code.close()
    code.line()
  }

  /// A row in registers has its parts as arguments; in memory they are places of its frame.
  private func sampleArguments(_ names: [String]) -> [String] {
    if group != nil {
      let scores = strategy.direct == nil ? [] : ["\(real) *__restrict__ score_out"]
      let numbers = returned.map { "\(real) &\(names[$0.index])" }
      return ["\(real) *const frame", "const int lane"] + numbers + scores
    }
    guard strategy.kind == .registers else { return ["\(real) *const frame"] }
    return roles.orderedSamples.map { reference($0.buffer, names, isConstant: true) }
      + outputBuffers.map { reference($0, names, isConstant: false) }
  }

  /// The buffers of the results, each once.
  var outputBuffers: [BufferID] {
    var seen: Set<BufferID> = []
    return roles.outputs.map(\.buffer).filter { seen.insert($0).inserted }
  }

  private func reference(_ buffer: BufferID, _ names: [String], isConstant: Bool) -> String {
    let name = names[buffer.index]
    let type = (isConstant ? "const " : "") + real
    return layout.extents[buffer.index].isEmpty
      ? (isConstant ? "\(type) \(name)" : "\(type) &\(name)") : "\(type) (&\(name))\(brackets(buffer))"
  }

  private func declareArrays(_ names: [String], _ code: inout CodeBuilder) {
    let outputs = Set(outputBuffers)
    if strategy.kind != .registers {
      for (buffer, field) in roles.orderedSamples {
        declare(names[buffer.index], at: offset(of: field), layout.extents[buffer.index], isConstant: true, &code)
      }
      for buffer in outputBuffers where buffer != strategy.direct {
        if returned.contains(buffer) { continue }
        if group != nil, layout.extents[buffer.index].isEmpty {
          // Every thread's own, until the first one writes it down.
          code.line("\(real) \(names[buffer.index]);")
          continue
        }
        declare(
          names[buffer.index], at: frame.offsets[buffer] ?? 0, layout.extents[buffer.index], isConstant: false, &code)
      }
    }
    for buffer in roles.locals where !outputs.contains(buffer) {
      if strategy.kind != .registers, let place = frame.offsets[buffer] {
        declare(names[buffer.index], at: place, layout.extents[buffer.index], isConstant: false, &code)
      } else {
        code.line("\(real) \(names[buffer.index])\(brackets(buffer));")
      }
    }
  }

  /// A name for a part of the frame.
  private func declare(_ name: String, at place: Int, _ extents: [Int], isConstant: Bool, _ code: inout CodeBuilder) {
    let type = (isConstant ? "const " : "") + real
    let address = place == 0 ? "frame" : "frame + \(place)"
    if extents.isEmpty {
      code.line("\(type) &\(name) = frame[\(place)];")
    } else if extents.count == 1 {
      code.line("\(type) *const \(name) = \(address);")
    } else {
      let rest = extents.dropFirst().map { "[\(max(1, $0))]" }.joined()
      code.line("\(type) (*const \(name))\(rest) = (\(type) (*)\(rest))(\(address));")
    }
  }

  /// A sample whose data have an index out of range has no energy.
  private func writeRefusal(_ names: [String], _ code: inout CodeBuilder) {
    code.open("if (state != EE_SUCCESS)")
    for buffer in outputBuffers {
      let extents = layout.extents[buffer.index]
      let indices = extents.indices.map { "a\($0)" }
      for (index, extent) in zip(indices, extents) {
        code.line("#pragma unroll\(strategy.kind == .registers ? "" : " 4")")
        code.open("for (int \(index) = 0; \(index) < \(extent); \(index)++)")
      }
      code.line("\(names[buffer.index])\(indices.map { "[\($0)]" }.joined()) = EE_NAN;")
      for _ in extents { code.close() }
    }
    code.close()
  }
}
