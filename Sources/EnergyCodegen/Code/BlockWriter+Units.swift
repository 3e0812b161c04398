import EnergyIR
import EnergyLowering

/// Nests of loops whose rounds threads take in units.
extension BlockWriter {
  /// A nest: units in turn, each with the arrays that its rounds read and write 16 bytes at a time.
  mutating func distribute(
    _ nest: CooperativeNest, _ instructions: [Instruction], _ plan: CooperativePlan, _ group: Group
  ) {
    guard let head = nest.heads.last, let end = plan.ends[head], let length = nest.extents.last else { return }
    let partials = nest.heads.map { plan.partials[$0] ?? [] }
    let before = partials.map { openPartials($0) }
    let units = length / group.unit
    let rounds = nest.units(of: group.unit)
    switch rounds {
    case group.threads:
      code.open("")
      code.line("const int round = lane;")
    case let few where few < group.threads:
      code.open("if (lane < \(few))")
      code.line("const int round = lane;")
    case let whole where whole % group.threads == 0:
      code.line("#pragma unroll 2")
      code.open("for (int turn = 0; turn < \(whole / group.threads); turn++)")
      code.line("const int round = lane + turn*\(group.threads);")
    default: code.open("for (int round = lane; round < \(rounds); round += \(group.threads))")
    }
    let variables = nest.heads.compactMap { head -> Variable? in
      if case .loop(let variable, _, _) = instructions[head] { variable } else { nil }
    }
    var rest = nest.heads.count > 1 ? "(unsigned)round/\(units)" : ""
    var indices: [(name: String, text: String)] = []
    for (variable, extent) in zip(variables, nest.extents).dropLast().reversed() {
      let name = loopName(variable)
      indices.append((name, "const int \(name) = \(variable == variables[0] ? rest : "\(rest) % \(extent)");"))
      rest += "/\(extent)"
    }
    let unit = nest.heads.count > 1 ? "(unsigned)round % \(units)" : "round"
    indices.append(("first", "const int first = \(unit)*\(group.unit);"))
    let inside = Array(instructions[(head + 1)..<end])
    let outer = code
    code = CodeBuilder()
    if !variables.isEmpty { writeRounds(inside, variables, nest.extents, group) }
    let body = code
    code = outer
    code.append(body, after: indices)
    code.close()
    for _ in variables.dropLast() { closeLoopName() }
    for (names, sums) in zip(before, partials).reversed() { closePartials(names, sums, group) }
    let arrays = instructions[head...end].compactMap(\.written).filter { !layout.extents[$0.index].isEmpty }
    if arrays.contains(where: { $0 != group.direct?.buffer }) { code.line(group.barrier) }
  }

  private mutating func writeRounds(
    _ inside: [Instruction], _ variables: [Variable], _ extents: [Int], _ group: Group
  ) {
    guard let inner = variables.last else { return }
    // Where a nest runs over a whole array, its units are those of the array.
    let isWhole = { [layout] (access: Access) in
      layout.extents[access.buffer.index] == extents && access.indices == variables
    }
    let index = loopName(inner)
    let outside = (places: accessPlaces, written: written)
    var stores: [(access: Access, name: String)] = []
    let changed = Set(inside.compactMap(\.written))
    setIndex(inner, "first")
    for instruction in inside {
      guard let access = instruction.access, accessPlaces[access] == nil, isUnit(access, inner, group),
        !changed.contains(access.buffer) || !inside.contains(where: { $0.readBuffers.contains(access.buffer) })
      else { continue }
      let name = names.identifier(for: bufferNames[access.buffer.index] + "_unit")
      code.line("\(dialect.real) \(name)[EE_UNIT];")
      if instruction.written == nil || instruction.isAccumulation {
        let array = bufferNames[access.buffer.index]
        let unit = isWhole(access) ? "((const ee_unit *)\(array))[round]" : "*(const ee_unit *)&\(element(access))"
        code.line("ee_split(\(name), \(unit));")
      }
      if instruction.written != nil { stores.append((access, name)) }
      accessPlaces[access] = "\(name)[e]"
    }
    writeNeighbours(inside, inner, group)
    setIndex(inner, index)
    code.line("#pragma unroll")
    code.open("for (int e = 0; e < EE_UNIT; e++)")
    let outer = code
    code = CodeBuilder()
    write(inside)
    let body = code
    code = outer
    code.append(body, after: [(index, "const int \(index) = first + e;")])
    code.close()
    setIndex(inner, "first")
    accessPlaces = outside.places
    for (access, name) in stores {
      if let direct = group.direct, direct.buffer == access.buffer {
        code.line("ee_unit_out<\(direct.wide)>(\(direct.place), round*\(group.unit), \(name), EE_UNIT);")
      } else {
        let array = bufferNames[access.buffer.index]
        let unit = isWhole(access) ? "((ee_unit *)\(array))[round]" : "*(ee_unit *)&\(element(access))"
        code.line("\(unit) = ee_join(\(name));")
      }
    }
    written = outside.written
    closeLoopName()
  }

