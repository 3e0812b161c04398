import EnergySyntax
import EnergyText

extension Elaborator {
  // MARK: Namespaces

  /// The source that an expression stands in; bare expressions see the program's names.
  func module(_ tree: SyntaxTree) -> Module? { modules[tree.file] ?? main }

  /// The top-level definition that a name means in a scope.
  func definition(_ name: String, _ scope: Scope) -> Definition? {
    module(scope.tree)?.definition(name) ?? given(name, in: scope.tree)
  }

  /// What stands for a name that has a value in this text alone.
  private func given(_ name: String, in tree: SyntaxTree) -> Definition? {
    guard let data = givenValues[tree.file]?[name] else { return nil }
    if let known = givenDefinitions[tree.file]?[name] { return known }
    let span = Span(file: tree.file, start: 0, end: 0)
    let definition = Definition(Name(name, at: span), .given(data), tree)
    givenDefinitions[tree.file, default: [:]][name] = definition
    return definition
  }

  /// All top-level definitions that a scope sees.
  func definitions(_ scope: Scope) -> [Definition] {
    guard let module = module(scope.tree) else { return [] }
    return module.order.compactMap { module.definition($0.name.text) }
  }

  /// What a definition is called from outside (`--set`, formulas, messages): in the program by its name there, and
  /// where the program doesn't see it by its file's name before it (`parts.k`).
  func displayName(_ definition: Definition) -> String {
    let name = definition.name.text
    guard let module = modules[definition.tree.file], module !== main else { return name }
    return main?.aliases[definition] ?? (module.components + [name]).joined(separator: ".")
  }

  // MARK: Loading

  /// Reads everything that a program imports, each source once, and enters all names: those of a source behind those
  /// of what it imports.
  func load(_ parts: [ProgramPart]) {
    let program = Module(parts, components: [], importer: nil)
    main = program
    for part in parts {
      modules[part.tree.file] = program
      sources[part.tree.file] = part.tree.source
      givenValues[part.tree.file] = part.given
    }
    var pending = [program]
    var position = 0
    while position < pending.count {
      let module = pending[position]
      position += 1
      for part in module.parts {
        for statement in part.statements {
          guard case .import(let imports) = statement.kind else { continue }
          for (request, span) in requests(imports) {
            guard let (found, isNew) = attempt({ try find(request, at: span, for: module) }) else { continue }
            module.dependencies.append(.init(module: found, span: span))
            if isNew { pending.append(found) }
          }
        }
      }
    }
    for module in importedFirst(program) { collect(module) }
  }

  private enum Request {
    case file(String)
    case std(String)
  }

  private func requests(_ imports: ImportStatement) -> [(Request, Span)] {
    switch imports.source {
    case .file(let path): return [(.file(path.text), path.span)]
    case .std: return imports.items.map { (.std($0.name.text), $0.name.span) }
    }
  }

  private func find(_ request: Request, at span: Span, for importer: Module) throws -> (Module, isNew: Bool) {
    let found: ImportedSource
    var components: [String]
    switch request {
    case .std(let name):
      guard let source = StandardLibrary.source(defining: name) else { throw unknownEntry(name, at: span) }
      found = ImportedSource(identity: source.name, folder: "", source: source)
      components = ["std"]
    case .file(let path):
      do {
        found = try provider.source(at: path, within: importer.folder(of: Int(span.file)))
      } catch {
        var diagnostic = error
        diagnostic.span = diagnostic.span ?? span
        throw diagnostic
      }
      components = Array(importer.components.dropLast()) + Self.components(path)
    }
    if let known = loaded[found.identity] { return (known, false) }
    guard loaded.count + 1 < Program.sourceLimit else {
      throw Diagnostic(
        .error, .limit, "a program consists of at most \(Program.sourceLimit) files", at: span)
    }
    // Two files never share a name, so that what they define doesn't.
    while case .file = request, modules.values.contains(where: { $0.components == components }) {
      components[components.count - 1] += "_"
    }
    let parsed = parse(found.source, id: provider.add(found.source))
    let part = ProgramPart(parsed.tree, folder: found.folder)
    let module = Module([part], components: components, importer: .init(module: importer, span: span))
    modules[parsed.tree.file] = module
    sources[parsed.tree.file] = found.source
    loaded[found.identity] = module
    parsed.diagnostics.forEach(report)
    return (module, true)
  }

