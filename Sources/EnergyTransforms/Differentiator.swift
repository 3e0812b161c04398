import EnergyBuiltins
import EnergyIR

/// Reverse-mode differentiation on the graph; the result is a graph again.
///
/// The adjoint of a node u is a family over exactly the free variables of u (and those of the root, so that the
/// rows of a Hessian come from the same code). One rule serves every edge: a contribution from a user p to u is
/// summed over the variables in p's scope that neither u nor the root has. There is no tape and no loop stack.
///
/// Closing is deferred: a contribution is kept as (variables still to sum, guard, open term), passes through
/// `index` without being summed, and equal variables and guards are closed together, once. So the score of a sum
/// over pairs is one loop with two accumulators, and the graph doesn't grow with the number of terms.
public struct Differentiator {
  let graph: Graph

  /// A differentiator on a graph.
  public init(_ graph: Graph) { self.graph = graph }

  /// The gradient of the scalar `root` by the tensor `target`, with the shape of `target`.
  ///
  /// `root` may have free variables; the result then has them too. Zeros where `root` doesn't depend on `target`.
  public func gradient(of root: NodeID, by target: NodeID) -> NodeID {
    gradients(of: root, by: [target])[0]
  }

  /// The gradients of the scalar `root` by several tensors, from one sweep.
  public func gradients(of root: NodeID, by targets: [NodeID]) -> [NodeID] {
    graph.withOrigins(graph.origins(of: root)) {
      if let chosen = gradientsOfBranch(root, by: targets) { return chosen }
      var sweep = Sweep(graph: graph, root: root, targets: targets)
      return sweep.run()
    }
  }

  /// Of a choice with one constant branch, as domains are: the condition stands in front of the whole gradient, so that
  /// nothing behind it is computed with the zeros of the other branch.
  private func gradientsOfBranch(_ root: NodeID, by targets: [NodeID]) -> [NodeID]? {
    guard case .select = graph[root].operation else { return nil }
    let arguments = graph[root].arguments
    let depends = arguments.dropFirst().map { branch in
      let below = Set(graph.postorder(branch))
      return targets.contains(where: below.contains)
    }
    guard depends[0] != depends[1] else { return nil }
    let inner = gradients(of: arguments[depends[0] ? 1 : 2], by: targets)
    return zip(inner, targets).map { gradient, target in
      let zero = graph.zeros(graph.shape(target))
      return depends[0]
        ? graph.select(arguments[0], gradient, zero) : graph.select(arguments[0], zero, gradient)
    }
  }

  /// The second derivatives by two tensors x and y as a tensor of all their axes, row-major: entry [k, l] is
  /// ∂²root/∂xₖ∂yₗ.
  public func hessian(of root: NodeID, by rows: NodeID, and columns: NodeID) -> NodeID {
    let gradient = gradient(of: root, by: rows)
    let variables = graph.shape(rows).map(graph.freshVariable)
    let entry = graph.index(gradient, variables.map { .at(IndexExpression($0)) })
    return variables.reversed().reduce(self.gradient(of: entry, by: columns)) { graph.build($1, $0) }
  }

  /// Σₖ ∂²root/∂xₖ², without forming the Hessian.
  public func laplacian(of root: NodeID, by target: NodeID) -> NodeID {
    let gradient = gradient(of: root, by: target)
    let variables = graph.shape(target).map(graph.freshVariable)
    let pattern = variables.map { Subscript.at(IndexExpression($0)) }
    let diagonal = graph.index(self.gradient(of: graph.index(gradient, pattern), by: target), pattern)
    return graph.reduce(.sum, variables, .always, diagonal)
  }

  /// The Hessian by several tensors together times tensors `vectors` of their shapes, as the gradients of
  /// ⟨∇root, vectors⟩.
  public func hessianVectorProducts(of root: NodeID, by targets: [NodeID], times vectors: [NodeID]) -> [NodeID] {
    let products = zip(gradients(of: root, by: targets), vectors).map { gradient, vector -> (Double, NodeID) in
      (1, graph[gradient].rank == 0 ? graph.multiply(gradient, vector) : graph.dot(gradient, vector))
    }
    return gradients(of: graph.sum(products), by: targets)
  }
}

