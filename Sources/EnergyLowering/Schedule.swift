import EnergyIR

/// The order of the statements of one scope: what each needs before it, and which loops are one.
struct Schedule {
  /// A loop shared by several statements, or one statement without loops.
  struct Group {
    let level: Level?
    var members: [Int]
  }

  private let emitter: Emitter
  private(set) var statements: [Statement]
  /// Everything computed here.
  private(set) var owners: [Owner]
  /// Those that nobody asked for by name: reductions and arrays that the statements need.
  private(set) var newOwners: Set<Owner> = []
  private(set) var groups: [Group] = []

  private var present: Set<Owner>
  /// By statement: the owners it reads, with the terms that read them.
  private var needs: [[Owner: Set<TermID>]] = []
  private let bound: Set<Variable>
  private var terms: ScalarTerms { emitter.terms }

  init(emitter: Emitter, statements: [Statement], owners: [Owner]) {
    self.emitter = emitter
    self.statements = statements
    self.owners = owners
    newOwners = Set(owners)
    present = Set(owners).union(statements.map(\.owner))
    bound = emitter.chain.last?.variables ?? []
  }

  mutating func arrange() {
    // What one statement leaves to a condition inside, another may ask for here: then the first needs it as well.
    var known = -1
    while known != owners.count {
      known = owners.count
      needs = []
      while needs.count < statements.count { needs.append(collectNeeds(of: statements[needs.count])) }
    }
    group(topologicalOrder())
  }

  // MARK: Needs

  /// What a statement reads that is computed in this scope; owners that belong here and nobody has computed yet
  /// are added with their statements.
  private mutating func collectNeeds(of statement: Statement) -> [Owner: Set<TermID>] {
    var found: [Owner: Set<TermID>] = [:]
    for array in statement.inputs where ask(.array(array), free: terms[array].free) {
      found[.array(array), default: []] = []
    }
    var isDeferred = false
    if case .when = statement.levels.first { isDeferred = true }
    var crossed = Set<Variable>()
    for level in statement.levels { crossed.formUnion(level.guardedVariables) }
    var roots = statement.value.map { [$0] } ?? []
    for case .gather(let term) in statement.positions { roots.append(term) }
    collect(roots, crossed, isDeferred, &found)
    return found
  }

  private mutating func collect(
    _ roots: [TermID], _ crossed: Set<Variable>, _ isDeferred: Bool, _ found: inout [Owner: Set<TermID>]
  ) {
    var regions: [(roots: [TermID], crossed: Set<Variable>, isDeferred: Bool)] = [(roots, crossed, isDeferred)]
    var entered: Set<TermID> = []
    var arraysEntered: Set<ArrayID> = []
    /// An array of an inner scope: what it needs may belong here.
    func enter(_ array: ArrayID) {
      var pending = [array]
      while let next = pending.popLast() {
        guard !emitter.isScheduled(.array(next)), arraysEntered.insert(next).inserted else { continue }
        for inner in emitter.definitions[next]?.statements ?? [] {
          regions.append((inner.value.map { [$0] } ?? [], crossed, isDeferred))
          for input in inner.inputs {
            if ask(.array(input), free: terms[input].free) {
              found[.array(input), default: []] = []
            } else {
              pending.append(input)
            }
          }
        }
      }
    }
    while let region = regions.popLast() {
      let visited = terms.postorder(region.roots) { id in
        guard terms[id].hasDefinitions else { return false }
        if case .reduce = terms[id].operation { return false }
        return true
      }
      for id in visited {
        switch terms[id].operation {
        case .reduce(_, let variables, let conditions):
          let isHere =
            !region.isDeferred && region.crossed.isDisjoint(with: terms[id].partial)
            && bound.isSuperset(of: terms[id].free)
          if present.contains(.reduction(id)) || isHere || emitter.isScheduled(.reduction(id)) {
            if ask(.reduction(id), free: terms[id].free) { found[.reduction(id), default: []].insert(id) }
          } else if entered.insert(id).inserted {
            regions.append(
              (terms[id].arguments, region.crossed.union(conditions.variables), region.isDeferred && variables.isEmpty))
          }
        case .read(let array, _):
          guard case .array(let owner) = Owner.array(array), terms[id].hasDefinitions else { continue }
          if ask(.array(owner), free: terms[owner].free) {
            found[.array(owner), default: []].insert(id)
          } else {
            enter(owner)
          }
        default: break
        }
      }
    }
  }

  /// Whether the owner is computed in this scope; takes it in where it belongs here.
  private mutating func ask(_ owner: Owner, free: [Variable]) -> Bool {
    if present.contains(owner) { return true }
    if emitter.isScheduled(owner) || !bound.isSuperset(of: free) { return false }
    present.insert(owner)
    newOwners.insert(owner)
    owners.append(owner)
    switch owner {
    case .array(let array):
      guard let body = emitter.definitions[array] else { return false }
      statements += body.statements
    case .reduction(let term):
      guard case .reduce(let operation, let variables, let conditions) = terms[term].operation else { return false }
      let body = terms[term].arguments[0]
      let node = terms[term].node
      if operation == .sum {
        statements += terms.accumulations(owner, variables, conditions, at: [], of: body, node: node)
      } else {
        let how: Accumulation =
          switch operation {
          case .prod: .multiply
          case .min, .all: .min
          default: .max
          }
        statements += terms.levels(variables, conditions).map {
          Statement(owner: owner, levels: $0, action: .accumulate(how), positions: [], value: body, node: node)
        }
      }
    }
    return true
  }

