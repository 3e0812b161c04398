import Foundation

extension Numerics {
  static let sqrtHalf = 0.7071067811865476
  static let sqrtTwoPi = 2.5066282746310002
  static let sqrtPi = 1.772453850905516

  /// e^(x²)·erfc(x): by definition below 25, by the asymptotic series DLMF 7.12.1 above.
  static func erfcx(_ x: Double) -> Double {
    if x < 25 {
      let tail = Foundation.erfc(x)
      let growth = expOfSquare(x, times: 1)
      return growth * tail
    }
    let inverse = 1 / x
    let square = 0.5 * inverse * inverse
    // 1 − 1·s + 1·3·s² − …, s = 1/(2x²) ≤ 8e-4: eight terms suffice.
    var sum = 1.0
    for k in stride(from: 15, through: 1, by: -2) { sum = 1 - Double(k) * square * sum }
    return inverse * sum / sqrtPi
  }

  /// The distribution function of the standard normal law, Φ(x), with full relative accuracy in the lower tail.
  static func normcdf(_ x: Double) -> Double {
    if x > -1 { return 0.5 * Foundation.erfc(-x * sqrtHalf) }
    return 0.5 * erfcx(-x * sqrtHalf) * expOfSquare(x, times: -0.5)
  }

  /// log Φ(x): through log1p above 0 and through the scaled complement e^(x²)·erfc(x) below −1.
  static func logNormcdf(_ x: Double) -> Double {
    if x > 0 { return Foundation.log1p(-normcdf(-x)) }
    if x > -1 { return Foundation.log(normcdf(x)) }
    return -0.5 * x * x + Foundation.log(0.5 * erfcx(-x * sqrtHalf))
  }

  /// φ(x)/Φ(x), the inverse Mills ratio: the derivative of log Φ.
  static func inverseMills(_ x: Double) -> Double {
    if x < 0 { return 2 / (sqrtTwoPi * erfcx(-x * sqrtHalf)) }
    return expOfSquare(x, times: -0.5) / (sqrtTwoPi * normcdf(x))
  }

  /// The quantile of the standard normal law, Φ⁻¹(p).
  ///
  /// Starts from Winitzki's approximation ("A handy approximation for the error function and its inverse", 2008)
  /// and polishes: in the tails by Newton steps on log Φ, which keeps subnormal p exact, else by Halley steps on Φ.
  static func probit(_ p: Double) -> Double {
    guard p >= 0, p <= 1 else { return .nan }
    if p == 0 { return -.infinity }
    if p == 1 { return .infinity }
    if p > 0.5 { return -lowerQuantile(1 - p) }
    return lowerQuantile(p)
  }

  /// Φ⁻¹(p) for 0 < p ≤ ½.
  private static func lowerQuantile(_ p: Double) -> Double {
    if p > 0.1 { return 1.4142135623730951 * inverseErrorFunction(2 * p - 1) }
    let target = Foundation.log(p)
    var x = -1.4142135623730951 * winitzki(log: target + 0.6931471805599453 + Foundation.log1p(-p) + 0.6931471805599453)
    for _ in 0..<6 {
      let mills = inverseMills(x)
      let step = (logNormcdf(x) - target) / mills
      x -= step
      if Swift.abs(step) <= 4e-9 * Swift.abs(x) { break }
    }
    return x
  }

  /// The inverse of erf.
  static func erfinv(_ x: Double) -> Double {
    let magnitude = Swift.abs(x)
    guard magnitude <= 1 else { return .nan }
    if magnitude == 1 { return x < 0 ? -.infinity : .infinity }
    return inverseErrorFunction(x)
  }

  /// erf⁻¹ inside (−1, 1), by Halley steps on erf near 0 and on erfc, whose argument 1 − |x| is exact, else.
  private static func inverseErrorFunction(_ x: Double) -> Double {
    let magnitude = Swift.abs(x)
    if magnitude < 1e-9 { return x * (sqrtPi / 2) }
    let complement = 1 - magnitude
    var y = winitzki(log: Foundation.log1p(-magnitude * magnitude))
    for _ in 0..<4 {
      let excess = magnitude < 0.5 ? Foundation.erf(y) - magnitude : complement - Foundation.erfc(y)
      let newton = excess * (sqrtPi / 2) * expOfSquare(y, times: 1)
      let step = newton / (1 + y * newton)
      y -= step
      if Swift.abs(step) <= 1e-7 * y { break }
    }
    return x < 0 ? -y : y
  }

  /// erf⁻¹ to a relative 2e-3, from log(1 − x²).
  private static func winitzki(log value: Double) -> Double {
    let a = 0.147
    let half = 2 / (Double.pi * a) + value / 2
    // √(half² − value/a) − half, written without the cancellation for small x.
    let root = Foundation.sqrt(half * half - value / a)
    return Foundation.sqrt(half > 0 ? (-value / a) / (root + half) : root - half)
  }
}
