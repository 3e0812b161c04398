import EnergyIR
import EnergyLowering

/// Writes the steps of a `TilePlan` for the threads of a block.
///
/// The code names what a thread has of its block: samples `slot = down + r*…`, columns `first + e` in units `q`.
struct TileWriter {
  let entry: CUDAEntryPoint
  let tiles: TileLayout
  let names: [String]
  /// What a unit of an array is called, and its numbers of all samples.
  let unitNames: [String]
  private let rowNames: [String]
  var taken: SourceNames
  var functions: FunctionLibrary
  var code = CodeBuilder()

  /// What the code itself calls something.
  static let reserved = [
    "slot", "across", "down", "first", "left", "right", "chunk", "tile", "unit", "q", "r", "e", "source", "rows",
    "shared",

  ]

  var plan: TilePlan { tiles.plan }
  var dialect: Dialect { entry.dialect }
  var real: String { dialect.real }
  var layout: ProgramLayout { entry.layout }
  private var width: Int { entry.request.width }

  init(_ entry: CUDAEntryPoint, _ tiles: TileLayout) {
    self.entry = entry
    self.tiles = tiles
    let (names, own) = entry.bufferNames()
    var taken = own
    unitNames = names.map { taken.identifier(for: $0 + "_unit") }
    rowNames = names.map { taken.identifier(for: "all_" + $0) }
    (self.names, self.taken) = (names, taken)
    functions = FunctionLibrary(entry.dialect)
  }

  // MARK: A block

  mutating func writeBlock() {
    code.line("const int tid = threadIdx.x;")
    for (buffer, home) in ordered(tiles.homes) where home == .registers {
      guard let step = plan.uses[buffer]?.first?.step else { continue }
      code.line("\(real) \(names[buffer.index])\(brackets(tiles.grids[step]));")
    }
    let arrays = ordered(tiles.homes).filter { tiles.offsets[$0.0] != nil }
    for (buffer, _) in arrays {
      code.line("\(real) *const \(rows(of: buffer)) = shared + \(tiles.offsets[buffer] ?? 0);")
    }
    if let pitch = tiles.rowPitch {
      code.line("ee_rows_in<\(TilePlan.threads), \(tiles.samples), \(width), \(pitch), ALIGNED>(shared, source, rows);")
    }
    for index in plan.steps.indices {
      code.line()
      writeStep(index)
    }
    writeResults()
  }

  private func ordered(_ homes: [BufferID: TilePlan.Home]) -> [(BufferID, TilePlan.Home)] {
    homes.sorted { $0.key.index < $1.key.index }.map { ($0.key, $0.value) }
  }

  /// An array's numbers of all samples.
  func rows(of buffer: BufferID) -> String { rowNames[buffer.index] }

  func brackets(_ grid: TileGrid) -> String { "[\(grid.rows)][\(grid.units * grid.unit)]" }

  private mutating func writeResults() {
    let outputs = entry.roles.outputs
    code.line()
    code.line("__syncthreads();")
    for (target, buffer) in outputs where target != "score" {
      code.line("if (tid < rows) ee_store(\(target)_out + tid, \(rows(of: buffer))[tid]);")
    }
    let scores = outputs.filter { $0.target == "score" }.map(\.buffer)
    if scores.contains(where: { tiles.homes[$0] == .shared }) { writeRowsOut(scores) }
  }

  /// The scores of all rows in one piece, each number from where it is in shared memory.
  private mutating func writeRowsOut(_ scores: [BufferID]) {
    let places = scores.map { buffer in
      let offset = scoreOffset(buffer)
      let entry = layout.extents[buffer.index].isEmpty ? "" : " + e % \(width)\(offset == 0 ? "" : " - \(offset)")"
      let pitch = tiles.pitch(buffer)
      let row = pitch == 1 ? "e/\(width)" : "e/\(width)*\(pitch)"
      return (end: offset + layout.count(buffer), text: "\(rows(of: buffer))[\(row)\(entry)]")
    }
    code.line("#pragma unroll 1")
    code.open("for (int e = tid; e < rows*\(width); e += \(TilePlan.threads))")
    let choice = places.dropLast().map { "e % \(width) < \($0.end) ? \($0.text) : " }.joined()
    code.line("ee_store(score_out + e, \(choice)\(places.last?.text ?? "0"));")
    code.close()
  }

  /// Where a score begins in a row.
  func scoreOffset(_ buffer: BufferID) -> Int {
    let scores = entry.roles.outputs.filter { $0.target == "score" }
    return scores.prefix { $0.buffer != buffer }.reduce(0) { $0 + layout.count($1.buffer) }
  }

  func plus(_ number: Int) -> String { number == 0 ? "" : " + \(number)" }

  // MARK: A step

