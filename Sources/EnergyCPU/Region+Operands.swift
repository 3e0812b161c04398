import EnergyIR
import EnergyLowering

extension Region {
  /// Where an element lies, and the indices read from data that still have to be added.
  mutating func place(_ access: Access) throws(EvaluationError) -> (Place, [PlanGather.Index]) {
    let buffer = compiler.layout.buffers[access.buffer.index]
    guard access.positions.count == buffer.extents.count else { throw .malformed("an access with the wrong rank") }
    let unit = buffer.isVarying ? compiler.lanes : 1
    var place = Place(space: buffer.space, offset: buffer.offset, isVarying: buffer.isVarying)
    var strides: [Int32: Int] = [:]
    var indices: [PlanGather.Index] = []
    for (axis, position) in access.positions.enumerated() {
      let step = buffer.steps[axis] * unit
      switch position {
      case .register:
        indices.append(
          PlanGather.Index(
            place: Place(space: .scratch, offset: 0, isVarying: false), extent: buffer.extents[axis], stride: step))
      case .affine(let expression):
        let form = try counterForm(expression)
        place.offset += form.offset * step
        for term in form.terms { strides[term.slot, default: 0] += term.stride * step }
      }
    }
    place.terms = strides.filter { $0.value != 0 }.map { AddressTerm(slot: $0.key, stride: $0.value) }
      .sorted { $0.slot < $1.slot }
    place.rowStride = rowStride(of: place.terms)
    return (place, indices)
  }

  private func rowStride(of terms: [AddressTerm]) -> Int {
    var sum = 0
    for term in terms {
      if term.slot == chunkSlot { sum += term.stride }
      if let step = derivedSteps[term.slot] { sum += term.stride * step }
    }
    return sum
  }

  /// An index expression over counters; a modulus becomes a counter of its own, which in a loop is kept up to date
  /// from chunk to chunk.
  mutating func counterForm(_ expression: IndexExpression) throws(EvaluationError) -> AffineForm {
    let inner = try compiler.form(expression)
    guard let size = expression.modulus else { return inner }
    if let known = derivedSlots[expression] {
      return AffineForm(terms: [AddressTerm(slot: known, stride: 1)], offset: 0)
    }
    let modulus = try compiler.layout.number(size)
    if modulus < 1 { throw .malformed("a modulus below 1") }
    let slot = compiler.newCounter()
    let step = chunkSlot.map(inner.coefficient(of:)) ?? 0
    let derived = DerivedCounter(slot: slot, form: inner, modulus: modulus, step: step)
    if let chunk {
      compiler.part.loops[chunk].derived.append(derived)
    } else {
      compiler.part.derived.append(derived)
      operations.append(
        RegionOperation(operation: PlanOperation(code: .derive, detail: compiler.part.derived.count - 1)))
    }
    derivedSlots[expression] = slot
    derivedSteps[slot] = step
    return AffineForm(terms: [AddressTerm(slot: slot, stride: 1)], offset: 0)
  }

  mutating func source(_ operand: Operand) throws(EvaluationError) -> Source {
    switch operand {
    case .constant(let value): return .place(compiler.constants.place(value))
    case .size(let size): return .place(compiler.constants.place(Double(try compiler.layout.number(size))))
    case .index(let expression): return try indexNumber(expression)
    case .register(let register):
      if let value = values[register.index] { return value }
      if let waiting = deferred.removeValue(forKey: register.index) {
        let value = try emit(waiting.computation, waiting.operands, into: nil) { _, _ in nil }
        values[register.index] = value
        return value
      }
      if let place = compiler.lasting[register.index] { return .place(place) }
      throw .malformed("register \(register.index) is read before it is assigned")
    }
  }

  /// An index as a number.
  private mutating func indexNumber(_ expression: IndexExpression) throws(EvaluationError) -> Source {
    if let known = indexNumbers[expression] { return known }
    let form = try counterForm(expression)
    if form.terms.isEmpty { return .place(compiler.constants.place(Double(form.offset))) }
    let out = newRegister(isVarying: false)
    var operation = RegionOperation(operation: PlanOperation(code: .count, detail: compiler.part.counts.count))
    compiler.part.counts.append((form, rowStride(of: form.terms)))
    operation.out = out
    operations.append(operation)
    indexNumbers[expression] = out
    return out
  }

  /// The two factors, where the computation is a product.
  func factors(_ computation: Computation, _ operands: [Operand]) -> (Operand, Operand)? {
    switch computation {
    case .multiply where operands.count == 2: return (operands[0], operands[1])
    case .power(2), .function("square"): return (operands[0], operands[0])
    default: return nil
    }
  }

  /// Whether an operand has lanes, before it is compiled.
  mutating func isVarying(_ operand: Operand) throws(EvaluationError) -> Bool {
    guard case .register(let register) = operand else { return false }
    if let waiting = deferred[register.index] {
      for inner in waiting.operands where try isVarying(inner) { return true }
      return false
    }
    return try source(operand).isVarying
  }
}
