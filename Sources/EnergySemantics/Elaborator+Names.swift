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
    case .value(let value):
      try refuseCircle(definition, at: span)
      return value
    case .size(let size): return sizeValue(size)
    case .failed: throw AlreadyReported()
    case .active: throw activeCircle(definition, at: span)
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
    note(name, for: result)
    entry.state = .done(result)
    return result
  }

  /// Remembers what the text calls a value, for source that is written from it.
  func note(_ name: String, for value: Value) {
    if case .tensor(let value) = value { graph.note(name, for: value.node) }
  }

  private func bareFunction(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .error, .function, "'\(name)' is a function; write \(name)(…)", at: span)
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

  /// What a name before parentheses calls, in the call at `span`; `nil` for an unknown one.
  func callee(_ name: String, at span: Span, _ scope: Scope) throws -> Callee? {
    switch scope.find(name) {
    case .value(let value, _): return .value(value)
    case .size(let size, _): return .value(sizeValue(size))
    case .deferred(let entry):
      if entry.definition.arguments != nil { return .local(entry) }
      return .value(try value(of: entry, at: entry.definition.span))
    case nil: break
    }
    if let definition = definition(name, scope) {
      if case .function = definition.kind {
        try refuseCircle(definition, at: span)
        return .function(definition)
      }
      return .value(try value(of: definition, at: span))
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
