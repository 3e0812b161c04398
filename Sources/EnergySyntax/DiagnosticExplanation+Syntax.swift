import EnergyText

extension DiagnosticExplanation {
  /// The codes of reading a source. Each `wrong` gets its code, each `right` no error.
  public static let syntax: [DiagnosticExplanation] = [
    DiagnosticExplanation(.encoding, "The source holds bytes that aren't UTF-8. Save it as UTF-8."),
    DiagnosticExplanation(
      .character, "A character means nothing in the language at this place.", wrong: "1 $ 2", right: "1 + 2"),
    DiagnosticExplanation(
      .number, "A number isn't written as the language writes numbers; the message shows how.", wrong: "2 * 1.",
      right: "2 * 1.0"),
    DiagnosticExplanation(
      .string, "A text doesn't end on its line, has an unknown escape, or stands where only values can.",
      wrong: "print \"hello\"", right: "print 1 + 1"),
    DiagnosticExplanation(
      .layout,
      "Line breaks and indentation leave open where a statement ends. A statement goes on in an indented line that "
        + "begins with an operator, behind a line that ends in one, or within brackets.",
      wrong: "let a = 2\n- 3", right: "let a = 2\n  - 3"),
    DiagnosticExplanation(
      .bracket, "A bracket has no partner.", wrong: "sum([1, 2)", right: "sum([1, 2])"),
    DiagnosticExplanation(
      .syntax, "Something else was expected at this place.", wrong: "let = 2", right: "let a = 2"),
    DiagnosticExplanation(
      .word, "A word of the language can't be a name.", wrong: "param data = 1.0", right: "param obs = 1.0"),
    DiagnosticExplanation(
      .limit, "The source is larger, deeper or grows further than the stated limit; the message names it."),
    DiagnosticExplanation(
      .slash, "It isn't clear how much of the product behind '/' is meant.",
      wrong: "param x : vector[2] = [1, 2]\n1/2 x^T x", right: "param x : vector[2] = [1, 2]\n(1/2)*x^T x"),
    DiagnosticExplanation(
      .comparison, "A chain of comparisons goes in one direction.", wrong: "1 < 3 > 2", right: "1 < 3 and 3 > 2"),
  ]
}
