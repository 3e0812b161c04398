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

  /// `grad(E)`, `score(E, theta)`, `hvp(E, v)`, `hvp(E, v, theta)`, `grad(loss, W)`, `unconstrained(E)`.
  func callOperator(
    _ name: String, _ positional: [ExprID], _ named: [NamedArgument], at span: Span, _ scope: Scope
  ) throws -> Value {
    guard let operation = Program.Operator(rawValue: name) else { throw AlreadyReported() }
    let (wanted, form) = operation.call
    guard wanted.contains(positional.count), named.isEmpty else {
      throw Diagnostic(.error, .arguments, "\(name) is called as \(form)", at: span)
    }
    let base = asEnergy(try value(positional[0], scope))
    let place = scope.tree[positional[0]].span
    let vector = operation == .hvp ? try number(positional[1], scope) : nil
    let by = try positional[safe: operation == .hvp ? 2 : 1].map { try targetName($0, name, scope) }
    if case .tensor(let value) = base, operation != .unconstrained, let by {
      return try valueDerivative(operation, value, vector, by, at: span, place: place)
    }
    try requireFunction(base, operation, at: place)
    if operation == .unconstrained { try requireCoordinates(base, at: place) }
    return .derivative(DerivativeValue(operation: operation, base: base, by: by?.text, vector: vector))
  }

  private func targetName(_ id: ExprID, _ function: String, _ scope: Scope) throws -> Name {
    if case .name(let text) = scope.tree[id].kind {
      targetPlaces[parameterName(text, scope)] = scope.tree[id].span
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

  /// The derivative of a real value by a parameter is a value.
  private func valueDerivative(
    _ operation: Program.Operator, _ value: TypedValue, _ vector: TypedValue?, _ by: Name, at span: Span, place: Span
  ) throws -> Value {
    guard value.form == .scalar else {
      throw Diagnostic(
        .error, .type, "\(operation.rawValue) takes a real value, and '\(shortText(place))' is \(typeText(value))",
        at: place, hints: [.init("add its entries up: sum(\(shortText(place)))")])
    }
    let symbol = try parameterNode(by.text, of: nil, at: by.span)
    let derivative = DerivativeValue(operation: operation, base: .tensor(value), by: by.text, vector: vector)
    let node = try derivativeNode(derivative, withoutDefinitions(value.node), by: [symbol], at: span)
    return .tensor(TypedValue(node, in: graph))
  }

  /// The tensor that a name means as the second argument of `grad`: own parameters first, then top-level ones.
  private func parameterNode(_ name: String, of realised: Realised?, at span: Span) throws -> NodeID {
    if let own = realised?.parameters[name] { return own }
    let candidates = ownParameters.filter { $0.key.name == name }.map(\.value).sorted()
    if let root = realised?.node, candidates.count > 1 {
      let used = Set(graph.postorder(withoutDefinitions(root)))
      if let found = candidates.first(where: used.contains) { return found }
    }
    if let own = candidates.first { return own }
    let all = modules.values.flatMap(\.order).filter { if case .parameter = $0.kind { true } else { false } }
    if let definition = all.first(where: { displayName($0) == name }), case .parameter(_, let role) = definition.kind {
      if role == .parameter { return try tensor(value(of: definition, at: span), at: span).node }
      throw Diagnostic(
        .error, .type, "'\(name)' is data, and data are never differentiated", at: span,
        notes: [.init("'\(name)' is declared", at: definition.name.span)],
        hints: [.init("to differentiate by it, declare it with 'param'")])
    }
    if let weight = networkWeights[name] { return weight }
    let known = all.filter { if case .parameter(_, .parameter) = $0.kind { true } else { false } }.map(displayName)
    let own = realised.map { Array($0.parameters.keys) + $0.samples.map(\.name) } ?? []
    let dotted = Set(ownParameters.keys.map(\.name) + networkWeights.keys)
    let guess = didYouMean(name, among: known + own + dotted)
    let choices = (own.sorted() + known.sorted() + dotted.sorted()).prefix(8)
    throw Diagnostic(
      .error, .unknown, "there is no parameter '\(name)'\(guess.map { "; did you mean '\($0)'?" } ?? "")", at: span,
      hints: choices.isEmpty ? [] : [.init("there are: \(choices.joined(separator: ", "))")])
  }

  /// The value with top-level `let`s replaced by what they stand for, so that gradients flow through them.
  func withoutDefinitions(_ node: NodeID) -> NodeID {
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
      let symbol = try parameterNode(by, of: base, at: targetPlaces[by] ?? span)
      return try derivativeNode(derivative, withoutDefinitions(base.node), by: [symbol], at: span)
    }
    return try derivativeNode(derivative, base.node, by: base.samples.map(\.node), at: span)
  }

  /// A derivative by an argument that has been given: by a symbol in its place, which then becomes the value again.
  func realiseByGivenArgument(
    _ derivative: DerivativeValue, _ shapes: [[Size]]?, hasDomain: Bool, at span: Span
  ) throws -> Realised? {
    guard let by = derivative.by, var energy = innermost(derivative.base), case .tensor(let given)? = energy.bound[by]
    else { return nil }
    let symbol = graph.symbol(Symbol(name: by, role: .parameter, shape: graph.shape(given.node)))
    energy.bound[by] = .tensor(TypedValue(symbol, given.form))
    let base = try realise(rebased(derivative.base, energy), shapes, hasDomain: hasDomain, at: span)
    let node = try derivativeNode(derivative, base.node, by: [symbol], at: span)
    return Realised(
      samples: base.samples, parameters: base.parameters,
      node: graph.substitute(node, nodes: [symbol: withoutDefinitions(given.node)]))
  }

  private func derivativeNode(
    _ derivative: DerivativeValue, _ root: NodeID, by symbols: [NodeID], at span: Span
  ) throws -> NodeID {
    let packing = PackedTensors(graph: graph, shapes: symbols.map(graph.shape))
    switch derivative.operation {
    case .gradient: return packing.packed(operators.gradients(graph, of: root, by: symbols))
    case .score: return graph.negate(packing.packed(operators.gradients(graph, of: root, by: symbols)))
    case .laplacian: return operators.laplacian(graph, of: root, by: symbols)
    case .hessian:
      return packing.packed(
        blocks: symbols.map { rows in
          symbols.map { operators.hessian(graph, of: root, by: rows, and: $0) }
        })
    case .hvp:
      let whole = packing.shape
      guard let vector = derivative.vector, try isShape(vector, whole) else {
        throw Diagnostic(
          .error, .shape, "the vector of hvp must have the sample's shape, \(typeText(whole))", at: span,
          label: derivative.vector.map(typeText))
      }
      let parts = packing.unpacked(
        graph.shape(vector.node) == whole ? vector.node : graph.reshape(vector.node, to: whole))
      return packing.packed(operators.hessianVectorProducts(graph, of: root, by: symbols, times: parts))
    case .unconstrained: throw AlreadyReported()
    }
  }

  private func isShape(_ value: TypedValue, _ shape: [Size]) throws -> Bool {
    let own = graph.shape(value.node)
    return try own.count == shape.count && value.form != .row && zip(own, shape).allSatisfy { try agree($0, $1) }
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

  func rebased(_ value: Value, _ energy: EnergyValue) -> Value {
    guard case .derivative(let derivative) = value else { return .energy(energy) }
    return .derivative(
      DerivativeValue(
        operation: derivative.operation, base: rebased(derivative.base, energy), by: derivative.by,
        vector: derivative.vector))
  }

  /// Whether the samples of a function are coordinates of those that its energy declares.
  func isUnconstrained(_ value: Value) -> Bool {
    guard case .derivative(let derivative) = value else { return false }
    return derivative.operation == .unconstrained || isUnconstrained(derivative.base)
  }

  /// `score(E)(x)`: the derivative's formula with the samples replaced. Own parameters alone make an instance.
  func call(_ derivative: DerivativeValue, _ arguments: Arguments, at span: Span, _ scope: Scope) throws -> Value {
    guard var energy = innermost(.derivative(derivative)) else { throw AlreadyReported() }
    let (given, missing) = try split(arguments, of: energy, at: span, scope)
    let names = sampleNames(energy)
    var samples: [String: Argument] = [:]
    for (name, argument) in given {
      if names.contains(name) { samples[name] = argument } else { bind(name, argument, to: &energy) }
    }
    let function = rebased(.derivative(derivative), energy)
    if samples.isEmpty, !given.isEmpty, !missing.isEmpty { return function }
    guard missing.isEmpty else {
      throw Diagnostic(
        .error, .arguments, "\(derivative.operation.rawValue)(\(energy.name)) needs its argument '\(missing[0])'",
        at: span)
    }
    if let extent = try batchExtent(energy, samples, isUnconstrained: isUnconstrained(function), at: span) {
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
    let shapes = values.map { graph.shape($0.node) }
    if isUnconstrained(function) { try requireCoordinates(function, names, shapes, samples, at: span) }
    let realised = try realise(function, shapes, at: span)
    var map: [NodeID: NodeID] = [:]
    for (sample, value) in zip(realised.samples, values) { map[sample.node] = value.node }
    return TypedValue(graph.substitute(realised.node, nodes: map), in: graph)
  }
}

extension Program.Operator {
  /// How many arguments it takes, and how it is called.
  fileprivate var call: (count: ClosedRange<Int>, form: String) {
    switch self {
    case .gradient, .score, .hessian, .laplacian: (1...2, "\(rawValue)(E) or \(rawValue)(E, name)")
    case .hvp: (2...3, "hvp(E, v) or hvp(E, v, name)")
    case .unconstrained: (1...1, "unconstrained(E)")
    }
  }
}
