import EnergyIR

/// Decides which scalar families are computed once into arrays: what doesn't depend on the sample, what an inner
/// loop would compute again and again, and what several loops share.
final class Materialiser {
  let terms: ScalarTerms
  let options: LoweringOptions
  private(set) var definitions: [ArrayID: DefinitionBody]
  private var families: [TermID: ArrayID] = [:]
  private var structures: Set<Int> = []
  /// For each array of a recurrence those that it needs and that need it.
  private var cycles: [ArrayID: Set<ArrayID>] = [:]
  /// Describes arrays that renaming has asked for.
  private let complete: (inout [ArrayID: DefinitionBody]) -> Void

  init(
    terms: ScalarTerms, options: LoweringOptions, definitions: [ArrayID: DefinitionBody],
    complete: @escaping (inout [ArrayID: DefinitionBody]) -> Void
  ) {
    self.complete = complete
    self.terms = terms
    self.options = options
    self.definitions = definitions
  }

  /// Rewrites the definitions; returns the uniform arrays that the targets need, for the prologue.
  func run(_ targets: [ArrayID]) -> [ArrayID] {
    cycles = recurrentArrays()
    storeExtrema()
    if options.isLean { store(longSums()) }
    for _ in 0..<16 {
      cycles = recurrentArrays()
      let chosen = uniformFamilies().union(recomputedFamilies()).union(sharedFamilies(targets))
      if chosen.isEmpty { break }
      store(chosen)
    }
    return uniformArrays(targets)
  }

  // MARK: Regions

  /// A body that is evaluated in loops: of a statement, or of a reduction inside one.
  private struct Region {
    let roots: [TermID]
    /// The loop variables around it, outermost first.
    let path: [Variable]
    /// Whether the result depends on the sample.
    let isVarying: Bool
    /// What is being computed.
    let owner: Owner
  }

  /// Visits all regions with the terms in each, apart from the bodies of reductions, which are regions of their
  /// own. `visit` says whether to go on below a term.
  private func walk(
    _ statements: [Statement], isVarying: Bool, _ visit: (TermID, Region) -> Bool
  ) {
    var seen: Set<[Int]> = []
    var pending = statements.reversed().map { statement -> Region in
      var roots = statement.value.map { [$0] } ?? []
      for case .gather(let term) in statement.positions { roots.append(term) }
      return Region(
        roots: roots, path: statement.levels.compactMap(\.variable), isVarying: isVarying, owner: statement.owner)
    }
    while let region = pending.popLast() {
      _ = terms.postorder(region.roots) { id in
        guard visit(id, region) else { return false }
        guard case .reduce(_, let variables, _) = terms[id].operation, !variables.isEmpty else { return true }
        let path = placed(terms[id].free, region.path) + variables
        let key = [id.index] + path.map { Int($0.id) }
        if seen.insert(key).inserted {
          pending.append(Region(roots: terms[id].arguments, path: path, isVarying: isVarying, owner: region.owner))
        }
        return false
      }
    }
  }

  /// The loops around the outermost place where a term with these variables can stand.
  private func placed(_ free: [Variable], _ path: [Variable]) -> [Variable] {
    guard let last = path.lastIndex(where: free.contains) else { return [] }
    return Array(path[...last])
  }

  private func isVarying(_ array: ArrayID) -> Bool { terms[array].isVarying }

  // MARK: Choices

  /// Work that doesn't depend on the sample, in statements that do.
  private func uniformFamilies() -> Set<TermID> {
    var chosen: Set<TermID> = []
    for (array, body) in definitions where isVarying(array) {
      walk(body.statements, isVarying: true) { id, _ in
        guard !terms[id].isVarying, cost(id) > 0, terms[id].partial.isEmpty else { return true }
        if terms[id].free.count > 1, !terms[id].isExpensive, !isFamilyRead(id) { return false }
        chosen.insert(id)
        return false
      }
    }
    return chosen
  }

  /// What a loop would compute again although it doesn't depend on its variable.
  private func recomputedFamilies() -> Set<TermID> {
    var chosen: Set<TermID> = []
    for (array, body) in definitions {
      walk(body.statements, isVarying: isVarying(array)) { id, region in
        let term = terms[id]
        guard !term.free.isEmpty, term.partial.isEmpty, cost(id) > 0, !isRecurrent(id, in: region.owner) else {
          return true
        }
        let around = placed(term.free, region.path)
        guard around.count > Set(term.free).intersection(around).count, mayStore(id, isRecomputed: true) else {
          return true
        }
        chosen.insert(id)
        return false
      }
    }
    return chosen
  }

  /// Long sums for each of a few values of a loop variable.
  private func longSums() -> Set<TermID> {
    var chosen: Set<TermID> = []
    for (array, body) in definitions where isVarying(array) {
      walk(body.statements, isVarying: true) { id, region in
        let term = terms[id]
        guard term.partial.isEmpty, term.isVarying, sums.contains(id, for: term.free),
          !isRecurrent(id, in: region.owner)
        else { return true }
        chosen.insert(id)
        return false
      }
    }
    return chosen
  }

