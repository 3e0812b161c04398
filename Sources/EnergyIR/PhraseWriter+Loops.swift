extension PhraseWriter {
  // MARK: Entries

  /// `T[i, 2..d, :, idx]`.
  mutating func entry(_ node: Node, _ pattern: [Subscript]) -> PhraseID {
    if let state = state(node, pattern) { return state }
    let base = phrase(node.arguments[0])
    var gathers = node.arguments.dropFirst().makeIterator()
    var places: [Phrase.Place] = []
    for place in pattern {
      switch place {
      case .all: places.append(.all)
      case .at(let expression): places.append(.at(position(expression)))
      case .gather: places.append(gathers.next().map { .at(counted($0)) } ?? .all)
      }
    }
    return indexed(base, places, rank: node.rank)
  }

  mutating func indexed(_ base: PhraseID, _ places: [Phrase.Place], rank: Int) -> PhraseID {
    if places.allSatisfy({ $0 == .all }) { return base }
    let id = document.make(.indexed(base, places), rank: rank)
    return id
  }

  /// A 0-based position that is read from data, counted from 1.
  mutating func counted(_ id: NodeID) -> PhraseID {
    switch graph[id].operation {
    case .add(let coefficients, let constant):
      return combination(Array(zip(coefficients, graph[id].arguments)), constant + 1, rank: 0)
    case .constant(let value): return document.number(value + 1)
    default: return combination([(1, id)], 1, rank: 0)
    }
  }

  /// What the language has no word for: zeros with a value at positions from data.
  mutating func scattered(_ node: Node, _ pattern: [Subscript], _ shape: [Size]) -> PhraseID {
    let zeros = filled(0, shape)
    var gathers = node.arguments.dropFirst().makeIterator()
    var arguments = [zeros, phrase(node.arguments[0])]
    for place in pattern {
      switch place {
      case .all: arguments.append(document.make(.name(":")))
      case .at(let expression): arguments.append(position(expression))
      case .gather: if let next = gathers.next() { arguments.append(counted(next)) }
      }
    }
    return document.make(.call("scatter", arguments, axis: nil), rank: shape.count)
  }

  // MARK: Builds

  /// `T[2..d]` where the entries are those of a range, else `[body for i in 1..n]`.
  mutating func comprehension(_ id: NodeID) -> PhraseID {
    let open = opened(id)
    let rank = graph[id].rank
    if let slice = slice(open, rank: rank) { return slice }
    let own = generators(open.variables, .always).generators
    let body = phrase(open.body)
    if case .comprehension(let inner, let innermost) = document[body] {
      return document.make(.comprehension(own + inner, innermost), rank: rank)
    }
    return document.make(.comprehension(own, body), rank: rank)
  }

  private mutating func slice(_ open: Opened, rank: Int) -> PhraseID? {
    let variable = open.variables[0]
    // The first axis of an entry that already is a slice: places of the outer variable come first.
    guard case .indexed(let base, let places) = document[phrase(open.body)],
      !document.facts(base).free.contains(variable)
    else { return nil }
    var found: Int?
    for (axis, place) in places.enumerated() {
      guard mentions(place, variable) else { continue }
      guard found == nil else { return nil }
      found = axis
    }
    guard let axis = found, case .at(let position) = places[axis],
      places[..<axis].allSatisfy({ isSinglePosition($0) }), var range = range(position, variable)
    else { return nil }
    if range == .all, let whole = wholeAxes(of: open.body), axis >= whole.count || whole[axis] != variable.extent {
      // The beginning of a longer axis.
      range = .range(document.number(1), size(variable.extent, isTight: true), step: 1)
    }
    var changed = places
    changed[axis] = range
    return indexed(base, changed, rank: rank)
  }

  private func isSinglePosition(_ place: Phrase.Place) -> Bool {
    if case .at(let position) = place { return document.facts(position).rank == 0 }
    return false
  }

  /// The sizes of the axes that an index node reads, where the body is one, maybe inside further loops.
  private func wholeAxes(of body: NodeID) -> [Size]? {
    var body = body
    while case .build = graph[body].operation { body = opened(body).body }
    guard case .index = graph[body].operation else { return nil }
    return graph[graph[body].arguments[0]].shape
  }

  private func mentions(_ place: Phrase.Place, _ variable: Variable) -> Bool {
    switch place {
    case .all: false
    case .at(let position): document.facts(position).free.contains(variable)
    case .range(let low, let high, _):
      document.facts(low).free.contains(variable) || document.facts(high).free.contains(variable)
    }
  }

  /// The positions `k·i + c` for i over its whole range; `.all` for i itself; an index vector for `idx[i]`.
  private mutating func range(_ position: PhraseID, _ variable: Variable) -> Phrase.Place? {
    switch document[position] {
    case .variable(variable): return .all
    case .indexed(let table, let places):
      guard places.count == 1, case .at(let inner) = places[0], document[inner] == .variable(variable),
        !document.facts(table).free.contains(variable)
      else { return nil }
      return .at(table)
    case .sum(let terms, _):
      var step = 0
      var rest: [SignedPhrase] = []
      for term in terms {
        switch document[term.phrase] {
        case .variable(variable): step = term.isNegative ? -1 : 1
        case .product(let factors)
        where factors.count == 2 && document[factors[1]] == .variable(variable):
          guard case .number(let factor) = document[factors[0]], factor <= 1e9 else { return nil }
          step = term.isNegative ? -Int(factor) : Int(factor)
        default:
          if document.facts(term.phrase).free.contains(variable) { return nil }
          rest.append(term)
        }
      }
      guard step != 0 else { return nil }
      return .range(shifted(rest, by: Size(step)), shifted(rest, by: variable.extent * Size(step)), step: step)
    case .product(let factors) where factors.count == 2 && document[factors[1]] == .variable(variable):
      guard case .number(let factor) = document[factors[0]], factor <= 1e9 else { return nil }
      let step = Int(factor)
      return .range(document.number(factor), size(variable.extent * Size(step), isTight: true), step: step)
    default: return nil
    }
  }

  /// Terms plus a size, collected where the terms are plain sizes and numbers.
  private mutating func shifted(_ terms: [SignedPhrase], by size: Size) -> PhraseID {
    var total = size
    var others: [SignedPhrase] = []
    for term in terms {
      switch document[term.phrase] {
      case .number(let value) where abs(value) < 1e15:
        total = total + Size(term.isNegative ? -Int(value) : Int(value))
      case .name(let name):
        total = total + Size(Dimension(name)) * Size(term.isNegative ? -1 : 1)
      default: others.append(term)
      }
    }
    let sized = self.size(renamed(total), isTight: true)
    if others.isEmpty { return sized }
    var all = others
    switch document[sized] {
    case .number(0): break
    case .sum(let inner, _): all += inner
    default: all.append(document.unsigned(sized))
    }
    return signedSum(all.filter { !$0.isNegative } + all.filter(\.isNegative), isTight: true, rank: 0)
  }

  /// The size with dimensions told apart by name only, as a reader does.
  private func renamed(_ size: Size) -> Size {
    var map: [Dimension: Size] = [:]
    for dimension in size.dimensions { map[dimension] = sizeNames[dimension] ?? Size(Dimension(dimension.name)) }
    return size.substituting(map)
  }

  // MARK: Reductions

  /// `op(T)` over whole tensors, else `op(i in 1..n if …: body)`.
  mutating func reduction(_ operation: ReduceOperation, _ id: NodeID) -> PhraseID {
    let open = opened(id)
    let rank = graph[id].rank
    if let tensor = open.tensor {
      return document.make(.call(operation.rawValue, [phrase(tensor)], axis: nil), rank: rank)
    }
    let (own, conditions) = generators(open.variables, open.conditions)
    return document.make(.reduction(operation.rawValue, own, conditions, phrase(open.body)), rank: rank)
  }

  /// Variables with their ranges: a condition that bounds a variable by those before it becomes its range, the
  /// others stay conditions.
  mutating func generators(
    _ variables: [Variable], _ conditions: Guard
  ) -> (generators: [Generator], conditions: [PhraseID]) {
    let inOrder = outermostFirst(variables, conditions)
    var pending = conditions.conditions
    var result: [Generator] = []
    for (position, variable) in inOrder.enumerated() {
      let later = inOrder[(position + 1)...]
      var low = document.number(1)
      var high = size(variable.extent, isTight: true)
      var hasLow = false
      var hasHigh = false
      pending.removeAll { condition in
        guard condition.relation == .atLeastZero, condition.expression.modulus == nil,
          !condition.expression.variables.contains(where: later.contains)
        else { return false }
        let coefficient = condition.expression.coefficient(of: variable)
        guard abs(coefficient) == 1, let own = IndexExpression(variable).scaled(by: coefficient),
          let rest = condition.expression - own
        else { return false }
        if coefficient == 1, !hasLow, let bound = rest.scaled(by: -1), bound.minimum.isProvably(atLeast: 0) {
          low = self.position(bound)
          hasLow = true
          return true
        }
        if coefficient == -1, !hasHigh, (variable.extent - 1 - rest.maximum).isProvably(atLeast: 0) {
          high = self.position(rest)
          hasHigh = true
          return true
        }
        return false
      }
      result.append(Generator(variable: variable, low: low, high: high))
    }
    return (result, pending.map { condition($0) })
  }

  /// An order in which ranges start where an earlier variable stands: `i in 1..n, j in i+1..n`.
  private func outermostFirst(_ variables: [Variable], _ conditions: Guard) -> [Variable] {
    var remaining = variables
    var result: [Variable] = []
    while !remaining.isEmpty {
      let next =
        remaining.firstIndex { candidate in
          !conditions.conditions.contains { condition in
            condition.relation == .atLeastZero && condition.expression.coefficient(of: candidate) > 0
              && condition.expression.terms.contains { $0.coefficient < 0 && remaining.contains($0.variable) }
          }
        } ?? 0
      result.append(remaining.remove(at: next))
    }
    return result
  }
}
