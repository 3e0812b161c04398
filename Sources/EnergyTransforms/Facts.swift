import EnergyBuiltins
import EnergyIR

extension Graph {
  /// Whether every entry is > 0 by the node's form alone: exponentials, positive parameters, sums and products
  /// of such. Sufficient, not necessary.
  func isProvablyPositive(_ id: NodeID, depth: Int = 12) -> Bool {
    guard depth > 0 else { return false }
    let node = self[id]
    let positive = { (argument: NodeID) in self.isProvablyPositive(argument, depth: depth - 1) }
    switch node.operation {
    case .constant(let value): return value > 0
    case .size: return true
    case .symbol(let symbol):
      return self[symbol].refinements.contains {
        switch $0 {
        case .positive: true
        case .interval(let low, _): low > 0
        default: false
        }
      }
    case .add(let coefficients, let constant):
      guard constant >= 0, coefficients.allSatisfy({ $0 > 0 }) else { return false }
      guard node.arguments.allSatisfy({ isProvablyNonNegative($0) }) else { return false }
      return constant > 0 || node.arguments.contains(where: positive)
    case .mul: return node.arguments.allSatisfy(positive)
    case .contract(let spec):
      return node.arguments.allSatisfy(positive) && Set(spec.output).count == spec.output.count
    case .index, .build, .reshape: return positive(node.arguments[0])
    case .reduce(let operation, _, let conditions):
      switch operation {
      case .sum, .prod: return conditions.isAlways && positive(node.arguments[0])
      case .min, .max: return positive(node.arguments[0])
      case .logsumexp, .any, .all: return false
      }
    case .select: return node.arguments.dropFirst().allSatisfy(positive)
    case .apply(let function):
      return Builtins[function]?.range.isPositive ?? false
    case .iota, .guarded, .scatter, .scan, .state, .linearAlgebra: return false
    }
  }
}
