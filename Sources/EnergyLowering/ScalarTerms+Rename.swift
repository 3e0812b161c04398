import EnergyIR

extension ScalarTerms {
  /// A term under other names of its free variables.
  private struct Request: Hashable {
    struct Pair: Hashable {
      let old: Variable
      let new: Variable
    }
    let term: TermID
    let pairs: [Pair]

    var map: [Variable: Variable] {
      Dictionary(pairs.map { ($0.old, $0.new) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// The term with loop variables renamed; reductions inside get canonical names again.
  func renamed(_ root: TermID, _ map: [Variable: Variable]) -> TermID {
    rewritten(root, renaming: map, replacing: [:])
  }

  /// A position with loop variables renamed.
  func renamed(_ position: TermPosition, _ map: [Variable: Variable]) -> TermPosition {
    switch position {
    case .affine(let expression):
      .affine(expression.substituting(map.mapValues { IndexExpression($0) }) ?? expression)
    case .gather(let term): .gather(renamed(term, map))
    }
  }

  /// The loop variables that a position depends on.
  func variables(of position: TermPosition) -> [Variable] {
    switch position {
    case .affine(let expression): expression.variables
    case .gather(let term): self[term].free
    }
  }

  /// The term with variables renamed and terms replaced by reads of arrays. A replaced term is looked up under the
  /// names it had before; reductions inside get canonical names again. No recursion.
  func rewritten(
    _ root: TermID, renaming map: [Variable: Variable], replacing replacements: [TermID: TermID]
  ) -> TermID {
    let affected = affected(by: replacements, below: root)
    var memo: [Request: TermID] = [:]
    let start = request(root, map)
    var stack = [start]
    while let next = stack.last {
      if memo[next] != nil {
        stack.removeLast()
        continue
      }
      currentNode = self[next.term].node
      if let replacement = replacements[next.term] {
        // A term that stands for itself is to be left alone.
        memo[next] =
          replacement == next.term && next.pairs.isEmpty
          ? replacement : rebuilt(replacement, next.map, self[replacement].arguments)
        continue
      }
      if next.pairs.isEmpty, !affected.contains(next.term) {
        memo[next] = next.term
        continue
      }
      let inner = innerNames(next)
      let parts = self[next.term].arguments.map { request($0, inner) }
      let images = parts.map { memo[$0] }
      let missing = zip(parts, images).filter { $0.1 == nil }.map(\.0)
      if missing.isEmpty {
        let made = rebuilt(next.term, inner, images.compactMap { $0 })
        note(userNames[next.term], for: made)
        if let part = partNames[next.term], partNames[made] == nil { partNames[made] = part }
        memo[next] = made
      } else {
        stack += missing.reversed()
      }
    }
    return memo[start] ?? root
  }

  private func request(_ term: TermID, _ map: [Variable: Variable]) -> Request {
    Request(
      term: term,
      pairs: self[term].free.compactMap { old in
        map[old].flatMap { $0 == old ? nil : Request.Pair(old: old, new: $0) }
      })
  }

  private func affected(by replacements: [TermID: TermID], below root: TermID) -> Set<TermID> {
    if replacements.isEmpty { return [] }
    var result: Set<TermID> = []
    for id in postorder([root], into: { replacements[$0] == nil })
    where replacements[id] != nil || self[id].arguments.contains(where: result.contains) { result.insert(id) }
    return result
  }

  /// The names inside a term: of a reduction, with those that its own variables get.
  private func innerNames(_ request: Request) -> [Variable: Variable] {
    var map = request.map
    guard case .reduce(_, let variables, _) = self[request.term].operation, !variables.isEmpty else { return map }
    let base = nextOrder(after: self[request.term].free.map { map[$0] ?? $0 })
    for (offset, old) in variables.enumerated() { map[old] = variable(order: base + offset, extent: old.extent) }
    return map
  }

  /// The same operation on other arguments, under other names.
  private func rebuilt(_ id: TermID, _ map: [Variable: Variable], _ arguments: [TermID]) -> TermID {
    let term = self[id]
    let images = map.mapValues { IndexExpression($0) }
    switch term.operation {
    case .constant, .size: return id
    case .index(let expression): return index(expression.substituting(images) ?? expression)
    case .read(let array, let positions):
      var gathers = arguments.makeIterator()
      let isFamily = self[array].free.contains { map[$0] != nil }
      return read(
        isFamily ? renameArray(array, map) : array,
        positions.map { position in
          switch position {
          case .affine(let expression): .affine(expression.substituting(images) ?? expression)
          case .gather(let old): .gather(gathers.next() ?? old)
          }
        })
    case .add(let coefficients, let constant): return add(Array(zip(coefficients, arguments)), constant: constant)
    case .mul(let exponents): return multiply(Array(zip(arguments, exponents)))
    case .apply(let function): return apply(function, arguments, type: term.type)
    case .select: return select(arguments[0], arguments[1], arguments[2])
    case .reduce(let operation, let variables, let conditions):
      return reduce(
        operation, variables.map { map[$0] ?? $0 }, conditions.substituting(images) ?? conditions, arguments[0])
    }
  }
}
