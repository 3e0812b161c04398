import Foundation

extension Graph {
  /// `a · b`, entry by entry.
  public func multiply(_ a: NodeID, _ b: NodeID) -> NodeID { product([(a, 1), (b, 1)]) }

  /// `a / b`, entry by entry.
  public func divide(_ a: NodeID, _ b: NodeID) -> NodeID { product([(a, 1), (b, -1)]) }

  /// `base ^ exponent` with a fixed exponent.
  public func power(_ base: NodeID, _ exponent: Double) -> NodeID { product([(base, exponent)]) }

  /// `sqrt(id)`.
  public func squareRoot(_ id: NodeID) -> NodeID { power(id, 0.5) }

  /// A monomial of arguments of one shape or rank 0.
  ///
  /// Flat; exponents of equal bases added; no numeric factor inside (it goes to an `add`). Integer exponents
  /// distribute over products, fractional ones don't: (x²)^½ isn't x. A sum as a base gets a positive first
  /// coefficient. Guards float out, and a factor distributes over a sum whose every term is guarded, so that
  /// nothing is evaluated where a guard doesn't hold.
  public func product(_ factors: [(NodeID, Double)]) -> NodeID {
    let shape = commonShape(factors.map(\.0))
    var coefficient = 1.0
    var conditions = Guard.always
    var isInteger = true
    var order: [NodeID] = []
    var exponents: [NodeID: Double] = [:]
    var pending = Array(factors.reversed())
    while let (original, exponent) = pending.popLast() {
      if exponent == 0 { continue }
      var id = unbroadcast(original)
      let isWhole = exponent == exponent.rounded()
      if self[id].type == .real || exponent < 0 || !isWhole { isInteger = false }
      if exponent > 0, case .guarded(let found) = self[id].operation {
        conditions = conditions.and(found)
        pending.append((self[id].arguments[0], exponent))
        continue
      }
      switch self[id].operation {
      case .constant(let value):
        coefficient = DecimalNumbers.product(coefficient, raised(value, exponent))
        continue
      case .add(let inner, 0) where inner.count == 1 && (isWhole || inner[0] > 0):
        coefficient = DecimalNumbers.product(coefficient, raised(inner[0], exponent))
        pending.append((self[id].arguments[0], exponent))
        continue
      case .add(let inner, _) where isWhole && inner[0] < 0:
        if Int(clamping: Int64(exponent)) % 2 != 0 { coefficient = -coefficient }
        id = negate(id)
      case .mul(let inner) where isWhole:
        for (innerExponent, argument) in zip(inner, self[id].arguments).reversed() {
          // (u^a)^b = u^(a·b) for fractional a is exact where u can't be negative.
          if innerExponent == innerExponent.rounded() || isProvablyNonNegative(argument) {
            pending.append((argument, innerExponent * exponent))
          } else {
            let root = internProduct([(argument, innerExponent)], type: .real)
            if exponents[root] == nil { order.append(root) }
            exponents[root, default: 0] += exponent
          }
        }
        continue
      default: break
      }
      if exponents[id] == nil { order.append(id) }
      exponents[id, default: 0] += exponent
    }
    let type: ElementType = isInteger ? .int : .real
    if coefficient == 0 || conditions.isImpossible { return zeros(shape, type: type) }
    let kept = order.compactMap { id in exponents[id].flatMap { $0 == 0 ? nil : (id, $0) } }
    if let distributed = distribute(kept) {
      return broadcast(guarded(conditions, scale(coefficient, distributed)), to: shape)
    }
    let monomial = kept.isEmpty ? nil : internProduct(kept, type: type)
    guard let monomial else { return broadcast(guarded(conditions, constant(coefficient, type: type)), to: shape) }
    return broadcast(guarded(conditions, scale(coefficient, monomial)), to: shape)
  }

  /// A number to a power.
  private func raised(_ value: Double, _ exponent: Double) -> Double {
    switch exponent {
    case 1: value
    case 2: DecimalNumbers.product(value, value)
    default: Foundation.pow(value, exponent)
    }
  }

