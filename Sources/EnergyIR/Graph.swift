import EnergyText

/// The tensor graph: an arena of hash-consed nodes.
///
/// Equal terms are one node, so sharing needs no pass. All constructors (`add`, `multiply`, `contract`, …) return
/// canonical forms. A constructor trusts its caller for shapes: the type checker has looked at them, and a
/// mismatch here is a defect of ours. Not thread-safe: a graph belongs to one session.
public final class Graph {
  /// What tells two nodes apart.
  struct Key: Hashable {
    let operation: Operation
    let arguments: [NodeID]
    let type: ElementType

    static func == (left: Key, right: Key) -> Bool {
      left.arguments == right.arguments && left.type == right.type
        && left.operation.isIdentical(to: right.operation)
    }
  }

  private(set) var nodes: [Node] = []
  private var table: [Key: NodeID] = [:]
  /// The named tensors.
  public private(set) var symbols: [Symbol] = []
  private var nextVariable: Int32 = 1
  private var openVariables: [OpenKey: Variable] = [:]
  /// Entries of formulas of tensors that have been asked for.
  var entries: [EntryKey: NodeID] = [:]
  private var originTable: [[Span]] = []
  /// What the user calls values; see `note`.
  var valueNames: [NodeID: String] = [:]
  /// What the user calls indices, by the number of values they run over, in the order of their appearance.
  public internal(set) var indexNames: [Size: [String]] = [:]
  /// The spans that new nodes are said to come from; see `withOrigins`.
  public private(set) var currentOrigins: [Span] = []

  /// How many nodes may be made before `isFull` says so.
  public var nodeLimit = 1_000_000

  /// An empty graph.
  public init() {}

  /// The number of nodes made so far.
  public var count: Int { nodes.count }

  /// Whether the limit is reached; builders look now and then and report `E-limit`.
  public var isFull: Bool { nodes.count >= nodeLimit }

  /// The node with this number.
  public subscript(_ id: NodeID) -> Node { nodes[id.index] }

  /// The shape of a node.
  public func shape(_ id: NodeID) -> [Size] { nodes[id.index].shape }

  // MARK: Symbols

  /// Adds a named tensor and returns its number.
  public func addSymbol(_ symbol: Symbol) -> Symbol.ID {
    symbols.append(symbol)
    return Symbol.ID(index: symbols.count - 1)
  }

  /// The description of a symbol.
  public subscript(_ id: Symbol.ID) -> Symbol { symbols[id.index] }

  /// The node that stands for a symbol.
  public func symbol(_ id: Symbol.ID) -> NodeID {
    intern(.symbol(id), [], shape: self[id].shape, type: self[id].type)
  }

  /// Adds a symbol and returns its node.
  public func symbol(_ symbol: Symbol) -> NodeID { self.symbol(addSymbol(symbol)) }

  // MARK: Origins

  /// Runs `body`; every node made or met by a constructor meanwhile is said to come from `spans`.
  public func withOrigins<Result>(_ spans: [Span], _ body: () throws -> Result) rethrows -> Result {
    let saved = currentOrigins
    currentOrigins = spans
    defer { currentOrigins = saved }
    return try body()
  }

  /// The source spans that a node came from, at most four.
  public func origins(of id: NodeID) -> [Span] { originTable[id.index] }

  private func noteOrigins(of id: NodeID) {
    guard originTable[id.index].count < 4 else { return }
    for span in currentOrigins where originTable[id.index].count < 4 {
      if !originTable[id.index].contains(span) { originTable[id.index].append(span) }
    }
  }

  // MARK: Variables

  /// A free variable with a name that no other has.
  public func freshVariable(_ extent: Size) -> Variable {
    defer { nextVariable += 1 }
    return Variable(id: nextVariable, extent: extent)
  }

  /// A free variable for the state of a recurrence.
  public func freshState() -> Variable {
    defer { nextVariable += 1 }
    return Variable(id: nextVariable, extent: 1, isState: true)
  }

  /// A free variable of the kind and the extent of another one.
  func fresh(_ variable: Variable) -> Variable {
    variable.isState ? freshState() : freshVariable(variable.extent)
  }

