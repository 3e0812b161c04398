import EnergySyntax

extension SyntaxTree {
  /// The expressions that an expression consists of.
  func parts(of id: ExprID) -> [ExprID] {
    switch self[id].kind {
    case .hole, .number, .string, .name, .constant, .end, .nabla: return []
    case .norm(let inner), .signed(_, let inner), .not(let inner): return [inner]
    case .list(let elements), .or(let elements), .and(let elements): return elements
    case .builder(let body, let generators): return parts(of: generators) + [body]
    case .sum(let terms): return terms.map(\.operand)
    case .product(let terms): return terms.map(\.operand)
    case .comparison(let first, let links): return [first] + links.map(\.operand)
    case .conditional(let condition, let then, let otherwise): return [condition, then, otherwise]
    case .run(let items): return items.flatMap { parts(of: $0) }
    }
  }

  private func parts(of item: RunItem) -> [ExprID] {
    switch item.kind {
    case .atom(let id): return [id]
    case .group(let group): return parts(of: group)
    case .index(let entries): return entries.flatMap { parts(of: $0) }
    case .transpose, .caret, .superscript: return []
    }
  }

  private func parts(of group: Group) -> [ExprID] {
    switch group.contents {
    case .arguments(let arguments): return arguments.positional + arguments.named.map(\.value)
    case .comprehension(let generators, let body): return parts(of: generators) + [body]
    }
  }

  private func parts(of entry: IndexItem) -> [ExprID] {
    switch entry.kind {
    case .all: return []
    case .at(let id): return [id]
    case .range(let lower, let upper, let by): return [lower, upper, by].compactMap { $0 }
    }
  }

  private func parts(of generators: Generators) -> [ExprID] {
    generators.clauses.flatMap { clause -> [ExprID] in
      switch clause.kind {
      case .range(let lower, let upper, let by): return [lower, upper, by].compactMap { $0 }
      case .elements(let id), .state(let id): return [id]
      }
    } + [generators.guardCondition].compactMap { $0 }
  }

  /// The bounds of all ranges within an expression. No recursion.
  func rangeBounds(in root: ExprID) -> [ExprID] {
    var result: [ExprID] = []
    var pending = [root]
    while let id = pending.popLast() {
      switch self[id].kind {
      case .builder(_, let generators): result += bounds(of: generators)
      case .run(let items):
        for item in items {
          if case .group(let group) = item.kind, case .comprehension(let generators, _) = group.contents {
            result += bounds(of: generators)
          }
        }
      default: break
      }
      pending += parts(of: id)
    }
    return result
  }

  private func bounds(of generators: Generators) -> [ExprID] {
    generators.clauses.flatMap { clause -> [ExprID] in
      if case .range(let lower, let upper, _) = clause.kind { return [lower, upper] }
      return []
    }
  }

  /// Names bound by the comprehensions within an expression, and everything named in it. No recursion.
  func namesUsed(in roots: [ExprID]) -> (used: [Name], bound: Set<String>) {
    var used: [Name] = []
    var bound: Set<String> = []
    var pending = roots
    while let id = pending.popLast() {
      switch self[id].kind {
      case .name(let text): used.append(Name(text, at: self[id].span))
      case .nabla(let name): used.append(name)
      case .builder(_, let generators): bound.formUnion(generators.clauses.map(\.name.text))
      case .run(let items):
        for item in items {
          if case .group(let group) = item.kind, case .comprehension(let generators, _) = group.contents {
            bound.formUnion(generators.clauses.map(\.name.text))
          }
        }
      default: break
      }
      pending += parts(of: id)
    }
    return (used, bound)
  }
}
