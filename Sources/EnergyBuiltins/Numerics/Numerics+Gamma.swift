import Foundation

extension Numerics {
  /// log |Γ(x)|.
  static func lgamma(_ x: Double) -> Double {
    // The C library's lgamma sets a global sign; the Swift overlay returns it beside the value.
    Foundation.lgamma(x).0
  }

  /// The digamma function ψ.
  ///
  /// Asymptotic series DLMF 5.11.2 above 10, to which the recurrence 5.5.2 leads; a Taylor series about the
  /// positive zero keeps the relative accuracy there; reflection 5.5.4 below 0.
  static func digamma(_ x: Double) -> Double {
    if x.isNaN || x == .infinity { return x }
    if x <= 0 {
      if x == x.rounded() { return x == 0 ? (x.sign == .minus ? .infinity : -.infinity) : .nan }
      return digamma(1 - x) - Double.pi * cotangentOfPi(x)
    }
    let offset = (x - digammaZero.high) - digammaZero.low
    if Swift.abs(offset) < 0.25 {
      return offset * digammaTaylor.reversed().reduce(0) { $0 * offset + $1 }
    }
    var shifted = x
    var correction = 0.0
    while shifted < 10 {
      correction += 1 / shifted
      shifted += 1
    }
    let inverse = 1 / (shifted * shifted)
    var series = 0.0
    for k in stride(from: 10, through: 1, by: -1) {
      series = (series + bernoulli[k] / Double(2 * k)) * inverse
    }
    return Foundation.log(shifted) - 0.5 / shifted - series - correction
  }

  /// The polygamma function ψ⁽ⁿ⁾, n ≥ 0 whole.
  ///
  /// Recurrence DLMF 5.15.5 up to 10 + n, then the derivative of the asymptotic series 5.11.2 (for n = 1 it is
  /// 5.15.8); all terms have one sign. Below 0 the reflection 5.15.6.
  static func polygamma(_ order: Double, _ x: Double) -> Double {
    guard order >= 0, order == order.rounded(), order <= 150 else { return .nan }
    if order == 0 { return digamma(x) }
    if x.isNaN { return x }
    let n = Int(order)
    if x <= 0 {
      if x == x.rounded() { return n % 2 == 1 ? .infinity : x == 0 && x.sign == .plus ? -.infinity : .nan }
      let mirrored = polygamma(order, 1 - x)
      return (n % 2 == 0 ? mirrored : -mirrored) - cotangentDerivative(n, x)
    }
    if x == .infinity { return n % 2 == 1 ? 0 : -0.0 }
    let sign = n % 2 == 1 ? 1.0 : -1.0
    // Everything is divided by n! and multiplied at the end.
    var shifted = x
    var sum = 0.0
    while shifted < 10 + order {
      sum += Foundation.pow(shifted, -(order + 1))
      shifted += 1
    }
    let inverse = 1 / shifted
    let scale = Foundation.pow(inverse, order)
    // (n−1)!/n! · x^−n + x^−(n+1)/2 + Σ B₂ₖ (2k+n−1)!/((2k)! n!) x^−(2k+n)
    var series = 1 / order + 0.5 * inverse
    var ratio = 0.5 * (order + 1) * inverse * inverse
    for k in 1...15 {
      let term = bernoulli[k] * ratio
      series += term
      if Swift.abs(term) < 1e-18 * series { break }
      let next = Double(2 * k)
      ratio *= (next + order) * (next + order + 1) / ((next + 1) * (next + 2)) * inverse * inverse
    }
    return sign * Foundation.tgamma(order + 1) * (sum + scale * series)
  }

  /// log B(a, b), without the cancellation of lgamma(a) + lgamma(b) − lgamma(a + b) for large arguments: there the
  /// Stirling sums of DLMF 5.11.1 are combined by hand.
  static func lbeta(_ a: Double, _ b: Double) -> Double {
    let small = Swift.min(a, b)
    let large = Swift.max(a, b)
    guard small >= 0 else { return .nan }
    if small == 0 { return .infinity }
    if large == .infinity { return -.infinity }
    if large < 10 {
      return lgamma(small) + (lgamma(large) - lgamma(small + large))
    }
    let sum = small + large
    let tail = stirling(large) - stirling(sum)
    if small < 10 {
      // lgamma(large) − lgamma(sum), both by Stirling.
      let difference = tail + small - small * Foundation.log(sum) + (large - 0.5) * Foundation.log1p(-small / sum)
      return lgamma(small) + difference
    }
    let logs = (small - 0.5) * Foundation.log(small / sum) + large * Foundation.log1p(-small / sum)
    return 0.9189385332046727 - 0.5 * Foundation.log(large) + logs + stirling(small) + tail
  }

  /// Σ B₂ₖ/(2k(2k−1)x^(2k−1)), what Stirling's formula leaves out, for x ≥ 10.
  private static func stirling(_ x: Double) -> Double {
    let inverse = 1 / (x * x)
    var series = 0.0
    for k in stride(from: 10, through: 1, by: -1) {
      series = series * inverse + bernoulli[k] / Double(2 * k * (2 * k - 1))
    }
    return series / x
  }

  /// cot(πx) with the argument reduced exactly.
  private static func cotangentOfPi(_ x: Double) -> Double {
    1 / Foundation.tan(Double.pi * (x - x.rounded()))
  }

  /// dⁿ/dxⁿ π·cot(πx): with c = cot(πx) the derivatives are polynomials in c, Qₖ₊₁ = −(1 + c²)·Qₖ′.
  private static func cotangentDerivative(_ n: Int, _ x: Double) -> Double {
    var coefficients = [0.0, 1.0]
    for _ in 0..<n {
      var next = Array(repeating: 0.0, count: coefficients.count + 1)
      for (degree, coefficient) in coefficients.enumerated() where degree > 0 && coefficient != 0 {
        next[degree - 1] -= Double(degree) * coefficient
        next[degree + 1] -= Double(degree) * coefficient
      }
      coefficients = next
    }
    let c = cotangentOfPi(x)
    let polynomial = coefficients.reversed().reduce(0) { $0 * c + $1 }
    return Foundation.pow(Double.pi, Double(n + 1)) * polynomial
  }

  /// B₂ₖ at position k.
  private static let bernoulli: [Double] = [
    1, 1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798,
    -174611.0 / 330, 854513.0 / 138, -236364091.0 / 2730, 8553103.0 / 6, -23749461029.0 / 870,
    8615841276005.0 / 14322,
  ]

  /// The positive zero of ψ, in two parts.
  private static let digammaZero = (high: 1.4616321449683622, low: 9.549995429965697e-17)

  /// ψ⁽ᵏ⁾(x₀)/k! at that zero, k = 1, 2, ….
  private static let digammaTaylor: [Double] = [
    0.9676722454476212, -0.4427631689835921, 0.258499760955651, -0.16394270544240652, 0.10782405069126237,
    -0.07219956125645471, 0.04880428816414311, -0.03316112647484736, 0.022597648232218104, -0.01542476590494896,
    0.010538791616612175, -0.007204534386356869, 0.004926781395729853, -0.003369801655439328, 0.002305126326734928,
    -0.0015769367714301972, 0.0010788252019162967, -0.0007380709389960052, 0.000504953265834602,
    -0.0003454680251063077, 0.00023635601564027053, -0.00016170622091974803, 0.0001106337276874741,
  ]
}
