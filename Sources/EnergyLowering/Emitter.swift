import EnergyIR

/// Writes statements as instructions: decides what is computed in which scope, joins loops over the same range,
/// and computes every value in the outermost scope that binds its variables.
final class Emitter {
  let terms: ScalarTerms
  var program: LoopProgram
  /// What the arrays hold.
  var definitions: [ArrayID: DefinitionBody]
  let options: LoweringOptions
  /// Whether what is written runs once a sample.
  let isBody: Bool
  var buffers: [ArrayID: BufferID]
  var chain: [Scope] = []
  /// In how many products a base stands with a negative exponent; bases that also occur under a root.
  var reciprocalUses: [TermID: Int] = [:]
  var rootBases: Set<TermID> = []
  private var renamings = 0
  /// What inputs, outputs and the buffers made so far are called.
  private var takenNames: Set<String>

  init(
    terms: ScalarTerms, options: LoweringOptions, program: LoopProgram, definitions: [ArrayID: DefinitionBody],
    buffers: [ArrayID: BufferID], isBody: Bool
  ) {
    self.options = options
    self.terms = terms
    self.program = program
    self.definitions = definitions
    self.buffers = buffers
    self.isBody = isBody
    takenNames = Set(program.buffers.map(\.name))
      .union(terms.arrays.filter { $0.kind != .local }.map(\.name))
  }

  /// Writes what computes the arrays; those in `done` exist already.
  func emit(_ arrays: [ArrayID], done: Set<ArrayID>) -> [Instruction] {
    let root = Scope(level: nil, variables: [])
    root.scheduled = Set(done.map(Owner.array))
    chain = [root]
    let statements = arrays.flatMap { definitions[$0]?.statements ?? [] }
    countPowers(statements, done)
    emit(statements, owning: arrays.map(Owner.array))
    return root.items
  }

  func buffer(of array: ArrayID) -> BufferID {
    if let known = buffers[array] { return known }
    let info = terms[array]
    let kind: Buffer.Kind =
      switch info.kind {
      case .input: .input
      case .output: .output
      case .local: .local
      }
    let id = BufferID(program.buffers.count)
    program.buffers.append(
      Buffer(
        name: kind == .local ? unusedName(info.name) : info.name, extents: info.shape, type: info.type,
        // Whatever is computed once a sample lies there once a sample.
        isVarying: info.isVarying || isBody && kind == .local, kind: kind))
    buffers[array] = id
    return id
  }

  /// A name that no buffer has: the second `sum` is `sum_2`.
  private func unusedName(_ stem: String) -> String {
    var name = stem
    var number = 1
    while !takenNames.insert(name).inserted {
      number += 1
      name = "\(stem)_\(number)"
    }
    return name
  }

  // MARK: Blocks

  /// Writes statements, and what they need and isn't there yet, into the innermost scope.
  ///
  /// The recursion is as deep as loops nest.
  private func emit(_ statements: [Statement], owning owners: [Owner]) {
    guard let scope = chain.last else { return }
    scope.scheduled.formUnion(owners)
    var schedule = Schedule(emitter: self, statements: statements, owners: owners)
    schedule.arrange()
    if let statements = sharingFamilies(schedule) {
      schedule = Schedule(emitter: self, statements: statements, owners: schedule.owners)
      schedule.arrange()
    }
    scope.scheduled.formUnion(schedule.owners)
    var started: Set<Owner> = Set(schedule.statements.map(\.owner)).subtracting(schedule.newOwners)
    // A reduction or an array without statements is what it starts with.
    let filled = Set(schedule.statements.map(\.owner))
    for owner in schedule.owners where !filled.contains(owner) { start(owner) }
    for group in schedule.groups {
      let members = group.members.map { schedule.statements[$0] }
      for member in members where started.insert(member.owner).inserted { start(member.owner) }
      if let level = group.level {
        emitLoop(level, members)
      } else {
        for member in members { emitLeaf(member) }
      }
    }
  }

  private func start(_ owner: Owner) {
    guard let scope = chain.last else { return }
    switch owner {
    case .array(let array):
      if let initial = definitions[array]?.initial { scope.items.append(.fill(buffer(of: array), initial)) }
    case .reduction(let term):
      guard case .reduce(let operation, _, _) = terms[term].operation else { return }
      let id = BufferID(program.buffers.count)
      program.buffers.append(
        Buffer(
          name: unusedName(terms.stem(of: term)), extents: [], type: terms[term].type,
          isVarying: isBody, kind: .local))
      scope.accumulators[term] = id
      scope.items.append(.fill(id, ScalarTerms.neutral(operation)))
    }
  }