/// One contribution to an adjoint, not yet summed.
struct Contribution {
  var variables: [Variable]
  var conditions: Guard
  var term: NodeID
}

/// The state of one reverse sweep.
struct Sweep {
  let graph: Graph
  let root: NodeID
  let targets: [NodeID]
  /// The free variables of the root: they stay free in every adjoint.
  let rootVariables: Set<Variable>
  private var contributions: [NodeID: [Contribution]] = [:]
  private var dependence: [NodeID: Bool] = [:]
  /// The recurrences met, opened with states of their own.
  var recurrences: [NodeID: OpenRecurrence] = [:]
  /// Which recurrence a state belongs to.
  var owners: [Variable: NodeID] = [:]
  private let seed: NodeID

  /// A sweep from `root`; the adjoint of a root that isn't a scalar is `seed`, of its shape.
  init(graph: Graph, root: NodeID, targets: [NodeID], seed: NodeID? = nil) {
    precondition(graph[root].rank == 0 || seed != nil, "only a scalar has a gradient")
    self.graph = graph
    self.root = root
    self.targets = targets
    self.seed = seed ?? graph.constant(1)
    rootVariables = Set(graph[root].free).union(graph[self.seed].free)
  }

  mutating func run() -> [NodeID] {
    let order = openOrder()
    contributions[root] = [Contribution(variables: [], conditions: .always, term: seed)]
    let wanted = Set(targets)
    for id in order.reversed() where !wanted.contains(id) {
      guard let pending = contributions.removeValue(forKey: id) else { continue }
      graph.withOrigins(graph.origins(of: id)) { propagate(id, pending) }
    }
    return targets.map { target in
      graph.withOrigins(graph.origins(of: target) + graph.origins(of: root).prefix(1)) {
        closed(contributions[target] ?? [], for: target)
      }
    }
  }

  // MARK: Order

  /// Whether a target occurs below the node.
  mutating func depends(_ id: NodeID) -> Bool {
    if let known = dependence[id] { return known }
    let wanted = Set(targets)
    let unknown = graph.postorder(id, into: { dependence[$0] == nil && !wanted.contains($0) })
    for next in unknown where dependence[next] == nil {
      dependence[next] = wanted.contains(next) || graph[next].arguments.contains { dependence[$0] == true }
    }
    return dependence[id] ?? false
  }

  /// All nodes that depend on a target, arguments before users, with the bodies of binders opened.
  private mutating func openOrder() -> [NodeID] {
    var order: [NodeID] = []
    var seen: Set<NodeID> = []
    var stack: [(NodeID, Bool)] = [(root, false)]
    let wanted = Set(targets)
    while let (id, isDone) = stack.popLast() {
      if isDone {
        order.append(id)
        continue
      }
      guard depends(id), seen.insert(id).inserted else { continue }
      stack.append((id, true))
      guard !wanted.contains(id) else { continue }
      for child in children(id).reversed() { stack.append((child, false)) }
    }
    return order
  }

  private mutating func children(_ id: NodeID) -> [NodeID] {
    switch graph[id].operation {
    case .scan(let recurrence): return [open(id, recurrence).body, graph[id].arguments[1]]
    case let operation: return operation.bound.isEmpty ? graph[id].arguments : [graph.open(id).body]
    }
  }

  // MARK: Contributions

