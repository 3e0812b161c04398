import ArgumentParser
import EnergyDriver
import EnergyText

/// `energy derive FILE | -e EXPR`.
struct DeriveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "derive", abstract: "Print a formula: of an energy, its score or another derivative.",
    discussion: """
      energy derive -e 'a*sum((x^2 - b)^2)'
      energy derive model.energy --what laplacian --format latex
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "energy, score, gradient, hessian or laplacian.")
  var what: Derivation = .score

  @Option(help: "The argument or parameter to differentiate by; by default all arguments.")
  var wrt: String?

  @Option(help: "text, unicode, latex, energy (a program) or json.")
  var format: FormulaFormat = .text

  @Flag(help: "Also list the rules that were used, in order.")
  var steps = false

  func run() throws {
    var options = output
    if format == .json { options.json = true }
    let report = Report(options)
    try report.finish(loading: { try program.requiredSession() }) { loaded in
      let energy = try loaded.energy(named: program.energy)
      if let note = loaded.expressionNote() { report.note(note) }
      let result = try loaded.derivation(what, of: energy, by: wrt, format: format)
      report.line(result.text)
      result.json.forEach { report.field($0.0, $0.1) }
      if steps {
        if !result.steps.isEmpty { report.line(result.steps.map { "  " + $0 }.joined(separator: "\n")) }
        report.field("steps", .array(result.steps.map(JSON.string)))
      }
      return .success
    }
  }
}

extension Derivation: ExpressibleByArgument {}
extension FormulaFormat: ExpressibleByArgument {}
