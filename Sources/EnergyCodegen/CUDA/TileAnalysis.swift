import EnergyIR
import EnergyLowering

/// Finds the steps of a `TilePlan` and where its arrays live.
struct TileAnalysis {
  private(set) var steps: [TilePlan.Step] = []
  private(set) var homes: [BufferID: TilePlan.Home] = [:]
  private(set) var uses: [BufferID: [TilePlan.Use]] = [:]
  /// What numbers hold before a loop adds them up.
  private(set) var starts: [BufferID: Double] = [:]
  private(set) var productWork = 0

  private let layout: ProgramLayout
  private let body: [Instruction]
  private let roles: BufferRoles
  private let plan: CooperativePlan
  private let outputs: Set<BufferID>
  /// Top-level positions that assign a register.
  private var definitions: [Register: Int] = [:]

  init(_ layout: ProgramLayout, _ roles: BufferRoles, _ plan: CooperativePlan) {
    self.layout = layout
    self.roles = roles
    self.plan = plan
    body = layout.program.body
    outputs = Set(roles.outputs.map(\.buffer))
  }

  /// Whether there is a plan.
  mutating func run() -> Bool {
    // Data that index arrays are checked a sample at a time.
    guard !layout.program.hasRunTimeIndices, collectSteps(), productWork > 0, addPrefixes() else { return false }
    collectUses()
    return placeArrays()
  }

  // MARK: Steps

  private mutating func collectSteps() -> Bool {
    var position = 0
    while position < body.count {
      let end = plan.ends[position] ?? position
      switch body[position] {
      case .compute(let register, _, _, _), .load(let register, _): definitions[register] = position
      case .call:
        guard let product = TilePlan.product(body[position]), addProduct(product, position) else { return false }
      case .loop:
        if let columns = columns(position) { addLoop(position, columns) } else { addSingle(position) }
      case .fill(let buffer, _) where !layout.extents[buffer.index].isEmpty: return false
      case .fill(let buffer, let number) where isSummedNext(buffer, after: position): starts[buffer] = number
      default: addSingle(position)
      }
      position = end + 1
    }
    return true
  }

  private mutating func addProduct(_ product: TilePlan.Product, _ position: Int) -> Bool {
    let (output, vector) = (layout.extents[product.output.index], layout.extents[product.vector.index])
    let numbers = layout.count(product.matrix)
    guard output.count == 1, vector.count == 1, numbers > 0, numbers <= Int(Int32.max),
      !layout.program.buffers[product.matrix.index].isVarying, product.output != product.vector
    else { return false }
    productWork += numbers
    steps.append(TilePlan.Step(product: position, columns: output[0]))
    return true
  }

  /// The rounds of a loop that threads may take in any order; `nil` where they may not.
  private func columns(_ head: Int) -> Int? {
    guard case .loop(_, let lower, let upper) = body[head], let loop = plan.distributed[head], loop.passes == [[]],
      lower.count == 1, upper.count == 1, lower[0].size.map({ layout.value($0) }) == 0, let size = upper[0].size,
      layout.value(size) > 0
    else { return nil }
    return layout.value(size)
  }

  private mutating func addLoop(_ head: Int, _ columns: Int) {
    if let last = steps.last, last.loop == nil, let position = last.product, last.columns == columns,
      let product = TilePlan.product(body[position]), reads(head, product.output)
    {
      steps[steps.count - 1].loop = head
    } else {
      steps.append(TilePlan.Step(loop: head, columns: columns))
    }
  }

  private func reads(_ head: Int, _ buffer: BufferID) -> Bool {
    body[head...(plan.ends[head] ?? head)].contains { $0.readBuffers.contains(buffer) }
  }

  private mutating func addSingle(_ position: Int) {
    if let last = steps.last, !last.singles.isEmpty {
      steps[steps.count - 1].singles.append(position)
    } else {
      steps.append(TilePlan.Step(singles: [position]))
    }
  }

  /// Whether the next that happens to a number is that a loop adds it up.
  private func isSummedNext(_ buffer: BufferID, after position: Int) -> Bool {
    guard starts[buffer] == nil,
      let next = body.indices.first(where: { index in
        index > position && (body[index].written == buffer || body[index].readBuffers.contains(buffer))
      })
    else { return false }
    return plan.partials.contains { head, sums in
      head < next && next < plan.ends[head] ?? head && columns(head) != nil && isTopLevel(head)
        && sums.contains { $0.buffer == buffer }
    }
  }

  private func isTopLevel(_ position: Int) -> Bool { !plan.ends.contains { $0 < position && position < $1 } }

  // MARK: Values from outside

  /// Values that the top level computes are computed again in each step that reads them, if what they read is still there.
  private mutating func addPrefixes() -> Bool {
    for index in steps.indices {
      let inside = positions(steps[index])
      var wanted = inside.flatMap { body[$0].readRegisters }
      var needed: Set<Int> = []
      while let register = wanted.popLast() {
        guard let position = definitions[register], needed.insert(position).inserted else { continue }
        wanted += body[position].readRegisters
      }
      steps[index].prefix = needed.sorted()
      guard let last = inside.last else { continue }
      for position in needed {
        for buffer in body[position].readBuffers where (position...last).contains(where: { body[$0].written == buffer })
        {
          return false
        }
      }
    }
    return true
  }

  private func positions(_ step: TilePlan.Step) -> [Int] { step.positions(plan.ends) }

  // MARK: Uses

