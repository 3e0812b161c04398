import EnergyBuiltins
import EnergyIR
import EnergySemantics
import EnergyText
import EnergyTransforms

/// What one statement of a program has to show.
public struct StatementResult: Sendable {
  /// The statement as written.
  public let source: String
  /// What to print.
  public let text: String
  /// The same for programs.
  public let json: JSON
  /// Messages that go with it.
  public let notes: [String]
  /// Whether a check in it failed.
  public let isFailure: Bool
  /// What `text` is.
  public var kind = Kind.text
  /// The numbers of a value.
  public var value: TensorData?
  /// For a function, what it takes and gives: `gaussian(x : vector[2])`.
  public var signature: String?
  /// The place of the statement; `nil` for an expression of the command line.
  public var span: Span?

  /// What a result's text is.
  public enum Kind: Sendable {
    /// Numbers.
    case value
    /// A formula.
    case formula
    /// Anything else.
    case text
  }
}

extension Session {
  /// Runs the statements in order, handing over each result as it comes.
  /// - Throws: `Diagnostics`; what came before the error has been handed over.
  public func run(_ show: (StatementResult) -> Void) throws {
    if let subject {
      let (text, span) = (subjectStatement?.text ?? "", subjectStatement?.span)
      show(try result(of: Action(verb: .print, subject: subject, text: text, span: span)))
      return
    }
    for action in program.actions {
      var result = try result(
        of: Action(verb: action.verb, subject: action.subject, text: action.text, span: action.span))
      result.span = action.span
      show(result)
    }
  }

  /// A statement to run; a bare expression is one without a place.
  private struct Action {
    let verb: Program.Verb
    let subject: Program.Subject
    let text: String
    let span: Span?
  }

  /// The line for a program of definitions only; `nil` where something was printed.
  public func definitionsNote(path: String?) -> String? {
    guard program.actions.isEmpty, subject == nil else { return nil }
    let count = ownEnergies.count
    let verb = energies.allSatisfy(\.isImported) && count > 0 ? "imported" : "defined"
    let what: String
    if count > 0 {
      what = "\(count) energ\(count == 1 ? "y" : "ies")"
    } else {
      let others = program.names.count
      what = "\(others) name\(others == 1 ? "" : "s")"
    }
    return "\(what) \(verb); nothing printed." + (count > 0 ? " Try: energy check \(path ?? "FILE")" : "")
  }

  private func result(of action: Action) throws -> StatementResult {
    switch action.subject {
    case .text(let text): return result(action, text, .string(text))
    case .energy(let energy):
      if action.verb == .check { return try checkResult(action, energy) }
      if case .emit(let target, let path) = action.verb { return try emit(action, energy, target, to: path) }
      if case .plot(let plot) = action.verb { return try draw(action, energy, plot) }
      var result = formulaResult(action, prepared(energy.node))
      result.signature = signature(energy)
      return result
    case .derivative(_, of: let energy, by: _, let node):
      var transforms = Transforms(graph)
      var result = formulaResult(action, transforms.finish(node))
      result.signature = signature(energy, as: action.text) + " : " + graph.typeText(TypedValue(node, in: graph))
      return result
    case .value(let value):
      let node = prepared(value.node)
      let environment = try located(action) { try self.environment(for: [node]) }
      let data = try located(action) {
        try uniformEvaluation
          .run([node], sizes: environment.sizes.values, values: environment.values)[0]
      }
      if options.trapsNaN, data.values.contains(where: \.isNaN) {
        try located(action) { throw try Tracer(self, node, environment).trapped(row: nil) }
      }
      if case .save(let path) = action.verb { return try save(action, data, to: path) }
      let text = TensorText(style: options.numbers).text(data.values, shape: data.shape, asBools: data.type == .bool)
      var result = result(action, text, .tensor(data.values, shape: data.shape), key: "value")
      result.kind = .value
      result.value = data
      return result
    }
  }

  private func save(_ action: Action, _ data: TensorData, to path: String) throws -> StatementResult {
    try located(action) { try files.write(data.values, shape: data.shape, to: path, within: folder) }
    let shape = Self.shapeText(data.shape)
    return StatementResult(
      source: action.text, text: "",
      json: .object([
        ("statement", .string(action.text)), ("file", .string(path)), ("shape", .array(data.shape.map(JSON.integer))),
      ]), notes: ["wrote \(path): \(shape)"], isFailure: false)
  }

