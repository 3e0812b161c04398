import EnergyIR

/// An open level of the program that is being written: a loop, a condition or the whole.
final class Scope {
  let level: Level?
  /// The loop variables bound here and outside.
  let variables: Set<Variable>
  let guarded: Set<Variable>
  var items: [Instruction] = []
  /// Values already computed here.
  var values: [TermID: Operand] = [:]
  /// What is computed here or was taken over from outside, so that nobody inside computes it again.
  var scheduled: Set<Owner> = []
  /// Where reductions computed here lie.
  var accumulators: [TermID: BufferID] = [:]

  init(level: Level?, variables: Set<Variable>) {
    self.level = level
    self.variables = variables
    guarded = level?.guardedVariables ?? []
  }

  var isCondition: Bool {
    if case .when = level { return true }
    return false
  }
}
