import EnergyIR
import EnergySemantics
import EnergyText
import EnergyTransforms

/// How `derive` shows a formula.
public enum FormulaFormat: String, Sendable, CaseIterable {
  /// In the language.
  case text
  /// With Greek letters and superscripts.
  case unicode
  /// For LaTeX with amsmath.
  case latex
  /// As a program that can be run.
  case energy
  /// A document with all of these.
  case json
}

/// What `derive` shows.
public struct DerivationResult: Sendable {
  /// For people.
  public let text: String
  /// For programs.
  public let json: [(String, JSON)]
  /// The rules that were used, in order: `name: before ⇒ after`.
  public let steps: [String]
}

extension Session {
  /// A derivative of an energy as text.
  public func derivation(
    _ what: Derivation, of energy: Program.Energy, by name: String? = nil, format: FormulaFormat = .text
  ) throws -> DerivationResult {
    var used: [RewriteStep] = []
    let formulas = try derive(what, of: energy, by: name, steps: &used)
    if graph.isFull { throw Diagnostic(.error, "E-limit", "the formula grows beyond \(graph.nodeLimit) graph nodes") }
    let printer = Printer(graph)
    let steps = used.map {
      "\($0.rule): \(Self.short(printer.describe($0.before))) ⇒ \(Self.short(printer.describe($0.after)))"
    }
    let lines = formulas.map { item -> String in
      let text: String
      switch format {
      case .text, .json, .energy: text = formula(item.node)
      case .unicode: text = formula(item.node, style: .unicode)
      case .latex: text = formula(item.node, style: .latex)
      }
      return formulas.count == 1 ? text : "\(item.by ?? ""): \(text)"
    }
    let text = format == .energy ? try program(of: formulas, energy) : lines.joined(separator: "\n")
    let all = formulas.map { item -> JSON in
      .object([
        ("by", item.by.map(JSON.string) ?? .null), ("formula", .string(printer.describe(item.node))),
        ("latex", .string(Printer(graph, style: .latex).describe(item.node))),
      ])
    }
    let parameters = neededSymbols([energy.node])
    let json: [(String, JSON)] = [
      ("energy", .string(signature(energy))), ("what", .string(what.rawValue)),
      ("formula", .string(formulas.count == 1 ? printer.describe(formulas[0].node) : lines.joined(separator: "\n"))),
      ("formulas", .array(all)),
      (
        "parameters",
        .array(
          program.parameters.filter { parameters.contains($0.symbol) }.map {
            .object([("name", .string($0.name)), ("type", .string($0.type))])
          })
      ),
    ]
    return DerivationResult(text: text, json: json, steps: steps)
  }

  private static func short(_ text: String) -> String { text.count <= 160 ? text : text.prefix(157) + "…" }
}
