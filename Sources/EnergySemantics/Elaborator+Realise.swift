import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

/// An energy with symbols for its samples: what stands alone can be evaluated and differentiated.
struct Realised {
  struct Sample {
    let name: String
    let symbol: Symbol.ID
    let node: NodeID
  }

  let samples: [Sample]
  /// Own parameters that the body uses, by name.
  let parameters: [String: NodeID]
  let node: NodeID
}

/// What a realisation depends on.
struct RealisationKey: Hashable {
  let value: Value
  let shapes: [[Size]]?
  let hasDomain: Bool
}

extension Elaborator {
  // MARK: Standing alone

  /// An energy or derivative with symbols for its samples; shapes as declared, or those given.
  /// - Parameter hasDomain: whether it is +inf outside the domain of its samples.
  func realise(_ value: Value, _ shapes: [[Size]]?, hasDomain: Bool = true, at span: Span) throws -> Realised {
    let key = RealisationKey(value: value, shapes: shapes, hasDomain: hasDomain)
    if let known = realised[key] { return known }
    // The result is remembered for every place, so no condition of this one may help to prove its indices.
    let saved = (guards, ends)
    (guards, ends) = ([], [])
    defer { (guards, ends) = saved }
    let result: Realised
    switch asEnergy(value) {
    case .energy(let energy): result = try realise(energy, shapes, hasDomain: hasDomain, at: span)
    case .derivative(let derivative) where derivative.operation == .unconstrained:
      result = try unconstrained(derivative.base, shapes, at: span)
    case .derivative(let derivative):
      if let known = try realiseByGivenArgument(derivative, shapes, hasDomain: hasDomain, at: span) {
        result = known
        break
      }
      var base = try realise(derivative.base, shapes, hasDomain: hasDomain, at: span)
      if shapes == nil, let known = sampleShape(of: base, from: derivative) {
        base = try realise(derivative.base, [known], hasDomain: hasDomain, at: span)
      }
      let node = try derivativeNode(derivative, base, at: span)
      result = Realised(samples: base.samples, parameters: base.parameters, node: node)
    case .tensor, .energies, .text, .network: throw AlreadyReported()
    }
    realised[key] = result
    return result
  }

  /// The shape of the one sample that the vector of `hvp` says, where the energy is for any size.
  private func sampleShape(of base: Realised, from derivative: DerivativeValue) -> [Size]? {
    guard derivative.operation == .hvp, let vector = derivative.vector, base.samples.count == 1,
      derivative.by == nil || derivative.by == base.samples[0].name
    else { return nil }
    let (own, given) = (graph.shape(base.samples[0].node), graph.shape(vector.node))
    guard own != given, own.count == given.count,
      zip(own, given).allSatisfy({ $0 == $1 || $0.dimensions.contains { $0.scope != 0 } })
    else { return nil }
    return given
  }

  private func realise(
    _ energy: EnergyValue, _ shapes: [[Size]]?, hasDomain: Bool, at span: Span
  ) throws -> Realised {
    guard let (_, parameters) = declaration(energy) else { throw AlreadyReported() }
    let names = sampleNames(energy)
    let declarations = parameters.declarations.filter { energy.bound[$0.name.text] == nil }
    if shapes == nil {
      let open = parameters.declarations.filter { $0.type == nil && energy.bound[$0.name.text] == nil }
      let openOwn = parameters.own.filter {
        $0.type == nil && $0.defaultValue == nil && energy.bound[$0.name.text] == nil
      }
      if !open.isEmpty || !openOwn.isEmpty {
        return try inferShapes(of: energy, open.map(\.name.text), openOwn.map(\.name.text)) {
          try self.realise(energy, declarations, names, nil, hasDomain: hasDomain, at: span)
        }
      }
    }
    return try realise(energy, declarations, names, shapes, hasDomain: hasDomain, at: span)
  }

