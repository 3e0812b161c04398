import ArgumentParser
import EnergyDriver
import EnergyText

/// `energy explain NAME`.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "What an error code, a rewrite rule or a standard energy means.",
    discussion: """
      energy explain E-shape
      energy explain softplus
      energy explain gaussian
      energy explain std
      """)

  @Argument(
    help: "An error code, a rule that derive --steps names, a name of the standard library, or std for all of them.")
  var code: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let report = Report(output)
    try report.finish({ SourceMap() }) {
      let text = try Explanations.text(for: code)
      report.line(text)
      report.field("explanation", .string(text))
      return .success
    }
  }
}
