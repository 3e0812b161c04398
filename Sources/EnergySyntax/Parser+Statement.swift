import EnergyText

extension Parser {
  /// The whole source.
  func program(_ mode: ParseMode) {
    while kind != .endOfFile {
      if kind == .newline || kind == .definition {
        advance()
        continue
      }
      let start = span
      statementStart = position
      let reported = diagnostics.count
      let form = mode == .file ? statementForm() : .expression(expression())
      // A statement that broke off may still have a block behind it, with errors of its own.
      var hasErrors = panic
      let names = kind == .where || panic ? whereBlock(allowed: form?.takesWhere ?? true) : []
      endStatement()
      hasErrors = hasErrors || panic || diagnostics.count > reported
      if let form {
        tree.statements.append(
          Statement(kind: form, span: span(from: start), whereDefinitions: names, hasErrors: hasErrors))
      }
      synchronise()
    }
    if mode == .expression, tree.statements.isEmpty, diagnostics.count == 0 {
      fail(.syntax, "expected an expression, found nothing", at: span)
    }
    if mode == .expression, tree.statements.count > 1 {
      fail(.syntax, "one expression was expected", at: tree.statements[1].span)
    }
  }

  private func endStatement() {
    if panic || kind == .newline || kind == .endOfFile { return }
    switch kind {
    case .closeParen, .closeBracket:
      fail(.bracket, "'\(tree.text(span))' closes nothing", at: span)
    case .assign:
      strayAssignment()
    case .where:
      fail(.syntax, "one 'where' a statement", at: span, hints: [.init("separate its names by commas")])
    case .if:
      fail(.syntax, "'if' needs an operator before it", at: span, hints: [.init("write if c then a else b")])
    case .range:
      fail(
        .syntax, "a range stands in an index or behind 'in'", at: span, hints: [.init("a list is [i for i in 1..n]")])
    case .comma:
      expected("the end of the statement", hints: [.init("a statement ends with its line, without a comma")])
    case .colon:
      expected("the end of the statement", hints: colonHints)
    case let word where word.isStatementHead:
      let hint = insertion("; ", before: span, "statements stand on lines of their own, or have ';' between them")
      expected("the end of the statement", hints: [hint])
    default:
      expected("the end of the statement")
    }
  }

  /// `f(x) = …` without a word before it, or `=` for a comparison.
  private func strayAssignment() {
    if let foreign = foreignWord() { return fail(.syntax, foreign.message, at: foreign.span, hints: [foreign.hint]) }
    let first = tokens[statementStart]
    let head = Span(file: file, start: Int(first.start), end: Int(first.end))
    if first.kind == .name, tokens[min(statementStart + 1, tokens.count - 1)].kind == .openParen {
      return fail(
        .syntax, "a definition begins with a word", at: head,
        hints: [
          insertion("fn ", before: head, "write fn \(shortened(tree.text(head)))(…) = …"),
          .init("a function of a sample is an energy: energy \(shortened(tree.text(head)))(x : vector[d]) = …"),
        ])
    }
    fail(
      .syntax, "'=' stands only in definitions", at: span,
      hints: [.init("a value is defined with let, a function with fn; equality is ==")])
  }

  /// `param a = 1 : real`, or a range with a colon.
  private var colonHints: [Diagnostic.Hint] {
    switch tokens[statementStart].kind {
    case .param, .data, .let: [.init("the type stands before '=': param a : real = 1")]
    default: [.init("a range is written 1..n; a choice is if c then a else b")]
    }
  }

  /// Goes to the end of the statement and forgets its errors.
  private func synchronise() {
    if panic {
      while kind != .newline, kind != .endOfFile { advance() }
    }
    reset()
  }

  /// Forgets an error and what it stood in.
  func reset() {
    panic = false
    depth = 0
    indexDepth = 0
    inNorm = false
  }