  private func emit(
    _ action: Action, _ energy: Program.Energy, _ target: String, to path: String?
  ) throws -> StatementResult {
    let emitted = try located(action) {
      guard let target = EmissionTarget(rawValue: target) else {
        throw Diagnostic(
          .error, .notBuilt, "emit \(target) is not built yet", hints: [.init("for a processor: emit c E to \"f.h\"")])
      }
      return try emission(of: energy, for: target)
    }
    guard let path else { return result(action, emitted[0].text, .string(emitted[0].text)) }
    // What the source includes goes beside it.
    let place = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let included = emitted.dropFirst().filter { $0.name.hasSuffix(".h") }.map { (place + $0.name, $0.text) }
    let written = [(path, emitted[0].text)] + included
    try located(action) {
      for (path, text) in written { try files.write(text, to: path, within: folder) }
    }
    return StatementResult(
      source: action.text, text: "",
      json: .object([("statement", .string(action.text)), ("file", .string(path))]),
      notes: written.map { "wrote \($0.0)" }, isFailure: false)
  }

  private func draw(_ action: Action, _ energy: Program.Energy, _ plot: Program.Plot) throws -> StatementResult {
    guard let pictures else {
      throw Diagnostic(.error, .unsupported, "pictures can't be drawn here", at: action.span)
    }
    let made = try located(action) {
      try pictures.picture(of: plotRequest(energy, plot), in: self, to: plot.path)
    }
    return StatementResult(
      source: action.text, text: made.text, json: .object([("statement", .string(action.text))] + made.json),
      notes: made.notes, isFailure: false)
  }

  /// The numbers of a `plot` statement.
  private func plotRequest(_ energy: Program.Energy, _ plot: Program.Plot) throws -> PlotRequest {
    var request = PlotRequest(energy)
    guard !plot.nodes.isEmpty else { return request }
    let nodes = plot.nodes.map(prepared)
    let environment = try self.environment(for: nodes)
    let values =
      try uniformEvaluation
      .run(nodes, sizes: environment.sizes.values, values: environment.values)
    for (index, box) in plot.boxes.enumerated() {
      let (lower, upper) = (values[2 * index].values[0], values[2 * index + 1].values[0])
      request.box.append(try interval(lower, upper, at: box.span))
    }
    if plot.data != nil, let data = values.last { request.data = .values(data.values, shape: data.shape) }
    return request
  }

  /// The interval of an axis.
  /// - Throws: `E-value` where it is empty or has no ends.
  public func interval(_ lower: Double, _ upper: Double, at span: Span? = nil) throws -> ClosedRange<Double> {
    guard lower.isFinite, upper.isFinite, lower < upper, (upper - lower).isFinite else {
      let text = "[\(NumberStyle.exact.text(lower)), \(NumberStyle.exact.text(upper))]"
      throw Diagnostic(
        .error, .value, "an axis runs from a smaller number to a greater one; \(text) doesn't", at: span)
    }
    return lower...upper
  }

  /// Gives an error without a place that of the statement.
  private func located<Result>(_ action: Action, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var diagnostic as Diagnostic {
      diagnostic.span = diagnostic.span ?? action.span
      throw diagnostic
    }
  }

  private func formulaResult(_ action: Action, _ node: NodeID) -> StatementResult {
    let text = formula(node)
    let json = JSON.string(Printer(graph, style: options.formulas).describe(node))
    var result = result(action, text, json, key: "formula")
    result.kind = .formula
    return result
  }

  private func checkResult(_ action: Action, _ energy: Program.Energy) throws -> StatementResult {
    let report = try located(action) { try check(energy, CheckRequest(trapsNaN: options.trapsNaN)) }
    return StatementResult(
      source: action.text, text: report.text, json: report.json, notes: report.notes, isFailure: report.isFailure)
  }

  private func result(_ action: Action, _ text: String, _ value: JSON, key: String = "text") -> StatementResult {
    StatementResult(
      source: action.text, text: text, json: .object([("statement", .string(action.text)), (key, value)]), notes: [],
      isFailure: false)
  }
}
