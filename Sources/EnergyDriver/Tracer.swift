import EnergyIR
import EnergyLowering
import EnergySemantics
import EnergyText
import EnergyTransforms

/// A sub-expression that something comes from.
public struct Culprit: Sendable {
  /// As the source writes it.
  public let text: String
  /// `2:5`, with the file's name where it isn't the program's; empty where the source doesn't have it.
  public let place: String
  /// Its stretch of the source; `nil` where the source doesn't have it.
  public let span: Span?
}

/// Finds out which sub-expression of a formula is at fault for one set of values.
struct Tracer {
  let session: Session
  /// The formula.
  let root: NodeID
  let samples: [Program.Sample]
  let sizes: SizeTable
  /// The values of all that the formula reads.
  let inputs: [Symbol.ID: [Double]]
  /// What was computed from the formula: its energy and score.
  let derived: LoopProgram?
  private static let findingLimit = 10_000

  private var graph: Graph { session.graph }

  /// The energy of a batch in one row, counted from 0 within those in use.
  init(_ session: Session, _ evaluation: Evaluation, row: Int) throws {
    self.session = session
    root = session.prepared(evaluation.energy.node)
    samples = evaluation.energy.samples
    sizes = evaluation.environment.sizes
    derived = evaluation.program
    let sample = try evaluation.batch.sample(
      evaluation.batch.rows.lowerBound + row, sizes: sizes, session.graph)
    inputs = evaluation.environment.values.mapValues(\.values).merging(sample) { _, new in new }
  }

  /// A formula without samples.
  init(_ session: Session, _ root: NodeID, _ environment: Environment) {
    self.session = session
    self.root = root
    samples = []
    sizes = environment.sizes
    derived = nil
    inputs = environment.values.mapValues(\.values)
  }

  /// What makes the formula, or what was derived from it, NaN or infinite.
  func firstNotFinite() throws -> Culprit? {
    for argument in samples {
      guard let values = inputs[argument.symbol], let index = values.firstIndex(where: { !$0.isFinite }) else {
        continue
      }
      let shape = sizes.lengths(graph[argument.symbol].shape) ?? []
      let place = argument.name + Self.indices(of: index, in: shape)
      let user = firstReader(of: argument.symbol)
      let text = "\(place) = \(NumberStyle.short.text(values[index])) in the input"
      guard let user else { return Culprit(text: text, place: "", span: nil) }
      return Culprit(text: "\(text), used in  \(user.text)", place: user.place, span: user.span)
    }
    // The formula by itself first: what it is made of stands in the source, a derivative's parts don't always.
    let program = try lowered(graph, [("value", root)], sizes: sizes.values)
    for program in [program, derived].compactMap({ $0 }) {
      if let found = culprit(in: program) { return found }
    }
    return nil
  }

  /// The error for a row (from 1) or a value that is NaN where that shall end the run.
  func trapped(row: Int?) throws -> Diagnostic {
    let culprit = try firstNotFinite()
    let source = culprit.map { ", from  \($0.text)" + ($0.span != nil || $0.place.isEmpty ? "" : "  (\($0.place))") }
    let what = row.map { "row \($0)" } ?? "the value"
    return Diagnostic(
      .error, .trapped, "\(what) is NaN\(source ?? "")", at: culprit?.span,
      hints: [.init("without --trap-nan " + (row == nil ? "it is shown" : "such rows are written and counted"))])
  }

  /// What makes an output of a program NaN or infinite.
  private func culprit(in program: LoopProgram) -> Culprit? {
    var findings: [ReferenceInterpreter.Finding] = []
    let interpreter = ReferenceInterpreter(program, dimensions: sizes.values)
    let results = try? interpreter.run(inputs) { finding in
      if findings.count < Self.findingLimit { findings.append(finding) }
    }
    let isFinite = results?.values.allSatisfy { $0.allSatisfy(\.isFinite) } ?? false
    guard !findings.isEmpty, !isFinite else { return nil }
    let isNaN = results?.values.contains { $0.contains { $0.isNaN } } ?? true
    let certain = unconditionalNodes()
    // What a branch computes that isn't taken, or an overflow that goes away again, is innocent.
    let ranked = findings.enumerated().min { left, right in
      rank(left, certain, isNaN) < rank(right, certain, isNaN)
    }
    return ranked.flatMap { culprit($0.element.node) }
  }

  private func rank(
    _ finding: EnumeratedSequence<[ReferenceInterpreter.Finding]>.Element, _ certain: Set<NodeID>, _ isNaN: Bool
  ) -> (Int, Int, Int) {
    (
      certain.contains(finding.element.node) ? 0 : 1, finding.element.value.isNaN == isNaN ? 0 : 1, finding.offset
    )
  }

  /// The term of the energy whose own gradient is the longest.
  func steepestTerm() throws -> Culprit? {
    var transforms = Transforms(graph)
    return try extremeTerm { term in
      samples.map { transforms.gradient(of: term, by: graph.symbol($0.symbol)) }
    }
  }

  /// The term of the energy that is the largest.
  func largestTerm() throws -> Culprit? { try extremeTerm { [$0] } }

