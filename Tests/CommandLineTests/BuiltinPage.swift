import EnergyBuiltins
import EnergySemantics
import Foundation

/// docs/builtins.md: every function and type, from the tables that the checker reads.
enum BuiltinPage {
  static let text: String = {
    let sections = ["# Functions and types\n", introduction, types, special] + elementwise + [structural]
    return sections.joined(separator: "\n")
  }()

  private static let introduction = """
    Made from the tables that the program itself reads (`make golden`); what is said here is what is built. The examples
    are run as tests. [The language](language.md) explains the rest.

    Functions of numbers take any shape and work entry by entry; their arguments may differ in shape where one of them is
    a number. `x` and the other names of arguments may be used as names in a call.

    """

  private static var types: String {
    let rows = LanguageType.all.map { ["`\($0.form)`", $0.summary] }
    return "## Types\n\n" + table(["type", "values"], rows)
  }

  private static var special: String {
    let titles: [(SpecialFunction.Kind, String)] = [
      (.differential, "Derivatives of energies"), (.recurrence, "Recurrences"), (.index, "Periodic indices"),
      (.source, "Where values come from"),
    ]
    return titles.map { kind, title in
      let rows = SpecialFunction.all.filter { $0.kind == kind }.map { ["`\($0.signature)`", $0.summary] }
      return "## \(title)\n\n" + table(["call", "result"], rows)
    }.joined(separator: "\n")
  }

  private static var elementwise: [String] {
    Builtins.groups.compactMap { topic, entries in
      // Comparisons have signs for names; the language page has them.
      let rows = entries.filter { $0.isPublic && $0.name.name != "and" }.map { entry in
        [
          "`\(entry.signature)`" + also(entry.aliases), entry.summary, example(entry.example),
          (domains(entry) + kinks(entry)).joined(separator: "; "),
        ]
      }
      return rows.isEmpty ? nil : "## \(topic)\n\n" + table(["call", "result", "example", "where"], rows)
    }
  }

  private static var structural: String {
    let rows = StructuralBuiltins.all.map { entry in
      [
        "`\(entry.signature)`" + also(entry.aliases), entry.summary,
        example(entry.example),
      ]
    }
    return "## Functions of whole tensors\n\n" + table(["call", "result", "example"], rows)
  }

  private static func also(_ aliases: [String]) -> String {
    aliases.isEmpty ? "" : ", also " + aliases.map { "`\($0)`" }.joined(separator: ", ")
  }

  private static func example(_ example: Builtin.Example) -> String {
    let value = example.value
    let text = value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    return "`\(example.source)` = \(text)"
  }

  private static func domains(_ entry: Builtin) -> [String] {
    entry.parameters.filter { $0.domain != .all }.map { parameter in
      let domain = parameter.domain
      let kind = domain.isInteger ? "whole " : ""
      let lower = domain.lower.isFinite ? "\(number(domain.lower)) \(domain.includesLower ? "≤" : "<") " : ""
      let upper = domain.upper.isFinite ? " \(domain.includesUpper ? "≤" : "<") \(number(domain.upper))" : ""
      if upper.isEmpty, !lower.isEmpty {
        return "\(kind)\(parameter.name) \(domain.includesLower ? "≥" : ">") \(number(domain.lower))"
      }
      return kind + lower + parameter.name + upper
    }
  }

  private static func kinks(_ entry: Builtin) -> [String] { entry.kinks.map { "at \($0.place): \($0.convention)" } }

  private static func number(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String(value)
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    let lines = [head, head.map { _ in "---" }] + rows.map { $0.map { $0.replacing("|", with: "\\|") } }
    return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n") + "\n"
  }
}
