import EnergyText

extension Parser {
  /// Whether a factor without a number can begin here.
  private var atUnit: Bool { beginsUnit(kind) }

  private func beginsUnit(_ kind: TokenKind) -> Bool {
    switch kind {
    case .name, .dottedName, .constant, .openParen, .nabla, .end: true
    case .normBar: !inNorm
    default: false
    }
  }

  /// Whether a token can't belong to the run before it, not even by mistake.
  private func endsRun(_ kind: TokenKind) -> Bool {
    switch kind {
    case .openBracket, .transpose, .superscript, .caret, .number, .string: false
    default: !beginsUnit(kind)
    }
  }

  /// A product by juxtaposition with suffixes, flat; a lone atom is returned as itself.
  func run() -> ExprID {
    if kind == .number || kind == .name, endsRun(kind(1)) { return atom() }
    let start = span
    var items: [RunItem] = []
    var exponents = 0
    if kind == .number || kind == .openBracket || atUnit {
      unit(into: &items)
    } else {
      noOperand()
      return hole(start)
    }
    while !panic {
      switch kind {
      case .openBracket:
        index(into: &items)
      case .transpose:
        items.append(RunItem(kind: .transpose, span: advance()))
        leave(exponents)
        exponents = 0
      case .superscript:
        superscript(into: &items)
      case .caret:
        let levels = caret(into: &items)
        guard levels > 0 else { break }
        exponents += levels
      case .number:
        numberBehindFactor(items)
      case .string:
        misplacedString()
      default:
        guard atUnit else {
          leave(exponents)
          return finish(items, from: start)
        }
        // A group may still belong to the exponent; anything else is the next factor.
        if kind != .openParen {
          leave(exponents)
          exponents = 0
        }
        unit(into: &items)
      }
    }
    leave(exponents)
    return finish(items, from: start)
  }

  private func finish(_ items: [RunItem], from start: Span) -> ExprID {
    if items.count == 1, case .atom(let id) = items[0].kind { return id }
    return tree.add(.run(items), span(from: start))
  }

  /// A number, literal, name, group, …
  private func unit(into items: inout [RunItem]) {
    let place = span
    if kind == .openParen {
      let beginsFactor = items.last.map { if case .caret = $0.kind { true } else { false } } ?? true
      if beginsFactor, kind(1) == .closeParen {
        let end = Int(tokens[position + 1].end)
        fail(
          .syntax, "an expression is missing between these parentheses",
          at: Span(file: file, start: Int(place.start), end: end))
      }
      let group = group()
      items.append(RunItem(kind: .group(group), span: group.span))
      return
    }
    let id = atom()
    items.append(RunItem(kind: .atom(id), span: span(from: place)))
  }

  private func atom() -> ExprID {
    let token = current
    let place = span
    switch kind {
    case .number:
      advance()
      return tree.add(.number(stream.numbers[Int(token.value)]), place)
    case .name:
      advance()
      return tree.add(.name(text(token)), place)
    case .dottedName:
      return misplacedDottedName()
    case .constant:
      advance()
      return tree.add(NamedConstant(rawValue: text(token)).map { .constant($0) } ?? .hole, place)
    case .end:
      if indexDepth == 0 {
        fail(.syntax, "'end' is the last index and stands only in one", at: place, hints: [.init("for example x[end]")])
      }
      advance()
      return tree.add(.end, place)
    case .nabla:
      advance()
      guard kind == .name else {
        expected("the name of an energy behind ∇", hints: [.init("write grad(…) for anything longer")])
        return hole(place)
      }
      let name = Name(text(current), at: advance())
      return tree.add(.nabla(name), span(from: place))
    case .normBar:
      return norm()
    default:
      return literal()
    }
  }

  private func norm() -> ExprID {
    let start = advance()
    guard enter() else { return hole(start) }
    inNorm = true
    let value = expression()
    if !panic, kind != .normBar, kind != .bad {
      expected("'‖'", hints: [.init("norms don't nest in this form; write norm(…)")])
    }
    expect(.normBar, "'‖'")
    inNorm = false
    leave()
    return tree.add(.norm(value), span(from: start))
  }

  /// `^` and the signs behind it, and the atom that begins the exponent. Returns the levels that it nests.
  private func caret(into items: inout [RunItem]) -> Int {
    let start = span
    if case .superscript = items.last?.kind { return twoExponents() }
    advance()
    guard enter() else { return 0 }
    var signs: [Sign] = []
    while kind == .plus || kind == .minus {
      signs.append(kind == .plus ? .plus : .minus)
      guard enter() else { return 0 }
      advance()
    }
    items.append(RunItem(kind: .caret(signs), span: span(from: start)))
    guard kind == .number || kind == .openBracket || atUnit else {
      expected("an exponent")
      return 0
    }
    unit(into: &items)
    return signs.count + 1
  }

  private func superscript(into items: inout [RunItem]) {
    if case .superscript = items.last?.kind {
      _ = twoExponents()
      return
    }
    let exponent = Int(text(current)) ?? 1
    items.append(RunItem(kind: .superscript(exponent), span: advance()))
  }

  private func twoExponents() -> Int {
    fail(
      .syntax, "two exponents in a row can be read two ways", at: span,
      hints: [.init("write (x²)^3 or x^(2^3)")])
    return 0
  }

  private func numberBehindFactor(_ items: [RunItem]) {
    let number = shortened(tree.text(span))
    let place = Span(file: file, start: Int(span.start), end: Int(span.start))
    if let foreign = foreignWord() { return fail(.syntax, foreign.message, at: foreign.span, hints: [foreign.hint]) }
    var hints = [
      Diagnostic.Hint("write * before it, or put the number first", fixIt: .init(replace: place, with: "*"))
    ]
    // Which bracket this is doesn't matter: a list and a call have their commas.
    if depth > 0 { hints.append(.init("between two entries or arguments stands a comma")) }
    if awaitsThen { hints.append(.init("between a condition and its value stands 'then'")) }
    fail(
      .syntax, "a number can't follow a factor", at: span, label: "an operator is missing before \(number)",
      hints: hints)
  }

  func misplacedString() {
    let text = shortened(tree.text(span))
    fail(
      .string, "a text can only be an argument, as in load(\"x.npy\")", at: span,
      hints: [.save, .emit, .plot].contains(tokens[statementStart].kind)
        ? [.init("the name of a file stands behind 'to': to \(text)")] : [])
  }

  /// Reports that no operand begins here.
  private func noOperand() {
    switch kind {
    case .string: misplacedString()
    case .normBar:
      fail(
        .syntax, "'‖' doesn't nest", at: span, hints: [.init("write norm(…) for the inner norm")])
    case .transpose, .superscript:
      fail(.syntax, "'\(shortened(tree.text(span)))' needs something before it", at: span)
    case let word where word.isWord && refusedWords.contains(text(current)):
      // It was refused as a name where it is defined.
      panic = true
    case let word where word.isStatementHead:
      fail(.word, "'\(tree.text(span))' is a word of the language and can't be a value", at: span)
    default:
      expected("an expression")
    }
  }
}
