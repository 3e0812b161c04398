import ArgumentParser
import EnergyDriver

/// The program.
struct EnergyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "energy",
    abstract: "Energy functions written as formulas: their scores, derived and evaluated.",
    discussion: """
      energy FILE                                     run the statements of a file
      energy derive -e 'a*sum((x^2 - b)^2)'           print the score's formula
      energy eval FILE --input X.npy                  energies and scores of a batch
      energy check FILE                               test an energy and its score
      energy plot FILE --out f.svg                    draw it; without a file in the terminal
      energy fmt FILE                                 bring a file into the one form of the language
      energy explain E-shape                          what a message means

      Exit status: 0 done, 1 the program or its data is wrong, 2 the command line is wrong, 3 something is missing here
      or not built yet, 70 a defect of ours, 130 interrupted.
      """,
    version: "energy \(energyVersion)",
    subcommands: [
      RunCommand.self, EvalCommand.self, DeriveCommand.self, CheckCommand.self, ExplainCommand.self, EmitCommand.self,
      PlotCommand.self, FmtCommand.self, ReplCommand.self, BenchCommand.self,
    ],
    defaultSubcommand: RunCommand.self)
}
