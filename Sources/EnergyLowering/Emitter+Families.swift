import EnergyIR

extension Emitter {
  /// Statements in which short families that two loops of the innermost scope have in common, such as the
  /// difference of two points, are stored by the first and read by the second; `nil` where there are none.
  func sharingFamilies(_ schedule: Schedule) -> [Statement]? {
    guard let scope = chain.last else { return nil }
    var groups: [Variable: [[Statement]]] = [:]
    for group in schedule.groups {
      guard case .loop(let variable, let lower, let upper) = group.level, !scope.variables.contains(variable),
        lower == [IndexExpression(0)], upper == [IndexExpression(variable.extent)],
        (variable.extent.value(options.dimensions) ?? .max) <= options.cheapFamilyLimit
      else { continue }
      groups[variable, default: []].append(group.members.map { schedule.statements[$0] })
    }
    let present = Set(schedule.owners)
    var replacements: [TermID: TermID] = [:]
    for (variable, loops) in groups.sorted(by: { $0.key < $1.key }) where loops.count > 1 {
      var uses: [TermID: Int] = [:]
      for loop in loops {
        var own: Set<TermID> = []
        walk(loop, along: variable, present) { id in
          own.insert(id)
          return true
        }
        for id in own { uses[id, default: 0] += 1 }
      }
      // Of nested families the largest.
      var chosen: Set<TermID> = []
      for loop in loops {
        walk(loop, along: variable, present) { id in
          guard uses[id, default: 0] > 1 else { return true }
          chosen.insert(id)
          return false
        }
      }
      for id in chosen.sorted() { replacements[id] = store(id, along: variable) }
    }
    if replacements.isEmpty { return nil }
    for case .reduction(let term) in present { replacements[term] = term }
    for scope in chain {
      for case .reduction(let term) in scope.scheduled { replacements[term] = term }
    }
    return schedule.statements.map { statement in
      var result = statement
      var own = replacements
      if case .step = statement.phase { own = replacements.filter { !terms[$0.key].hasDefinitions } }
      result.value = statement.value.map { terms.rewritten($0, renaming: [:], replacing: own) }
      return result
    }
  }

  /// Visits the computed terms of a loop's statements that depend on its variable and on no further one; `visit`
  /// says whether to look below.
  private func walk(
    _ statements: [Statement], along variable: Variable, _ present: Set<Owner>, _ visit: (TermID) -> Bool
  ) {
    guard let bound = chain.last?.variables else { return }
    var entered: Set<TermID> = []
    var regions: [(roots: [TermID], isGuarded: Bool, isStep: Bool)] = []
    for statement in statements {
      let inner = statement.levels.dropFirst()
      if inner.contains(where: { $0.variable.map(bound.contains) ?? false }) { continue }
      regions.append(
        (
          statement.value.map { [$0] } ?? [], inner.contains { !$0.guardedVariables.isEmpty },
          statement.phase == .step(variable)
        ))
    }
    while let region = regions.popLast() {
      _ = terms.postorder(region.roots) { id in
        let term = terms[id]
        guard term.free.contains(variable) else { return false }
        switch term.operation {
        case .constant, .size, .index, .read: return true
        case .reduce(_, let variables, let conditions):
          let owner = Owner.reduction(id)
          if present.contains(owner) || isScheduled(owner) || variables.contains(where: bound.contains) { return false }
          if entered.insert(id).inserted {
            regions.append((term.arguments, region.isGuarded || !conditions.isAlways, region.isStep))
          }
          return false
        case .add, .mul, .apply, .select:
          // What a step makes of the state before it can't be made before all steps.
          guard term.isVarying, term.partial.isEmpty || !region.isGuarded, !region.isStep || !term.hasDefinitions,
            term.free.allSatisfy({ $0 == variable || bound.contains($0) })
          else { return true }
          return visit(id)
        }
      }
    }
  }

  /// An array over one axis for a family; returns how it is read.
  private func store(_ id: TermID, along variable: Variable) -> TermID {
    let array = terms.addArray(
      ArrayInfo(
        name: terms.stem(of: id), shape: [variable.extent], type: terms[id].type, isVarying: true,
        free: terms[id].free.filter { $0 != variable }, kind: .local))
    let position = TermPosition.affine(IndexExpression(variable))
    let level = Level.loop(variable, lower: [IndexExpression(0)], upper: [IndexExpression(variable.extent)])
    definitions[array] = DefinitionBody(
      initial: nil,
      statements: [
        Statement(
          owner: .array(array), levels: [level], action: .store, positions: [position], value: id, node: terms[id].node)
      ])
    return terms.read(array, [position])
  }
}
