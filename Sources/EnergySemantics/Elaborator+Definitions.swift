import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  // MARK: Collecting

  /// Enters the definitions of a source; a name can be defined once.
  func collect(_ module: Module) {
    for part in module.parts {
      for statement in part.statements { collect(statement, part, module) }
    }
  }

  private func collect(_ statement: Statement, _ part: ProgramPart, _ module: Module) {
    let enter = { (name: Name, kind: Definition.Kind) in self.enter(name, kind, statement, part, module) }
    switch statement.kind {
    case .dim(let list): list.forEach { enter($0.name, .dim($0)) }
    case .param(let definition): enter(definition.name, .parameter(definition, .parameter))
    case .data(let definition): enter(definition.name, .parameter(definition, .data))
    case .let(let definition): enter(definition.name, .constant(definition))
    case .fn(let definition): enter(definition.name, .function(definition))
    case .energy(let definition): enter(definition.name, .energy(definition))
    case .import(let imports): self.enter(imports, statement, part, module)
    case .print, .check, .emit, .save, .plot, .expression: return
    }
  }

  func enter(
    _ name: Name, _ kind: Definition.Kind, _ statement: Statement, _ part: ProgramPart, _ module: Module
  ) {
    if part.omitted.contains(name.text) { return }
    if let known = module.definitions[name.text] {
      report(redefinition(of: known, name, kind))
      return
    }
    let definition = Definition(name, kind, statement, part.tree)
    // What couldn't be read has been reported; who uses it needs no message of its own.
    if module !== main, statement.hasErrors { definition.state = .failed }
    if isBuiltin(name.text) {
      let end = options.isPrompt ? "leave or rename it" : "rename it"
      report(
        Diagnostic(
          .note, .hides, "'\(name.text)' now hides the built-in \(name.text)(x), until you \(end)", at: name.span))
    }
    module.enter(definition)
  }

  private func redefinition(of known: Definition, _ name: Name, _ kind: Definition.Kind) -> Diagnostic {
    var verbs = ["defined", "defined"]
    if case .imported = known.kind { verbs[0] = "imported" }
    if case .imported = kind { verbs[1] = "imported" }
    let message =
      verbs[0] == verbs[1] ? "is \(verbs[0]) twice" : "is \(verbs[1]) here and \(verbs[0]) above"
    let hint =
      verbs == ["imported", "imported"]
      ? "leave one of them out, or call it something else: \(name.text) as \(name.text)2"
      : verbs.contains("imported")
        ? "call the imported one something else: \(name.text) as \(name.text)2" : "give one of them another name"
    return Diagnostic(
      .error, .redefined, "'\(name.text)' \(message)", at: name.span,
      notes: [.init("'\(name.text)' is first \(verbs[0])", at: known.name.span)], hints: [.init(hint)])
  }

  // MARK: One definition

  /// Elaborates a definition unless that has been done; an error is reported and the definition marked.
  func elaborate(_ definition: Definition) {
    guard case .idle = definition.state else { return }
    definition.state = .active
    path.append(definition)
    let saved = (guards, ends, depth)
    (guards, ends) = ([], [])
    defer {
      path.removeLast()
      (guards, ends, depth) = saved
    }
    let result: Definition.State? = attempt {
      try graph.withOrigins([definition.span]) { try state(of: definition) }
    }
    definition.state = result ?? .failed
  }

  private func state(of definition: Definition) throws -> Definition.State {
    let name = definition.name
    let scope = Scope(definition.tree)
    switch definition.kind {
    case .dim(let dim): return .size(try self.dim(dim, displayName(definition), scope))
    case .parameter(let variable, let role):
      declare(definition.whereDefinitions, scope)
      if let type = variable.type, case let declared = try typeShape(type, scope), declared.network != nil {
        return .value(.network(try networkParameter(variable, declared, role, definition, scope)))
      }
      return .value(.tensor(try parameter(variable, role, definition, scope)))
    case .constant(let variable):
      declare(definition.whereDefinitions, scope)
      return .value(try constant(variable, definition, scope))
    case .function(let function):
      try refuseRepeated(function.parameters)
      // A function has no value of its own: it is checked where it is called.
      if !function.parameters.own.isEmpty {
        throw Diagnostic(
          .error, .arguments, "a fn has no parameters behind ';'", at: function.parameters.semicolon,
          hints: [.init("separate them by commas, or make it an energy")])
      }
      let types = Scope(definition.tree, number: freshScopeNumber())
      for type in function.parameters.declarations.compactMap(\.type) { _ = try typeShape(type, types) }
      try refuseUnknownNames(function, definition)
      return .idle
    case .energy(let energy):
      if let parameters = energy.parameters {
        try refuseRepeated(parameters)
        if parameters.declarations.isEmpty {
          throw Diagnostic(
            .error, .arguments, "an energy has a sample", at: parameters.span,
            hints: [.init("for example energy \(name.text)(x : vector[d]) = …; a constant is a let")])
        }
        noteHidden(parameters, scope)
        return .value(.energy(EnergyValue(definition: definition, name: displayName(definition))))
      }
      declare(definition.whereDefinitions, scope)
      return .value(try instance(energy, definition, scope))
    case .imported(let target): return try imported(target, as: name.text)
    case .given(let data): return .value(.tensor(given(data, definition)))
    }
  }

  /// A value that the text doesn't have: data, whatever it is for.
  private func given(_ data: TensorData, _ definition: Definition) -> TypedValue {
    let name = definition.name.text
    let symbol = graph.addSymbol(
      Symbol(name: name, role: .data, shape: data.shape.map { Size($0) }, type: data.type))
    program.data.append(
      .init(name: name, symbol: symbol, type: typeText(graph[symbol]), value: .values(data), span: definition.span))
    return TypedValue(graph.symbol(symbol), in: graph)
  }

  /// What another source's definition is here; an energy's own parameters are called by its name here.
  private func imported(_ target: Definition?, as name: String) throws -> Definition.State {
    guard let target else { throw AlreadyReported() }
    elaborate(target)
    switch target.state {
    case .failed: throw AlreadyReported()
    case .value(.energy(let base)):
      return .value(.energy(EnergyValue(definition: base.definition, name: name, bound: base.bound)))
    default: return target.state
    }
  }

  private func instance(_ energy: EnergyDefinition, _ definition: Definition, _ scope: Scope) throws -> Value {
    let result = try value(energy.body, scope)
    guard case .energy(let base) = result else {
      if case .derivative = result { return result }
      throw Diagnostic(
        .error, .type, "'\(shortText(definition.tree[energy.body].span))' isn't an energy",
        at: definition.tree[energy.body].span,
        hints: [.init("an energy of a sample has arguments: energy \(definition.name.text)(x : vector[d]) = …")])
    }
    return .energy(EnergyValue(definition: base.definition, name: displayName(definition), bound: base.bound))
  }

  private func refuseRepeated(_ parameters: Parameters) throws {
    var seen: [String: Span] = [:]
    for declaration in parameters.declarations + parameters.own {
      if let first = seen[declaration.name.text] {
        throw Diagnostic(
          .error, .redefined, "the argument '\(declaration.name.text)' is declared twice", at: declaration.name.span,
          notes: [.init("'\(declaration.name.text)' is first declared", at: first)])
      }
      seen[declaration.name.text] = declaration.name.span
    }
  }

  private func noteHidden(_ parameters: Parameters, _ scope: Scope) {
    for declaration in parameters.own {
      guard let hidden = self.definition(declaration.name.text, scope), case .parameter(_, .parameter) = hidden.kind
      else {
        continue
      }
      report(
        Diagnostic(
          .note, .hides, "the own parameter '\(declaration.name.text)' hides the param of that name",
          at: declaration.name.span, notes: [.init("the param is defined", at: hidden.name.span)]))
    }
  }

  /// Names in a function that mean nothing anywhere are reported even if it is never called.
  private func refuseUnknownNames(_ function: FunctionDefinition, _ definition: Definition) throws {
    let roots = [function.body] + definition.whereDefinitions.map(\.value)
    let (used, bound) = definition.tree.namesUsed(in: roots)
    let called = calledNames(roots, definition.tree)
    var known = bound.union(function.parameters.declarations.map(\.name.text))
    for entry in definition.whereDefinitions {
      known.insert(entry.name.text)
      known.formUnion((entry.arguments ?? []).map(\.text))
    }
    let sizes = function.parameters.declarations.compactMap(\.type).flatMap(\.sizes)
    known.formUnion(definition.tree.namesUsed(in: sizes).used.map(\.text))
    for name in used.sorted(by: { $0.span < $1.span }) {
      let text = name.text
      let scope = Scope(definition.tree)
      if known.contains(text) || self.definition(text, scope) != nil || isBuiltin(text) || text.contains(".") {
        continue
      }
      throw called.contains(text)
        ? unknownFunction(text, at: name.span, scope) : unknownName(text, at: name.span, scope)
    }
  }

  // MARK: Parameters, constants

  /// A top-level `param` or `data`.
  private func parameter(
    _ variable: VariableDefinition, _ role: Symbol.Role, _ definition: Definition, _ scope: Scope
  ) throws -> TypedValue {
    let name = displayName(definition)
    var given: (data: TensorData?, node: NodeID?, shape: [Size], type: ElementType)?
    var random: (request: RandomRequest, span: Span)?
    var reason = ""
    var file: LoadRequest?
    if let id = variable.value {
      let span = scope.tree[id].span
      if role == .parameter, let request = try randomRequest(id, scope) {
        random = (request, span)
      } else if let request = try loadRequest(id, role, scope) {
        let data = try loaded(request)
        file = request
        given = (data, nil, data.shape.map { Size($0) }, data.type)
        reason = "\(name) (\(request.path))"
      } else {
        let value = try tensor(id, scope)
        if variable.type?.name.text != "bool" { try refuseBoolean(value, at: span) }
        let data: TensorData? = if case .values(let known) = source(of: value.node) { known } else { nil }
        given = (data, data == nil ? value.node : nil, graph.shape(value.node), graph[value.node].type)
        reason = name
        definition.provenance.valueSpan = span
      }
    } else if role == .data {
      reason = name
    }
    var shape = given?.shape ?? []
    var typed: TypeShape?
    if let type = variable.type {
      let declared = try typeShape(type, scope)
      if declared.isEnergy {
        throw Diagnostic(.error, .type, "a \(role.rawValue) can't have the type \(shortText(type.span))", at: type.span)
      }
      shape = try self.shape(declared, scope)
      if let data = given?.data?.squeezed(to: shape.count) {
        given = (data, nil, data.shape.map { Size($0) }, data.type)
      }
      if let given { try agree(shape, given.shape, variable, type, reason, scope) }
      typed = declared
    }
    let element: ElementType = typed?.element ?? .real
    let refinements = typed?.refinements ?? []
    if let data = given?.data { try check(data, element, refinements, variable, scope) }
    let symbol = graph.addSymbol(
      Symbol(name: name, role: role, shape: shape, type: element, refinements: refinements))
    let node = graph.withOrigins([definition.span]) { graph.symbol(symbol) }
    provenances[node] = definition.provenance
    let drawn = try random.map { try randomSource($0.request, typed, name, at: $0.span) }
    let source: Program.Source? =
      drawn
      ?? given.map { value in
        value.data.map { .values(TensorData(shape: $0.shape, values: $0.values, type: element, isSingle: $0.isSingle)) }
          ?? .node(value.node ?? node)
      }
    let parameter = Program.Parameter(
      name: name, symbol: symbol,
      type: typed?.form == .row ? typeText(TypedValue(node, .row)) : typeText(graph[symbol]), value: source,
      file: file, span: definition.span)
    if role == .data { program.data.append(parameter) } else { program.parameters.append(parameter) }
    return typed?.form == .row ? TypedValue(node, .row) : TypedValue(node, in: graph)
  }

  /// A value's shape against the declared one; sizes that have no value yet get theirs here.
  private func agree(
    _ declared: [Size], _ actual: [Size], _ variable: VariableDefinition, _ type: TypeExpr, _ reason: String,
    _ scope: Scope
  ) throws {
    let span = variable.value.map { scope.tree[$0].span } ?? variable.name.span
    func mismatch() -> Diagnostic {
      Diagnostic(
        .error, .shape,
        "\(variable.name.text) is declared \(shortText(type.span)), but its value is \(typeText(actual))",
        at: span, label: typeText(actual), notes: [.init("the type is declared", at: type.span)])
    }
    guard declared.count == actual.count else { throw mismatch() }
    let isFile = reason.contains("(")
    for (axis, (wanted, given)) in zip(declared, actual).enumerated() where wanted != given {
      guard let number = given.constant else {
        guard try agree(wanted, given) else { throw mismatch() }
        continue
      }
      if wanted.constant != nil { throw mismatch() }
      let axisName =
        isFile ? (declared.count == 1 || axis == 0 ? ", rows)" : axis == 1 ? ", columns)" : ", axis \(axis + 1))") : ""
      let text = isFile ? reason.dropLast() + axisName : reason
      try bind(wanted, to: number, reason: String(text), span: span)
    }
  }

  private func check(
    _ data: TensorData, _ element: ElementType, _ refinements: [Symbol.Refinement], _ variable: VariableDefinition,
    _ scope: Scope
  ) throws {
    let span = variable.value.map { scope.tree[$0].span } ?? variable.name.span
    var rules = refinements
    if element == .int, !rules.contains(.integer) { rules.append(.integer) }
    let notes = variable.type.map { [Diagnostic.Note("the type is declared", at: $0.span)] } ?? []
    for refinement in rules {
      if let violation = refinement.violation(in: data) {
        throw Diagnostic(
          .error, .value, "\(variable.name.text) isn't \(refinement.word): \(violation)", at: span, notes: notes)
      }
    }
    if element == .bool, let violation = data.violationOfTruth {
      throw Diagnostic(
        .error, .value, "\(variable.name.text) isn't true or false: \(violation)", at: span, notes: notes)
    }
  }

  private func constant(_ variable: VariableDefinition, _ definition: Definition, _ scope: Scope) throws -> Value {
    guard let id = variable.value else { throw AlreadyReported() }
    if try loadRequest(id, .data, scope) != nil {
      throw Diagnostic(
        .error, .type, "load belongs to param or data", at: scope.tree[id].span,
        hints: [.init("data \(variable.name.text) : matrix[n, d] = load(…)")])
    }
    let result = try value(id, scope)
    note(variable.name.text, for: result)
    let span = scope.tree[id].span
    guard case .tensor(let value) = result else {
      if let type = variable.type {
        let shape = try typeShape(type, scope)
        if !shape.isEnergy { _ = try tensor(result, at: span) }
        try takeEnergy((result, span, nil), shape, declared: Declared(variable.name, type, definition.span), scope)
      }
      return result
    }
    var shape = graph.shape(value.node)
    var refinements: [Symbol.Refinement] = []
    if let type = variable.type {
      let declared = try typeShape(type, scope)
      if declared.isEnergy {
        try takeEnergy((result, span, nil), declared, declared: Declared(variable.name, type, definition.span), scope)
      }
      let wanted = try self.shape(declared, scope)
      guard declared.form == value.form || (wanted.isEmpty && shape.isEmpty), wanted.count == shape.count else {
        throw Diagnostic(
          .error, .shape,
          "\(variable.name.text) is declared \(shortText(type.span)), but its value is \(typeText(value))",
          at: span, label: typeText(value), notes: [.init("the type is declared", at: type.span)])
      }
      try agree(wanted, shape, variable, type, variable.name.text, scope)
      shape = wanted
      refinements = declared.refinements
      if case .values(let data) = source(of: value.node) {
        try check(data, declared.element, refinements, variable, scope)
      }
    }
    // Whole numbers stay what they are, so that they can be sizes and indices.
    if graph[value.node].type == .int, value.form == .scalar, affine(value.node) != nil { return result }
    if value.form == .row || value.form == .column { return result }
    if refinements.isEmpty, graph[value.node].isSymmetric { refinements = [.symmetric] }
    let symbol = graph.addSymbol(
      Symbol(
        name: displayName(definition), role: .definition, shape: shape, type: graph[value.node].type,
        refinements: refinements))
    let node = graph.withOrigins([definition.span]) { graph.symbol(symbol) }
    definitionNodes[node] = graph.shape(value.node) == shape ? value.node : graph.reshape(value.node, to: shape)
    provenances[node] = definition.provenance
    program.definitions.append(
      .init(
        name: displayName(definition), symbol: symbol, node: definitionNodes[node] ?? value.node,
        type: typeText(graph[symbol]), span: variable.name.span))
    return .tensor(TypedValue(node, in: graph))
  }
}
