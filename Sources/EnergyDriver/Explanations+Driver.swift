import EnergyText

extension DiagnosticExplanation {
  /// The codes of the prompt.
  static let prompt: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      .command,
      "The prompt has no such command, or it wants something else behind it. "
        + "Commands begin with a colon and can be cut short; :help lists them.")
  ]
}

extension DiagnosticExplanation {
  /// The codes of running programs.
  static let driver: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      .unbound, "Parameters that are needed have no value. Give it in the file, or from outside by --set NAME=VALUE.",
      wrong: "param a\na + 1", right: "param a = 2.0\na + 1"),
    DiagnosticExplanation(
      .empty, "There is nothing to run: no statement, or only comments.", wrong: "# a model, some day", right: "1 + 1"),
    DiagnosticExplanation(
      .option, "What the command line names isn't there: an energy, a parameter, a row. The message lists what is."),
    DiagnosticExplanation(
      .usage, "The command line has an option or argument that isn't there, or one is missing: energy help COMMAND."),
    DiagnosticExplanation(
      .noGPU, "No CUDA driver was found, so nothing can run on a GPU. --backend auto always works."),
    DiagnosticExplanation(
      .noGnuplot,
      "Pictures in files are drawn by gnuplot, which wasn't found or failed. Without a file the plot is drawn with characters, and that needs nothing."
    ),
    DiagnosticExplanation(.notBuilt, "This part of the tool doesn't exist yet."),
    DiagnosticExplanation(
      .memory, "An evaluation would take more memory than it may have; --max-memory sets how much that is.",
      wrong: "param A : matrix[1000000, 1000000] = zeros(1000000, 1000000)\nsum(A)",
      right: "param A : matrix[10, 10] = zeros(10, 10)\nsum(A)"),
    DiagnosticExplanation(
      .singular, "A matrix that is the same for all samples has no inverse or no Cholesky factor.",
      wrong: "inv([[1, 2], [2, 4]])", right: "inv([[1, 2], [2, 5]])"),
    DiagnosticExplanation(
      .notFinite, "Some energies or scores are NaN. They are counted and written; energy check names their source."),
    DiagnosticExplanation(
      .unusedName, "The file given by --params has names that no parameter has; their values aren't used."),
    DiagnosticExplanation(.trapped, "--trap-nan was given and a row is NaN; the message names the sub-expression."),
    DiagnosticExplanation(.interrupted, "The run was stopped from outside. Files are as they were before it."),
    DiagnosticExplanation(.defect, "The program broke a rule of its own: please report it with the file."),
  ]
}
