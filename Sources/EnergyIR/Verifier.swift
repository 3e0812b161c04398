/// Checks what every node of a graph promises; a finding is a defect of ours, never a user's.
public struct Verifier {
  /// Something that doesn't hold.
  public struct Finding: Sendable, CustomStringConvertible {
    /// The node.
    public let node: NodeID
    /// What is wrong with it.
    public let message: String
    /// One line.
    public var description: String { "node \(node.index): \(message)" }
  }

  private let graph: Graph

  /// A verifier of one graph.
  public init(_ graph: Graph) { self.graph = graph }

  /// Everything wrong at or below the roots, at most one finding a node.
  public func findings(below roots: [NodeID]) -> [Finding] {
    graph.postorder(roots).compactMap { id in
      problem(id).map { Finding(node: id, message: $0) }
    }
  }

  private func problem(_ id: NodeID) -> String? {
    let node = graph[id]
    if let late = node.arguments.first(where: { $0 >= id }) { return "its argument \(late.index) was made later" }
    return bookkeeping(node) ?? shape(node) ?? order(node)
  }

  // MARK: Derived fields

  private func bookkeeping(_ node: Node) -> String? {
    var free = Set(node.arguments.flatMap { graph[$0].free })
    node.operation.addFreeVariables(to: &free)
    free.subtract(node.operation.bound)
    if free.sorted() != node.free {
      return "free variables \(node.free.map(\.id)), expected \(free.sorted().map(\.id))"
    }
    var level = node.arguments.map { graph[$0].level }.max() ?? 0
    let inner = level
    for variable in node.operation.bound {
      if !variable.isBound { return "binds the free variable \(variable.id)" }
      if -variable.id <= inner { return "binds level \(-variable.id) above a body of level \(inner)" }
      level = max(level, -variable.id)
    }
    if Set(node.operation.bound).count != node.operation.bound.count { return "binds a variable twice" }
    if level != node.level { return "level \(node.level), expected \(level)" }
    var isVarying = node.arguments.contains { graph[$0].isVarying }
    if case .symbol(let symbol) = node.operation, graph[symbol].role == .sample { isVarying = true }
    return isVarying == node.isVarying ? nil : "varying: \(node.isVarying), expected \(isVarying)"
  }

  // MARK: Shapes

  private func shape(_ node: Node) -> String? {
    let shapes = node.arguments.map { graph[$0].shape }
    let count = arity(node.operation)
    if let count, shapes.count != count { return "\(shapes.count) arguments, expected \(count)" }
    if shapes.isEmpty, count == nil, !isLeaf(node.operation) { return "no arguments" }
    switch node.operation {
    case .constant, .size, .iota: return expect([], node)
    case .state(_, let shape): return expect(shape, node)
    case .symbol(let symbol): return expect(graph[symbol].shape, node)
    case .add, .mul, .apply, .select:
      let common = shapes.first { !$0.isEmpty } ?? []
      if let odd = shapes.first(where: { !$0.isEmpty && $0 != common }) { return "shapes \(odd) and \(common) meet" }
      return expect(common, node)
    case .guarded: return expect(shapes[0], node)
    case .contract(let spec): return contraction(spec, shapes, node)
    case .index(let pattern):
      if pattern.count != shapes[0].count { return "\(pattern.count) places for \(shapes[0].count) axes" }
      if let problem = gathers(pattern, node) { return problem }
      return expect(zip(pattern, shapes[0]).compactMap { $0 == .all ? $1 : nil }, node)
    case .scatter(let pattern, let shape):
      if pattern.count != shape.count { return "\(pattern.count) places for \(shape.count) axes" }
      if let problem = gathers(pattern, node) { return problem }
      let slot = zip(pattern, shape).compactMap { $0 == .all ? $1 : nil }
      return slot == shapes[0] ? expect(shape, node) : "a value of shape \(shapes[0]) for a slot of shape \(slot)"
    case .build(let variable): return expect([variable.extent] + shapes[0], node)
    case .reduce: return expect(shapes[0], node)
    case .scan(let recurrence):
      if shapes[0] != shapes[1] { return "a state of shape \(shapes[1]) becomes \(shapes[0])" }
      return expect([recurrence.index.extent + 1] + shapes[1], node)
    case .linearAlgebra(let operation): return linearAlgebra(operation, shapes, node)
    case .reshape(let shape):
      // Sizes that agree by their values only ([2] and [d] with d = 2) are compared once they are bound.
      let product = { (sizes: [Size]) in sizes.reduce(Size(1)) { $0 * $1 } }
      let isWrong = (product(shape) - product(shapes[0])).constant.map { $0 != 0 } ?? false
      return isWrong ? "\(shapes[0]) can't become \(shape)" : expect(shape, node)
    }
  }

