import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

/// `fold(t in 1..T, s = s0: next)` is the last state, `scan(…)` all of them, the first one included: `T + 1` entries
/// along a new first axis, of which entry 1 is `s0` and entry k + 1 the state after k steps. Several states, which have
/// one shape, are the rows of one: the body lists the next ones in the order of their names.
extension Elaborator {
  /// A state as the clause declares it.
  private struct State {
    let name: Name
    let id: ExprID
    let initial: TypedValue
  }

  func recurrence(
    _ name: String, _ generators: Generators, _ body: ExprID, at span: Span, _ scope: Scope
  ) throws -> TypedValue {
    let states = try self.states(of: name, generators, at: span, scope)
    let initial =
      states.count == 1
      ? states[0].initial : try list(states.map(\.initial), states.map(\.id), at: generators.clauses[1].span, scope)
    let shape = graph.shape(initial.node)
    let variable = graph.freshState()
    let state = graph.state(variable, shape)
    let clause = generators.clauses[0]
    let loop = try loopIndex(clause, scope)
    if name == "scan", !loop.conditions.isEmpty { throw unevenScan(at: clause.span) }
    activeIndices += states.map(\.name.text)
    defer { activeIndices.removeLast(states.count) }
    return try withClause(clause, loop.value, loop.conditions, scope) { inner in
      for (position, declared) in states.enumerated() {
        if !isBeingDefined(declared.name.text, scope) { try requireUnused(declared.name, inner, what: "state") }
        let value = states.count == 1 ? state : graph.row(state, at: IndexExpression(Size(position)))
        inner.names[declared.name.text] = .value(
          .tensor(TypedValue(value, declared.initial.form)), Provenance(span: declared.name.span))
      }
      do {
        let next = outside(loop.conditions, try nextState(states, body, inner), state)
        return result(of: name, loop, variable, states, initial: initial.node, next: next)
      } catch let request as Unrolling where request.variables.contains(loop.variable) {
        throw request.diagnostic
      }
    }
  }

  private func result(
    of name: String, _ loop: LoopIndex, _ variable: Variable, _ states: [State], initial: NodeID, next: NodeID
  ) -> TypedValue {
    // A range that counts down is a recurrence from the far end: its steps keep the index of the text.
    var isReversed = false
    if case .tensor(let value) = loop.value, let index = affine(value.node) {
      isReversed = index.coefficient(of: loop.variable) == -1
    }
    let steps = loop.variable.extent
    let mirrored = IndexExpression([(loop.variable, -1)], offset: steps - 1)
    let body = isReversed ? graph.substitute(next, variables: [loop.variable: mirrored]) : next
    let all = graph.scan(loop.variable, state: variable, from: initial, to: body, isReversed: isReversed)
    guard name == "scan" else {
      let last = graph.row(all, at: IndexExpression(isReversed ? 0 : steps))
      return states.count == 1 ? TypedValue(last, states[0].initial.form) : TypedValue(last, in: graph)
    }
    guard isReversed else { return TypedValue(all, in: graph) }
    let position = graph.freshVariable(steps + 1)
    return TypedValue(
      graph.build(position, graph.row(all, at: IndexExpression([(position, -1)], offset: steps))), in: graph)
  }

  /// Steps outside a dependent range leave the state as it is.
  private func outside(_ conditions: [Condition], _ next: NodeID, _ state: NodeID) -> NodeID {
    if conditions.isEmpty { return next }
    var pieces = [(1.0, graph.guarded(Guard(conditions), next))]
    for (position, condition) in conditions.enumerated() {
      guard let negated = negation(condition) else { continue }
      pieces.append((1, graph.guarded(Guard(Array(conditions[..<position]) + [negated]), state)))
    }
    return graph.sum(pieces)
  }

  /// `h = scan(t in 2..T, h = h0: …)` behind `where`: nothing else could be meant by the name there.
  private func isBeingDefined(_ name: String, _ scope: Scope) -> Bool {
    guard case .deferred(let entry) = scope.find(name) else { return false }
    return activeEntries.contains { $0 === entry }
  }

  // MARK: States

