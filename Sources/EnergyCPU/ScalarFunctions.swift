import EnergyBuiltins
import EnergyIR

/// Where the evaluator looks up functions that have no kernel, by name and number of arguments; they are called an
/// element at a time.
public typealias ScalarFunctionLookup = @Sendable (FunctionName, _ arity: Int) -> ScalarFunction?

/// The element-wise functions of EnergyBuiltins.
public let builtinScalarFunctions: ScalarFunctionLookup = { name, arity in
  guard let value = Builtins[name]?.value, value.arity == arity else { return nil }
  return value
}

extension ScalarFunction {
  @inline(__always) func callAsFunction(_ x: Double, _ y: Double, _ z: Double) -> Double {
    switch self {
    case .unary(let function, _): function(x)
    case .binary(let function, _): function(x, y)
    case .ternary(let function, _): function(x, y, z)
    }
  }

  @inline(__always) func callAsFunction(_ x: Float, _ y: Float, _ z: Float) -> Float {
    switch self {
    case .unary(_, let function): function(x)
    case .binary(_, let function): function(x, y)
    case .ternary(_, let function): function(x, y, z)
    }
  }
}
