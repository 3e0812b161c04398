import EnergyIR
import EnergyLowering

extension PlanCompiler {
  /// An index expression over the counters; its modulus is left to the caller.
  func form(_ expression: IndexExpression) throws(EvaluationError) -> AffineForm {
    var form = AffineForm(offset: try layout.number(expression.offset))
    for term in expression.terms {
      guard let slot = slots[term.variable] else { throw .malformed("an index variable outside its loop") }
      form.terms.append(AddressTerm(slot: slot, stride: term.coefficient))
    }
    form.terms.sort { $0.slot < $1.slot }
    return form
  }

  /// An index expression outside chunks; a modulus becomes a counter computed on the spot.
  func plainForm(_ expression: IndexExpression) throws(EvaluationError) -> AffineForm {
    let inner = try form(expression)
    guard let size = expression.modulus else { return inner }
    let modulus = try layout.number(size)
    if modulus < 1 { throw .malformed("a modulus below 1") }
    let slot = newCounter()
    part.derived.append(DerivedCounter(slot: slot, form: inner, modulus: modulus, step: 0))
    emit(PlanOperation(code: .derive, detail: part.derived.count - 1))
    return AffineForm(terms: [AddressTerm(slot: slot, stride: 1)], offset: 0)
  }

  func planCondition(_ condition: Condition, chunkSlot: Int32?) throws(EvaluationError) -> PlanCondition {
    let form = try form(condition.expression)
    var modulus: Int?
    if let size = condition.expression.modulus { modulus = try layout.number(size) }
    if let modulus, modulus < 1 { throw .malformed("a modulus below 1") }
    let relation: PlanCondition.Relation =
      switch condition.relation {
      case .atLeastZero: .atLeastZero
      case .equalsZero: .equalsZero
      case .differsFromZero: .differsFromZero
      }
    return PlanCondition(
      form: form, modulus: modulus, relation: relation, step: chunkSlot.map(form.coefficient(of:)) ?? 0)
  }

  func addConditions(_ conditions: [Condition], chunkSlot: Int32? = nil) throws(EvaluationError) -> Int {
    var result: [PlanCondition] = []
    for condition in conditions { result.append(try planCondition(condition, chunkSlot: chunkSlot)) }
    part.conditions.append(result)
    return part.conditions.count - 1
  }
}
