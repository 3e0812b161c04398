import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

/// Turns syntax trees into graphs: settles names, infers shapes, checks types, builds nodes.
///
/// One walk does it all, because a name's meaning decides how a product is read and shapes decide what it means.
/// Functions and energies are elaborated anew for every call (they are generic over shapes); calls with the same
/// arguments are remembered, so equal calls cost once.
final class Elaborator {
  let graph: Graph
  let loader: any DataLoader
  let provider: any SourceProvider
  let operators: any DifferentialOperators
  let options: ElaborationOptions

  var program: Program
  var sources: [Int: SourceFile] = [:]
  /// The program's own names.
  var main: Module?
  /// All sources with names, by number, and those that were imported, by what tells files apart.
  var modules: [Int: Module] = [:]
  var loaded: [String: Module] = [:]
  /// Values that names have in one text alone, and what stands for those that were used, by the text's number.
  var givenValues: [Int: [String: TensorData]] = [:]
  var givenDefinitions: [Int: [String: Definition]] = [:]
  /// Definitions whose text is being read, outermost first: those being elaborated, and bodies in place of calls.
  var path: [Definition] = []
  /// See `ring(of:)`; found when it is first asked for.
  var rings: [Definition: Int]?

  /// Conditions on indices that hold where the current expression is evaluated.
  var guards: [Condition] = []
  /// What `end` stands for, innermost last.
  var ends: [Size] = []
  /// Sizes that an inference may still choose.
  var openDimensions: Set<Dimension> = []
  /// Sizes of a signature that the energies given for its arguments may settle.
  var settledDimensions: Set<Dimension> = []
  /// The greatest number that an index reaches on an axis of open length.
  var openReaches: [Dimension: Int] = [:]
  /// Those of them that a sample's shape began with: they outlive the others.
  var sampleDimensions: Set<Dimension> = []
  /// Whether shapes are being inferred: ambiguous readings are then refused.
  var isInferring = false
  var depth = 0
  var steps = 0
  /// Calls around the current expression, and what has been visited within calls.
  var callDepth = 0
  var callSteps = 0
  private var nextScope = 1
  private var dimensionValues: [Dimension: (value: Int, reason: String, span: Span)] = [:]

  var literals: [TensorData: NodeID] = [:]
  var allLiterals: [Program.Literal] = []
  /// Nodes of bare expressions: they count as used.
  var shownNodes: [NodeID] = []
  var literalValues: [NodeID: TensorData] = [:]
  var calls: [CallKey: Value] = [:]
  var realised: [RealisationKey: Realised] = [:]
  var ownParameters: [OwnParameterKey: NodeID] = [:]
  /// Weights of networks by their whole names: `net.0.weight`.
  var networkWeights: [String: NodeID] = [:]
  /// Made when it is first needed: see `asEnergy`.
  lazy var networkEnergy = makeNetworkEnergy()
  /// Networks among the own parameters of energies, by their whole names.
  var ownNetworks: [Program.Network] = []
  var definitionNodes: [NodeID: NodeID] = [:]
  var provenances: [NodeID: Provenance] = [:]
  var ownParameterList: [Program.Parameter] = []
  /// Shapes that an inference tries for arguments without a type.
  var assumedShapes: [String: [Size]] = [:]
  /// Names of a bare expression that bound its ranges.
  var inventedSizes: [String: Size] = [:]
  /// Indices bound around the current expression, and the `where` names being read: for messages.
  var activeIndices: [String] = []
  var activeEntries: [WhereEntry] = []
  /// Where arguments of energies were given, and names to differentiate by: for messages.
  var argumentPlaces: [BoundArgument: (span: Span, provenance: Provenance?)] = [:]
  var targetPlaces: [String: Span] = [:]
  /// The message about a size with several values, so that a further value joins it.
  var sizeConflicts: [Dimension: Diagnostic] = [:]

  struct CallKey: Hashable {
    let definition: ObjectIdentifier
    let name: String
    let arguments: [String: Value]
    /// An index proved in range under a condition isn't proved without it.
    let guards: [Condition]
    /// Whether an energy is +inf outside its domain.
    var hasDomain = true
  }

  struct OwnParameterKey: Hashable {
    let name: String
    let shape: [Size]
  }

  init(
    graph: Graph, options: ElaborationOptions, loader: any DataLoader, provider: any SourceProvider,
    operators: any DifferentialOperators
  ) {
    self.graph = graph
    self.options = options
    self.loader = loader
    self.provider = provider
    self.operators = operators
    program = Program(graph: graph)
  }

