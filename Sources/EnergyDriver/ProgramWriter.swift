import EnergyBuiltins
import EnergyIR
import EnergySemantics
import EnergySyntax
import EnergyText

extension Session {
  /// A program that says what derived formulas say, with the values that they read.
  func program(of formulas: [DerivedFormula], _ energy: Program.Energy) throws -> String {
    try ProgramWriter(self, formulas, of: energy).text()
  }
}

/// Writes formulas as a program that can be run.
///
/// The energy's own parameters stay its own, or become arguments of the function that a derivative is; all others are
/// declared with the values they have here, numbers from files by the file. Names that the language can't say are
/// replaced, and a comment names the old one.
struct ProgramWriter {
  private let session: Session
  private let formulas: [DerivedFormula]
  private let energy: Program.Energy
  /// The energy's own parameters, in order.
  private let own: [Program.Parameter]
  /// Top-level parameters and data, and `let`s.
  private let declared: [Program.Parameter]
  private let definitions: [Program.Definition]
  private let names: PlainNames
  private let energyName: String
  private let sizes: SizeTable

  private var graph: Graph { session.graph }
  private var printer: Printer { Printer(graph, names: names) }

  init(_ session: Session, _ formulas: [DerivedFormula], of energy: Program.Energy) {
    self.session = session
    self.formulas = formulas
    self.energy = energy
    let program = session.program
    let graph = session.graph
    let needed = session.neededSymbols(formulas.map(\.node))
    let definitions = program.definitions.filter { needed.contains($0.symbol) }
    let all = (program.parameters + program.data).filter { needed.contains($0.symbol) }
    // What a `let` reads is no argument of the energy.
    let shared = session.neededSymbols(definitions.map(\.node))
    let candidates = energy.name.isEmpty ? program.parameters : energy.parameters
    let own = candidates.filter { needed.contains($0.symbol) && !shared.contains($0.symbol) }
    let isOwn = Set(own.map(\.symbol))
    (self.own, self.definitions) = (own, definitions)
    declared = all.filter { !isOwn.contains($0.symbol) }
    sizes = session.declaredSizes()

    var names = PlainNames(isReserved: Self.isReserved)
    let symbols = energy.samples.map(\.symbol) + (all.map(\.symbol) + definitions.map(\.symbol))
    let dimensions = Set(symbols.flatMap { graph[$0].shape }.flatMap(\.dimensions))
      .union(Self.dimensions(graph, formulas.map(\.node) + definitions.map(\.node)))
    for dimension in dimensions.sorted() where dimension.scope == 0 { names.add(dimension) }
    for sample in energy.samples { names.add(sample.symbol, as: sample.name) }
    for dimension in dimensions.sorted() { names.add(dimension) }
    for parameter in all where !isOwn.contains(parameter.symbol) { names.add(parameter.symbol, as: parameter.name) }
    for definition in definitions { names.add(definition.symbol, as: definition.name) }
    for parameter in own {
      let rest = parameter.name.split(separator: ".").dropFirst().joined(separator: ".")
      names.add(parameter.symbol, as: rest.isEmpty ? parameter.name : rest)
    }
    let isFree = !Self.isReserved(energy.name)
    energyName = energy.name.isEmpty ? names.unique("f") : isFree ? energy.name : names.unique(energy.name)
    self.names = names
  }

  /// Names that mean something already.
  private static let reserved = Set(LanguageWords.statementHeads + LanguageWords.inner + LanguageWords.constants)
    .union(SpecialFunction.all.map(\.name))

  private static let isReserved: @Sendable (String) -> Bool = { name in
    reserved.contains(name) || Builtins.named(name) != nil || StructuralBuiltins.named(name) != nil
  }

  /// Sizes that nodes speak of.
  private static func dimensions(_ graph: Graph, _ roots: [NodeID]) -> Set<Dimension> {
    var found: Set<Dimension> = []
    for id in graph.postorder(roots) {
      let node = graph[id]
      for size in node.shape + node.operation.bound.map(\.extent) { found.formUnion(size.dimensions) }
      if case .size(let size) = node.operation { found.formUnion(size.dimensions) }
      for variable in node.free { found.formUnion(variable.extent.dimensions) }
    }
    return found
  }

  // MARK: The program

  func text() throws -> String {
    let parameters = try declared.map { try declaration($0) }
    let lets = definitions.map { definition in
      let type = Printer.refinedType(of: graph[definition.symbol]) != nil
      let head = type ? printer.declaration(definition.symbol) : printer.name(of: definition.symbol)
      return commented("let \(head) = \(printer.describe(definition.node))", definition.name, definition.symbol)
    }
    return (dims() + parameters + lets + (try formulas.map { try statement($0) })).joined(separator: "\n")
  }

