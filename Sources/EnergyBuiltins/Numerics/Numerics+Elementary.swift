import Foundation

/// Values of functions in double precision, the ones that the C library lacks.
///
/// Every function is accurate to a few units in the last place over its whole domain unless it says otherwise,
/// and returns what the limit is at infinities and poles, NaN outside the domain.
enum Numerics {
  /// 1/(1 + e^−x), without overflow and with full relative accuracy in both tails.
  static func sigmoid(_ x: Double) -> Double {
    if x >= 0 { return 1 / (1 + Foundation.exp(-x)) }
    let power = Foundation.exp(x)
    return power / (1 + power)
  }

  /// log(1 + e^x) = max(x, 0) + log1p(e^−|x|).
  static func softplus(_ x: Double) -> Double {
    if x.isNaN { return x }
    return Swift.max(x, 0) + Foundation.log1p(Foundation.exp(-Swift.abs(x)))
  }

  /// log(1 − e^x) for x ≤ 0; Mächler, "Accurately computing log(1 − exp(−|a|))" (2012), equation 7.
  static func log1mexp(_ x: Double) -> Double {
    if x > 0 { return .nan }
    return x > -0.6931471805599453 ? Foundation.log(-Foundation.expm1(x)) : Foundation.log1p(-Foundation.exp(x))
  }

  /// log(e^a + e^b).
  static func logaddexp(_ a: Double, _ b: Double) -> Double {
    if a == b { return a + 0.6931471805599453 }
    let difference = Swift.abs(a - b)
    if difference.isNaN { return .nan }
    return Swift.max(a, b) + Foundation.log1p(Foundation.exp(-difference))
  }

  /// log(e^a − e^b) for a ≥ b.
  static func logdiffexp(_ a: Double, _ b: Double) -> Double {
    if a == -.infinity && b == -.infinity { return -.infinity }
    return a + log1mexp(b - a)
  }

  /// log(p/(1 − p)); near ½ through atanh, where the quotient would lose digits.
  static func logit(_ p: Double) -> Double {
    if p > 0.25 && p < 0.75 { return 2 * Foundation.atanh(2 * p - 1) }
    return Foundation.log(p / (1 - p))
  }

  /// x·log y, and 0 for x = 0.
  static func xlogy(_ x: Double, _ y: Double) -> Double {
    x == 0 && !y.isNaN ? 0 : x * Foundation.log(y)
  }

  /// The smaller number; NaN if one is.
  static func minimum(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : Foundation.fmin(a, b)
  }

  /// The greater number; NaN if one is.
  static func maximum(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : Foundation.fmax(a, b)
  }

  /// a − b·floor(a/b), exact where the quotient is: the remainder has the sign of b.
  static func floorMod(_ a: Double, _ b: Double) -> Double {
    let remainder = Foundation.fmod(a, b)
    if remainder.isNaN { return remainder }
    if remainder == 0 { return b < 0 ? -0.0 : 0 }
    if b.isInfinite { return (remainder < 0) == (b < 0) ? remainder : b }
    return (remainder < 0) == (b < 0) ? remainder : remainder + b
  }

  /// The cube root: the C library's with one Newton step on the exact residual, so that whole cubes have whole roots.
  static func cbrt(_ x: Double) -> Double {
    let root = Foundation.cbrt(x)
    let (square, low) = squared(root)
    guard root != 0, square.isFinite else { return root }
    let residual = x.addingProduct(-root, square) - root * low
    return root + residual / (3 * square)
  }

  /// −1, 0 or 1.
  static func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : x }

  /// x² as a rounded value and what rounding lost, for exponentials of squares.
  static func squared(_ x: Double) -> (high: Double, low: Double) {
    let high = x * x
    return (high, (-high).addingProduct(x, x))
  }

  /// e^(factor·x²) without the error that rounding x² would make; the factor must be a power of two, ±.
  static func expOfSquare(_ x: Double, times factor: Double) -> Double {
    let (high, low) = squared(x)
    if !high.isFinite { return Foundation.exp(factor * high) }
    let main = Foundation.exp(factor * high)
    return main.isFinite && main != 0 ? main + main * (factor * low) : main
  }
}