  /// A number for the sizes of a signature.
  func freshScopeNumber() -> Int {
    defer { nextScope += 1 }
    return nextScope
  }

  // MARK: Limits

  /// Runs `body` one level deeper; counts the step.
  func descend<Result>(at span: Span, _ body: () throws -> Result) throws -> Result {
    depth += 1
    steps += 1
    defer { depth -= 1 }
    if depth > options.depth {
      throw Diagnostic(
        .error, .limit, "expressions and calls nest more than \(options.depth) levels deep", at: span,
        hints: [.init("name parts of the expression with 'let' or 'where'")])
    }
    if callDepth > 0 { callSteps += 1 }
    let isFull = graph.isFull
    if steps & 63 == 0, options.isCancelled?() == true {
      throw Diagnostic(.error, .interrupted, "interrupted")
    }
    if steps > options.steps || callSteps > options.callSteps || isFull {
      let what =
        isFull
        ? "\(graph.nodeLimit) graph nodes"
        : callSteps > options.callSteps
          ? "\(options.callSteps) expressions in the bodies of calls" : "\(options.steps) expressions"
      throw Diagnostic(
        .error, .limit, "this program grows beyond \(what)", at: span,
        hints: [.init("write repeated terms as a sum over an index: sum(i in 1..n: …)")])
    }
    return try body()
  }

  /// Takes back what has been noted since `mark`, before another try.
  func restore(_ mark: Mark) {
    program.sizeConditions.removeLast(program.sizeConditions.count - mark.sizes)
    program.indexConditions.removeLast(program.indexConditions.count - mark.indices)
    program.diagnostics.removeLast(program.diagnostics.count - mark.diagnostics)
  }

  /// How much has been noted so far.
  var mark: Mark {
    Mark(
      sizes: program.sizeConditions.count, indices: program.indexConditions.count,
      diagnostics: program.diagnostics.count)
  }

  /// Lengths of the lists that an attempt may add to.
  struct Mark {
    let sizes: Int
    let indices: Int
    let diagnostics: Int
  }

  // MARK: Messages

  func report(_ diagnostic: Diagnostic) {
    if let message = leadingBack(diagnostic) { program.diagnostics.append(message) }
  }

  /// Runs `body`; an error in it is reported and `nil` returned.
  func attempt<Result>(_ body: () throws -> Result) -> Result? {
    do {
      return try body()
    } catch let diagnostic as Diagnostic {
      report(diagnostic)
    } catch let several as Diagnostics {
      several.all.forEach(report)
    } catch is AlreadyReported {
    } catch let request as Unrolling {
      report(request.diagnostic)
    } catch let equation as SizeEquation {
      report(
        Diagnostic(.error, .size, "the size \(equation.dimension.name) can't be inferred here: give the types"))
    } catch {
      report(Diagnostic(.error, .type, "\(error)"))
    }
    return nil
  }

  /// The text of a span, from whichever source it lies in.
  func text(_ span: Span) -> String {
    let raw = sources[Int(span.file)]?.text(from: Int(span.start), to: Int(span.end)) ?? ""
    return raw.split(whereSeparator: \.isNewline).map { line in
      var words = line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
      if line.hasPrefix(" "), !words.isEmpty { words = " " + words }
      return words
    }.joined()
  }

  /// `4:10`, with the source's name where that isn't the one of `other`.
  func place(_ span: Span, seenFrom other: Span? = nil) -> String {
    guard let source = sources[Int(span.file)] else { return "" }
    let (line, column) = source.position(of: Int(span.start))
    return (other.map { $0.file == span.file } ?? true ? "" : "\(source.name):") + "\(line):\(column)"
  }

  // MARK: Sizes

  /// Whether two sizes are the same. Open dimensions are settled by starting again; sizes whose values are both known
  /// from the text agree by value.
  func agree(_ a: Size, _ b: Size) throws -> Bool {
    if a == b { return true }
    if let equation = equation(a, b) { throw equation }
    if let left = value(of: a), let right = value(of: b), left == right {
      program.sizeConditions.append(
        .init(size: a - b, isEquation: true, message: "\(a) and \(b) differ", span: currentSpan))
      return true
    }
    return false
  }