  private func emitLoop(_ level: Level, _ members: [Statement]) {
    var level = level
    var members = members
    guard let outer = chain.last else { return }
    if let variable = level.variable, outer.variables.contains(variable) {
      (level, members) = renamed(level, members, variable)
    }
    var variables = outer.variables
    if let variable = level.variable { variables.insert(variable) }
    let scope = Scope(level: level, variables: variables)
    chain.append(scope)
    emit(
      members.map { member in
        var inner = member
        inner.levels.removeFirst()
        return inner
      }, owning: [])
    chain.removeLast()
    guard !scope.items.isEmpty else { return }
    switch level {
    case .loop(let variable, let lower, let upper):
      outer.items.append(.loop(variable, lower: lower, upper: upper))
      outer.items += scope.items
      outer.items.append(.endLoop)
    case .when(let conditions):
      outer.items.append(.when(conditions))
      outer.items += scope.items
      outer.items.append(.endWhen)
    }
  }

  /// A loop inside one of the same name gets another name.
  private func renamed(
    _ level: Level, _ members: [Statement], _ variable: Variable
  ) -> (Level, [Statement]) {
    renamings += 1
    let map = [variable: terms.variable(order: 10_000 + renamings, extent: variable.extent)]
    let images = map.mapValues { IndexExpression($0) }
    let moved = { (expression: IndexExpression) in expression.substituting(images) ?? expression }
    let renamedLevel = { (level: Level) -> Level in
      switch level {
      case .loop(let own, let lower, let upper):
        .loop(map[own] ?? own, lower: lower.map(moved), upper: upper.map(moved))
      case .when(let conditions): .when(conditions.map { Condition(moved($0.expression), $0.relation) })
      }
    }
    let statements = members.map { member in
      var result = member
      result.levels = member.levels.map(renamedLevel)
      result.positions = member.positions.map { terms.renamed($0, map) }
      result.value = member.value.map { terms.renamed($0, map) }
      if case .step(let own) = member.phase { result.phase = .step(map[own] ?? own) }
      return result
    }
    return (renamedLevel(level), statements)
  }

  // MARK: Leaves

  private func emitLeaf(_ statement: Statement) {
    guard let scope = chain.last else { return }
    if case .call(let call) = statement.action {
      emitCall(call, statement)
      return
    }
    guard let value = statement.value else { return }
    let target: BufferID
    switch statement.owner {
    case .array(let array): target = buffer(of: array)
    case .reduction(let term):
      guard let known = accumulator(of: term)?.buffer else {
        preconditionFailure("a reduction starts before its loops")
      }
      target = known
    }
    let operand = self.operand(of: value)
    let access = Access(target, statement.positions.map(accessPosition))
    switch statement.action {
    case .store:
      scope.items.append(.store(access, operand))
      // The first of two states in turn is overwritten later.
      if case .array(let array) = statement.owner, statement.phase != .start || !terms[array].isRing,
        definitions[array]?.statements.allSatisfy({ $0.action == .store }) == true
      {
        scope.values[terms.read(array, statement.positions)] = operand
      }
    case .accumulate(let how): scope.items.append(.accumulate(how, access, operand))
    case .call: break
    }
  }

  private func emitCall(_ call: Statement.Call, _ statement: Statement) {
    guard let scope = chain.last, case .array(let array) = statement.owner else { return }
    let output = buffer(of: array)
    switch call {
    case .matrixProduct(let matrix, let transposed, let vector):
      scope.items.append(
        .call(
          .matrixProduct(
            output: output, matrix: buffer(of: matrix), transposed: transposed, vector: buffer(of: vector),
            accumulating: false), node: statement.node))
    case .linearAlgebra(let operation, let inputs):
      scope.items.append(
        .call(.linearAlgebra(operation, output: output, inputs: inputs.map(buffer)), node: statement.node))
    }
  }

  func accessPosition(_ position: TermPosition) -> Access.Position {
    guard case .gather(let term) = position else {
      if case .affine(let expression) = position { return .affine(expression) }
      return .affine(IndexExpression(0))
    }
    switch operand(of: term) {
    case .register(let register): return .register(register)
    case .index(let expression): return .affine(expression)
    case .size(let size): return .affine(IndexExpression(size))
    case .constant(let value): return .affine(IndexExpression(Size(Int(exactly: value) ?? -1)))
    }
  }

  func accumulator(of term: TermID) -> (buffer: BufferID, scope: Int)? {
    for index in chain.indices.reversed() {
      if let buffer = chain[index].accumulators[term] { return (buffer, index) }
    }
    return nil
  }

  /// Whether somebody around computes this already.
  func isScheduled(_ owner: Owner) -> Bool { chain.contains { $0.scheduled.contains(owner) } }
}
