import ArgumentParser
import EnergyDriver
import EnergyPlots
import EnergyREPL
import EnergyText

/// `energy run FILE`, `energy FILE`, and `energy` with a program on standard input.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the statements of a file.",
    discussion: """
      energy run examples/01_gaussian.energy
      energy run model.energy --watch      again whenever it changes
      energy run --echo model.energy                  a transcript: statements with their results
      echo 'print 1 + 1' | energy
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup var output: OutputOptions

  @Flag(help: "Print the statements too, each before its result: a transcript.")
  var echo = false

  @Flag(help: "Run again whenever the file, or a file that it reads, changes; Ctrl-C ends.")
  var watch = false

  func validate() throws {
    if watch, program.file ?? "-" == "-" { throw ValidationError("--watch needs a file.") }
  }

  func run() throws {
    guard watch, let file = program.file else { return try runOnce(DiskFiles()) }
    let isTerminal = Console.errorIsTerminal
    while true {
      let seen = WatchList()
      seen.note(file)
      // What a run ends with is said; the next change may mend it.
      do {
        try runOnce(DiskFiles { path, use in use == .reading ? seen.note(path) : seen.ignore(path) })
      } catch is ExitStatus {}
      let others = seen.count - 1
      let names = others == 0 ? file : "\(file) and \(others) other file\(others == 1 ? "" : "s")"
      Console.error("watching \(names)" + (isTerminal ? "; Ctrl-C ends" : ""))
      seen.waitForChange()
    }
  }

  private func runOnce(_ files: DiskFiles) throws {
    let report = Report(output)
    if !program.hasProgram, !output.json {
      // At a terminal without a program there is a person.
      return try report.finish({ SourceMap() }) {
        try PromptRun(program, color: output.color).run()
        return .success
      }
    }
    try report.finish(loading: { try program.session(files: files) }) { loaded in
      if let note = loaded.expressionNote() { report.note(note) }
      loaded.pictures = Pictures(terminal: Console.style(output))
      var results: [JSON] = []
      var failed = false
      defer { report.field("results", .array(results)) }
      var transcript = echo ? Transcript(loaded) : nil
      defer { transcript?.end().forEach(report.line) }
      try loaded.run { result in
        transcript?.statements(upTo: result).forEach(report.line)
        if !result.text.isEmpty { report.line(result.text) }
        result.notes.forEach(report.note)
        results.append(result.json)
        failed = failed || result.isFailure
      }
      if let note = loaded.definitionsNote(path: program.file) { report.note(note) }
      return failed ? .failure : .success
    }
  }
}

/// The statements of a file as a prompt would have been given them.
private struct Transcript {
  private var statements: ArraySlice<(text: String, span: Span)>

  init(_ session: Session) { statements = session.statements[...] }

  /// The lines up to the statement of a result.
  mutating func statements(upTo result: StatementResult) -> [String] {
    guard let span = result.span else { return [] }
    return take { $0.start <= span.start }
  }

  /// The lines that are left.
  mutating func end() -> [String] { take { _ in true } }

  private mutating func take(_ belongs: (Span) -> Bool) -> [String] {
    let taken = statements.prefix { belongs($0.span) }
    statements = statements.dropFirst(taken.count)
    return taken.map { InputAssembler.prompted($0.text) }
  }
}