  /// Adds a contribution from `user` to `child`: `term` is a family over the scope of `user` and `extra`.
  mutating func contribute(
    _ term: NodeID, to child: NodeID, from user: NodeID, extra: [Variable] = [], pending: Contribution? = nil
  ) {
    guard depends(child), !graph.isZero(term) else { return }
    let own = scope(of: child)
    var variables = pending?.variables ?? []
    var term = term
    for variable in scope(of: user).sorted() + extra
    where !own.contains(variable) && !rootVariables.contains(variable) && !variables.contains(variable) {
      if !variable.isState { variables.append(variable) }
    }
    term = leaving(own, term)
    if graph[child].rank == 0, graph[term].rank > 0 { term = graph.total(term) }
    term = graph.broadcast(term, to: graph.shape(child))
    let (conditions, body) = variables.isEmpty ? (.always, term) : graph.splitGuard(term)
    let all = (pending?.conditions ?? .always).and(conditions)
    guard !all.isImpossible else { return }
    contributions[child, default: []].append(
      Contribution(variables: variables.sorted(), conditions: all, term: body))
  }

  /// The sum of contributions as a term; each group of equal variables and guards is closed once.
  private func closed(_ all: [Contribution], for id: NodeID) -> NodeID {
    var groups: [(variables: [Variable], conditions: Guard, terms: [(Double, NodeID)])] = []
    for contribution in all {
      if let at = groups.firstIndex(where: {
        $0.variables == contribution.variables && $0.conditions == contribution.conditions
      }) {
        groups[at].terms.append((1, contribution.term))
      } else {
        groups.append((contribution.variables, contribution.conditions, [(1, contribution.term)]))
      }
    }
    let shape = graph.shape(id)
    let terms = groups.map { group in
      (
        1.0,
        graph.reduce(.sum, group.variables, group.conditions, graph.broadcast(graph.sum(group.terms), to: shape))
      )
    }
    return graph.broadcast(graph.sum(terms), to: shape)
  }

  // MARK: Rules

  private mutating func propagate(_ id: NodeID, _ pending: [Contribution]) {
    let node = graph[id]
    if case .index(let pattern) = node.operation {
      let gathers = Array(node.arguments.dropFirst())
      let source = node.arguments[0]
      for contribution in pending {
        let term = graph.scatter(contribution.term, pattern, shape: graph.shape(source), gathers: gathers)
        contribute(term, to: source, from: id, pending: contribution)
      }
      return
    }
    let adjoint = closed(pending, for: id)
    guard !graph.isZero(adjoint) else { return }
    nameAdjoint(adjoint, of: id)
    propagate(id, node, adjoint)
  }

  /// The derivative by h is called d_h; derivatives of derivatives have no name.
  func nameAdjoint(_ adjoint: NodeID, of id: NodeID) {
    if let name = graph.name(of: id), !name.hasPrefix("d_") { graph.note("d_\(name)", for: adjoint) }
  }

  private mutating func propagate(_ id: NodeID, _ node: Node, _ c: NodeID) {
    let arguments = node.arguments
    switch node.operation {
    case .constant, .symbol, .size, .iota, .state, .index: break
    case .add(let coefficients, _):
      for (factor, argument) in zip(coefficients, arguments) {
        contribute(graph.scale(factor, c), to: argument, from: id)
      }
    case .mul(let exponents): propagateProduct(id, arguments, exponents, c)
    case .apply(let function):
      guard let builtin = Builtins[function] else { return }
      let partials = builtin.pullback(graph, arguments, id, c)
      for (partial, argument) in zip(partials, arguments) {
        if let partial { contribute(partial, to: argument, from: id) }
      }
    case .select:
      let zero = graph.zeros(node.shape)
      contribute(graph.select(arguments[0], c, zero), to: arguments[1], from: id)
      contribute(graph.select(arguments[0], zero, c), to: arguments[2], from: id)
    case .guarded(let conditions):
      contribute(graph.guarded(conditions, c), to: arguments[0], from: id)
    case .contract(let spec): propagateContraction(id, arguments, spec, c)
    case .scatter(let pattern, _):
      contribute(graph.index(c, pattern, gathers: Array(arguments.dropFirst())), to: arguments[0], from: id)
    case .reshape:
      contribute(graph.reshape(c, to: graph.shape(arguments[0])), to: arguments[0], from: id)
    case .build:
      let (variables, _, body) = graph.open(id)
      let pattern = [Subscript.at(IndexExpression(variables[0]))] + graph.shape(body).map { _ in .all }
      contribute(graph.index(c, pattern), to: body, from: id, extra: variables)
    case .reduce(let operation, _, _): propagateReduction(id, operation, c)
    case .scan(let recurrence): propagateRecurrence(id, recurrence, c)
    case .linearAlgebra(let operation): propagateLinearAlgebra(id, operation, arguments, c)
    }
  }

