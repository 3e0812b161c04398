import Foundation

extension Numerics {
  /// The modified Bessel function I₀.
  static func besselI0(_ x: Double) -> Double {
    let magnitude = Swift.abs(x)
    if magnitude < besselSwitch { return 1 + besselSeries(0, magnitude) }
    return scaledUp(besselAsymptotic(0, magnitude), magnitude)
  }

  /// The modified Bessel function I₁.
  static func besselI1(_ x: Double) -> Double {
    let magnitude = Swift.abs(x)
    let value =
      magnitude < besselSwitch
      ? 0.5 * magnitude * (1 + besselSeries(1, magnitude)) : scaledUp(besselAsymptotic(1, magnitude), magnitude)
    return x < 0 ? -value : value
  }

  /// log I₀(x), without overflow.
  static func logI0(_ x: Double) -> Double {
    let magnitude = Swift.abs(x)
    if magnitude < besselSwitch { return Foundation.log1p(besselSeries(0, magnitude)) }
    if magnitude == .infinity { return .infinity }
    return magnitude + Foundation.log(besselAsymptotic(0, magnitude))
  }

  /// Iₙ(x) for whole n ≥ 0.
  static func besselI(_ order: Double, _ x: Double) -> Double {
    guard order >= 0, order == order.rounded(), order <= 1000 else { return .nan }
    if order == 0 { return besselI0(x) }
    if order == 1 { return besselI1(x) }
    if Swift.abs(x) == .infinity { return x > 0 || order.truncatingRemainder(dividingBy: 2) == 0 ? .infinity : x }
    return besselRatio(order, x) * besselI0(x)
  }

  /// Iₙ(x)/I₀(x) for whole n ≥ 0.
  ///
  /// With ρₖ = Iₖ₊₁/Iₖ the recurrence DLMF 10.29.1 reads ρₖ₋₁ = x/(2k + x·ρₖ), which is stable downwards and has
  /// only positive terms; it starts from the bound x/(k + ½ + √((k + ½)² + x²)) far above n. For large arguments
  /// the quotient of the asymptotic series.
  static func besselRatio(_ order: Double, _ x: Double) -> Double {
    guard order >= 0, order == order.rounded(), order <= 1000 else { return .nan }
    if order == 0 || x.isNaN { return x.isNaN ? x : 1 }
    let n = Int(order)
    let magnitude = Swift.abs(x)
    let sign = x < 0 && n % 2 == 1 ? -1.0 : 1.0
    if magnitude == .infinity { return sign }
    if magnitude >= besselSwitch + order * order {
      return sign * besselAsymptotic(order, magnitude) / besselAsymptotic(0, magnitude)
    }
    let start = n + 24 + Int(Foundation.sqrt(80 * magnitude))
    let half = Double(start) + 0.5
    var rho = magnitude / (half + Foundation.sqrt(half * half + magnitude * magnitude))
    var product = 1.0
    for k in stride(from: start, through: 1, by: -1) {
      rho = magnitude / (Double(2 * k) + magnitude * rho)
      if k <= n { product *= rho }
    }
    return sign * product
  }

  /// Where the asymptotic series takes over: its smallest term there is e^−2x.
  private static let besselSwitch = 25.0

  /// Σₖ≥₁ (x²/4)ᵏ/(k!(n+1)ₖ), the power series DLMF 10.25.2 without its leading term and factor.
  private static func besselSeries(_ order: Double, _ x: Double) -> Double {
    let quarter = 0.25 * x * x
    var term = 1.0
    var sum = 0.0
    for k in 1...200 {
      term *= quarter / (Double(k) * (Double(k) + order))
      sum += term
      if term <= 1e-17 * sum { break }
    }
    return x.isNaN ? x : sum
  }

  /// e^−x·Iₙ(x) by DLMF 10.40.1 (A&S 9.7.1): (1 − (μ−1)/(8x) + (μ−1)(μ−9)/(2!(8x)²) − …)/√(2πx), μ = 4n².
  private static func besselAsymptotic(_ order: Double, _ x: Double) -> Double {
    let square = 4 * order * order
    var term = 1.0
    var sum = 1.0
    for k in 1...100 {
      let odd = Double(2 * k - 1)
      let next = -term * (square - odd * odd) / (Double(k) * 8 * x)
      // The series stops where it begins to diverge.
      if k > Int(order) + 1 && Swift.abs(next) >= Swift.abs(term) { break }
      term = next
      sum += term
      if Swift.abs(term) < 1e-17 * Swift.abs(sum) { break }
    }
    return sum / Foundation.sqrt(2 * Double.pi * x)
  }

  /// e^x·value in two halves, since e^x overflows before the product does.
  private static func scaledUp(_ value: Double, _ x: Double) -> Double {
    if x.isInfinite { return .infinity }
    let half = Foundation.exp(0.5 * x)
    return half * value * half
  }
}
