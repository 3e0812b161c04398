import EnergyDriver
import EnergySemantics
import EnergySyntax
import EnergyText

extension Conversation {
  /// What there is to know of a name, or its source.
  func help(_ name: String, source isSource: Bool) {
    if name.isEmpty { return show(.text(Self.overview)) }
    let canonical = canonicalName(name)
    if program.words[canonical] != nil {
      return isSource ? showSource(of: canonical) : describe(canonical)
    }
    if isSource {
      if let entry = StandardLibrary.entry(named: canonical) {
        return show(.text("\(entry.source)\n# \(entry.file)"))
      }
      if Explanations.text(ofFunction: canonical) != nil {
        return show(.note("\(canonical) is built in: it has no source in the language"))
      }
    } else if let command = PromptCommand.allCases.first(where: { ":" + $0.rawValue == name }) {
      return show(.text("\(command.usage)\n  \(command.summary)"))
    } else if let text = Explanations.text(ofFunction: canonical) ?? (try? Explanations.text(for: canonical)) {
      return show(.text(text))
    }
    let known = Array(program.words.keys) + Explanations.functionNames + StandardLibrary.names
    let guess = didYouMean(canonical, among: known.sorted())
    fail(
      Diagnostic(
        .error, .unknown, "nothing is called '\(name)'" + (guess.map { "; did you mean '\($0)'?" } ?? ""),
        hints: [.init("names that are defined: :vars; the standard library: ?std")]))
  }

  private static let overview: String = {
    let commands = PromptCommand.allCases.map { ($0.usage, $0.summary) }
    let signs = [
      ("?NAME, ??NAME", "what there is to know of a name; its source"), ("ans", "the value that was shown last"),
      ("STATEMENT;", "runs it and shows nothing"), ("\\mu Tab", "μ; Tab also completes names, arguments and files"),
    ]
    let width = 22
    return
      ((signs + commands).map { usage, summary in
        usage.count < width
          ? usage + String(repeating: " ", count: width - usage.count) + summary
          : usage + "\n" + String(repeating: " ", count: width) + summary
      } + ["Commands can be cut short: :q, :v."]).joined(separator: "\n")
  }()

  private func showSource(of name: String) {
    guard let entry = state.entries.last(where: { $0.current.contains(name) }) else { return }
    if let library = StandardLibrary.entry(named: name), program.energy(name)?.isImported ?? false {
      return show(.text("\(library.source)\n# \(library.file)"))
    }
    let tree = parse(entry.text.source, id: 0).tree
    guard let statement = tree.statements.last(where: { $0.definedNames.contains(name) }) else { return }
    let line = tree.source.position(of: Int(statement.span.start)).line
    show(.text("\(tree.text(statement.span))\n# \(tree.source.name):\(line)"))
  }

  private func describe(_ name: String) {
    if let problem = state.problems.values.first(where: { $0.names.contains(name) }) {
      return fail([problem.diagnostic], problem.sources)
    }
    let session = current
    guard let line = session.nameList().first(where: { $0.name == name }) else { return }
    var lines: [String] = []
    var fields: [(String, String)] = []
    if let energy = session.program.energy(name) {
      let own = energy.parameters.map { "\($0.name) : \($0.type)" }
      lines.append("\(session.signature(energy)) (energy)")
      let format: FormulaFormat = options.session.formulas == .unicode ? .unicode : .text
      if let text = try? session.derivation(.energy, of: energy, format: format).text {
        fields.append(("formula", text))
      }
      if let text = try? session.derivation(.score, of: energy, format: format).text { fields.append(("score", text)) }
      if !own.isEmpty { fields.append(("parameters", own.joined(separator: ", "))) }
      if let library = StandardLibrary.entry(named: name), energy.isImported {
        fields.append(("reference", library.reference))
      }
      fields.append(("example", session.exampleCall(energy)))
    } else if line.word == "fn" || line.word == "energy" {
      lines.append("\(name) (\(line.word))")
      if let source = state.entries.last(where: { $0.current.contains(name) })?.written {
        fields.append(("source", source))
      }
    } else {
      lines.append("\(name) : \(line.type) (\(line.word))")
      if let value = line.value { fields.append(("value", value)) }
    }
    let needs = session.program.needs[name] ?? []
    var seen: Set<String> = []
    let used = needs.filter { seen.insert($0).inserted }
    if !used.isEmpty { fields.append(("uses", used.joined(separator: ", "))) }
    let users = session.program.names.filter { session.program.needs[$0]?.contains(name) ?? false }
    if !users.isEmpty { fields.append(("used by", users.joined(separator: ", "))) }
    lines += fields.map { field, text in
      let head = "  " + field + String(repeating: " ", count: 12 - field.count)
      return head + text.replacing("\n", with: "\n" + String(repeating: " ", count: head.count))
    }
    show(.text(lines.joined(separator: "\n")))
  }
}
