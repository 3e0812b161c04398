import EnergyIR
import EnergySyntax
import EnergyText

/// `unconstrained(E)`: the energy of coordinates that run over all of Rⁿ, with the log-Jacobian.
extension Elaborator {
  /// What the samples of a function are restricted to, in order; coordinates are free already.
  private func constraints(of value: Value) throws -> [(name: String, constraint: Constraint, type: TypeExpr?)] {
    guard let energy = innermost(value), let (_, parameters) = declaration(energy) else { return [] }
    let isFree = isUnconstrained(value)
    let scope = Scope(energy.definition.tree, number: freshScopeNumber())
    return try parameters.declarations.filter { energy.bound[$0.name.text] == nil }.map { declared in
      let type = isFree ? nil : declared.type
      let refinement = try type.map { try typeShape($0, scope) }?.refinements.first
      return (declared.name.text, Constraint(refinement: refinement), type)
    }
  }

  /// Refuses samples that have no such coordinates.
  func requireCoordinates(_ base: Value, at span: Span) throws {
    for (name, constraint, type) in try constraints(of: base) where !constraint.hasCoordinates {
      throw Diagnostic(
        .error, .type, "'\(name)' is a whole number; it has no unconstrained coordinates", at: span,
        notes: type.map { [.init("the type is declared", at: $0.span)] } ?? [],
        hints: [.init("give it first: unconstrained(\(shortText(span))(\(name) = …))")])
    }
  }

  /// Refuses coordinates of the wrong number.
  func requireCoordinates(
    _ function: Value, _ names: [String], _ shapes: [[Size]], _ samples: [String: Argument], at span: Span
  ) throws {
    let declared = try realise(function, nil, at: span)
    let constraints = try coordinateConstraints(of: function)
    for (position, sample) in declared.samples.enumerated() {
      let (wanted, given) = (graph.shape(sample.node), shapes[position])
      let constraint = constraints[safe: position]
      let fits =
        wanted.count == given.count && constraint.map { $0.constraint.sample(of: given) != nil } != false
        && zip(wanted, given).allSatisfy {
          value(of: $0) == nil || value(of: $1) == nil || value(of: $0) == value(of: $1)
        }
      if fits { continue }
      let place = samples[sample.name]?.span ?? span
      let type = constraint?.type.map { " : \(shortText($0.span))" } ?? ""
      throw Diagnostic(
        .error, .shape,
        "the coordinates of \(sample.name)\(type) are \(typeText(wanted)), and '\(shortText(place))' is "
          + typeText(given), at: place, label: typeText(given),
        notes: constraint?.type.map { [.init("\(sample.name) is declared", at: $0.span)] } ?? [])
    }
  }

  /// The constraints that the innermost `unconstrained` of a function lifts.
  private func coordinateConstraints(
    of value: Value
  ) throws -> [(name: String, constraint: Constraint, type: TypeExpr?)] {
    var current = value
    while case .derivative(let derivative) = current {
      if derivative.operation == .unconstrained, !isUnconstrained(derivative.base) {
        return try constraints(of: derivative.base)
      }
      current = derivative.base
    }
    return []
  }

  /// The energy of the coordinates: E(x(y)) − log |∂x/∂y|, for symbols y in place of the samples x.
  func unconstrained(_ base: Value, _ shapes: [[Size]]?, at span: Span) throws -> Realised {
    let constraints = try constraints(of: base).map(\.constraint)
    let sampleShapes = try shapes?.enumerated().map { position, shape -> [Size] in
      guard let found = constraints[position].sample(of: shape) else { throw AlreadyReported() }
      return found
    }
    let inner = try realise(base, sampleShapes, hasDomain: false, at: span)
    guard graph[inner.node].rank == 0 else {
      throw Diagnostic(
        .error, .type, "unconstrained takes a real function, and this one is \(typeText(graph.shape(inner.node)))",
        at: span)
    }
    var samples: [Realised.Sample] = []
    var map: [NodeID: NodeID] = [:]
    var terms: [(Double, NodeID)] = []
    for (position, sample) in inner.samples.enumerated() {
      let shape = graph.shape(sample.node)
      let coordinates = shapes?[position] ?? constraints[position].coordinates(of: shape)
      let symbol = graph.addSymbol(Symbol(name: sample.name, role: .sample, shape: coordinates))
      let node = graph.withOrigins(graph.origins(of: sample.node)) { graph.symbol(symbol) }
      provenances[node] = provenances[sample.node]
      samples.append(.init(name: sample.name, symbol: symbol, node: node))
      let image = constraints[position].apply(graph, to: node, shape: shape)
      map[sample.node] = image.sample
      terms.append((-1, image.logJacobian))
    }
    let energy = graph.substitute(inner.node, nodes: map)
    return Realised(samples: samples, parameters: inner.parameters, node: graph.sum([(1, energy)] + terms))
  }
}
