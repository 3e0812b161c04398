import EnergyIR

extension Emitter {
  // MARK: Products

  /// A monomial: factors that are the same for all iterations of inner loops are multiplied outside of them.
  func computeProduct(_ term: TermID, _ factors: [(TermID, Double)]) -> [TermID] {
    if factors.count == 1 { return computePower(term, factors[0].0, factors[0].1) }
    let depths = factors.map { placement(of: $0.0) }
    let deepest = depths.max() ?? 0
    let outer = factors.indices.filter { depths[$0] < deepest }.map { factors[$0] }
    if outer.count > 1 {
      let inner = factors.indices.filter { depths[$0] == deepest }.map { factors[$0] }
      return computeProduct(term, [(terms.internProduct(outer, type: terms[term].type), 1)] + inner)
    }
    // a·b^-1 is a division where the reciprocal isn't used elsewhere.
    var divisor: TermID?
    var powers: [TermID] = []
    for (base, exponent) in factors {
      let reciprocal = terms.internProduct([(base, exponent)])
      if exponent == -1, divisor == nil, reciprocalUses[base, default: 0] <= 1, !rootBases.contains(base),
        known(reciprocal) == nil
      {
        divisor = base
      } else {
        powers.append(reciprocal)
      }
    }
    if powers.isEmpty, let lonely = divisor {
      powers = [terms.internProduct([(lonely, -1)])]
      divisor = nil
    }
    let all = powers + (divisor.map { [$0] } ?? [])
    let needed = missing(all)
    if !needed.isEmpty { return needed }
    let at = home(of: term, from: all)
    var product = resolved(powers[0])
    for power in powers.dropFirst() { product = step(term, at: at, .multiply, [product, resolved(power)]) }
    if let divisor { product = step(term, at: at, .divide, [product, resolved(divisor)]) }
    settle(term, as: product, at: at)
    return []
  }

  // MARK: Powers

  /// One power of a base: all of them come from one root or one reciprocal by multiplications.
  private func computePower(_ term: TermID, _ base: TermID, _ exponent: Double) -> [TermID] {
    let power = { (exponent: Double) in self.terms.internProduct([(base, exponent)]) }
    let isWhole = exponent == exponent.rounded()
    let isHalf = !isWhole && exponent * 2 == (exponent * 2).rounded()
    guard abs(exponent) <= 64, isWhole || isHalf else { return unary(term, .power(exponent), base) }
    switch exponent {
    case 1: preconditionFailure("the first power is the base")
    case 0.5: return unary(term, .squareRoot, base)
    case -0.5: return unary(term, .reciprocal, power(0.5))
    case -1:
      return rootBases.contains(base)
        ? binary(term, power(-0.5), power(-0.5)) : unary(term, .reciprocal, base)
    default: break
    }
    if isHalf {
      let half = exponent < 0 ? -0.5 : 0.5
      return binary(term, power(exponent - half), power(half))
    }
    let unit = exponent < 0 ? -1.0 : 1.0
    let isEven = exponent.truncatingRemainder(dividingBy: 2) == 0
    if isEven { return binary(term, power(exponent / 2), power(exponent / 2)) }
    return binary(term, power(exponent - unit), power(unit))
  }

  private func unary(_ term: TermID, _ computation: Computation, _ argument: TermID) -> [TermID] {
    let needed = missing([argument])
    if needed.isEmpty { write(term, computation, [argument]) }
    return needed
  }

  private func binary(_ term: TermID, _ a: TermID, _ b: TermID) -> [TermID] {
    let needed = missing(a == b ? [a] : [a, b])
    if needed.isEmpty { write(term, .multiply, [a, b]) }
    return needed
  }

  // MARK: What is used how often

  /// Counts in how many products each base is divided by, and finds bases whose reciprocal root is needed.
  func countPowers(_ statements: [Statement], _ done: Set<ArrayID>) {
    var seen = done
    var roots: [TermID] = []
    var pending = statements
    while let statement = pending.popLast() {
      roots += statement.value.map { [$0] } ?? []
      for term in terms.postorder(statement.value.map { [$0] } ?? []) {
        guard case .read(let array, _) = terms[term].operation, seen.insert(array).inserted else { continue }
        pending += definitions[array]?.statements ?? []
      }
    }
    for term in terms.postorder(roots) {
      guard case .mul(let exponents) = terms[term].operation else { continue }
      for (base, exponent) in zip(terms[term].arguments, exponents) where exponent < 0 {
        reciprocalUses[base, default: 0] += 1
        if exponent != exponent.rounded(), exponent * 2 == (exponent * 2).rounded(), isNonNegative(base) {
          rootBases.insert(base)
        }
      }
    }
  }

  /// Whether a term can't be negative by its form: a sum of squares.
  private func isNonNegative(_ root: TermID) -> Bool {
    var pending = [root]
    var budget = 64
    while let id = pending.popLast() {
      budget -= 1
      if budget == 0 { return false }
      switch terms[id].operation {
      case .constant(let value): if !(value >= 0) { return false }
      case .index, .size: continue
      case .add(let coefficients, let constant):
        if constant < 0 || coefficients.contains(where: { $0 < 0 }) { return false }
        pending += terms[id].arguments
      case .mul(let exponents):
        for (argument, exponent) in zip(terms[id].arguments, exponents)
        where exponent.truncatingRemainder(dividingBy: 2) != 0 { pending.append(argument) }
      case .reduce(.sum, _, _): pending += terms[id].arguments
      case .apply(let function): if function.name != "exp" && function.name != "abs" { return false }
      default: return false
      }
    }
    return true
  }
}