  /// The free variable by which a bound one is opened: the same for every binder of that level and extent, so
  /// that sibling loops share families; another one where the term has that variable already.
  func memoisedVariable(for bound: Variable, avoiding taken: [Variable]) -> Variable {
    var attempt = 0
    while true {
      let key = OpenKey(bound: bound, attempt: attempt)
      let variable = openVariables[key] ?? fresh(bound)
      openVariables[key] = variable
      if !taken.contains(variable) { return variable }
      attempt += 1
    }
  }

  struct EntryKey: Hashable {
    let tensor: NodeID
    let pattern: [Subscript]
    let gathers: [NodeID]
  }

  private struct OpenKey: Hashable {
    let bound: Variable
    let attempt: Int
  }

  // MARK: Interning

  /// The node for these fields: the one that exists, or a new one. Derived fields are computed here.
  func intern(_ operation: Operation, _ arguments: [NodeID], shape: [Size], type: ElementType) -> NodeID {
    let key = Key(operation: operation, arguments: arguments, type: type)
    if let known = table[key] {
      noteOrigins(of: known)
      return known
    }
    var free: Set<Variable> = []
    var level: Int32 = 0
    var isVarying = false
    for argument in arguments {
      let node = nodes[argument.index]
      free.formUnion(node.free)
      level = max(level, node.level)
      isVarying = isVarying || node.isVarying
    }
    operation.addFreeVariables(to: &free)
    for variable in operation.bound {
      free.remove(variable)
      level = max(level, -variable.id)
    }
    if case .symbol(let id) = operation, self[id].role == .sample { isVarying = true }
    let node = Node(
      operation: operation, arguments: arguments, shape: shape, type: type, free: free.sorted(), level: level,
      isVarying: isVarying, isSymmetric: isSymmetric(operation, arguments, shape))
    let id = NodeID(nodes.count)
    nodes.append(node)
    originTable.append([])
    table[key] = id
    noteOrigins(of: id)
    return id
  }

  private func isSymmetric(_ operation: Operation, _ arguments: [NodeID], _ shape: [Size]) -> Bool {
    guard shape.count == 2, shape[0] == shape[1] else { return false }
    let all = { arguments.allSatisfy { self[$0].isSymmetric || self[$0].rank == 0 } }
    switch operation {
    // A sample may be anything; what an energy of a symmetric one sees is made symmetric.
    case .symbol(let id): return self[id].isSymmetric && self[id].role != .sample
    case .add(let coefficients, _):
      let terms = Dictionary(zip(arguments, coefficients), uniquingKeysWith: { first, _ in first })
      return terms.allSatisfy { term, factor in
        self[term].isSymmetric || self[term].rank == 0 || terms[transpose(term)] == factor
      }
    case .mul, .apply, .guarded: return all()
    case .select: return arguments.dropFirst().allSatisfy { self[$0].isSymmetric || self[$0].rank == 0 }
    case .linearAlgebra(.inv): return all()
    case .contract(let spec):
      guard spec.output.count == 2 else { return false }
      if spec.output[0] == spec.output[1] { return true }
      let swapped = Contraction(inputs: spec.inputs, output: [spec.output[1], spec.output[0]], sizes: spec.sizes)
      return canonical(spec, arguments) == canonical(swapped, arguments)
    default: return false
    }
  }
}

extension Operation {
  /// The variables that the operation binds in its body.
  public var bound: [Variable] {
    switch self {
    case .build(let variable): [variable]
    case .reduce(_, let variables, _): variables
    case .scan(let recurrence): [recurrence.index, recurrence.state]
    default: []
    }
  }

  /// Adds the variables that occur in attributes.
  func addFreeVariables(to set: inout Set<Variable>) {
    switch self {
    case .iota(let expression): set.formUnion(expression.variables)
    case .state(let variable, _): set.insert(variable)
    case .guarded(let conditions): set.formUnion(conditions.variables)
    case .reduce(_, _, let conditions): set.formUnion(conditions.variables)
    case .index(let pattern), .scatter(let pattern, _):
      for case .at(let expression) in pattern { set.formUnion(expression.variables) }
    default: break
    }
  }
}
