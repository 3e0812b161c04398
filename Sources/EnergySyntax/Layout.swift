import EnergyText

/// Decides where statements end: puts `newline` and `definition` tokens between the lexer's.
///
/// Inside brackets line breaks are nothing. Elsewhere a line goes on where its end or the next, indented line's
/// beginning says so; what could be read two ways is reported, never guessed.
struct Layout {
  private let tokens: [Token]
  private let source: SourceFile
  private let file: Int
  private let mode: ParseMode
  private(set) var result: [Token] = []
  private(set) var diagnostics: DiagnosticList
  private var open: [Token] = []
  /// How many of them are parentheses, so that nobody looks through all of them.
  private var openParentheses = 0
  private var inWhere = false
  /// Whether a text without its quote, or the like, may hold the partner of an open bracket.
  private var hidesBrackets = false
  /// Set by the first of several lines with a wrong indentation, so that one mistake is reported once.
  private var reportedIndentation = false

  init(_ tokens: [Token], source: SourceFile, file: Int, mode: ParseMode, limits: SyntaxLimits) {
    self.tokens = tokens
    self.source = source
    self.file = file
    self.mode = mode
    diagnostics = DiagnosticList(limit: limits.errors)
    result.reserveCapacity(tokens.count + source.lineCount + 2)
  }

  mutating func run() {
    for index in tokens.indices {
      var token = tokens[index]
      if token.line != .inside { beginLine(index) }
      switch token.kind {
      case .openParen, .openBracket:
        open.append(token)
        if token.kind == .openParen { openParentheses += 1 }
      case .closeParen, .closeBracket:
        close(token)
      case .bad:
        if !open.isEmpty, reachesLineEnd(token) { hidesBrackets = true }
      case .where:
        if open.isEmpty { inWhere = true }
      case .semicolon where open.isEmpty:
        token.kind = .newline
        inWhere = false
      default:
        break
      }
      result.append(token)
    }
    let end = Int32(source.bytes.count)
    if !open.isEmpty { reportUnclosed(at: end) }
    let last = result.last?.end ?? end
    result.append(Token(kind: .newline, line: .inside, start: last, end: last))
    result.append(Token(kind: .endOfFile, line: .inside, start: end, end: end))
  }

  /// A closing bracket ends the innermost open one; one of the other kind is reported.
  private mutating func close(_ token: Token) {
    guard let bracket = open.last else { return }
    let wanted = token.kind == .closeParen ? TokenKind.openParen : .openBracket
    if bracket.kind == wanted { return pop() }
    // Without its partner it is no bracket; with one further out, what is open within was forgotten.
    let hasPartner = wanted == .openParen ? openParentheses > 0 : open.count > openParentheses
    if diagnostics.isFull {
      diagnostics.skip()
    } else {
      diagnostics.add(mismatch(token, bracket, hasPartner: hasPartner))
    }
    result.append(Token(kind: .bad, line: .inside, start: token.start, end: token.start))
    if !hasPartner { return pop() }
    while let last = open.last {
      pop()
      if last.kind == wanted { break }
    }
  }

  private func mismatch(_ token: Token, _ bracket: Token, hasPartner: Bool) -> Diagnostic {
    let (line, column) = source.position(of: Int(bracket.start))
    let missing = bracket.kind == .openParen ? ")" : "]"
    let before = Span(file: file, start: Int(token.start), end: Int(token.start))
    let fix = Diagnostic.FixIt(replace: hasPartner ? before : span(token), with: missing)
    let text = source.text(from: Int(token.start), to: Int(token.end))
    return Diagnostic(
      .error, .bracket, "the bracket opened at \(line):\(column) isn't closed by '\(text)'", at: span(token),
      hints: [.init("close it with \(missing)", fixIt: fix)])
  }

  /// Takes the innermost open bracket off.
  private mutating func pop() {
    if open.popLast()?.kind == .openParen { openParentheses -= 1 }
  }

  /// Whether a token that was reported hides the rest of its line, and with it brackets.
  private func reachesLineEnd(_ token: Token) -> Bool {
    token.end > token.start
      && (token.end >= Int32(source.bytes.count) || [0x0A, 0x0D].contains(source.bytes[Int(token.end)]))
  }

  private mutating func beginLine(_ index: Int) {
    let token = tokens[index]
    if mode == .expression {
      if inWhere, open.isEmpty, index > 0, !tokens[index - 1].kind.continuesAtLineEnd, beginsDefinition(index) {
        insert(.definition, before: token)
      }
      return
    }
    if !open.isEmpty {
      guard token.line == .margin, beginsStatement(index) else { return }
      reportUnclosed(at: token.start)
      return endStatement(before: token)
    }
    if token.line == .indentedByTab { reportTab(before: token) }
    guard index > 0 else {
      if token.line != .margin { reportIndentation(of: token, first: true) }
      return
    }
    let previous = tokens[index - 1].kind
    if token.line == .margin {
      reportedIndentation = false
      // No statement continues with the head of another, whatever the line above ends in.
      if token.kind.isStatementHead || beginsForeignStatement(index) { return endStatement(before: token) }
      if previous.continuesAtLineEnd { return }
      if token.kind.continuesAtLineStart { return reportMargin(token) }
      return endStatement(before: token)
    }
    // Behind `;` there is nothing to continue; behind what was reported, an indented line was surely meant to.
    if previous.continuesAtLineEnd || previous == .bad { return }
    if token.kind.continuesAtLineStart, previous != .semicolon { return }
    if inWhere, beginsDefinition(index) { return insert(.definition, before: token) }
    reportIndentation(of: token, first: false)
    endStatement(before: token)
    // What was meant to continue is no statement; a second message about it would only confuse.
    if !token.kind.isStatementHead { insert(.bad, before: token) }
  }

