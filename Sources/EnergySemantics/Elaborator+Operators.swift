import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// `∇E`.
  func nabla(_ name: Name, _ scope: Scope) throws -> Value {
    let base = asEnergy(try lookup(name.text, at: name.span, scope))
    try requireFunction(base, .gradient, at: name.span)
    return .derivative(DerivativeValue(operation: .gradient, base: base, by: nil, vector: nil))
  }

  /// `grad(E)`, `score(E, theta)`, `hvp(E, v)`, `grad(loss, W)`.
  func callOperator(
    _ name: String, _ positional: [ExprID], _ named: [NamedArgument], at span: Span, _ scope: Scope
  ) throws -> Value {
    guard let operation = Program.Operator(rawValue: name) else {
      throw Diagnostic(.error, .unsupported, "\(name) isn't supported yet", at: span)
    }
    let wanted = operation == .hvp ? 2...2 : 1...2
    guard wanted.contains(positional.count), named.isEmpty else {
      let form = operation == .hvp ? "hvp(E, v)" : "\(name)(E) or \(name)(E, name)"
      throw Diagnostic(.error, .arguments, "\(name) is called as \(form)", at: span)
    }
    let base = asEnergy(try value(positional[0], scope))
    let place = scope.tree[positional[0]].span
    if operation == .hvp {
      try requireFunction(base, operation, at: place)
      let vector = try number(positional[1], scope)
      return .derivative(DerivativeValue(operation: operation, base: base, by: nil, vector: vector))
    }
    let by = try positional[safe: 1].map { try targetName($0, name, scope) }
    if case .tensor(let value) = base { return try valueGradient(operation, value, by, at: span, place: place) }
    try requireFunction(base, operation, at: place)
    return .derivative(DerivativeValue(operation: operation, base: base, by: by?.text, vector: nil))
  }

  private func targetName(_ id: ExprID, _ function: String, _ scope: Scope) throws -> Name {
    if case .name(let text) = scope.tree[id].kind {
      return Name(parameterName(text, scope), at: scope.tree[id].span)
    }
    throw Diagnostic(
      .error, .arguments, "the second argument of \(function) is the name to differentiate by", at: scope.tree[id].span)
  }

  /// What a name in an imported source means where derivatives are taken: its own parameters by their names outside.
  private func parameterName(_ name: String, _ scope: Scope) -> String {
    guard let found = definition(name, scope), case .parameter(_, .parameter) = found.kind else { return name }
    return displayName(found)
  }

  private func requireFunction(_ base: Value, _ operation: Program.Operator, at span: Span) throws {
    switch base {
    case .energy, .derivative: return
    case .energies:
      throw Diagnostic(
        .error, .type, "\(operation.rawValue) takes one energy, and '\(shortText(span))' is a list of them", at: span,
        hints: [.init("of one of them: \(operation.rawValue)(\(shortText(span))[1])")])
    case .network(let net):
      throw Diagnostic(
        .error, .type, "\(operation.rawValue) takes a real function, and \(net.name) is \(net.type.text)", at: span,
        hints: [
          .init("write an energy of its outputs: energy E(x : vector[\(net.type.sizes[0])]) = sumsq(\(net.name)(x))")
        ])
    case .tensor, .text:
      throw Diagnostic(
        .error, .type, "\(operation.rawValue) takes an energy, and '\(shortText(span))' is a value", at: span,
        hints: [.init("name the energy itself: \(operation.rawValue)(E)(x), not \(operation.rawValue)(E(x))")])
    }
  }

  /// The gradient of a real value by a parameter is a value.
  private func valueGradient(
    _ operation: Program.Operator, _ value: TypedValue, _ by: Name?, at span: Span, place: Span
  ) throws -> Value {
    guard operation == .gradient, let by, value.form == .scalar else {
      try requireFunction(.tensor(value), operation, at: place)
      throw AlreadyReported()
    }
    let symbol = try parameterNode(by.text, of: nil, at: by.span)
    let node = operators.gradient(graph, of: withoutDefinitions(value.node), by: symbol)
    return .tensor(TypedValue(node, in: graph))
  }

  /// The tensor that a name means as the second argument of `grad`: own parameters first, then top-level ones.
  private func parameterNode(_ name: String, of realised: Realised?, at span: Span) throws -> NodeID {
    if let own = realised?.parameters[name] { return own }
    if let own = ownParameters.first(where: { $0.key.name == name })?.value { return own }
    let known = modules.values.flatMap(\.order).filter {
      if case .parameter(_, .parameter) = $0.kind { true } else { false }
    }
    if let definition = known.first(where: { displayName($0) == name }) {
      return try tensor(value(of: definition, at: span), at: span).node
    }
    if let weight = networkWeights[name] { return weight }
    let guess = didYouMean(
      name, among: known.map(displayName) + networkWeights.keys + (realised?.parameters.keys ?? [:].keys))
    throw Diagnostic(
      .error, .unknown, "there is no parameter '\(name)'\(guess.map { "; did you mean '\($0)'?" } ?? "")", at: span)
  }

  /// The value with top-level `let`s replaced by what they stand for, so that gradients flow through them.
  private func withoutDefinitions(_ node: NodeID) -> NodeID {
    var result = node
    for _ in 0..<64 {
      let used = graph.postorder(result).filter { definitionNodes[$0] != nil }
      if used.isEmpty { return result }
      var map: [NodeID: NodeID] = [:]
      for symbol in used { map[symbol] = definitionNodes[symbol] }
      result = graph.substitute(result, nodes: map)
    }
    return result
  }

  // MARK: Derivatives of energies

  /// The value of a derivative at the samples' symbols.
  func derivativeNode(_ derivative: DerivativeValue, _ base: Realised, at span: Span) throws -> NodeID {
    guard graph[base.node].rank == 0 else {
      throw Diagnostic(
        .error, .type,
        "\(derivative.operation.rawValue) takes a real function, and this one is "
          + typeText(graph.shape(base.node)), at: span)
    }
    if let by = derivative.by {
      if let sample = base.samples.first(where: { $0.name == by }) {
        return try derivativeNode(derivative, base.node, by: [sample.node], at: span)
      }
      let symbol = try parameterNode(by, of: base, at: span)
      return try derivativeNode(derivative, withoutDefinitions(base.node), by: [symbol], at: span)
    }
    return try derivativeNode(derivative, base.node, by: base.samples.map(\.node), at: span)
  }

  private func derivativeNode(
    _ derivative: DerivativeValue, _ root: NodeID, by symbols: [NodeID], at span: Span
  ) throws -> NodeID {
    switch derivative.operation {
    case .gradient: return packed(symbols.map { operators.gradient(graph, of: root, by: $0) })
    case .score: return graph.negate(packed(symbols.map { operators.gradient(graph, of: root, by: $0) }))
    case .laplacian: return graph.sum(symbols.map { (1, operators.laplacian(graph, of: root, by: $0)) })
    case .hessian, .hvp:
      guard symbols.count == 1, let symbol = symbols.first else {
        throw Diagnostic(
          .error, .unsupported, "\(derivative.operation.rawValue) of several samples together isn't supported yet",
          at: span, hints: [.init("name one: \(derivative.operation.rawValue)(E, x)")])
      }
      guard derivative.operation == .hvp else { return operators.hessian(graph, of: root, by: symbol) }
      guard let vector = derivative.vector, graph.shape(vector.node) == graph.shape(symbol) else {
        let shape = typeText(graph.shape(symbol))
        throw Diagnostic(
          .error, .shape, "the vector of hvp must have the sample's shape, \(shape)", at: span,
          label: derivative.vector.map(typeText))
      }
      return operators.hessianVectorProduct(graph, of: root, by: symbol, times: vector.node)
    }
  }

  /// Several tensors as one flat vector, in order; one tensor keeps its shape.
  private func packed(_ nodes: [NodeID]) -> NodeID {
    guard nodes.count > 1 else { return nodes.first ?? graph.constant(0) }
    let lengths = nodes.map { graph.shape($0).reduce(Size(1), *) }
    let total = lengths.reduce(Size(0), +)
    var offset = Size(0)
    var terms: [(Double, NodeID)] = []
    for (node, length) in zip(nodes, lengths) {
      if graph[node].rank == 0 {
        terms.append((1, graph.scatter(node, [.at(IndexExpression(offset))], shape: [total])))
        offset = offset + length
        continue
      }
      let flat = graph.reshape(node, to: [length])
      let index = graph.freshVariable(length)
      let entry = graph.index(flat, [.at(IndexExpression(index))])
      let place = IndexExpression([(index, 1)], offset: offset)
      terms.append((1, graph.reduce(.sum, [index], .always, graph.scatter(entry, [.at(place)], shape: [total]))))
      offset = offset + length
    }
    return graph.sum(terms)
  }

  // MARK: Calls of derivatives

  /// The energy at the bottom of nested operators.
  func innermost(_ value: Value) -> EnergyValue? {
    switch value {
    case .energy(let energy): return energy
    case .derivative(let derivative): return innermost(derivative.base)
    case .network:
      guard case .energy(let energy) = asEnergy(value) else { return nil }
      return energy
    case .tensor, .energies, .text: return nil
    }
  }

  private func rebased(_ value: Value, _ energy: EnergyValue) -> Value {
    guard case .derivative(let derivative) = value else { return .energy(energy) }
    return .derivative(
      DerivativeValue(
        operation: derivative.operation, base: rebased(derivative.base, energy), by: derivative.by,
        vector: derivative.vector))
  }

  /// `score(E)(x)`: the derivative's formula with the samples replaced.
  func call(_ derivative: DerivativeValue, _ arguments: Arguments, at span: Span, _ scope: Scope) throws -> Value {
    guard var energy = innermost(.derivative(derivative)) else { throw AlreadyReported() }
    let (given, missing) = try split(arguments, of: energy, at: span, scope)
    let names = sampleNames(energy)
    guard missing.isEmpty else {
      throw Diagnostic(
        .error, .arguments, "\(derivative.operation.rawValue)(\(energy.name)) needs its argument '\(missing[0])'",
        at: span)
    }
    var samples: [String: Argument] = [:]
    for (name, argument) in given {
      if names.contains(name) { samples[name] = argument } else { energy.bound[name] = argument.value }
    }
    let function = rebased(.derivative(derivative), energy)
    if let extent = try batchExtent(energy, samples, at: span) {
      return .tensor(try batch(samples, extent) { try self.evaluate(function, names, $0, at: span) })
    }
    return .tensor(try evaluate(function, names, samples, at: span))
  }

  private func evaluate(
    _ function: Value, _ names: [String], _ samples: [String: Argument], at span: Span
  ) throws -> TypedValue {
    var values: [TypedValue] = []
    for name in names {
      guard let argument = samples[name] else { throw AlreadyReported() }
      let value = try tensor(argument.value, at: argument.span)
      guard value.form != .row, value.form != .column else {
        throw Diagnostic(
          .error, .shape, "a sample is a vector, and '\(shortText(argument.span))' is \(typeText(value))",
          at: argument.span, hints: [.init("as a vector: (\(shortText(argument.span)))^T")])
      }
      values.append(value)
    }
    let realised = try realise(function, values.map { graph.shape($0.node) }, at: span)
    var map: [NodeID: NodeID] = [:]
    for (sample, value) in zip(realised.samples, values) { map[sample.node] = value.node }
    return TypedValue(graph.substitute(realised.node, nodes: map), in: graph)
  }
}