  /// Sizes of what isn't generic; with its value one that no other line fixes.
  private func dims() -> [String] {
    let symbols = declared.map(\.symbol) + definitions.map(\.symbol)
    let signature = Set(
      (energy.samples.map(\.symbol) + own.map(\.symbol)).flatMap { graph[$0].shape }.flatMap(\.dimensions))
    let fixed = Set(
      declared.filter { $0.value != nil || session.settings[$0.symbol] != nil }
        .flatMap { graph[$0.symbol].shape }.compactMap(\.dimension))
    let open = Set(symbols.flatMap { graph[$0].shape }.flatMap(\.dimensions))
    return names.dimensions.keys.sorted().filter { $0.scope == 0 || open.contains($0) || !signature.contains($0) }
      .map { dimension in
        let name = names.dimensions[dimension] ?? dimension.name
        let given = session.program.dims.first { $0.dimension == dimension }?.value
        let value = given ?? (fixed.contains(dimension) ? nil : sizes.values[dimension])
        let line = "dim \(name)" + (value.map { " = \($0)" } ?? "")
        return name == dimension.name ? line : line + "  # \(dimension.name)"
      }
  }

  private func declaration(_ parameter: Program.Parameter) throws -> String {
    let head = graph[parameter.symbol].role == .data ? "data" : "param"
    let value = try self.value(of: parameter).map { " = \($0)" } ?? ""
    return commented("\(head) \(printer.declaration(parameter.symbol))\(value)", parameter.name, parameter.symbol)
  }

  private func commented(_ line: String, _ name: String, _ symbol: Symbol.ID) -> String {
    names.symbols[symbol] == name ? line : "\(line)  # \(name)"
  }

  /// `energy f(x : vector[d]; mu : vector[d]) = …`, or for what isn't the energy itself a function.
  private func statement(_ item: DerivedFormula) throws -> String {
    let isEnergy = item.what == .energy
    // A function takes what its argument's type allows; the formula has the domain.
    var samples = energy.samples.map { printer.declaration($0.symbol, isRefined: isEnergy) }
    var parameters = try own.map { parameter in
      printer.declaration(parameter.symbol) + (try value(of: parameter).map { " = \($0)" } ?? "")
    }
    if !isEnergy {
      samples += parameters
      parameters = []
    }
    let arguments = [samples, parameters].filter { !$0.isEmpty }.map { $0.joined(separator: ", ") }
    let by = item.by.map { energy.samples.count > 1 ? "_\($0)" : "" } ?? ""
    let head = isEnergy ? "energy \(energyName)" : "fn \(energyName)_\(item.what.rawValue)\(by)"
    let formula = printer.formula(item.node)
    let locals = formula.definitions.map { "\($0.name) = \($0.body)" }
    let tail = locals.isEmpty ? "" : "\n  where " + locals.joined(separator: ",\n        ")
    return "\(head)(\(arguments.joined(separator: "; "))) = \(formula.body)\(tail)"
  }

  // MARK: Values

  private func value(of parameter: Program.Parameter) throws -> String? {
    if let setting = session.settings[parameter.symbol] { return text(setting.data) }
    switch parameter.value {
    case nil: return nil
    case .node(let node): return printer.describe(node)
    case .values(let data):
      // Paths in the program's own text are relative to it, and so are those of this one.
      if let file = parameter.file, file.folder == nil { return call(of: file) }
      return text(data)
    case .random(let random):
      if case .normal = random.distribution, names.symbols[parameter.symbol] == parameter.name {
        let scale = random.scale == 1 ? "" : ", scale = \(NumberStyle.exact.text(random.scale))"
        return "random(seed = \(random.seed)\(scale))"
      }
      // Another name would draw other numbers.
      guard sizes.lengths(graph[parameter.symbol].shape) != nil else { return nil }
      return text(try session.drawn(random, parameter, sizes))
    }
  }

  private func call(of file: LoadRequest) -> String {
    func quoted(_ text: String) -> String {
      "\"" + text.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : $1 == "\n" ? "\\n" : String($1) }
        + "\""
    }
    let entry = file.entry.map { ", name = \(quoted($0))" } ?? ""
    return "load(\(quoted(file.path))\(entry)\(file.allowsNaN ? ", allow_nan = true" : ""))"
  }

  private func text(_ data: TensorData) -> String {
    TensorText(style: .exact, edge: .max, keepsSignOfZero: true).text(
      data.values, shape: data.shape, asBools: data.type == .bool)
  }
}
