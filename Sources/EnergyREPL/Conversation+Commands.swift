import EnergyData
import EnergyDriver
import EnergySemantics
import EnergySyntax
import EnergyText

extension Conversation {
  /// Carries out `:name rest`, `?name` and `??name`.
  /// - Returns: whether to go on.
  func command(_ line: String) -> Bool {
    let text = line.trimmingBlanks
    if text.hasPrefix("?") {
      let isSource = text.hasPrefix("??")
      help(String(text.dropFirst(isSource ? 2 : 1)).trimmingBlanks, source: isSource)
      return true
    }
    let word = text.dropFirst().prefix { $0.isLetter }
    let rest = String(text.dropFirst(word.count + 1)).trimmingBlanks
    let known = PromptCommand.allCases.filter { $0.rawValue.hasPrefix(word) && !word.isEmpty }
    guard let command = known.first(where: { $0.rawValue == word }) ?? (known.count == 1 ? known[0] : nil) else {
      fail(unknown(String(word), known))
      return true
    }
    if command == .quit { return false }
    carryOut(command, rest)
    return true
  }

  private func unknown(_ word: String, _ known: [PromptCommand]) -> Diagnostic {
    if known.count > 1 {
      let names = known.map { ":" + $0.rawValue }.joined(separator: ", ")
      return Diagnostic(.error, .command, "':\(word)' may be \(names)", hints: [.init("write more of it")])
    }
    let guess = didYouMean(word, among: PromptCommand.allCases.map(\.rawValue))
    return Diagnostic(
      .error, .command, "there is no command ':\(word)'" + (guess.map { "; did you mean ':\($0)'?" } ?? ""),
      hints: [.init("all of them: :help")])
  }

  private func carryOut(_ command: PromptCommand, _ rest: String) {
    switch command {
    case .help: help(rest, source: false)
    case .type: withArgument(command, rest, type)
    case .load: withArgument(command, rest) { _ = load(Self.path($0)) }
    case .reload: reload()
    case .save: withArgument(command, rest) { save(to: Self.path($0)) }
    case .set: rest.isEmpty ? listSettings() : set(rest)
    case .params: rest.isEmpty ? listParameters() : readParameters(Self.path(rest))
    case .time: withArgument(command, rest, time)
    case .steps: withArgument(command, rest, steps)
    case .emit, .plot: withArgument(command, rest) { statements(source("\(command.rawValue) \($0)")) }
    case .check: check(rest)
    case .vars: listNames()
    case .clear:
      remember(":clear")
      state = State()
      changed()
    case .undo: undo()
    case .quit: return
    }
  }

  private func withArgument(_ command: PromptCommand, _ rest: String, _ body: (String) -> Void) {
    if !rest.isEmpty { return body(rest) }
    fail(
      Diagnostic(
        .error, .command, ":\(command.rawValue) wants something behind it", hints: [.init("it is \(command.usage)")]))
  }

  /// A text made of a command's argument.
  func source(_ text: String) -> SourceFile { SourceFile(name: options.sourceName, text: text) }

  /// A path, with quotes or without.
  static func path(_ text: String) -> String {
    text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") ? String(text.dropFirst().dropLast()) : text
  }

  /// The program is another one than before.
  func changed() {
    standing = nil
    memory.forgetAllValues()
  }

  // MARK: Expressions

  /// A checked expression that isn't run; `nil` where it is in error, which has been said.
  func expression(_ text: String) -> Session? {
    let source = source(text)
    let parsed = parse(source, id: 0)
    var sources = SourceMap()
    _ = sources.add(source)
    guard !parsed.hasErrors, let statement = parsed.tree.statements.first else {
      fail(parsed.diagnostics, sources)
      return nil
    }
    guard case .expression = statement.kind, parsed.tree.statements.count == 1 else {
      fail([Diagnostic(.error, .command, "one expression is wanted here", at: statement.span)], sources)
      return nil
    }
    var wanted = ProgramText(source, statement: 0)
    if let answer { wanted.given = ["ans": answer] }
    let session = session(state, expression: wanted)
    return isRight(session, written: text) ? session : nil
  }

  private func type(_ text: String) {
    guard let session = expression(text) else { return }
    if let note = session.expressionNote() { show(.note(note)) }
    for type in session.types() { show(.text("\(type.text) : \(type.type)")) }
  }

