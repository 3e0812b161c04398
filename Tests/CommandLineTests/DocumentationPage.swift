import EnergyREPL
import Foundation

/// A page of the documentation whose examples are run.
///
/// - A block marked `energy` is a program. What it prints, messages included, stands in a block marked `output` behind
///   it; a program without one prints nothing.
/// - `energy continued` goes on where the last program of the page ended; its output is that of the new lines.
/// - `energy wrong` has errors, and its output shows them.
/// - `energy file=NAME` is kept under that name, for `load`, `import` and commands further down.
/// - `energy syntax` is read, not run.
/// - A block with a line that begins with `$ energy`, `$ cat` or `$ cp` is a session: each command is run, and what it
///   prints stands below it. `cp` copies from the repository. Marked `console wrong`, its last command fails.
/// - A block that begins with `energy> ` is a session at the prompt; what is said to each input stands below it. A
///   block `console continued` goes on where the last one of the page ended.
///
/// All blocks of a page share a folder, with the repository's examples in it.
struct DocumentationPage {
  /// What the page would be, were it written today.
  private(set) var text = ""
  /// What is wrong beyond other output.
  private(set) var problems: [String] = []
  private(set) var programs = 0
  private let folder: URL
  private var lines: ArraySlice<String>
  private var result: [String] = []
  private var program: [String] = []
  private var printed: [String] = []
  private var inputs: [String] = []
  private var said: [String] = []

  /// Plays a page in a folder.
  init(_ page: String, in folder: URL) throws {
    self.folder = folder
    lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
    while let line = lines.popFirst() {
      result.append(line)
      guard line.hasPrefix("```") else { continue }
      let words = line.dropFirst(3).split(separator: " ").map(String.init)
      let body = block()
      if words.first == "energy" {
        result += body + ["```"]
        try play(body, words: words.dropFirst())
      } else if body.first?.hasPrefix("energy> ") ?? false {
        result += try prompt(body, goesOn: words.last == "continued") + ["```"]
      } else if body.contains(where: { line in ["$ energy", "$ cat ", "$ cp "].contains { line.hasPrefix($0) } }) {
        result += try session(body, fails: words.last == "wrong") + ["```"]
      } else {
        if words.first == "output" { problems.append("an output without a program: \(body)") }
        result += body + ["```"]
      }
    }
    text = result.joined(separator: "\n")
  }

  /// The lines up to the end of the block.
  private mutating func block() -> [String] {
    let body = Array(lines.prefix { $0 != "```" })
    lines = lines.dropFirst(body.count + 1)
    return body
  }

  private mutating func play(_ body: [String], words: ArraySlice<String>) throws {
    // The page about formatting has pairs, and what isn't built yet is only read: tests of the syntax do both.
    if let word = words.first, ["before", "ascii", "unicode", "syntax"].contains(word) { return }
    let expected = takeOutput()
    let isWrong = words.contains("wrong")
    var name = "model.energy"
    if let file = words.first(where: { $0.hasPrefix("file=") }) { name = String(file.dropFirst(5)) }
    if !words.contains("continued") { (program, printed) = ([], []) }
    let whole = program + body
    try (whole.joined(separator: "\n") + "\n")
      .write(to: folder.appendingPathComponent(name), atomically: false, encoding: .utf8)
    if name != "model.energy", expected == nil { return }
    programs += 1
    let outcome = try Program.run([name], in: folder)
    var output = Self.lines(outcome.output)
    if !isWrong { (program, printed, output) = (whole, output, Array(output.dropFirst(printed.count))) }
    if (outcome.status != 0) != isWrong {
      problems.append("exit status \(outcome.status):\n\(body.joined(separator: "\n"))\n\(outcome.errors)")
    }
    // Notes about definitions only interest where something is shown.
    if expected != nil || isWrong { output += Self.lines(outcome.errors) }
    if expected != nil || !output.isEmpty { result += ["", "```output"] + output + ["```"] }
  }

  /// Steps over a block of output that follows; `nil` when there is none.
  private mutating func takeOutput() -> [String]? {
    let rest = lines.drop { $0.isEmpty }
    guard rest.first == "```output" else { return nil }
    lines = rest.dropFirst()
    return block()
  }

  /// Plays a session at the prompt.
  private mutating func prompt(_ body: [String], goesOn: Bool) throws -> [String] {
    programs += 1
    let prompts = [InputAssembler.prompt, InputAssembler.continuation]
    let typed = body.compactMap { line in
      prompts.first { (line + " ").hasPrefix($0) }.map { String(line.dropFirst($0.count)) }
    }
    if !goesOn { (inputs, said) = ([], []) }
    inputs += typed
    let input = Data((inputs.joined(separator: "\n") + "\n").utf8)
    let outcome = try Program.run(["repl", "--echo"], in: folder, input: input)
    if !outcome.errors.isEmpty { problems.append("a prompt: \(outcome.errors)") }
    let all = Self.lines(outcome.output)
    defer { said = all }
    return Array(all.dropFirst(said.count))
  }

  private mutating func session(_ body: [String], fails: Bool) throws -> [String] {
    var played: [String] = []
    var status: Int32 = 0
    let commands = body.filter { $0.hasPrefix("$ ") }
    for (index, command) in commands.enumerated() {
      played.append(command)
      if command.hasPrefix("$ energy") {
        programs += 1
        let outcome = try Transcript.outcome(of: String(command.dropFirst(2)), in: folder)
        status = outcome.status
        played += Self.lines(outcome.output) + Self.lines(outcome.errors)
      } else if command.hasPrefix("$ cat ") {
        let file = folder.appendingPathComponent(String(command.dropFirst(6)))
        played += Self.lines(try String(contentsOf: file, encoding: .utf8))
        status = 0
      } else {
        let words = command.split(separator: " ").map(String.init)
        guard words.count == 4, words[1] == "cp" else {
          problems.append("only energy, cat and cp can be run: \(command)")
          continue
        }
        try FileManager.default.copyItem(
          at: root.appendingPathComponent(words[2]), to: folder.appendingPathComponent(words[3]))
        status = 0
      }
      if (status != 0) != (fails && index == commands.count - 1) {
        problems.append("exit status \(status): \(command)\n\(played.joined(separator: "\n"))")
      }
      // An empty line before the next command is the writer's.
      if index + 1 < commands.count, let next = body.firstIndex(of: commands[index + 1]), next > 0,
        body[next - 1].isEmpty
      {
        if played.last != "" { played.append("") }
      }
    }
    return played
  }

  private static func lines(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}
