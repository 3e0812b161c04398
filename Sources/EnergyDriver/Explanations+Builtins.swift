import EnergyBuiltins
import EnergySemantics
import EnergyText

extension Explanations {
  /// All names of functions that a program may call, sorted.
  public static let functionNames: [String] = Set(
    BuiltinFunction.allNames + SpecialFunction.all.map(\.name)
  ).sorted()

  /// Whether a built-in function takes energies.
  public static func takesEnergy(_ name: String) -> Bool {
    SpecialFunction.all.contains { $0.name == name && $0.kind == .differential }
  }

  /// The names by which a built-in function's arguments can be given.
  public static func argumentNames(ofFunction name: String) -> [String] {
    let signature = SpecialFunction.all.first { $0.name == name }?.signature ?? ""
    let special = signature.split { "(,)".contains($0) }.filter { $0.contains(" = ") }
      .map { $0.split(separator: " ").first.map(String.init) ?? "" }
    let entries = (Builtins.named(name)?.parameters ?? []).map(\.name)
    return special + entries + (StructuralBuiltins.named(name)?.options ?? [])
  }

  /// What there is to know of a built-in function; `nil` where there is none of this name.
  public static func text(ofFunction name: String) -> String? {
    if let special = SpecialFunction.all.first(where: { $0.name == name }) {
      return lines(special.signature, special.summary, [])
    }
    let texts = [
      Builtins.named(name).flatMap { $0.isPublic ? text(of: $0) : nil }, StructuralBuiltins.named(name).map(text),
    ].compactMap { $0 }
    return texts.isEmpty ? nil : texts.joined(separator: "\n\n")
  }

  private static func text(of entry: Builtin) -> String {
    let names = entry.parameters.filter { $0.defaultValue == nil }.map(\.name)
    var fields = names.compactMap { name in
      derivative(of: entry.name.name, names, by: name).map { (names.count > 1 ? "d/d\(name)" : "derivative", $0) }
    }
    fields.append(("example", example(entry.example)))
    let domains = entry.parameters.compactMap(domain)
    if !domains.isEmpty { fields.append(("where", domains.joined(separator: ", "))) }
    fields += entry.kinks.map { ("at \($0.place)", $0.convention) }
    return lines(entry.signature + also(entry.aliases), entry.summary, fields)
  }

  private static func text(of entry: StructuralBuiltin) -> String {
    var fields: [(String, String)] = []
    if entry.arity.lowerBound == 1, let derivative = derivative(of: entry.name, ["x"], by: "x", of: "vector[d]") {
      fields.append(("gradient", derivative))
    }
    fields.append(("example", example(entry.example)))
    return lines(entry.signature + also(entry.aliases), entry.summary, fields)
  }

  private static func lines(_ signature: String, _ summary: String, _ fields: [(String, String)]) -> String {
    let width = max(11, (fields.map(\.0.count).max() ?? 0) + 2)
    let rows = fields.map { name, text in
      "  " + name + String(repeating: " ", count: width - name.count)
        + text.replacing("\n", with: "\n" + String(repeating: " ", count: width + 2))
    }
    return (["\(signature) (built in)", "  \(summary)"] + rows).joined(separator: "\n")
  }

  private static func also(_ aliases: [String]) -> String {
    aliases.isEmpty ? "" : ", also \(aliases.joined(separator: ", "))"
  }

  private static func example(_ example: Builtin.Example) -> String {
    "\(example.source) = \(NumberStyle.short.text(example.value))"
  }

  private static func domain(_ parameter: Builtin.Parameter) -> String? {
    let domain = parameter.domain
    guard domain != .all else { return nil }
    let text = { (value: Double) in NumberStyle.short.text(value) }
    let low = domain.lower.isFinite ? "\(text(domain.lower)) \(domain.includesLower ? "≤" : "<") " : ""
    let high = domain.upper.isFinite ? " \(domain.includesUpper ? "≤" : "<") \(text(domain.upper))" : ""
    return low + parameter.name + high + (domain.isInteger ? " whole" : "")
  }

  /// The derivative of a call by one of its arguments, as the program derives it; `nil` where it has none.
  private static func derivative(
    of function: String, _ names: [String], by name: String, of type: String = "real"
  ) -> String? {
    let declarations = names.map { "\($0) : \(type)" }.joined(separator: ", ")
    let text = "energy f(\(declarations)) = \(function)(\(names.joined(separator: ", ")))"
    let session = Session(SourceFile(name: function, text: text), files: DiskFiles())
    guard !session.hasErrors, let energy = session.program.energy("f") else { return nil }
    return try? session.derivation(.gradient, of: energy, by: names.count > 1 ? name : nil).text
  }
}
