import EnergyText

extension Parser {
  /// `( … )`: arguments, a parenthesised expression or a comprehension.
  func group() -> Group {
    let start = advance()
    var contents = Group.Contents.arguments(Arguments())
    let empty = Group(contents: contents, span: start)
    guard enter() else { return empty }
    if (kind == .name || kind.isWord), kind(1) == .in {
      var generators = generators(states: true)
      if accept(.if) != nil { generators.guardCondition = expression(.or) }
      let colon = expect(
        .colon, "':' and what to combine",
        hints: [.init("for example sum(i in 1..n: x[i]), fold(t in 1..T, s = 0: s + t)")])
      contents = .comprehension(generators, body: expression())
      if let colon, kind == .colon {
        fail(
          .syntax, "a range is written with '..'; both ends are included", at: colon,
          hints: [.init("write ..", fixIt: .init(replace: colon, with: ".."))])
      }
    } else {
      contents = .arguments(arguments())
    }
    closeGroup()
    leave()
    return Group(contents: contents, span: span(from: start))
  }

  private func closeGroup() {
    if panic || accept(.closeParen) != nil { return }
    switch kind {
    case .for:
      fail(
        .syntax, "the index stands before what is combined", at: span,
        hints: [.init("write sum(i in 1..n: …)")])
    case .range:
      fail(.syntax, "a range stands in an index or behind 'in'", at: span, hints: [.init("write sum(i in 1..n: …)")])
    case .if:
      fail(.syntax, "'if' needs an operator before it", at: span, hints: [.init("write if c then a else b")])
    case .normBar:
      fail(.syntax, "'‖' doesn't nest", at: span, hints: [.init("write norm(…) for the inner norm")])
    case .colon:
      expected("')'", hints: [.init("an index and its range come first, as in fold(t in 1..T, s = s0: …)")])
    default:
      expected("')'")
    }
  }

  private func arguments() -> Arguments {
    var result = Arguments()
    if kind == .semicolon { result.semicolon = advance() }
    if kind == .closeParen { return result }
    while !panic {
      if kind == .name || kind == .dottedName || kind.isWord, kind(1) == .assign {
        guard let label = argumentLabel() else { break }
        advance()
        result.named.append(NamedArgument(name: label, value: argument()))
      } else {
        let start = span
        let value = argument()
        if result.semicolon != nil || !result.named.isEmpty {
          let place = span(from: start)
          fail(
            .syntax, "arguments without a name stand before those with one and before ';'", at: place,
            hints: [.init("name it: k = \(shortened(tree.text(place)))")])
        }
        result.positional.append(value)
      }
      if accept(.comma) != nil { continue }
      guard result.semicolon == nil, let semicolon = accept(.semicolon) else { break }
      result.semicolon = semicolon
      if kind == .closeParen { break }
    }
    return result
  }

  private func argumentLabel() -> Name? {
    if kind == .dim {
      fail(
        .word, "'dim' is a word of the language and can't name an argument", at: span,
        hints: [.init("axes are named by axis, counted from 1", fixIt: .init(replace: span, with: "axis"))])
      return nil
    }
    guard kind == .dottedName else { return name("the name of an argument") }
    let last = text(current).split(separator: ".").last.map(String.init) ?? ""
    fail(
      .syntax, "'\(shortened(tree.text(span)))' can't name an argument", at: span,
      hints: [.init("write \(shortened(last)) = …; names with a point stand in --set, --params and grad(E, …) only")])
    return nil
  }

  /// An expression, or as a whole argument a text or a name with points such as `gaussian.mu`.
  private func argument() -> ExprID {
    guard kind == .string || kind == .dottedName else { return expression() }
    let token = current
    let place = span
    switch kind(1) {
    case .comma, .semicolon, .closeParen:
      advance()
      return tree.add(token.kind == .string ? .string(text(token)) : .name(text(token)), place)
    case .bad where token.kind == .string, .newline where token.kind == .string:
      advance()
      expected("')'")
      return hole(place)
    default:
      return expression()
    }
  }