  /// c·eⱼ·y/aⱼ as the monomial with exponent eⱼ − 1: never a division by the value.
  private mutating func propagateProduct(_ id: NodeID, _ arguments: [NodeID], _ exponents: [Double], _ c: NodeID) {
    for (position, argument) in arguments.enumerated() where depends(argument) {
      var factors = Array(zip(arguments, exponents))
      factors[position].1 -= 1
      var term = graph.scale(exponents[position], graph.product([(c, 1)] + factors))
      if exponents[position] > 0, exponents[position] < 1, graph.isSumOfSquares(argument) {
        // A norm: its gradient at the origin is 0, where the monomial would read ∞·0.
        let isPositive = Builtins.apply(graph, "greater", [argument, graph.constant(0)])
        term = graph.select(isPositive, term, graph.constant(0))
      }
      contribute(term, to: argument, from: id)
    }
  }

  /// Swap the labels of the result with those of the argument.
  private mutating func propagateContraction(_ id: NodeID, _ arguments: [NodeID], _ spec: Contraction, _ c: NodeID) {
    for (position, argument) in arguments.enumerated() where depends(argument) {
      var others = Array(zip(arguments, spec.inputs))
      others[position] = (c, spec.output)
      contribute(
        graph.contract(others, output: spec.inputs[position], sizes: spec.sizes), to: argument, from: id)
    }
  }

  private mutating func propagateReduction(_ id: NodeID, _ operation: ReduceOperation, _ c: NodeID) {
    let (variables, conditions, body) = graph.open(id)
    let shape = graph.shape(body)
    let zero = graph.zeros(shape)
    let term: NodeID
    switch operation {
    case .sum: term = c
    case .logsumexp:
      term = graph.multiply(c, Builtins.apply(graph, "softmaxweight", [body, id]))
    case .min, .max:
      let isExtremal = Builtins.apply(graph, "equal", [body, id])
      let one = graph.broadcast(graph.constant(1), to: shape)
      let ties = graph.reduce(.sum, variables, conditions, graph.select(isExtremal, one, zero))
      term = graph.select(isExtremal, graph.divide(c, ties), zero)
    case .prod:
      term = graph.multiply(c, productOfOthers(id, variables, conditions, body))
    case .any, .all: return
    }
    contribute(graph.guarded(conditions, term), to: body, from: id, extra: variables)
  }

  /// The product of all factors but the one at `variables`, right also where that or another one is 0: the product
  /// over the whole box, in which the own place counts as 1.
  private func productOfOthers(_ id: NodeID, _ variables: [Variable], _ conditions: Guard, _ body: NodeID) -> NodeID {
    if graph.isProvablyPositive(body) { return graph.divide(id, body) }
    let others = variables.map { graph.freshVariable($0.extent) }
    let map = Dictionary(
      zip(variables, others.map { IndexExpression($0) }), uniquingKeysWith: { first, _ in first })
    let otherBody = graph.substitute(body, variables: map)
    let own = conditions.substituting(map) ?? conditions
    // Apart at the k-th index, and equal at those before it: the pieces don't overlap.
    var equal: [Condition] = []
    var pieces: [NodeID] = []
    for (other, variable) in zip(others, variables) {
      let difference = IndexExpression([(other, 1), (variable, -1)])
      let apart = Guard(equal + [Condition(difference, .differsFromZero)])
      if variables.count == 1 { return graph.reduce(.prod, others, own.and(apart), otherBody) }
      pieces.append(graph.guarded(apart, otherBody))
      equal.append(Condition(difference, .equalsZero))
    }
    pieces.append(graph.guarded(Guard(equal), graph.broadcast(graph.constant(1), to: graph.shape(body))))
    return graph.reduce(.prod, others, own, graph.sum(pieces.map { (1, $0) }))
  }

