import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// A condition divided into what concerns indices alone and what has to be looked up in values; both must hold.
  struct ConditionParts {
    var index: [Condition] = []
    var data: NodeID?
  }

  /// The parts of a condition.
  func condition(_ id: ExprID, _ scope: Scope) throws -> ConditionParts {
    try descend(at: scope.tree[id].span) {
      let node = scope.tree[id]
      switch node.kind {
      case .and(let operands):
        var parts = ConditionParts()
        for operand in operands {
          let next = try condition(operand, scope)
          parts.index += next.index
          if let data = next.data {
            parts.data = parts.data.map { applyElementwise("and", [$0, data]) } ?? data
          }
        }
        return parts
      case .comparison(let first, let links):
        let operands = try comparisonOperands(first, links, scope)
        if let index = indexComparison(operands, links) { return ConditionParts(index: index) }
        return try data(comparison(operands, links), at: node.span)
      case .not(let inner):
        let parts = try condition(inner, scope)
        if parts.data == nil, parts.index.count == 1, let negated = negation(parts.index[0]) {
          return ConditionParts(index: [negated])
        }
        return ConditionParts(data: applyElementwise("not", [boolean(parts)]))
      case .run(let items):
        if items.count == 1, case .group(let group) = items[0].kind, let inner = group.parenthesised {
          return try condition(inner, scope)
        }
      default: break
      }
      return try data(tensor(id, scope), at: node.span)
    }
  }

  /// One boolean as a condition on values.
  private func data(_ value: TypedValue, at span: Span) throws -> ConditionParts {
    guard graph[value.node].type == .bool else {
      throw Diagnostic(
        .error, .type, "'\(shortText(span))' is a number where a condition is needed", at: span,
        hints: [.init("compare it: \(shortText(span)) > 0")])
    }
    guard value.form == .scalar else {
      throw Diagnostic(
        .error, .type, "'\(shortText(span))' is one condition an entry; here one is needed", at: span,
        hints: [.init("use all(…) or any(…), or entry by entry: select(condition, a, b)")])
    }
    if graph[value.node].operation == .constant(1) { return ConditionParts() }
    return ConditionParts(data: value.node)
  }

  /// A condition as one boolean, indices used as numbers.
  private func boolean(_ parts: ConditionParts) -> NodeID {
    let zero = graph.constant(0, type: .int)
    var nodes = parts.index.map { condition -> NodeID in
      let name: FunctionName =
        switch condition.relation {
        case .atLeastZero: "greaterEqual"
        case .equalsZero: "equal"
        case .differsFromZero: "notEqual"
        }
      return applyElementwise(name, [number(of: condition.expression), zero])
    }
    if let data = parts.data { nodes.append(data) }
    guard let first = nodes.first else { return graph.constant(1, type: .bool) }
    return nodes.dropFirst().reduce(first) { applyElementwise("and", [$0, $1]) }
  }

  /// The operands of a chain of comparisons, each elaborated once.
  private func comparisonOperands(
    _ first: ExprID, _ links: [ComparisonLink], _ scope: Scope
  ) throws -> [Operand] {
    try refuseMixedChain(links)
    return try ([first] + links.map(\.operand)).map { operand($0, try number($0, scope), scope) }
  }

  /// `a < b <= c` over whole numbers made of indices and sizes; `nil` for anything else.
  private func indexComparison(_ operands: [Operand], _ links: [ComparisonLink]) -> [Condition]? {
    var result: [Condition] = []
    for (position, link) in links.enumerated() {
      let (left, right) = (operands[position].value, operands[position + 1].value)
      guard left.form == .scalar, right.form == .scalar, graph[left.node].type == .int,
        graph[right.node].type == .int, let a = affine(left.node), let b = affine(right.node),
        let condition = condition(a, link.op, b)
      else { return nil }
      result.append(condition)
    }
    return result
  }

  private func condition(_ a: IndexExpression, _ op: ComparisonOperator, _ b: IndexExpression) -> Condition? {
    if a.modulus != nil || b.modulus != nil {
      // (e mod m) = p is (e − p) mod m = 0 for a p within 0..<m.
      let (wrapped, plain) = a.modulus != nil ? (a, b) : (b, a)
      guard op == .equal || op == .notEqual, plain.modulus == nil, let modulus = wrapped.modulus,
        isCertainly(plain.minimum, atLeast: 0), isCertainly(modulus - plain.maximum, atLeast: 1),
        let difference = wrapped.withoutModulus - plain
      else { return nil }
      let reduced = IndexExpression(
        difference.terms.map { ($0.variable, $0.coefficient) }, offset: difference.offset, modulus: modulus)
      return Condition(reduced, op == .equal ? .equalsZero : .differsFromZero)
    }
    let pair: (IndexExpression?, Condition.Relation) =
      switch op {
      case .equal: (a - b, .equalsZero)
      case .notEqual: (a - b, .differsFromZero)
      case .lessOrEqual: (b - a, .atLeastZero)
      case .greaterOrEqual: (a - b, .atLeastZero)
      case .less: ((b - a).flatMap { $0 + IndexExpression(-1) }, .atLeastZero)
      case .greater: ((a - b).flatMap { $0 + IndexExpression(-1) }, .atLeastZero)
      }
    return pair.0.map { Condition($0, pair.1) }
  }

  /// The condition that holds where this one doesn't.
  func negation(_ condition: Condition) -> Condition? {
    switch condition.relation {
    case .equalsZero: return Condition(condition.expression, .differsFromZero)
    case .differsFromZero: return Condition(condition.expression, .equalsZero)
    case .atLeastZero:
      return condition.expression.scaled(by: -1).flatMap { $0 + IndexExpression(-1) }.map {
        Condition($0, .atLeastZero)
      }
    }
  }

  // MARK: if

  /// `if c then a else b`: a choice by indices evaluates one side only; a choice by values selects.
  func conditional(_ test: ExprID, _ then: ExprID, _ otherwise: ExprID, _ scope: Scope) throws -> TypedValue {
    let parts = try condition(test, scope)
    let count = guards.count
    guards += parts.index
    let first = try tensor(then, scope)
    guards.removeLast(guards.count - count)
    if parts.data == nil, parts.index.count == 1, let negated = negation(parts.index[0]) { guards.append(negated) }
    let second = try tensor(otherwise, scope)
    guards.removeLast(guards.count - count)

    let (a, b) = (operand(then, first, scope), operand(otherwise, second, scope))
    let (left, right, form) = try branches(a, b)
    let shape = graph[left].rank >= graph[right].rank ? graph.shape(left) : graph.shape(right)
    if parts.index.isEmpty, parts.data == nil { return TypedValue(graph.broadcast(left, to: shape), form) }
    let chosen = parts.data.map { graph.select($0, left, right) } ?? left
    guard !parts.index.isEmpty else { return TypedValue(chosen, form) }
    // Where the condition fails at its k-th part, the earlier parts hold: the pieces don't overlap.
    var pieces = [graph.guarded(Guard(parts.index), graph.broadcast(chosen, to: shape))]
    for (position, part) in parts.index.enumerated() {
      guard let negated = negation(part) else { continue }
      let conditions = Guard(Array(parts.index[..<position]) + [negated])
      pieces.append(graph.guarded(conditions, graph.broadcast(right, to: shape)))
    }
    return TypedValue(graph.sum(pieces.map { (1, $0) }), form)
  }

  private func branches(_ a: Operand, _ b: Operand) throws -> (NodeID, NodeID, Form) {
    let types = [graph[a.value.node].type, graph[b.value.node].type]
    if (types[0] == .bool) != (types[1] == .bool) {
      throw Diagnostic(
        .error, .type, "the two sides of 'if' differ: one is a condition, the other a number", at: a.span.union(b.span))
    }
    if a.value.form != .scalar, b.value.form != .scalar, a.value.form != b.value.form {
      throw Diagnostic(
        .error, .shape, "the two sides of 'if' differ: \(typeText(a.value)) and \(typeText(b.value))",
        at: a.span.union(b.span))
    }
    return try broadcast(a, b, "if", at: a.span.union(b.span))
  }

  // MARK: Booleans as values

  /// A chain of comparisons, entry by entry.
  func comparison(_ first: ExprID, _ links: [ComparisonLink], _ scope: Scope) throws -> TypedValue {
    try comparison(comparisonOperands(first, links, scope), links)
  }

  private func comparison(_ operands: [Operand], _ links: [ComparisonLink]) throws -> TypedValue {
    var result: Operand?
    for (position, link) in links.enumerated() {
      let (left, right) = (operands[position], operands[position + 1])
      let span = left.span.union(right.span)
      let (a, b, form) = try broadcast(left, right, link.op.rawValue, at: span)
      let node = applyElementwise(functionName(link.op), [a, b])
      let next = Operand(value: TypedValue(node, form), span: span)
      if let known = result {
        let (x, y, joined) = try broadcast(known, next, "and", at: span)
        result = Operand(value: TypedValue(applyElementwise("and", [x, y]), joined), span: span)
      } else {
        result = next
      }
    }
    return result?.value ?? operands[0].value
  }

  private func functionName(_ op: ComparisonOperator) -> FunctionName {
    switch op {
    case .equal: "equal"
    case .notEqual: "notEqual"
    case .less: "less"
    case .lessOrEqual: "lessEqual"
    case .greater: "greater"
    case .greaterOrEqual: "greaterEqual"
    }
  }

  private func refuseMixedChain(_ links: [ComparisonLink]) throws {
    guard links.count > 1 else { return }
    let up = links.contains { $0.op == .less || $0.op == .lessOrEqual }
    let down = links.contains { $0.op == .greater || $0.op == .greaterOrEqual }
    if up && down { throw AlreadyReported() }  // the parser has said so
    guard links.contains(where: { $0.op == .notEqual }) else { return }
    throw Diagnostic(
      .error, .type, "'!=' can't stand in a chain of comparisons", at: links[1].opSpan,
      hints: [.init("write it as two comparisons joined by 'and'")])
  }

  /// `and`, `or`, `not` of conditions, entry by entry.
  func connective(_ name: FunctionName, _ operands: [ExprID], _ scope: Scope) throws -> TypedValue {
    let values = try operands.map { id -> Operand in
      let value = try tensor(id, scope)
      guard graph[value.node].type == .bool else {
        throw Diagnostic(
          .error, .type, "'\(shortText(scope.tree[id].span))' is a number where a condition is needed",
          at: scope.tree[id].span, hints: [.init("compare it: \(shortText(scope.tree[id].span)) > 0")])
      }
      return operand(id, value, scope)
    }
    guard let first = values.first else { throw AlreadyReported() }
    if values.count == 1 { return TypedValue(applyElementwise(name, [first.value.node]), first.value.form) }
    var result = first
    for next in values.dropFirst() {
      let span = result.span.union(next.span)
      let (a, b, form) = try broadcast(result, next, name.name, at: span)
      result = Operand(value: TypedValue(applyElementwise(name, [a, b]), form), span: span)
    }
    return result.value
  }
}
