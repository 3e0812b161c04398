import ArgumentParser
import EnergyData
import EnergyDriver
import EnergyText

/// `energy check FILE | -e EXPR`.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Test an energy: shapes, its score against differences, NaN, large scores, a large range.",
    discussion: """
      energy check model.energy --samples 1000 --seed 0
      energy check model.energy --input data.csv --rows-out bad.npy
      Warnings end with exit status 0, failures with 1.
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "Samples to check on: FILE, or NAME=FILE for each argument.", completion: .file())
  var input: [InputFile] = []

  @Option(help: "How many standard normal samples to draw where there is no input.")
  var samples: Int?

  @Option(help: "Only these rows, from 1, both ends included: 10..20.")
  var rows: RowRange?

  @Option(help: "Write the samples of the rows at fault to this file.", completion: .file())
  var rowsOut: String?

  func validate() throws {
    if let samples, samples < 1 { throw ValidationError("--samples must be at least 1.") }
    if samples != nil, !input.isEmpty { throw ValidationError("Give --input or --samples, not both.") }
  }

  func run() throws {
    let report = Report(output)
    try report.finish(loading: {
      try program.requireProgram()
      return try program.session()
    }) { loaded in
      if let note = loaded.expressionNote() { report.note(note) }
      let energies = try loaded.energiesToCheck(named: program.energy)
      energies.notes.forEach(report.note)
      var reports: [JSON] = []
      var failed = false
      defer { report.field("reports", .array(reports)) }
      for (index, energy) in energies.all.enumerated() {
        let found = try loaded.check(energy, request)
        if index > 0 { report.line("") }
        report.line(found.text)
        found.notes.forEach(report.note)
        reports.append(found.json)
        failed = failed || found.isFailure
        if let rowsOut, !found.badRows.values.isEmpty {
          try ArrayOutput.write(found.badRows.values, shape: found.badRows.shape, to: rowsOut)
        }
      }
      return failed ? .failure : .success
    }
  }

  private var request: CheckRequest {
    let command = "energy check …"
    if input.isEmpty {
      return CheckRequest(
        source: .random(count: samples ?? 1000, seed: program.seed), rows: rows?.range, command: command)
    }
    let names = input.map(\.path).joined(separator: ", ")
    return CheckRequest(
      source: .files(input.map { ($0.name, $0.path) }), origin: names, rows: rows?.range, command: command)
  }
}