  private var sums: LongSums { LongSums(terms: terms, options: options) }

  /// What loops that can't be joined compute each for itself.
  private func sharedFamilies(_ targets: [ArrayID]) -> Set<TermID> {
    let prologue = Set(uniformArrays(targets))
    let probe = Emitter(
      terms: terms, options: options, program: LoopProgram(), definitions: definitions, buffers: [:], isBody: true)
    let root = Scope(level: nil, variables: [])
    root.scheduled = Set(prologue.map(Owner.array))
    probe.chain = [root]
    var schedule = Schedule(
      emitter: probe, statements: targets.flatMap { definitions[$0]?.statements ?? [] },
      owners: targets.map(Owner.array))
    schedule.arrange()
    // First by structure, which costs nothing, then by the standard names.
    var candidates: [Int: [TermID: Set<Int>]] = [:]
    for (number, group) in schedule.groups.enumerated() where group.level != nil {
      walk(group.members.map { schedule.statements[$0] }, isVarying: true) { id, region in
        let term = terms[id]
        guard !term.free.isEmpty else { return false }
        if term.partial.isEmpty, term.isExpensive, mayStore(id, isRecomputed: false),
          !isRecurrent(id, in: region.owner)
        {
          candidates[term.structure, default: [:]][id, default: []].insert(number)
        }
        return true
      }
    }
    var uses: [TermID: Set<Int>] = [:]
    var names: [TermID: Set<TermID>] = [:]
    let repeated = candidates.values.filter { same in
      same.values.reduce(into: Set<Int>()) { $0.formUnion($1) }.count > 1
    }
    for same in repeated.map({ $0.sorted { $0.key < $1.key } }).sorted(by: { $0[0].key < $1[0].key }) {
      for (id, groups) in same {
        let key = standard(id)
        uses[key, default: []].formUnion(groups)
        names[key, default: []].insert(id)
      }
    }
    uses = uses.filter { $0.value.count > 1 }
    // The largest of nested shared families is enough.
    var covered: Set<TermID> = []
    for key in uses.keys {
      guard let name = names[key]?.min() else { continue }
      for inner in terms.postorder([name]) where inner != name {
        guard let other = names.first(where: { $0.value.contains(inner) })?.key, let own = uses[other] else { continue }
        if own.isSubset(of: uses[key] ?? []) { covered.insert(other) }
      }
    }
    return uses.keys.filter { !covered.contains($0) }.reduce(into: []) { $0.formUnion(names[$1] ?? []) }
  }

  /// Whether a family may lie in memory: over one index always; over more where it is known to be small, or where
  /// computing it again would add a loop around a sum.
  private func mayStore(_ id: TermID, isRecomputed: Bool) -> Bool {
    if case .read = terms[id].operation { return false }
    let free = terms[id].free
    if !isRecomputed, (options.entries(free) ?? .max) > options.sharedFamilyLimit { return false }
    if free.count <= 1 || isRecomputed && terms[id].hasReduction { return true }
    guard terms[id].isExpensive, let entries = options.entries(free) else { return false }
    return entries <= options.familyLimit
  }

  /// 0 for what a load or an index gives, else at least 1.
  private func cost(_ id: TermID) -> Int {
    switch terms[id].operation {
    case .constant, .index, .size: 0
    case .read: isFamilyRead(id) ? 1 : 0
    case .add, .mul, .apply, .select, .reduce: 1
    }
  }

  /// Whether an array is read that is computed anew for each value of a loop variable.
  private func isFamilyRead(_ id: TermID) -> Bool {
    if case .read(let array, _) = terms[id].operation { return !terms[array].free.isEmpty }
    return false
  }

  // MARK: Storing

  /// The family with its variables under their standard names, by which equal families are found.
  private func standard(_ id: TermID) -> TermID {
    var map: [Variable: Variable] = [:]
    for (offset, variable) in byOrder(terms[id].free).enumerated() {
      map[variable] = terms.variable(order: 1 + offset, extent: variable.extent)
    }
    return terms.renamed(id, map)
  }

  private func byOrder(_ variables: [Variable]) -> [Variable] {
    variables.sorted { (terms.order(of: $0), $0.id) < (terms.order(of: $1), $1.id) }
  }

  /// Stores families and puts reads for them everywhere.
  /// - Parameter special: what is replaced by something else, said with reads of families at any indices.
  func store(
    _ chosen: Set<TermID>,
    special: ((TermID, [Variable: IndexExpression]) -> TermID) -> [TermID: TermID] = { _ in [:] }
  ) {
    for id in chosen.sorted() {
      let key = standard(id)
      // Sums of indices may stand in another order under other names.
      structures.insert(terms[id].structure)
      if families[key] != nil { continue }
      let variables = byOrder(terms[key].free)
      let array = terms.addArray(
        ArrayInfo(
          name: terms.stem(of: id), shape: variables.map(\.extent),
          type: terms[id].type, isVarying: terms[id].isVarying, free: [], kind: .local))
      families[key] = array
      structures.insert(terms[key].structure)
      definitions[array] = definition(of: array, key, for: variables)
    }
    complete(&definitions)
    rewrite(special(readFamily))
    complete(&definitions)
  }

