import EnergyDriver
import EnergySemantics
import EnergySyntax
import Glibc

/// What may stand at the cursor.
public struct Completion: Equatable, Sendable {
  /// Where the piece begins that candidates take the place of, in bytes of the line.
  public let start: Int
  /// What may stand there, sorted.
  public let candidates: [String]

  /// The longest text that all candidates begin with.
  public var common: String {
    guard let first = candidates.first else { return "" }
    return candidates.dropFirst().reduce(first) { String($0.commonPrefix(with: $1)) }
  }
}

extension Conversation {
  /// What may stand at the cursor.
  /// - Parameters:
  ///   - line: what stands on the line before the cursor.
  ///   - pending: earlier lines of the same input.
  public func completion(of line: String, after pending: String = "") -> Completion {
    if let completion = command(before: line) { return completion }
    let whole = pending.isEmpty ? line : pending + "\n" + line
    let opening = Self.openString(in: line)
    if opening.isComment { return Completion(start: line.utf8.count, candidates: []) }
    if let opening = opening.quote {
      let typed = String(line[line.index(after: opening)...])
      let files = Self.files(typed).map { $0.hasSuffix("/") ? $0 : $0 + "\"" }
      return Completion(start: Self.bytes(line[...opening]), candidates: files)
    }
    if let backslash = line.lastIndex(of: "\\"),
      case let name = line[line.index(after: backslash)...], name.allSatisfy(\.isLetter)
    {
      return Completion(start: Self.bytes(line[..<backslash]), candidates: Self.signs(String(name)))
    }
    let word = Self.lastWord(of: line)
    let start = line.utf8.count - word.utf8.count
    return Completion(start: start, candidates: candidates(for: String(word), in: whole.dropLast(word.count)))
  }

  private func command(before line: String) -> Completion? {
    if line.hasPrefix("?") {
      let marks = line.prefix { $0 == "?" }
      let name = line.dropFirst(marks.count)
      return Completion(start: marks.utf8.count, candidates: Self.matching(String(name), knownNames + ["std"]))
    }
    guard line.hasPrefix(":") else { return nil }
    guard let space = line.firstIndex(of: " ") else {
      let names = PromptCommand.allCases.map { ":" + $0.rawValue }
      return Completion(start: 0, candidates: Self.matching(line, names))
    }
    let word = String(line[line.index(after: line.startIndex)..<space])
    let rest = String(line[line.index(after: space)...])
    let start = Self.bytes(line[...space])
    switch PromptCommand(rawValue: word) {
    case .load?, .save?, .params?: return Completion(start: start, candidates: Self.files(rest))
    case .help?: return Completion(start: start, candidates: Self.matching(rest, knownNames))
    case .emit? where !rest.contains(" "):
      return Completion(start: start, candidates: Self.matching(rest, EmissionTarget.allCases.map(\.rawValue)))
    case .set? where !rest.contains("="):
      let names = current.parameterList().filter { $0.word == "param" }.map(\.name) + program.dims.map(\.name)
      return Completion(start: start, candidates: Self.matching(rest, names.map { $0 + "=" }))
    default: return nil
    }
  }

  // MARK: Names

  private var knownNames: [String] {
    program.names + Explanations.functionNames + StandardLibrary.names
  }

  /// What a word that begins like this may become, behind what stands before it.
  private func candidates(for word: String, in before: Substring) -> [String] {
    let head = before.split(separator: "\n").last.map { $0.drop { $0 == " " } } ?? ""
    if head.hasPrefix("import ") {
      if head.contains(" from ") { return Self.matching(word, ["std", "\""]) }
      return Self.matching(word, StandardLibrary.names)
    }
    let callee = Self.callee(in: before)
    let isFirst = before.last { !$0.isWhitespace }.map { "(,;".contains($0) } ?? false
    var names = isFirst ? callee.map { arguments(of: $0).map { $0 + " = " } } ?? [] : []
    if answer != nil { names.append("ans") }
    // With nothing to go by, all functions would be noise.
    if word.isEmpty, !before.allSatisfy({ $0 == " " }) { return Set(names + program.names).sorted() }
    // Derivatives take an energy, not its value.
    if callee.map(Explanations.takesEnergy) ?? false {
      return Self.matching(word, names + program.energies.map(\.name))
    }
    let functions =
      Explanations.functionNames
      + program.names.filter { ["fn", "energy"].contains(program.words[$0] ?? "") }
    let hidden = Set(program.names)
    names += functions.filter { !hidden.contains($0) || program.words[$0] != nil }.map { $0 + "(" }
    names += program.names.filter { !functions.contains($0) }
    names += LanguageWords.constants + LanguageWords.inner.filter { $0.count > 3 }
    if before.allSatisfy({ $0 == " " }) { names += LanguageWords.statementHeads.map { $0 + " " } }
    if word.contains(".") { names += current.parameterList().map(\.name) }
    return Self.matching(word, names)
  }

