import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// The value of an expression.
  func value(_ id: ExprID, _ scope: Scope) throws -> Value {
    let node = scope.tree[id]
    return try descend(at: node.span) {
      try graph.withOrigins([node.span]) { try dispatch(id, node, scope) }
    }
  }

  /// The value of an expression that must be a tensor or a number.
  func tensor(_ id: ExprID, _ scope: Scope) throws -> TypedValue {
    try tensor(value(id, scope), at: scope.tree[id].span)
  }

  /// The tensor in a value; an energy without its argument is an error.
  func tensor(_ value: Value, at span: Span) throws -> TypedValue {
    switch value {
    case .tensor(let typed): return typed
    case .energy(let energy):
      let samples = sampleNames(energy).joined(separator: ", ")
      var hints = [Diagnostic.Hint("call it: \(shortText(span))(\(samples))")]
      if let (_, parameters) = declaration(energy), sampleNames(energy).count < parameters.declarations.count {
        let own = sampleNames(energy).first ?? ""
        hints.append(
          .init("if \(own) is a parameter, put ';' before it where \(energy.definition.name.text) is declared"))
      }
      throw Diagnostic(
        .error, .type, "'\(shortText(span))' is an energy; here a value is needed", at: span, hints: hints)
    case .derivative:
      throw Diagnostic(
        .error, .type, "'\(shortText(span))' is a function; here a value is needed", at: span,
        hints: [.init("call it: \(shortText(span))(x)")])
    case .energies:
      throw Diagnostic(
        .error, .type, "'\(shortText(span))' is a list of energies; here a value is needed", at: span,
        hints: [
          .init("call one of them: \(shortText(span))[1](x)"), .init("or all: sum(E in \(shortText(span)): E(x))"),
        ])
    case .network:
      throw Diagnostic(
        .error, .type, "'\(shortText(span))' is a network; here a value is needed", at: span,
        hints: [.init("call it: \(shortText(span))(x)")])
    case .text:
      throw Diagnostic(.error, .type, "a text can't be used as a value", at: span)
    }
  }

  /// A tensor of numbers: not of booleans.
  func number(_ id: ExprID, _ scope: Scope) throws -> TypedValue {
    try number(value(id, scope), at: scope.tree[id].span)
  }

  private func number(_ value: Value, at span: Span) throws -> TypedValue {
    let result = try tensor(value, at: span)
    try refuseBoolean(result, at: span)
    return result
  }

  func refuseBoolean(_ value: TypedValue, at span: Span) throws {
    guard graph[value.node].type == .bool else { return }
    throw Diagnostic(
      .error, .type, "'\(shortText(span))' is true or false, not a number", at: span,
      hints: [.init("write if \(shortText(span)) then 1 else 0")])
  }

  /// One real number, for places that can't take a tensor.
  func scalar(_ id: ExprID, _ scope: Scope, _ what: String) throws -> NodeID {
    let result = try number(id, scope)
    guard result.form == .scalar else {
      throw Diagnostic(
        .error, .shape, "\(what) must be a number, not \(typeText(result))", at: scope.tree[id].span)
    }
    return result.node
  }

  private func dispatch(_ id: ExprID, _ node: ExprNode, _ scope: Scope) throws -> Value {
    switch node.kind {
    case .hole: throw AlreadyReported()
    case .number(let literal):
      return scalarValue(graph.constant(literal.value, type: literal.isInteger ? .int : .real))
    case .string(let text): return .text(text)
    case .name(let name): return try lookup(name, at: node.span, scope)
    case .constant(let constant): return scalarValue(self.constant(constant))
    case .end:
      guard let last = ends.last else {
        throw Diagnostic(.error, .index, "'end' has a meaning only inside an index", at: node.span)
      }
      return sizeValue(last)
    case .nabla(let name): return try nabla(name, scope)
    case .norm(let inner): return try callBuiltin("norm", [inner], [], at: node.span, scope)
    case .list(let elements): return try list(elements, at: node.span, scope)
    case .builder(let body, let generators): return try builder(body, generators, scope)
    case .signed(let sign, let inner):
      let operand = try number(inner, scope)
      return .tensor(sign == .minus ? TypedValue(graph.negate(operand.node), operand.form) : operand)
    case .sum(let terms): return .tensor(try sum(terms, scope))
    case .product(let terms): return .tensor(try product(id, terms, scope))
    case .comparison(let first, let links): return .tensor(try comparison(first, links, scope))
    case .or(let operands): return .tensor(try connective("or", operands, scope))
    case .and(let operands): return .tensor(try connective("and", operands, scope))
    case .not(let inner): return .tensor(try connective("not", [inner], scope))
    case .conditional(let condition, let then, let otherwise):
      return .tensor(try conditional(condition, then, otherwise, scope))
    case .run: return try run(id, scope)
    }
  }

  func scalarValue(_ node: NodeID) -> Value { .tensor(TypedValue(node, .scalar)) }

  private func constant(_ constant: NamedConstant) -> NodeID {
    switch constant {
    case .pi: graph.constant(.pi)
    case .inf: graph.constant(.infinity)
    case .nan: graph.constant(.nan)
    case .true: graph.constant(1, type: .bool)
    case .false: graph.constant(0, type: .bool)
    }
  }

  // MARK: Sums and products

  /// A flat chain of + and −; a million terms are one loop and one node.
  private func sum(_ terms: [SumTerm], _ scope: Scope) throws -> TypedValue {
    try refuseEnergies(terms, scope)
    var collected: [(Double, NodeID)] = []
    var joined: Operand?
    for term in terms {
      let value = try summand(term, of: terms, scope)
      let sign = term.sign == .minus ? -1.0 : 1.0
      let next = operand(term.operand, value, scope)
      guard let left = joined else {
        joined = next
        collected.append((sign, value.node))
        continue
      }
      let span = left.span.union(next.span)
      if value.form == left.value.form || value.form == .scalar || left.value.form == .scalar {
        if value.form != .scalar, left.value.form != .scalar { try requireEqual(left, next, at: span) }
        let shaped = left.value.form == .scalar ? next : left
        let isScalar = value.form == .scalar
        collected.append((sign, isScalar ? value.node : reshapedAlike(value.node, graph.shape(shaped.value.node))))
        joined = Operand(
          value: shaped.value, span: span, name: shaped.name, provenance: shaped.provenance)
      } else {
        let (a, b, form) = try broadcast(
          Operand(
            value: TypedValue(graph.sum(collected), left.value.form), span: left.span, name: left.name,
            provenance: left.provenance), next, term.sign.rawValue, at: span)
        collected = [(1, a), (sign, b)]
        joined = Operand(value: TypedValue(a, form), span: span)
      }
    }
    return TypedValue(graph.sum(collected), joined?.value.form ?? .scalar)
  }

  /// A term of a sum; energies aren't added, their values are.
  private func summand(_ term: SumTerm, of terms: [SumTerm], _ scope: Scope) throws -> TypedValue {
    let result = try value(term.operand, scope)
    guard case .energy = result, terms.count > 1, terms.count <= 8 else {
      let value = try tensor(result, at: scope.tree[term.operand].span)
      try refuseBoolean(value, at: scope.tree[term.operand].span)
      return value
    }
    var written = ""
    for (position, other) in terms.enumerated() {
      var text = shortText(scope.tree[other.operand].span)
      if case .energy(let energy)? = try? value(other.operand, scope) {
        text += "(\(sampleNames(energy).joined(separator: ", ")))"
      }
      written += position == 0 ? text : " \(other.sign.rawValue) \(text)"
    }
    let span = terms.dropFirst().reduce(scope.tree[terms[0].operand].span) { $0.union(scope.tree[$1.operand].span) }
    throw Diagnostic(
      .error, .type, "energies aren't added, their values are", at: span,
      hints: [.init("in the body of an energy write \(written)")])
  }

  /// A flat chain of `* / @ · ×`, from left to right.
  private func product(_ id: ExprID, _ terms: [ProductTerm], _ scope: Scope) throws -> TypedValue {
    if let diagnostic = scope.tree.slashDiagnostic(id, classify: { self.classify($0, scope) }) { throw diagnostic }
    var result: Operand?
    for (position, term) in terms.enumerated() {
      let value = try number(term.operand, scope)
      let next = operand(term.operand, value, scope)
      guard let left = result else {
        result = next
        continue
      }
      let span = left.span.union(next.span)
      let product: TypedValue
      switch term.op {
      case .matmul:
        for (id, operand) in [(terms[position - 1].operand, left), (term.operand, next)] {
          try refuseMatrixPower(id, operand, scope)
        }
        product = try multiply([left, next], span)
      case .dot, .cross:
        try refuseAmbiguousDot(left, next, term)
        product = try elementwiseProduct(left, next, "*", exponent: 1, span)
      case .times: product = try elementwiseProduct(left, next, "*", exponent: 1, span)
      case .divide: product = try elementwiseProduct(left, next, "/", exponent: -1, span)
      }
      result = Operand(value: product, span: span)
    }
    return result?.value ?? TypedValue(graph.constant(1, type: .int), .scalar)
  }

  private func elementwiseProduct(
    _ a: Operand, _ b: Operand, _ symbol: String, exponent: Double, _ span: Span
  ) throws -> TypedValue {
    let (left, right, form): (NodeID, NodeID, Form)
    do {
      (left, right, form) = try broadcast(a, b, symbol, at: span)
    } catch var diagnostic as Diagnostic where diagnostic.code == .shape {
      // Who comes from MATLAB or R may mean the product of matrices.
      let (m, n) = (graph.shape(a.value.node), graph.shape(b.value.node))
      if symbol == "*", a.value.form == .matrix, b.value.form == .matrix, m[1] == n[0] {
        diagnostic.hints.append(.init("the matrix product is   \(shortText(a.span)) \(shortText(b.span))"))
      }
      throw diagnostic
    }
    let node = graph.product([(left, 1), (right, exponent)])
    return TypedValue(normalisedInteger(node), form)
  }

  private func refuseAmbiguousDot(_ a: Operand, _ b: Operand, _ term: ProductTerm) throws {
    guard a.value.form == .vector, b.value.form == .vector else { return }
    let (x, y) = (shortText(a.span), shortText(b.span))
    let paper = term.op == .dot ? "the dot product is   \(x)^T \(y)" : "the cross product is   cross(\(x), \(y))"
    throw Diagnostic(
      .error, .product, "'\(term.op.rawValue)' between two vectors has two readings", at: a.span.union(b.span),
      label: [a, b].map(described).joined(separator: ", "),
      hints: [.init(paper), .init("entry by entry:   \(x)*\(y)")])
  }

  // MARK: Broadcasting

  /// Refuses two operands of one form whose sizes differ.
  func requireEqual(_ a: Operand, _ b: Operand, at span: Span) throws {
    for (left, right) in zip(graph.shape(a.value.node), graph.shape(b.value.node)) where left != right {
      guard try agree(left, right) else { throw sizeMismatch(a, b, at: span) }
    }
  }

  /// Two operands of an element-wise operation in one shape or rank 0: equal forms, a scalar with anything, a row or
  /// column with a matrix, a column with a row. Nothing else.
  func broadcast(_ a: Operand, _ b: Operand, _ symbol: String, at span: Span) throws -> (NodeID, NodeID, Form) {
    let (left, right) = (a.value, b.value)
    if right.form == .scalar { return (left.node, right.node, left.form) }
    if left.form == .scalar { return (left.node, right.node, right.form) }
    if left.form == right.form {
      guard graph.shape(left.node).count == graph.shape(right.node).count else {
        throw broadcastError(a, b, symbol, at: span)
      }
      try requireEqual(a, b, at: span)
      return (left.node, reshapedAlike(right.node, graph.shape(left.node)), left.form)
    }
    switch (left.form, right.form) {
    case (.matrix, .row), (.matrix, .column):
      return (left.node, try spread(b, along: a, at: span), .matrix)
    case (.row, .matrix), (.column, .matrix):
      return (try spread(a, along: b, at: span), right.node, .matrix)
    case (.column, .row), (.row, .column):
      let (column, row) = left.form == .column ? (left.node, right.node) : (right.node, left.node)
      let shape = [graph.shape(column)[0], graph.shape(row)[0]]
      let columns = graph.contract([(column, [0])], output: [0, 1], sizes: shape)
      let rows = graph.contract([(row, [1])], output: [0, 1], sizes: shape)
      return left.form == .column ? (columns, rows, .matrix) : (rows, columns, .matrix)
    default:
      throw broadcastError(a, b, symbol, at: span)
    }
  }

  /// Sizes that agree only by value are told to the graph by a reshape, which moves nothing.
  func reshapedAlike(_ node: NodeID, _ shape: [Size]) -> NodeID {
    graph.shape(node) == shape ? node : graph.reshape(node, to: shape)
  }

  /// A row or column repeated to a matrix's shape.
  private func spread(_ vector: Operand, along matrix: Operand, at span: Span) throws -> NodeID {
    let shape = graph.shape(matrix.value.node)
    let axis = vector.value.form == .row ? 1 : 0
    let length = graph.shape(vector.value.node)[0]
    guard try agree(shape[axis], length) else {
      let what = vector.value.form == .row ? "columns" : "rows"
      throw Diagnostic(
        .error, .shape,
        "these sizes differ: \(typeText(matrix.value)) has \(shape[axis]) \(what), "
          + "\(typeText(vector.value)) has \(length) entries", at: span,
        label: [matrix, vector].map(described).joined(separator: ", "))
    }
    return graph.contract(
      [(reshapedAlike(vector.value.node, [shape[axis]]), [axis])], output: [0, 1], sizes: shape)
  }

  /// Several arguments of an element-wise function in one shape or rank 0.
  func broadcastAll(_ operands: [Operand], _ symbol: String, at span: Span) throws -> ([NodeID], Form) {
    guard var joined = operands.first else { return ([], .scalar) }
    for next in operands.dropFirst() {
      let (a, b, form) = try broadcast(joined, next, symbol, at: span)
      let keepsFirst = form == joined.value.form && joined.value.form != .scalar
      joined = Operand(
        value: TypedValue(keepsFirst ? a : b, form), span: joined.span, name: joined.name,
        provenance: joined.provenance)
    }
    let whole = joined
    let nodes = try operands.map { operand -> NodeID in
      if operand.value.form == .scalar || whole.value.form == .scalar { return operand.value.node }
      return try broadcast(whole, operand, symbol, at: span).1
    }
    return (nodes, whole.value.form)
  }
}
