import EnergyText

extension SyntaxTree {
  /// Divides a run into factors, once it is known which names are functions.
  ///
  /// From left to right: parentheses behind a *function* are its call, behind a *value* they begin a new factor; an
  /// index sticks to what stands before it; transposes and powers apply to the factor so far; an exponent takes its
  /// own index, call and power. So `w (x)^2` is `w·(x²)` and `f(x)^2` is `(f(x))²`.
  ///
  /// - Parameters:
  ///   - id: A run; anything else is returned as its only factor.
  ///   - classify: What the factor so far is, asked when parentheses follow it (so that the result of `score(E)` can
  ///     be called in turn) and where a function without arguments would be a mistake. A function must be reported as
  ///     one even if the call will turn out wrong; a name that isn't known is better called a function where it
  ///     stands before parentheses, so that the call can be reported.
  public func group(_ id: ExprID, classify: (GroupedFactor) -> CalleeKind) -> GroupedRun {
    let node = self[id]
    guard case .run(let items) = node.kind else {
      let factor = GroupedFactor(head: .atom(id), suffixes: [], span: node.span)
      return GroupedRun(factors: [factor], diagnostics: [])
    }
    return withoutActuallyEscaping(classify) { classify in
      var grouping = Grouping(tree: self, classify: classify)
      for (position, item) in items.enumerated() {
        grouping.rest = items[(position + 1)...]
        grouping.take(item)
      }
      return grouping.finish()
    }
  }

  /// The error of `a / b c`: a product by juxtaposition to the right of `/`, through any sign.
  ///
  /// - Parameters:
  ///   - id: A product.
  ///   - classify: As for `group`.
  /// - Returns: The first such place, with both readings in the user's own words.
  public func slashDiagnostic(_ id: ExprID, classify: (GroupedFactor) -> CalleeKind) -> Diagnostic? {
    guard case .product(let terms) = self[id].kind else { return nil }
    for term in terms where term.op == .divide {
      var operand = term.operand
      while case .signed(_, let inner) = self[operand].kind { operand = inner }
      guard case .run = self[operand].kind else { continue }
      let factors = group(operand, classify: classify).factors
      if factors.count > 1 { return slashDiagnostic(product: id, term, run: operand, factors) }
    }
    return nil
  }

  private func slashDiagnostic(
    product: ExprID, _ term: ProductTerm, run: ExprID, _ factors: [GroupedFactor]
  ) -> Diagnostic {
    let whole = self[product].span
    let right = self[term.operand].span
    func between(_ start: Int32, _ end: Int32) -> String {
      oneLine(Span(file: file, start: Int(start), end: Int(end)))
    }
    let left = between(whole.start, term.opSpan.start)
    let divisor = between(right.start, factors[0].span.end)
    let rest = between(factors[1].span.start, right.end)
    let place = Span(file: file, start: Int(whole.start), end: Int(right.end))
    let readings = [
      (
        "(\(left)/\(divisor))*\(rest)",
        left == "1" && divisor == "2" ? "half of the product" : "the quotient times the rest"
      ),
      (
        "\(left)/(\(oneLine(right)))",
        left == "1" ? "one over the product" : "divided by the whole product"
      ),
    ]
    let width = readings.map { shortened($0.0).count }.max() ?? 0
    let hints = readings.map { text, meaning in
      let padding = String(repeating: " ", count: width - shortened(text).count + 5)
      return Diagnostic.Hint(shortened(text) + padding + meaning, fixIt: .init(replace: place, with: text))
    }
    return Diagnostic(
      .error, .slash, "'\(shortened(left)) / \(shortened(oneLine(right)))' reads two ways", at: self[run].span,
      label: "a product stands to the right of '/'", hints: hints)
  }