  /// Energies given as arguments may settle sizes that the signature leaves open: of `sphere(base = left)` the sample
  /// has as many entries as left's. Each size found that way is one more try.
  private func realise(
    _ energy: EnergyValue, _ declarations: [Declaration], _ names: [String], _ shapes: [[Size]]?, hasDomain: Bool,
    at span: Span
  ) throws -> Realised {
    let scope = Scope(energy.definition.tree, number: freshScopeNumber())
    let takesEnergies = energy.bound.values.contains { value in
      if case .tensor = value { false } else { true }
    }
    guard shapes == nil, takesEnergies else {
      return try realise(energy, declarations, names, shapes, scope, hasDomain: hasDomain, at: span)
    }
    let saved = settledDimensions
    defer { settledDimensions = saved }
    let mark = self.mark
    for _ in 0..<64 {
      do {
        return try realise(energy, declarations, names, nil, scope, settles: true, hasDomain: hasDomain, at: span)
      } catch let equation as SizeEquation where equation.dimension.scope == scope.number {
        restore(mark)
        let map = [equation.dimension: equation.size]
        for case (let name, .size(let size, let provenance)) in scope.names {
          scope.names[name] = .size(size.substituting(map), provenance)
        }
      }
    }
    throw Diagnostic(.error, .size, "the sizes can't be inferred here: give the types", at: span)
  }

  private func realise(
    _ energy: EnergyValue, _ declarations: [Declaration], _ names: [String], _ shapes: [[Size]]?, _ scope: Scope,
    settles: Bool = false, hasDomain: Bool, at span: Span
  ) throws -> Realised {
    // Arguments given already fix the sizes that they share with the samples.
    if let (_, parameters) = declaration(energy) {
      for declared in solvable(parameters.declarations + parameters.own, scope.tree) {
        guard let argument = bound(declared.name.text, of: energy, at: span) else { continue }
        try take(argument, declared, scope)
      }
      try settleDefaults(parameters.own.filter { energy.bound[$0.name.text] == nil }, scope)
    }
    var samples: [Realised.Sample] = []
    var arguments: [String: Argument] = [:]
    for (position, declaration) in declarations.enumerated() {
      let name = declaration.name.text
      var shape = shapes?[safe: position] ?? assumedShapes[name] ?? []
      var type: TypeShape?
      if let written = declaration.type {
        let typed = try typeShape(written, scope)
        if typed.isEnergy || typed.network != nil || typed.form == .row {
          throw Diagnostic(
            .error, .type, "a sample is a real or a tensor, not \(shortText(written.span))", at: written.span,
            hints: typed.isEnergy
              ? [.init("energies are given by name: put '\(name) : \(shortText(written.span))' behind ';'")] : [])
        }
        if shapes == nil { shape = try self.shape(typed, scope) }
        type = typed
      }
      if settles { settledDimensions.formUnion(shape.flatMap(\.dimensions).filter { $0.scope == scope.number }) }
      let symbol = graph.addSymbol(
        Symbol(
          name: name, role: .sample, shape: shape, type: type?.element ?? .real, refinements: type?.refinements ?? []))
      let node = graph.withOrigins([declaration.span]) { graph.symbol(symbol) }
      let provenance = Provenance(span: declaration.span, isArgument: true)
      provenances[node] = provenance
      samples.append(.init(name: name, symbol: symbol, node: node))
      arguments[name] = (.tensor(TypedValue(node, in: graph)), declaration.name.span, provenance)
    }
    let node = try inline(energy, arguments, at: span, isCall: false, hasDomain: hasDomain).node
    var own: [String: NodeID] = [:]
    if let (_, parameters) = declaration(energy) {
      let used = Set(graph.postorder(node))
      for declared in parameters.own {
        let name = "\(energy.name).\(declared.name.text)"
        for (key, candidate) in ownParameters where key.name == name || key.name.hasPrefix(name + ".") {
          let short = String(key.name.dropFirst(energy.name.count + 1))
          if own[short] == nil || used.contains(candidate) { own[short] = candidate }
        }
      }
    }
    return Realised(samples: samples, parameters: own, node: node)
  }
}
