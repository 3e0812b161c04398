import EnergyIR
import EnergyLowering

/// The columns of a product, and the rounds of the loop over them.
extension TileWriter {
  // MARK: Products

  /// The sums of a product in registers, and the loop over chunks that adds them up.
  mutating func writeProduct(
    _ product: TilePlan.Product, _ index: Int, _ grid: TileGrid, _ writer: inout BlockWriter
  ) {
    let extents = layout.extents[product.matrix.index]
    let terms = product.isTransposed ? extents[0] : extents[1]
    let unit = grid.unit
    let matrix = names[product.matrix.index]
    let sums = sumsName(product, &writer)
    if tiles.homes[product.output] != .registers {
      code.line("\(real) \(sums)\(brackets(grid))\(product.isAccumulating ? "" : " = {}");")
      if product.isAccumulating { writeOldSums(product, sums, grid) }
    } else if !product.isAccumulating {
      code.line("#pragma unroll")
      code.line(
        "for (int c = 0; c < \(grid.perThread); c++) \(sums)[c/\(grid.units * unit)][c % \(grid.units * unit)] = 0;")
    }
    let way = product.isTransposed ? "columns" : "rows"
    let isLong = terms > TilePlan.chunk
    if isLong {
      code.line("#pragma unroll 1")
      code.open("for (int chunk = 0; chunk < \(terms); chunk += EE_CHUNK)")
    }
    let chunk = isLong ? "chunk" : "0"
    code.line("__syncthreads();")
    let isStaged = tiles.stagesVector(index)
    if isStaged { writeStaging(product, terms, isLong) }
    let isWide = entry.isAligned(product.matrix) && extents[1] % unit == 0
    let isInMemory = entry.isInMemory(product.matrix)
    let isWhole = grid.isFull && terms % TilePlan.chunk == 0
    let right = shared(tiles.right)
    code.lines(
      CodeBuilder.wrapped(
        "ee_stage_\(way)<\(TilePlan.threads), \(grid.width), \(isInMemory), \(isWide ? "ALIGNED" : "false"), \(isWhole)>",
        [
          right, "&\(matrix)[0][0]", "\(extents[0])", "\(extents[1])", grid.isOne ? "0" : "tile",
          chunk,
        ], ";"))
    code.line("__syncthreads();")
    let pitch = isStaged ? tiles.leftPitch : tiles.pitch(product.vector)
    let left =
      isStaged
      ? "\(shared(tiles.left ?? 0)) + down*\(pitch)"
      : "\(rows(of: product.vector)) + down*\(pitch)\(isLong ? " + chunk" : "")"
    let all = (terms + unit - 1) / unit * unit
    let count =
      terms % TilePlan.chunk == 0
      ? "EE_CHUNK" : isLong ? "(\(all) - chunk < EE_CHUNK ? \(all) - chunk : EE_CHUNK)" : "\(all)"
    code.lines(
      CodeBuilder.wrapped(
        "ee_multiply_\(way)<\(grid.rows), \(grid.units), \(grid.downs), \(grid.acrosses), \(pitch)>",
        [sums, left, right, "across", count], ";"))
    if isLong { code.close() }
    if plan.steps[index].writesShared(tiles, plan, index) { code.line("__syncthreads();") }
    writer.places[product.output] = "\(sums)[r]\(column(grid))"
  }

  /// `[q*4 + e]`.
  private func column(_ grid: TileGrid) -> String { grid.units == 1 ? "[e]" : "[q*\(grid.unit) + e]" }

  private func sumsName(_ product: TilePlan.Product, _ writer: inout BlockWriter) -> String {
    let name = names[product.output.index]
    return tiles.homes[product.output] == .registers ? name : writer.names.identifier(for: name + "_sums")
  }

  /// What a product is added to.
  private mutating func writeOldSums(_ product: TilePlan.Product, _ sums: String, _ grid: TileGrid) {
    code.line("__syncthreads();")
    code.line("#pragma unroll")
    code.open("for (int c = 0; c < \(grid.perThread); c++)")
    let perRow = grid.units * grid.unit
    let first = (grid.isOne ? "" : "tile + ") + "(across + c % \(perRow)/\(grid.unit)*\(grid.acrosses))*\(grid.unit)"
    code.line("const int column = \(first) + c % \(grid.unit);")
    let place =
      "\(rows(of: product.output))[(down + c/\(perRow)*\(grid.downs))*\(tiles.pitch(product.output)) + column]"
    let value = grid.isFull ? place : "column < \(grid.columns) ? \(place) : 0"
    code.line("\(sums)[c/\(perRow)][c % \(perRow)] = \(value);")
    code.close()
  }

