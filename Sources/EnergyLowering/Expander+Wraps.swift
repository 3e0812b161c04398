import EnergyIR

/// Scatters around a corner.
extension Expander {
  /// Where a loop over a whole axis writes at `(±v + c) mod n`, each place is written once: the loop takes the places in
  /// order and reads at `±(v - c) mod n` instead, so that what else fills the array goes into the same loop.
  ///
  /// - Returns: `nil` where nothing is turned, or where it would be computed anew at other places: functions cost twice
  ///   then, and what is compared with a minimum must be what the minimum was taken of, in all its bits.
  func turned(_ part: Part, _ core: TermID) -> Part? {
    guard part.test == nil, part.factors.isEmpty, !terms[core].isExpensive,
      terms.postorder([core]).allSatisfy(isArithmetic)
    else { return nil }
    var result = part
    for slot in part.scattered.sorted() { turn(&result, at: slot) }
    return result.slots == part.slots ? nil : result
  }

  private func isArithmetic(_ term: TermID) -> Bool {
    switch terms[term].operation {
    case .apply, .select: false
    default: true
    }
  }

  private func turn(_ part: inout Part, at slot: Int) {
    guard case .affine(let wrapped)? = part.slots[slot], let modulus = wrapped.modulus, wrapped.terms.count == 1,
      abs(wrapped.terms[0].coefficient) == 1
    else { return }
    let (variable, sign) = (wrapped.terms[0].variable, wrapped.terms[0].coefficient)
    guard part.loops.contains(variable), variable.extent == modulus,
      !part.conditions.conditions.contains(where: { $0.expression.variables.contains(variable) }),
      part.slots.enumerated().allSatisfy({ other, position in
        other == slot || position.map { !terms.variables(of: $0).contains(variable) } ?? true
      }),
      let shifted = IndexExpression(variable) - IndexExpression(wrapped.offset),
      let source = shifted.scaled(by: sign)?.modulo(modulus)
    else { return }
    var environment: [Variable: IndexExpression] = [:]
    for (bound, expression) in part.environment {
      guard let turned = expression.substituting([variable: source]) else { return }
      environment[bound] = turned
    }
    part.environment = environment
    part.slots[slot] = .affine(IndexExpression(variable))
  }
}
