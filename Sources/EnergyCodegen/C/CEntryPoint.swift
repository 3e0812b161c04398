import EnergyIR
import EnergyLowering

/// One function of the C header: what is computed once, a block of lanes, and the call that runs them over the rows.
struct CEntryPoint {
  let header: CHeader
  let entry: EmissionRequest.EntryPoint
  let layout: ProgramLayout
  let roles: BufferRoles
  let storage: CStorage

  /// - Throws: what can't be written.
  init(_ header: CHeader, _ entry: EmissionRequest.EntryPoint, _ layout: ProgramLayout) throws(EmissionError) {
    self.header = header
    self.entry = entry
    self.layout = layout
    roles = BufferRoles(entry, header.request, header.parameters)
    storage = try CStorage(layout, roles, isSingle: header.request.isSingle)
  }

  var request: EmissionRequest { header.request }
  var dialect: Dialect { header.dialect }
  var program: LoopProgram { entry.program }
  var name: String { "\(header.prefix)_\(entry.what.rawValue)" }
  var real: String { dialect.real }

  /// Whether a call asks for memory.
  var allocates: Bool { storage.areUniformsOnHeap || storage.isBlockOnHeap || entry.what == .gradient }

  func text(_ functions: inout FunctionLibrary) -> String {
    var code = CodeBuilder()
    if !roles.uniforms.isEmpty { writePrologue(&code, &functions) }
    if storage.isBlockOnHeap { writeScratch(&code) }
    writeBlock(&code, &functions)
    writeLauncher(&code)
    return code.text
  }

  private func brackets(_ buffer: BufferID) -> String {
    layout.extents[buffer.index].map { "[\(max(1, $0))]" }.joined()
  }

  /// Names of all buffers within a function. Locals go before arguments: a name of the user's is never taken twice.
  private func names(prefix scratch: String) -> (names: [String], taken: SourceNames) {
    var taken = SourceNames(
      taken: Set(targets).union([
        "p", "u", "scratch", "x_rows", "status", "count", "lane", "row", "entry",
      ]).union(LinearAlgebraRoom.Part.allCases.map(\.rawValue)))
    var result = [String](repeating: "", count: program.buffers.count)
    let isInput = { (index: Int) in roles.samples[BufferID(index)] != nil || roles.parameters[BufferID(index)] != nil }
    for index in program.buffers.indices.sorted(by: { isInput($0) && !isInput($1) }) {
      let buffer = BufferID(index)
      let wanted =
        roles.parameters[buffer]?.name ?? roles.samples[buffer]?.name ?? roles.outputNames[buffer]
        ?? program.buffers[index].name
      let name = taken.identifier(for: wanted)
      let isUniform = roles.uniforms.contains(buffer)
      let isParameter = roles.parameters[buffer] != nil
      result[index] = isUniform ? "u->\(name)" : isParameter ? name : scratch + name
    }
    return (result, taken)
  }

  private func bare(_ name: String) -> String { name.replacing("u->", with: "").replacing("scratch->", with: "") }

  // MARK: Once for all rows

  private func writePrologue(_ code: inout CodeBuilder, _ functions: inout FunctionLibrary) {
    let (names, taken) = names(prefix: "")
    code.line("/* What \(name) computes once for all rows. */")
    code.open("typedef struct \(name)_uniforms")
    for buffer in roles.uniforms { code.line("\(real) \(bare(names[buffer.index]))\(brackets(buffer));") }
    storage.uniformRoom?.declare(real, &code)
    code.close(" \(name)_uniforms;")
    code.line()
    code.open("EE_FUNCTION void \(name)_prepare(\(name)_uniforms *u\(header.parameters.parameter), int *status)")
    var body = CodeBuilder()
    aliases(reading: Set(program.prologue.flatMap(\.readBuffers)), names, &body)
    var writer = BlockWriter(layout, dialect, bufferNames: names, names: taken)
    if storage.uniformRoom != nil { writer.room = .fields(of: "u->") }
    writer.write(program.prologue)
    body.append(writer.code)
    functions.merge(writer.functions)
    code.appendBody(body, of: (header.parameters.isEmpty ? [] : ["p"]) + ["status"])
    code.close()
    code.line()
  }

  private func aliases(reading used: Set<BufferID>, _ names: [String], _ code: inout CodeBuilder) {
    for (buffer, field) in roles.orderedParameters where used.contains(buffer) {
      code.line(header.parameters.alias(field, as: names[buffer.index]))
    }
  }

  // MARK: A block of lanes

