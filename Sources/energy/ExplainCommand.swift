import ArgumentParser
import EnergyDriver
import EnergyText

/// `energy explain CODE`.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "What an error code or a rewrite rule means.",
    discussion: """
      energy explain E-shape
      energy explain softplus
      """)

  @Argument(help: "An error code, or a rule that derive --steps names.")
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
