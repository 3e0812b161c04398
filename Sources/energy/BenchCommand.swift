import ArgumentParser
import EnergyDriver
import EnergyText

/// `energy bench FILE | -e EXPR`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time an energy and its score against what this machine can do.",
    discussion: """
      energy bench model.energy
      energy bench -e 'sum((x^2 - 1)^2)' --dim d=16 --threads 1
      The limit is the time that a copy of the same bytes takes, or a matrix product of as many operations, whichever is
      more; both are measured in the same run. A function (exp, sin, a division) counts as one operation.
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "How many samples; by default more than the caches hold.")
  var samples: Int?

  func validate() throws {
    if let samples, samples < 1 { throw ValidationError("--samples must be at least 1.") }
  }

  func run() throws {
    let report = Report(output)
    try report.finish(loading: { try program.requiredSession() }) { loaded in
      if let note = loaded.expressionNote() { report.note(note) }
      let energy = try loaded.energy(named: program.energy)
      let result = try Interruption.watching {
        try loaded.benchmark(energy, rows: samples, seed: program.seed, isCancelled: $0)
      }
      report.line(result.text)
      result.notes.forEach(report.note)
      for (name, value) in result.fields { report.field(name, value) }
      return .success
    }
  }
}
