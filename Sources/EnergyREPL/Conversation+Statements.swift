import EnergyDriver
import EnergySemantics
import EnergySyntax
import EnergyText

extension Conversation {
  /// Runs the statements of an input one after the other; one in error ends it.
  func statements(_ source: SourceFile) {
    let parsed = parse(source, id: 0)
    var sources = SourceMap()
    _ = sources.add(source)
    if parsed.hasErrors { return fail(parsed.diagnostics, sources) }
    for piece in Self.pieces(source, parsed.tree) {
      guard run(piece) else { return }
    }
  }

  /// One statement of a text.
  struct Piece {
    let source: SourceFile
    /// Its place among the statements of `source`.
    let index: Int
    let statement: Statement
    let written: String
  }

  /// The statements of a text, each with the lines that it stands on for a source.
  private static func pieces(_ source: SourceFile, _ tree: SyntaxTree) -> [Piece] {
    var result: [Piece] = []
    var group: (lines: ClosedRange<Int>, source: SourceFile, count: Int)?
    for statement in tree.statements {
      let first = source.position(of: Int(statement.span.start)).line
      let last = source.position(of: max(Int(statement.span.start), Int(statement.span.end) - 1)).line
      // Statements that share a line share the source: columns stay what they are.
      if let known = group, first <= known.lines.upperBound {
        group = (known.lines.lowerBound...max(last, known.lines.upperBound), known.source, known.count + 1)
      } else {
        group = (first...last, source, 0)
      }
      guard let current = group else { continue }
      let isAlone = tree.statements.count == 1
      let sharing = isAlone ? source : lines(current.lines, of: source)
      group?.source = sharing
      result.append(
        Piece(source: sharing, index: current.count, statement: statement, written: tree.text(statement.span)))
    }
    return result
  }

  private static func lines(_ lines: ClosedRange<Int>, of source: SourceFile) -> SourceFile {
    SourceFile(
      name: source.name, text: lines.map { source.line($0) }.joined(separator: "\n"), firstLine: lines.lowerBound)
  }

  /// Checks a statement and runs it, or takes up what it defines.
  /// - Returns: whether it was right.
  func run(_ piece: Piece) -> Bool {
    var text = ProgramText(piece.source, statement: piece.index)
    if let answer, piece.written.contains("ans") { text.given = ["ans": answer] }
    let names = piece.statement.definedNames
    if !names.isEmpty {
      return define(Entry(text: text, names: names, written: piece.written, path: nil), change: piece.written)
    }
    let isExpression = if case .expression = piece.statement.kind { true } else { false }
    let session =
      isExpression ? session(state, expression: text) : session(state, adding: text)
    guard isRight(session, written: piece.written) else { return false }
    remark(session.diagnostics, session.sources)
    if let note = session.expressionNote() { show(.note(note)) }
    return run(session)
  }

  /// Runs the new statements of a session.
  func run(_ session: Session) -> Bool {
    do {
      try session.run { result in
        present(result)
        if let value = result.value { answer = value }
        if result.isFailure { hasFailed = true }
      }
      return true
    } catch {
      fail(error, session.sources)
      return false
    }
  }

  private func present(_ result: StatementResult) {
    if !isSilent, !result.text.isEmpty {
      switch result.kind {
      case .value: show(.value(result.text))
      case .formula: show(.formula(result.text))
      case .text: show(.text(result.text))
      }
    }
    if options.isTyped, !isSilent, let signature = result.signature, !signature.hasPrefix("energy(") {
      show(.note(signature))
    }
    result.notes.forEach { show(.note($0)) }
  }

  /// Whether a session that defines nothing new is right; says what is wrong with it.
  func isRight(_ session: Session, written: String) -> Bool {
    let errors = session.diagnostics.filter { $0.severity == .error }
    let new = errors.filter { state.problems[Self.key($0, session.sources)] == nil }
    if !new.isEmpty {
      fail(new, session.sources)
      return false
    }
    if session.isEmpty { return !showProblems(of: written) }
    return true
  }

  /// Shows again why names in a text have no meaning any more.
  /// - Returns: whether there are such names.
  func showProblems(of written: String) -> Bool {
    let words = Set(written.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
    let needed = dependencies(of: words, in: current.program)
    let problems = state.problems.values.filter { !needed.isDisjoint(with: $0.names) }
    for problem in problems.isEmpty ? Array(state.problems.values) : problems {
      fail([problem.diagnostic], problem.sources)
    }
    return !state.problems.isEmpty
  }

  /// Names and all that they need.
  private func dependencies(of names: Set<String>, in program: Program) -> Set<String> {
    var found = names
    var pending = Array(names)
    while let name = pending.popLast() {
      for needed in program.needs[name] ?? [] where found.insert(needed).inserted { pending.append(needed) }
    }
    return found
  }
}
