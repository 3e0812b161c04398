import EnergyText

/// Reads `file`, the source numbered `id` in the caller's `SourceMap`.
///
/// Always returns a tree: statements in error are left out or hold a `hole`. All errors carry spans within the file.
public func parse(
  _ file: SourceFile, id: Int, limits: SyntaxLimits = .standard, mode: ParseMode = .file
) -> ParseResult {
  guard file.bytes.count <= limits.sourceBytes else {
    let message = "this source has \(file.bytes.count) bytes; at most \(limits.sourceBytes) are read"
    let diagnostic = Diagnostic(
      .error, .limit, message, at: Span(file: id, start: 0, end: 1),
      hints: [.init("keep numbers in .npy or .csv files and load them as data")])
    return ParseResult(tree: SyntaxTree(source: file, file: id), diagnostics: [diagnostic])
  }
  let lexer = Lexer(file, file: id, limits: limits)
  lexer.run()
  var layout = Layout(lexer.stream.tokens, source: file, file: id, mode: mode, limits: limits)
  layout.run()
  lexer.stream.tokens = layout.result
  let parser = Parser(stream: lexer.stream, source: file, file: id, limits: limits)
  parser.program(mode)
  let passes = [lexer.diagnostics, layout.diagnostics, parser.diagnostics]
  let all = DiagnosticList.merged(passes, limit: limits.errors)
  return ParseResult(tree: parser.tree, diagnostics: all)
}

/// Reads tokens into a tree. A syntax error sets `panic`: nothing further is reported until the next statement (or
/// the next `where` name), so that one mistake gives one message.
///
/// A class for the same reason as `Lexer`.
final class Parser {
  let stream: TokenStream
  let tokens: [Token]
  let file: Int
  let limits: SyntaxLimits
  var tree: SyntaxTree
  var position = 0
  var diagnostics: DiagnosticList
  var panic = false
  /// Brackets, `if`, `not`, signs and exponents around the current place.
  var depth = 0
  /// Index brackets around the current place: `end` needs one.
  var indexDepth = 0
  var inNorm = false
  /// Whether a condition is being read, before its 'then'.
  var awaitsThen = false
  /// The token that the current statement begins with.
  var statementStart = 0
  /// Words of the language that were refused as names.
  var refusedWords: Set<String> = []

  init(stream: TokenStream, source: SourceFile, file: Int, limits: SyntaxLimits) {
    self.stream = stream
    self.tokens = stream.tokens
    self.file = file
    self.limits = limits
    diagnostics = DiagnosticList(limit: limits.errors)
    tree = SyntaxTree(source: source, file: file)
  }

  // MARK: Tokens

  var current: Token { tokens[position] }
  var kind: TokenKind { tokens[position].kind }

  /// The kind of the token `ahead` places on.
  func kind(_ ahead: Int) -> TokenKind { tokens[min(position + ahead, tokens.count - 1)].kind }

  /// Steps over the current token and returns its place; the last token stays.
  @discardableResult func advance() -> Span {
    let here = span
    if position < tokens.count - 1 { position += 1 }
    return here
  }

  /// Steps over a token of the kind, if it stands here.
  func accept(_ wanted: TokenKind) -> Span? {
    kind == wanted && !panic ? advance() : nil
  }

  /// The place of the current token.
  var span: Span { Span(file: file, start: Int(current.start), end: Int(current.end)) }

  /// From the beginning of `start` to the end of the token before the current one.
  func span(from start: Span) -> Span {
    let end = position > 0 ? tokens[position - 1].end : start.end
    return Span(file: file, start: Int(start.start), end: Int(max(end, start.end)))
  }

  /// The value of a name or text token.
  func text(_ token: Token) -> String { stream.strings[Int(token.value)] }

  // MARK: Errors

  /// Reports an error, unless one is being recovered from.
  func fail(
    _ code: DiagnosticCode, _ message: String, at place: Span, label: String? = nil, hints: [Diagnostic.Hint] = []
  ) {
    if !panic {
      diagnostics.add(Diagnostic(.error, code, message, at: visible(place), label: label, hints: hints))
    }
    panic = true
  }

