import EnergyText

extension Parser {
  /// `where a = …, b(i) = …`, on one line or one name an indented line.
  func whereBlock(allowed: Bool) -> [WhereDefinition] {
    if panic, !skip(to: .where) { return [] }
    if !allowed {
      fail(.syntax, "this statement has no 'where'", at: span, hints: [.init("define the names with let")])
    }
    advance()
    var result: [WhereDefinition] = []
    while true {
      if let definition = whereDefinition() { result.append(definition) }
      if panic, !skip(to: .definition) { return result }
      if accept(.comma) == nil, accept(.definition) == nil { return result }
    }
  }

  /// After an error: goes to `where`, or to the next name of the block that has a line of its own.
  private func skip(to wanted: TokenKind) -> Bool {
    while kind != wanted {
      if kind == .newline || kind == .endOfFile { return false }
      advance()
    }
    reset()
    return true
  }

  private func whereDefinition() -> WhereDefinition? {
    let start = span
    guard let name = name("a name behind 'where'") else { return nil }
    var arguments: [Name]?
    if accept(.openParen) != nil {
      var names: [Name] = []
      repeat {
        guard let argument = self.name("the name of an argument") else { return nil }
        names.append(argument)
      } while accept(.comma) != nil
      expect(.closeParen, "')'")
      arguments = names
    }
    expect(.assign, "'='")
    let value = expression()
    return WhereDefinition(name: name, arguments: arguments, value: value, span: span(from: start))
  }

  /// `(x : vector[d], y; mu : vector[d] = zeros(d))`.
  func parameters() -> Parameters {
    let start = advance()
    var result = Parameters(span: start)
    guard enter() else { return result }
    if kind == .closeParen { return closeParameters(result, from: start) }
    if kind == .semicolon { result.semicolon = advance() }
    while !panic {
      if let declaration = declaration() {
        if result.semicolon == nil {
          result.declarations.append(declaration)
        } else {
          result.own.append(declaration)
        }
      }
      if accept(.comma) != nil { continue }
      guard result.semicolon == nil, let semicolon = accept(.semicolon) else { break }
      result.semicolon = semicolon
    }
    return closeParameters(result, from: start)
  }

  private func closeParameters(_ parameters: Parameters, from start: Span) -> Parameters {
    var result = parameters
    expect(.closeParen, "',' or ')'")
    leave()
    result.span = span(from: start)
    return result
  }

  private func declaration() -> Declaration? {
    let start = span
    guard let name = name("the name of an argument") else { return nil }
    let type = accept(.colon) != nil ? type() : nil
    let value = accept(.assign) != nil ? expression() : nil
    return Declaration(name: name, type: type, defaultValue: value, span: span(from: start))
  }

  /// `vector[n]`, `interval[n](0, 1)`, `energy[k]`.
  func type() -> TypeExpr? {
    let start = span
    let name: Name
    if kind == .energy {
      name = Name("energy", at: advance())
    } else {
      guard kind == .name else {
        if !panic { expected("a type", hints: [.init("for example real, int, vector[n], matrix[m, n]")]) }
        return nil
      }
      guard let found = self.name("a type") else { return nil }
      name = found
    }
    let sizes = typeList(.openBracket, .closeBracket, "']'")
    let arguments = typeList(.openParen, .closeParen, "')'")
    return TypeExpr(name: name, sizes: sizes, arguments: arguments, span: span(from: start))
  }

  private func typeList(_ open: TokenKind, _ close: TokenKind, _ closing: String) -> [ExprID] {
    guard accept(open) != nil, enter() else { return [] }
    var result: [ExprID] = []
    repeat { result.append(expression()) } while accept(.comma) != nil
    expect(close, "',' or " + closing)
    leave()
    return result
  }
}
