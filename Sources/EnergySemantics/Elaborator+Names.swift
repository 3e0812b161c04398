import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// What a name before parentheses calls.
  enum Callee {
    case builtin(String)
    case function(Definition)
    case local(WhereEntry)
    case value(Value)
  }

  // MARK: Values

  /// The value of a name.
  func lookup(_ name: String, at span: Span, _ scope: Scope) throws -> Value {
    switch scope.find(name) {
    case .value(let value, _): return value
    case .size(let size, _): return sizeValue(size)
    case .deferred(let entry): return try value(of: entry, at: span)
    case nil: break
    }
    if let definition = definition(name, scope) { return try value(of: definition, at: span) }
    if isBuiltin(name) { throw bareFunction(name, at: span) }
    throw unknownName(name, at: span, scope)
  }

  func sizeValue(_ size: Size) -> Value { .tensor(TypedValue(graph.size(size), .scalar)) }

  /// The value of a top-level definition, elaborated now if it hasn't been.
  func value(of definition: Definition, at span: Span) throws -> Value {
    switch definition.state {
    case .value(let value): return value
    case .size(let size): return sizeValue(size)
    case .failed: throw AlreadyReported()
    case .active: throw cycle(definition, at: span)
    case .idle:
      if case .function = definition.kind { throw bareFunction(definition.name.text, at: span) }
      elaborate(definition)
      return try value(of: definition, at: span)
    }
  }

  /// The value of a `where` name.
  func value(of entry: WhereEntry, at span: Span) throws -> Value {
    let name = entry.definition.name.text
    guard entry.definition.arguments == nil else { throw bareFunction(name, at: span) }
    switch entry.state {
    case .done(let value): return value
    case .active:
      throw Diagnostic(
        .error, .cycle, "'\(name)' is defined through itself", at: span,
        notes: [.init("defined", at: entry.definition.span)])
    case .idle: break
    }
    entry.state = .active
    // It is read where it stands: outside the body's loops and conditions.
    let savedGuards = guards
    let savedEnds = ends
    guards = []
    ends = []
    activeEntries.append(entry)
    defer {
      activeEntries.removeLast()
      guards = savedGuards
      ends = savedEnds
      if case .active = entry.state { entry.state = .idle }
    }
    let result = try value(entry.definition.value, entry.scope)
    entry.state = .done(result)
    return result
  }

  private func bareFunction(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .error, .function, "'\(name)' is a function; write \(name)(…)", at: span)
  }

  private func cycle(_ definition: Definition, at span: Span) -> Diagnostic {
    let start = path.firstIndex(of: definition) ?? 0
    var circle = Array(path[start...])
    // It is told from what stands first in the text.
    let first = circle.indices.min { circle[$0].name.span < circle[$1].name.span } ?? 0
    circle = Array(circle[first...] + circle[..<first])
    let names = (circle + circle.prefix(1)).map(\.name.text)
    definition.state = .failed
    return Diagnostic(
      .error, .cycle, "these definitions need each other: \(names.joined(separator: " -> "))", at: span,
      notes: circle.map { .init("\($0.name.text) is defined", at: $0.name.span) },
      hints: [.init("for a recurrence write fold(t in 1..T, s = s0: next)")])
  }

  /// An unknown name, with what it may have meant.
  func unknownName(_ name: String, at span: Span, _ scope: Scope) -> Diagnostic {
    if let entry = activeEntries.last, activeIndices.contains(name) {
      let own = entry.definition.name.text
      return Diagnostic(
        .error, .unknown, "'\(own)' doesn't see the index '\(name)'", at: span,
        notes: [.init("'\(own)' is defined outside the sum", at: entry.definition.name.span)],
        hints: [.init("give \(own) an argument: \(own)(\(name)) = …")])
    }
    if scope.number == 0, let energy = energyWithSample(name, scope) {
      return Diagnostic(
        .error, .unknown, "'\(name)' is a sample of \(energy); definitions at top level don't see it", at: span,
        hints: [.init("a name that depends on \(name) goes behind 'where' of \(energy)")])
    }
    if name.contains(".") {
      return Diagnostic(
        .error, .unknown, "'\(name)' can't be named here", at: span,
        hints: [.init("names with a point stand in --set, --params and grad(E, …) only")])
    }
    let known = scope.allNames.union(definitions(scope).map(\.name.text))
    if let hint = standardHint(name) {
      return Diagnostic(.error, .unknown, "there is nothing named '\(name)' here", at: span, hints: [hint])
    }
    let guess = didYouMean(name, among: known)
    var hints: [Diagnostic.Hint] = []
    if let guess { hints.append(.init("write \(guess)", fixIt: .init(replace: span, with: guess))) }
    if guess == nil { hints.append(.init("define it: param \(name) = …, let \(name) = …, or where \(name) = …")) }
    let question = guess.map { "; did you mean '\($0)'?" } ?? ""
    return Diagnostic(.error, .unknown, "there is nothing named '\(name)'\(question)", at: span, hints: hints)
  }

  private func energyWithSample(_ name: String, _ scope: Scope) -> String? {
    module(scope.tree)?.order.first { definition in
      guard case .energy(let energy) = definition.kind else { return false }
      return energy.parameters?.declarations.contains { $0.name.text == name } ?? false
    }?.name.text
  }

  /// An unknown function, with what it may have meant.
  func unknownFunction(_ name: String, at span: Span, _ scope: Scope) -> Diagnostic {
    if name == "norm2" {
      return Diagnostic(
        .error, .unknown, "'norm2' could be the norm or its square", at: span,
        hints: [.init("the Euclidean norm is norm(v)"), .init("its square is sumsq(v)")])
    }
    if let hint = standardHint(name) {
      return Diagnostic(.error, .unknown, "there is no function '\(name)' here", at: span, hints: [hint])
    }
    let functions = definitions(scope).filter(\.isFunction).map(\.name.text)
    let known = builtinNames.union(functions).union(scope.allNames)
    if didYouMean(name, among: known) == nil, let near = didYouMean(name, among: StandardLibrary.names) {
      return Diagnostic(
        .error, .unknown, "there is no function '\(name)'; did you mean '\(near)'?", at: span,
        hints: [.init("write \(near)(…)", fixIt: .init(replace: span, with: near)), standardHint(near)].compactMap {
          $0
        })
    }
    let guess = didYouMean(name, among: known)
    let question = guess.map { "; did you mean '\($0)'?" } ?? ""
    var hints: [Diagnostic.Hint] = []
    if let guess { hints.append(.init("write \(guess)(…)", fixIt: .init(replace: span, with: guess))) }
    return Diagnostic(.error, .unknown, "there is no function '\(name)'\(question)", at: span, hints: hints)
  }

  // MARK: Functions

  /// Names with a meaning of their own in a call, beside the tables of EnergyBuiltins.
  static let operatorNames = SpecialFunction.names(.differential)
  static let specialNames = Set(SpecialFunction.all.map(\.name))
  static let reductions: Set<String> = ["sum", "prod", "min", "max", "mean", "logsumexp", "any", "all"]

  func isBuiltin(_ name: String) -> Bool {
    Builtins.named(name) != nil || StructuralBuiltins.named(name) != nil || Elaborator.specialNames.contains(name)
      || Elaborator.reductions.contains(name)
  }

  var builtinNames: Set<String> {
    Set(Builtins.all.filter(\.isPublic).flatMap { [$0.name.name] + $0.aliases })
      .union(StructuralBuiltins.all.flatMap { [$0.name] + $0.aliases })
      .union(Elaborator.specialNames).union(Elaborator.reductions)
  }

  /// What a name before parentheses calls; `nil` for an unknown one.
  func callee(_ name: String, _ scope: Scope) throws -> Callee? {
    switch scope.find(name) {
    case .value(let value, _): return .value(value)
    case .size(let size, _): return .value(sizeValue(size))
    case .deferred(let entry):
      if entry.definition.arguments != nil { return .local(entry) }
      return .value(try value(of: entry, at: entry.definition.span))
    case nil: break
    }
    if let definition = definition(name, scope) {
      if case .function = definition.kind { return .function(definition) }
      return .value(try value(of: definition, at: definition.name.span))
    }
    return isBuiltin(name) ? .builtin(name) : nil
  }

  /// Whether parentheses behind what has been read of a factor are a call. By the form of definitions alone.
  func classify(_ factor: GroupedFactor, _ scope: Scope) -> CalleeKind {
    guard case .atom(let id) = factor.head else { return .value }
    var kind: FormKind
    switch scope.tree[id].kind {
    case .name(let name): kind = formKind(name, scope, depth: 0)
    case .nabla: kind = .energy
    case .list: kind = formKind(of: id, scope, depth: 0)
    default: return .value
    }
    for suffix in factor.suffixes {
      switch suffix.kind {
      case .call(let group): kind = result(of: kind, group, scope, depth: 0)
      case .index(let items) where kind == .list: kind = chosen(items)
      default: return .value
      }
    }
    return kind == .value ? .value : .function
  }

  /// Whether a name stands for a value of the user's.
  func isValue(_ name: String, _ scope: Scope) -> Bool {
    (scope.find(name) != nil || definition(name, scope) != nil) && formKind(name, scope, depth: 0) == .value
  }

  /// Whether a name stands for an energy, or a derivative of one.
  func isEnergy(_ name: String, _ scope: Scope) -> Bool { formKind(name, scope, depth: 0) == .energy }

  enum FormKind: Equatable {
    case value, function, energy
    /// Several energies.
    case list
    /// `grad score hessian laplacian hvp`.
    case differential
  }

  private func formKind(_ name: String, _ scope: Scope, depth: Int) -> FormKind {
    switch scope.find(name) {
    case .value(.energy, _), .value(.derivative, _), .value(.network, _): return .energy
    case .value(.energies, _): return .list
    case .value, .size: return .value
    case .deferred(let entry):
      if entry.definition.arguments != nil { return .function }
      return formKind(of: entry.definition.value, entry.scope, depth: depth + 1)
    case nil: break
    }
    if let definition = definition(name, scope) {
      switch definition.kind {
      case .function: return .function
      case .energy, .imported: return .energy
      case .parameter(let variable, _): return variable.type?.name.text == "mlp" ? .energy : .value
      case .constant(let variable):
        guard depth < 8, let value = variable.value else { return .value }
        return formKind(of: value, Scope(definition.tree), depth: depth + 1)
      default: return .value
      }
    }
    if Elaborator.operatorNames.contains(name) { return .differential }
    return .function  // a built-in, or unknown: then the call is what gets reported
  }

  /// The kind of an expression where it is a name, or calls applied to one; else a value.
  private func formKind(of id: ExprID, _ scope: Scope, depth: Int) -> FormKind {
    guard depth < 8 else { return .value }
    switch scope.tree[id].kind {
    case .name(let name):
      let kind = formKind(name, scope, depth: depth)
      return kind == .function && scope.find(name) == nil && definition(name, scope) == nil ? .value : kind
    case .nabla: return .energy
    case .list(let elements):
      let isList = elements.contains { formKind(of: $0, scope, depth: depth + 1) == .energy }
      return isList ? .list : .value
    case .run(let items):
      guard case .atom(let head) = items.first?.kind else { return .value }
      var kind: FormKind
      switch scope.tree[head].kind {
      case .name(let name): kind = formKind(name, scope, depth: depth)
      case .list: kind = formKind(of: head, scope, depth: depth + 1)
      default: return .value
      }
      for item in items.dropFirst() {
        switch item.kind {
        case .group(let group): kind = result(of: kind, group, scope, depth: depth)
        case .index(let items) where kind == .list: kind = chosen(items)
        default: return .value
        }
      }
      return kind
    default: return .value
    }
  }

  /// What an index takes from a list of energies: one of them, or again a list.
  private func chosen(_ items: [IndexItem]) -> FormKind {
    if case .at? = items.first?.kind { return .energy }
    return .list
  }

  private func result(of kind: FormKind, _ group: Group, _ scope: Scope, depth: Int) -> FormKind {
    guard case .arguments(let arguments) = group.contents else { return .value }
    switch kind {
    case .value, .function, .list: return .value
    case .differential:
      guard let first = arguments.positional.first else { return .value }
      return formKind(of: first, scope, depth: depth + 1) == .energy ? .energy : .value
    case .energy:
      // Own parameters alone make an instance; a sample makes a call.
      return arguments.positional.isEmpty && !arguments.named.isEmpty ? .energy : .value
    }
  }
}