  private func writeScratch(_ code: inout CodeBuilder) {
    let (names, _) = names(prefix: "scratch->")
    code.line("/* The buffers of one block of \(name). */")
    code.open("typedef struct \(name)_scratch")
    for buffer in roles.orderedSamples.map(\.buffer) + roles.locals {
      code.line("\(dialect.vector) \(bare(names[buffer.index]))\(brackets(buffer));")
    }
    storage.blockRoom.declare(real, &code)
    code.close(" \(name)_scratch;")
    code.line()
  }

  var targets: [String] {
    switch entry.what {
    case .energyScore: ["energy_out", "score_out"]
    case .gradient: ["partial"]
    default: ["\(entry.what.rawValue)_out"]
    }
  }

  private func writeBlock(_ code: inout CodeBuilder, _ functions: inout FunctionLibrary) {
    let usesHeap = storage.isBlockOnHeap
    let (names, taken) = names(prefix: usesHeap ? "scratch->" : "")
    let arguments = targets.map { "\(real) *\($0)" }.joined(separator: ", ")
    let uniforms = roles.uniforms.isEmpty ? "" : ", const \(name)_uniforms *u"
    let scratch = usesHeap ? ", \(name)_scratch *scratch" : ""
    code.line("/* count rows of \(request.width) numbers, at most \(dialect.lanes). */")
    code.open(
      "EE_FUNCTION void \(name)_block(const \(real) *x_rows, int count, \(arguments)"
        + "\(header.parameters.parameter)\(uniforms)\(scratch), int *status)")
    var body = CodeBuilder()
    aliases(reading: Set(program.body.flatMap(\.readBuffers)), names, &body)
    for (buffer, field) in roles.orderedSamples {
      let offset = request.samples.prefix { $0.symbol != field.symbol }.reduce(0) { $0 + $1.count }
      if !usesHeap { body.line("\(dialect.vector) \(names[buffer.index])\(brackets(buffer));") }
      let flat = flattened(buffer, names)
      body.open("for (int lane = 0; lane < \(dialect.lanes); lane++)")
      body.line(
        "const \(real) *row = x_rows + (lane < count ? lane : 0)*\(request.width)\(offset == 0 ? "" : " + \(offset)");")
      if let flat {
        body.line("for (int entry = 0; entry < \(layout.count(buffer)); entry++) \(flat)[entry][lane] = row[entry];")
      } else {
        body.line("\(names[buffer.index])[lane] = row[0];")
      }
      body.close()
    }
    if !usesHeap {
      for buffer in roles.locals { body.line("\(dialect.vector) \(names[buffer.index])\(brackets(buffer));") }
    }
    body.line()
    var writer = BlockWriter(layout, dialect, bufferNames: names, names: taken)
    if usesHeap { writer.room = .fields(of: "scratch->") }
    writer.write(program.body)
    body.append(writer.code)
    functions.merge(writer.functions)
    body.line()
    writeResults(names, &body)
    code.appendBody(
      body,
      of: ["x_rows"] + (header.parameters.isEmpty ? [] : ["p"]) + (roles.uniforms.isEmpty ? [] : ["u"]) + ["status"])
    code.close()
    code.line()
  }

  /// The entries in a row as an array of lanes; `nil` for a single number.
  private func flattened(_ buffer: BufferID, _ names: [String]) -> String? {
    let rank = layout.extents[buffer.index].count
    if rank == 0 { return nil }
    let name = names[buffer.index]
    return rank == 1 ? name : "(&\(name)" + String(repeating: "[0]", count: rank) + ")"
  }

  private func writeResults(_ names: [String], _ code: inout CodeBuilder) {
    let outputs = roles.outputs
    code.open("for (int lane = 0; lane < count; lane++)")
    var offsets: [String: Int] = [:]
    let widths = Dictionary(outputs.map { ($0.target, layout.count($0.buffer)) }, uniquingKeysWith: +)
    for (name, buffer) in outputs {
      let target = entry.what == .gradient ? "partial" : "\(name)_out"
      let key = entry.what == .gradient ? "" : name
      let offset = offsets[key, default: 0]
      let count = layout.count(buffer)
      let width = entry.what == .gradient ? 0 : widths[name] ?? count
      var place = width == 0 ? "" : width == 1 ? "lane" : "lane*\(width)"
      if offset > 0 { place += place.isEmpty ? "\(offset)" : " + \(offset)" }
      let sign = entry.what == .gradient ? "+=" : "="
      if let flat = flattened(buffer, names) {
        let index = place.isEmpty ? "entry" : "\(place) + entry"
        code.line("for (int entry = 0; entry < \(count); entry++) \(target)[\(index)] \(sign) \(flat)[entry][lane];")
      } else {
        code.line("\(target)[\(place.isEmpty ? "0" : place)] \(sign) \(names[buffer.index])[lane];")
      }
      offsets[key] = offset + count
    }
    code.close()
  }
}
