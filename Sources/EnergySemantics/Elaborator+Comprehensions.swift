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
    let isCounted = abs(step) == 1 || length.size.map { self.value(of: $0) != nil } == true
    if let start = from.size, let difference = length.size, isCounted {
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

  /// Opens a scope for the clauses and runs `body` in it with their conditions in force.
  private func withIndices<Result>(
    _ generators: Generators, _ scope: Scope, _ body: (Scope, [LoopIndex]) throws -> Result
  ) throws -> Result {
    let inner = Scope(scope.tree, parent: scope)
    let count = guards.count
    defer { guards.removeLast(guards.count - count) }
    let names = activeIndices.count
    defer { activeIndices.removeLast(activeIndices.count - names) }
    var indices: [LoopIndex] = []
    for clause in generators.clauses {
      let name = clause.name.text
      if scope.find(name) != nil || inner.names[name] != nil {
        let known = provenance(of: name, inner)
        throw Diagnostic(
          .error, .redefined, "the name '\(name)' is taken here", at: clause.name.span,
          notes: known.map { [.init("'\(name)' is declared", at: $0.span)] } ?? [],
          hints: [.init("call the index something else")])
      }
      let index = try loopIndex(clause, inner)
      guards += index.conditions
      indices.append(index)
      activeIndices.append(name)
      inner.names[name] = .value(index.value, Provenance(span: clause.name.span))
    }
    return try body(inner, indices)
  }

  // MARK: Reductions

  /// `sum(i in 1..n, j in i+1..n if …: body)` and its kin.
  func comprehension(
    _ name: String, _ generators: Generators, _ body: ExprID, nameSpan: Span, at span: Span, _ scope: Scope
  ) throws -> TypedValue {
    if name == "fold" || name == "scan" {
      throw Diagnostic(.error, .unsupported, "\(name) isn't supported yet", at: span)
    }
    guard Elaborator.reductions.contains(name) else {
      throw Diagnostic(
        .error, .function, "'\(name)' doesn't run over an index", at: nameSpan,
        hints: [.init("these do: \(Elaborator.reductions.sorted().joined(separator: ", "))")])
    }
    return try withIndices(generators, scope) { inner, indices in
      var conditions = indices.flatMap(\.conditions)
      var dataCondition: NodeID?
      if let guardCondition = generators.guardCondition {
        let parts = try condition(guardCondition, inner)
        conditions += parts.index
        guards += parts.index
        dataCondition = parts.data
      }
      let value = try tensor(body, inner)
      let isLogical = name == "any" || name == "all"
      if isLogical, graph[value.node].type != .bool {
        throw Diagnostic(
          .error, .type, "\(name) takes conditions, not numbers", at: inner.tree[body].span,
          hints: [.init("compare it: \(shortText(inner.tree[body].span)) > 0")])
      }
      if !isLogical { try refuseBoolean(value, at: inner.tree[body].span) }
      let variables = indices.map(\.variable)
      return TypedValue(
        try reduction(name, variables, Guard(conditions), dataCondition, value.node, at: span), value.form)
    }
  }

  private func reduction(
    _ name: String, _ variables: [Variable], _ conditions: Guard, _ data: NodeID?, _ body: NodeID, at span: Span
  ) throws -> NodeID {
    if name == "mean" { return try mean(variables, conditions, data, body, at: span) }
    guard let operation = ReduceOperation(rawValue: name) else {
      throw Diagnostic(.error, .function, "'\(name)' doesn't run over an index", at: span)
    }
    let isEmpty = variables.contains { $0.extent == 0 } || conditions.isImpossible
    let neutral = neutralElement(operation)
    if isEmpty { return graph.broadcast(neutral, to: graph.shape(body)) }
    let chosen = data.map { graph.select($0, body, neutral) } ?? body
    return graph.reduce(operation, variables, conditions, chosen)
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

  private func mean(
    _ variables: [Variable], _ conditions: Guard, _ data: NodeID?, _ body: NodeID, at span: Span
  ) throws -> NodeID {
    if variables.contains(where: { $0.extent == 0 }) || conditions.isImpossible {
      throw Diagnostic(.error, .index, "the mean of an empty range isn't defined", at: span)
    }
    let one = graph.constant(1)
    let zero = graph.constant(0)
    let terms = data.map { graph.select($0, body, zero) } ?? body
    let ones = data.map { graph.select($0, one, zero) } ?? one
    let total = graph.reduce(.sum, variables, conditions, terms)
    return graph.divide(total, graph.reduce(.sum, variables, conditions, ones))
  }

  // MARK: Builders

  /// `[body for i in 1..n, j in 1..m]`: one axis an index, the first index first.
  func builder(_ body: ExprID, _ generators: Generators, _ scope: Scope) throws -> TypedValue {
    if let guardCondition = generators.guardCondition {
      throw Diagnostic(
        .error, .index, "a builder can't leave entries out", at: scope.tree[guardCondition].span,
        hints: [.init("say what they are: [if … then … else 0 for …]")])
    }
    return try withIndices(generators, scope) { inner, indices in
      for (index, clause) in zip(indices, generators.clauses) where !index.conditions.isEmpty {
        if index.conditions.allSatisfy({ $0.expression.variables == [index.variable] }) {
          throw Diagnostic(
            .error, .unsupported, "a builder over a range whose length isn't known isn't supported yet",
            at: clause.span,
            hints: [.init("give the size a value: dim n = …")])
        }
        throw Diagnostic(
          .error, .index, "a builder's range can't depend on another index: its rows would differ in length",
          at: clause.span)
      }
      let value = try number(body, inner)
      let node = indices.reversed().reduce(value.node) { graph.build($1.variable, $0) }
      return TypedValue(node, in: graph)
    }
  }
}
