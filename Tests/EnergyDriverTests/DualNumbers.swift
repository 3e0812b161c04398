import Foundation

/// Arithmetic in which a reference is written once, to be run on numbers and on their derivatives.
protocol Arithmetic: Sendable {
  init(_ value: Double)
  /// The number itself, by which one of several is chosen.
  var plain: Double { get }
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  static func exp(_ a: Self) -> Self
  static func log(_ a: Self) -> Self
  static func tanh(_ a: Self) -> Self
}

extension Double: Arithmetic {
  var plain: Double { self }
  static func exp(_ a: Double) -> Double { Foundation.exp(a) }
  static func log(_ a: Double) -> Double { Foundation.log(a) }
  static func tanh(_ a: Double) -> Double { Foundation.tanh(a) }
}

/// a + b·ε with ε² = 0: the derivative of a function is the part at ε, exact but for rounding. Nested, the second one.
struct Dual<Base: Arithmetic>: Arithmetic {
  var value: Base
  var slope: Base

  init(_ value: Base, _ slope: Base) {
    self.value = value
    self.slope = slope
  }

  init(_ value: Double) { self.init(Base(value), Base(0)) }

  var plain: Double { value.plain }

  static func + (a: Dual, b: Dual) -> Dual { Dual(a.value + b.value, a.slope + b.slope) }
  static func - (a: Dual, b: Dual) -> Dual { Dual(a.value - b.value, a.slope - b.slope) }
  static func * (a: Dual, b: Dual) -> Dual { Dual(a.value * b.value, a.slope * b.value + a.value * b.slope) }
  static func / (a: Dual, b: Dual) -> Dual {
    let quotient = a.value / b.value
    return Dual(quotient, (a.slope - quotient * b.slope) / b.value)
  }
  static func exp(_ a: Dual) -> Dual { Dual(Base.exp(a.value), Base.exp(a.value) * a.slope) }
  static func log(_ a: Dual) -> Dual { Dual(Base.log(a.value), a.slope / a.value) }
  static func tanh(_ a: Dual) -> Dual {
    let t = Base.tanh(a.value)
    return Dual(t, (Base(1) - t * t) * a.slope)
  }
}

/// A function of many variables in any arithmetic, and its derivatives by dual numbers.
protocol PlainFunction: Sendable {
  func callAsFunction<Number: Arithmetic>(_ x: [Number]) -> Number
}

extension PlainFunction {
  func gradient(_ x: [Double]) -> [Double] {
    x.indices.map { k in self(x.indices.map { Dual(x[$0], $0 == k ? 1.0 : 0) }).slope }
  }

  func hessian(_ x: [Double]) -> [[Double]] {
    x.indices.map { k in
      x.indices.map { l in
        self(x.indices.map { Dual(Dual(x[$0], $0 == l ? 1.0 : 0), Dual($0 == k ? 1.0 : 0, 0)) }).slope.slope
      }
    }
  }
}
