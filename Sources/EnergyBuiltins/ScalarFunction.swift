/// The value of a function of one to three numbers, in both precisions.
public enum ScalarFunction: Sendable {
  /// Of one number.
  case unary(@Sendable (Double) -> Double, @Sendable (Float) -> Float)
  /// Of two.
  case binary(@Sendable (Double, Double) -> Double, @Sendable (Float, Float) -> Float)
  /// Of three.
  case ternary(@Sendable (Double, Double, Double) -> Double, @Sendable (Float, Float, Float) -> Float)

  /// A function of one number whose `Float` value is the rounded `Double` value.
  public static func unary(_ function: @escaping @Sendable (Double) -> Double) -> ScalarFunction {
    .unary(function, { Float(function(Double($0))) })
  }

  /// A function of two numbers whose `Float` value is the rounded `Double` value.
  public static func binary(_ function: @escaping @Sendable (Double, Double) -> Double) -> ScalarFunction {
    .binary(function, { Float(function(Double($0), Double($1))) })
  }

  /// A function of three numbers whose `Float` value is the rounded `Double` value.
  public static func ternary(_ function: @escaping @Sendable (Double, Double, Double) -> Double) -> ScalarFunction {
    .ternary(function, { Float(function(Double($0), Double($1), Double($2))) })
  }

  /// How many numbers it takes.
  public var arity: Int {
    switch self {
    case .unary: 1
    case .binary: 2
    case .ternary: 3
    }
  }

  /// The value in double precision; `arguments` has `arity` entries.
  public func callAsFunction(_ arguments: [Double]) -> Double {
    switch self {
    case .unary(let function, _): function(arguments[0])
    case .binary(let function, _): function(arguments[0], arguments[1])
    case .ternary(let function, _): function(arguments[0], arguments[1], arguments[2])
    }
  }

  /// The value in single precision; `arguments` has `arity` entries.
  public func callAsFunction(_ arguments: [Float]) -> Float {
    switch self {
    case .unary(_, let function): function(arguments[0])
    case .binary(_, let function): function(arguments[0], arguments[1])
    case .ternary(_, let function): function(arguments[0], arguments[1], arguments[2])
    }
  }
}
