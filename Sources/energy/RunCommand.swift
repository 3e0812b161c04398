import ArgumentParser
import EnergyDriver
import EnergyPlots
import EnergyText

/// `energy run FILE`, `energy FILE`, and `energy` with a program on standard input.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the statements of a file.",
    discussion: """
      energy run examples/01_gaussian.energy
      energy run model.energy --watch      again whenever it changes
      echo 'print 1 + 1' | energy
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup var output: OutputOptions

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
    try report.finish(loading: {
      guard program.hasProgram else {
        throw Unbuilt.feature(
          "the prompt", instead: "run a file: energy FILE, or give an expression: energy derive -e EXPR")
      }
      return try program.session(files: files)
    }) { loaded in
      if let note = loaded.expressionNote() { report.note(note) }
      loaded.pictures = Pictures(terminal: Console.style(output))
      var results: [JSON] = []
      var failed = false
      defer { report.field("results", .array(results)) }
      try loaded.run { result in
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