  private func definition(of array: ArrayID, _ value: TermID, for variables: [Variable]) -> DefinitionBody {
    let (owner, node) = (Owner.array(array), terms[value].node)
    let positions = variables.map { TermPosition.affine(IndexExpression($0)) }
    let whole = Expander.Leaf(loops: variables, conditions: .always, positions: positions, value: value)
    if sums.contains(value, for: variables) {
      let statements = sums.interchanged(whole).flatMap {
        terms.accumulations(owner, $0.loops, $0.conditions, at: $0.positions, of: $0.value, node: node)
      }
      return DefinitionBody(initial: 0, statements: statements)
    }
    return DefinitionBody(
      initial: nil,
      statements: [
        Statement(
          owner: owner, levels: terms.levels(variables, .always)[0], action: .store, positions: positions, value: value,
          node: node)
      ])
  }

  /// The entry of a stored family at indices of its variables; those that are not said stay.
  private func readFamily(_ id: TermID, at places: [Variable: IndexExpression]) -> TermID {
    families[standard(id)].map { read($0, of: id, at: places) } ?? id
  }

  private func read(_ family: ArrayID, of id: TermID, at places: [Variable: IndexExpression]) -> TermID {
    terms.read(family, byOrder(terms[id].free).map { .affine(places[$0] ?? IndexExpression($0)) })
  }

  /// Puts reads for all stored families, and what is special.
  private func rewrite(_ special: [TermID: TermID]) {
    for (array, body) in definitions.sorted(by: { $0.key.index < $1.key.index }) {
      var result = body
      for index in result.statements.indices {
        let statement = result.statements[index]
        guard let value = statement.value else { continue }
        let roots = [value]
        var replacements: [TermID: TermID] = [:]
        let isOwn = families.values.contains(array)
        for id in terms.postorder(roots) where cost(id) > 0 {
          if let replacement = special[id] { replacements[id] = replacement }
          guard terms[id].partial.isEmpty else { continue }
          if id == value && isOwn || isRecurrent(id, in: .array(array)) { continue }
          guard structures.contains(terms[id].structure), let family = families[standard(id)], family != array else {
            continue
          }
          replacements[id] = read(family, of: id, at: [:])
        }
        if replacements.isEmpty { continue }
        result.statements[index].value = terms.rewritten(value, renaming: [:], replacing: replacements)
      }
      definitions[array] = result
    }
  }

  // MARK: Recurrences

  /// Whether a term is made of the states of the recurrence in whose body it stands, so that it can't be computed
  /// before them.
  func isRecurrent(_ id: TermID, in owner: Owner) -> Bool {
    guard terms[id].hasDefinitions, case .array(let array) = owner, let cycle = cycles[array] else { return false }
    return terms.postorder([id], into: { terms[$0].hasDefinitions }).contains {
      if case .read(let read, _) = terms[$0].operation { cycle.contains(read) } else { false }
    }
  }

  private func recurrentArrays() -> [ArrayID: Set<ArrayID>] {
    let recurrences = definitions.filter { $0.value.statements.contains { $0.phase != .none } }.map(\.key)
    if recurrences.isEmpty { return [:] }
    let reads = definitions.mapValues(arraysRead)
    var readers: [ArrayID: Set<ArrayID>] = [:]
    for (array, all) in reads { for read in all { readers[read, default: []].insert(array) } }
    let reached = { (start: ArrayID, edges: [ArrayID: Set<ArrayID>]) -> Set<ArrayID> in
      Set(postorder([start]) { Array(edges[$0] ?? []) })
    }
    var result: [ArrayID: Set<ArrayID>] = [:]
    for array in recurrences {
      let cycle = reached(array, reads).intersection(reached(array, readers))
      for member in cycle { result[member, default: []].formUnion(cycle) }
    }
    return result
  }

  private func arraysRead(_ body: DefinitionBody) -> Set<ArrayID> {
    var found: Set<ArrayID> = []
    for statement in body.statements {
      found.formUnion(statement.inputs)
      var roots = statement.value.map { [$0] } ?? []
      for case .gather(let term) in statement.positions { roots.append(term) }
      for id in terms.postorder(roots, into: { terms[$0].hasDefinitions }) {
        if case .read(let read, _) = terms[id].operation { found.insert(read) }
      }
    }
    return found
  }

  // MARK: Uniform arrays

  /// The computed arrays that don't vary, as far as the targets need them.
  private func uniformArrays(_ targets: [ArrayID]) -> [ArrayID] {
    var seen = Set(targets)
    var pending = targets
    var result: [ArrayID] = []
    while let array = pending.popLast() {
      guard let body = definitions[array] else { continue }
      if !terms[array].isVarying, terms[array].free.isEmpty { result.append(array) }
      for next in arraysRead(body).sorted(by: { $0.index < $1.index }) where seen.insert(next).inserted {
        pending.append(next)
      }
    }
    return result.sorted { $0.index < $1.index }
  }
}