  /// A chunk of the samples' vectors, made from their rows or a part of these.
  private mutating func writeStaging(_ product: TilePlan.Product, _ terms: Int, _ isLong: Bool) {
    let unit = tiles.unit
    let units = TilePlan.chunk / unit
    let isRagged = terms % TilePlan.chunk != 0
    let vector = unitNames[product.vector.index]
    var writer = blockWriter()
    let loop = tiles.recomputingLoop(product.vector)
    let inside = loop.map { Array(plan.inside($0)) } ?? []
    if let variable = loop.flatMap(plan.variable) {
      for buffer in arrays(in: inside) where plan.isUniform(buffer, inside, variable) {
        writeUniformUnit(buffer, within: isRagged ? terms : nil, &writer)
      }
    }
    let uniform = writer.code
    writer.code = CodeBuilder()
    if let variable = loop.flatMap(plan.variable) {
      for buffer in arrays(in: inside) where entry.roles.samples[buffer] != nil {
        let name = unitNames[buffer.index]
        writeUnitIn(buffer, name, terms, isRagged, &writer)
        writer.places[buffer] = "\(name)[e]"
      }
      writer.code.line("\(real) \(vector)[EE_UNIT]\(isRagged ? " = {}" : "");")
      writer.places[product.vector] = "\(vector)[e]"
      writeRounds(inside, variable, within: isRagged ? terms : nil, &writer)
    } else {
      writeUnitIn(product.vector, "\(vector)", terms, isRagged, &writer)
    }
    let pitch = tiles.leftPitch / unit
    writer.code.line("((ee_unit *)(\(shared(tiles.left ?? 0))))[slot*\(pitch) + unit] = ee_join(\(vector));")
    code.open("")
    code.line("const int unit = tid % \(units), first = \(isLong ? "chunk + " : "")unit*\(tiles.unit);")
    code.append(uniform)
    let step = TilePlan.threads / units
    code.line("#pragma unroll 4")
    code.open("for (int r = 0; r < \(max(1, tiles.samples / step)); r++)")
    code.line("const int slot = tid/\(units) + r*\(step);")
    code.append(writer.code)
    code.close()
    code.close()
    functions.merge(writer.functions)
  }

  /// `shared + 12`.
  private func shared(_ place: Int) -> String { "shared\(plus(place))" }

  /// A unit of an argument's numbers from `first` on, zeros from `count` on.
  private func writeUnitIn(
    _ buffer: BufferID, _ name: String, _ count: Int, _ isRagged: Bool, _ writer: inout BlockWriter
  ) {
    guard let field = entry.roles.samples[buffer] else { return }
    let (unit, offset, width) = (tiles.unit, entry.offset(of: field), entry.request.width)
    writer.code.line("\(real) \(name)[EE_UNIT]\(isRagged || tiles.rowPitch == nil ? " = {}" : "");")
    let guarded = isRagged ? "if (first < \(count)) " : ""
    if let pitch = tiles.rowPitch {
      let place = "shared + slot*\(pitch)\(plus(offset)) + first"
      if offset % unit == 0, count % unit == 0 || offset + count == width {
        writer.code.line("\(guarded)ee_split(\(name), *(const ee_unit *)(\(place)));")
      } else {
        let value = count % unit == 0 ? "(\(place))[e]" : "first + e < \(count) ? (\(place))[e] : 0"
        writer.code.line("#pragma unroll")
        writer.code.line(
          "for (int e = 0; e < EE_UNIT; e++) \(name)[e] = \(isRagged && count % unit == 0 ? "first < \(count) ? (\(place))[e] : 0" : value);"
        )
      }
      return
    }
    let isWide = width % unit == 0 && offset % unit == 0 && count % unit == 0
    let isWhole = isWide ? "ALIGNED" : "false"
    writer.code.line(
      "if (slot < rows\(isRagged ? " && first < \(count)" : "")) ee_unit_in<\(isWhole)>("
        + "\(name), source, slot*\(width)\(plus(offset)) + first, \(count) - first);")
  }

  // MARK: Rounds

