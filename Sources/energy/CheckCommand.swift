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
      energy check model.energy --verbose      with statistics and the score's error by coordinate
      Samples are standard normal, brought into the domain of an argument that has one (a note says how).
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

  @Flag(
    name: .shortAndLong, help: "Also print the rows alone against the batch, statistics, and the error by coordinate.")
  var verbose = false

  func validate() throws {
    if let samples, samples < 1 { throw ValidationError("--samples must be at least 1.") }
    try program.validate(inputs: input.map(\.path))
    if samples != nil, !input.isEmpty { throw ValidationError("Give --input or --samples, not both.") }
  }

  func run() throws {
    let report = Report(output)
    try report.finish(loading: { try program.requiredSession() }) { loaded in
      if let note = loaded.expressionNote() { report.note(note) }
      let energies = try loaded.energiesToCheck(named: program.energy)
      if rowsOut != nil, energies.all.count > 1 {
        throw Diagnostic(
          .error, .option, "--rows-out takes the rows of one energy, and there are \(energies.all.count)",
          hints: [.init("choose one: --energy \(energies.all[0].displayName)")])
      }
      energies.notes.forEach(report.note)
      var reports: [JSON] = []
      var failed = false
      defer { report.field("reports", .array(reports)) }
      for (index, energy) in energies.all.enumerated() {
        let found = try program.attended { isCancelled, progress in
          try loaded.check(energy, request(isCancelled, progress))
        }
        if index > 0 { report.line("") }
        report.line(found.text(details: verbose))
        found.notes.forEach(report.note)
        reports.append(found.json)
        failed = failed || found.isFailure
        guard let rowsOut else { continue }
        if found.badRows.values.isEmpty {
          report.note("no row is at fault; \(rowsOut) was not written")
        } else {
          try ArrayOutput.write(found.badRows.values, shape: found.badRows.shape, to: rowsOut)
        }
      }
      return failed ? .failure : .success
    }
  }

  private func request(
    _ isCancelled: @escaping @Sendable () -> Bool, _ progress: ProgressHandler?
  ) -> CheckRequest {
    let source: BatchSource =
      input.isEmpty
      ? .random(count: samples ?? 1000, seed: program.seed) : .files(input.map { ($0.name, $0.path) })
    return CheckRequest(
      source: source, origin: input.isEmpty ? nil : input.map(\.path).joined(separator: ", "), rows: rows?.range,
      trapsNaN: program.trapNan, isCancelled: isCancelled, progress: progress)
  }
}
