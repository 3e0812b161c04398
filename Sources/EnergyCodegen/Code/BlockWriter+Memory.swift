import EnergyBuiltins
import EnergyIR
import EnergyLowering

/// Elements of buffers, and operations on whole ones.
extension BlockWriter {
  // MARK: Memory

  mutating func write(_ access: Access, _ value: CExpression, _ statement: (String, String) -> String) {
    guard isLanewise(access) else {
      let text = isVarying(access.buffer) && !value.isVarying ? functions.broadcast(value) : value.text
      code.line(statement(element(access), text))
      return
    }
    // The place differs from lane to lane.
    let source = named(value, "value")
    let place = lanePlace(access)
    code.open("for (int lane = 0; lane < \(dialect.lanes); lane++)")
    code.line(statement(place, source.isVarying ? "\(source.text)[lane]" : source.text))
    code.close()
  }

  mutating func accumulate(_ how: Accumulation, _ access: Access, _ value: CExpression) {
    switch how {
    case .add: write(access, value) { "\($0) += \($1);" }
    case .subtract: write(access, value) { "\($0) -= \($1);" }
    case .multiply: write(access, value) { "\($0) *= \($1);" }
    case .min, .max:
      let old = CExpression(text: "{0}", isVarying: isVarying(access.buffer) && !isLanewise(access))
      let side = CExpression(text: "{1}", isVarying: old.isVarying)
      let spelling = Builtins[FunctionName(how.rawValue)]?.primitive?.spelling
      functions.need(spelling?.helpers(of: dialect) ?? [])
      let call = functions.call(how.rawValue, spelling.map(dialect.template) ?? "{0}", [old, side]).text
      write(access, value) { "\($0) = \(call.replacing("{0}", with: $0).replacing("{1}", with: $1));" }
    }
  }

  mutating func fill(_ buffer: BufferID, _ number: Double) {
    flush(reading: [buffer])
    let name = bufferNames[buffer.index]
    let literal = dialect.literal(number)
    let value = isVarying(buffer) ? functions.broadcast(literal) : literal.text
    let extents = layout.extents[buffer.index]
    if extents.isEmpty { return code.line("\(places[buffer] ?? name) = \(value);") }
    let indices = extents.map { indexName(layout.program.indexNames[Size($0)] ?? []) }
    for (axis, (index, extent)) in zip(indices, extents).enumerated() {
      if let pragma = pragma(isInnermost: axis == extents.count - 1) { code.line(pragma) }
      code.open("for (int \(index) = 0; \(index) < \(extent); \(index)++)")
    }
    code.line("\(name)\(indices.map { "[\($0)]" }.joined()) = \(value);")
    for _ in extents {
      code.close()
      closeLoopName()
    }
  }

  /// An element, all of its positions the same in every lane.
  mutating func element(_ access: Access) -> String {
    if let place = accessPlaces[access] ?? places[access.buffer] { return place }
    var text = bufferNames[access.buffer.index]
    for (axis, position) in access.positions.enumerated() {
      switch position {
      case .affine(let expression): text += "[\(index(expression).text)]"
      case .register(let register):
        let value = self.value(.register(register))
        text += "[\(functions.index(value.text, extent: layout.extents[access.buffer.index][axis]))]"
      }
    }
    return text
  }

  /// A load whose place differs from lane to lane: a name that a loop over the lanes fills.
  mutating func gathered(_ access: Access, _ register: Register) -> CExpression? {
    guard isLanewise(access) else { return nil }
    let place = lanePlace(access)
    let name = names.identifier(for: layout.program.registers[register.index].name ?? "value")
    code.line("\(dialect.vector) \(name);")
    code.open("for (int lane = 0; lane < \(dialect.lanes); lane++)")
    code.line("\(name)[lane] = \(place);")
    code.close()
    let result = CExpression(text: name, isVarying: true)
    return layout.program.registers[register.index].type == .bool ? dialect.condition(fromReal: result) : result
  }

  /// Whether the place differs from lane to lane.
  private func isLanewise(_ access: Access) -> Bool {
    dialect.hasLanes && access.registers.contains { layout.program.registers[$0.index].isVarying }
  }

  /// The element of lane `lane`.
  private mutating func lanePlace(_ access: Access) -> String {
    var text = bufferNames[access.buffer.index]
    for (axis, position) in access.positions.enumerated() {
      switch position {
      case .affine(let expression): text += "[\(index(expression).text)]"
      case .register(let register):
        var value = self.value(.register(register))
        if value.precedence != .primary || !value.text.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) {
          value = named(value, "index")
        }
        values[register] = value
        let lane = value.isVarying ? "\(value.text)[lane]" : value.text
        text += "[\(functions.index(lane, extent: layout.extents[access.buffer.index][axis]))]"
      }
    }
    return isVarying(access.buffer) ? text + "[lane]" : text
  }

  // MARK: Whole buffers

  mutating func call(_ call: LibraryCall) {
    let output = address(call.output)
    switch call {
    case .matrixProduct(_, let matrix, let transposed, let vector, let accumulating):
      let sizes = layout.extents[matrix.index]
      let columns = layout.extents[vector.index].dropFirst().reduce(1, *)
      code.line(
        functions.matrixProduct(
          output, address(matrix), address(vector), rows: sizes[0], columns: sizes[1], width: columns,
          transposed: transposed, accumulating: accumulating))
    case .linearAlgebra(let operation, let buffer, let inputs):
      let columns = operation.hasRightSide ? layout.extents[buffer.index].dropFirst().reduce(1, *) : 1
      functions.linearAlgebra(
        operation, block(buffer), inputs.map(block), rows: layout.extents[inputs[0].index][0], columns: columns,
        room: room, into: &code)
    }
  }

  private func block(_ buffer: BufferID) -> FunctionLibrary.Block {
    .init(address: address(buffer), count: layout.count(buffer), hasLanes: isVarying(buffer))
  }

  /// The entries of a buffer in a row, to be followed by one index.
  func flat(_ buffer: BufferID) -> String {
    let address = address(buffer)
    return address.hasPrefix("&") ? "(\(address))" : address
  }

  /// The first element of a buffer as a pointer.
  func address(_ buffer: BufferID) -> String {
    let rank = layout.extents[buffer.index].count
    let name = bufferNames[buffer.index]
    switch rank {
    case 0: return "&\(name)"
    case 1: return name
    default: return "&\(name)" + String(repeating: "[0]", count: rank)
    }
  }
}
