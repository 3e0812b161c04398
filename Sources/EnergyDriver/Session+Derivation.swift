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
      case .text, .json: text = formula(item.node)
      case .unicode: text = formula(item.node, style: .unicode)
      case .latex: text = formula(item.node, style: .latex)
      case .energy: return statement(item, of: energy)
      }
      return formulas.count == 1 ? text : "\(item.by ?? ""): \(text)"
    }
    let head = format == .energy ? declarations(formulas.map(\.node)) : []
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
    return DerivationResult(text: (head + lines).joined(separator: "\n"), json: json, steps: steps)
  }

  /// `energy f(x : vector[d]) = …`, or for what isn't a real number a function.
  private func statement(_ item: DerivedFormula, of energy: Program.Energy) -> String {
    let printer = Printer(graph)
    let name = energy.name.isEmpty ? "f" : energy.name
    let samples = printer.declarations(energy.samples.map(\.symbol))
    let parts = printer.formula(item.node)
    let names = parts.definitions.map { "\($0.name) = \($0.body)" }
    let tail = names.isEmpty ? "" : "\n  where " + names.joined(separator: ",\n        ")
    let by = item.by.map { energy.samples.count > 1 ? "_\($0)" : "" } ?? ""
    switch item.what {
    case .energy: return "energy \(name)(\(samples)) = \(parts.body)\(tail)"
    default: return "fn \(name)_\(item.what.rawValue)\(by)(\(samples)) = \(parts.body)\(tail)"
    }
  }

  /// Declarations of what a formula uses.
  private func declarations(_ nodes: [NodeID]) -> [String] {
    let needed = neededSymbols(nodes)
    var lines = program.dims.map { dim in "dim \(dim.name)" + (dim.value.map { " = \($0)" } ?? "") }
    for parameter in program.parameters + program.data where needed.contains(parameter.symbol) {
      let isData = graph[parameter.symbol].role == .data
      lines.append("\(isData ? "data" : "param") \(parameter.name) : \(parameter.type)")
    }
    for definition in program.definitions where needed.contains(definition.symbol) {
      lines.append("let \(definition.name) = \(Printer(graph).describe(definition.node))")
    }
    return lines
  }

  private static func short(_ text: String) -> String { text.count <= 160 ? text : text.prefix(157) + "…" }
}