  /// The rounds of the loop, units of columns at a time; without a loop what becomes of a product's columns.
  mutating func writeColumns(_ index: Int, _ grid: TileGrid, _ writer: inout BlockWriter) {
    let step = plan.steps[index]
    let parts = TileParts(tiles, step, index)
    writer.code = CodeBuilder()
    writeUniformUnits(parts, grid, &writer)
    let shared = writer.code
    writer.code = CodeBuilder()
    declareRows(of: parts.across, &writer)
    writer.write(step.prefix.map { plan.body[$0] })
    writeUnits(parts, grid, &writer)
    if let loop = step.loop, let variable = plan.variable(loop) {
      let isRagged = grid.columns % grid.unit != 0
      writeRounds(
        Array(plan.inside(loop)), variable, within: isRagged ? grid.columns : nil, own: parts.own, &writer)
    }
    writeUnitsOut(parts, grid, &writer)
    if writer.code.lines.isEmpty { return }
    let ofSample = writer.code
    writer.code = shared
    writer.code.line("#pragma unroll")
    writer.code.open("for (int r = 0; r < \(grid.rows); r++)")
    writer.code.append(ofSample, after: [("slot", "const int slot = down + r*\(grid.downs);")])
    writer.code.close()
    let ofUnit = writer.code
    let unit = grid.units > 1 ? "(across + q*\(grid.acrosses))" : "across"
    let first = "const int first = \(grid.isOne ? "" : "tile + ")\(unit)*\(grid.unit);"
    if grid.units > 1 {
      code.line("#pragma unroll")
      code.open("for (int q = 0; q < \(grid.units); q++)")
    }
    if grid.isFull {
      code.append(ofUnit, after: [("first", first)])
    } else {
      code.line(first)
      code.open("if (first < \(grid.columns))")
      code.append(ofUnit)
      code.close()
    }
    if grid.units > 1 { code.close() }
  }

  /// The rounds of a unit, all of them or those below a limit.
  private func writeRounds(
    _ inside: [Instruction], _ variable: Variable, within limit: Int?, own: [BufferID] = [],
    _ writer: inout BlockWriter
  ) {
    writer.code.line("#pragma unroll")
    writer.code.open("for (int e = 0; e < EE_UNIT; e++)")
    let name = writer.loopName(variable)
    let outer = writer.code
    writer.code = CodeBuilder()
    for buffer in own {
      let extents = layout.extents[buffer.index].map { "[\(max(1, $0))]" }.joined()
      writer.code.line("\(real) \(names[buffer.index])\(extents);")
    }
    writer.write(inside)
    let body = writer.code
    writer.code = outer
    let index = (name: name, text: "const int \(name) = first + e;")
    if let limit {
      writer.code.line(index.text)
      writer.code.open("if (\(name) < \(limit))")
      writer.code.append(body)
    } else {
      writer.code.append(body, after: [index])
    }
    if limit != nil { writer.code.close() }
    writer.code.close()
  }

  /// Units of arrays that all samples share, once for all of a thread's samples.
  private func writeUniformUnits(_ parts: TileParts, _ grid: TileGrid, _ writer: inout BlockWriter) {
    let isRagged = grid.columns % grid.unit != 0
    for buffer in parts.uniform { writeUniformUnit(buffer, within: isRagged ? grid.columns : nil, &writer) }
  }

  private func writeUniformUnit(_ buffer: BufferID, within limit: Int?, _ writer: inout BlockWriter) {
    let array = names[buffer.index]
    let name = unitNames[buffer.index]
    writer.code.line("\(real) \(name)[EE_UNIT];")
    writer.code.line("#pragma unroll")
    let value = limit.map { "first + e < \($0) ? \(array)[first + e] : 0" } ?? "\(array)[first + e]"
    writer.code.line("for (int e = 0; e < EE_UNIT; e++) \(name)[e] = \(value);")
    writer.places[buffer] = "\(name)[e]"
  }

  private func writeUnits(_ parts: TileParts, _ grid: TileGrid, _ writer: inout BlockWriter) {
    for buffer in parts.samples {
      let name = unitNames[buffer.index]
      let isRagged = grid.columns % grid.unit != 0
      writeUnitIn(buffer, name, grid.columns, isRagged, &writer)
      writer.places[buffer] = "\(name)[e]"
    }
    for (buffer, isRead) in parts.units {
      let name = unitNames[buffer.index]
      let isRagged = grid.columns % grid.unit != 0
      writer.code.line("\(real) \(name)[EE_UNIT]\(isRagged && !isRead ? " = {}" : "");")
      if isRead {
        writer.code.line(
          "ee_split(\(name), *(const ee_unit *)(\(rows(of: buffer)) + slot*\(tiles.pitch(buffer)) + first));")
      }
      writer.places[buffer] = "\(name)[e]"
    }
    for buffer in parts.registers { writer.places[buffer] = "\(names[buffer.index])[r]\(column(grid))" }
  }

