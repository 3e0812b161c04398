extension Size {
  /// The quotient by a positive number, rounded down: a polynomial where all coefficients but the number's are
  /// multiples of it.
  public func divided(by divisor: Int) -> Size {
    precondition(divisor > 0, "sizes are divided by positive numbers")
    var quotient = Size(0)
    var rest = Size(0)
    for term in terms {
      let monomial = term.factors.reduce(Size(1)) { $0 * Size($1) }
      if term.factors.isEmpty || term.coefficient % divisor == 0 {
        let (whole, remainder) = term.coefficient.dividedDown(by: divisor)
        quotient = quotient + monomial * Size(whole)
        rest = rest + Size(remainder)
      } else {
        rest = rest + monomial * Size(term.coefficient)
      }
    }
    if rest.constant != nil { return quotient }
    return quotient + Size(Dimension(dividing: rest, by: divisor))
  }

  /// Whether the size is at least `bound` whatever the dimensions (each ≥ 1) turn out to be.
  ///
  /// Sufficient, not necessary: with quotients bounded by what they divide and every dimension written as 1 + t, all
  /// coefficients are non-negative.
  public func isProvably(atLeast bound: Int) -> Bool {
    guard let (polynomial, scale) = (self - Size(bound)).withoutQuotients else { return false }
    // A whole number above −1 is at least 0.
    let difference = polynomial + Size(scale - 1)
    if let constant = difference.constant { return constant >= 0 }
    var shifted: [[Dimension]: Int] = [:]
    for term in difference.terms {
      guard term.factors.count <= 8 else { return false }
      for mask in 0..<(1 << term.factors.count) {
        let kept = term.factors.indices.filter { mask & (1 << $0) != 0 }.map { term.factors[$0] }
        shifted[kept, default: 0] &+= term.coefficient
      }
    }
    return shifted.values.allSatisfy { $0 >= 0 }
  }

  /// The number at which a size that grows with its one open dimension reaches a value: the n of `vector[n*n]`. `nil`
  /// where there is none, or where a coefficient is negative.
  public func root(of dimension: Dimension, reaching value: Int) -> Int? {
    guard dimensions == [dimension], growsWithDimensions else { return nil }
    let reached = { (trial: Int) in self.value([dimension: trial]).map { $0 >= value } ?? true }
    var high = 1
    while !reached(high) { high *= 2 }
    var low = high / 2 + 1
    while low < high {
      let middle = (low + high) / 2
      if reached(middle) { high = middle } else { low = middle + 1 }
    }
    return self.value([dimension: high]) == value ? high : nil
  }

  /// Whether the size is never less for a greater dimension, by its form: no coefficient but the number's is negative.
  private var growsWithDimensions: Bool {
    terms.allSatisfy { term in
      (term.coefficient > 0 || term.factors.isEmpty)
        && term.factors.allSatisfy { $0.numerator?.growsWithDimensions ?? true }
    }
  }

  /// A polynomial without quotients that is nowhere greater than `scale` times this size: with q = ⌊e/k⌋ both
  /// k·q ≤ e and k·q ≥ e − k + 1. `nil` where a quotient stands in a product.
  private var withoutQuotients: (polynomial: Size, scale: Int)? {
    var (size, scale) = (self, 1)
    while let term = size.terms.first(where: { $0.factors.contains(where: \.isQuotient) }) {
      guard term.factors.count == 1, let numerator = term.factors[0].numerator, scale < 1 << 20 else { return nil }
      let divisor = term.factors[0].divisor
      let rest = size - Size(term.factors[0]) * Size(term.coefficient)
      let bound = term.coefficient < 0 ? numerator : numerator - Size(divisor - 1)
      size = rest * Size(divisor) + bound * Size(term.coefficient)
      scale *= divisor
    }
    return (size, scale)
  }
}

extension Dimension {
  /// The number with the named dimensions bound.
  func value(_ bindings: [Dimension: Int]) -> Int? {
    guard let numerator else { return bindings[self] }
    return numerator.value(bindings).map { $0.dividedDown(by: divisor).quotient }
  }

  /// The size with named dimensions replaced.
  func substituting(_ bindings: [Dimension: Size]) -> Size {
    guard let numerator else { return bindings[self] ?? Size(self) }
    return numerator.substituting(bindings).divided(by: divisor)
  }
}

extension Int {
  /// The quotient rounded down, and the remainder from 0.
  fileprivate func dividedDown(by divisor: Int) -> (quotient: Int, remainder: Int) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
