import EnergyText

/// Statements and expressions as other languages write them: what was meant is named, so that nobody has to guess.
extension Parser {
  // MARK: Names with a point

  /// `gaussian.mu` where it isn't a whole argument; `np.exp` and `x.sum()`, which are written otherwise.
  func misplacedDottedName() -> ExprID {
    let place = span
    let spelling = text(current)
    var message = "'\(shortened(tree.text(place)))' isn't a value"
    var hint = Diagnostic.Hint("names with a point stand in --set, --params and grad(E, …) only")
    if let foreign = ForeignName.dotted(spelling) {
      let fix = foreign.replacement.map { Diagnostic.FixIt(replace: place, with: $0) }
      hint = .init(foreign.hint, fixIt: fix)
    } else if kind(1) == .openParen {
      message = "'\(shortened(tree.text(place)))(…)' means nothing here: there are no methods"
      hint = method(spelling.split(separator: ".").map(String.init), place)
    }
    fail(.syntax, message, at: place, hints: [hint])
    return hole(place)
  }

  /// `x.sum()` as `sum(x)`, `x.mean(axis = 1)` as `mean(x, axis = 1)`.
  private func method(_ parts: [String], _ place: Span) -> Diagnostic.Hint {
    let name = parts.last ?? ""
    if let advice = ForeignName.function(name)?.advice { return .init(advice) }
    let own = ForeignName.function(name)?.replacement ?? name
    let owner = parts.dropLast().joined(separator: ".")
    let isEmpty = kind(2) == .closeParen
    let end = tokens[min(position + (isEmpty ? 2 : 1), tokens.count - 1)].end
    let whole = Span(file: file, start: Int(place.start), end: Int(end))
    let call = isEmpty ? "\(own)(\(owner))" : "\(own)(\(owner), "
    return .init(
      "write \(shortened(isEmpty ? call : "\(own)(\(owner), …)"))", fixIt: .init(replace: whole, with: call))
  }

  // MARK: Statements

  /// A statement that begins as one of another language; `false` where it may be one of ours.
  func foreignStatement() -> Bool {
    let start = span
    let head = kind == .name ? text(current) : ""
    switch (kind, kind(1), kind(2)) {
    case (.for, .name, _):
      fail(
        .syntax, "there are no loops", at: start,
        hints: [.init("a sum is sum(i in 1..n: …), a list [… for i in 1..n], a recurrence fold(t in 1..n, s = s0: …)")])
    case (.from, .name, _):
      fail(
        .syntax, "an import names what it takes first", at: start,
        hints: [.init("write import gaussian from std; functions like exp are built in")])
    case (.name, .colon, .assign):
      let whole = start.union(Span(file: file, start: Int(start.start), end: Int(tokens[position + 2].end)))
      let fix = "let \(tree.text(start)) ="
      fail(
        .syntax, "':=' means nothing here", at: whole,
        hints: [.init("write \(shortened(fix)) …", fixIt: .init(replace: whole, with: fix))])
    case (.name, .colon, _):
      fail(
        .syntax, "a definition begins with a word", at: start,
        hints: [insertion("param ", before: start, "write param \(shortened(head)) : …")])
    case (.name, .name, .assign) where Parser.valueWords.contains(head):
      replaceHead("let")
    case (.name, .name, .openParen) where Parser.functionWords.contains(head):
      replaceHead("fn")
    default: return false
    }
    return true
  }

  private static let valueWords: Set<String> = [
    "var", "const", "auto", "double", "float", "int", "real", "val", "def", "set", "local", "number", "define",
  ]
  private static let functionWords: Set<String> = ["def", "function", "func", "fun", "define", "defn", "real"]

  private func replaceHead(_ word: String) {
    let what = word == "fn" ? "function" : "value"
    fail(
      .syntax, "'\(text(current))' isn't a word of this language: a \(what) is defined with \(word)", at: span,
      hints: [.init("write \(word)", fixIt: .init(replace: span, with: word))])
  }

  /// A hint that puts something in before a place.
  func insertion(_ text: String, before place: Span, _ message: String) -> Diagnostic.Hint {
    let here = Span(file: file, start: Int(place.start), end: Int(place.start))
    return .init(message, fixIt: .init(replace: here, with: text))
  }

  /// A word of another language among the names of the statement so far: then that is what is wrong, and not where
  /// the parser got stuck.
  func foreignWord() -> (span: Span, message: String, hint: Diagnostic.Hint)? {
    var index = min(statementStart, position)
    while index <= position {
      let token = tokens[index]
      index += 1
      guard token.kind == .name, let advice = Parser.foreignWords[text(token)] else { continue }
      let here = Span(file: file, start: Int(token.start), end: Int(token.end))
      let fix = advice.fix.map { Diagnostic.FixIt(replace: here, with: $0) }
      return (here, "'\(text(token))' isn't a word of this language", .init(advice.hint, fixIt: fix))
    }
    return nil
  }

  private static let foreignWords: [String: (hint: String, fix: String?)] = [
    "lambda": ("a function is defined by fn f(x) = …", nil),
    "def": ("a function is defined by fn f(x) = …", nil),
    "function": ("a function is defined by fn f(x) = …", nil),
    "func": ("a function is defined by fn f(x) = …", nil),
    "elif": ("write else if", "else if"), "elsif": ("write else if", "else if"), "elseif": ("write else if", "else if"),
    "return": ("leave it out: the body of a function is its value", ""),
    "while": ("there are no loops; a recurrence is fold(t in 1..n, s = s0: …)", nil),
    "begin": ("a definition is one expression; name its parts behind 'where'", nil),
    "class": ("an energy is defined by energy f(x : vector[d]) = …", nil),
    "model": ("an energy is defined by energy f(x : vector[d]) = …", nil),
    "parameters": ("a parameter is declared by param a : real", nil),
  ]
}
