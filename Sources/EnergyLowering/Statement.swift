import EnergyIR

/// One level of the loops around a statement.
enum Level: Hashable {
  case loop(Variable, lower: [IndexExpression], upper: [IndexExpression])
  case when([Condition])

  /// The variables that conditions of this level mention: what is only in range there mustn't leave it.
  var guardedVariables: Set<Variable> {
    switch self {
    case .loop(let variable, let lower, let upper):
      if lower == [IndexExpression(0)], upper == [IndexExpression(variable.extent)] { return [] }
      return Set((lower + upper).flatMap(\.variables) + [variable])
    case .when(let conditions): return Set(conditions.flatMap(\.expression.variables))
    }
  }

  var variable: Variable? {
    if case .loop(let variable, _, _) = self { return variable }
    return nil
  }
}

/// What is computed: an array, or the value of a reduction in the scope that binds its variables.
enum Owner: Hashable {
  case array(ArrayID)
  case reduction(TermID)
}

/// A step on one element, and the loops around it.
struct Statement {
  enum Action: Hashable {
    /// element = value
    case store
    /// element ⊕= value
    case accumulate(Accumulation)
    /// The whole array by a library call on arrays.
    case call(Call)
  }
  enum Call: Hashable {
    case matrixProduct(matrix: ArrayID, transposed: Bool, vector: ArrayID)
    case linearAlgebra(LinearAlgebra, [ArrayID])
  }

  /// What a statement is to a recurrence, whose array it fills.
  enum Phase: Hashable {
    /// There is none.
    case none
    /// It makes the first state.
    case start
    /// It makes the next state, in the loop over the steps.
    case step(Variable)
  }

  let owner: Owner
  var levels: [Level]
  let action: Action
  var positions: [TermPosition]
  var value: TermID?
  let node: NodeID
  var phase = Phase.none

  /// The arrays that a call reads.
  var inputs: [ArrayID] {
    switch action {
    case .call(.matrixProduct(let matrix, _, let vector)): [matrix, vector]
    case .call(.linearAlgebra(_, let inputs)): inputs
    default: []
    }
  }
}

/// All statements of one owner, and what its elements are before them.
struct DefinitionBody {
  var initial: Double?
  var statements: [Statement]
}

extension ScalarTerms {
  /// The loops over the variables where the guard holds, outermost first. Bounds take what they can of the guard.
  /// A condition `v ≠ e` makes two ranges, below e and above it.
  func levels(_ variables: [Variable], _ conditions: Guard) -> [[Level]] {
    var remaining = conditions.conditions
    var levels: [Level] = []
    var inside = Set(variables)
    let outer = remaining.filter { inside.isDisjoint(with: $0.expression.variables) }
    if !outer.isEmpty { levels.append(.when(outer)) }
    remaining.removeAll { outer.contains($0) }
    for (position, variable) in variables.enumerated() {
      inside.remove(variable)
      let here = remaining.filter { inside.isDisjoint(with: $0.expression.variables) }
      remaining.removeAll { here.contains($0) }
      var lower: [IndexExpression] = []
      var upper: [IndexExpression] = []
      var rest: [Condition] = []
      var excluded: IndexExpression?
      for condition in here {
        guard let bound = bound(of: variable, in: condition) else {
          rest.append(condition)
          continue
        }
        switch condition.relation {
        case .atLeastZero where condition.expression.coefficient(of: variable) > 0: lower.append(bound)
        case .atLeastZero: upper.append(bound.successor)
        case .equalsZero:
          lower.append(bound)
          upper.append(bound.successor)
        case .differsFromZero:
          if excluded == nil { excluded = bound } else { rest.append(condition) }
        }
      }
      if !lower.contains(where: { $0.minimum.isProvably(atLeast: 0) }) { lower.insert(IndexExpression(0), at: 0) }
      if !upper.contains(where: { (variable.extent - $0.maximum).isProvably(atLeast: 0) }) {
        upper.insert(IndexExpression(variable.extent), at: 0)
      }
      if let excluded {
        let inner: [Level] = rest.isEmpty ? [] : [.when(rest)]
        let below = levels + [.loop(variable, lower: lower, upper: trimmed(upper, excluded, variable))] + inner
        let above = levels + [.loop(variable, lower: trimmed(lower, excluded.successor), upper: upper)] + inner
        let later = self.levels(Array(variables[(position + 1)...]), Guard(remaining))
        let isEmpty = lower == [IndexExpression(0)] && excluded.size == 0
        return (isEmpty ? [] : later.map { below + $0 }) + later.map { above + $0 }
      }
      levels.append(.loop(variable, lower: lower, upper: upper))
      if !rest.isEmpty { levels.append(.when(rest)) }
    }
    return [levels]
  }

  /// The loops of a step of a recurrence: first the one over all steps, with what narrows it as conditions inside, since
  /// all that a step does belongs to one loop.
  func levels(step variable: Variable?, _ variables: [Variable], _ conditions: Guard) -> [[Level]] {
    guard let variable else { return levels(variables, conditions) }
    let outer = Level.loop(variable, lower: [IndexExpression(0)], upper: [IndexExpression(variable.extent)])
    return levels(variables.filter { $0 != variable }, conditions).map { [outer] + $0 }
  }

  /// e, where the condition compares `±v` with `∓e`.
  private func bound(of variable: Variable, in condition: Condition) -> IndexExpression? {
    let coefficient = condition.expression.coefficient(of: variable)
    guard abs(coefficient) == 1, condition.expression.modulus == nil,
      let own = IndexExpression(variable).scaled(by: coefficient)
    else { return nil }
    return (condition.expression - own)?.scaled(by: -coefficient)
  }

  private func trimmed(
    _ upper: [IndexExpression], _ bound: IndexExpression, _ variable: Variable
  ) -> [IndexExpression] {
    (variable.extent - bound.maximum).isProvably(atLeast: 0) && upper == [IndexExpression(variable.extent)]
      ? [bound] : upper + [bound]
  }

  private func trimmed(_ lower: [IndexExpression], _ bound: IndexExpression) -> [IndexExpression] {
    bound.minimum.isProvably(atLeast: 0) && lower == [IndexExpression(0)] ? [bound] : lower + [bound]
  }
}

extension IndexExpression {
  /// The expression plus 1.
  var successor: IndexExpression {
    IndexExpression(terms.map { ($0.variable, $0.coefficient) }, offset: offset + 1, modulus: modulus)
  }
}