  /// Units that lie a few elements beside another: most of them is in it.
  private mutating func writeNeighbours(_ inside: [Instruction], _ inner: Variable, _ group: Group) {
    for case .load(_, let access) in inside where accessPlaces[access] == nil {
      guard case .affine(let expression)? = access.positions.last, expression.terms.count == 1,
        expression.withoutModulus.terms == IndexExpression(inner).terms
      else { continue }
      let distance = layout.value(expression.offset)
      let own = Access(access.buffer, access.positions.dropLast() + [.affine(IndexExpression(inner))])
      guard distance != 0, abs(distance) < group.unit, let unit = accessPlaces[own], unit.hasSuffix("[e]") else {
        continue
      }
      let array = String(unit.dropLast(3))
      let name = names.identifier(for: bufferNames[access.buffer.index] + (distance > 0 ? "_after" : "_before"))
      let moved = distance > 0 ? "e + \(distance)" : "e - \(-distance)"
      setIndex(inner, "first + e")
      code.line("\(dialect.real) \(name)[EE_UNIT];")
      code.line("#pragma unroll")
      code.line(
        "for (int e = 0; e < EE_UNIT; e++) \(name)[e] = \(moved) \(distance > 0 ? "< EE_UNIT" : ">= 0") ? "
          + "\(array)[\(moved)] : \(element(access));")
      accessPlaces[access] = "\(name)[e]"
    }
  }

  /// Whether the rounds of a unit have neighbouring elements of an array that lies in units.
  private func isUnit(_ access: Access, _ inner: Variable, _ group: Group) -> Bool {
    let extents = layout.extents[access.buffer.index]
    guard layout.program.buffers[access.buffer.index].isVarying, !bufferNames[access.buffer.index].isEmpty,
      let last = access.positions.last, case .affine(let expression) = last, expression.variable == inner,
      access.registers.isEmpty, extents.count == 1 || extents[extents.count - 1] % group.unit == 0,
      !unaligned.contains(access.buffer)
    else { return false }
    return access.positions.dropLast().allSatisfy {
      if case .affine(let expression) = $0 { !expression.variables.contains(inner) } else { false }
    }
  }
}

extension Access {
  /// The variables that are its positions; `nil` for other positions.
  fileprivate var indices: [Variable?] {
    positions.map { if case .affine(let expression) = $0 { expression.variable } else { nil } }
  }
}

extension Instruction {
  /// The element that it reads or writes.
  fileprivate var access: Access? {
    switch self {
    case .load(_, let access), .store(let access, _), .accumulate(_, let access, _):
      access.positions.isEmpty ? nil : access
    default: nil
    }
  }

  fileprivate var isAccumulation: Bool { if case .accumulate = self { true } else { false } }
}