  // MARK: Order

  /// Statement numbers that must come before, by statement: those of the owners read, and the store before what
  /// is added to it.
  private func predecessors() -> [[Int]] {
    var byOwner: [Owner: [Int]] = [:]
    for (index, statement) in statements.enumerated() { byOwner[statement.owner, default: []].append(index) }
    return statements.indices.map { index in
      let statement = statements[index]
      let own = byOwner[statement.owner] ?? []
      var result: [Int] = []
      for (owner, reads) in joinedNeeds(of: index, own) where owner != statement.owner {
        result += (byOwner[owner] ?? []).filter { mayDepend(reads, on: statements[$0]) }
      }
      if case .accumulate = statement.action {
        result += own.filter { statements[$0].action == .store && isPhaseAlike(statements[$0].phase, statement.phase) }
      }
      if case .step = statement.phase { result += own.filter { statements[$0].phase == .start } }
      return result.sorted()
    }
  }

  private func isPhaseAlike(_ a: Statement.Phase, _ b: Statement.Phase) -> Bool {
    if case .step = a, case .step = b { return true }
    return a == b
  }

  /// What a statement needs; the statements of a recurrence's step share one loop, and so their needs.
  private func joinedNeeds(of index: Int, _ own: [Int]) -> [Owner: Set<TermID>] {
    guard case .step(let variable) = statements[index].phase, !bound.contains(variable) else { return needs[index] }
    return own.reduce(into: [:]) { $0.merge(needs[$1]) { $0.union($1) } }
  }

  /// Whether one of the reads may be of what the statement writes: within a step the states before it are there.
  private func mayDepend(_ reads: Set<TermID>, on statement: Statement) -> Bool {
    guard case .step(let variable) = statement.phase, bound.contains(variable), !reads.isEmpty else { return true }
    return reads.contains { read in
      if case .read(_, let positions) = terms[read].operation { positions[0] == statement.positions[0] } else { true }
    }
  }

  private func topologicalOrder() -> (order: [Int], before: [[Int]]) {
    let before = predecessors()
    var order: [Int] = []
    var state = [Int](repeating: 0, count: statements.count)
    for start in statements.indices {
      var stack = [start]
      while let next = stack.last {
        if state[next] == 2 {
          stack.removeLast()
        } else if state[next] == 1 {
          state[next] = 2
          order.append(next)
          stack.removeLast()
        } else {
          state[next] = 1
          stack += before[next].reversed().filter { state[$0] == 0 }
        }
      }
    }
    return (order, before)
  }

  // MARK: Groups

  private mutating func group(_ sorted: (order: [Int], before: [[Int]])) {
    var place = [Int](repeating: -1, count: statements.count)
    for index in sorted.order {
      let statement = statements[index]
      var earliest = 0
      for other in sorted.before[index] {
        let isAligned = statement.levels.first.map { mayFuse(index, other, $0) } ?? false
        earliest = max(earliest, isAligned ? place[other] : place[other] + 1)
      }
      if let level = statement.levels.first,
        let known = groups.indices.first(where: { $0 >= earliest && groups[$0].level == level })
      {
        groups[known].members.append(index)
        place[index] = known
      } else {
        place[index] = groups.count
        groups.append(Group(level: statement.levels.first, members: [index]))
      }
    }
  }

  /// Whether `other`, which `index` depends on, may run in the same loop: an iteration must read only elements
  /// that the same iteration wrote.
  private func mayFuse(_ index: Int, _ other: Int, _ level: Level) -> Bool {
    guard statements[other].levels.first == level, case .array = statements[other].owner else { return false }
    guard let variable = level.variable else { return true }
    let isOwn = statements[index].owner == statements[other].owner
    if isOwn, statements[index].phase == .step(variable), statements[other].phase == .step(variable) { return true }
    let written = statements[other].positions
    var reads: [[TermPosition]] = []
    if isOwn { reads.append(statements[index].positions) }
    let own = statements.indices.filter { statements[$0].owner == statements[index].owner }
    for term in joinedNeeds(of: index, own)[statements[other].owner] ?? [] {
      if case .read(_, let positions) = terms[term].operation { reads.append(positions) }
    }
    guard !reads.isEmpty else { return false }
    let inScope = bound.union([variable])
    return written.indices.contains { axis in
      guard case .affine(let expression) = written[axis], expression.modulus == nil,
        expression.coefficient(of: variable) != 0, inScope.isSuperset(of: expression.variables)
      else { return false }
      return reads.allSatisfy { $0[axis] == written[axis] }
    }
  }
}
