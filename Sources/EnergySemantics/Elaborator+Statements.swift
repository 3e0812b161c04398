import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  // MARK: A file

  /// Checks a whole program and fills `program`.
  func elaborate(_ parts: [ProgramPart]) {
    load(parts)
    guard let order = main?.order else { return }
    elaborateAll(order)
    refuseContradictedSizes()
    for definition in order { finish(definition) }
    for part in parts where part.isActive {
      for statement in part.statements { elaborate(statement, part.tree) }
    }
    collectSymbols()
    program.names = order.map(\.name.text)
    for definition in order {
      let name = definition.name.text
      program.words[name] = definition.word
      program.needs[name] = needs(definition).map(\.name.text)
      if case .value(.tensor(let value)) = definition.state { program.types[name] = typeText(value) }
    }
    sortDiagnostics()
  }

  /// Realises an energy, so that its body is checked even where nothing calls it.
  private func finish(_ definition: Definition) {
    guard definition.isEnergy, case .value(let value) = definition.state else { return }
    guard let energy = innermost(value), let (_, parameters) = declaration(energy) else { return }
    let needsEnergy = parameters.own.contains {
      $0.type?.name.text == "energy" && energy.bound[$0.name.text] == nil
    }
    if needsEnergy { return }
    guard let realised = attempt({ try realise(value, nil, at: definition.name.span) }) else {
      definition.state = .failed
      return
    }
    var finished = self.energy(definition.name.text, realised, definition.name.span)
    if case .imported = definition.kind { finished.isImported = true }
    program.energies.append(finished)
  }

  func energy(_ name: String, _ realised: Realised, _ span: Span) -> Program.Energy {
    let samples = realised.samples.map {
      Program.Sample(name: $0.name, symbol: $0.symbol, type: typeText(graph[$0.symbol]))
    }
    let own = Set(realised.parameters.values)
    let parameters = ownParameterList.filter { own.contains(graph.symbol($0.symbol)) }
    return Program.Energy(name: name, samples: samples, parameters: parameters, node: realised.node, span: span)
  }

  /// Parameters of energies and literals that some graph uses.
  private func collectSymbols() {
    var roots = program.energies.map(\.node) + program.definitions.map(\.node) + shownNodes
    for action in program.actions {
      roots += nodes(of: action.subject)
      if case .plot(let plot) = action.verb { roots += plot.nodes }
    }
    for parameter in program.parameters + program.data + ownParameterList {
      if case .node(let node)? = parameter.value { roots.append(node) }
    }
    let known = Set(program.parameters.map(\.symbol))
    let listed = Set(program.energies.flatMap { $0.parameters.map(\.symbol) })
    let used = Set(graph.postorder(roots))
    program.literals = allLiterals.filter { used.contains(graph.symbol($0.symbol)) }
    program.parameters += ownParameterList.filter {
      (used.contains(graph.symbol($0.symbol)) || listed.contains($0.symbol)) && !known.contains($0.symbol)
    }
    let all = Set(program.parameters.map(\.symbol))
    for net in ownNetworks where net.parameters.allSatisfy(all.contains) {
      if !program.networks.contains(where: { $0.parameters == net.parameters }) { program.networks.append(net) }
    }
  }

  private func nodes(of subject: Program.Subject) -> [NodeID] {
    switch subject {
    case .value(let value): [value.node]
    case .energy(let energy): [energy.node]
    case .derivative(_, let energy, _, let node): [energy.node, node]
    case .text: []
    }
  }

  private func sortDiagnostics() {
    var seen: Set<Diagnostic> = []
    program.diagnostics = program.diagnostics.filter { seen.insert($0).inserted }
      .enumerated().sorted { a, b in
        // Another source has a greater number than what imports it.
        let (left, right) = (a.element.span, b.element.span)
        return (left?.file ?? 0, left?.start ?? 0, a.offset) < (right?.file ?? 0, right?.start ?? 0, b.offset)
      }.map(\.element)
  }

  // MARK: Statements that do something

  private func elaborate(_ statement: Statement, _ tree: SyntaxTree) {
    switch statement.kind {
    case .dim, .param, .data, .let, .fn, .energy, .import: return
    case .print(let id), .expression(let id): act(.print, id, statement, tree)
    case .check(let id): act(.check, id, statement, tree)
    case .emit(let target, let id, let path):
      let known = ["c", "cuda", "latex", "torch"]
      guard known.contains(target.text) else {
        let guess = didYouMean(target.text, among: known)
        report(
          Diagnostic(
            .error, .unknown,
            "there is no target '\(target.text)'\(guess.map { "; did you mean '\($0)'?" } ?? "")", at: target.span,
            hints: [.init("targets: " + known.joined(separator: ", "))]))
        return
      }
      act(.emit(target: target.text, to: path?.text), id, statement, tree)
    case .save(let id, let path): act(.save(to: path.text), id, statement, tree)
    case .plot(let plot): draw(plot, statement, tree)
    }
  }

  private func act(_ verb: Program.Verb, _ id: ExprID, _ statement: Statement, _ tree: SyntaxTree) {
    let span = tree[id].span
    let subject: Program.Subject? = attempt {
      let scope = Scope(tree)
      declare(statement.whereDefinitions, scope)
      let value = try value(id, scope)
      if verb == .check { return try energySubject(value, of: "check", at: span) }
      let subject = try self.subject(value, shortText(span), at: span)
      if case .emit = verb {
        if case .energy = subject { return subject }
        throw Diagnostic(
          .error, .type, "emit takes an energy, and '\(shortText(span))' is none", at: span,
          hints: innermost(value).map {
            [.init("its derivatives are written with it: emit c \($0.name) to \"file.h\"")]
          }
            ?? [.init("name an energy: energy f(x : vector[d]) = …, then emit c f to \"f.h\"")])
      }
      if case .save = verb, case .value = subject { return subject }
      if case .save = verb {
        throw Diagnostic(
          .error, .type, "save takes a value, and '\(shortText(span))' is a function", at: span,
          hints: [.init("call it: save \(shortText(span))(X) to \"file.npy\"")])
      }
      return subject
    }
    guard let subject else { return }
    program.actions.append(.init(verb: verb, subject: subject, text: text(span), span: statement.span))
  }

  /// The energy that a statement works on, with a derivative whose values are real for one too.
  func energySubject(_ value: Value, of word: String, at span: Span) throws -> Program.Subject {
    if innermost(value) == nil {
      throw Diagnostic(
        .error, .type, "\(word) takes an energy, and '\(shortText(span))' is a value", at: span,
        hints: [.init("name the energy itself: \(word) f, not \(word) f(x)")])
    }
    guard case .derivative = value else { return try subject(value, shortText(span), at: span) }
    let realised = try realise(value, nil, at: span)
    guard graph[realised.node].rank == 0 else {
      let type = typeText(graph.shape(realised.node))
      throw Diagnostic(
        .error, .type, "\(word) takes an energy, and the values of '\(shortText(span))' are \(type)", at: span)
    }
    return .energy(energy(shortText(span), realised, span))
  }

  /// What a value is to be shown as.
  func subject(_ value: Value, _ name: String, at span: Span) throws -> Program.Subject {
    switch asEnergy(value) {
    case .network: return .value(try tensor(value, at: span))
    case .tensor(let tensor): return .value(tensor)
    case .text(let text): return .text(text)
    case .energies: return .value(try tensor(value, at: span))
    case .energy(let energy):
      if let known = program.energies.first(where: { $0.name == energy.name }), isWhole(energy) {
        return .energy(known)
      }
      return .energy(self.energy(name, try realise(value, nil, at: span), span))
    case .derivative(let derivative) where derivative.operation == .unconstrained:
      return .energy(self.energy(name, try realise(value, nil, at: span), span))
    case .derivative(let derivative):
      let base = try realise(derivative.base, nil, at: span)
      let whole = try realise(value, nil, at: span)
      let energyName = innermost(value)?.name ?? ""
      return .derivative(
        derivative.operation, of: energy(energyName, base, span), by: derivative.by, node: whole.node)
    }
  }

  /// Whether an energy is the one of its name, without arguments given at this place.
  private func isWhole(_ energy: EnergyValue) -> Bool {
    guard let definition = main?.definitions[energy.name], case .value(.energy(let known)) = definition.state else {
      return false
    }
    return known == energy
  }

  // MARK: A bare expression

  /// An expression by itself: with a free `x` it is an energy of it, and other unknown names are parameters.
  func elaborateExpression(_ part: ProgramPart, inventsParameters: Bool) -> Program.Subject? {
    let tree = part.tree
    sources[tree.file] = tree.source
    givenValues[tree.file] = part.given
    guard let statement = part.statements.first, case .expression(let id) = statement.kind else { return nil }
    let open = openNames(id, statement, tree)
    let hasSample = open.contains("x")
    let sizes = hasSample && inventsParameters ? sizeNames([id] + statement.whereDefinitions.map(\.value), tree) : []
    let names = hasSample ? (inventsParameters ? open.filter { !sizes.contains($0) } : ["x"]) : []
    for name in open where sizes.contains(name) { inventDimension(name, at: tree[id].span) }
    let span = tree[id].span
    let result: Program.Subject? = attempt {
      guard !names.isEmpty else {
        let scope = Scope(tree)
        declare(statement.whereDefinitions, scope)
        return try subject(value(id, scope), shortText(span), at: span)
      }
      let hints = RankHints(tree, [id] + statement.whereDefinitions.map(\.value), statement.whereDefinitions)
      let sorted = ["x"] + names.filter { $0 != "x" }
      let openNames = sorted.map { OpenName(name: $0, ranks: hints.ranks($0), isSample: $0 == "x") }
      return try inferring(openNames) { shapes in
        try energyOfExpression(id, statement, tree, sorted, shapes)
      }
    }
    shownNodes += result.map(nodes) ?? []
    collectSymbols()
    sortDiagnostics()
    return result
  }

  private func energyOfExpression(
    _ id: ExprID, _ statement: Statement, _ tree: SyntaxTree, _ names: [String], _ shapes: [String: [Size]]
  ) throws -> Program.Subject {
    let scope = Scope(tree)
    let span = tree[id].span
    var samples: [Realised.Sample] = []
    var parameters: [Program.Parameter] = []
    for name in names {
      let shape = shapes[name] ?? []
      let role: Symbol.Role = name == "x" ? .sample : .parameter
      let symbol = graph.addSymbol(Symbol(name: name, role: role, shape: shape))
      let node = graph.withOrigins([span]) { graph.symbol(symbol) }
      scope.names[name] = .value(.tensor(TypedValue(node, in: graph)), Provenance(span: span, isArgument: true))
      if role == .sample {
        samples.append(.init(name: name, symbol: symbol, node: node))
      } else {
        parameters.append(.init(name: name, symbol: symbol, type: typeText(graph[symbol]), value: nil, span: span))
      }
    }
    for (name, size) in inventedSizes { scope.names[name] = .size(size, Provenance(span: span, isArgument: true)) }
    declare(statement.whereDefinitions, scope)
    let result = try value(id, scope)
    let value = try tensor(result, at: span)
    try refuseBoolean(value, at: span)
    guard value.form == .scalar else {
      throw Diagnostic(
        .error, .shape, "an energy must be real, not \(typeText(value))", at: span,
        hints: [.init("add its entries up: sum(\(shortText(span)))")])
    }
    program.parameters += parameters
    let energySamples = samples.map {
      Program.Sample(name: $0.name, symbol: $0.symbol, type: typeText(graph[$0.symbol]))
    }
    return .energy(
      Program.Energy(name: "", samples: energySamples, parameters: parameters, node: value.node, span: span))
  }

  /// Names of an expression that mean nothing yet, in the order of the text.
  private func openNames(_ id: ExprID, _ statement: Statement, _ tree: SyntaxTree) -> [String] {
    let roots = [id] + statement.whereDefinitions.map(\.value)
    let (used, bound) = tree.namesUsed(in: roots)
    var known = bound
    for entry in statement.whereDefinitions {
      known.insert(entry.name.text)
      known.formUnion((entry.arguments ?? []).map(\.text))
    }
    let called = calledNames(roots, tree)
    var result: [String] = []
    for name in used.sorted(by: { $0.span < $1.span }) {
      let text = name.text
      if known.contains(text) || definition(text, Scope(tree)) != nil || text.contains(".") || result.contains(text) {
        continue
      }
      if isBuiltin(text) && (called.contains(text) || text != "x") { continue }
      // Before parentheses a name is a parameter only if no function is spelt nearly like it.
      if called.contains(text), text.count > 1, isLikeFunction(text) { continue }
      result.append(text)
    }
    return result
  }

  /// Whether a name is within two edits of a function's, or is the name of a standard energy. (Every single letter is
  /// within two edits of something.)
  private func isLikeFunction(_ name: String) -> Bool {
    StandardLibrary.has(name) || didYouMean(name, among: builtinNames) != nil
      || didYouMean(name, among: StandardLibrary.names) != nil
  }

  /// Names that bound ranges: sizes.
  private func sizeNames(_ roots: [ExprID], _ tree: SyntaxTree) -> Set<String> {
    Set(tree.namesUsed(in: roots.flatMap { tree.rangeBounds(in: $0) }).used.map(\.text))
  }

  private func inventDimension(_ name: String, at span: Span) {
    let dimension = Dimension(name)
    inventedSizes[name] = Size(dimension)
    if program.dims.contains(where: { $0.name == name }) { return }
    program.dims.append(.init(name: name, dimension: dimension, value: options.dims[name], span: span))
  }

  func calledNames(_ roots: [ExprID], _ tree: SyntaxTree) -> Set<String> {
    var result: Set<String> = []
    var pending = roots
    while let id = pending.popLast() {
      if case .run(let items) = tree[id].kind {
        for (item, next) in zip(items, items.dropFirst()) {
          guard case .atom(let head) = item.kind, case .name(let name) = tree[head].kind, case .group = next.kind else {
            continue
          }
          result.insert(name)
        }
      }
      pending += tree.parts(of: id)
    }
    return result
  }
}