  /// A place that can be marked: the end of a line is its line break, the end of the text its last character.
  private func visible(_ place: Span) -> Span {
    guard place.start >= place.end else { return place }
    let count = tree.source.bytes.count
    var start = min(Int(place.start), max(0, count - 1))
    while start > 0, tree.source.bytes[start] & 0xC0 == 0x80 { start -= 1 }
    var end = min(start + 1, count)
    while end < count, tree.source.bytes[end] & 0xC0 == 0x80 { end += 1 }
    return Span(file: file, start: start, end: end)
  }

  /// Reports that something else was expected here.
  func expected(_ what: String, hints: [Diagnostic.Hint] = []) {
    if kind == .bad || kind.isWord && refusedWords.contains(text(current)) {
      panic = true
      return
    }
    if let foreign = foreignWord() { return fail(.syntax, foreign.message, at: foreign.span, hints: [foreign.hint]) }
    fail(.syntax, "expected \(what), found \(foundDescription)", at: span, hints: hints)
  }

  private var foundDescription: String {
    switch kind {
    case .newline where current.start < current.end: "';'"
    case .newline, .definition: position >= tokens.count - 2 ? "the end" : "the end of the line"
    case .endOfFile: "the end"
    case .string: "a text"
    default: "'\(shortened(tree.text(span)))'"
    }
  }

  /// Steps over a token that has to stand here.
  @discardableResult func expect(_ wanted: TokenKind, _ what: String, hints: [Diagnostic.Hint] = []) -> Span? {
    if panic { return nil }
    if let place = accept(wanted) { return place }
    expected(what, hints: hints)
    return nil
  }

  func hole(_ place: Span) -> ExprID { tree.add(.hole, place) }

  /// Enters a level of nesting; beyond the limit the rest of the source is given up.
  func enter(_ levels: Int = 1) -> Bool {
    depth += levels
    if depth <= limits.nesting { return true }
    if !panic {
      fail(
        .limit, "more than \(limits.nesting) levels of brackets, 'if', signs and exponents within each other",
        at: span, hints: [.init("name parts of the expression with 'let' or 'where'")])
    }
    position = tokens.count - 1
    return false
  }

  func leave(_ levels: Int = 1) { depth -= levels }

  /// A name that is being defined or used as a label. A word of the language is reported and taken for the name.
  func name(_ what: String, hints: [Diagnostic.Hint] = []) -> Name? {
    if panic { return nil }
    let token = current
    switch kind {
    case .name:
      return Name(text(token), at: advance())
    case .dottedName:
      let hint = "dotted names belong to --set, --params and grad(E, …); here write the part behind the point"
      fail(.syntax, "'\(shortened(tree.text(span)))' can't be defined", at: span, hints: [.init(hint)])
      return nil
    case let word where word.isWord && kind(1) != .name:
      let spelling = text(token)
      let proposal = Parser.otherNames[spelling] ?? spelling + "_"
      guard refusedWords.insert(spelling).inserted else { return Name(spelling, at: advance()) }
      diagnostics.add(
        Diagnostic(
          .error, .word, "'\(spelling)' is a word of the language and can't be a name", at: span,
          hints: [.init("call it \(proposal)", fixIt: .init(replace: span, with: proposal))]))
      return Name(spelling, at: advance())
    default:
      expected(what, hints: hints)
      return nil
    }
  }

  /// What to call things whose first name is taken.
  private static let otherNames = [
    "data": "obs", "dim": "dims", "param": "theta", "let": "value", "fn": "func", "energy": "potential", "end": "last",
    "from": "source", "to": "target", "by": "stride", "over": "region", "in": "inside", "check": "test",
    "plot": "graph",
    "save": "store", "print": "show", "import": "load_from", "emit": "output", "pi": "p", "nan": "missing",
    "inf": "upper",
  ]
}