  /// What an open dimension has to be for two sizes to agree.
  func equation(_ a: Size, _ b: Size) -> SizeEquation? {
    let isOpen = { (dimension: Dimension) in
      self.openDimensions.contains(dimension) || self.settledDimensions.contains(dimension)
    }
    let choices = [(a, b), (b, a)].flatMap { side, other -> [SizeEquation] in
      // side = ±d + rest, so d = ±(other − rest).
      side.terms.compactMap { term in
        guard term.factors.count == 1, abs(term.coefficient) == 1, isOpen(term.factors[0]) else { return nil }
        let dimension = term.factors[0]
        let rest = other - side + Size(dimension) * Size(term.coefficient)
        let solution = rest * Size(term.coefficient)
        guard !solution.dimensions.contains(dimension), !isCertainly(solution, below: 1) else { return nil }
        return SizeEquation(dimension: dimension, size: solution)
      }
    }
    return choices.first { !sampleDimensions.contains($0.dimension) } ?? choices.first
  }

  /// The place of what is being elaborated.
  var currentSpan: Span { graph.currentOrigins.first ?? Span(file: 0, start: 0, end: 0) }

  /// What is known of a dimension, and from where: `2 from mu`.
  func knowledge(of dimension: Dimension) -> (text: String, span: Span)? {
    dimensionValues[dimension].map { ("\($0.value) from \($0.reason)", $0.span) }
  }

  /// The number a size has, as far as the text and its data say.
  func value(of size: Size) -> Int? {
    if let constant = size.constant { return constant }
    return size.value(dimensionValues.mapValues(\.value))
  }

  /// Notes that `size` is `number`; a dimension that gets two numbers is an error with both places.
  func bind(_ size: Size, to number: Int, reason: String, span: Span) throws {
    program.sizeBindings.append(.init(size: size, value: number, reason: reason, span: span))
    guard let dimension = size.dimension else {
      guard let (dimension, factor, rest) = size.linear else { return }
      // What follows for the one size in it.
      guard (number - rest) % factor == 0 else {
        throw Diagnostic(
          .error, .size, "\(size) = \(number) (from \(reason)), and no whole number \(dimension.name) makes it so",
          at: span)
      }
      let value = (number - rest) / factor
      if dimensionValues[dimension] == nil, value >= 1 {
        dimensionValues[dimension] = (value, "\(size) = \(number), \(reason)", span)
      }
      return
    }
    guard let known = dimensionValues[dimension] else {
      dimensionValues[dimension] = (number, reason, span)
      return
    }
    if known.value != number { throw conflict(dimension, known, number, reason: reason, at: span) }
  }

  /// A size that gets a further value; one message lists all of them.
  private func conflict(
    _ dimension: Dimension, _ known: (value: Int, reason: String, span: Span), _ number: Int, reason: String,
    at span: Span
  ) -> any Error {
    let name = dimension.name
    let further = ", \(name) = \(number) from \(reason)"
    if let earlier = sizeConflicts[dimension], let position = program.diagnostics.firstIndex(of: earlier) {
      var joined = earlier
      joined.message =
        earlier.message.replacing("\(name) has two values", with: "\(name) has several values") + further
      joined.notes.append(.init("\(name) = \(number) comes from \(reason)", at: span))
      program.diagnostics[position] = joined
      sizeConflicts[dimension] = joined
      return AlreadyReported()
    }
    let diagnostic = Diagnostic(
      .error, .size, "\(name) has two values: \(name) = \(known.value) from \(known.reason)\(further)", at: span,
      notes: [.init("\(name) = \(known.value) comes from \(known.reason)", at: known.span)])
    sizeConflicts[dimension] = diagnostic
    return diagnostic
  }

  /// Sizes such as `n - 1` that a value made one number and the rest of the text makes another.
  func refuseContradictedSizes() {
    for binding in program.sizeBindings where binding.size.dimension == nil {
      guard let value = value(of: binding.size), value != binding.value else { continue }
      let dimensions = Set(binding.size.dimensions).sorted()
      report(
        Diagnostic(
          .error, .size, "\(binding.size) is \(value), but \(binding.value) from \(binding.reason)", at: binding.span,
          notes: dimensions.compactMap { dimension in
            knowledge(of: dimension).map { .init("\(dimension.name) = \($0.text)", at: $0.span) }
          }))
    }
  }

  /// Whether `size` ≥ `bound` for certain, with the values that the text gives.
  func isCertainly(_ size: Size, atLeast bound: Int) -> Bool {
    size.isProvably(atLeast: bound)
  }

  /// Whether `size` < `bound` for certain.
  func isCertainly(_ size: Size, below bound: Int) -> Bool {
    (Size(bound - 1) - size).isProvably(atLeast: 0)
  }
}