  /// `i in 1..n, j in i+1..n, s = s0`.
  func generators(states: Bool) -> Generators {
    var result = Generators()
    repeat {
      let start = span
      guard let name = name("the name of an index") else { break }
      if states, !result.clauses.isEmpty, accept(.assign) != nil {
        let value = expression()
        result.clauses.append(.init(name: name, kind: .state(value), span: span(from: start)))
        continue
      }
      if kind == .closeParen || kind == .comma, !result.clauses.isEmpty {
        expected("'in'", hints: [.init("what is combined stands behind ':' as in sum(i in 1..n: i)")])
      }
      expect(.in, "'in'")
      let lower = expression(.sum)
      var kind = Generators.Clause.Kind.elements(lower)
      if accept(.range) != nil {
        let upper = expression(.sum)
        let by = accept(.by) != nil ? expression(.sum) : nil
        kind = .range(lower: lower, upper: upper, by: by)
      }
      result.clauses.append(.init(name: name, kind: kind, span: span(from: start)))
    } while accept(.comma) != nil
    return result
  }

  /// `[a, b]` or `[e for i in 1..n]`.
  func literal() -> ExprID {
    let start = advance()
    guard enter() else { return hole(start) }
    defer { leave() }
    if kind == .closeBracket {
      advance()
      fail(
        .syntax, "an empty list has no shape", at: span(from: start),
        hints: [.init("write its entries, or zeros(n)")])
      return hole(start)
    }
    var elements = [expression()]
    if accept(.for) != nil {
      let generators = generators(states: false)
      if kind == .if {
        fail(
          .syntax, "a list has no condition: its size would depend on values", at: span,
          hints: [.init("write [if c then a else b for …]")])
      }
      expect(.closeBracket, "']'")
      return tree.add(.builder(body: elements[0], generators), span(from: start))
    }
    while !panic, accept(.comma) != nil {
      if kind == .closeBracket { break }
      elements.append(expression())
    }
    if !panic, kind == .range {
      fail(
        .syntax, "a list of a range is built with 'for'", at: span, hints: [.init("write [i for i in 1..n]")])
    }
    if !panic, kind == .semicolon || kind == .newline, elements.count > 0 {
      expected("',' or ']'", hints: [.init("rows stand in brackets of their own: [[1, 2], [3, 4]]")])
    }
    expect(.closeBracket, "',' or ']'")
    return tree.add(.list(elements), span(from: start))
  }

  /// `[i, 2..end, :]` behind an operand.
  func index(into items: inout [RunItem]) {
    let start = advance()
    guard enter() else { return }
    indexDepth += 1
    var entries: [IndexItem] = []
    if kind == .closeBracket {
      fail(.syntax, "an index is missing", at: start.union(span), hints: [.init("the whole axis is [:]")])
    }
    while !panic {
      entries.append(indexItem())
      if accept(.comma) == nil { break }
    }
    if !panic, kind == .colon {
      fail(
        .syntax, "a range is written with '..'; both ends are included", at: span,
        hints: [.init("write ..", fixIt: .init(replace: span, with: ".."))])
    }
    expect(.closeBracket, "',' or ']'")
    indexDepth -= 1
    leave()
    items.append(RunItem(kind: .index(entries), span: span(from: start)))
  }

  private func indexItem() -> IndexItem {
    let start = span
    if kind == .colon, kind(1) == .comma || kind(1) == .closeBracket {
      return IndexItem(kind: .all, span: advance())
    }
    if kind == .colon {
      fail(
        .syntax, "a range is written with '..'; both ends are included", at: span,
        hints: [.init("write ..", fixIt: .init(replace: span, with: ".."))])
    }
    let lower = kind == .range ? nil : expression()
    guard accept(.range) != nil else {
      return IndexItem(kind: lower.map { .at($0) } ?? .all, span: span(from: start))
    }
    let isOpen = kind == .by || kind == .comma || kind == .closeBracket
    let upper = isOpen ? nil : expression(.sum)
    let by = accept(.by) != nil ? expression(.sum) : nil
    return IndexItem(kind: .range(lower: lower, upper: upper, by: by), span: span(from: start))
  }
}
