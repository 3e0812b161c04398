import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  // MARK: Numbers as index expressions

  /// The affine index expression that a whole number is, where it is one and its numbers stay below 2⁵³.
  func affine(_ id: NodeID) -> IndexExpression? {
    let node = graph[id]
    switch node.operation {
    case .constant(let value):
      guard abs(value) < 0x1p53 else { return nil }
      return Int(exactly: value).map { IndexExpression(Size($0)) }
    case .size(let size): return IndexExpression(size)
    case .iota(let expression): return expression
    case .add(let coefficients, let constant):
      guard node.rank == 0, abs(constant) < 0x1p53, let offset = Int(exactly: constant) else { return nil }
      var sum = IndexExpression(Size(offset))
      for (coefficient, argument) in zip(coefficients, node.arguments) {
        guard let part = affine(argument), magnitude(part) * abs(coefficient) < 0x1p53,
          let factor = Int(exactly: coefficient), let scaled = part.scaled(by: factor), let next = sum + scaled,
          magnitude(next) < 0x1p53
        else { return nil }
        sum = next
      }
      return sum
    case .mul(let exponents):
      guard node.rank == 0 else { return nil }
      var product = Size(1)
      for (exponent, argument) in zip(exponents, node.arguments) {
        guard let count = Int(exactly: exponent), count > 0, count <= 8, let part = affine(argument),
          let size = part.size
        else { return nil }
        for _ in 0..<count {
          guard magnitude(IndexExpression(product)) * magnitude(part) < 0x1p53, product.terms.count < 64 else {
            return nil
          }
          product = product * size
        }
      }
      return IndexExpression(product)
    default: return nil
    }
  }

  /// The sum of the absolute values of the coefficients: what arithmetic on sizes could overflow by.
  private func magnitude(_ expression: IndexExpression) -> Double {
    expression.terms.reduce(0) { $0 + abs(Double($1.coefficient)) }
      + expression.offset.terms.reduce(0) { $0 + abs(Double($1.coefficient)) }
  }

  /// Whole numbers made of sizes alone in their one form.
  func normalisedInteger(_ id: NodeID) -> NodeID {
    guard graph[id].type == .int, case .mul = graph[id].operation, let size = affine(id)?.size else { return id }
    return graph.size(size)
  }

  /// `node − 1`: positions count from 1 in the text and from 0 in the graph.
  func fromZero(_ node: NodeID) -> NodeID { graph.sum([(1, node)], constant: -1) }

  // MARK: Indexing

  private enum Place {
    case all
    case at(IndexExpression)
    /// A position computed from data.
    case computed(NodeID)
    /// A stretch of the axis: position `start + step·v`.
    case range(Variable, IndexExpression)
    /// Positions listed in an int vector.
    case list(Variable, NodeID)
  }

  /// `T[…]`.
  func index(_ base: TypedValue, _ items: [IndexItem], at span: Span, base place: Span, _ scope: Scope) throws
    -> TypedValue
  {
    let shape = graph.shape(base.node)
    guard !shape.isEmpty else {
      throw Diagnostic(
        .error, .index, "'\(shortText(place))' is a single number and has no index", at: span,
        hints: [.init("for a product write \(shortText(place))*[…]")])
    }
    guard items.count <= shape.count, items.count == shape.count || items.count == 1 else {
      let plural = shape.count == 1 ? "index" : "indices"
      throw Diagnostic(
        .error, .index, "\(typeText(base)) takes \(shape.count) \(plural), not \(items.count)", at: span,
        label: "\(shortText(place)) : \(typeText(base))",
        hints: items.count < shape.count ? [.init("a whole axis is ':', as in A[i, :]")] : [])
    }
    var places = try zip(items, shape).map { item, extent in
      try self.place(item, extent, of: place, scope)
    }
    if items.count < shape.count {
      if case .list = places[0] {
      } else if base.form == .matrix {
        throw Diagnostic(
          .error, .index, "\(typeText(base)) takes 2 indices, not 1", at: span,
          label: "\(shortText(place)) : \(typeText(base))",
          hints: [.init("a row is \(shortText(place))[\(shortText(items[0].span)), :]")])
      }
      places += Array(repeating: .all, count: shape.count - items.count)
    }
    return try entries(base, places)
  }

  /// The entries at the places: whole axes before a stretch become loops of their own, so that axes keep their order.
  private func entries(_ base: TypedValue, _ places: [Place]) throws -> TypedValue {
    let shape = graph.shape(base.node)
    let lastLoop = places.lastIndex {
      switch $0 {
      case .range, .list: true
      default: false
      }
    }
    var pattern: [Subscript] = []
    var gathers: [NodeID] = []
    var variables: [Variable] = []
    for (axis, place) in places.enumerated() {
      switch place {
      case .all:
        if let lastLoop, axis < lastLoop {
          let variable = graph.freshVariable(shape[axis])
          variables.append(variable)
          pattern.append(.at(IndexExpression(variable)))
        } else {
          pattern.append(.all)
        }
      case .at(let expression): pattern.append(.at(expression))
      case .computed(let node):
        pattern.append(.gather)
        gathers.append(node)
      case .range(let variable, let expression):
        variables.append(variable)
        pattern.append(.at(expression))
      case .list(let variable, let node):
        variables.append(variable)
        pattern.append(.gather)
        gathers.append(node)
      }
    }
    var result = graph.index(base.node, pattern, gathers: gathers)
    if let entry = literalEntry(result) { result = entry }
    for variable in variables.reversed() { result = graph.build(variable, result) }
    let isRow = base.form == .row && graph[result].rank == 1
    return isRow ? TypedValue(result, .row) : TypedValue(result, in: graph)
  }

  /// An entry of a list of numbers at a position known now, as that number.
  func literalEntry(_ node: NodeID) -> NodeID? {
    guard case .index(let pattern) = graph[node].operation, let list = literalValues[graph[node].arguments[0]] else {
      return nil
    }
    var offset = 0
    for (place, extent) in zip(pattern, list.shape) {
      guard case .at(let expression) = place, let position = expression.size?.constant else { return nil }
      offset = offset * extent + position
    }
    return list.values[safe: offset].map { graph.constant($0, type: list.type) }
  }

  private func place(_ item: IndexItem, _ extent: Size, of base: Span, _ scope: Scope) throws -> Place {
    ends.append(extent)
    defer { ends.removeLast() }
    switch item.kind {
    case .all: return .all
    case .at(let id):
      let value = try tensor(id, scope)
      if graph[value.node].type == .bool {
        throw Diagnostic(
          .error, .index, "an index must be a whole number, and '\(shortText(item.span))' is a condition",
          at: item.span,
          hints: [.init("entries that meet one are added up by sum(i in 1..n: if c(i) then x[i] else 0)")])
      }
      guard graph[value.node].type == .int || isWholeData(value.node) else {
        throw Diagnostic(
          .error, .index, "an index must be a whole number, and '\(shortText(item.span))' is \(typeText(value))",
          at: item.span, hints: [.init("whole-number division is div(a, b); data of whole numbers is integer[n]")])
      }
      if value.form == .scalar {
        if let expression = affine(fromZero(value.node)) {
          try requireInRange(expression, extent, of: base, at: item.span)
          return .at(expression)
        }
        // A number that is no index expression is beyond all that can be counted.
        if graph.constantValue(value.node) != nil { throw rangeError(nil, extent, base, item.span) }
        return .computed(fromZero(value.node))
      }
      guard graph[value.node].rank == 1 else {
        throw Diagnostic(
          .error, .index, "an index is a whole number or a vector of them, not \(typeText(value))", at: item.span)
      }
      if let known = literalValues[value.node] { try requireInRange(known, extent, of: base, at: item.span) }
      let variable = graph.freshVariable(graph.shape(value.node)[0])
      let position = graph.index(value.node, [.at(IndexExpression(variable))])
      return .list(variable, fromZero(position))
    case .range(let lower, let upper, let by):
      return try slice(item, lower, upper, by, extent, of: base, scope)
    }
  }

  /// Whether a node's entries are whole numbers although it is stored as reals.
  private func isWholeData(_ node: NodeID) -> Bool {
    if case .symbol(let id) = graph[node].operation { return graph[id].refinements.contains(.integer) }
    if case .index = graph[node].operation { return isWholeData(graph[node].arguments[0]) }
    return false
  }

  private func slice(
    _ item: IndexItem, _ lower: ExprID?, _ upper: ExprID?, _ by: ExprID?, _ extent: Size, of base: Span,
    _ scope: Scope
  ) throws -> Place {
    let step = try by.map { try self.step($0, scope) } ?? 1
    let first = step > 0 ? IndexExpression(1) : IndexExpression(extent)
    let last = step > 0 ? IndexExpression(extent) : IndexExpression(1)
    let from = try lower.map { try bound($0, scope) } ?? first
    let to = try upper.map { try bound($0, scope) } ?? last
    guard let start = from - IndexExpression(1), let length = to - from, let difference = length.size else {
      throw Diagnostic(
        .error, .index, "the length of '\(shortText(item.span))' depends on an index", at: item.span,
        hints: [.init("sum over it with a second index: sum(j in \(shortText(item.span)): …)")])
    }
    let count = try rangeCount(difference, step: step, at: item.span)
    let variable = graph.freshVariable(count)
    guard let offset = IndexExpression(variable).scaled(by: step), let position = start + offset else {
      throw Diagnostic(.error, .index, "a slice can't begin at a wrapped index", at: item.span)
    }
    if !isCertainly(count, below: 1) { try requireInRange(position, extent, of: base, at: item.span) }
    return .range(variable, position)
  }

  /// A bound of a range as an index expression that counts from 1.
  func bound(_ id: ExprID, _ scope: Scope) throws -> IndexExpression {
    let value = try number(id, scope)
    guard value.form == .scalar, graph[value.node].type == .int, let expression = affine(value.node) else {
      let text = shortText(scope.tree[id].span)
      throw Diagnostic(
        .error, .index, "'\(text)' can't bound a range: it must be made of whole numbers, sizes and indices",
        at: scope.tree[id].span)
    }
    return expression
  }

  /// The step of a range: a whole number other than 0, known now.
  func step(_ id: ExprID, _ scope: Scope) throws -> Int {
    let value = try number(id, scope)
    guard let number = graph.constantValue(value.node).flatMap({ Int(exactly: $0) }) else {
      throw Diagnostic(.error, .index, "the step of a range must be a whole number", at: scope.tree[id].span)
    }
    guard number != 0 else {
      throw Diagnostic(.error, .index, "a range can't step by 0", at: scope.tree[id].span)
    }
    return number
  }

  /// How many values a range from a to a + difference by `step` has; 0 where it is empty.
  func rangeCount(_ difference: Size, step: Int, at span: Span) throws -> Size {
    if let number = difference.constant {
      let isBehind = (number < 0) != (step < 0) && number != 0
      return Size(isBehind ? 0 : number / step + 1)
    }
    let count = (step > 0 ? difference : Size(0) - difference).divided(by: abs(step)) + 1
    requireNotNegative(count, at: span)
    return count
  }

  // MARK: Bounds

  /// Refuses an index that leaves `0..<extent`; where that depends on sizes still unknown, the check is kept.
  func requireInRange(_ expression: IndexExpression, _ extent: Size, of base: Span, at span: Span) throws {
    if let modulus = expression.modulus {
      guard isCertainly(extent - modulus, below: 0) else { return }
      throw rangeError("reaches \(modulus)", extent, base, span)
    }
    guard let above = IndexExpression(extent - 1) - expression else { return }
    let isLow = isProved(expression)
    let isHigh = isProved(above)
    if isLow && isHigh { return }
    // An axis whose length is being inferred is as long as the index reaches; of several numbers the greatest.
    let reach = expression.maximum + 1
    if let dimension = extent.dimension, openDimensions.contains(dimension), isLow {
      if let number = reach.constant {
        openReaches[dimension] = max(openReaches[dimension] ?? 1, number)
        return
      }
      if let equation = equation(extent, reach), equation.dimension == dimension { throw equation }
    }
    // A bound is broken for certain where the box breaks it at a point that the conditions allow.
    if isCertainly(expression.minimum, below: 0), isReached(expression, atTop: false) {
      throw rangeError(expression.size == nil ? "begins at \(expression.minimum + 1)" : nil, extent, base, span)
    }
    if isCertainly(above.minimum, below: 0), isReached(expression, atTop: true) {
      throw rangeError(expression.size == nil ? "reaches \(expression.maximum + 1)" : nil, extent, base, span)
    }
    program.indexConditions.append(
      .init(index: expression, extent: extent, conditions: Guard(guards), span: span))
  }

  private func requireInRange(_ list: TensorData, _ extent: Size, of base: Span, at span: Span) throws {
    for (position, number) in list.values.enumerated() {
      if number < 1 { throw rangeError("has \(numberText(number)) as its entry \(position + 1)", extent, base, span) }
      if let index = Int(exactly: number), isCertainly(extent, below: index) {
        throw rangeError("has \(index) as its entry \(position + 1)", extent, base, span)
      }
    }
  }

  private func rangeError(_ what: String?, _ extent: Size, _ base: Span, _ span: Span) -> Diagnostic {
    let entries = extent == 1 ? "one entry" : "entries 1 to \(extent)"
    let fact = what.map { "'\(shortText(span))' \($0)" } ?? "the index \(shortText(span)) is out of range"
    return Diagnostic(
      .error, .index, "\(fact)\(what == nil ? ":" : ", but") this axis of \(shortText(base)) has \(entries)",
      at: span, hints: indexHints(span, base))
  }

  /// How a place beyond the ends is written by those who count from 0 or from the back.
  private func indexHints(_ span: Span, _ base: Span) -> [Diagnostic.Hint] {
    guard let number = Int(text(span).filter { $0 != " " }), number <= 0, number > -1000 else {
      return [.init("indices count from 1; wrap(i, n) makes them periodic")]
    }
    let index = number == 0 ? "1" : number == -1 ? "end" : "end - \(-number - 1)"
    let meaning = number == 0 ? "indices count from 1: the first entry is" : "from the back it is"
    return [
      .init("\(meaning) \(shortText(base))[\(index)]", fixIt: .init(replace: span, with: index))
    ]
  }

  /// Whether the conditions allow the corner of the box where `expression` is greatest or least.
  private func isReached(_ expression: IndexExpression, atTop: Bool) -> Bool {
    var corner: [Variable: IndexExpression] = [:]
    for term in expression.terms {
      let isHigh = (term.coefficient > 0) == atTop
      corner[term.variable] = IndexExpression(isHigh ? term.variable.extent - 1 : 0)
    }
    var seen: Set<Variable> = []
    for condition in guards where !Set(condition.expression.variables).isDisjoint(with: corner.keys) {
      guard condition.relation == .atLeastZero, condition.expression.modulus == nil,
        let rest = condition.expression.substituting(corner)
      else { return false }
      // What else the condition depends on may be chosen, once.
      for variable in rest.variables where !seen.insert(variable).inserted { return false }
      guard isCertainly(rest.maximum, atLeast: 0) else { return false }
    }
    return true
  }

  /// Whether `expression` ≥ 0 wherever the current conditions hold: by the box, or by the box after one or two
  /// conditions are subtracted.
  private func isProved(_ expression: IndexExpression) -> Bool {
    if isCertainly(expression.minimum, atLeast: 0) { return true }
    let known = guards.filter { $0.relation != .differsFromZero && $0.expression.modulus == nil }.suffix(16)
    var reduced: [IndexExpression] = []
    for condition in known {
      let signs = condition.relation == .equalsZero ? [1, -1] : [1]
      for sign in signs {
        guard let part = condition.expression.scaled(by: sign), let rest = expression - part else { continue }
        if isCertainly(rest.minimum, atLeast: 0) { return true }
        reduced.append(rest)
      }
    }
    for first in reduced {
      for condition in known {
        guard let rest = first - condition.expression else { continue }
        if isCertainly(rest.minimum, atLeast: 0) { return true }
      }
    }
    return false
  }
}