  /// What the innermost open call calls.
  private static func callee(in before: Substring) -> String? {
    var depth = 0
    var position = before.endIndex
    while position > before.startIndex {
      position = before.index(before: position)
      switch before[position] {
      case ")", "]": depth += 1
      case "[" where depth == 0: return nil
      case "(" where depth == 0: return canonicalName(lastWord(of: before[..<position]))
      case "(", "[": depth -= 1
      default: continue
      }
    }
    return nil
  }

  private func arguments(of name: String) -> [String] {
    if program.words[name] != nil {
      if let energy = program.energy(name) {
        let prefix = "\(name)."
        let own = energy.parameters.map {
          $0.name.hasPrefix(prefix) ? String($0.name.dropFirst(prefix.count)) : $0.name
        }
        return energy.samples.map(\.name) + own
      }
      for entry in state.entries.reversed() where entry.current.contains(name) {
        for statement in parse(entry.text.source, id: 0).tree.statements where statement.definedNames.contains(name) {
          if case .fn(let function) = statement.kind { return function.parameters.declarations.map(\.name.text) }
          if case .energy(let energy) = statement.kind, let parameters = energy.parameters {
            return (parameters.declarations + parameters.own).map(\.name.text)
          }
        }
      }
      return []
    }
    return Explanations.argumentNames(ofFunction: name)
  }

  // MARK: Texts

  private static func matching(_ word: String, _ names: [String]) -> [String] {
    Set(names.filter { $0.hasPrefix(word) }).sorted()
  }

  private static func lastWord(of line: some StringProtocol) -> String {
    String(line.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }.reversed())
  }

  private static func bytes(_ text: some StringProtocol) -> Int { text.utf8.count }

  private static func signs(_ name: String) -> [String] {
    if let sign = TypedSigns.all[name] { return [sign] }
    let names = TypedSigns.all.keys.filter { $0.hasPrefix(name) }.sorted()
    return names.count == 1 ? [TypedSigns.all[names[0]] ?? ""] : names.map { "\\" + $0 }
  }

  /// The quote that opens the text in which the line ends, and whether it ends in a comment.
  private static func openString(in line: String) -> (quote: String.Index?, isComment: Bool) {
    var opening: String.Index?
    var isEscaped = false
    for index in line.indices {
      if isEscaped {
        isEscaped = false
      } else if line[index] == "\\", opening != nil {
        isEscaped = true
      } else if line[index] == "\"" {
        opening = opening == nil ? index : nil
      } else if line[index] == "#", opening == nil {
        return (nil, true)
      }
    }
    return (opening, false)
  }

  /// Paths that begin like this one; folders end in a slash.
  static func files(_ typed: String) -> [String] {
    let slash = typed.lastIndex(of: "/")
    let folder = slash.map { String(typed[...$0]) } ?? ""
    let name = slash.map { typed[typed.index(after: $0)...] } ?? typed[...]
    guard let stream = opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { closedir(stream) }
    var found: [String] = []
    while let entry = readdir(stream) {
      let text = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard text.hasPrefix(name), text != ".", text != "..", !text.hasPrefix(".") || name.hasPrefix(".") else {
        continue
      }
      var status = stat()
      let isFolder = stat(folder + text, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      found.append(folder + text + (isFolder ? "/" : ""))
    }
    return found.sorted()
  }
}