  private func steps(_ text: String) {
    guard let session = expression(text) else { return }
    do {
      let shown = try session.shownEnergy()
      let result = try session.derivation(
        shown.derivation, of: shown.energy, by: shown.by,
        format: options.session.formulas == .unicode ? .unicode : .text)
      show(.formula(result.text))
      show(.text(result.steps.isEmpty ? "  no rule but those of differentiation" : Self.indented(result.steps)))
    } catch {
      fail(error, session.sources)
    }
  }

  static func indented(_ lines: [String]) -> String { lines.map { "  " + $0 }.joined(separator: "\n") }

  private func time(_ text: String) {
    let clock = ContinuousClock()
    let duration = clock.measure { statements(source(text)) }
    let (seconds, attoseconds) = duration.components
    let milliseconds = Double(seconds) * 1000 + Double(attoseconds) / 1e15
    show(.note(milliseconds < 1000 ? "\(Self.digits(milliseconds)) ms" : "\(Self.digits(milliseconds / 1000)) s"))
  }

  private static func digits(_ number: Double) -> String {
    let scale = number < 10 ? 100.0 : number < 100 ? 10 : 1
    return NumberStyle.short.text((number * scale).rounded() / scale)
  }

  private func check(_ rest: String) {
    if !rest.isEmpty { return statements(source("check \(rest)")) }
    let names = program.energies.filter { !$0.isImported }.map(\.name)
    if names.isEmpty { return show(.note("no energy is defined here")) }
    for name in names { statements(source("check \(name)")) }
  }

  // MARK: Lists

  private func listNames() {
    table(
      current.nameList().map { [$0.word, $0.name, $0.type, $0.value.map { "= \($0)" } ?? ""] }, "nothing is defined")
  }

  private func listParameters() {
    let rows = current.parameterList().map { [$0.word, $0.name, $0.type, $0.value.map { "= \($0)" } ?? "no value"] }
    table(rows, "no parameters and no data")
  }

  private func listSettings() {
    let rows =
      state.settings.map { [$0.name, "= \($0.value)"] }
      + state.dims.sorted { $0.key < $1.key }.map { [$0.key, "= \($0.value)"] }
    table(rows, "nothing is set; it is \(PromptCommand.set.usage)")
  }

  private func table(_ rows: [[String]], _ empty: String) {
    if rows.isEmpty { return show(.note(empty)) }
    let columns = rows[0].count
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      var line = ""
      for (cell, width) in zip(row, widths) {
        line += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    show(.text(lines.joined(separator: "\n")))
  }

  // MARK: Values from outside

  private func set(_ text: String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      return fail(
        Diagnostic(.error, .command, ":set wants NAME=VALUE", hints: [.init("for example :set mu=[0, 1]")]))
    }
    let name = canonicalName(String(text[..<equals]).trimmingBlanks)
    let value = String(text[text.index(after: equals)...]).trimmingBlanks
    var next = state
    next.settings.removeAll { $0.name == name }
    next.dims[name] = nil
    if program.dims.contains(where: { $0.name == name }) {
      if !value.isEmpty {
        guard let number = Int(value), number > 0 else {
          return fail(Diagnostic(.error, .size, "the size \(name) is a whole number from 1, not '\(value)'"))
        }
        next.dims[name] = number
      }
    } else if !value.isEmpty {
      next.settings.append(.init(name: name, value: value))
    }
    change(to: next, ":set \(text)")
  }

  private func readParameters(_ path: String) {
    var next = state
    next.parameterFile = path
    change(to: next, ":params \(path)")
  }

  /// Takes over another state where it brings no error.
  private func change(to next: State, _ change: String) {
    let session = session(next)
    let new = session.diagnostics.filter {
      $0.severity == .error && state.problems[Self.key($0, session.sources)] == nil
    }
    if !new.isEmpty { return fail(new, session.sources) }
    remark(session.diagnostics, session.sources)
    remember(change)
    state = next
    changed()
  }

  private func undo() {
    guard let last = past.popLast() else { return show(.note("there is nothing to take back")) }
    state = last.state
    changed()
    let first = last.change.split(separator: "\n").first.map(String.init) ?? ""
    show(.note("taken back: \(first)" + (last.change.contains("\n") ? " …" : "")))
  }
}
