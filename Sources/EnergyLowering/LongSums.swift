import EnergyIR

/// Sums for each of a few entries, over more values than may be stored for several loops: `[Σᵢ X[i, j]·f(i) for j]` as a
/// loop over i that adds to all entries. Then no f(i) is stored, nor computed for each j.
struct LongSums {
  let terms: ScalarTerms
  let options: LoweringOptions

  /// A leaf whose long loops are a sum within it, where a factor of all summands is itself known only after a sum:
  /// `Σᵢ e(i)·X[i, j]/Σᵢ e(i)` then has one loop over i for both sums.
  func factored(_ leaf: Expander.Leaf) -> Expander.Leaf {
    guard options.isLean else { return leaf }
    let kept = Set(leaf.positions.flatMap(terms.variables(of:)))
    let summed = leaf.loops.filter { !kept.contains($0) }
    let loops = leaf.loops.filter(kept.contains)
    guard !summed.isEmpty, isLong(summed, leaf.value), !loops.isEmpty, areFew(loops) else { return leaf }
    var (factor, product) = (1.0, leaf.value)
    if case .add(let coefficients, 0) = terms[product].operation, coefficients.count == 1 {
      (factor, product) = (coefficients[0], terms[product].arguments[0])
    }
    guard case .mul(let exponents) = terms[product].operation else { return leaf }
    let factors = Array(zip(terms[product].arguments, exponents))
    let isOutside = { (id: TermID) in
      terms[id].isVarying && terms[id].hasReduction && !terms[id].free.contains(where: leaf.loops.contains)
    }
    let outside = factors.filter { isOutside($0.0) }
    guard !outside.isEmpty, outside.count < factors.count else { return leaf }
    let inner = leaf.conditions.conditions.filter { $0.expression.variables.contains(where: summed.contains) }
    let body = terms.multiply(factors.filter { !isOutside($0.0) })
    var result = leaf
    result.loops = loops
    result.conditions = Guard(leaf.conditions.conditions.filter { !inner.contains($0) })
    result.value = terms.scale(
      factor, terms.multiply(outside + [(terms.reduce(.sum, summed, Guard(inner), body), 1)]))
    return result
  }

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
    return isLong(variables, terms[id].arguments[0]) && areFew(loops) && terms[id].free.contains(where: loops.contains)
  }

  /// The most entries that a loop adds to.
  private static let entryLimit = 64

  /// Whether a sum is over so many values, and over what all samples share: nothing of a sample's is indexed by them.
  private func isLong(_ variables: [Variable], _ body: TermID) -> Bool {
    guard (options.entries(variables) ?? .max) > options.sharedFamilyLimit else { return false }
    return !terms.postorder([body]).contains { id in
      guard case .read(let array, let positions) = terms[id].operation, terms[array].isVarying else { return false }
      return positions.flatMap(terms.variables(of:)).contains(where: variables.contains)
    }
  }

  private func areFew(_ variables: [Variable]) -> Bool {
    (options.entries(variables) ?? .max) <= Self.entryLimit
  }

  /// Outer loops have the lower names.
  private func sumOutside(_ leaf: Expander.Leaf, _ sum: TermID, times factor: Double) -> Expander.Leaf {
    guard case .reduce(_, let variables, let conditions) = terms[sum].operation else { return leaf }
    let loops = variables + leaf.loops
    let outside = Set(terms[sum].free).union(leaf.conditions.variables).subtracting(loops)
    let base = terms.nextOrder(after: outside)
    let names = loops.enumerated().map { terms.variable(order: base + $0.offset, extent: $0.element.extent) }
    let map = Dictionary(zip(loops, names), uniquingKeysWith: { first, _ in first })
    var inner = leaf
    inner.conditions = leaf.conditions.and(conditions)
    inner.value = terms[sum].arguments[0]
    inner = inner.renamed(map, terms)
    inner.loops = names
    inner.value = terms.scale(factor, inner.value)
    return inner
  }
}
