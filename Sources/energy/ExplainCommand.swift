import ArgumentParser
import EnergyDriver
import EnergyText

/// `energy explain [CODE]`.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "What an error code or a rewrite rule means.",
    discussion: """
      energy explain              lists the codes by topic
      energy explain E-shape      with a wrong and a right example
      energy explain softplus
      """)

  @Argument(help: "An error code, or a rule that derive --steps names; without it all codes are listed.")
  var code: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    let report = Report(output)
    try report.finish({ SourceMap() }) {
      guard let code else {
        report.line(Explanations.overview)
        report.field("codes", .array(Explanations.codes.map { .string($0.code.name) }))
        return .success
      }
      let text = try Explanations.text(for: code)
      report.line(text)
      report.field("explanation", .string(text))
      return .success
    }
  }
}