  /// Units of what a step made, to where they stay.
  private func writeUnitsOut(_ parts: TileParts, _ grid: TileGrid, _ writer: inout BlockWriter) {
    for buffer in parts.written {
      let unit: String
      if writer.places[buffer] == unitNames[buffer.index] + "[e]" {
        unit = unitNames[buffer.index]
      } else {
        // A product's sums.
        let place = writer.places[buffer] ?? ""
        unit = place.replacing(column(grid), with: "") + (grid.units > 1 ? " + q*\(grid.unit)" : "")
      }
      if tiles.homes[buffer] == .shared {
        writer.code.line(
          "*(ee_unit *)(\(rows(of: buffer)) + slot*\(tiles.pitch(buffer)) + first) = ee_join(\(unit));")
      } else {
        let (offset, width) = (scoreOffset(buffer), entry.request.width)
        let isWide = width % grid.unit == 0 && offset % grid.unit == 0 && grid.columns % grid.unit == 0
        writer.code.line(
          "if (slot < rows) ee_unit_out<\(isWide ? "ALIGNED" : "false")>("
            + "score_out, slot*\(width)\(plus(offset)) + first, \(unit), \(grid.columns) - first);")
      }
    }
  }
}

/// What the rounds of a step need of each buffer.
struct TileParts {
  /// Arrays and single numbers of a round.
  private(set) var own: [BufferID] = []
  /// Arrays that all samples share, read at the round's place.
  private(set) var uniform: [BufferID] = []
  /// Arguments, read at the round's place.
  private(set) var samples: [BufferID] = []
  /// Arrays in shared memory or made in the step, at the round's place; whether what they hold before is needed.
  private(set) var units: [(buffer: BufferID, isRead: Bool)] = []
  /// Arrays in registers.
  private(set) var registers: [BufferID] = []
  /// Arrays at any place.
  private(set) var across: [BufferID] = []
  /// Arrays that are written unit by unit.
  private(set) var written: [BufferID] = []

  init(_ tiles: TileLayout, _ step: TilePlan.Step, _ index: Int) {
    let plan = tiles.plan
    let product = step.product.flatMap(plan.product)
    let positions = plan.positions(step)
    let variable = step.loop.flatMap(plan.variable)
    let touched = Set(
      positions.flatMap { plan.body[$0].readBuffers + [plan.body[$0].written].compactMap { $0 } }
        + [product?.output].compactMap { $0 })
    for buffer in touched.sorted(by: { $0.index < $1.index }) {
      let isArray = !plan.layout.extents[buffer.index].isEmpty
      if tiles.homes[buffer] == .round {
        own.append(buffer)
        continue
      }
      guard isArray else { continue }
      if !plan.layout.program.buffers[buffer.index].isVarying {
        if let variable, plan.isUniform(buffer, positions.map { plan.body[$0] }, variable) { uniform.append(buffer) }
        continue
      }
      let here = (plan.uses[buffer] ?? []).filter { $0.step == index }
      if here.contains(where: { $0.kind == .across }) {
        across.append(buffer)
        continue
      }
      if plan.samples.contains(buffer) {
        samples.append(buffer)
        continue
      }
      let isResult = product?.output == buffer
      let home = tiles.homes[buffer]
      let isMade = here.contains(where: \.isWrite)
      if home == .registers {
        if !isResult { registers.append(buffer) }
      } else {
        if !isResult { units.append((buffer, home == .shared && !plan.isStoredFirst(buffer, positions))) }
        if isMade && (home == .shared || plan.outputs.contains(buffer)) { written.append(buffer) }
      }
    }
  }
}

extension TilePlan {
  /// Whether instructions read an array that all samples share at the place of the variable and nowhere else.
  fileprivate func isUniform(_ buffer: BufferID, _ instructions: [Instruction], _ variable: Variable) -> Bool {
    if layout.program.buffers[buffer.index].isVarying { return false }
    return instructions.allSatisfy { instruction in
      guard case .load(_, let access) = instruction, access.buffer == buffer else { return true }
      guard access.positions.count == 1, case .affine(let expression) = access.positions[0] else { return false }
      return expression.variable == variable
    }
  }

  /// Whether the first that happens to a buffer, and always, is that it is stored.
  fileprivate func isStoredFirst(_ buffer: BufferID, _ positions: [Int]) -> Bool {
    var depth = 0
    for position in positions {
      switch body[position] {
      case .when, .loop: depth += 1
      case .endWhen, .endLoop: depth -= 1
      case .store(let access, _) where access.buffer == buffer: return depth == 0
      case let instruction where instruction.readBuffers.contains(buffer) || instruction.written == buffer: return false
      default: break
      }
    }
    return true
  }
}

extension TilePlan.Step {
  /// Whether a step leaves anything in shared memory but single numbers.
  func writesShared(_ tiles: TileLayout, _ plan: TilePlan, _ index: Int) -> Bool {
    plan.uses.contains { buffer, found in
      tiles.homes[buffer] == .shared && found.contains { $0.step == index && $0.isWrite }
    }
  }
}