  /// Giles, "Collected matrix derivative results" (2008), sections 2.2–2.3; Murray, arXiv:1602.07527 for Cholesky.
  private mutating func propagateLinearAlgebra(
    _ id: NodeID, _ operation: LinearAlgebra, _ arguments: [NodeID], _ c: NodeID
  ) {
    let a = arguments[0]
    let graph = self.graph
    let transposed = { (matrix: NodeID) in graph.transpose(matrix) }
    let times = { (x: NodeID, y: NodeID) in
      graph.contract(
        [(x, [0, 1]), (y, [1, 2])], output: [0, 2], sizes: graph.shape(x) + [graph.shape(y)[1]])
    }
    switch operation {
    case .argsort: return
    case .pivots: contribute(c, to: a, from: id)
    case .solveLower, .solveLowerTransposed:
      let other: LinearAlgebra = operation == .solveLower ? .solveLowerTransposed : .solveLower
      let adjoint = graph.linearAlgebra(other, [a, c])
      contribute(adjoint, to: arguments[1], from: id)
      let (left, right) = operation == .solveLower ? (adjoint, id) : (id, adjoint)
      let sizes = graph.shape(a) + graph.shape(id).dropFirst()
      let extra = Array(2..<sizes.count)
      let outer = graph.contract([(left, [0] + extra), (right, [1] + extra)], output: [0, 1], sizes: sizes)
      contribute(graph.negate(triangle(outer, diagonal: 1)), to: a, from: id)
    case .inv:
      contribute(graph.negate(times(transposed(id), times(c, transposed(id)))), to: a, from: id)
    case .logdet:
      contribute(graph.multiply(c, transposed(graph.linearAlgebra(.inv, [a]))), to: a, from: id)
    case .det:
      contribute(graph.product([(c, 1), (id, 1), (transposed(graph.linearAlgebra(.inv, [a])), 1)]), to: a, from: id)
    case .solve:
      let adjoint = graph.linearAlgebra(.solve, [transposed(a), c])
      contribute(adjoint, to: arguments[1], from: id)
      let sizes = graph.shape(a) + graph.shape(id).dropFirst()
      let extra = Array(2..<sizes.count)
      let outer = graph.contract([(adjoint, [0] + extra), (id, [1] + extra)], output: [0, 1], sizes: sizes)
      contribute(graph.negate(outer), to: a, from: id)
    case .isPositiveDefinite: break
    case .cholesky:
      let phi = triangle(times(transposed(id), c), diagonal: 0.5)
      let left = graph.linearAlgebra(.solve, [transposed(id), phi])
      let s = transposed(graph.linearAlgebra(.solve, [transposed(id), transposed(left)]))
      contribute(graph.sum([(0.5, s), (0.5, transposed(s))]), to: a, from: id)
    }
  }

  /// The lower triangle with the diagonal multiplied by a number.
  private func triangle(_ matrix: NodeID, diagonal factor: Double) -> NodeID {
    let shape = graph.shape(matrix)
    let (i, j) = (graph.freshVariable(shape[0]), graph.freshVariable(shape[1]))
    let entry = graph.index(matrix, [.at(IndexExpression(i)), .at(IndexExpression(j))])
    guard let difference = IndexExpression(i) - IndexExpression(j), let below = difference + IndexExpression(-1) else {
      return matrix
    }
    let lower = graph.guarded(Guard([Condition(below, .atLeastZero)]), entry)
    let diagonal = graph.guarded(Guard([Condition(difference, .equalsZero)]), entry)
    return graph.build(i, graph.build(j, graph.sum([(1, lower), (factor, diagonal)])))
  }
}
