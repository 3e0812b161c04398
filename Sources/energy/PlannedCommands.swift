import ArgumentParser
import EnergyDriver
import EnergyText

/// A command that is known but not built yet: it says so, with exit status 3.
protocol PlannedCommand: ParsableCommand {
  var output: OutputOptions { get }
  static var planned: Diagnostic { get }
}

extension PlannedCommand {
  func run() throws { try Report(output).finish({ SourceMap() }) { throw Self.planned } }
}

/// `energy repl`.
struct ReplCommand: PlannedCommand {
  static let configuration = CommandConfiguration(commandName: "repl", abstract: "A prompt (not built yet).")
  static let planned = Unbuilt.feature(
    "the prompt", instead: "run a file: energy FILE, or give an expression: energy derive -e EXPR")
  @Argument(parsing: .allUnrecognized, help: .hidden) var rest: [String] = []
  @OptionGroup var output: OutputOptions
}
