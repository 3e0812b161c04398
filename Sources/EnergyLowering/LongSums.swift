import EnergyIR

/// Sums for each of a few entries, over more values than may be stored for several loops: `[Σᵢ X[i, j]·f(i) for j]` as a
/// loop over i that adds to all entries. Then no f(i) is stored, nor computed for each j.
struct LongSums {
  let terms: ScalarTerms
  let options: LoweringOptions

  /// The leaf with the loops of long sums around its own; itself where it has none.
  func interchanged(_ leaf: Expander.Leaf) -> [Expander.Leaf] {
    var summands: [(Double, TermID)] = [(1, leaf.value)]
    var constant = 0.0
    if case .add(let coefficients, let rest) = terms[leaf.value].operation {
      summands = Array(zip(coefficients, terms[leaf.value].arguments))
      constant = rest
    }
    let sums = summands.filter { contains($0.1, for: leaf.loops) }
    if sums.isEmpty { return [leaf] }
    var rest = leaf
    rest.value = terms.add(summands.filter { !contains($0.1, for: leaf.loops) }, constant: constant)
    return (terms.constantValue(rest.value) == 0 ? [] : [rest]) + sums.map { sumOutside(leaf, $0.1, times: $0.0) }
  }

  /// Whether a term is a long sum for each of a few values of loops.
  func contains(_ id: TermID, for loops: [Variable]) -> Bool {
    guard case .reduce(.sum, let variables, _) = terms[id].operation, !variables.isEmpty else { return false }
    return !isShort(variables) && isShort(loops) && terms[id].free.contains(where: loops.contains)
  }

  private func isShort(_ variables: [Variable]) -> Bool {
    (options.entries(variables) ?? .max) <= options.sharedFamilyLimit
  }

  /// Outer loops have the lower names.
  private func sumOutside(_ leaf: Expander.Leaf, _ sum: TermID, times factor: Double) -> Expander.Leaf {
    guard case .reduce(_, let variables, let conditions) = terms[sum].operation else { return leaf }
    let loops = variables + leaf.loops
    let outside = Set(terms[sum].free).union(leaf.conditions.variables).subtracting(loops)
    let base = terms.nextOrder(after: outside)
    let names = loops.enumerated().map { terms.variable(order: base + $0.offset, extent: $0.element.extent) }
    let map = Dictionary(zip(loops, names), uniquingKeysWith: { first, _ in first })
    let images = map.mapValues { IndexExpression($0) }
    let inner = leaf.conditions.and(conditions)
    return Expander.Leaf(
      loops: names, conditions: inner.substituting(images) ?? inner,
      positions: leaf.positions.map { position in
        switch position {
        case .affine(let expression): .affine(expression.substituting(images) ?? expression)
        case .gather(let term): .gather(terms.renamed(term, map))
        }
      }, value: terms.scale(factor, terms.renamed(terms[sum].arguments[0], map)))
  }
}
