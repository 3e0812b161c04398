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
}

/// Finds out which sub-expression is at fault in one row.
struct Tracer {
  let session: Session
  let evaluation: Evaluation
  private static let findingLimit = 10_000

  private var graph: Graph { session.graph }

  /// What makes the energy or the score of a row NaN or infinite; rows count from 0 within those in use.
  func firstNotFinite(row: Int) throws -> Culprit? {
    let sample = try sample(row)
    for argument in evaluation.energy.samples {
      guard let values = sample[argument.symbol], let index = values.firstIndex(where: { !$0.isFinite }) else {
        continue
      }
      let shape = evaluation.environment.sizes.lengths(graph[argument.symbol].shape) ?? []
      let place = argument.name + Self.indices(of: index, in: shape)
      let user = firstReader(of: argument.symbol)
      let text = "\(place) = \(NumberStyle.short.text(values[index])) in the input"
      guard let user else { return Culprit(text: text, place: "") }
      return Culprit(text: "\(text), used in  \(user.text)", place: user.place)
    }
    var inputs = evaluation.environment.values.mapValues(\.values)
    inputs.merge(sample) { _, new in new }
    // The energy by itself first: what it is made of stands in the source, a derivative's parts don't always.
    let energy = try lowered(
      graph, [("energy", session.prepared(evaluation.energy.node))], sizes: evaluation.environment.sizes.values)
    for program in [energy, evaluation.program] {
      if let found = culprit(in: program, inputs) { return found }
    }
    return nil
  }

  /// What makes an output of a program NaN or infinite.
  private func culprit(in program: LoopProgram, _ inputs: [Symbol.ID: [Double]]) -> Culprit? {
    var findings: [ReferenceInterpreter.Finding] = []
    let interpreter = ReferenceInterpreter(program, dimensions: evaluation.environment.sizes.values)
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

  /// The term of the energy whose own gradient is the longest in a row.
  func steepestTerm(row: Int) throws -> Culprit? {
    let terms = self.terms(of: session.prepared(evaluation.energy.node))
    guard terms.count > 1 else { return terms.first.flatMap { culprit($0.origin) } }
    var transforms = Transforms(graph)
    var nodes: [(String, NodeID)] = []
    for (index, term) in terms.enumerated() {
      for (argument, sample) in evaluation.energy.samples.enumerated() {
        let gradient = transforms.gradient(of: term.node, by: graph.symbol(sample.symbol))
        nodes.append(("\(index) \(argument)", gradient))
      }
    }
    let program = try lowered(graph, nodes, sizes: evaluation.environment.sizes.values)
    var inputs = evaluation.environment.values.mapValues(\.values)
    inputs.merge(try sample(row)) { _, new in new }
    let interpreter = ReferenceInterpreter(program, dimensions: evaluation.environment.sizes.values)
    guard let results = try? interpreter.run(inputs) else { return nil }
    var best: (index: Int, length: Double)?
    for index in terms.indices {
      let parts = evaluation.energy.samples.indices.flatMap { results["\(index) \($0)"] ?? [] }
      let length = parts.reduce(0) { $0 + $1 * $1 }
      if length > best?.length ?? -1 { best = (index, length) }
    }
    return best.flatMap { culprit(terms[$0.index].origin) }
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
    guard let span = spans.first(where: { $0.file == 0 }) ?? spans.first, let file = session.sources.file(of: span)
    else { return Culprit(text: Printer(graph).describe(node), place: "") }
    let (line, column) = file.position(of: Int(span.start))
    let words = session.sources.text(of: span).split(whereSeparator: \.isWhitespace)
    return Culprit(text: words.joined(separator: " "), place: "\(line):\(column)")
  }

  private func sample(_ row: Int) throws -> [Symbol.ID: [Double]] {
    try evaluation.batch.sample(
      evaluation.batch.rows.lowerBound + row, sizes: evaluation.environment.sizes, graph)
  }

  /// The smallest expression that reads a symbol.
  private func firstReader(of symbol: Symbol.ID) -> Culprit? {
    let target = graph.symbol(symbol)
    for id in graph.postorder(evaluation.energy.node) where graph[id].arguments.contains(target) {
      if let found = culprit(id), !found.place.isEmpty { return found }
    }
    return nil
  }

  /// Nodes of the energy that are evaluated whatever conditions on data say.
  private func unconditionalNodes() -> Set<NodeID> {
    var seen: Set<NodeID> = []
    var pending = [session.prepared(evaluation.energy.node)]
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

  private static func indices(of offset: Int, in shape: [Int]) -> String {
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
    let culprit = try Tracer(session: self, evaluation: evaluation).firstNotFinite(row: row)
    let number = evaluation.batch.rows.lowerBound + row + 1
    let source = culprit.map { ", from  \($0.text)" + ($0.place.isEmpty ? "" : "  (\($0.place))") } ?? ""
    return Diagnostic(
      .error, .trapped, "row \(number) is NaN\(source)",
      hints: [.init("without --trap-nan such rows are written and counted")])
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