  /// Whether `name =` or `name(…) =` begins here; also with a word for the name, which the parser then refuses.
  private func beginsDefinition(_ index: Int) -> Bool {
    guard tokens[index].kind == .name || tokens[index].kind.isWord else { return false }
    var next = index + 1
    if next < tokens.count, tokens[next].kind == .openParen {
      var depth = 0
      repeat {
        if tokens[next].kind == .openParen { depth += 1 }
        if tokens[next].kind == .closeParen { depth -= 1 }
        if tokens[next].line == .margin { return false }
        next += 1
      } while depth > 0 && next < tokens.count
    }
    return next < tokens.count && tokens[next].kind == .assign
  }

  /// Whether the head of a statement stands here; `energy` behind a colon is a type.
  private func beginsStatement(_ index: Int) -> Bool {
    guard tokens[index].kind.isStatementHead else { return false }
    return tokens[index].kind != .energy || index == 0 || tokens[index - 1].kind != .colon
  }

  /// `for i in …` and `from numpy import …`, which the parser refuses.
  private func beginsForeignStatement(_ index: Int) -> Bool {
    let kind = tokens[index].kind
    return (kind == .for || kind == .from) && index + 1 < tokens.count && tokens[index + 1].kind == .name
  }

  private mutating func insert(_ kind: TokenKind, before token: Token) {
    result.append(Token(kind: kind, line: .inside, start: token.start, end: token.start))
  }

  private mutating func endStatement(before token: Token) {
    // The place of the break is the end of the line above, where something may be missing.
    let place = result.last?.end ?? token.start
    result.append(Token(kind: .newline, line: .inside, start: place, end: place))
    inWhere = false
  }

  private func span(_ token: Token) -> Span { Span(file: file, start: Int(token.start), end: Int(token.end)) }

  /// Reports the innermost bracket that is open at `offset` and gives up on all of them.
  private mutating func reportUnclosed(at offset: Int32) {
    guard let bracket = open.last else { return }
    let (line, column) = source.position(of: Int(bracket.start))
    if !hidesBrackets {
      diagnostics.add(
        Diagnostic(
          .error, .bracket, "the bracket opened at \(line):\(column) isn't closed", at: span(bracket),
          hints: [.init("close it with \(bracket.kind == .openParen ? ")" : "]")")]))
    }
    hidesBrackets = false
    open = []
    openParentheses = 0
    result.append(Token(kind: .bad, line: .inside, start: offset, end: offset))
  }

  private func indentation(of token: Token) -> Span {
    var start = Int(token.start)
    while start > 0, source.bytes[start - 1] != 0x0A { start -= 1 }
    return Span(file: file, start: start, end: Int(token.start))
  }

  private mutating func reportTab(before token: Token) {
    let here = indentation(of: token)
    let spaces = source.text(from: Int(here.start), to: Int(here.end)).replacingTabs
    diagnostics.add(
      Diagnostic(
        .error, .layout, "a tab in the indentation", at: here, label: "its width is anybody's guess",
        hints: [.init("indent with spaces", fixIt: .init(replace: here, with: spaces))]))
  }

  private mutating func reportMargin(_ token: Token) {
    let text = source.text(from: Int(token.start), to: Int(token.end))
    var hints = [
      Diagnostic.Hint(
        "to continue the line above, indent this one",
        fixIt: .init(replace: Span(file: file, start: Int(token.start), end: Int(token.start)), with: "  "))
    ]
    if token.kind == .minus || token.kind == .plus {
      hints.append(.init("to begin a new statement, put it in parentheses"))
    }
    diagnostics.add(
      Diagnostic(.error, .layout, "no statement begins with '\(text)'", at: span(token), hints: hints))
  }

  private mutating func reportIndentation(of token: Token, first: Bool) {
    if reportedIndentation { return }
    reportedIndentation = true
    let here = indentation(of: token)
    var hints = [
      Diagnostic.Hint("to begin a new statement, start at the margin", fixIt: .init(replace: here, with: ""))
    ]
    if !first { hints.append(.init("to continue the line above, end that line or begin this one with an operator")) }
    let message =
      first
      ? "the first statement is indented" : "this line is indented, but doesn't continue the statement above"
    diagnostics.add(Diagnostic(.error, .layout, message, at: span(token), hints: hints))
  }
}

extension String {
  fileprivate var replacingTabs: String { map { $0 == "\t" ? "  " : String($0) }.joined() }
}
