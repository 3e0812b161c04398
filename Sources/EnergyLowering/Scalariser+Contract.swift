import EnergyIR

extension Scalariser {
  /// A generalised Einstein sum at given positions: a product of sums, one for each set of operands that summed
  /// labels tie together.
  func contraction(_ request: Request, _ node: Node, _ spec: Contraction, _ missing: inout [Request]) -> TermID? {
    if matrixProduct(request.node) != nil { return stored(request) }
    let environment = environment(request)
    var places: [Int: TermPosition] = [:]
    var conditions: [Condition] = []
    for (label, position) in zip(spec.output, request.positions) {
      guard let known = places[label] else {
        places[label] = position
        continue
      }
      if known == position { continue }
      guard case .affine(let a) = known, case .affine(let b) = position, let equation = graph.equality(a, b) else {
        return stored(request)
      }
      conditions.append(equation)
    }
    let base = terms.nextOrder(after: variables(of: request))
    var sizes = spec.sizes
    let operands = pairwise(request.node, spec, node.arguments, &sizes)
    let used = Set(operands.flatMap(\.1))
    var own: [Variable] = []
    var factors: [(TermID, Double)] = []
    for label in sizes.indices where places[label] == nil {
      if used.contains(label) {
        let variable = terms.variable(order: base + own.count, extent: sizes[label])
        own.append(variable)
        places[label] = .affine(IndexExpression(variable))
      } else if spec.sizes.indices.contains(label), !node.arguments.isEmpty, isIdle(label, spec) {
        factors.append((terms.size(sizes[label]), 1))
      }
    }
    let wanted = operands.map { operand, labels in
      self.request(operand, labels.map { places[$0] ?? .affine(IndexExpression(0)) }, environment)
    }
    guard let values = fetch(wanted, &missing) else { return nil }
    factors += components(values, own).map { ($0, 1) }
    return terms.reduce(.sum, [], Guard(conditions), terms.multiply(factors))
  }

  /// Whether a label is carried by no operand and not by the result, so that it counts by its size.
  private func isIdle(_ label: Int, _ spec: Contraction) -> Bool {
    !spec.output.contains(label) && !spec.inputs.contains { $0.contains(label) }
  }

  /// Sums the product of the values over the variables; values without a common variable are summed apart.
  private func components(_ values: [TermID], _ variables: [Variable]) -> [TermID] {
    var groups: [(variables: Set<Variable>, values: [TermID])] = []
    for value in values {
      var merged = (variables: Set(terms[value].free).intersection(variables), values: [value])
      var rest: [(variables: Set<Variable>, values: [TermID])] = []
      for group in groups {
        if group.variables.isDisjoint(with: merged.variables) {
          rest.append(group)
        } else {
          merged = (merged.variables.union(group.variables), group.values + merged.values)
        }
      }
      groups = rest + [merged]
    }
    var result = groups.map { group in
      terms.reduce(
        .sum, variables.filter(group.variables.contains), .always, terms.multiply(group.values.map { ($0, 1) }))
    }
    // A variable that no value depends on after all counts by its extent.
    let seen = groups.reduce(into: Set<Variable>()) { $0.formUnion($1.variables) }
    result += variables.filter { !seen.contains($0) }.map { terms.size($0.extent) }
    return result
  }

  // MARK: Order of contraction

  /// The operands of a contraction with sums done pair by pair where that saves work. A pair that the outputs
  /// need anyway comes first: `r^T P r` beside the score `P r` is a dot product.
  private func pairwise(
    _ id: NodeID, _ spec: Contraction, _ arguments: [NodeID], _ sizes: inout [Size]
  ) -> [(NodeID, [Int])] {
    if let known = factored[id] { return known }
    var operands = Array(zip(arguments, spec.inputs))
    while let next = contractedPair(operands, spec, known) { operands = next }
    factored[id] = operands
    return operands
  }

  private func contractedPair(
    _ operands: [(NodeID, [Int])], _ spec: Contraction, _ known: Set<NodeID>
  ) -> [(NodeID, [Int])]? {
    guard operands.count > 1 else { return nil }
    var best: (rank: [Int], operands: [(NodeID, [Int])])?
    for first in operands.indices {
      for second in first..<operands.count where operands.count > 2 || second == first {
        let chosen = first == second ? [first] : [first, second]
        let rest = operands.indices.filter { !chosen.contains($0) }
        let labels = chosen.flatMap { operands[$0].1 }
        let needed = Set(spec.output).union(rest.flatMap { operands[$0].1 })
        let union = Set(labels)
        let kept = union.filter(needed.contains).sorted()
        guard kept.count < union.count, !kept.isEmpty else { continue }
        // Only the labels of the pair: any other would count by its size.
        let own = union.sorted()
        let number = Dictionary(uniqueKeysWithValues: own.enumerated().map { ($0.element, $0.offset) })
        let inner = graph.contract(
          chosen.map { (operands[$0].0, operands[$0].1.compactMap { number[$0] }) },
          output: kept.compactMap { number[$0] }, sizes: own.map { spec.sizes[$0] })
        let isFree = !graph[inner].isVarying && kept.count == 1
        let rank = [known.contains(inner) ? 0 : 1, isFree ? 0 : 1, union.count]
        if let best, !rank.lexicographicallyPrecedes(best.rank) { continue }
        best = (rank, rest.map { operands[$0] } + [(inner, kept)])
      }
    }
    return best?.operands
  }

  // MARK: Matrix products

  /// The operands of a contraction that a matrix product of the library computes.
  struct MatrixProduct {
    let matrix: NodeID
    let isTransposed: Bool
    let vector: NodeID
  }

  /// A closed contraction of a uniform matrix with a varying tensor over the latter's first axis, where both sizes
  /// are worth a call.
  func matrixProduct(_ id: NodeID) -> MatrixProduct? {
    let node = graph[id]
    guard case .contract(let spec) = node.operation, node.arguments.count == 2, node.isVarying, node.free.isEmpty,
      node.type == .real, Set(spec.output).count == spec.output.count
    else { return nil }
    for (matrix, vector) in [(0, 1), (1, 0)] {
      let labels = spec.inputs[matrix]
      let others = spec.inputs[vector]
      guard labels.count == 2, labels[0] != labels[1], !graph[node.arguments[matrix]].isVarying,
        graph[node.arguments[vector]].isVarying, let summed = others.first, Set(others).count == others.count,
        labels.contains(summed), let row = labels.first(where: { $0 != summed }),
        spec.output == [row] + others.dropFirst(), spec.sizes.count == 1 + others.count
      else { continue }
      guard options.isLarge(spec.sizes[row]), options.isLarge(spec.sizes[summed]) else { continue }
      return MatrixProduct(
        matrix: node.arguments[matrix], isTransposed: labels[0] == summed, vector: node.arguments[vector])
    }
    return nil
  }
}