  /// `models/parts.energy` as parts of a dotted name.
  private static func components(_ path: String) -> [String] {
    var parts = path.split(separator: "/").filter { $0 != "." }
    if let last = parts.popLast() { parts.append(last.prefix { $0 != "." }) }
    return parts.map { part in String(part.map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "_" }) }
  }

  /// All sources, each behind those that it imports; a circle of them is reported and cut. No recursion.
  private func importedFirst(_ program: Module) -> [Module] {
    var result: [Module] = []
    var state: [ObjectIdentifier: Bool] = [ObjectIdentifier(program): false]  // whether it is finished
    var path: [(module: Module, next: Int)] = [(program, 0)]
    while let (module, next) = path.last {
      guard next < module.dependencies.count else {
        path.removeLast()
        state[ObjectIdentifier(module)] = true
        result.append(module)
        continue
      }
      path[path.count - 1].next += 1
      let dependency = module.dependencies[next]
      switch state[ObjectIdentifier(dependency.module)] {
      case true?: continue
      case nil:
        state[ObjectIdentifier(dependency.module)] = false
        path.append((dependency.module, 0))
      case false?:
        module.dependencies[next].closesCycle = true
        let start = path.firstIndex { $0.module === dependency.module } ?? 0
        let circle = path[start...].map(\.module) + [dependency.module]
        report(
          Diagnostic(
            .error, .cycle, "these files import each other: \(circle.map(\.name).joined(separator: " -> "))",
            at: dependency.span,
            notes: path[start...].dropLast().map { step in
              let next = step.module.dependencies[step.next - 1]
              return .init("\(step.module.name) imports \(next.module.name)", at: next.span)
            }, hints: [.init("put what both need into a third file")]))
      }
    }
    return result
  }

  // MARK: Imported names

  /// Enters the names that an import statement brings; what can't be found is entered as failed, so that it is
  /// reported once.
  func enter(_ imports: ImportStatement, _ statement: Statement, _ part: ProgramPart, _ module: Module) {
    for item in imports.items {
      let name = item.alias ?? item.name
      if part.omitted.contains(name.text) { continue }
      let place: Span
      switch imports.source {
      case .file(let path): place = path.span
      case .std: place = item.name.span
      }
      let dependency = module.dependencies.first { $0.span == place && !$0.closesCycle }
      let target = dependency.flatMap { dependency in attempt { try self.target(item.name, in: dependency.module) } }
      if target != nil || module.definitions[name.text] == nil {
        enter(name, .imported(target), statement, part, module)
      }
    }
  }

  private func target(_ name: Name, in module: Module) throws -> Definition {
    let found = module.definitions[name.text]
    if let found, case .imported = found.kind {
      throw Diagnostic(
        .error, .unknown, "\(module.name) imports '\(name.text)' itself and doesn't pass it on", at: name.span,
        notes: [.init("\(module.name) imports it", at: found.span)],
        hints: [.init("import it from where it is defined")])
    }
    if let found { return found }
    let names = module.order.filter { if case .imported = $0.kind { false } else { true } }.map(\.name.text)
    let guess = didYouMean(name.text, among: names)
    let list = names.isEmpty ? "nothing" : names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    throw Diagnostic(
      .error, .unknown, "\(module.name) doesn't define '\(name.text)'\(guess.map { "; did you mean '\($0)'?" } ?? "")",
      at: name.span,
      hints: guess.map { [.init("write \($0)", fixIt: .init(replace: name.span, with: $0))] }
        ?? [.init("it defines \(list)")])
  }

  private func unknownEntry(_ name: String, at span: Span) -> Diagnostic {
    let guess = didYouMean(name, among: StandardLibrary.names)
    var hints: [Diagnostic.Hint] = []
    if let guess {
      hints.append(.init("write \(guess)", fixIt: .init(replace: span, with: guess)))
    } else {
      let near = StandardLibrary.names.filter {
        $0.contains(name) || name.contains($0) || $0.prefix(3) == name.prefix(3)
      }
      if !near.isEmpty { hints.append(.init("there are names like it: \(near.joined(separator: ", "))")) }
    }
    hints.append(.init("all of its names: energy explain std"))
    return Diagnostic(
      .error, .unknown,
      "the standard library has no '\(name)'\(guess.map { "; did you mean '\($0)'?" } ?? "")", at: span, hints: hints)
  }

  /// The name as one that the standard library has: what to write to get it.
  func standardHint(_ name: String) -> Diagnostic.Hint? {
    guard StandardLibrary.has(name) else { return nil }
    let line = "import \(name) from std"
    guard let main, let last = main.parts.last, main.definitions[name] == nil else {
      return .init("the standard library has it: \(line)")
    }
    let top = Span(file: last.tree.file, start: 0, end: 0)
    return .init("the standard library has it: \(line)", fixIt: .init(replace: top, with: line + "\n"))
  }

  // MARK: Messages

  /// A message about an imported source with the way from the program to there; `nil` for a remark, which is no
  /// business of who imports it.
  func leadingBack(_ diagnostic: Diagnostic) -> Diagnostic? {
    guard let span = diagnostic.span, var module = modules[Int(span.file)], let main, module !== main else {
      return diagnostic
    }
    if diagnostic.severity == .note { return nil }
    if diagnostic.notes.contains(where: { $0.span.map { main.has(file: Int($0.file)) } ?? false }) { return diagnostic }
    var result = diagnostic
    while let importer = module.importer, result.notes.count < 8 {
      if !result.notes.contains(where: { $0.span == importer.span }) {
        result.notes.append(.init("\(module.name) is imported", at: importer.span))
      }
      module = importer.module
    }
    return result
  }
}
