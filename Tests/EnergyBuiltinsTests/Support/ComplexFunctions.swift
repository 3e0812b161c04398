import EnergyIR
import Foundation

/// The built-ins in complex arithmetic, analytic between their kinks; branches go by the real part.
enum ComplexFunctions {
  static func value(_ name: String, _ x: [Complex]) -> Complex? {
    unary(name, x[0]) ?? branching(name, x) ?? (x.count == 2 ? binary(name, x[0], x[1]) : nil)
  }

  private static func unary(_ name: String, _ z: Complex) -> Complex? {
    switch name {
    case "exp": z.exp
    case "expm1": z.expm1
    case "exp2": (log(2) * z).exp
    case "log": z.log
    case "log1p": z.log1p
    case "log2": (1 / log(2)) * z.log
    case "log10": (1 / log(10)) * z.log
    case "log1mexp": z.re > -0.69 ? (-z.expm1).log : (-z.exp).log1p
    case "sin": z.sin
    case "cos": z.cos
    case "tan": z.sin / z.cos
    case "sec": Complex(1) / z.cos
    case "csc": Complex(1) / z.sin
    case "cot": z.cos / z.sin
    case "asin": z.asin
    case "acos": z.acos
    case "atan": z.atan
    case "sinh": z.sinh
    case "cosh": z.cosh
    case "tanh": z.sinh / z.cosh
    case "asinh": z.asinh
    case "acosh": z.acosh
    case "atanh": z.atanh
    case "sqrt": z.sqrt
    case "square": z * z
    case "cube": z * z * z
    case "recip": Complex(1) / z
    case "cbrt": z.power(1.0 / 3)
    case "sigmoid": sigmoid(z)
    case "logit": z.log - (-z).log1p
    case "softplus": softplus(z)
    case "silu": z * sigmoid(z)
    case "mish": z * (softplus(z).sinh / softplus(z).cosh)
    default: nil
    }
  }

  private static func binary(_ name: String, _ a: Complex, _ b: Complex) -> Complex? {
    switch name {
    case "logaddexp": a.re > b.re ? a + softplus(b - a) : b + softplus(a - b)
    case "logdiffexp": a + (-(b - a).expm1).log
    case "xlogy": a * b.log
    case "softmaxweight": (a - b).exp
    case "atan2": b.re > 0 ? (a / b).atan : Complex(a.re < 0 ? -Double.pi / 2 : Double.pi / 2) - (b / a).atan
    case "hypot": (a * a + b * b).sqrt
    case "pow": (b * a.log).exp
    default: nil
    }
  }

  /// Functions with branches; what has the derivative 0 is its real value.
  private static func branching(_ name: String, _ x: [Complex]) -> Complex? {
    switch name {
    case "abs": x[0].re < 0 ? -x[0] : x[0].re > 0 ? x[0] : Complex(0)
    case "relu": x[0].re > 0 ? x[0] : Complex(0)
    case "leaky_relu": x[0].re > 0 ? x[0] : x[1] * x[0]
    case "elu": x[0].re > 0 ? x[0] : x[1] * x[0].expm1
    case "min": x[0].re < x[1].re ? x[0] : x[1]
    case "max": x[0].re > x[1].re ? x[0] : x[1]
    case "clamp": x[0].re < x[1].re ? x[1] : x[0].re > x[2].re ? x[2] : x[0]
    case "frac": x[0] - Complex(floor(x[0].re))
    case "mod": x[0] - floor(x[0].re / x[1].re) * x[1]
    case "sign": Complex(x[0].re > 0 ? 1 : x[0].re < 0 ? -1 : 0)
    case "floor": Complex(floor(x[0].re))
    case "div": Complex(floor(x[0].re / x[1].re))
    case "less": Complex(x[0].re < x[1].re ? 1 : 0)
    case "greater": Complex(x[0].re > x[1].re ? 1 : 0)
    case "equal": Complex(x[0].re == x[1].re ? 1 : 0)
    default: nil
    }
  }

  private static func sigmoid(_ z: Complex) -> Complex {
    z.re >= 0 ? Complex(1) / (Complex(1) + (-z).exp) : z.exp / (Complex(1) + z.exp)
  }

  private static func softplus(_ z: Complex) -> Complex {
    z.re > 0 ? z + (-z).exp.log1p : z.exp.log1p
  }
}
