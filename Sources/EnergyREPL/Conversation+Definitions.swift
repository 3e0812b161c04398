import EnergyDriver
import EnergySemantics
import EnergySyntax
import EnergyText

extension Conversation.State {
  /// The state in which these names are free.
  func without(_ names: [String]) -> Conversation.State {
    var result = self
    result.entries = entries.compactMap { entry in
      guard !entry.text.omitted.isSuperset(of: names), entry.names.contains(where: names.contains) else { return entry }
      var rest = entry
      rest.text.omitted.formUnion(entry.names.filter(names.contains))
      return rest.current.isEmpty && rest.path == nil ? nil : rest
    }
    // A new definition's value counts, not one that was set before.
    result.settings.removeAll { setting in names.contains(setting.name) }
    for name in names { result.dims[name] = nil }
    return result
  }
}

extension Conversation {
  /// Takes up a text with definitions, or says why not.
  /// - Returns: whether it was taken up.
  func define(_ entry: Entry, change: String, replacing path: String? = nil) -> Bool {
    let before = current
    var next = state
    if let path { next.entries.removeAll { $0.path == path } }
    next = next.without(entry.names)
    let session = session(next, adding: entry.text)
    let place = next.entries.count
    var problems: [String: Problem] = [:]
    var own: [Diagnostic] = []
    for diagnostic in session.diagnostics where diagnostic.severity == .error {
      let key = Self.key(diagnostic, session.sources)
      if let known = state.problems[key] {
        problems[key] = known
      } else if let file = diagnostic.span.map({ Int($0.file) }), next.entries.indices.contains(file) {
        let names = Self.names(in: next.entries[file], at: diagnostic)
        problems[key] = Problem(names: names, diagnostic: diagnostic, sources: session.sources)
      } else {
        own.append(diagnostic)
      }
    }
    if !own.isEmpty {
      fail(own, session.sources)
      return false
    }
    // What uses a name without a meaning has none itself, and no message either.
    let meaningless = problems.values.flatMap(\.names)
    if !meaningless.isEmpty, !dependents(of: meaningless, session.program).isDisjoint(with: entry.names) {
      standing = nil
      if showProblems(of: entry.written) { return false }
    }
    remark(session.diagnostics, session.sources)
    remember(change)
    let repeats = state.entries.contains { $0.written == entry.written && $0.names == entry.names }
    let replaced = entry.names.filter { name in state.entries.contains { $0.current.contains(name) } }
    next.entries.append(entry)
    let known = state.problems
    next.problems = problems
    state = next
    standing = session
    precondition(place == state.entries.count - 1, "the new text stands last")
    tell(replaced: repeats ? [] : replaced, before, session, known, newNames: entry.names)
    return run(session)
  }

  /// The names that a message in an accepted text is about.
  private static func names(in entry: Entry, at diagnostic: Diagnostic) -> [String] {
    guard entry.text.statement == nil, let span = diagnostic.span else { return entry.current }
    let statements = parse(entry.text.source, id: Int(span.file)).tree.statements
    return statements.last { $0.span.start <= span.start }?.definedNames ?? entry.current
  }

  /// Names and all that use them.
  func dependents(of names: [String], _ program: Program) -> Set<String> {
    var found = Set(names)
    var grows = true
    while grows {
      grows = false
      for (name, needs) in program.needs where !found.contains(name) && needs.contains(where: found.contains) {
        found.insert(name)
        grows = true
      }
    }
    return found
  }

  // MARK: What a change does to the rest

  private func tell(
    replaced: [String], _ before: Session, _ after: Session, _ known: [String: Problem], newNames: [String]
  ) {
    let program = after.program
    memory.forget(dependents(of: newNames, program))
    // A name that hides a built-in may mean something else wherever it was used.
    if after.diagnostics.contains(where: { $0.code == .hides }) { memory.forgetAllValues() }
    if !replaced.isEmpty { show(.note(redefinition(replaced, before, after))) }
    for (key, problem) in state.problems.sorted(by: { $0.key < $1.key }) where known[key] == nil {
      var diagnostic = problem.diagnostic
      diagnostic.severity = .warning
      diagnostic.message = "\(problem.names.joined(separator: ", ")) no longer checks: \(diagnostic.message)"
      diagnostic.hints.append(.init(":undo takes the change back"))
      show(.messages([diagnostic.atPrompt], problem.sources))
    }
    let gone = known.filter { state.problems[$0.key] == nil }.values.flatMap(\.names)
    let mended = program.names.filter { name in
      gone.contains(name) && !newNames.contains(name) && !state.problems.values.contains { $0.names.contains(name) }
    }
    if !mended.isEmpty { show(.note("\(Self.list(mended)) check\(mended.count == 1 ? "s" : "") again")) }
    if options.isTyped, !isSilent { tellInferred(newNames, after) }
  }

  /// `mu is now vector[3], was vector[2]; f and g use it`.
  private func redefinition(_ names: [String], _ before: Session, _ after: Session) -> String {
    let (old, new) = (before.nameList(), after.nameList())
    let changes = names.map { name -> String in
      let type = { (list: [NameDescription]) in list.first { $0.name == name }.map { ($0.word, $0.type) } }
      guard let was = type(old), let now = type(new), was != now, !now.1.isEmpty else { return "\(name) is redefined" }
      let text = { (item: (String, String)) in was.0 == now.0 ? item.1 : "\(item.0) \(item.1)" }
      return "\(name) is now \(text(now)), was \(text(was))"
    }
    let users = after.program.names.filter {
      dependents(of: names, after.program).contains($0) && !names.contains($0)
    }
    let use =
      users.isEmpty ? "" : "; \(Self.list(users)) use\(users.count == 1 ? "s" : "") \(names.count == 1 ? "it" : "them")"
    return changes.joined(separator: ", ") + use
  }

  /// Types that were left to be found.
  private func tellInferred(_ names: [String], _ session: Session) {
    for name in names {
      guard let energy = session.program.energy(name), !energy.isImported else { continue }
      let declared = state.entries.last?.written ?? ""
      if energy.samples.contains(where: { !declared.contains("\($0.name) :") && !declared.contains("\($0.name):") }) {
        show(.note(session.signature(energy)))
      }
    }
  }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ names: [String]) -> String {
    let shown = names.count > 6 ? names.prefix(5) + ["\(names.count - 5) others"] : names[...]
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
  }
}
