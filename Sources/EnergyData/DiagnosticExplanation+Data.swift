import EnergyText

extension DiagnosticExplanation {
  /// The codes of files of numbers.
  public static let data: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      .file, "A file can't be opened, read or written, or a program asks for one outside of its own folder.",
      wrong: "data y : vector[2] = load(\"../y.csv\")", right: "data y : vector[2] = [1, 2]"),
    DiagnosticExplanation(
      .npy, "The bytes aren't a sound .npy file: its header doesn't fit what follows, or it is cut short."),
    DiagnosticExplanation(.csv, "The text isn't a table of numbers; the message names line and column."),
    DiagnosticExplanation(.ragged, "A row of the table has more or fewer cells than the rows above it."),
    DiagnosticExplanation(
      .npz, "The bytes aren't a sound .npz archive: cut short, damaged (checksums are compared), or beyond a limit."),
    DiagnosticExplanation(
      .safetensors, "The bytes aren't a sound .safetensors file: its header doesn't fit the numbers that follow."),
    DiagnosticExplanation(
      .json, "A file of parameters in JSON holds an object of numbers: {\"a\": 2, \"mu\": [0, 1]}."),
    DiagnosticExplanation(
      .entry, "An archive has no such array, or it holds several and none was named: load(\"p.npz\", name = \"W\")."
    ),
    DiagnosticExplanation(.dtype, "The elements of the file are no real numbers: complex ones, texts, objects."),
  ]
}