  private mutating func writeStep(_ index: Int) {
    let step = plan.steps[index]
    if step.product == nil && step.loop == nil { return writeSingles(step) }
    let grid = tiles.grids[index]
    if let product = step.product.flatMap(plan.product) {
      let matrix = names[product.matrix.index] + (product.isTransposed ? "^T" : "")
      code.line(
        "// \(matrix) \(names[product.vector.index])\(step.loop == nil ? "." : ", and what is made of its columns.")")
    } else {
      code.line("__syncthreads();")
    }
    let outer = code
    code = CodeBuilder()
    var writer = blockWriter()
    let sums = step.loop.flatMap { plan.sums[$0] } ?? []
    for (buffer, how) in sums {
      let part = writer.names.identifier(for: names[buffer.index] + "_part")
      code.line("\(real) \(part)[\(grid.rows)];")
      code.line("#pragma unroll")
      code.line("for (int r = 0; r < \(grid.rows); r++) \(part)[r] = \(dialect.number(how.neutral));")
      writer.places[buffer] = "\(part)[r]"
    }
    if !grid.isOne {
      code.line("#pragma unroll 1")
      code.open("for (int tile = 0; tile < \(grid.columns); tile += \(grid.width))")
    }
    if let product = step.product.flatMap(plan.product) { writeProduct(product, index, grid, &writer) }
    writeColumns(index, grid, &writer)
    if !grid.isOne { code.close() }
    for (buffer, how) in sums { writeSum(writer.places[buffer] ?? "", buffer, how, grid, index) }
    let body = code
    code = outer
    code.open("")
    code.append(
      body,
      after: [
        ("across", "const int across = tid % \(grid.acrosses);"), ("down", "const int down = tid/\(grid.acrosses);"),
      ])
    code.close()
    functions.merge(writer.functions)
  }

  func blockWriter() -> BlockWriter {
    var writer = BlockWriter(
      layout, dialect, bufferNames: names, names: taken)
    writer.unrolling = .innermost(8)
    for (buffer, _) in tiles.offsets where layout.extents[buffer.index].isEmpty {
      writer.places[buffer] = "\(rows(of: buffer))[slot]"
    }
    for (buffer, field) in entry.roles.samples where field.extents.isEmpty {
      writer.places[buffer] = "shared[slot*\(tiles.rowPitch ?? 0)\(plus(entry.offset(of: field)))]"
    }
    return writer
  }

  private mutating func writeSum(
    _ part: String, _ buffer: BufferID, _ how: Accumulation, _ grid: TileGrid, _ index: Int
  ) {
    code.line("#pragma unroll")
    code.open("for (int r = 0; r < \(grid.rows); r++)")
    code.line("const int slot = down + r*\(grid.downs);")
    let sum = functions.acrossRow(how, part, grid.acrosses)
    let place = "\(rows(of: buffer))[slot]"
    code.line("const \(real) sum = \(sum);")
    // A number that is added up again later goes on from what it is.
    let isFirst = plan.uses[buffer]?.first?.step == index
    let start = isFirst ? plan.starts[buffer].map(dialect.number) ?? place : place
    let isAdded = how == .add || how == .subtract
    let value = isAdded && start == dialect.number(0) ? "sum" : functions.combined(how, start, "sum")
    code.line("if (across == 0) \(place) = \(value);")
    code.close()
  }

  // MARK: What a thread a sample does

  private mutating func writeSingles(_ step: TilePlan.Step) {
    code.line("__syncthreads();")
    code.open("if (tid < \(tiles.samples))")
    var writer = blockWriter()
    let instructions = (step.prefix + step.singles.flatMap { Array($0...(plan.ends[$0] ?? $0)) }).map { plan.body[$0] }
    declareRows(of: arrays(in: instructions), &writer)
    writer.write(instructions)
    code.append(writer.code, after: [("slot", "const int slot = tid;")])
    code.close()
    functions.merge(writer.functions)
  }

  /// The arrays that instructions touch, in order.
  func arrays(in instructions: [Instruction]) -> [BufferID] {
    let touched = Set(instructions.flatMap { $0.readBuffers + [$0.written].compactMap { $0 } })
    return touched.filter { !layout.extents[$0.index].isEmpty }.sorted { $0.index < $1.index }
  }

  /// Names for the arrays of the sample at hand in shared memory.
  func declareRows(of buffers: [BufferID], _ writer: inout BlockWriter) {
    for buffer in buffers {
      let extents = layout.extents[buffer.index]
      let (address, type): (String, String)
      if let field = entry.roles.samples[buffer] {
        address = "shared + slot*\(tiles.rowPitch ?? 0)\(plus(entry.offset(of: field)))"
        type = "const \(real)"
      } else if tiles.offsets[buffer] != nil {
        address = "\(rows(of: buffer)) + slot*\(tiles.pitch(buffer))"
        type = real
      } else {
        continue
      }
      let name = names[buffer.index]
      if extents.count == 1 {
        writer.code.line("\(type) *const \(name) = \(address);")
      } else {
        let rest = extents.dropFirst().map { "[\(max(1, $0))]" }.joined()
        writer.code.line("\(type) (*const \(name))\(rest) = (\(type) (*)\(rest))(\(address));")
      }
    }
  }
}

extension Accumulation {
  /// What changes nothing. Adding to -0 gives the other in all its bits, so that compilers leave it out.
  var neutral: Double {
    switch self {
    case .add, .subtract: -0.0
    case .multiply: 1
    case .min: .infinity
    case .max: -.infinity
    }
  }
}
