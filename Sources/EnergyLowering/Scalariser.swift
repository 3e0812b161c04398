import EnergyIR

/// Rewrites tensor nodes as scalar terms at given positions, and says which tensors have to lie in memory.
final class Scalariser {
  /// A node at given positions, with images for the bound variables that occur in it.
  struct Request: Hashable {
    struct Binding: Hashable {
      let variable: Variable
      let image: IndexExpression
    }
    let node: NodeID
    let positions: [TermPosition]
    let bindings: [Binding]
  }

  /// What is to be computed into an array.
  struct Definition {
    let array: ArrayID
    let request: Request
  }

  let graph: Graph
  let terms: ScalarTerms
  /// Of each log Σ exp its shift and the sum that the logarithm is taken of.
  var sumsOfExponentials: [TermID: (shift: TermID, total: TermID)] = [:]
  let options: LoweringOptions
  /// Arrays that were asked for and whose contents nobody has described yet.
  var pending: [Definition] = []
  private var memo: [Request: TermID] = [:]
  private var arrays: [Request: ArrayID] = [:]
  private var requests: [ArrayID: Request] = [:]
  private(set) var symbolArrays: [Symbol.ID: ArrayID] = [:]
  private(set) var inputs: [(symbol: Symbol.ID, array: ArrayID)] = []
  /// The nodes that the outputs need anyway.
  let known: Set<NodeID>
  /// The recurrences of which only the last state is asked for.
  var rings: Set<NodeID>
  /// Free names for the variables that a body has from the binders around it.
  var outerNames: [Variable: Variable] = [:]
  var factored: [NodeID: [(NodeID, [Int])]] = [:]
  private var isScatterSum: [NodeID: Bool] = [:]

  init(graph: Graph, terms: ScalarTerms, options: LoweringOptions, outputs: [NodeID]) {
    self.graph = graph
    self.terms = terms
    self.options = options
    known = Set(graph.postorder(outputs))
    rings = graph.recurrencesForTheEnd(below: outputs)
    terms.renameArray = { [unowned self] array, map in renamed(array, map) }
  }

  func request(_ node: NodeID, _ positions: [TermPosition], _ environment: [Variable: IndexExpression]) -> Request {
    let free = graph[node].free
    return Request(
      node: node, positions: graph[node].rank == 0 ? [] : positions,
      bindings: free.compactMap { variable in
        environment[variable].map { Request.Binding(variable: variable, image: $0) }
      })
  }

  func environment(_ request: Request) -> [Variable: IndexExpression] {
    Dictionary(request.bindings.map { ($0.variable, $0.image) }, uniquingKeysWith: { first, _ in first })
  }

  /// The loop variables that a request mentions.
  func variables(of request: Request) -> Set<Variable> {
    Set(request.bindings.flatMap(\.image.variables)).union(request.positions.flatMap(terms.variables(of:)))
  }

  // MARK: Driving

  /// The term of a request. No recursion: the graph may be as deep as it is large.
  func term(_ root: Request) -> TermID {
    var stack = [root]
    while let request = stack.last {
      if memo[request] != nil {
        stack.removeLast()
        continue
      }
      var missing: [Request] = []
      terms.currentNode = request.node
      if let built = build(request, &missing), missing.isEmpty {
        terms.note(graph.name(of: request.node), for: built)
        memo[request] = built
        stack.removeLast()
      } else {
        precondition(!missing.isEmpty, "a scalar term can be built once its parts are there")
        stack += missing.reversed()
      }
    }
    guard let result = memo[root] else { preconditionFailure("the stack ends with the root") }
    return result
  }

  /// The terms of several requests, or `nil` with those that are missing.
  func fetch(_ requests: [Request], _ missing: inout [Request]) -> [TermID]? {
    let found = requests.map { memo[$0] }
    for (request, term) in zip(requests, found) where term == nil { missing.append(request) }
    let all = found.compactMap { $0 }
    return all.count == requests.count ? all : nil
  }

  // MARK: Arrays

  /// The array that holds a symbol's values.
  func array(of symbol: Symbol.ID) -> ArrayID {
    if let known = symbolArrays[symbol] { return known }
    let description = graph[symbol]
    let id = terms.addArray(
      ArrayInfo(
        name: description.name, shape: description.shape, type: description.type,
        isVarying: description.role == .sample, free: [], kind: .input(symbol)))
    terms.inputNames[id] = graph.plainName(of: symbol)
    symbolArrays[symbol] = id
    inputs.append((symbol, id))
    return id
  }