  /// Interns a monomial whose bases are already collected.
  func internProduct(_ factors: [(NodeID, Double)], type: ElementType) -> NodeID {
    if factors.count == 1, factors[0].1 == 1 { return factors[0].0 }
    let sorted = factors.sorted { $0.0 < $1.0 }
    return intern(
      .mul(exponents: sorted.map(\.1)), sorted.map(\.0), shape: commonShape(sorted.map(\.0)), type: type)
  }

  /// Whether the value is ≥ 0 by its form alone: squares, sums of squares, positive parameters, exponentials.
  public func isProvablyNonNegative(_ id: NodeID) -> Bool {
    var pending = [id]
    var budget = 64
    // By induction: a state is if the first one is, and the next one where it is.
    var assumed: Set<Variable> = []
    while let next = pending.popLast() {
      budget -= 1
      if budget == 0 { return false }
      let node = self[next]
      switch node.operation {
      case .constant(let value): if !(value >= 0) { return false }
      case .size, .iota: continue
      case .scan(let recurrence):
        assumed.insert(recurrence.state)
        pending += node.arguments
      case .state(let variable, _): if !assumed.contains(variable) { return false }
      case .symbol(let symbol):
        let known = self[symbol].refinements.contains {
          switch $0 {
          case .positive, .simplex: true
          case .interval(let low, _): low >= 0
          default: false
          }
        }
        if !known { return false }
      case .add(let coefficients, let constant):
        if constant < 0 || coefficients.contains(where: { $0 < 0 }) { return false }
        pending += node.arguments
      case .mul(let exponents):
        for (exponent, argument) in zip(exponents, node.arguments)
        where exponent.truncatingRemainder(dividingBy: 2) != 0 {
          if exponent != exponent.rounded() { continue }
          pending.append(argument)
        }
      case .contract(let spec):
        // Equal arguments with equal labels pair up to squares.
        var odd: [String: (Int, NodeID)] = [:]
        for (labels, argument) in zip(spec.inputs, node.arguments) {
          odd["\(argument.index):\(labels)", default: (0, argument)].0 += 1
        }
        for (count, argument) in odd.values where count % 2 == 1 { pending.append(argument) }
      case .reduce(let operation, _, _):
        if operation == .logsumexp { return false }
        pending += node.arguments
      case .guarded, .build, .index, .scatter, .reshape: pending.append(node.arguments[0])
      case .select: pending += node.arguments.dropFirst()
      case .apply(let function):
        let nonNegative: Set<String> = [
          "exp", "exp2", "sigmoid", "abs", "softmaxweight", "relu", "softplus", "cosh", "hypot", "square", "normcdf",
          "erfc", "bessel_i0",
        ]
        if !nonNegative.contains(function.name) { return false }
      case .linearAlgebra: return false
      }
    }
    return true
  }

  /// A product with a sum whose every term is guarded, or with a select that is 0 somewhere.
  private func distribute(_ factors: [(NodeID, Double)]) -> NodeID? {
    guard factors.count > 1 else { return nil }
    for (position, (id, exponent)) in factors.enumerated() where exponent == 1 {
      var rest = factors
      rest.remove(at: position)
      switch self[id].operation {
      case .add(let coefficients, 0) where self[id].arguments.allSatisfy(isGuarded):
        return sum(
          zip(coefficients, self[id].arguments).map { ($0, product([($1, 1)] + rest)) })
      case .select where hasZeroBranch(id):
        let arguments = self[id].arguments
        let shape = commonShape(factors.map(\.0))
        let through = { (branch: NodeID) in
          self.isZero(branch) ? self.zeros(shape) : self.product([(branch, 1)] + rest)
        }
        return select(arguments[0], through(arguments[1]), through(arguments[2]))
      default: continue
      }
    }
    return nil
  }

  /// Whether a select, or one in its branches, is 0 somewhere: what it multiplies mustn't be taken there.
  func hasZeroBranch(_ id: NodeID) -> Bool {
    var pending = [id]
    var budget = 16
    while let next = pending.popLast(), budget > 0 {
      budget -= 1
      if isZero(next) { return true }
      if case .select = self[next].operation { pending += self[next].arguments.dropFirst() }
      if let (_, rest) = scaledTerm(next) { pending.append(rest) }
    }
    return false
  }

  func isGuarded(_ id: NodeID) -> Bool {
    if case .guarded = self[id].operation { return true }
    return false
  }
}
