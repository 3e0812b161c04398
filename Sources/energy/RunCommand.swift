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
      echo 'print 1 + 1' | energy
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let report = Report(output)
    try report.finish(loading: {
      guard program.hasProgram else {
        throw Unbuilt.feature(
          "the prompt", instead: "run a file: energy FILE, or give an expression: energy derive -e EXPR")
      }
      return try program.session()
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
