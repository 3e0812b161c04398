/// Turns nodes into phrases: what notation says them best, whatever the style spells it like.
struct PhraseWriter {
  let graph: Graph
  let symbolNames: [Symbol.ID: String]
  let sizeNames: [Dimension: Size]
  var document = Document()
  /// Phrases that get a name as soon as they aren't trivial, with the name to try first.
  var forced: [PhraseID: String] = [:]
  private var memo: [NodeID: PhraseID] = [:]
  /// Recurrences of which only the last state is said.
  private(set) var folds: Set<NodeID> = []
  private var opened: [NodeID: Opened] = [:]
  private var entries: [NodeID: [NodeID]] = [:]

  /// A binder with names for its variables.
  struct Opened {
    let variables: [Variable]
    let conditions: Guard
    let body: NodeID
    /// The tensor that a loop over whole axes reduces.
    let tensor: NodeID?
  }

  init(graph: Graph, symbolNames: [Symbol.ID: String], sizeNames: [Dimension: Size]) {
    self.graph = graph
    self.symbolNames = symbolNames
    self.sizeNames = sizeNames
  }

  /// The phrase of a node and of everything below, without recursion.
  mutating func write(_ root: NodeID) -> PhraseID {
    for (depth, variable) in graph[root].free.enumerated() { document.depths[variable] = depth }
    folds = graph.recurrencesForTheEnd(below: [root])
    var stack: [(NodeID, Bool)] = [(root, false)]
    while let (id, isReady) = stack.popLast() {
      if memo[id] != nil { continue }
      if isReady {
        memo[id] = compose(id)
      } else {
        stack.append((id, true))
        for child in below(id) where memo[child] == nil { stack.append((child, false)) }
      }
    }
    return phrase(root)
  }

  /// The phrase of a node that is written already.
  func phrase(_ id: NodeID) -> PhraseID { memo[id] ?? PhraseID(index: 0) }

  func opened(_ id: NodeID) -> Opened {
    opened[id] ?? Opened(variables: [], conditions: .always, body: graph[id].arguments[0], tensor: nil)
  }

  /// The nodes whose phrases a node's phrase needs.
  private mutating func below(_ id: NodeID) -> [NodeID] {
    let node = graph[id]
    guard !node.operation.bound.isEmpty else { return node.arguments }
    if let entries = graph.listedEntries(id) {
      self.entries[id] = entries
      return entries
    }
    let open = open(id)
    opened[id] = open
    if case .scan = node.operation { return [open.body, node.arguments[1]] }
    return [open.tensor ?? open.body]
  }

  /// Variables are told apart by how many others they depend on, so that a closed loop is the same phrase
  /// wherever it stands, and families that two loops share are seen to be the same.
  private mutating func open(_ id: NodeID) -> Opened {
    let node = graph[id]
    let base = (node.free.compactMap { document.depths[$0] }.max() ?? -1) + 1
    var variables: [Variable] = []
    for (position, bound) in node.operation.bound.enumerated() {
      let depth = base + position
      // No binder reaches these levels, so the names are the printer's own.
      let name = graph.memoisedVariable(
        for: Variable(id: .min + Int32(depth), extent: bound.extent, isState: bound.isState), avoiding: node.free)
      document.depths[name] = depth
      variables.append(name)
    }
    let (conditions, body) = graph.opened(id, as: variables)
    var tensor: NodeID?
    if case .reduce = node.operation, conditions.isAlways { tensor = graph.lifted(body, over: variables) }
    return Opened(variables: variables, conditions: conditions, body: body, tensor: tensor)
  }