  /// The text of a span on one line: line breaks and what surrounds them become a space.
  func oneLine(_ span: Span) -> String {
    let words = text(span).split(whereSeparator: \.isNewline)
    guard words.count > 1 else { return text(span).trimmingSpaces }
    return words.map { $0.prefix { $0 != "#" }.description.trimmingSpaces }.filter { !$0.isEmpty }
      .joined(separator: " ")
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    let first = drop { $0 == " " || $0 == "\t" }
    guard let last = first.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
    return String(first[...last])
  }
}

/// The state of dividing one run.
private struct Grouping {
  let tree: SyntaxTree
  let classify: (GroupedFactor) -> CalleeKind
  private var factors: [GroupedFactor] = []
  private var diagnostics: [Diagnostic] = []
  /// The factor so far and, above it, the exponents that are still open.
  private var stack: [GroupedFactor] = []
  /// Of each open exponent: its caret.
  private var carets: [(signs: [Sign], span: Span)] = []
  private var expectsExponent = false
  /// What follows the item being taken.
  var rest: ArraySlice<RunItem> = []

  init(tree: SyntaxTree, classify: @escaping (GroupedFactor) -> CalleeKind) {
    self.tree = tree
    self.classify = classify
  }

  mutating func take(_ item: RunItem) {
    switch item.kind {
    case .atom(let id):
      begin(.atom(id), item.span)
    case .group(let group):
      take(group)
    case .index(let entries):
      append(.index(entries), item.span)
    case .transpose:
      closeExponents()
      refuseFunction(item)
      append(.transpose, item.span)
    case .superscript(let exponent):
      refuseFunction(item)
      append(.superscript(exponent), item.span)
    case .caret(let signs):
      refuseFunction(item)
      carets.append((signs, item.span))
      expectsExponent = true
    }
  }

  mutating func finish() -> GroupedRun {
    closeFactor()
    if factors.count > 1 {
      for index in factors.indices where isBareFunction(factors[index]) {
        reportBare(factors[index], following: index + 1 < factors.count ? factors[index + 1] : nil)
      }
    }
    return GroupedRun(factors: factors, diagnostics: diagnostics)
  }

  private mutating func take(_ group: Group) {
    if !expectsExponent, let callee = stack.last, classify(callee) == .function {
      return append(.call(group), group.span)
    }
    if let inner = group.parenthesised { return begin(.parenthesised(inner), group.span) }
    reportNoFunction(group, behind: expectsExponent ? nil : stack.last)
    begin(.atom(firstExpression(group)), group.span)
  }

  private mutating func begin(_ head: GroupedFactor.Head, _ span: Span) {
    if expectsExponent {
      expectsExponent = false
    } else {
      closeFactor()
    }
    stack.append(GroupedFactor(head: head, suffixes: [], span: span))
  }

  private mutating func append(_ kind: GroupedFactor.Suffix.Kind, _ span: Span) {
    guard !stack.isEmpty else { return }
    stack[stack.count - 1].suffixes.append(.init(kind: kind, span: span))
    stack[stack.count - 1].span = stack[stack.count - 1].span.union(span)
  }

  private mutating func closeExponents() {
    while stack.count > 1, let exponent = stack.popLast(), let caret = carets.popLast() {
      let power = GroupedExponent(signs: caret.signs, factor: exponent)
      append(.power(power), caret.span.union(exponent.span))
    }
  }

  private mutating func closeFactor() {
    closeExponents()
    if let factor = stack.popLast() { factors.append(factor) }
    carets = []
  }

  // MARK: Messages

  private func isBareFunction(_ factor: GroupedFactor) -> Bool {
    if case .call = factor.suffixes.last?.kind { return classify(factor) == .function }
    return isNameLike(factor) && classify(factor) == .function
  }

  /// Whether the factor could be a function at all: a name, `∇E` or an entry of a list of energies.
  private func isNameLike(_ factor: GroupedFactor) -> Bool {
    guard case .atom(let id) = factor.head else { return false }
    for suffix in factor.suffixes {
      switch suffix.kind {
      case .call, .index: continue
      case .transpose, .power, .superscript: return false
      }
    }
    switch tree[id].kind {
    case .name, .nabla: return true
    default: return false
    }
  }