  /// The array that holds a node's values, one for all positions.
  func array(of node: NodeID, _ environment: [Variable: IndexExpression]) -> ArrayID {
    if case .symbol(let symbol) = graph[node].operation { return array(of: symbol) }
    let key = request(node, [], environment)
    if let known = arrays[key] { return known }
    let description = graph[node]
    let free = variables(of: key).sorted()
    let isRing = rings.contains(node)
    let id = terms.addArray(
      ArrayInfo(
        name: graph.name(of: node) ?? graph[node].operation.stem,
        shape: isRing ? [2] + description.shape.dropFirst() : description.shape,
        type: description.type, isVarying: description.isVarying, free: free, kind: .local, isRing: isRing))
    arrays[key] = id
    requests[id] = key
    pending.append(Definition(array: id, request: key))
    return id
  }

  /// Whether the array was made for this request.
  func isArray(_ array: ArrayID, of request: Request) -> Bool { requests[array] == request }

  private func renamed(_ array: ArrayID, _ map: [Variable: Variable]) -> ArrayID {
    guard let request = requests[array] else { return array }
    let images = map.mapValues { IndexExpression($0) }
    let inner = environment(request).mapValues { $0.substituting(images) ?? $0 }
    return self.array(of: request.node, inner)
  }

  // MARK: Index arithmetic

  /// An index expression with bound variables replaced; where the result isn't affine, an integer term.
  func image(of expression: IndexExpression, _ environment: [Variable: IndexExpression]) -> TermPosition {
    if let affine = expression.substituting(environment) { return .affine(affine) }
    let parts = expression.terms.map { part in
      (Double(part.coefficient), terms.index(environment[part.variable] ?? IndexExpression(part.variable)))
    }
    var sum = terms.add(parts + [(1, terms.size(expression.offset))])
    if let modulus = expression.modulus { sum = terms.apply("mod", [sum, terms.size(modulus)], type: .int) }
    return terms.position(sum)
  }

  func value(of position: TermPosition) -> TermID {
    switch position {
    case .affine(let expression): terms.index(expression)
    case .gather(let term): term
    }
  }

  /// `a` where the conditions hold under the environment, else 0.
  func guarded(_ conditions: Guard, _ environment: [Variable: IndexExpression], _ body: TermID) -> TermID {
    if let affine = conditions.substituting(environment) { return terms.reduce(.sum, [], affine, body) }
    return terms.select(test(conditions, environment), body, terms.constant(0, type: terms[body].type))
  }

  /// The guard as a value, for conditions that aren't affine any more.
  func test(_ conditions: Guard, _ environment: [Variable: IndexExpression]) -> TermID {
    var result = terms.constant(1, type: .bool)
    for condition in conditions.conditions {
      let left = value(of: image(of: condition.expression, environment))
      let function: FunctionName =
        switch condition.relation {
        case .atLeastZero: "greaterEqual"
        case .equalsZero: "equal"
        case .differsFromZero: "notEqual"
        }
      let next = terms.apply(function, [left, terms.constant(0, type: .int)], type: .bool)
      result = terms.constantValue(result) == 1 ? next : terms.apply("and", [result, next], type: .bool)
    }
    return result
  }

  /// Whether a sum has scattered terms, so that it is better accumulated in memory than asked for by position.
  func sumsScatters(_ node: NodeID) -> Bool {
    if let known = isScatterSum[node] { return known }
    var result = false
    var stack = [node]
    var seen: Set<NodeID> = []
    var isUnderSum = false
    while let next = stack.popLast(), !result {
      guard seen.insert(next).inserted else { continue }
      switch graph[next].operation {
      case .scatter: result = isUnderSum || next != node
      case .reduce(.sum, _, _):
        isUnderSum = true
        stack.append(graph[next].arguments[0])
      case .add, .mul: stack += graph[next].arguments.filter { graph[$0].rank > 0 }
      case .guarded, .build: stack.append(graph[next].arguments[0])
      default: break
      }
    }
    result = result && isUnderSum
    isScatterSum[node] = result
    return result
  }
}
