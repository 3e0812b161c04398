extension Graph {
  /// A generalised Einstein sum of `arguments`, each with one label an axis; labels are positions in `sizes`,
  /// and a label that neither an argument nor the output carries multiplies by its size.
  ///
  /// Canonical: numeric factors and scalars outside, guards outside, relabelling arguments flattened, labels
  /// renumbered by first occurrence and arguments sorted, symmetric arguments in the better of their two
  /// readings (from which P^T = P and r^T P = P r follow). Products are flattened only under a full sum.
  public func contract(_ arguments: [(NodeID, [Int])], output: [Int], sizes: [Size]) -> NodeID {
    var state = ContractState(pending: Array(arguments.reversed()), output: output, sizes: sizes)
    let shape = output.map { sizes[$0] }
    while let (id, labels) = state.pending.popLast() {
      if let finished = absorb(id, labels, into: &state) { return finished }
    }
    return finish(state, shape: shape)
  }

  /// The transpose of a matrix.
  public func transpose(_ matrix: NodeID) -> NodeID {
    let shape = self[matrix].shape
    return contract([(matrix, [0, 1])], output: [1, 0], sizes: shape)
  }

  /// The sum of all entries.
  public func total(_ id: NodeID) -> NodeID {
    let shape = self[id].shape
    return contract([(id, Array(shape.indices))], output: [], sizes: shape)
  }

  /// Σ a·b over all entries of two tensors of one shape.
  public func dot(_ a: NodeID, _ b: NodeID) -> NodeID {
    let shape = self[a].rank > 0 ? self[a].shape : self[b].shape
    let labels = Array(shape.indices)
    return contract([(a, labels), (b, labels)], output: [], sizes: shape)
  }

  struct ContractState {
    var pending: [(NodeID, [Int])]
    var output: [Int]
    var sizes: [Size]
    var kept: [(NodeID, [Int])] = []
    var scalars: [(NodeID, Double)] = []
    var coefficient = 1.0
    var conditions = Guard.always
    /// Positions of a scattered result, by output axis.
    var scattered: [Int: IndexExpression] = [:]
    /// Labels that a scattered argument has fixed: they neither sum nor broadcast any more.
    var fixed: Set<Int> = []

    /// Makes two labels of one size the same; `gone` is numbered no more.
    ///
    /// - Returns: the new number of every label.
    mutating func identify(_ gone: Int, with kept: Int) -> (Int) -> Int {
      let last = sizes.count - 1
      let target = kept == last ? gone : kept
      let renumber = { (label: Int) in label == gone ? target : label == last ? gone : label }
      for position in pending.indices { pending[position].1 = pending[position].1.map(renumber) }
      for position in self.kept.indices { self.kept[position].1 = self.kept[position].1.map(renumber) }
      output = output.map(renumber)
      fixed = Set(fixed.map(renumber))
      sizes.swapAt(gone, last)
      sizes.removeLast()
      return renumber
    }

    mutating func freshLabels(_ newSizes: [Size]) -> [Int] {
      sizes += newSizes
      return Array((sizes.count - newSizes.count)..<sizes.count)
    }
  }

  /// Takes one argument apart; returns the whole result where it is known at once.
  private func absorb(_ id: NodeID, _ labels: [Int], into state: inout ContractState) -> NodeID? {
    let node = self[id]
    if node.rank == 0 {
      if case .constant(let value) = node.operation {
        state.coefficient *= value
      } else {
        state.scalars.append((id, 1))
      }
      return nil
    }
    if let (factor, rest) = scaledTerm(id) {
      state.coefficient *= factor
      state.pending.append((rest, self[rest].rank == 0 ? [] : labels))
      return nil
    }
    switch node.operation {
    case .guarded(let conditions):
      state.conditions = state.conditions.and(conditions)
      state.pending.append((node.arguments[0], labels))
    case .add(let coefficients, 0) where state.fixed.isEmpty && node.arguments.allSatisfy(isGuarded):
      let others = state.kept + state.pending
      let terms = zip(coefficients, node.arguments).map { factor, argument -> (Double, NodeID) in
        (
          factor,
          contract(
            others + [(argument, self[argument].rank == 0 ? [] : labels)], output: state.output, sizes: state.sizes)
        )
      }
      let outside = sum(terms)
      return guarded(state.conditions, product(state.scalars + [(outside, 1), (constant(state.coefficient), 1)]))
    case .select where self[node.arguments[0]].rank == 0 && state.fixed.isEmpty && hasZeroBranch(id):
      // Where one condition for the whole tensor says 0, what it multiplies isn't taken.
      let others = state.kept + state.pending
      let branches = node.arguments.dropFirst().map { branch -> NodeID in
        let whole = broadcast(branch, to: node.shape)
        return isZero(whole)
          ? zeros(state.output.map { state.sizes[$0] })
          : contract(others + [(whole, labels)], output: state.output, sizes: state.sizes)
      }
      let outside = select(node.arguments[0], branches[0], branches[1])
      return guarded(state.conditions, product(state.scalars + [(outside, 1), (constant(state.coefficient), 1)]))
    case .add(let coefficients, _) where coefficients[0] < 0:
      state.coefficient = -state.coefficient
      state.kept.append((negate(id), labels))
    case .contract(let inner) where isRelabelling(inner):
      expand(inner, node.arguments, labels, into: &state)
    case .contract(let inner) where embedsDiagonal(inner) && canIdentify(inner, labels, state):
      var labels = labels
      for axis in inner.output.indices {
        guard let first = inner.output.firstIndex(of: inner.output[axis]), labels[first] != labels[axis] else {
          continue
        }
        labels = labels.map(state.identify(labels[axis], with: labels[first]))
      }
      expand(inner, node.arguments, labels, into: &state)
    case .contract(let inner) where state.output.isEmpty && Set(inner.output).count == inner.output.count:
      expand(inner, node.arguments, labels, into: &state)
    case .mul(let exponents) where state.output.isEmpty:
      for (exponent, argument) in zip(exponents, node.arguments) {
        if self[argument].rank == 0 {
          state.scalars.append((argument, exponent))
        } else if exponent == 1 || exponent == 2 {
          for _ in 0..<Int(exponent) { state.pending.append((argument, labels)) }
        } else {
          state.kept.append((power(argument, exponent), labels))
        }
      }
    case .scatter(let pattern, _) where pattern.allSatisfy({ $0 != .gather }):
      unscatter(node.arguments[0], pattern, labels, into: &state)
    default:
      state.kept.append((id, labels))
    }
    return nil
  }

  /// A contraction of one argument that sums nothing: transpose, broadcast, diagonal.
  private func isRelabelling(_ spec: Contraction) -> Bool {
    spec.inputs.count == 1 && spec.summed.isEmpty && Set(spec.output).count == spec.output.count
  }

  /// A contraction of one argument that only puts it on a diagonal: `diag(v)`, the identity matrix.
  private func embedsDiagonal(_ spec: Contraction) -> Bool {
    spec.inputs.count == 1 && spec.summed.isEmpty && Set(spec.output).count < spec.output.count
  }

  /// Whether a product with a diagonal can run along the diagonal alone. A label that a scattered argument has fixed
  /// names one place, not an axis.
  private func canIdentify(_ inner: Contraction, _ labels: [Int], _ state: ContractState) -> Bool {
    inner.output.indices.allSatisfy { axis in
      guard let first = inner.output.firstIndex(of: inner.output[axis]), first != axis else { return true }
      return state.sizes[labels[first]] == state.sizes[labels[axis]] && !state.fixed.contains(labels[axis])
        && !state.fixed.contains(labels[first])
    }
  }

  /// Replaces an argument that is a contraction by that contraction's arguments.
  private func expand(_ inner: Contraction, _ arguments: [NodeID], _ labels: [Int], into state: inout ContractState) {
    var map: [Int: Int] = [:]
    for (position, label) in inner.output.enumerated() { map[label] = labels[position] }
    let rest = inner.sizes.indices.filter { map[$0] == nil }
    for (label, fresh) in zip(rest, state.freshLabels(rest.map { inner.sizes[$0] })) { map[label] = fresh }
    for (argument, own) in zip(arguments, inner.inputs) {
      state.pending.append((argument, own.compactMap { map[$0] }))
    }
  }

  /// A scattered argument: its positions go into the other arguments, or out into the result.
  private func unscatter(_ value: NodeID, _ pattern: [Subscript], _ labels: [Int], into state: inout ContractState) {
    var kept: [Int] = []
    for (label, place) in zip(labels, pattern) {
      guard case .at(let position) = place else {
        kept.append(label)
        continue
      }
      state.fixed.insert(label)
      let others = state.kept + state.pending
      state.kept = []
      state.pending = others.map { other, otherLabels in
        guard otherLabels.contains(label) else { return (other, otherLabels) }
        let places = otherLabels.map { $0 == label ? Subscript.at(position) : .all }
        return (index(other, places), otherLabels.filter { $0 != label })
      }
      for axis in state.output.indices where state.output[axis] == label { state.scattered[axis] = position }
    }
    state.pending.append((value, kept))
  }

  private func finish(_ state: ContractState, shape: [Size]) -> NodeID {
    if state.coefficient == 0 || state.conditions.isImpossible { return zeros(shape) }
    var scalars = state.scalars
    let output = state.output.indices.filter { state.scattered[$0] == nil }.map { state.output[$0] }
    // A label that nothing carries: summed, it counts; in the output, it broadcasts.
    let used = Set(state.kept.flatMap(\.1))
    for label in state.sizes.indices
    where !used.contains(label) && !output.contains(label) && !state.fixed.contains(label) {
      scalars.append((size(state.sizes[label]), 1))
    }
    var core = internContract(state.kept, output: output, sizes: state.sizes)
    if !state.scattered.isEmpty {
      let pattern = state.output.indices.map { state.scattered[$0].map(Subscript.at) ?? .all }
      core = scatter(core, pattern, shape: shape)
    }
    let scaled = product(scalars + [(core, 1), (constant(state.coefficient), 1)])
    return guarded(state.conditions, broadcast(scaled, to: shape))
  }

  private func internContract(_ arguments: [(NodeID, [Int])], output: [Int], sizes: [Size]) -> NodeID {
    let shape = output.map { sizes[$0] }
    if arguments.isEmpty {
      let one = constant(1)
      if Set(output).count == output.count { return broadcast(one, to: shape) }
      let spec = Contraction(inputs: [[]], output: output, sizes: sizes)
      let form = canonical(spec, [one])
      return intern(.contract(form.spec), form.arguments, shape: shape, type: .real)
    }
    if arguments.allSatisfy({ $0.1 == output }), Set(output).count == output.count {
      return product(arguments.map { ($0.0, 1) })
    }
    if arguments.count > 1, Set(output).count < output.count {
      // The entries first, then onto the diagonal.
      let axes = output.indices.filter { output.firstIndex(of: output[$0]) == $0 }
      let entries = internContract(arguments, output: axes.map { output[$0] }, sizes: sizes)
      let labels = output.map { label in axes.firstIndex { output[$0] == label } ?? 0 }
      return contract([(entries, Array(axes.indices))], output: labels, sizes: axes.map { sizes[output[$0]] })
    }
    let type: ElementType = arguments.allSatisfy { self[$0.0].type != .real } ? .int : .real
    let spec = Contraction(inputs: arguments.map(\.1), output: output, sizes: sizes)
    let form = canonical(spec, arguments.map(\.0))
    // A symmetric argument may turn out to need no relabelling.
    if form.spec.inputs.allSatisfy({ $0 == form.spec.output }), Set(output).count == output.count {
      return product(form.arguments.map { ($0, 1) })
    }
    return intern(.contract(form.spec), form.arguments, shape: shape, type: type)
  }

  /// The canonical labels and order of arguments: of all orders of equal arguments and all readings of symmetric
  /// ones (up to 256 combinations), the one with the smallest labels.
  func canonical(_ spec: Contraction, _ arguments: [NodeID]) -> CanonicalContraction {
    let sorted = arguments.indices.sorted { (arguments[$0], $0) < (arguments[$1], $1) }
    let ids = sorted.map { arguments[$0] }
    let labels = sorted.map { spec.inputs[$0] }
    var best: Contraction?
    var bestKey: [Int] = []
    let symmetric = ids.indices.filter { self[ids[$0]].isSymmetric && labels[$0].count == 2 }.prefix(4)
    let orders = permutationsOfTies(ids)
    for order in orders {
      for mask in 0..<(1 << symmetric.count) {
        var candidate = order.map { labels[$0] }
        for (bit, position) in symmetric.enumerated() where mask & (1 << bit) != 0 {
          candidate[position] = [candidate[position][1], candidate[position][0]]
        }
        let renumbered = renumber(candidate, output: spec.output, sizes: spec.sizes)
        let key = renumbered.inputs.flatMap { $0 + [-1] } + renumbered.output
        if best == nil || key.lexicographicallyPrecedes(bestKey) {
          best = renumbered
          bestKey = key
        }
      }
    }
    return CanonicalContraction(spec: best ?? spec, arguments: ids)
  }

  private func permutationsOfTies(_ ids: [NodeID]) -> [[Int]] {
    var orders: [[Int]] = [[]]
    var start = 0
    while start < ids.count {
      var end = start
      while end < ids.count, ids[end] == ids[start] { end += 1 }
      let run = Array(start..<end)
      let choices = end - start <= 4 && orders.count <= 24 ? permutations(run) : [run]
      orders = orders.flatMap { order in choices.map { order + $0 } }
      start = end
    }
    return orders
  }

  private func permutations(_ items: [Int]) -> [[Int]] {
    guard items.count > 1 else { return [items] }
    return items.indices.flatMap { position -> [[Int]] in
      var rest = items
      let first = rest.remove(at: position)
      return permutations(rest).map { [first] + $0 }
    }
  }

  private func renumber(_ inputs: [[Int]], output: [Int], sizes: [Size]) -> Contraction {
    var map: [Int: Int] = [:]
    var newSizes: [Size] = []
    func number(_ label: Int) -> Int {
      if let known = map[label] { return known }
      map[label] = newSizes.count
      newSizes.append(sizes[label])
      return newSizes.count - 1
    }
    let newInputs = inputs.map { $0.map(number) }
    return Contraction(inputs: newInputs, output: output.map(number), sizes: newSizes)
  }
}

/// A contraction in canonical order.
struct CanonicalContraction: Equatable {
  let spec: Contraction
  let arguments: [NodeID]
}