  private func statementForm() -> Statement.Kind? {
    switch kind {
    case .dim: return dims()
    case .param: return variable().map { .param($0) }
    case .data: return variable().map { .data($0) }
    case .let: return variable(needsValue: true).map { .let($0) }
    case .fn: return function()
    case .energy: return energy()
    case .import: return importing()
    case .print:
      advance()
      return .print(expression())
    case .check:
      advance()
      return .check(expression())
    case .emit: return emission()
    case .save: return saving()
    case .plot: return plotting()
    case .name where kind(1) == .assign: return missingLet()
    case .name, .for, .from: return foreignStatement() ? nil : .expression(expression())
    default: return .expression(expression())
    }
  }

  /// `a = 1` without a word before it.
  private func missingLet() -> Statement.Kind? {
    let place = span
    let insertion = Span(file: file, start: Int(place.start), end: Int(place.start))
    fail(
      .syntax, "a definition begins with a word", at: place,
      hints: [
        .init("write let \(shortened(tree.text(place))) = …", fixIt: .init(replace: insertion, with: "let ")),
        .init("a value that may be set from outside is a param"),
      ])
    return nil
  }

  private func dims() -> Statement.Kind? {
    advance()
    var result: [DimDefinition] = []
    repeat {
      guard let name = name("the name of a size") else { break }
      let value = accept(.assign) != nil ? expression() : nil
      result.append(DimDefinition(name: name, value: value))
    } while accept(.comma) != nil
    return result.isEmpty ? nil : .dim(result)
  }

  /// An `=` before what begins an expression.
  private var missingAssignment: [Diagnostic.Hint] {
    switch kind {
    case .name, .number, .openParen, .openBracket, .minus, .if, .constant:
      [insertion("= ", before: span, "write = before it")]
    default: []
    }
  }

  /// `real<lower=0>` and `vector<3>`.
  private func foreignConstraint() {
    let place = span
    var end = position
    while end < tokens.count, tokens[end].kind != .greater, tokens[end].kind != .newline, end < position + 16 {
      end += 1
    }
    let last = Int(tokens[min(end, tokens.count - 1)].end)
    let whole = Span(file: file, start: Int(place.start), end: max(Int(place.end), last))
    var hints: [Diagnostic.Hint] = []
    if tokens[min(end, tokens.count - 1)].kind == .greater, kind(1) == .number || kind(1) == .name, kind(2) == .greater
    {
      let size = tokens[position + 1]
      let text = "[\(tree.source.text(from: Int(size.start), to: Int(size.end)))]"
      hints = [.init("sizes stand in brackets: \(text)", fixIt: .init(replace: whole, with: text))]
    } else {
      hints = [
        .init("a lower bound of 0 is the type positive, two bounds are interval(a, b)"),
        .init("of a vector: positive[n], interval[n](a, b)"),
      ]
    }
    fail(.syntax, "a type has nothing in angle brackets", at: whole, hints: hints)
  }

  private func variable(needsValue: Bool = false) -> VariableDefinition? {
    let head = advance()
    guard let name = name("a name") else { return nil }
    let type = accept(.colon) != nil ? type() : nil
    if type != nil, kind == .less { foreignConstraint() }
    var value: ExprID?
    if accept(.assign) != nil {
      value = expression()
    } else if needsValue {
      if kind == .openParen {
        fail(
          .syntax, "'let' takes no arguments", at: span,
          hints: [
            .init(
              "a function is defined with fn: fn \(shortened(tree.text(name.span)))(…) = …",
              fixIt: .init(replace: head, with: "fn"))
          ])
      }
      expected("'='", hints: missingAssignment)
    }
    return VariableDefinition(name: name, type: type, value: value)
  }

  private func function() -> Statement.Kind? {
    let head = advance()
    guard let name = name("the name of a function") else { return nil }
    guard kind == .openParen else {
      let fix = kind == .assign ? Diagnostic.FixIt(replace: head, with: "let") : nil
      expected("'(' and the arguments", hints: [.init("a value without arguments is a let", fixIt: fix)])
      return nil
    }
    let parameters = parameters()
    let result = accept(.colon) != nil ? type() : nil
    expect(.assign, "'='", hints: missingAssignment)
    return .fn(FunctionDefinition(name: name, parameters: parameters, result: result, body: expression()))
  }

