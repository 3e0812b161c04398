import EnergyData
import EnergySemantics
import EnergySyntax
import EnergyText
import EnergyTransforms
import Foundation

/// What `energy explain` knows: message codes, rewrite rules, functions and the standard library.
public enum Explanations {
  /// The explanation of a code, a rule, a function or a name of the standard library; `std` lists its names.
  /// - Throws: `E-option` with the nearest name.
  public static func text(for name: String) throws -> String {
    if let rule = rules.first(where: { $0.name == name.lowercased() }) {
      let soundness: String
      switch rule.soundness {
      case .exact: soundness = "exact: the same values, NaN and infinities included"
      case .rounding: soundness = "rounding: values may change in their last bits"
      case .domain: soundness = "domain: used only where its condition is proved"
      }
      let example = rule.example.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
      return "\(rule.name) (a rewrite rule)\n  \(rule.summary)\n  \(soundness)\n  it fires in:\n\(example)"
    }
    if let found = codes.first(where: { $0.code.name.lowercased() == name.lowercased() }) { return found.text }
    if name == "std" { return libraryList }
    if let entry = StandardLibrary.entry(named: name) { return text(of: entry) }
    if let text = text(ofFunction: name) { return text }
    let known = rules.map(\.name) + codes.map(\.code.name) + StandardLibrary.names + functionNames
    let meant = didYouMean(name, among: known) ?? didYouMean("E-\(name)", among: known)
    throw Diagnostic(
      .error, .option,
      "there is no code, rule, function or standard energy '\(name)'" + (meant.map { "; did you mean '\($0)'?" } ?? ""),
      hints: [
        .init("codes stand in brackets: error[E-shape]; rules are listed by energy derive --steps"),
        .init("the standard library: energy explain std"),
      ])
  }

  /// The codes by topic.
  public static let topics: [(title: String, codes: [DiagnosticExplanation])] = [
    ("reading the text", DiagnosticExplanation.syntax),
    ("names, types, shapes and sizes", DiagnosticExplanation.semantics),
    ("files of numbers", DiagnosticExplanation.data),
    ("running", DiagnosticExplanation.driver),
    ("the prompt", DiagnosticExplanation.prompt),
  ]

  /// All codes by topic, a line each, as `energy explain` lists them.
  public static var overview: String {
    let width = codes.map(\.code.name.count).max() ?? 0
    let blocks = topics.map { topic in
      let lines = topic.codes.sorted { $0.code.name < $1.code.name }.map { entry in
        "  " + entry.code.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + entry.headline
      }
      return ([topic.title] + lines).joined(separator: "\n")
    }
    return blocks.joined(separator: "\n\n")
      + "\n\nenergy explain CODE tells more; E- is an error, W- a warning, N- a note."
  }

  /// All codes.
  public static var codes: [DiagnosticExplanation] {
    topics.flatMap(\.codes)
  }

  /// All rewrite rules.
  static var rules: [RewriteRule] { RewriteRule.all }
}
