import EnergyIR

extension Graph {
  /// ∂/∂base of `base^exponent`, the factor for an adjoint.
  ///
  /// A root of a sum of squares is a norm (or a power of one between 0 and 2): where all squares are 0 the chain
  /// rule would read ∞·0, and the convention is a gradient of 0, by a select on the sum being positive. Any other
  /// power is `exponent·base^(exponent − 1)`, infinite at 0 for a root.
  public func derivativeOfPower(_ base: NodeID, _ exponent: Double) -> NodeID {
    let slope = scale(exponent, power(base, exponent - 1))
    guard exponent > 0, exponent < 1, isSumOfSquares(base) else { return slope }
    return when(compare(base, "greater", 0), slope)
  }

  /// Whether a node is a sum of squares, by its form: the square of a norm.
  public func isSumOfSquares(_ root: NodeID) -> Bool {
    var pending = [root]
    var budget = 64
    while let id = pending.popLast() {
      budget -= 1
      if budget == 0 { return false }
      let arguments = self[id].arguments
      switch self[id].operation {
      case .contract(let spec):
        guard arguments.count == 2, arguments[0] == arguments[1], spec.inputs[0] == spec.inputs[1] else {
          // A sum or a relabelling of one argument passes the question on.
          guard arguments.count == 1 else { return false }
          pending.append(arguments[0])
          continue
        }
      case .mul(let exponents): if exponents != [2] { return false }
      case .add(let coefficients, 0) where coefficients.allSatisfy({ $0 > 0 }): pending += arguments
      case .reduce(.sum, _, _), .guarded, .build, .index: pending.append(arguments[0])
      default: return false
      }
    }
    return true
  }
}