  private func energy() -> Statement.Kind? {
    advance()
    guard let name = name("the name of an energy") else { return nil }
    let parameters = kind == .openParen && !panic ? parameters() : nil
    expect(
      .assign, parameters == nil ? "'(' and the arguments, or '='" : "'='",
      hints: parameters == nil ? [] : missingAssignment)
    return .energy(EnergyDefinition(name: name, parameters: parameters, body: expression()))
  }

  private func importing() -> Statement.Kind? {
    advance()
    var items: [ImportStatement.Item] = []
    repeat {
      let hint = Diagnostic.Hint("for example import gaussian, mixture from std; energy explain std lists the names")
      guard let name = name("a name to import", hints: [hint]) else { return nil }
      let alias = accept(.as) != nil ? self.name("what to call it here") : nil
      items.append(.init(name: name, alias: alias))
    } while accept(.comma) != nil
    let isModule = items.first.map { ForeignName.modules.contains($0.name.text) } ?? false
    expect(
      .from, "'from' and where it is",
      hints: [
        .init(isModule ? "functions like exp are built in: nothing has to be imported" : "for example: from std")
      ])
    if panic { return nil }
    if kind == .string, text(current) == "std" {
      fail(
        .syntax, "the standard library is no file", at: span,
        hints: [.init("write std without quotes", fixIt: .init(replace: span, with: "std"))])
      return nil
    }
    if let file = string() { return .import(.init(items: items, source: .file(file))) }
    guard kind == .name, text(current) == "std" else {
      let quoted = "\"\(shortened(tree.text(span)))\""
      expected(
        "std or the name of a file in quotes",
        hints: kind == .dottedName
          ? [.init("write \(quoted)", fixIt: .init(replace: span, with: quoted))] : [])
      return nil
    }
    return .import(.init(items: items, source: .std(advance())))
  }

  private func emission() -> Statement.Kind? {
    advance()
    let hint = Diagnostic.Hint("the target comes first, then an energy: emit c E to \"f.h\"")
    guard let target = name("a target such as c or cuda", hints: [hint]) else { return nil }
    if kind == .newline || kind == .endOfFile || kind == .to { expected("an energy to emit", hints: [hint]) }
    let value = expression()
    let path = accept(.to) != nil ? path() : nil
    return .emit(target: target, value, path: path)
  }

  private func saving() -> Statement.Kind? {
    advance()
    let value = expression()
    expect(.to, "'to' and the name of a file")
    return path().map { .save(value, path: $0) }
  }

  private func plotting() -> Statement.Kind? {
    advance()
    let value = expression()
    var boxes: [PlotStatement.Box] = []
    if accept(.over) != nil {
      repeat {
        guard let box = box() else { break }
        boxes.append(box)
      } while acceptTimes()
    }
    var points: ExprID?
    if accept(.with) != nil {
      expect(.data, "'data'")
      points = expression()
    }
    let path = accept(.to) != nil ? path() : nil
    return .plot(PlotStatement(value: value, boxes: boxes, data: points, path: path))
  }

  /// The `x` or `×` between boxes.
  private func acceptTimes() -> Bool {
    guard !panic, kind == .cross || kind == .name && text(current) == "x" else { return false }
    advance()
    return true
  }

  private func box() -> PlotStatement.Box? {
    let start = span
    expect(.openBracket, "an interval such as [-3, 3]")
    let lower = expression()
    expect(.comma, "','")
    let upper = expression()
    expect(.closeBracket, "']'")
    return panic ? nil : PlotStatement.Box(lower: lower, upper: upper, span: span(from: start))
  }

  private func string() -> StringLiteral? {
    guard kind == .string, !panic else { return nil }
    let token = current
    return StringLiteral(text: text(token), span: advance())
  }

  private func path() -> StringLiteral? {
    if let path = string() { return path }
    if !panic {
      let name = kind == .name || kind == .dottedName ? tree.text(span) : "x.npy"
      expected("the name of a file in quotes", hints: [.init("for example \"\(shortened(name))\"")])
    }
    return nil
  }
}

extension Statement.Kind {
  /// Whether a `where` block may stand behind it.
  var takesWhere: Bool {
    switch self {
    case .dim, .import, .emit, .save, .plot: false
    default: true
    }
  }
}
