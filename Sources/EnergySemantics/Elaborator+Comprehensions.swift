import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// An index with its box: `value` is what its name stands for, `conditions` what narrows the box.
  struct LoopIndex {
    let variable: Variable
    let value: Value
    let conditions: [Condition]
  }

  // MARK: Ranges

  /// One `i in …` clause. Dependent ranges become a box that holds them all, with guards.
  func loopIndex(_ clause: Generators.Clause, _ scope: Scope) throws -> LoopIndex {
    let index = try unnamedIndex(clause, scope)
    graph.noteIndex(clause.name.text, over: index.variable.extent)
    return index
  }

  private func unnamedIndex(_ clause: Generators.Clause, _ scope: Scope) throws -> LoopIndex {
    switch clause.kind {
    case .state:
      throw Diagnostic(.error, .arguments, "a state belongs to fold or scan", at: clause.span)
    case .elements(let id):
      let collection = try number(id, scope)
      let shape = graph.shape(collection.node)
      guard let extent = shape.first else {
        throw Diagnostic(
          .error, .index, "'\(shortText(scope.tree[id].span))' is a single number, not a range", at: clause.span,
          hints: [.init("count up to it: \(clause.name.text) in 1..\(shortText(scope.tree[id].span))")])
      }
      let variable = graph.freshVariable(extent)
      let pattern = [Subscript.at(IndexExpression(variable))] + shape.dropFirst().map { _ in Subscript.all }
      let element = graph.index(collection.node, pattern)
      return LoopIndex(variable: variable, value: .tensor(TypedValue(element, in: graph)), conditions: [])
    case .range(let lower, let upper, let by):
      let step = try by.map { try self.step($0, scope) } ?? 1
      return try range(from: bound(lower, scope), to: bound(upper, scope), step: step, at: clause.span)
    }
  }

  private func range(from: IndexExpression, to: IndexExpression, step: Int, at span: Span) throws -> LoopIndex {
    guard from.modulus == nil, to.modulus == nil, let length = to - from else {
      throw Diagnostic(.error, .index, "a range can't begin or end at a wrapped index", at: span)
    }
    if let start = from.size, let difference = length.size {
      let count = try rangeCount(difference, step: step, at: span)
      return loopIndex(graph.freshVariable(count), step: step, offset: start, [])
    }
    guard step == 1 else { return try stepped(from, to, step, at: span) }
    // The box holds all values that the bounds ever take; i = v + lowest.
    var lowest = from.size ?? from.minimum
    // From 1 where that is possible: equal conditions then give equal boxes, and the box can't be less than empty.
    let isOpen = from.size == nil || !isCertainly(to.maximum - lowest + 1, atLeast: 0)
    if isOpen, isCertainly(lowest, atLeast: 1) { lowest = 1 }
    let extent = to.maximum - lowest + 1
    requireNotNegative(extent, at: span)
    let variable = graph.freshVariable(extent)
    let value = IndexExpression([(variable, 1)], offset: lowest)
    var conditions: [Condition] = []
    if from.size != lowest, let above = value - from { conditions.append(Condition(above, .atLeastZero)) }
    if to.size == nil, let below = to - value { conditions.append(Condition(below, .atLeastZero)) }
    return loopIndex(variable, step: 1, offset: lowest, conditions)
  }

  /// A dependent range with a step: v counts the steps, guarded at the far end.
  private func stepped(_ from: IndexExpression, _ to: IndexExpression, _ step: Int, at span: Span) throws -> LoopIndex {
    let span0 = step > 0 ? to.maximum - from.minimum : from.maximum - to.minimum
    requireNotNegative(span0 + 1, at: span)
    let variable = graph.freshVariable(span0 + 1)
    guard let own = IndexExpression(variable).scaled(by: step), let value = from + own,
      let room = (step > 0 ? to - value : value - to)
    else { throw Diagnostic(.error, .index, "this range can't be understood", at: span) }
    return LoopIndex(
      variable: variable, value: .tensor(TypedValue(number(of: value), .scalar)),
      conditions: [Condition(room, .atLeastZero)])
  }

  /// An extent that some sizes would make less than empty is checked when they are known.
  func requireNotNegative(_ extent: Size, at span: Span) {
    if isCertainly(extent, atLeast: 0) { return }
    program.sizeConditions.append(
      .init(
        size: extent, isEquation: false, message: "the range '\(shortText(span))' has \(extent) values", span: span))
  }

  private func loopIndex(_ variable: Variable, step: Int, offset: Size, _ conditions: [Condition]) -> LoopIndex {
    let node = number(of: IndexExpression([(variable, step)], offset: offset))
    return LoopIndex(variable: variable, value: .tensor(TypedValue(node, .scalar)), conditions: conditions)
  }

  /// An index expression as a number of the graph, in the form that sums of numbers have.
  func number(of expression: IndexExpression) -> NodeID {
    if expression.modulus != nil { return graph.iota(expression) }
    let terms = expression.terms.map { (Double($0.coefficient), graph.iota(IndexExpression($0.variable))) }
    return graph.sum(terms + [(1, graph.size(expression.offset))])
  }

  /// Opens a scope for the clauses and runs `body` in it with their conditions in force: once, or for each choice of
  /// values for the clauses that are written out. `body` gets the indices that stay, and all conditions.
  private func eachWay<Result>(
    _ generators: Generators, _ writtenOut: Set<Span>, _ scope: Scope,
    _ body: (Scope, [LoopIndex], [Condition]) throws -> Result
  ) throws -> [Result] {
    let count = guards.count
    var results: [Result] = []
    func descend(_ position: Int, _ scope: Scope, _ indices: [LoopIndex]) throws {
      guard let clause = generators.clauses[safe: position] else {
        results.append(try body(scope, indices, Array(guards[count...])))
        return
      }
      if let values = try writtenValues(clause, writtenOut, scope) {
        for value in values {
          try withClause(clause, value.value, value.conditions, scope) { try descend(position + 1, $0, indices) }
        }
        return
      }
      let index = try loopIndex(clause, scope)
      do {
        try withClause(clause, index.value, index.conditions, scope) {
          try descend(position + 1, $0, indices + [index])
        }
      } catch let request as Unrolling {
        throw request.met(by: index.variable, of: clause)
      }
    }
    try descend(0, scope, [])
    return results
  }

  /// Runs `body` with the name of a clause bound and its conditions in force.
  func withClause<Result>(
    _ clause: Generators.Clause, _ value: Value, _ conditions: [Condition], _ scope: Scope,
    _ body: (Scope) throws -> Result
  ) throws -> Result {
    let name = clause.name.text
    try requireUnused(clause.name, scope, what: "index")
    let inner = Scope(scope.tree, parent: scope)
    inner.names[name] = .value(value, Provenance(span: clause.name.span))
    guards += conditions
    activeIndices.append(name)
    defer {
      guards.removeLast(conditions.count)
      activeIndices.removeLast()
    }
    return try body(inner)
  }

  /// A name that a loop binds hides no other local name.
  func requireUnused(_ name: Name, _ scope: Scope, what: String) throws {
    guard scope.find(name.text) != nil else { return }
    let message =
      what == "state"
      ? "the state needs a name of its own: '\(name.text)' means something here already"
      : "the name '\(name.text)' is taken here"
    throw Diagnostic(
      .error, .redefined, message, at: name.span,
      notes: provenance(of: name.text, scope).map { [.init("'\(name.text)' is declared", at: $0.span)] } ?? [],
      hints: [.init("call the \(what) something else")])
  }

  // MARK: Reductions

  /// `sum(i in 1..n, j in i+1..n if …: body)` and its kin.
  func comprehension(
    _ name: String, _ generators: Generators, _ body: ExprID, nameSpan: Span, at span: Span, _ scope: Scope
  ) throws -> TypedValue {
    if name == "fold" || name == "scan" { return try recurrence(name, generators, body, at: span, scope) }
    guard Elaborator.reductions.contains(name) else {
      throw Diagnostic(
        .error, .function, "'\(name)' doesn't run over an index", at: nameSpan,
        hints: [.init("these do: \(Elaborator.reductions.sorted().joined(separator: ", "))")])
    }
    return try writingOut(generators) { writtenOut in
      let parts = try eachWay(generators, writtenOut, scope) { inner, indices, conditions in
        try part(name, generators, body, inner, indices.map(\.variable), conditions)
      }
      return TypedValue(try reduction(name, parts, at: span), parts.first?.value.form ?? .scalar)
    }
  }

  /// What a reduction combines: the body over the indices that stay. Several where clauses are written out.
  private struct Part {
    let variables: [Variable]
    let conditions: Guard
    let data: NodeID?
    let value: TypedValue

    var isEmpty: Bool { variables.contains { $0.extent == 0 } || conditions.isImpossible }
  }

  private func part(
    _ name: String, _ generators: Generators, _ body: ExprID, _ scope: Scope, _ variables: [Variable],
    _ conditions: [Condition]
  ) throws -> Part {
    var conditions = conditions
    var dataCondition: NodeID?
    let count = guards.count
    defer { guards.removeLast(guards.count - count) }
    if let guardCondition = generators.guardCondition {
      let parts = try condition(guardCondition, scope)
      conditions += parts.index
      guards += parts.index
      dataCondition = parts.data
    }
    let value = try tensor(body, scope)
    let isLogical = name == "any" || name == "all"
    if isLogical, graph[value.node].type != .bool {
      throw Diagnostic(
        .error, .type, "\(name) takes conditions, not numbers", at: scope.tree[body].span,
        hints: [.init("compare it: \(shortText(scope.tree[body].span)) > 0")])
    }
    if !isLogical { try refuseBoolean(value, at: scope.tree[body].span) }
    return Part(variables: variables, conditions: Guard(conditions), data: dataCondition, value: value)
  }

  private func reduction(_ name: String, _ parts: [Part], at span: Span) throws -> NodeID {
    let shapes = parts.map { graph.shape($0.value.node) }
    if let other = shapes.first(where: { $0 != shapes[0] }) {
      throw Diagnostic(
        .error, .shape, "the terms differ in shape: \(typeText(shapes[0])) and \(typeText(other))", at: span)
    }
    if name == "mean" { return try mean(parts, at: span) }
    guard let operation = ReduceOperation(rawValue: name) else {
      throw Diagnostic(.error, .function, "'\(name)' doesn't run over an index", at: span)
    }
    let neutral = neutralElement(operation)
    let nodes = parts.filter { !$0.isEmpty }.map { part -> NodeID in
      let chosen = part.data.map { graph.select($0, part.value.node, neutral) } ?? part.value.node
      if part.variables.isEmpty, part.conditions.isAlways { return chosen }
      return graph.reduce(operation, part.variables, part.conditions, chosen)
    }
    guard let first = nodes.first else { return graph.broadcast(neutral, to: shapes.first ?? []) }
    guard nodes.count > 1 else { return first }
    switch operation {
    case .sum: return graph.sum(nodes.map { (1, $0) })
    case .prod: return graph.product(nodes.map { ($0, 1) })
    case .min, .max, .logsumexp, .any, .all:
      let variable = graph.freshVariable(Size(nodes.count))
      let pattern = [Subscript.at(IndexExpression(variable))] + shapes[0].map { _ in Subscript.all }
      return graph.reduce(operation, [variable], .always, graph.index(stacked(nodes, shape: shapes[0]), pattern))
    }
  }

  private func neutralElement(_ operation: ReduceOperation) -> NodeID {
    switch operation {
    case .sum: graph.constant(0)
    case .prod: graph.constant(1)
    case .min: graph.constant(.infinity)
    case .max, .logsumexp: graph.constant(-.infinity)
    case .any: graph.constant(0, type: .bool)
    case .all: graph.constant(1, type: .bool)
    }
  }

  private func mean(_ parts: [Part], at span: Span) throws -> NodeID {
    let parts = parts.filter { !$0.isEmpty }
    if parts.isEmpty { throw Diagnostic(.error, .index, "the mean of an empty range isn't defined", at: span) }
    let one = graph.constant(1)
    let zero = graph.constant(0)
    let total = parts.map { part -> (Double, NodeID) in
      let terms = part.data.map { graph.select($0, part.value.node, zero) } ?? part.value.node
      return (1, graph.reduce(.sum, part.variables, part.conditions, terms))
    }
    let count = parts.map { part -> (Double, NodeID) in
      (1, graph.reduce(.sum, part.variables, part.conditions, part.data.map { graph.select($0, one, zero) } ?? one))
    }
    return graph.divide(graph.sum(total), graph.sum(count))
  }

  // MARK: Builders

  /// `[body for i in 1..n, j in 1..m]`: one axis an index, the first index first.
  func builder(_ body: ExprID, _ generators: Generators, _ scope: Scope) throws -> Value {
    if let guardCondition = generators.guardCondition {
      throw Diagnostic(
        .error, .index, "a builder can't leave entries out", at: scope.tree[guardCondition].span,
        hints: [.init("say what they are: [if … then … else 0 for …]")])
    }
    return try writingOut(generators) { try built(body, generators.clauses[...], $0, scope) }
  }

  private func built(
    _ body: ExprID, _ clauses: ArraySlice<Generators.Clause>, _ writtenOut: Set<Span>, _ scope: Scope
  ) throws -> Value {
    guard let clause = clauses.first else { return .tensor(try tensor(body, scope)) }
    let rest = clauses.dropFirst()
    if let values = try writtenValues(clause, writtenOut, scope) {
      let entries = try values.map { value in
        try withClause(clause, value.value, value.conditions, scope) { inner -> NodeID in
          if !value.conditions.isEmpty { throw dependentRange(clause) }
          return try tensor(built(body, rest, writtenOut, inner), at: scope.tree[body].span).node
        }
      }
      guard let shape = entries.first.map(graph.shape), entries.allSatisfy({ graph.shape($0) == shape }) else {
        throw Diagnostic(
          .error, .shape, "the entries of this builder differ in shape", at: scope.tree[body].span)
      }
      return .tensor(TypedValue(stacked(entries, shape: shape), in: graph))
    }
    let index = try loopIndex(clause, scope)
    if !index.conditions.isEmpty { throw dependentRange(clause) }
    do {
      let entry = try withClause(clause, index.value, [], scope) {
        try tensor(built(body, rest, writtenOut, $0), at: scope.tree[body].span)
      }
      return .tensor(TypedValue(graph.build(index.variable, entry.node), in: graph))
    } catch let request as Unrolling {
      throw request.met(by: index.variable, of: clause)
    }
  }

  private func dependentRange(_ clause: Generators.Clause) -> Diagnostic {
    Diagnostic(
      .error, .index, "a builder's range can't depend on another index: its rows would differ in length",
      at: clause.span,
      hints: [.init("in a sum use the index there: sum(\(shortText(clause.span)): …), or give every row one length")])
  }
}
