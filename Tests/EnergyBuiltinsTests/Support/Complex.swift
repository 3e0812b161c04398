import Foundation

/// Just enough complex arithmetic for derivatives by complex step: every function keeps the relative accuracy of a
/// tiny imaginary part. The inverse functions follow Kahan, "Branch cuts for complex elementary functions" (1987).
struct Complex {
  var re: Double
  var im: Double

  init(_ re: Double, _ im: Double = 0) {
    self.re = re
    self.im = im
  }

  static func + (a: Complex, b: Complex) -> Complex { Complex(a.re + b.re, a.im + b.im) }
  static func - (a: Complex, b: Complex) -> Complex { Complex(a.re - b.re, a.im - b.im) }
  static prefix func - (a: Complex) -> Complex { Complex(-a.re, -a.im) }
  static func * (a: Complex, b: Complex) -> Complex {
    Complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
  }
  static func * (a: Double, b: Complex) -> Complex { Complex(a * b.re, a * b.im) }
  static func / (a: Complex, b: Complex) -> Complex {
    let square = b.re * b.re + b.im * b.im
    return Complex((a.re * b.re + a.im * b.im) / square, (a.im * b.re - a.re * b.im) / square)
  }

  var conjugate: Complex { Complex(re, -im) }
  var timesI: Complex { Complex(-im, re) }

  var exp: Complex { Complex(Foundation.exp(re) * Foundation.cos(im), Foundation.exp(re) * Foundation.sin(im)) }
  var expm1: Complex {
    let half = Foundation.sin(im / 2)
    return Complex(
      Foundation.expm1(re) * Foundation.cos(im) - 2 * half * half, Foundation.exp(re) * Foundation.sin(im))
  }
  var log: Complex { Complex(Foundation.log(Foundation.hypot(re, im)), Foundation.atan2(im, re)) }
  var log1p: Complex {
    Complex(0.5 * Foundation.log1p(re * (2 + re) + im * im), Foundation.atan2(im, 1 + re))
  }
  var sin: Complex {
    Complex(Foundation.sin(re) * Foundation.cosh(im), Foundation.cos(re) * Foundation.sinh(im))
  }
  var cos: Complex {
    Complex(Foundation.cos(re) * Foundation.cosh(im), -Foundation.sin(re) * Foundation.sinh(im))
  }
  var sinh: Complex {
    Complex(Foundation.sinh(re) * Foundation.cos(im), Foundation.cosh(re) * Foundation.sin(im))
  }
  var cosh: Complex {
    Complex(Foundation.cosh(re) * Foundation.cos(im), Foundation.sinh(re) * Foundation.sin(im))
  }
  var sqrt: Complex {
    let modulus = Foundation.hypot(re, im)
    if re >= 0 {
      let root = Foundation.sqrt((modulus + re) / 2)
      return root == 0 ? Complex(0, im) : Complex(root, im / (2 * root))
    }
    let root = Foundation.sqrt((modulus - re) / 2)
    return Complex(Swift.abs(im) / (2 * root), im < 0 ? -root : root)
  }
  var asin: Complex {
    let (minus, plus) = ((Complex(1) - self).sqrt, (Complex(1) + self).sqrt)
    return Complex(Foundation.atan2(re, (minus * plus).re), Foundation.asinh((minus.conjugate * plus).im))
  }
  var acos: Complex {
    let (minus, plus) = ((Complex(1) - self).sqrt, (Complex(1) + self).sqrt)
    return Complex(2 * Foundation.atan2(minus.re, plus.re), Foundation.asinh((plus.conjugate * minus).im))
  }
  var acosh: Complex {
    let (minus, plus) = ((self - Complex(1)).sqrt, (self + Complex(1)).sqrt)
    return Complex(Foundation.asinh((minus.conjugate * plus).re), 2 * Foundation.atan2(minus.im, plus.re))
  }
  var asinh: Complex {
    let value = timesI.asin
    return Complex(value.im, -value.re)
  }
  var atanh: Complex {
    let distance = (1 - re) * (1 - re) + im * im
    return Complex(
      0.25 * Foundation.log1p(4 * re / distance), 0.5 * Foundation.atan2(2 * im, (1 - re) * (1 + re) - im * im))
  }
  var atan: Complex {
    let value = timesI.atanh
    return Complex(value.im, -value.re)
  }

  /// A real power of a number off the negative axis.
  func power(_ exponent: Double) -> Complex {
    if exponent == exponent.rounded(), Swift.abs(exponent) <= 16 {
      var product = Complex(1)
      for _ in 0..<Int(Swift.abs(exponent)) { product = product * self }
      return exponent < 0 ? Complex(1) / product : product
    }
    return (exponent * log).exp
  }
}
