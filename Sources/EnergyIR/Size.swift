/// A size that a program names but needn't know yet: the `d` of `x : vector[d]`; or a quotient of sizes rounded down,
/// which no polynomial can say: the number of values of `1..d by 2`.
///
/// Two sizes of the same name in different signatures differ in `scope`; a size declared by `dim` has scope 0.
public struct Dimension: Hashable, Sendable, Comparable {
  /// The name as written; of a quotient as the language writes it: `div(d + 1, 2)`.
  public let name: String
  /// 0 for a declared size, else the number of the signature that it belongs to.
  public let scope: Int
  /// What is divided, for a quotient.
  let numerator: Size?
  /// By what it is divided: at least 2 for a quotient, else 1.
  let divisor: Int

  /// A size by name and scope.
  public init(_ name: String, scope: Int = 0) {
    self.name = name
    self.scope = scope
    numerator = nil
    divisor = 1
  }

  /// A quotient rounded down.
  init(dividing numerator: Size, by divisor: Int) {
    name = "div(\(numerator), \(divisor))"
    scope = numerator.dimensions.map(\.scope).max() ?? 0
    self.numerator = numerator
    self.divisor = divisor
  }

  /// Whether it is a quotient of other sizes, and no name.
  public var isQuotient: Bool { numerator != nil }

  /// By name, then scope.
  public static func < (left: Dimension, right: Dimension) -> Bool {
    (left.name, left.scope) < (right.name, right.scope)
  }
}

