import EnergyIR
import EnergySemantics
import EnergyText
import EnergyTransforms

/// What `derive` can show of an energy.
public enum Derivation: String, Sendable, CaseIterable {
  /// The energy as it is evaluated.
  case energy
  /// −∇E.
  case score
  /// ∇E.
  case gradient
  /// All second derivatives.
  case hessian
  /// Their trace.
  case laplacian
}

/// A formula that was derived, with what it is of.
public struct DerivedFormula: Sendable {
  /// What it is.
  public let what: Derivation
  /// The argument or parameter it differentiates by; `nil` for the energy itself.
  public let by: String?
  /// Where it is in the graph.
  public let node: NodeID
}

extension Session {
  /// The energy of a name; without one the only energy there is.
  /// - Throws: `E-option` where there is none or a choice.
  public func energy(named name: String?) throws -> Program.Energy {
    let names = energies.map(\.name).filter { !$0.isEmpty }
    if let name {
      if let energy = energies.first(where: { $0.name == name }) { return energy }
      let meant = didYouMean(name, among: names).map { "; did you mean '\($0)'?" } ?? ""
      throw Diagnostic(
        .error, .option, "there is no energy '\(name)'\(meant)",
        hints: names.isEmpty ? [] : [.init("energies here: " + names.joined(separator: ", "))])
    }
    let own = ownEnergies
    if own.count == 1 { return own[0] }
    if own.isEmpty {
      throw Diagnostic(
        .error, .option, "no energy is defined here",
        hints: [.init("define one: energy f(x : vector[2]) = 0.5*sumsq(x)"), .init("in -e the sample is called x")])
    }
    throw Diagnostic(
      .error, .option, "several energies are defined: " + own.map(\.name).joined(separator: ", "),
      hints: [.init("choose one: --energy \(own[own.count - 1].name)")])
  }

  /// Formulas of an energy; of several arguments one each.
  /// - Parameter by: the argument or parameter to differentiate by.
  public func derive(
    _ what: Derivation, of energy: Program.Energy, by name: String? = nil, steps: inout [RewriteStep]
  ) throws -> [DerivedFormula] {
    var transforms = Transforms(graph)
    defer { steps = transforms.steps }
    if what == .energy { return [DerivedFormula(what: what, by: nil, node: transforms.prepare(energy.node))] }
    let (root, targets) = try targets(of: energy, by: name)
    return targets.map { target in
      let symbol = graph.symbol(target)
      let node: NodeID
      switch what {
      case .energy, .score: node = transforms.score(of: root, by: symbol)
      case .gradient: node = transforms.gradient(of: root, by: symbol)
      case .hessian: node = transforms.hessian(of: root, by: symbol)
      case .laplacian: node = transforms.laplacian(of: root, by: symbol)
      }
      return DerivedFormula(what: what, by: graph[target].name, node: node)
    }
  }

  /// What to differentiate, and by which symbols.
  func targets(of energy: Program.Energy, by name: String?) throws -> (root: NodeID, symbols: [Symbol.ID]) {
    guard let name else { return (energy.node, energy.samples.map(\.symbol)) }
    if let sample = energy.samples.first(where: { $0.name == name }) { return (energy.node, [sample.symbol]) }
    let own = energy.parameters.first { $0.name == name || $0.name == "\(energy.name).\(name)" }
    // Of several that are called so, the one that the energy reads: an imported energy has parameters of its own too.
    let used = neededSymbols([energy.node])
    let candidates = program.parameters.filter { $0.name == name }
    if let parameter = own ?? candidates.first(where: { used.contains($0.symbol) }) ?? candidates.first {
      return (inlined(energy.node), [parameter.symbol])
    }
    let names = energy.samples.map(\.name) + program.parameters.map(\.name)
    let meant = didYouMean(name, among: names).map { "; did you mean '\($0)'?" } ?? ""
    throw Diagnostic(
      .error, .option, "'\(name)' is no argument or parameter of \(energy.displayName)\(meant)",
      hints: [.init("there are: " + names.joined(separator: ", "))])
  }

  /// A node with the top-level `let`s in it written out: derivatives by parameters go through them.
  func inlined(_ root: NodeID) -> NodeID { inlined(root, where: { _ in true }) }

  /// A node in the form that is printed and evaluated.
  func prepared(_ node: NodeID) -> NodeID {
    var transforms = Transforms(graph)
    return transforms.prepare(node)
  }

  /// A node as text, with its `where` names on lines of their own where it is long.
  public func formula(_ node: NodeID, style: Printer.Style? = nil, width: Int = 100) -> String {
    let printer = Printer(graph, style: style ?? options.formulas)
    let whole = printer.describe(node)
    if printer.style == .latex || whole.count <= width { return whole }
    let parts = printer.formula(node)
    guard !parts.definitions.isEmpty else { return whole }
    let names = parts.definitions.map { "\($0.name) = \($0.body)" }
    return parts.body + "\n  where " + names.joined(separator: ",\n        ")
  }

  /// `gaussian(x : vector[2])`.
  public func signature(_ energy: Program.Energy, sizes: [String: Int] = [:], as name: String? = nil) -> String {
    let declarations = energy.samples.map { "\($0.name) : \(Self.type($0.type, sizes))" }
    return "\(name ?? energy.displayName)(\(declarations.joined(separator: ", ")))"
  }

  /// A type with the names of sizes replaced by their values.
  static func type(_ text: String, _ sizes: [String: Int]) -> String {
    guard !sizes.isEmpty, let open = text.firstIndex(of: "["), let close = text.firstIndex(of: "]"), open < close
    else { return text }
    let inner = text[text.index(after: open)..<close].split(separator: ",").map { part in
      let name = part.filter { $0 != " " }
      return sizes[name].map(String.init) ?? name
    }
    return text[...open] + inner.joined(separator: ", ") + text[close...]
  }

  /// What a bare expression was taken for: `energy(x : vector[2]); x is the sample; parameters in use: …`.
  public func expressionNote() -> String? {
    guard let energy = energies.first, energy.name.isEmpty else { return nil }
    let printer = Printer(graph)
    let samples = printer.declarations(energy.samples.map(\.symbol))
    var text = "energy(\(samples)); " + energy.samples.map(\.name).joined(separator: ", ")
    text += energy.samples.count == 1 ? " is the sample" : " are the samples"
    let needed = neededSymbols([energy.node])
    let parameters = program.parameters.filter { needed.contains($0.symbol) }
    if !parameters.isEmpty {
      text += "; parameters in use: " + parameters.map { "\($0.name) : \($0.type)" }.joined(separator: ", ")
    }
    return text
  }
}

extension Program.Energy {
  /// The name for messages.
  public var displayName: String { name.isEmpty ? "energy" : name }
}
