import EnergyIR
import EnergySemantics
import EnergySyntax
import EnergyText

extension Session {
  /// Reads the values set from outside; each is a small program of its own.
  func readSettings() {
    for setting in options.settings {
      do {
        try read(setting)
      } catch let several as Diagnostics {
        diagnostics += several.all
      } catch let diagnostic as Diagnostic {
        diagnostics.append(diagnostic)
      } catch {
        diagnostics.append(Diagnostic(.error, .option, "--set \(setting.name): \(error)"))
      }
    }
  }

  private func read(_ setting: SessionOptions.Setting) throws {
    // An own parameter of an energy called at several shapes is a symbol for each of them.
    let parameters = (program.parameters + program.data).filter { $0.name == setting.name }
    guard let parameter = parameters.first else { throw unknownParameter(setting.name) }
    let source = SourceFile(name: (options.isPrompt ? ":set " : "--set ") + setting.name, text: setting.value)
    let parsed = parse(source, id: sources.add(source), mode: .expression)
    let checker = ProgramChecker(operators: GraphDerivatives())
    let subject = checker.checkExpression(parsed.tree, inventsParameters: false)
    let value = checker.program
    let messages = parsed.diagnostics + value.diagnostics
    if messages.contains(where: { $0.severity == .error }) { throw Diagnostics(messages) }
    guard case .value(let typed) = subject else {
      throw Diagnostic(
        .error, .option, "--set \(setting.name) wants one value, e.g. --set \(setting.name)=\(example(parameter))")
    }
    var values: [Symbol.ID: TensorData] = [:]
    for literal in value.literals { values[literal.symbol] = literal.values }
    let data = try UniformEvaluation(graph: value.graph, memoryLimit: options.memoryLimit)
      .run([typed.node], sizes: [:], values: values)[0]
    let span = Span(file: Int(parsed.tree.file), start: 0, end: source.bytes.count)
    let symbols = parameters.map(\.symbol).filter { fits(data, graph[$0].shape) }
    guard !symbols.isEmpty else {
      throw Diagnostic(
        .error, .shape, "\(parameter.name) is \(parameter.type); this value is \(Self.typeText(data.shape))", at: span,
        hints: [.init("e.g. --set \(parameter.name)=\(example(parameter))")])
    }
    for symbol in symbols {
      settings[symbol] = SettingValue(data: data, origin: source.name, span: span)
    }
  }

  /// Whether a value may have this shape, as far as its sizes are numbers.
  private func fits(_ data: TensorData, _ shape: [Size]) -> Bool {
    shape.count == data.shape.count && zip(shape, data.shape).allSatisfy { ($0.constant ?? $1) == $1 }
  }

  private func unknownParameter(_ name: String) -> Diagnostic {
    let names = program.parameters.map(\.name)
    if let net = program.networks.first(where: { $0.name == name }) {
      return Diagnostic(
        .error, .option, "\(name) is a network; its weights are set one by one, or by --params",
        hints: [.init("they are called " + net.parameters.map { graph[$0].name }.joined(separator: ", "))])
    }
    let hint: Diagnostic.Hint
    if names.isEmpty {
      hint = .init("this program has no parameters")
    } else {
      hint = .init("its parameters: " + names.joined(separator: ", "))
    }
    let longer = names.first { $0.hasSuffix("." + name) }
    let meant = (didYouMean(name, among: names) ?? longer).map { "; did you mean '\($0)'?" } ?? ""
    return Diagnostic(.error, .option, "there is no parameter '\(name)'\(meant)", hints: [hint])
  }

  /// A value that fits a parameter: `zeros(8)`, `eye(8)`, `1`.
  func example(_ parameter: Program.Parameter, sizes: SizeTable = SizeTable()) -> String {
    let symbol = graph[parameter.symbol]
    // A size that nothing fixes may be anything; all of a name get the same.
    let lengths = symbol.shape.map { $0.value(sizes.values).map(String.init) ?? "8" }
    if lengths.isEmpty { return "1" }
    if symbol.isSymmetric || (lengths.count == 2 && lengths[0] == lengths[1]) { return "eye(\(lengths[0]))" }
    let isPositive = symbol.refinements.contains { $0 == .positive }
    return (isPositive ? "ones(" : "zeros(") + lengths.joined(separator: ", ") + ")"
  }

  /// The type of a value of this shape.
  static func typeText(_ shape: [Int]) -> String {
    let sizes = shape.map(String.init).joined(separator: ", ")
    switch shape.count {
    case 0: return "a number"
    case 1: return "vector[\(sizes)]"
    case 2: return "matrix[\(sizes)]"
    default: return "tensor[\(sizes)]"
    }
  }
}