/// A polynomial with integer coefficients in dimensions, each of which is at least 1, and in quotients of such.
///
/// Equality is structural, which the canonical order of the terms makes the same as equality of polynomials.
public struct Size: Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// One monomial: `coefficient` times the product of `factors` (sorted, with repetition).
  public struct Term: Hashable, Sendable {
    /// The dimensions multiplied, sorted.
    public let factors: [Dimension]
    /// Never 0.
    public let coefficient: Int
  }

  /// Sorted by degree (highest first), then by names; empty for 0.
  public let terms: [Term]

  /// The number `value`.
  public init(_ value: Int) {
    terms = value == 0 ? [] : [Term(factors: [], coefficient: value)]
  }

  /// The number `value`.
  public init(integerLiteral value: Int) { self.init(value) }

  /// The dimension itself.
  public init(_ dimension: Dimension) { terms = [Term(factors: [dimension], coefficient: 1)] }

  private init(collecting pairs: [([Dimension], Int)]) {
    var sums: [[Dimension]: Int] = [:]
    for (factors, coefficient) in pairs { sums[factors, default: 0] &+= coefficient }
    terms = sums.filter { $0.value != 0 }.map { Term(factors: $0.key, coefficient: $0.value) }.sorted {
      if $0.factors.count != $1.factors.count { return $0.factors.count > $1.factors.count }
      return $0.factors.lexicographicallyPrecedes($1.factors)
    }
  }

  /// The number, where no dimension is left.
  public var constant: Int? {
    if terms.isEmpty { return 0 }
    return terms.count == 1 && terms[0].factors.isEmpty ? terms[0].coefficient : nil
  }

  /// The dimension, where the size is one and nothing else.
  public var dimension: Dimension? {
    terms.count == 1 && terms[0].factors.count == 1 && terms[0].coefficient == 1 ? terms[0].factors[0] : nil
  }

  /// All named dimensions that occur, also inside quotients.
  public var dimensions: Set<Dimension> {
    terms.reduce(into: []) { found, term in
      for factor in term.factors {
        if let numerator = factor.numerator { found.formUnion(numerator.dimensions) } else { found.insert(factor) }
      }
    }
  }

  /// The parts of `factor·dimension + rest`, where the size is that.
  public var linear: (dimension: Dimension, factor: Int, rest: Int)? {
    guard dimensions.count == 1, let dimension = dimensions.first, let (factor, rest) = linear(in: dimension),
      let number = factor.constant, let offset = rest.constant
    else { return nil }
    return (dimension, number, offset)
  }

  /// The size divided by another one, where that leaves no rest: by a number or a product, term by term.
  public func divided(by divisor: Size) -> Size? {
    guard divisor.terms.count == 1, let term = divisor.terms.first else { return nil }
    var pairs: [([Dimension], Int)] = []
    for own in terms {
      guard own.coefficient % term.coefficient == 0 else { return nil }
      var factors = own.factors
      for factor in term.factors {
        guard let position = factors.firstIndex(of: factor) else { return nil }
        factors.remove(at: position)
      }
      pairs.append((factors, own.coefficient / term.coefficient))
    }
    return Size(collecting: pairs)
  }

  /// The parts of `factor·dimension + rest` with sizes for factor and rest; `nil` where a power or a quotient of it occurs.
  public func linear(in dimension: Dimension) -> (factor: Size, rest: Size)? {
    var factor: [([Dimension], Int)] = []
    var rest: [([Dimension], Int)] = []
    for term in terms {
      switch term.factors.filter({ $0 == dimension }).count {
      case 0:
        if term.factors.contains(where: { $0.numerator?.dimensions.contains(dimension) ?? false }) { return nil }
        rest.append((term.factors, term.coefficient))
      case 1:
        let others = term.factors.filter { $0 != dimension }
        if others.contains(where: { $0.numerator?.dimensions.contains(dimension) ?? false }) { return nil }
        factor.append((others, term.coefficient))
      default: return nil
      }
    }
    return (Size(collecting: factor), Size(collecting: rest))
  }

  /// The sum. Integers wrap; `value(_:)`, which checks, is what decides about memory.
  public static func + (left: Size, right: Size) -> Size {
    if let a = left.constant, let b = right.constant { return Size(a &+ b) }
    return Size(collecting: (left.terms + right.terms).map { ($0.factors, $0.coefficient) })
  }

  /// The difference.
  public static func - (left: Size, right: Size) -> Size { left + right * Size(-1) }

  /// The product.
  public static func * (left: Size, right: Size) -> Size {
    if let a = left.constant, let b = right.constant { return Size(a &* b) }
    var pairs: [([Dimension], Int)] = []
    for a in left.terms {
      for b in right.terms {
        pairs.append(((a.factors + b.factors).sorted(), a.coefficient &* b.coefficient))
      }
    }
    return Size(collecting: pairs)
  }

  /// The value with the dimensions bound; `nil` where one is missing or the number doesn't fit 62 bits.
  public func value(_ bindings: [Dimension: Int]) -> Int? {
    var sum = 0
    for term in terms {
      var product = term.coefficient
      for factor in term.factors {
        guard let bound = factor.value(bindings) else { return nil }
        let (next, overflow) = product.multipliedReportingOverflow(by: bound)
        if overflow { return nil }
        product = next
      }
      let (next, overflow) = sum.addingReportingOverflow(product)
      if overflow { return nil }
      sum = next
    }
    return sum.magnitude < 1 << 62 ? sum : nil
  }

  /// The size with dimensions replaced by sizes.
  public func substituting(_ bindings: [Dimension: Size]) -> Size {
    if constant != nil { return self }
    var sum = Size(0)
    for term in terms {
      var product = Size(term.coefficient)
      for factor in term.factors { product = product * factor.substituting(bindings) }
      sum = sum + product
    }
    return sum
  }
}

extension Size: CustomStringConvertible {
  /// As the language writes it: `2*d - 1`.
  public var description: String {
    if terms.isEmpty { return "0" }
    var text = ""
    for (position, term) in terms.enumerated() {
      let magnitude = term.coefficient.magnitude
      let sign = term.coefficient < 0 ? "-" : "+"
      text += position == 0 ? (sign == "-" ? "-" : "") : " \(sign) "
      var pieces = term.factors.map(\.name)
      if magnitude != 1 || pieces.isEmpty { pieces.insert(String(magnitude), at: 0) }
      text += pieces.joined(separator: "*")
    }
    return text
  }
}