  /// `sin^2 (x)`, `f'`: a power or transpose of a function.
  private mutating func refuseFunction(_ item: RunItem) {
    guard let factor = stack.last, isBareFunction(factor) else { return }
    let known = diagnostics.count
    reportBare(factor, following: nil)
    guard diagnostics.count > known else { return }
    let name = shortened(tree.oneLine(factor.span))
    if case .transpose = item.kind {
      diagnostics[known].hints = [.init("the derivative of an energy is grad(E); ^T and ' transpose values")]
    } else if let (argument, exponent) = powered(item) {
      let whole = factor.span.union(argument)
      let text = tree.oneLine(factor.span) + tree.oneLine(argument) + exponent
      diagnostics[known].message = "the power of '\(name)' stands behind its argument"
      diagnostics[known].span = whole
      diagnostics[known].hints = [.init("write \(shortened(text))", fixIt: .init(replace: whole, with: text))]
    }
  }

  /// The argument behind a power of a function, and the power: `sin^2 (x)` and `sin² (x)`.
  private func powered(_ item: RunItem) -> (argument: Span, exponent: String)? {
    var next = rest
    var exponent = tree.oneLine(item.span)
    if case .caret = item.kind {
      guard let number = next.popFirst(), case .atom = number.kind else { return nil }
      exponent += tree.oneLine(number.span)
    }
    guard let argument = next.first, case .group = argument.kind else { return nil }
    return (argument.span, exponent)
  }

  private mutating func reportBare(_ factor: GroupedFactor, following: GroupedFactor?) {
    let name = shortened(tree.oneLine(factor.span))
    // One message a run: with the first mistake the rest of it means something else.
    guard diagnostics.isEmpty else { return }
    guard let following, !isBareFunction(following) else {
      let hint = "apply it first: \(name)(…), then the power or product"
      diagnostics.append(
        Diagnostic(
          .error, .function, "'\(name)' is a function without its argument", at: factor.span, hints: [.init(hint)]))
      return
    }
    var argument = tree.oneLine(following.span)
    if case .parenthesised(let inner) = following.head, following.suffixes.isEmpty {
      argument = tree.oneLine(tree[inner].span)
    }
    let fixed = "\(name)(\(argument))"
    let place = factor.span.union(following.span)
    diagnostics.append(
      Diagnostic(
        .error, .function, "'\(name)' is a function; write \(shortened(fixed))", at: place,
        // The message says it all; the hint is for editors.
        hints: [.init("", fixIt: .init(replace: place, with: fixed))]))
  }

  private mutating func reportNoFunction(_ group: Group, behind callee: GroupedFactor?) {
    guard diagnostics.isEmpty else { return }
    if let callee {
      let name = shortened(tree.oneLine(callee.span))
      let message = "'\(name)' isn't a function"
      diagnostics.append(
        Diagnostic(
          .error, .function, message, at: group.span, label: "so these can't be its arguments",
          hints: [.init("an index stands in brackets: \(name)[…]")]))
      return
    }
    let hints: [Diagnostic.Hint]
    switch group.contents {
    case .comprehension: hints = [.init("say what to do with the values: sum(…), prod(…), max(…)")]
    case .arguments(let arguments):
      let isList = arguments.named.isEmpty && arguments.positional.count > 1
      hints =
        isList
        ? [
          .init("a list stands in brackets: [a, b]"),
          .init("arguments need no parentheses of their own: zeros(2, 3)"),
        ] : []
    }
    diagnostics.append(
      Diagnostic(.error, .function, "no function stands before these parentheses", at: group.span, hints: hints))
  }

  /// Something to stand for a group that can be no factor.
  private func firstExpression(_ group: Group) -> ExprID {
    switch group.contents {
    case .comprehension(_, let body): return body
    case .arguments(let arguments):
      return arguments.positional.first ?? arguments.named.first?.value ?? ExprID(0)
    }
  }
}