  /// The term for which some quantities are the largest.
  private func extremeTerm(_ quantities: (NodeID) -> [NodeID]) throws -> Culprit? {
    let terms = self.terms(of: root)
    guard terms.count > 1 else { return terms.first.flatMap { culprit($0.origin) } }
    let nodes = terms.enumerated().flatMap { index, term in
      quantities(term.node).enumerated().map { ("\(index) \($0.offset)", $0.element) }
    }
    let program = try lowered(graph, nodes, sizes: sizes.values)
    guard let results = try? ReferenceInterpreter(program, dimensions: sizes.values).run(inputs) else { return nil }
    var lengths = [Double](repeating: 0, count: terms.count)
    for (name, values) in results {
      guard let index = name.split(separator: " ").first.flatMap({ Int($0) }) else { continue }
      for value in values { lengths[index] = max(lengths[index], abs(value)) }
    }
    let best = lengths.indices.max { lengths[$0] < lengths[$1] }
    return best.flatMap { culprit(terms[$0].origin) }
  }

  /// The terms that add up to an energy, with the node that each was written as.
  private func terms(of root: NodeID) -> [(node: NodeID, origin: NodeID)] {
    let limit = 32
    switch graph[root].operation {
    case .add(let coefficients, _) where coefficients.count <= limit:
      return zip(coefficients, graph[root].arguments).flatMap { coefficient, argument in
        terms(ofOne: argument).map { (graph.scale(coefficient, $0.node), origin(coefficient, $0.origin)) }
      }
    default: return terms(ofOne: root)
    }
  }

  private func terms(ofOne root: NodeID) -> [(node: NodeID, origin: NodeID)] {
    guard case .reduce(.sum, _, _) = graph[root].operation else { return [(root, root)] }
    let (variables, conditions, body) = graph.open(root)
    guard case .add(let coefficients, _) = graph[body].operation, (2...32).contains(coefficients.count) else {
      return [(root, root)]
    }
    return zip(coefficients, graph[body].arguments).map { coefficient, argument in
      (graph.reduce(.sum, variables, conditions, graph.scale(coefficient, argument)), origin(coefficient, argument))
    }
  }

  /// The node as which a term was written: with its factor, where that is part of the text.
  private func origin(_ coefficient: Double, _ term: NodeID) -> NodeID {
    for factor in [coefficient, -coefficient] where abs(factor) != 1 {
      let scaled = graph.scale(factor, term)
      if !graph.origins(of: scaled).isEmpty { return scaled }
    }
    return term
  }

  /// A node as the user wrote it.
  func culprit(_ node: NodeID) -> Culprit? {
    // Values set from outside have sources of their own; the program's comes first.
    let spans = graph.origins(of: node).filter { $0.end > $0.start }
    guard let span = spans.first(where: { $0.file < session.textCount }) ?? spans.first,
      let file = session.sources.file(of: span)
    else { return Culprit(text: Printer(graph).describe(node), place: "", span: nil) }
    let (line, column) = file.position(of: Int(span.start))
    let words = session.sources.text(of: span).split(whereSeparator: \.isWhitespace)
    let place = (span.file < session.textCount ? "" : file.name + ":") + "\(line):\(column)"
    return Culprit(text: words.joined(separator: " "), place: place, span: span)
  }

  /// The smallest expression that reads a symbol.
  private func firstReader(of symbol: Symbol.ID) -> Culprit? {
    let target = graph.symbol(symbol)
    for id in graph.postorder(root) where graph[id].arguments.contains(target) {
      if let found = culprit(id), !found.place.isEmpty { return found }
    }
    return nil
  }

  /// Nodes of the energy that are evaluated whatever conditions on data say.
  private func unconditionalNodes() -> Set<NodeID> {
    var seen: Set<NodeID> = []
    var pending = [root]
    while let id = pending.popLast() {
      guard seen.insert(id).inserted else { continue }
      if case .select = graph[id].operation {
        pending.append(graph[id].arguments[0])
      } else if graph[id].operation.bound.isEmpty {
        pending += graph[id].arguments
      } else {
        pending += [graph.open(id).body] + graph[id].arguments.dropFirst()
      }
    }
    return seen
  }

  /// `[2, 3]` of an offset; nothing for a number.
  static func indices(of offset: Int, in shape: [Int]) -> String {
    guard !shape.isEmpty else { return "" }
    var rest = offset
    var indices: [Int] = []
    for length in shape.reversed() {
      indices.insert(rest % max(1, length) + 1, at: 0)
      rest /= max(1, length)
    }
    return "[" + indices.map(String.init).joined(separator: ", ") + "]"
  }
}

extension Session {
  /// The error for a batch with NaN where that shall end the run: the first row and its sub-expression.
  public func notANumber(_ evaluation: Evaluation, _ summary: BatchSummary) throws -> Diagnostic? {
    guard let row = summary.firstNaN else { return nil }
    return try Tracer(self, evaluation, row: row).trapped(row: evaluation.batch.rows.lowerBound + row + 1)
  }

  /// Which energies `check` looks at: the named one, or all that have values for their parameters.
  public func energiesToCheck(named name: String?) throws -> (all: [Program.Energy], notes: [String]) {
    if name != nil || ownEnergies.count <= 1 { return ([try energy(named: name)], []) }
    var ready: [Program.Energy] = []
    var notes: [String] = []
    for energy in ownEnergies {
      let missing = energy.parameters.filter { $0.value == nil && settings[$0.symbol] == nil }
      if missing.isEmpty {
        ready.append(energy)
      } else {
        let names = missing.map(\.name).joined(separator: ", ")
        notes.append("note: \(energy.displayName) is not checked: no value for \(names)")
      }
    }
    if ready.isEmpty { return ([try energy(named: name)], []) }
    return (ready, notes)
  }
}