  private mutating func collectUses() {
    for (index, step) in steps.enumerated() {
      if let product = step.product.flatMap({ TilePlan.product(body[$0]) }) {
        add(product.vector, TilePlan.Use(step: index, kind: .operand, isWrite: false))
        add(product.output, TilePlan.Use(step: index, kind: .result, isWrite: true))
      }
      var variable: Variable?
      if let loop = step.loop, case .loop(let own, _, _) = body[loop] { variable = own }
      for position in step.prefix + positions(step) {
        switch body[position] {
        case .load(_, let access): add(access, variable, index, isWrite: false)
        case .store(let access, _), .accumulate(_, let access, _): add(access, variable, index, isWrite: true)
        case .fill(let buffer, _): add(buffer, TilePlan.Use(step: index, kind: .across, isWrite: true))
        default: break
        }
      }
    }
  }

  private mutating func add(_ access: Access, _ variable: Variable?, _ step: Int, isWrite: Bool) {
    var kind = TilePlan.Use.Kind.across
    if let variable, access.positions.count == 1, case .affine(let expression) = access.positions[0],
      expression.variable == variable
    {
      kind = .own
    }
    add(access.buffer, TilePlan.Use(step: step, kind: kind, isWrite: isWrite))
  }

  private mutating func add(_ buffer: BufferID, _ use: TilePlan.Use) {
    if layout.program.buffers[buffer.index].isVarying { uses[buffer, default: []].append(use) }
  }

  // MARK: Homes

  private mutating func placeArrays() -> Bool {
    for buffer in roles.locals {
      guard let found = uses[buffer], let first = found.first else { continue }
      let isOneStep = found.allSatisfy { $0.step == first.step }
      if isOneStep, steps[first.step].loop != nil, isRound(buffer, first.step) {
        homes[buffer] = .round
      } else if layout.extents[buffer.index].isEmpty {
        homes[buffer] = .shared
      } else if let loop = recomputation(of: buffer, found) {
        homes[buffer] = .recomputed(loop: loop)
      } else if isOneStep, found.allSatisfy({ $0.kind == .own || $0.kind == .result }),
        outputs.contains(buffer) || first.isWrite && first.kind == .result || first.isWrite
      {
        homes[buffer] = .step
      } else if !outputs.contains(buffer), found.allSatisfy({ $0.kind == .own || $0.kind == .result }) {
        homes[buffer] = .registers
      } else {
        homes[buffer] = .shared
      }
    }
    dropRecomputedLoops()
    return operandsArePadded
  }

  /// Whether each round of the step's loop fills a buffer before it reads it, and nothing else knows it.
  private func isRound(_ buffer: BufferID, _ step: Int) -> Bool {
    if plan.privateArrays.contains(buffer) { return true }
    guard layout.extents[buffer.index].isEmpty, !outputs.contains(buffer), let loop = steps[step].loop,
      !(plan.partials[loop] ?? []).contains(where: { $0.buffer == buffer })
    else { return false }
    for position in positions(steps[step]) {
      switch body[position] {
      case .store(let access, _) where access.buffer == buffer: return true
      case .fill(buffer, _): return true
      case let instruction where instruction.readBuffers.contains(buffer) || instruction.written == buffer: return false
      default: break
      }
    }
    return false
  }

  /// The loop that makes an array of which only products know, from nothing but the row and what is the same in all rows;
  /// cheap enough to do so for every tile of columns.
  private func recomputation(of buffer: BufferID, _ found: [TilePlan.Use]) -> Int? {
    let writes = found.filter(\.isWrite)
    guard writes.count == 1, writes[0].kind == .own, !outputs.contains(buffer),
      found.allSatisfy({ $0.isWrite || $0.kind == .operand }), let loop = steps[writes[0].step].loop,
      steps[writes[0].step].product == nil, steps[writes[0].step].prefix.isEmpty,
      (plan.partials[loop] ?? []).isEmpty, case .loop(let variable, _, _) = body[loop]
    else { return nil }
    for position in (loop + 1)..<(plan.ends[loop] ?? loop + 1) {
      switch body[position] {
      case .load(_, let access):
        if !layout.program.buffers[access.buffer.index].isVarying { continue }
        guard roles.samples[access.buffer] != nil, access.positions.count == 1,
          case .affine(let expression) = access.positions[0], expression.variable == variable
        else { return nil }
      case .compute(_, let computation, _, _):
        switch computation {
        case .add, .subtract, .multiply, .negate: continue
        default: return nil
        }
      case .store(let access, _): guard access.buffer == buffer else { return nil }
      default: return nil
      }
    }
    return loop
  }

  /// Loops that products run themselves are no steps any more.
  private mutating func dropRecomputedLoops() {
    let dropped = Set(
      homes.values.compactMap { home -> Int? in if case .recomputed(let loop) = home { loop } else { nil } })
    guard !dropped.isEmpty else { return }
    let kept = steps.indices.filter { !(steps[$0].loop.map(dropped.contains) ?? false) }
    let numbers = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    steps = kept.map { steps[$0] }
    uses = uses.mapValues { all in
      all.compactMap { use in
        numbers[use.step].map { TilePlan.Use(step: $0, kind: use.kind, isWrite: use.isWrite) }
      }
    }
  }

  /// Products read whole units: operands in shared memory are written in units, too, or have no part of one.
  private var operandsArePadded: Bool {
    uses.allSatisfy { buffer, found in
      guard found.contains(where: { $0.kind == .operand }), homes[buffer] == .shared else { return true }
      return layout.count(buffer) % 4 == 0 || found.allSatisfy { $0.kind != .across || !$0.isWrite }
    }
  }
}
