import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// `name(…)`.
  func call(_ name: String, _ group: Group, nameSpan: Span, at span: Span, _ scope: Scope) throws -> Value {
    guard let callee = try callee(name, at: span, scope) else { throw unknownFunction(name, at: nameSpan, scope) }
    switch callee {
    case .value(let value): return try call(value, group, at: span, scope)
    case .builtin:
      switch group.contents {
      case .comprehension(let generators, let body):
        return .tensor(try comprehension(name, generators, body, nameSpan: nameSpan, at: span, scope))
      case .arguments(let arguments):
        return try callBuiltin(name, arguments.positional, arguments.named, at: span, scope)
      }
    case .function(let definition):
      return try callFunction(definition, arguments(group, name), at: span, scope)
    case .local(let entry):
      return try callLocal(entry, arguments(group, name), at: span, scope)
    }
  }

  /// The arguments of a call; a comprehension belongs to reductions only.
  private func arguments(_ group: Group, _ name: String) throws -> Arguments {
    if case .arguments(let arguments) = group.contents { return arguments }
    throw Diagnostic(
      .error, .function, "'\(name)' doesn't run over an index", at: group.span,
      hints: [.init("these do: \(Elaborator.reductions.sorted().joined(separator: ", "))")])
  }

  /// A call of what an expression stands for: an energy, or a derivative of one.
  func call(_ value: Value, _ group: Group, at span: Span, _ scope: Scope) throws -> Value {
    switch value {
    case .energy(let energy): return try call(energy, arguments(group, energy.name), at: span, scope)
    case .derivative(let derivative):
      return try call(derivative, arguments(group, derivative.operation.rawValue), at: span, scope)
    case .energies(let list):
      throw Diagnostic(
        .error, .function, "this is a list of \(list.count) energies; choose one to call", at: span,
        hints: [.init("the first one: Es[1](x)"), .init("all of them: sum(E in Es: E(x))")])
    case .network(let net): return try call(net, arguments(group, net.name), at: span, scope)
    case .tensor, .text:
      throw Diagnostic(.error, .function, "this is a value, not a function", at: span)
    }
  }

  // MARK: Functions of the program

  private func callFunction(
    _ definition: Definition, _ arguments: Arguments, at span: Span, _ caller: Scope
  ) throws -> Value {
    guard case .function(let function) = definition.kind else { throw AlreadyReported() }
    if case .failed = definition.state { throw AlreadyReported() }
    let name = definition.name.text
    let given = try bind(arguments, to: function.parameters.declarations, of: name, at: span, caller)
    return try inlining(definition, name, at: span) {
      let scope = Scope(definition.tree, number: freshScopeNumber())
      var values: [String: Value] = [:]
      let declarations = function.parameters.declarations
      for declaration in solvable(declarations, definition.tree) {
        guard let argument = given[declaration.name.text] else { continue }
        values[declaration.name.text] = argument.value
        try take(argument, declaration, scope)
        try require(argument, declaration, scope)
      }
      // A default value may use the other arguments.
      for declaration in declarations where given[declaration.name.text] == nil {
        guard let defaultValue = declaration.defaultValue else { continue }
        let value = try value(defaultValue, scope)
        values[declaration.name.text] = value
        try take((value, definition.tree[defaultValue].span, nil), declaration, scope)
        try require((value, definition.tree[defaultValue].span, nil), declaration, scope)
      }
      let key = CallKey(definition: ObjectIdentifier(definition), name: name, arguments: values, guards: guards)
      if let known = calls[key] { return known }
      declare(definition.whereDefinitions, scope)
      let result = try value(function.body, scope)
      if let type = function.result {
        let declaration = Declared(definition.name, type, type.span)
        let value = try tensor(result, at: definition.tree[function.body].span)
        let operand = Operand(value: value, span: definition.tree[function.body].span)
        do {
          try match(typeShape(type, scope), operand, declared: declaration, scope)
        } catch var diagnostic as Diagnostic where diagnostic.code == .shape {
          diagnostic.message =
            "\(name) returns \(shortText(type.span)), but its value '\(shortText(operand.span))' is \(typeText(value))"
          diagnostic.notes = [.init("the result is declared", at: type.span)]
          throw diagnostic
        }
      }
      note(name, for: result)
      calls[key] = result
      return result
    }
  }

  /// A `where` name with arguments.
  private func callLocal(
    _ entry: WhereEntry, _ arguments: Arguments, at span: Span, _ caller: Scope
  ) throws -> Value {
    let name = entry.definition.name.text
    let names = entry.definition.arguments ?? []
    guard arguments.named.isEmpty, arguments.positional.count == names.count else {
      let list = names.map(\.text).joined(separator: ", ")
      throw Diagnostic(
        .error, .arguments, "\(name) takes \(countText(names.count)), not \(arguments.positional.count)", at: span,
        notes: [.init("it is defined as \(name)(\(list))", at: entry.definition.span)])
    }
    let values = try arguments.positional.map { try value($0, caller) }
    let key = WhereEntry.Call(arguments: values, guards: guards)
    if let known = entry.calls[key] { return known }
    guard !entry.isCalling else {
      throw Diagnostic(
        .error, .cycle, "'\(name)' calls itself", at: span, notes: [.init("defined", at: entry.definition.span)],
        hints: [.init("for a recurrence write fold(t in 1..T, s = s0: next)")])
    }
    entry.isCalling = true
    let savedEnds = ends
    ends = []
    callDepth += 1
    defer {
      callDepth -= 1
      entry.isCalling = false
      ends = savedEnds
    }
    let scope = Scope(entry.scope.tree, parent: entry.scope)
    for ((argument, value), id) in zip(zip(names, values), arguments.positional) {
      var provenance = Provenance(span: argument.span)
      if case .name(let text) = caller.tree[id].kind, let known = self.provenance(of: text, caller) {
        provenance = known
      }
      scope.names[argument.text] = .value(value, provenance)
    }
    let result = try value(entry.definition.value, scope)
    note(name, for: result)
    entry.calls[key] = result
    return result
  }

  /// Puts the names behind `where` into the scope of the body.
  func declare(_ definitions: [WhereDefinition], _ scope: Scope) {
    for definition in definitions {
      let name = definition.name.text
      if scope.find(name) != nil {
        let known = provenance(of: name, scope)
        report(
          Diagnostic(
            .error, .redefined, "the name '\(name)' is taken here", at: definition.name.span,
            notes: known.map { [.init("'\(name)' is declared", at: $0.span)] } ?? []))
        continue
      }
      for argument in definition.arguments ?? [] {
        guard let known = scope.find(argument.text).flatMap({ _ in provenance(of: argument.text, scope) }) else {
          continue
        }
        report(
          Diagnostic(
            .error, .redefined, "the name '\(argument.text)' is taken here", at: argument.span,
            notes: [.init("'\(argument.text)' is declared", at: known.span)],
            hints: [.init("call the argument of \(name) something else")]))
      }
      scope.names[name] = .deferred(WhereEntry(definition, in: scope))
    }
  }

  // MARK: Arguments

  typealias Argument = (value: Value, span: Span, provenance: Provenance?)

  /// Positional and named arguments by the names of the declarations.
  func bind(
    _ arguments: Arguments, to declarations: [Declaration], of name: String, at span: Span, _ scope: Scope
  ) throws -> [String: Argument] {
    guard arguments.positional.count <= declarations.count else {
      let wanted = countText(declarations.count)
      throw Diagnostic(
        .error, .arguments, "\(name) takes \(wanted), not \(arguments.positional.count)", at: span,
        hints: [.init("it is declared as \(name)(\(declarations.map(\.name.text).joined(separator: ", ")))")])
    }
    var result: [String: Argument] = [:]
    for (declaration, id) in zip(declarations, arguments.positional) {
      result[declaration.name.text] = try argument(id, scope)
    }
    for named in arguments.named {
      let text = named.name.text
      guard declarations.contains(where: { $0.name.text == text }) else {
        let guess = didYouMean(text, among: declarations.map(\.name.text))
        throw Diagnostic(
          .error, .arguments, "\(name) has no argument named '\(text)'\(guess.map { "; did you mean '\($0)'?" } ?? "")",
          at: named.name.span,
          hints: (guess.map { [.init("write \($0)", fixIt: .init(replace: named.name.span, with: $0))] } ?? []) + [
            .init("it is declared as \(name)(\(declarations.map(\.name.text).joined(separator: ", ")))")
          ])
      }
      guard result[text] == nil else {
        throw Diagnostic(.error, .arguments, "the argument '\(text)' is given twice", at: named.name.span)
      }
      result[text] = try argument(named.value, scope)
    }
    for declaration in declarations where result[declaration.name.text] == nil && declaration.defaultValue == nil {
      throw Diagnostic(
        .error, .arguments, "\(name) needs its argument '\(declaration.name.text)'", at: span,
        notes: [.init("it is declared", at: declaration.span)])
    }
    return result
  }

  func argument(_ id: ExprID, _ scope: Scope) throws -> Argument {
    let result = try value(id, scope)
    var provenance: Provenance?
    if case .name(let name) = scope.tree[id].kind { provenance = self.provenance(of: name, scope) }
    return (result, scope.tree[id].span, provenance)
  }

  /// Gives a declared argument its value in the scope of the body, after its type has been checked.
  func take(_ argument: Argument, _ declaration: Declaration, _ scope: Scope) throws {
    var argument = argument
    let name = declaration.name.text
    if let type = declaration.type {
      let shape = try typeShape(type, scope)
      if shape.network != nil {
        try takeNetwork(argument, shape, declaration, scope)
      } else if shape.isEnergy {
        argument.value = asEnergy(argument.value)
        try takeEnergy(argument, shape, declared: Declared(declaration.name, type, declaration.span), scope)
      } else {
        let value = try tensor(argument.value, at: argument.span)
        let operand = Operand(value: value, span: argument.span, provenance: argument.provenance)
        try match(shape, operand, declared: Declared(declaration.name, type, declaration.span), scope)
        argument.value = .tensor(TypedValue(reshapedAlike(value.node, try self.shape(shape, scope)), value.form))
      }
    }
    note(name, for: argument.value)
    scope.names[name] = .value(
      argument.value, argument.provenance ?? Provenance(span: declaration.span, isArgument: true))
  }

  /// What a refined type asks of the value given for an argument: checked here where the text has the value, else when
  /// it is computed. Values that depend on a sample or an index aren't checked.
  func require(_ argument: Argument, _ declaration: Declaration, _ scope: Scope) throws {
    guard let type = declaration.type, case .tensor(let value) = argument.value else { return }
    let refinements = try typeShape(type, scope).refinements
    if refinements.isEmpty { return }
    if case .values(let data) = source(of: value.node) {
      for refinement in refinements {
        guard let violation = refinement.violation(in: data) else { continue }
        throw Diagnostic(
          .error, .value, "\(declaration.name.text) isn't \(refinement.word): \(violation)", at: argument.span,
          notes: [.init("\(declaration.name.text) : \(shortText(type.span)) is declared", at: declaration.span)])
      }
      return
    }
    if case .symbol(let id) = graph[value.node].operation, refinements.allSatisfy(graph[id].refinements.contains) {
      return
    }
    let isFixed = graph.postorder([value.node]).allSatisfy { node in
      guard case .symbol(let id) = graph[node].operation else { return true }
      return graph[id].role != .sample
    }
    guard isFixed, graph[value.node].free.isEmpty, !isInferring else { return }
    let condition = Program.ValueCondition(
      node: value.node, refinements: refinements, name: declaration.name.text, span: argument.span)
    if !program.valueConditions.contains(condition) { program.valueConditions.append(condition) }
  }

  func countText(_ count: Int) -> String { count == 1 ? "one argument" : "\(count) arguments" }

  // MARK: Inlining

  /// Elaborates the body of a function or energy for a call; errors in it say which call they belong to.
  func inlining<Result>(
    _ definition: Definition, _ name: String, at span: Span, isCall: Bool = true, _ body: () throws -> Result
  ) throws -> Result {
    let saved = (guards, ends)
    path.append(definition)
    ends = []
    if isCall { callDepth += 1 }
    defer {
      if isCall { callDepth -= 1 }
      path.removeLast()
      (guards, ends) = saved
    }
    do {
      return try descend(at: span, body)
    } catch var diagnostic as Diagnostic {
      if definition.tree.file == Elaborator.networkFile {
        diagnostic.span = span
      } else if isCall, diagnostic.notes.count < 6 {
        diagnostic.notes.append(.init("in the call of \(name)", at: span))
      }
      throw diagnostic
    }
  }
}
