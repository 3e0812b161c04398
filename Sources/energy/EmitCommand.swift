import ArgumentParser
import EnergyCodegen
import EnergyData
import EnergyDriver
import EnergySemantics
import EnergyText

/// `energy emit FILE | -e EXPR`.
struct EmitCommand: ParsableCommand {
  enum Target: String, ExpressibleByArgument, CaseIterable { case cuda, c, torch, latex }

  static let configuration = CommandConfiguration(
    commandName: "emit", abstract: "Source code for another system.",
    discussion: """
      energy emit model.energy --target cuda --out out/
      energy emit model.energy --target c --out model.h
      energy emit model.energy --target c --dtype f32 --what energy_score --bake --out out/
      energy emit -e '0.5*sumsq(x)' --target c --dim d=8
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "cuda, c, latex; torch isn't built yet.")
  var target: Target

  @Option(
    help: "A folder, or a file for the source alone; without it the source goes to standard output.",
    completion: .file())
  var out: String?

  @Option(help: "Functions, separated by commas: energy, score, energy_score, laplacian, gradient; all by default.")
  var what: Functions?

  @Option(help: "What files and functions are called; the energy's name by default.")
  var name: String?

  @Flag(help: "Write the values of parameters into the source.")
  var bake = false

  @Flag(
    name: .customLong("report"),
    help: "With --target cuda: what functions move and compute, how they run and why; no source.")
  var isReport = false

  struct Functions: ExpressibleByArgument {
    let all: [EmissionRequest.What]
    init?(argument: String) {
      var all: [EmissionRequest.What] = []
      for word in argument.split(separator: ",") {
        guard let what = EmissionRequest.What(rawValue: String(word)) else { return nil }
        all.append(what)
      }
      guard !all.isEmpty else { return nil }
      self.all = all
    }
  }

  func run() throws {
    let report = Report(output)
    try report.finish(loading: { try program.requiredSession() }) { loaded in
      guard let target = EmissionTarget(rawValue: target.rawValue) else {
        throw Unbuilt.feature("energy emit --target \(target.rawValue)", instead: "for a processor: --target c")
      }
      let energy = try loaded.energy(named: program.energy)
      if let note = loaded.expressionNote() { report.note(note) }
      var options = EmissionOptions()
      if let what { options.what = what.all }
      options.isBaked = bake
      options.name = name
      if isReport { return try write(loaded, energy, target, options, report) }
      try write(try loaded.emission(of: energy, for: target, options), report)
      return .success
    }
  }

  private func write(
    _ session: Session, _ energy: Program.Energy, _ target: EmissionTarget, _ options: EmissionOptions,
    _ report: Report
  ) throws -> ExitStatus {
    guard target == .cuda else {
      throw Diagnostic(
        .error, .option, "--report is for --target cuda", hints: [.init("energy emit FILE --target cuda --report")])
    }
    let costs = try session.emissionReport(of: energy, options)
    report.line(costs.text)
    report.field("report", costs.json)
    return .success
  }

  private func write(_ files: [EmittedFile], _ report: Report) throws {
    guard let out else {
      report.line(files[0].text)
      report.field("files", .array(files.map { .object([("name", .string($0.name)), ("text", .string($0.text))]) }))
      return
    }
    let isFolder = out.hasSuffix("/") || OutputFolder.exists(out)
    var written: [(path: String, text: String)] = []
    if isFolder {
      let folder = out.hasSuffix("/") ? out : out + "/"
      written = files.map { (folder + $0.name, $0.text) }
      try OutputFolder.make(folder)
    } else {
      written = [(out, files[0].text)]
    }
    // All are written beside their places before the first one appears.
    try AtomicFile.write(written.map { (Array($0.text.utf8), $0.path) })
    report.field("files", .array(written.map { .string($0.path) }))
  }
}
