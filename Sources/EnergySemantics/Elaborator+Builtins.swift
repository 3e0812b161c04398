import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// A call of a built-in function.
  func callBuiltin(
    _ name: String, _ positional: [ExprID], _ named: [NamedArgument], at span: Span, _ scope: Scope
  ) throws -> Value {
    if Elaborator.operatorNames.contains(name) { return try callOperator(name, positional, named, at: span, scope) }
    switch name {
    case "load":
      throw Diagnostic(
        .error, .type, "load stands alone, as the value of a param or data", at: span,
        hints: [.init("data X : matrix[n, d] = load(\"x.csv\")")])
    case "random":
      throw Diagnostic(
        .error, .type, "random stands alone, as the value of a param", at: span,
        hints: [.init("param W : matrix[m, n] = random(seed = 0)")])
    case "fold", "scan":
      throw Diagnostic(
        .error, .arguments, "\(name) runs over an index", at: span,
        hints: [.init("write \(name)(t in 1..T, s = s0: next)")])
    default: break
    }
    if name == "size", positional.count == 1, named.isEmpty, case .energies(let list) = try value(positional[0], scope)
    {
      return sizeValue(Size(list.count))
    }
    var operands: [Operand] = []
    let pattern = leadingText(name, positional, scope)
    if pattern == nil, let wanted = StructuralBuiltins.named(name)?.pattern, let first = positional.first {
      throw Diagnostic(
        .error, .arguments, "\(name) begins with \(wanted)", at: scope.tree[first].span,
        hints: StructuralBuiltins.named(name).map { [.init("it is called as \($0.signature)")] } ?? [])
    }
    for id in positional.dropFirst(pattern == nil ? 0 : 1) {
      operands.append(operand(id, try tensor(id, scope), scope))
    }
    if isInferring, let first = operands.first { try refuseScalarReduction(name, first) }
    if let result = try indexFunction(name, operands) { return result }
    if name == "select" || name == "any" || name == "all" || name == "not" {
      if name == "select" { return .tensor(try select(operands, at: span)) }
    } else {
      for operand in operands { try refuseBoolean(operand.value, at: operand.span) }
    }
    try refuseListedArguments(name, operands, at: span)
    let isReduced = StructuralBuiltins.named(name) != nil && (operands.count == 1 || Builtins.named(name) == nil)
    if isReduced { return .tensor(try callStructural(name, pattern, operands, named, at: span, scope)) }
    guard let entry = Builtins.named(name) else { throw wrongCall(name, operands.count, at: span) }
    return .tensor(try callElementwise(entry, name, operands, named, at: span, scope))
  }

  /// A special function with arguments that aren't its own.
  private func wrongCall(_ name: String, _ count: Int, at span: Span) -> Diagnostic {
    let signature = SpecialFunction.all.first { $0.name == name }?.signature
    return Diagnostic(
      .error, .arguments, "\(name) doesn't take \(count == 1 ? "one argument" : "\(count) arguments")", at: span,
      hints: signature.map { [.init("it is called as \($0)")] } ?? [])
  }

  /// The text that some built-ins begin with: the indices of `einsum`.
  private func leadingText(_ name: String, _ positional: [ExprID], _ scope: Scope) -> (text: String, span: Span)? {
    guard let first = positional.first, StructuralBuiltins.named(name)?.pattern != nil,
      case .string(let text) = scope.tree[first].kind
    else { return nil }
    return (text, scope.tree[first].span)
  }

  /// An element-wise function of arguments of one shape or rank 0. Whole numbers beside reals are reals, so that
  /// `max(x, 0)` and `max(x, 0.0)` are one node.
  func applyElementwise(_ name: FunctionName, _ arguments: [NodeID]) -> NodeID {
    let hasReal = arguments.contains { graph[$0].type == .real }
    let nodes = arguments.map { node -> NodeID in
      guard hasReal, graph[node].type == .int, let number = graph.constantValue(node) else { return node }
      return graph.broadcast(graph.constant(number), to: graph.shape(node))
    }
    return Builtins.apply(graph, name, nodes)
  }

  private func callElementwise(
    _ entry: Builtin, _ name: String, _ operands: [Operand], _ named: [NamedArgument], at span: Span, _ scope: Scope
  ) throws -> TypedValue {
    var operands = operands
    let most = entry.parameters.count
    guard operands.count <= most || entry.isVariadic else {
      throw Diagnostic(
        .error, .arguments, "\(name) takes \(countText(most)), not \(operands.count)", at: span,
        hints: [.init("it is called as \(entry.signature)")]
          + (name == "log" ? [.init("to another base b: log(x)/log(b)")] : []))
    }
    for argument in named {
      let position = operands.count
      guard position < most, entry.parameters[position].name == argument.name.text else {
        throw Diagnostic(
          .error, .arguments, "\(name) takes no argument named '\(argument.name.text)' here", at: argument.name.span,
          hints: [.init("it is called as \(entry.signature)")])
      }
      operands.append(operand(argument.value, try number(argument.value, scope), scope))
    }
    guard operands.count >= entry.requiredCount else {
      throw Diagnostic(
        .error, .arguments, "\(name) takes \(countText(entry.requiredCount)), not \(operands.count)", at: span,
        hints: [.init("it is called as \(entry.signature)")])
    }
    for (parameter, operand) in zip(entry.parameters, operands)
    where parameter.isLiteral && graph.constantValue(operand.value.node) == nil {
      throw Diagnostic(
        .error, .arguments, "the argument '\(parameter.name)' of \(name) must be a number", at: operand.span)
    }
    let (nodes, form) = try broadcastAll(operands, name, at: span)
    return TypedValue(applyElementwise(entry.name, nodes), form)
  }

  private func callStructural(
    _ name: String, _ pattern: (text: String, span: Span)?, _ operands: [Operand], _ named: [NamedArgument],
    at span: Span, _ scope: Scope
  ) throws -> TypedValue {
    guard let entry = StructuralBuiltins.named(name) else { throw wrongCall(name, operands.count, at: span) }
    try refuseMatrixPowers(name, operands)
    var options: [String: TypedValue] = [:]
    var texts: [String: String] = [:]
    for argument in named {
      if !entry.options.contains(argument.name.text) {
        throw unknownOption(argument.name, of: name, signature: entry.signature, entry.options)
      }
      let key = argument.name.text
      guard options[key] == nil, texts[key] == nil else {
        throw Diagnostic(.error, .arguments, "the argument '\(key)' is given twice", at: argument.name.span)
      }
      if case .text(let text) = try value(argument.value, scope) {
        texts[key] = text
      } else {
        options[key] = try tensor(argument.value, scope)
      }
    }
    // Sizes that agree by value only are made one, and the function is built again: at most once for each size.
    var values = operands.map(\.value)
    while true {
      var equation: SizeEquation?
      var alias: (Size, Size)?
      var conditions: [Program.SizeCondition] = []
      let areEqual = { (a: Size, b: Size) -> Bool in
        do {
          guard try self.agree(a, b) else { return false }
          if a != b { alias = alias ?? (a, b) }
          return true
        } catch {
          equation = error as? SizeEquation
          return false
        }
      }
      do {
        let result = try entry.build(
          graph, values, options, texts: texts, pattern: pattern?.text, areEqual: areEqual
        ) { conditions.append(.init(size: $0, isEquation: false, message: $1, span: span)) }
        guard let (size, other) = alias else {
          program.sizeConditions += conditions
          return result
        }
        values = values.map { value in
          let shape = graph.shape(value.node).map { $0 == other ? size : $0 }
          return TypedValue(reshapedAlike(value.node, shape), value.form)
        }
      } catch {
        if let equation { throw equation }
        let option = error.option.flatMap { option in named.first { $0.name.text == option } }
        let place =
          error.argument.flatMap { operands[safe: $0]?.span } ?? option.map { scope.tree[$0.value].span }
          ?? (error.option == "pattern" ? pattern?.span : nil) ?? span
        let label = error.argument.flatMap { operands[safe: $0] }.map(described)
        throw Diagnostic(
          .error, DiagnosticCode(error.kind.rawValue), error.message, at: place, label: label,
          hints: error.hints.map { .init($0) })
      }
    }
  }

  /// `trace(A^2)` and the like: the entries' squares, where a matrix product is meant.
  private func refuseMatrixPowers(_ name: String, _ operands: [Operand]) throws {
    guard ["trace", "det", "inv", "solve", "logdet"].contains(name), let first = operands.first,
      first.value.form == .matrix, case .mul(let exponents) = graph[first.value.node].operation,
      exponents.count == 1, text(first.span).contains("^")
    else { return }
    let base = text(first.span).prefix { $0 != "^" }
    throw Diagnostic(
      .error, .product,
      "'\(shortText(first.span))' squares entries; inside \(name) it would be taken for a matrix power",
      at: first.span,
      hints: [.init("the matrix product is   \(base) \(base)"), .init("entry by entry:   square(\(base))")])
  }

  // MARK: Functions with rules of their own

  /// `mod`, `wrap` and `div` of indices and sizes stay index expressions.
  private func indexFunction(_ name: String, _ operands: [Operand]) throws -> Value? {
    guard ["mod", "wrap", "div"].contains(name), operands.count == 2 else { return nil }
    let (a, b) = (operands[0].value, operands[1].value)
    let isWhole = [a, b].allSatisfy { $0.form == .scalar && graph[$0.node].type == .int }
    if isWhole, name == "div", let divisor = graph.constantValue(b.node).flatMap({ Int(exactly: $0) }), divisor > 0,
      let size = affine(a.node)?.size
    {
      return scalarValue(graph.size(size.divided(by: divisor)))
    }
    if isWhole, let modulus = affine(b.node)?.size, name != "div" {
      if let number = modulus.constant, number < 1 {
        throw Diagnostic(.error, .index, "\(name) needs a positive second argument", at: operands[1].span)
      }
      let argument = name == "wrap" ? fromZero(a.node) : a.node
      if let wrapped = affine(argument)?.modulo(modulus) {
        let node = number(of: wrapped)
        return scalarValue(name == "wrap" ? graph.sum([(1, node)], constant: 1) : node)
      }
    }
    if name == "wrap" {
      let span = operands[0].span.union(operands[1].span)
      let (nodes, form) = try broadcastAll(operands, name, at: span)
      let shifted = applyElementwise("mod", [fromZero(nodes[0]), nodes[1]])
      return .tensor(TypedValue(graph.sum([(1, shifted)], constant: 1), form))
    }
    return nil
  }

  private func select(_ operands: [Operand], at span: Span) throws -> TypedValue {
    guard operands.count == 3 else {
      throw Diagnostic(
        .error, .arguments, "select takes 3 arguments, not \(operands.count)", at: span,
        hints: [.init("it is called as select(condition, a, b)")])
    }
    guard graph[operands[0].value.node].type == .bool else {
      throw Diagnostic(
        .error, .type, "the first argument of select must be a condition", at: operands[0].span,
        hints: [.init("compare it: \(shortText(operands[0].span)) > 0")])
    }
    let (nodes, form) = try broadcastAll(operands, "select", at: span)
    return TypedValue(graph.select(nodes[0], nodes[1], nodes[2]), form)
  }

  /// `sum(a, b)`: reductions take one tensor, so a list of numbers goes in brackets.
  private func refuseListedArguments(_ name: String, _ operands: [Operand], at span: Span) throws {
    guard operands.count > 1, ["sum", "prod", "mean", "norm", "norm1", "sumsq", "logsumexp", "var"].contains(name)
    else {
      return
    }
    let list = operands.map { shortText($0.span) }.joined(separator: ", ")
    var hints = [Diagnostic.Hint("of a list: \(name)([\(list)])")]
    if name == "logsumexp" { hints.insert(.init("of two numbers: logaddexp(\(list))"), at: 0) }
    throw Diagnostic(.error, .arguments, "\(name) takes one argument, not \(operands.count)", at: span, hints: hints)
  }

  /// Where shapes are inferred, a reduction is taken to mean a tensor.
  private func refuseScalarReduction(_ name: String, _ operand: Operand) throws {
    let reductions: Set<String> = [
      "sum", "prod", "min", "max", "mean", "var", "logsumexp", "softmax", "log_softmax", "norm", "norm1", "sumsq",
      "normalize", "cumsum", "cumprod", "sort",
    ]
    guard reductions.contains(name), operand.value.form == .scalar, !(name == "min" || name == "max") else { return }
    throw Diagnostic(.error, .shape, "\(name) takes a tensor", at: operand.span)
  }
}
