import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// A product by juxtaposition, or a single factor with its suffixes.
  func run(_ id: ExprID, _ scope: Scope) throws -> Value {
    try refuseUnknownFactors(id, scope)
    try refuseHiddenBuiltin(id, scope)
    let grouped = scope.tree.group(id) { self.classify($0, scope) }
    if !grouped.diagnostics.isEmpty { throw Diagnostics(grouped.diagnostics) }
    guard let first = grouped.factors.first else { throw AlreadyReported() }
    if grouped.factors.count == 1 { return try factor(first, scope) }
    var operands: [Operand] = []
    for factor in grouped.factors {
      let value = try tensor(self.factor(factor, scope), at: factor.span)
      try refuseBoolean(value, at: factor.span)
      operands.append(operand(factor, value, scope))
    }
    let matrices = operands.filter { $0.value.form != .scalar }
    if matrices.count > 1 {
      for (factor, operand) in zip(grouped.factors, operands) { try refuseMatrixPower(factor, operand) }
    }
    return .tensor(try multiply(operands, scope.tree[id].span))
  }

  /// A name without parentheses behind it that means nothing is no function.
  private func refuseUnknownFactors(_ id: ExprID, _ scope: Scope) throws {
    guard case .run(let items) = scope.tree[id].kind else { return }
    for (position, item) in items.enumerated() {
      guard case .atom(let head) = item.kind, case .name(let name) = scope.tree[head].kind else { continue }
      if case .group? = items[safe: position + 1]?.kind { continue }
      if scope.find(name) == nil, definition(name, scope) == nil, !isBuiltin(name) {
        throw unknownName(name, at: item.span, scope)
      }
    }
  }

  /// `step(x)` where the user's own `step` is a number: never a product.
  private func refuseHiddenBuiltin(_ id: ExprID, _ scope: Scope) throws {
    guard case .run(let items) = scope.tree[id].kind else { return }
    for (item, next) in zip(items, items.dropFirst()) {
      guard case .atom(let head) = item.kind, case .name(let name) = scope.tree[head].kind, case .group = next.kind,
        isBuiltin(name), isValue(name, scope)
      else { continue }
      let known = provenance(of: name, scope)
      throw Diagnostic(
        .error, .function, "your value '\(name)' hides the built-in \(name)(x)", at: item.span.union(next.span),
        notes: known.map { [.init("'\(name)' is defined", at: $0.span)] } ?? [],
        hints: [.init("for a product write \(name)*(…)"), .init("for the function rename your value")])
    }
  }

  private func operand(_ factor: GroupedFactor, _ value: TypedValue, _ scope: Scope) -> Operand {
    if factor.suffixes.isEmpty, case .atom(let id) = factor.head { return operand(id, value, scope) }
    return Operand(value: value, span: factor.span)
  }

  /// `A^2 @ B`, the power being all of one operand.
  func refuseMatrixPower(_ id: ExprID, _ operand: Operand, _ scope: Scope) throws {
    guard operand.value.form == .matrix, case .run = scope.tree[id].kind else { return }
    let factors = scope.tree.group(id) { self.classify($0, scope) }.factors
    if factors.count == 1 { try refuseMatrixPower(factors[0], Operand(value: operand.value, span: factors[0].span)) }
  }

  private func refuseMatrixPower(_ factor: GroupedFactor, _ operand: Operand) throws {
    guard operand.value.form == .matrix, let last = factor.suffixes.last else { return }
    switch last.kind {
    case .power, .superscript: break
    default: return
    }
    let base = Span(file: Int(factor.span.file), start: Int(factor.span.start), end: Int(last.span.start))
    let name = shortText(base)
    throw Diagnostic(
      .error, .product, "'\(shortText(factor.span))' squares entries; as a factor it would be taken for a matrix power",
      at: factor.span,
      hints: [.init("the matrix product is   \(name) \(name)"), .init("entry by entry:   square(\(name))")])
  }

  // MARK: Factors

  /// A factor: what stands first with its calls, indices, transposes and powers applied from the inside out.
  func factor(_ factor: GroupedFactor, _ scope: Scope) throws -> Value {
    try descend(at: factor.span) {
      try graph.withOrigins([factor.span]) {
        var suffixes = factor.suffixes[...]
        var (current, span) = try head(factor, &suffixes, scope)
        for suffix in suffixes {
          let whole = span.union(suffix.span)
          current = try graph.withOrigins([whole]) { try apply(suffix, to: current, span, whole, scope) }
          span = whole
        }
        return current
      }
    }
  }

  private func head(
    _ factor: GroupedFactor, _ suffixes: inout ArraySlice<GroupedFactor.Suffix>, _ scope: Scope
  ) throws -> (Value, Span) {
    switch factor.head {
    case .parenthesised(let id):
      let first = factor.suffixes.first?.span.start ?? factor.span.end
      let span = Span(file: Int(factor.span.file), start: Int(factor.span.start), end: Int(first))
      return (try value(id, scope), span)
    case .atom(let id):
      let span = scope.tree[id].span
      if case .name(let name) = scope.tree[id].kind, let suffix = suffixes.first, case .call(let group) = suffix.kind {
        suffixes = suffixes.dropFirst()
        let whole = span.union(suffix.span)
        let result = try graph.withOrigins([whole]) { try call(name, group, nameSpan: span, at: whole, scope) }
        return (result, whole)
      }
      return (try value(id, scope), span)
    }
  }

  private func apply(
    _ suffix: GroupedFactor.Suffix, to value: Value, _ span: Span, _ whole: Span, _ scope: Scope
  ) throws -> Value {
    if case .call(let group) = suffix.kind { return try call(value, group, at: whole, scope) }
    if case .energies(let list) = value, case .index(let items) = suffix.kind {
      return try choose(from: list, items, at: whole, base: span, scope)
    }
    let base = try tensor(value, at: span)
    switch suffix.kind {
    case .call: return value
    case .index(let items): return .tensor(try index(base, items, at: whole, base: span, scope))
    case .transpose: return .tensor(try transpose(base, at: whole, base: span))
    case .superscript(let exponent):
      let node = graph.constant(Double(exponent), type: .int)
      return .tensor(try power(base, TypedValue(node, .scalar), at: whole, base: span))
    case .power(let exponent):
      var value = try tensor(factor(exponent.factor, scope), at: exponent.factor.span)
      try refuseBoolean(value, at: exponent.factor.span)
      let isNegative = exponent.signs.filter { $0 == .minus }.count % 2 == 1
      if isNegative { value = TypedValue(graph.negate(value.node), value.form) }
      return .tensor(try power(base, value, at: whole, base: span))
    }
  }

  func transpose(_ value: TypedValue, at span: Span, base: Span) throws -> TypedValue {
    switch value.form {
    case .vector, .column: return TypedValue(value.node, .row)
    case .row: return TypedValue(value.node, .vector)
    case .matrix: return TypedValue(graph.transpose(value.node), .matrix)
    case .scalar:
      throw Diagnostic(
        .error, .shape, "a real has no transpose", at: span,
        hints: [.init("^T is always the transpose; for a power named T write \(shortText(base))^(T)")])
    case .tensor:
      throw Diagnostic(
        .error, .shape, "\(typeText(value)) has no transpose", at: span,
        hints: [.init("name the axes: einsum(\"ijk->kji\", \(shortText(base)))")])
    }
  }

  private func power(_ base: TypedValue, _ exponent: TypedValue, at span: Span, base place: Span) throws -> TypedValue {
    try refuseBoolean(base, at: place)
    if let number = graph.constantValue(exponent.node), exponent.form == .scalar {
      if number == -1, base.form == .matrix {
        let name = shortText(place)
        throw Diagnostic(
          .error, .product, "'\(shortText(span))' could be the inverse or one over every entry", at: span,
          hints: [
            .init("to solve with it:   solve(\(name), b)"), .init("the inverse:   inv(\(name))"),
            .init("entry by entry:   1/\(name)"),
          ])
      }
      return TypedValue(graph.power(base.node, number), base.form)
    }
    let (a, b, form) = try broadcast(
      Operand(value: base, span: place), Operand(value: exponent, span: span), "^", at: span)
    return TypedValue(applyElementwise("pow", [a, b]), form)
  }

  // MARK: Products of linear algebra

  /// Factors multiplied, typed from left to right. Matrices before a vector are applied to it from the right, and what
  /// stands right of a column is reduced first: cheaper, and the same.
  func multiply(_ operands: [Operand], _ span: Span) throws -> TypedValue {
    try checkProduct(operands, span)
    let scalars = operands.filter { $0.value.form == .scalar }
    var rest = operands.filter { $0.value.form != .scalar }[...]
    var result = scalars.first
    for scalar in scalars.dropFirst() { result = result.map { pair($0, scalar) } }
    while let segment = nextSegment(&rest) { result = result.map { pair($0, segment) } ?? segment }
    return result?.value ?? TypedValue(graph.constant(1), .scalar)
  }

  /// Takes `row M … M [v]`, `M … M v`, `M … M` or one vector off the front and multiplies it out.
  private func nextSegment(_ rest: inout ArraySlice<Operand>) -> Operand? {
    guard let first = rest.popFirst() else { return nil }
    guard first.value.form == .row || first.value.form == .matrix else { return first }
    var taken = [first]
    while let next = rest.first, next.value.form == .matrix {
      taken.append(next)
      rest = rest.dropFirst()
    }
    if let next = rest.first, next.value.form == .vector || next.value.form == .column {
      taken.append(next)
      rest = rest.dropFirst()
      if first.value.form == .matrix {
        var result = next
        for matrix in taken.dropLast().reversed() { result = pair(matrix, result) }
        return result
      }
    }
    return taken.dropFirst().reduce(first) { pair($0, $1) }
  }

  private func pair(_ a: Operand, _ b: Operand) -> Operand {
    Operand(value: pairProduct(a, b), span: a.span.union(b.span))
  }

  /// Types a product from left to right; throws where a step has none.
  private func checkProduct(_ operands: [Operand], _ span: Span) throws {
    guard var left = operands.first else { return }
    var shape = graph.shape(left.value.node)
    var form = left.value.form
    for right in operands.dropFirst() {
      let other = graph.shape(right.value.node)
      let before = left
      if right.value.form == .scalar {
        left = Operand(
          value: left.value, span: left.span.union(right.span), name: left.name, provenance: left.provenance)
        continue
      }
      if form == .scalar {
        (shape, form) = (other, right.value.form)
        // A scalar in front changes neither the shape nor where it comes from.
        left = right
        continue
      }
      switch (form, right.value.form) {
      case (.row, .vector), (.row, .column), (.row, .matrix), (.matrix, .matrix), (.matrix, .vector),
        (.matrix, .column):
        guard let inner = shape.last, let first = other.first, try agree(inner, first) else {
          throw innerSizeError(before, right)
        }
        shape = Array(shape.dropLast()) + Array(other.dropFirst())
        form = shape.isEmpty ? .scalar : (shape.count == 2 ? .matrix : (form == .row ? .row : .vector))
      case (.vector, .row), (.column, .row):
        shape = [shape[0], other[0]]
        form = .matrix
      default:
        throw productError(before, right, whole: operands, runSpan: span)
      }
      let stand = graph.broadcast(graph.constant(0), to: shape)
      left = Operand(value: TypedValue(stand, form), span: before.span.union(right.span))
    }
  }

  /// The product of two factors that have one.
  private func pairProduct(_ a: Operand, _ b: Operand) -> TypedValue {
    let (left, right) = (a.value, b.value)
    return graph.withOrigins([a.span.union(b.span)]) {
      if left.form == .scalar || right.form == .scalar {
        let form = left.form == .scalar ? right.form : left.form
        return TypedValue(normalisedInteger(graph.multiply(left.node, right.node)), form)
      }
      let m = graph.shape(left.node)
      var n = graph.shape(right.node)
      // The inner sizes may agree by value only.
      if let inner = m.last, left.form == .row || left.form == .matrix { n[0] = inner }
      let factor = reshapedAlike(right.node, n)
      switch (left.form, right.form) {
      case (.row, .vector), (.row, .column):
        return TypedValue(graph.contract([(left.node, [0]), (factor, [0])], output: [], sizes: m), .scalar)
      case (.row, .matrix):
        return TypedValue(graph.contract([(left.node, [0]), (factor, [0, 1])], output: [1], sizes: n), .row)
      case (.matrix, .vector), (.matrix, .column):
        return TypedValue(graph.contract([(left.node, [0, 1]), (factor, [1])], output: [0], sizes: m), .vector)
      case (.matrix, .matrix):
        return TypedValue(
          graph.contract([(left.node, [0, 1]), (factor, [1, 2])], output: [0, 2], sizes: m + [n[1]]), .matrix)
      default:
        return TypedValue(
          graph.contract([(left.node, [0]), (right.node, [1])], output: [0, 1], sizes: [m[0], n[0]]), .matrix)
      }
    }
  }
}
