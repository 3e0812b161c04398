import EnergyData
import EnergyDriver
import EnergySemantics
import EnergySyntax
import EnergyText

extension Conversation {
  /// Runs a file; its definitions take the place of those of the same names.
  /// - Returns: whether it was right.
  @discardableResult
  public func load(_ path: String) -> Bool {
    if !loadedPaths.contains(path) { loadedPaths.append(path) }
    do {
      let bytes = try MappedFile(path: path).withUnsafeBytes { Array($0) }
      return load(SourceFile(name: path, bytes: bytes), folder: Self.folder(of: path))
    } catch {
      fail(error, SourceMap())
      return false
    }
  }

  private func load(_ source: SourceFile, folder: String) -> Bool {
    let parsed = parse(source, id: 0)
    var sources = SourceMap()
    _ = sources.add(source)
    if parsed.hasErrors {
      fail(parsed.diagnostics, sources)
    } else if parsed.tree.statements.isEmpty {
      show(.note("\(source.name) holds no statement"))
      return true
    } else {
      var seen: Set<String> = []
      let names = parsed.tree.statements.flatMap(\.definedNames).filter { seen.insert($0).inserted }
      let entry = Entry(
        text: ProgramText(source, folder: folder), names: names, written: ":load \(source.name)", path: source.name)
      let isFirst = !state.entries.contains { $0.path == source.name }
      let failed = hasFailed
      hasFailed = false
      defer { hasFailed = hasFailed || failed }
      if define(entry, change: ":load \(source.name)", replacing: source.name) {
        let energies = current.program.energies.filter { !$0.isImported && names.contains($0.name) }.map(\.name)
        if isFirst, options.isTyped, !energies.isEmpty {
          show(.note("\(source.name): \(energies.count == 1 ? "energy" : "energies") \(Self.list(energies))"))
        }
        return true
      }
      if state.entries.contains(where: { $0.path == source.name && $0.text.source.bytes == source.bytes }) {
        // What it defines is right; one of its statements isn't.
        return false
      }
    }
    show(.note("nothing of \(source.name) was taken up; mend it and :reload"))
    return false
  }

  /// Reads all files again.
  func reload() {
    if loadedPaths.isEmpty { return show(.note("no file was loaded")) }
    memory.forgetAll()
    files.forgetAll()
    forgetRemarks()
    standing = nil
    for path in loadedPaths { load(path) }
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  // MARK: Saving

  /// Writes all definitions into a file, each behind those that it needs.
  func save(to path: String) {
    let folder = Self.folder(of: path)
    let statements = savedStatements()
    if statements.isEmpty { return show(.note("nothing is defined")) }
    if let stray = statements.first(where: { $0.readsFiles && $0.folder != folder }) {
      return fail(
        Diagnostic(
          .error, .option, "'\(stray.names.joined(separator: ", "))' reads a file relative to \(stray.folder)",
          hints: [.init("save there: :save \(stray.folder)/\(path.split(separator: "/").last ?? "model.energy")")]))
    }
    do {
      let text = statements.map(\.text).joined(separator: "\n") + "\n"
      try AtomicFile.write(Array(text.utf8), to: path)
      show(.note("wrote \(path): \(statements.count) definition\(statements.count == 1 ? "" : "s")"))
    } catch {
      fail(error, SourceMap())
    }
  }

  private struct SavedStatement {
    let names: [String]
    let text: String
    let folder: String
    let readsFiles: Bool
  }

  private func savedStatements() -> [SavedStatement] {
    var all: [SavedStatement] = []
    for entry in state.entries {
      let tree = parse(entry.text.source, id: 0).tree
      for (index, statement) in tree.statements.enumerated() where entry.text.statement ?? index == index {
        let names = statement.definedNames.filter { !entry.text.omitted.contains($0) }
        if names.isEmpty { continue }
        let text = Self.text(of: statement, keeping: names, tree)
        all.append(
          SavedStatement(
            names: names, text: text, folder: entry.text.folder ?? ".",
            readsFiles: text.contains("load(") || text.contains("from \"")))
      }
    }
    return ordered(all)
  }

  /// A statement without those of its names that another one defines now.
  private static func text(of statement: Statement, keeping names: [String], _ tree: SyntaxTree) -> String {
    guard names.count < statement.definedNames.count else { return tree.text(statement.span) }
    switch statement.kind {
    case .dim(let list):
      let kept = list.filter { names.contains($0.name.text) }.map { dim in
        tree.text(dim.name.span) + (dim.value.map { " = " + tree.text(tree[$0].span) } ?? "")
      }
      return "dim " + kept.joined(separator: ", ")
    case .import(let imports):
      let kept = imports.items.filter { names.contains(($0.alias ?? $0.name).text) }.map { item in
        tree.text(item.name.span) + (item.alias.map { " as " + tree.text($0.span) } ?? "")
      }
      let origin =
        switch imports.source {
        case .std: "std"
        case .file(let path): tree.text(path.span)
        }
      return "import " + kept.joined(separator: ", ") + " from " + origin
    default: return tree.text(statement.span)
    }
  }

  /// Each statement behind those that define what it needs; else in the order of definition.
  private func ordered(_ all: [SavedStatement]) -> [SavedStatement] {
    var place: [String: Int] = [:]
    for (index, statement) in all.enumerated() { for name in statement.names { place[name] = index } }
    var done: Set<Int> = []
    var result: [SavedStatement] = []
    for root in all.indices {
      var pending = [(index: root, isReady: false)]
      while let (index, isReady) = pending.popLast() {
        if isReady {
          if done.insert(index).inserted { result.append(all[index]) }
          continue
        }
        if done.contains(index) { continue }
        pending.append((index, true))
        let needed = all[index].names.flatMap { program.needs[$0] ?? [] }.compactMap { place[$0] }
        pending += Set(needed).filter { $0 != index && !done.contains($0) }.sorted(by: >).map { ($0, false) }
      }
    }
    return result
  }
}