  private mutating func compose(_ id: NodeID) -> PhraseID {
    let node = graph[id]
    switch node.operation {
    case .constant(let value):
      if node.type == .bool { return document.make(.name(value != 0 ? "true" : "false")) }
      return document.number(value)
    case .symbol(let symbol):
      let name = symbolNames[symbol] ?? graph[symbol].name
      return document.name(name, rank: node.rank, isVarying: node.isVarying)
    case .size(let size): return self.size(size, isTight: false)
    case .iota(let expression): return value(of: expression)
    case .add(let coefficients, let constant):
      return combination(Array(zip(coefficients, node.arguments)), constant, rank: node.rank)
    case .mul(let exponents):
      return monomial(1, Array(zip(node.arguments, exponents)), rank: node.rank)
    case .apply(let function): return application(function.name, node)
    case .select:
      let parts = node.arguments.map(phrase)
      if graph[node.arguments[0]].rank == 0 {
        return document.make(.conditional([parts[0]], parts[1], parts[2]), rank: node.rank)
      }
      return document.make(.call("select", parts, axis: nil), rank: node.rank)
    case .guarded(let conditions): return guarded(conditions, phrase(node.arguments[0]), node.shape)
    case .contract(let spec): return contraction(spec, node)
    case .index(let pattern): return entry(node, pattern)
    case .scatter(let pattern, let shape): return scattered(node, pattern, shape)
    case .build:
      if let entries = entries[id] { return document.make(.list(entries.map(phrase)), rank: node.rank) }
      return comprehension(id)
    case .reduce(let operation, _, _):
      if let entries = entries[id] {
        let list = document.make(.list(entries.map(phrase)), rank: 1)
        return document.make(.call(operation.rawValue, [list], axis: nil), rank: node.rank)
      }
      return reduction(operation, id)
    case .scan(let recurrence): return states(recurrence, id)
    case .state(let variable, _): return document.make(.variable(variable), rank: node.rank)
    case .linearAlgebra(let operation):
      return document.make(.call(operation.rawValue, node.arguments.map(phrase), axis: nil), rank: node.rank)
    case .reshape(let shape):
      let sizes = shape.map { self.size($0, isTight: false) }
      return document.make(.call("reshape", [phrase(node.arguments[0])] + sizes, axis: nil), rank: node.rank)
    }
  }

  /// `if conditions then body else 0`.
  mutating func guarded(_ conditions: Guard, _ body: PhraseID, _ shape: [Size]) -> PhraseID {
    let tests = conditions.conditions.map { condition($0) }
    return document.make(.conditional(tests, body, filled(0, shape)), rank: shape.count)
  }

  /// A number as a tensor: `zeros(d)`, `ones(m, n)`.
  mutating func filled(_ value: Double, _ shape: [Size]) -> PhraseID {
    if shape.isEmpty { return document.number(value) }
    let sizes = shape.map { size($0, isTight: false) }
    return document.make(.call(value == 0 ? "zeros" : "ones", sizes, axis: nil), rank: shape.count)
  }

  // MARK: Element-wise built-ins

  private mutating func application(_ name: String, _ node: Node) -> PhraseID {
    let peers = node.arguments
    let parts = peers.map { operand($0, among: peers) }
    if parts.count == 2, let symbol = Self.comparisons[name] {
      return document.make(.comparison(symbol, parts[0], parts[1]), rank: node.rank)
    }
    switch name {
    case "and", "or":
      // `a and b and c`: the first two are joined first.
      if case .connective(name, let inner)? = parts.first.map({ document[$0] }) {
        return document.make(.connective(name, inner + parts.dropFirst()), rank: node.rank)
      }
      return document.make(.connective(name, parts), rank: node.rank)
    case "not" where parts.count == 1: return document.make(.not(parts[0]), rank: node.rank)
    case "pow" where parts.count == 2: return document.make(.raised(parts[0], parts[1]), rank: node.rank)
    case "softmaxweight" where parts.count == 2: return softmaxWeight(parts[0], parts[1], rank: node.rank)
    default: return document.make(.call(name, parts, axis: nil), rank: node.rank)
    }
  }

  private static let comparisons: [String: String] = [
    "==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "equal": "==", "notEqual": "!=",
    "less": "<", "lessEqual": "<=", "greater": ">", "greaterEqual": ">=",
  ]

  /// exp(b − z), where z, the log-sum-exp of the b's, and the weight itself go by names.
  private mutating func softmaxWeight(_ logit: PhraseID, _ total: PhraseID, rank: Int) -> PhraseID {
    if document[total] == .call("logsumexp", [logit], axis: nil) {
      return document.make(.call("softmax", [logit], axis: nil), rank: rank)
    }
    forced[total] = "z"
    let difference = signedSum([SignedPhrase(isNegative: false, phrase: logit), minus(total)], rank: rank)
    let weight = document.make(.call("exp", [difference], axis: nil), rank: rank)
    forced[weight] = "w"
    return weight
  }

  private func minus(_ id: PhraseID) -> SignedPhrase {
    let plain = document.unsigned(id)
    return SignedPhrase(isNegative: !plain.isNegative, phrase: plain.phrase)
  }
}
