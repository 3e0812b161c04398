import EnergyBuiltins
import EnergyIR
import EnergySemantics
import EnergyText
import EnergyTransforms

/// A line about a name, for lists of them.
public struct NameDescription: Sendable {
  /// The name, dotted for an energy's own parameters.
  public let name: String
  /// The word that defines it: `param`, `energy`.
  public let word: String
  /// The type, or what a function takes.
  public let type: String
  /// Its value, as far as that is known without computing anything.
  public let value: String?
}

extension Session {
  /// What the statements that show something have for types; nothing is computed.
  public func types() -> [(text: String, type: String)] {
    let subjects = subject.map { [(subjectStatement?.text ?? "", $0)] } ?? program.actions.map { ($0.text, $0.subject) }
    return subjects.map { text, subject in
      switch subject {
      case .value(let value): return (text, graph.typeText(value))
      case .energy(let energy): return (text, "energy of " + samples(energy))
      case .derivative(_, let energy, _, let node):
        return (text, "function of \(samples(energy)), gives \(graph.typeText(TypedValue(node, in: graph)))")
      case .text: return (text, "text")
      }
    }
  }

  /// The energy that a bare expression or the first statement shows, with the derivative that it is of it.
  /// - Throws: `E-type` for a value.
  public func shownEnergy() throws -> (energy: Program.Energy, derivation: Derivation, by: String?) {
    switch subject ?? program.actions.first?.subject {
    case .energy(let energy): return (energy, .score, nil)
    case .derivative(let operation, let energy, let by, _):
      let derivation: Derivation? =
        switch operation {
        case .gradient: .gradient
        case .score: .score
        case .hessian: .hessian
        case .laplacian: .laplacian
        case .hvp, .unconstrained: nil
        }
      if let derivation { return (energy, derivation, by) }
    default: break
    }
    throw Diagnostic(
      .error, .type, "steps lead to a derivative, and this is none", at: subjectStatement?.span,
      hints: [.init("name an energy or a derivative of one: f, score(f), laplacian(f)")])
  }

  private func samples(_ energy: Program.Energy) -> String {
    energy.samples.map { "\($0.name) : \($0.type)" }.joined(separator: ", ")
  }

  /// All parameters and data with their types and values.
  public func parameterList() -> [NameDescription] {
    // Values given to a text alone, such as the last answer, are no data of the program.
    let data = program.data.filter { program.words[$0.name] != nil }
    return (program.parameters.map { ("param", $0) } + data.map { ("data", $0) }).map { word, parameter in
      NameDescription(name: parameter.name, word: word, type: typeText(parameter), value: value(of: parameter))
    }
  }

  /// Everything that the program names at its top level.
  public func nameList() -> [NameDescription] {
    program.names.map { name in
      let word = program.words[name] ?? "import"
      if let dim = program.dims.first(where: { $0.name == name }) {
        return NameDescription(name: name, word: word, type: "int", value: dim.value.map(String.init) ?? knownSize(dim))
      }
      if let net = program.networks.first(where: { $0.name == name }) {
        return NameDescription(name: name, word: word, type: net.type, value: nil)
      }
      if let parameter = (program.parameters + program.data).first(where: { $0.name == name }) {
        return NameDescription(name: name, word: word, type: typeText(parameter), value: value(of: parameter))
      }
      if let definition = program.definitions.first(where: { $0.name == name }) {
        let value = cache[definition.symbol].map { short($0.data) }
        return NameDescription(name: name, word: word, type: definition.type, value: value)
      }
      if let energy = program.energy(name) {
        return NameDescription(name: name, word: word, type: "(" + samples(energy) + ")", value: nil)
      }
      return NameDescription(name: name, word: word, type: program.types[name] ?? "", value: nil)
    }
  }

  private func knownSize(_ dim: Program.Dim) -> String? {
    var sizes = SizeTable()
    addFacts(to: &sizes)
    guard (try? sizes.solve()) != nil else { return nil }
    return sizes.values[dim.dimension].map { "\($0)" }
  }

  private func typeText(_ parameter: Program.Parameter) -> String {
    var sizes = SizeTable()
    addFacts(to: &sizes)
    return (try? sizes.solve()) == nil ? parameter.type : type(of: parameter, sizes)
  }

  private func value(of parameter: Program.Parameter) -> String? {
    if let setting = settings[parameter.symbol] { return short(setting.data) + "  (\(setting.origin))" }
    switch parameter.value {
    case .values(let data): return short(data)
    case .random: return cache[parameter.symbol].map { short($0.data) } ?? "random"
    case .node: return cache[parameter.symbol].map { short($0.data) } ?? "not computed yet"
    case nil: return nil
    }
  }

  /// Few numbers as they are, many by their shape.
  private func short(_ data: TensorData) -> String {
    if data.values.count <= 6 {
      return TensorText(style: .short).text(data.values, shape: data.shape, asBools: data.type == .bool)
    }
    return data.shape.map(String.init).joined(separator: " × ") + " numbers"
  }

  /// A call that shows the use of an energy: `f(zeros(2))`.
  public func exampleCall(_ energy: Program.Energy) -> String {
    var sizes = SizeTable()
    addFacts(to: &sizes)
    _ = try? sizes.solve()
    let arguments = energy.samples.map { sample -> String in
      let lengths = graph[sample.symbol].shape.map { $0.value(sizes.values).map(String.init) ?? "2" }
      return lengths.isEmpty ? "1" : "ones(\(lengths.joined(separator: ", ")))"
    }
    return "\(energy.displayName)(\(arguments.joined(separator: ", ")))"
  }
}
