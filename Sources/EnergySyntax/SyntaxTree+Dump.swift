import EnergyText

extension SyntaxTree {
  /// The expression as an s-expression, for tests and for looking at trees.
  ///
  /// - Parameters:
  ///   - id: The expression.
  ///   - classify: With it, runs are shown divided into factors; without it as they were read.
  public func dump(_ id: ExprID, classify: ((GroupedFactor) -> CalleeKind)? = nil) -> String {
    Dump(tree: self, classify: classify).expression(id)
  }
}

private struct Dump {
  let tree: SyntaxTree
  let classify: ((GroupedFactor) -> CalleeKind)?

  func expression(_ id: ExprID) -> String {
    switch tree[id].kind {
    case .hole: return "?"
    case .number(let number): return number.integer.map(String.init) ?? String(number.value)
    case .string(let text): return "\"\(text)\""
    case .name(let name): return name
    case .constant(let constant): return constant.rawValue
    case .end: return "end"
    case .nabla(let name): return "(nabla \(name.text))"
    case .norm(let value): return form("norm", [expression(value)])
    case .list(let elements): return form("list", elements.map(expression))
    case .builder(let body, let generators): return form("build", clauses(generators) + [expression(body)])
    case .signed(let sign, let value): return form(sign == .minus ? "neg" : "pos", [expression(value)])
    case .sum(let terms): return form("sum", terms.map { $0.sign.rawValue + expression($0.operand) })
    case .product(let terms): return form("product", terms.map { $0.op.rawValue + expression($0.operand) })
    case .comparison(let first, let links):
      return form("compare", [expression(first)] + links.map { $0.op.rawValue + " " + expression($0.operand) })
    case .or(let operands): return form("or", operands.map(expression))
    case .and(let operands): return form("and", operands.map(expression))
    case .not(let value): return form("not", [expression(value)])
    case .conditional(let condition, let then, let other):
      return form("if", [expression(condition), expression(then), expression(other)])
    case .run(let items):
      guard let classify else { return form("run", items.map(item)) }
      let factors = tree.group(id, classify: classify).factors.map(factor)
      return factors.count == 1 ? factors[0] : form("mul", factors)
    }
  }

  private func form(_ head: String, _ parts: [String]) -> String {
    "(" + ([head] + parts).joined(separator: " ") + ")"
  }

  private func item(_ item: RunItem) -> String {
    switch item.kind {
    case .atom(let id): return expression(id)
    case .group(let group): return form("group", arguments(group))
    case .index(let entries): return "[" + entries.map(entry).joined(separator: ", ") + "]"
    case .transpose: return "^T"
    case .caret(let signs): return "^" + signs.map(\.rawValue).joined()
    case .superscript(let exponent): return "^{\(exponent)}"
    }
  }

  private func factor(_ factor: GroupedFactor) -> String {
    var text: String
    switch factor.head {
    case .atom(let id), .parenthesised(let id): text = expression(id)
    }
    for suffix in factor.suffixes {
      switch suffix.kind {
      case .call(let group): text = form("call", [text] + arguments(group))
      case .index(let entries): text = form("index", [text] + entries.map(entry))
      case .transpose: text = form("T", [text])
      case .superscript(let exponent): text = form("^", [text, String(exponent)])
      case .power(let exponent):
        var inner = self.factor(exponent.factor)
        for sign in exponent.signs.reversed() { inner = form(sign == .minus ? "neg" : "pos", [inner]) }
        text = form("^", [text, inner])
      }
    }
    return text
  }

  private func arguments(_ group: Group) -> [String] {
    switch group.contents {
    case .comprehension(let generators, let body):
      return clauses(generators) + [expression(body)]
    case .arguments(let arguments):
      return arguments.positional.map(expression) + (arguments.semicolon == nil ? [] : [";"])
        + arguments.named.map { "\($0.name.text)=\(expression($0.value))" }
    }
  }

  private func clauses(_ generators: Generators) -> [String] {
    var result = generators.clauses.map { clause in
      switch clause.kind {
      case .range(let lower, let upper, let by):
        form("in", [clause.name.text, expression(lower), expression(upper)] + (by.map { [expression($0)] } ?? []))
      case .elements(let collection): form("in", [clause.name.text, expression(collection)])
      case .state(let start): form("state", [clause.name.text, expression(start)])
      }
    }
    if let condition = generators.guardCondition { result.append(form("when", [expression(condition)])) }
    return result
  }

  private func entry(_ entry: IndexItem) -> String {
    switch entry.kind {
    case .all: return ":"
    case .at(let id): return expression(id)
    case .range(let lower, let upper, let by):
      let ends = (lower.map(expression) ?? "") + ".." + (upper.map(expression) ?? "")
      return ends + (by.map { " by " + expression($0) } ?? "")
    }
  }
}
