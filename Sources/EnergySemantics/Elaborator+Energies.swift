import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// The declaration behind an energy.
  func declaration(_ energy: EnergyValue) -> (EnergyDefinition, Parameters)? {
    guard case .energy(let definition) = energy.definition.kind, let parameters = definition.parameters else {
      return nil
    }
    return (definition, parameters)
  }

  /// The names of the samples that are still to be given.
  func sampleNames(_ energy: EnergyValue) -> [String] {
    guard let (_, parameters) = declaration(energy) else { return [] }
    return parameters.declarations.map(\.name.text).filter { energy.bound[$0] == nil }
  }

  // MARK: Calls

  /// A call of an energy. Without all samples it is an instance; with one axis more on each, a batch.
  func call(_ energy: EnergyValue, _ arguments: Arguments, at span: Span, _ scope: Scope) throws -> Value {
    let (given, missing) = try split(arguments, of: energy, at: span, scope)
    var instance = energy
    var samples: [String: Argument] = [:]
    let names = Set(sampleNames(energy))
    for (name, argument) in given {
      if names.contains(name) { samples[name] = argument } else { bind(name, argument, to: &instance) }
    }
    if !missing.isEmpty {
      for (name, argument) in samples { bind(name, argument, to: &instance) }
      return .energy(instance)
    }
    if let extent = try batchExtent(instance, samples, at: span) {
      return .tensor(try batch(samples, extent) { try inline(instance, $0, at: span) })
    }
    return .tensor(try inline(instance, samples, at: span))
  }

  /// Gives an energy an argument, and keeps its place for messages.
  func bind(_ name: String, _ argument: Argument, to energy: inout EnergyValue) {
    energy.bound[name] = argument.value
    let key = BoundArgument(definition: energy.definition, name: name, value: argument.value)
    argumentPlaces[key] = (argument.span, argument.provenance)
  }

  /// An argument given to an energy before, with the place where that was done.
  func bound(_ name: String, of energy: EnergyValue, at span: Span) -> Argument? {
    guard let value = energy.bound[name] else { return nil }
    let place = argumentPlaces[BoundArgument(definition: energy.definition, name: name, value: value)]
    return (value, place?.span ?? span, place?.provenance)
  }

  /// Arguments by name, and the samples that are missing.
  func split(
    _ arguments: Arguments, of energy: EnergyValue, at span: Span, _ scope: Scope
  ) throws -> (given: [String: Argument], missing: [String]) {
    guard let (_, parameters) = declaration(energy) else { throw AlreadyReported() }
    let samples = sampleNames(energy)
    guard arguments.positional.count <= samples.count else {
      let list = samples.joined(separator: ", ")
      throw Diagnostic(
        .error, .arguments, "\(energy.name) takes \(countText(samples.count)), not \(arguments.positional.count)",
        at: span, notes: [.init("\(energy.name)(\(list)) is declared", at: energy.definition.name.span)],
        hints: parameters.own.isEmpty
          ? [] : [.init("its own parameters are given by name: \(parameters.own[0].name.text) = …")])
    }
    var given: [String: Argument] = [:]
    for (name, id) in zip(samples, arguments.positional) { given[name] = try argument(id, scope) }
    let all = (parameters.declarations + parameters.own).map(\.name.text)
    for named in arguments.named {
      let name = named.name.text
      guard all.contains(name) else {
        let guess = didYouMean(name, among: all)
        throw Diagnostic(
          .error, .arguments,
          "\(energy.name) has no argument named '\(name)'\(guess.map { "; did you mean '\($0)'?" } ?? "")",
          at: named.name.span, notes: [.init("\(energy.name) is declared", at: energy.definition.name.span)],
          hints: guess.map { [.init("write \($0)", fixIt: .init(replace: named.name.span, with: $0))] }
            ?? [.init("there are: \(all.joined(separator: ", "))")])
      }
      guard given[name] == nil, energy.bound[name] == nil else {
        throw Diagnostic(.error, .arguments, "the argument '\(name)' is given twice", at: named.name.span)
      }
      given[name] = try argument(named.value, scope)
    }
    let signature = Scope(energy.definition.tree, number: freshScopeNumber())
    for declaration in parameters.own {
      if let argument = given[declaration.name.text] { try require(argument, declaration, signature) }
    }
    return (given, samples.filter { given[$0] == nil })
  }

  // MARK: Batches

  /// The number of rows, where every sample has one axis more than one sample has; `nil` where none has.
  /// - Parameter isUnconstrained: whether the samples are coordinates of those that are declared.
  func batchExtent(
    _ energy: EnergyValue, _ samples: [String: Argument], isUnconstrained: Bool = false, at span: Span
  ) throws -> Size? {
    guard let (_, parameters) = declaration(energy) else { return nil }
    var extents: [Size] = []
    var single: [String] = []
    var ranks: [String: Int]?
    for declaration in parameters.declarations {
      let name = declaration.name.text
      guard let argument = samples[name], case .tensor(let value) = argument.value else { continue }
      let shape = graph.shape(value.node)
      let rank: Int
      if let type = declaration.type {
        let declared = try typeShape(type, Scope(energy.definition.tree, number: freshScopeNumber()))
        let constraint = Constraint(refinement: isUnconstrained ? declared.refinements.first : nil)
        rank = constraint.coordinateRank(declared.sizes.count)
      } else if shape.isEmpty {
        rank = 0
      } else {
        if ranks == nil { ranks = try sampleRanks(energy) }
        rank = ranks?[name] ?? shape.count
      }
      if shape.count == rank + 1 { extents.append(shape[0]) } else { single.append(name) }
    }
    guard let first = extents.first else { return nil }
    if let name = single.first {
      throw Diagnostic(
        .error, .shape, "some samples have a row for each of a batch, but '\(name)' is one sample", at: span,
        hints: [.init("give every sample a leading axis, or none")])
    }
    for other in extents.dropFirst() where try !agree(first, other) {
      throw Diagnostic(.error, .shape, "the batches differ in length: \(first) and \(other) rows", at: span)
    }
    return first
  }

  private func sampleRanks(_ energy: EnergyValue) throws -> [String: Int] {
    let realised = try realise(.energy(energy), nil, at: energy.definition.name.span)
    return Dictionary(
      realised.samples.map { ($0.name, graph[$0.node].rank) }, uniquingKeysWith: { first, _ in first })
  }

  /// Evaluates `body` row by row.
  func batch(
    _ samples: [String: Argument], _ extent: Size, _ body: ([String: Argument]) throws -> TypedValue
  ) throws -> TypedValue {
    let row = graph.freshVariable(extent)
    var rows: [String: Argument] = [:]
    for (name, argument) in samples {
      guard case .tensor(let value) = argument.value else { continue }
      let rest = graph.shape(value.node).dropFirst().map { _ in Subscript.all }
      let node = graph.index(value.node, [.at(IndexExpression(row))] + rest)
      rows[name] = (.tensor(TypedValue(node, in: graph)), argument.span, argument.provenance)
    }
    let result = try body(rows)
    return TypedValue(graph.build(row, result.node), in: graph)
  }

  // MARK: Bodies

  /// The value of an energy for given samples: its body with the arguments in place.
  func inline(
    _ energy: EnergyValue, _ samples: [String: Argument], at span: Span, isCall: Bool = true, hasDomain: Bool = true
  ) throws -> TypedValue {
    guard let (definition, parameters) = declaration(energy) else { throw AlreadyReported() }
    if case .failed = energy.definition.state { throw AlreadyReported() }
    var arguments = energy.bound
    for (name, argument) in samples { arguments[name] = argument.value }
    let key = CallKey(
      definition: ObjectIdentifier(energy.definition), name: energy.name, arguments: arguments, guards: guards,
      hasDomain: hasDomain)
    if case .tensor(let known)? = calls[key] { return known }
    let tree = energy.definition.tree
    let result = try inlining(energy.definition, energy.name, at: span, isCall: isCall) { () -> TypedValue in
      let scope = Scope(tree, number: freshScopeNumber())
      for declaration in solvable(parameters.declarations + parameters.own, tree) {
        let name = declaration.name.text
        if let argument = samples[name] ?? bound(name, of: energy, at: span) {
          try take(argument, declaration, scope)
        }
      }
      for declaration in parameters.own where arguments[declaration.name.text] == nil {
        try declareOwn(declaration, of: energy, scope)
      }
      let domain = try enterDomain(parameters.declarations, scope)
      let inside = hasDomain ? domain : nil
      declare(energy.definition.whereDefinitions, scope)
      let value = try tensor(definition.body, scope)
      let body = try requireReal(value, at: tree[definition.body].span)
      return TypedValue(inside.map { graph.select($0, body, graph.constant(.infinity)) } ?? body, .scalar)
    }
    graph.note(energy.name, for: result.node)
    calls[key] = .tensor(result)
    return result
  }

  private func requireReal(_ value: TypedValue, at span: Span) throws -> NodeID {
    try refuseBoolean(value, at: span)
    guard value.form == .scalar else {
      var hints = [Diagnostic.Hint("add its entries up: sum(\(shortText(span)))")]
      if let first = graph.shape(value.node).first, first == 1, value.form == .vector {
        hints = [.init("a matrix of one row gives a vector; write its row as W[1, :]^T v")]
      }
      throw Diagnostic(
        .error, .shape, "an energy must be real, not \(typeText(value))", at: span, label: typeText(value), hints: hints
      )
    }
    return value.node
  }

  /// A parameter of the energy's own that the call leaves open: a tensor called `energy.name`.
  private func declareOwn(_ declaration: Declaration, of energy: EnergyValue, _ scope: Scope) throws {
    let name = "\(energy.name).\(declaration.name.text)"
    let provenance = Provenance(span: declaration.span, isArgument: true)
    let random = try declaration.defaultValue.flatMap { try randomRequest($0, scope) }
    if let written = declaration.type, case let typed = try typeShape(written, scope), typed.network != nil {
      let net = try ownNetwork(declaration, name, typed, random, scope)
      scope.names[declaration.name.text] = .value(.network(net), provenance)
      return
    }
    let given = random == nil ? try declaration.defaultValue.map { try number($0, scope) } : nil
    var shape = given.map { graph.shape($0.node) } ?? []
    var type: TypeShape?
    if let written = declaration.type {
      let typed = try typeShape(written, scope)
      if typed.isEnergy {
        throw Diagnostic(
          .error, .arguments, "\(energy.name) needs its argument '\(declaration.name.text)'", at: currentSpan,
          notes: [.init("it is declared", at: declaration.span)])
      }
      if let given {
        let place = declaration.defaultValue.map { scope.tree[$0].span } ?? declaration.span
        try match(
          typed, Operand(value: given, span: place),
          declared: Declared(declaration.name, written, declaration.span), scope)
      }
      shape = try self.shape(typed, scope)
      type = typed
    } else if given == nil, let assumed = assumedShapes[declaration.name.text] {
      shape = assumed
    }
    let place = declaration.defaultValue.map { scope.tree[$0].span } ?? declaration.span
    let source =
      try random.map { try randomSource($0, type, name, at: place) } ?? given.map { self.source(of: $0.node) }
    let symbol = Symbol(
      name: name, role: .parameter, shape: shape, type: type?.element ?? .real, refinements: type?.refinements ?? [])
    let node = ownParameter(symbol, source, provenance)
    let form = type?.form ?? TypedValue(node, in: graph).form
    scope.names[declaration.name.text] = .value(.tensor(TypedValue(node, form)), provenance)
  }

  /// The node of an own parameter: one for each name and shape.
  func ownParameter(_ symbol: Symbol, _ source: Program.Source?, _ provenance: Provenance) -> NodeID {
    let key = OwnParameterKey(name: symbol.name, shape: symbol.shape)
    if let known = ownParameters[key] { return known }
    let id = graph.addSymbol(symbol)
    let node = graph.withOrigins([provenance.span]) { graph.symbol(id) }
    ownParameters[key] = node
    provenances[node] = provenance
    ownParameterList.append(
      .init(name: symbol.name, symbol: id, type: typeText(symbol), value: source, span: provenance.span))
    return node
  }

  /// Where a value known in the text comes from.
  func source(of node: NodeID) -> Program.Source {
    if let literal = literalValues[node] { return .values(literal) }
    if graph[node].rank == 0, let number = graph.constantValue(node) {
      return .values(TensorData(shape: [], values: [number], type: graph[node].type))
    }
    return .node(node)
  }
}