  private func states(
    of name: String, _ generators: Generators, at span: Span, _ scope: Scope
  ) throws -> [State] {
    if let guardCondition = generators.guardCondition {
      throw Diagnostic(
        .error, .index, "\(name) can't leave steps out", at: scope.tree[guardCondition].span,
        hints: [.init("say what the state is then: if … then … else s")])
    }
    var states: [State] = []
    for (position, clause) in generators.clauses.enumerated() {
      guard case .state(let id) = clause.kind else {
        if position == 0 { continue }
        throw Diagnostic(
          .error, .index, "\(name) runs over one index", at: clause.span,
          hints: [.init("nest them: fold(i in …, s = s0: fold(j in …, r = s: …))")])
      }
      if let twice = states.first(where: { $0.name.text == clause.name.text }) {
        throw Diagnostic(
          .error, .redefined, "the name '\(clause.name.text)' is taken here", at: clause.name.span,
          notes: [.init("'\(clause.name.text)' is declared", at: twice.name.span)],
          hints: [.init("call the state something else")])
      }
      states.append(State(name: clause.name, id: id, initial: try number(id, scope)))
    }
    guard let first = states.first else {
      throw Diagnostic(
        .error, .arguments, "\(name) needs a state to start from", at: generators.clauses[0].span,
        hints: [.init("name it behind the range: \(name)(\(shortText(generators.clauses[0].span)), s = 0: …)")])
    }
    for other in states.dropFirst() {
      guard try fits(other.initial, first.initial) else {
        throw Diagnostic(
          .error, .shape,
          "the states differ in shape: '\(first.name.text)' begins as \(text(first.initial)), "
            + "'\(other.name.text)' as \(text(other.initial))",
          at: other.name.span.union(scope.tree[other.id].span),
          notes: [.init("'\(first.name.text)' is declared", at: first.name.span)],
          hints: [.init("one state can hold all of them: concat(…), with its parts taken by index")])
      }
    }
    return states
  }

  private func text(_ value: TypedValue) -> String { value.form == .scalar ? "a number" : typeText(value) }

  private func fits(_ a: TypedValue, _ b: TypedValue) throws -> Bool {
    let (left, right) = (graph.shape(a.node), graph.shape(b.node))
    guard a.form == b.form, left.count == right.count else { return false }
    return try zip(left, right).allSatisfy { try agree($0, $1) }
  }

  // MARK: The next state

  private func nextState(_ states: [State], _ body: ExprID, _ scope: Scope) throws -> NodeID {
    let listed = listElements(body, scope)
    if states.count > 1, let listed {
      try requireCount(listed.count, states, at: scope.tree[body].span)
      let values = try listed.map { try number($0, scope) }
      for (value, (id, state)) in zip(values, zip(listed, states)) {
        try requireFit(value, state, at: scope.tree[id].span)
      }
      return try list(values, listed, at: scope.tree[body].span, scope).node
    }
    let next = try number(body, scope)
    let span = scope.tree[body].span
    if states.count == 1 {
      if let listed, try !fits(next, states[0].initial), graph.shape(states[0].initial.node).isEmpty {
        try requireCount(listed.count, states, at: span)
      }
      try requireFit(next, states[0], at: span)
      return next.node
    }
    // One value for all: its rows are the states.
    let shape = graph.shape(next.node)
    let own = graph.shape(states[0].initial.node)
    guard shape.count == own.count + 1 else {
      try requireCount(1, states, at: span)
      return next.node
    }
    if let rows = value(of: shape[0]) { try requireCount(rows, states, at: span) }
    let isRight =
      try agree(shape[0], Size(states.count)) && zip(shape.dropFirst(), own).allSatisfy { try agree($0, $1) }
    guard isRight else {
      throw Diagnostic(
        .error, .shape,
        "the states begin as \(states.count) of \(text(states[0].initial)), the next ones are \(text(next))",
        at: span)
    }
    return next.node
  }

  /// The entries of a literal list.
  private func listElements(_ id: ExprID, _ scope: Scope) -> [ExprID]? {
    var id = id
    while case .run(let items) = scope.tree[id].kind, items.count == 1 {
      guard case .atom(let inner) = items[0].kind else { return nil }
      id = inner
    }
    if case .list(let elements) = scope.tree[id].kind { return elements }
    return nil
  }

  private func requireCount(_ count: Int, _ states: [State], at span: Span) throws {
    if count == states.count { return }
    let listed = count == 1 ? "1 next state" : "\(count) next states"
    let there = states.count == 1 ? "there is 1" : "there are \(states.count)"
    let names = states.map(\.name.text)
    let hint =
      names.count == 1
      ? "the next \(names[0]) alone, without brackets" : "[\(names.map { "next \($0)" }.joined(separator: ", "))]"
    throw Diagnostic(
      .error, .shape, "the body lists \(listed), \(there)", at: span,
      label: "states: \(names.joined(separator: ", "))", hints: [.init("write \(hint)")])
  }

  private func requireFit(_ next: TypedValue, _ state: State, at span: Span) throws {
    if try fits(next, state.initial) { return }
    var hints: [Diagnostic.Hint] = []
    let shape = graph.shape(next.node)
    if state.initial.form == .scalar, graph.constantValue(state.initial.node) == 0, !shape.isEmpty {
      hints.append(.init("begin with \(state.name.text) = zeros(\(shape.map(\.description).joined(separator: ", ")))"))
    }
    throw Diagnostic(
      .error, .shape,
      "the state '\(state.name.text)' begins as \(text(state.initial)) and goes on as \(text(next))", at: span,
      notes: [.init("'\(state.name.text)' begins", at: state.name.span)], hints: hints)
  }

  private func unevenScan(at span: Span) -> Diagnostic {
    Diagnostic(
      .error, .index, "the range of a scan can't depend on another index: its results would differ in length", at: span,
      hints: [.init("fold, which keeps the last state only, can")])
  }
}