  private func expect(_ shape: [Size], _ node: Node) -> String? {
    shape == node.shape ? nil : "shape \(node.shape), expected \(shape)"
  }

  private func isLeaf(_ operation: Operation) -> Bool {
    switch operation {
    case .constant, .symbol, .size, .iota, .state: true
    default: false
    }
  }

  /// How many arguments there must be, where the operation alone says it.
  private func arity(_ operation: Operation) -> Int? {
    switch operation {
    case .constant, .symbol, .size, .iota, .state: 0
    case .scan: 2
    case .add(let coefficients, _): coefficients.count
    case .mul(let exponents): exponents.count
    case .select: 3
    case .guarded, .build, .reduce, .reshape: 1
    case .contract(let spec): spec.inputs.count
    case .index(let pattern), .scatter(let pattern, _): 1 + pattern.filter { $0 == .gather }.count
    case .linearAlgebra(let operation): operation.hasRightSide ? 2 : 1
    case .apply: nil
    }
  }

  private func gathers(_ pattern: [Subscript], _ node: Node) -> String? {
    if pattern.allSatisfy({ $0 == .all }) { return "a pattern that selects nothing" }
    for argument in node.arguments.dropFirst() where graph[argument].rank != 0 || graph[argument].type == .real {
      return "a gather by something that is no integer scalar"
    }
    return nil
  }

  private func contraction(_ spec: Contraction, _ shapes: [[Size]], _ node: Node) -> String? {
    for (labels, shape) in zip(spec.inputs, shapes) {
      if labels.count != shape.count { return "\(labels.count) labels for \(shape.count) axes" }
      for (label, size) in zip(labels, shape) {
        guard spec.sizes.indices.contains(label) else { return "label \(label) has no size" }
        if spec.sizes[label] != size { return "label \(label) is \(spec.sizes[label]) and \(size)" }
      }
    }
    guard spec.output.allSatisfy(spec.sizes.indices.contains) else { return "an output label has no size" }
    let used = Set(spec.inputs.joined()).union(spec.output)
    if used.count != spec.sizes.count { return "a label that nothing carries" }
    return expect(spec.output.map { spec.sizes[$0] }, node)
  }

  private func linearAlgebra(_ operation: LinearAlgebra, _ shapes: [[Size]], _ node: Node) -> String? {
    if operation == .argsort || operation == .pivots {
      return shapes[0].count == 1 ? expect(shapes[0], node) : "no vector: \(shapes[0])"
    }
    guard shapes[0].count == 2, shapes[0][0] == shapes[0][1] else { return "no square matrix: \(shapes[0])" }
    switch operation {
    case .inv, .cholesky: return expect(shapes[0], node)
    case .logdet, .det, .argsort, .pivots, .isPositiveDefinite: return expect([], node)
    case .solve, .solveLower, .solveLowerTransposed:
      guard (1...2).contains(shapes[1].count), shapes[1][0] == shapes[0][0] else {
        return "a right side of shape \(shapes[1]) for \(shapes[0])"
      }
      return expect(shapes[1], node)
    }
  }

  // MARK: Canonical forms

  private func order(_ node: Node) -> String? {
    switch node.operation {
    case .add(let coefficients, let constant):
      if coefficients.contains(0) { return "a coefficient 0" }
      if coefficients == [1], constant == 0 { return "a sum of one term" }
      if Set(node.arguments).count != node.arguments.count { return "a term twice" }
      if node.arguments.contains(where: isNumber) { return "a number among the terms" }
    case .mul(let exponents):
      if exponents.contains(0) { return "an exponent 0" }
      if exponents == [1] { return "a product of one factor" }
      if Set(node.arguments).count != node.arguments.count { return "a factor twice" }
      if node.arguments.contains(where: isNumber) { return "a number among the factors" }
      if node.arguments != node.arguments.sorted() { return "factors out of order" }
    case .guarded(let conditions):
      if conditions.isAlways || conditions.isImpossible { return "a guard that decides nothing" }
      if graph.isGuarded(node.arguments[0]) { return "a guard on a guard" }
    case .contract(let spec):
      if node.arguments != node.arguments.sorted() { return "factors out of order" }
      if graph.canonical(spec, node.arguments).spec != spec { return "labels out of order" }
    case .reduce(.sum, _, _): if graph.isGuarded(node.arguments[0]) { return "a guard inside a sum" }
    default: break
    }
    return nil
  }

  private func isNumber(_ id: NodeID) -> Bool {
    if case .constant = graph[id].operation { return true }
    return false
  }
}
