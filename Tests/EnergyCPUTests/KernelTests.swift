import CEnergyKernels
import EnergyBuiltins
import Foundation
import Testing

@testable import EnergyCPU

/// Every element-wise kernel against a scalar function in double precision.
@Suite struct KernelTests {
  struct Reference: Sendable {
    var function: @Sendable (Double, Double) -> Double
    /// In units in the last place of the precision.
    var ulps: Double = 2
    /// Where random arguments lie.
    var domain: ClosedRange<Double> = -30...30
    /// Where single precision differs by more than the rounding of the result: a difference rounded on the way.
    var single: (@Sendable (Float, Float) -> Float)?

    func value(_ x: Double, _ y: Double, _ precision: Precision) -> Double {
      if precision == .f32, let single { return Double(single(Float(x), Float(y))) }
      return function(x, y)
    }
  }

  static let unary: [String: Reference] = {
    func entry(
      _ ulps: Double, _ domain: ClosedRange<Double> = -30...30, _ function: @escaping @Sendable (Double) -> Double
    ) -> Reference { Reference(function: { x, _ in function(x) }, ulps: ulps, domain: domain) }
    let stableSigmoid: @Sendable (Double) -> Double = { x in
      x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
    }
    return [
      "copy": entry(0) { $0 }, "negate": entry(0) { -$0 }, "reciprocal": entry(0) { 1 / $0 },
      "recip": entry(0) { 1 / $0 }, "square": entry(0) { $0 * $0 }, "cube": entry(1) { $0 * $0 * $0 },
      "sqrt": entry(0, 0...30) { $0.squareRoot() }, "rsqrt": entry(2, 0...30) { 1 / $0.squareRoot() },
      "abs": entry(0) { abs($0) }, "sign": entry(0) { $0.isNaN ? $0 : $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
      "step": entry(0) { $0.isNaN ? $0 : $0 >= 0 ? 1 : 0 }, "relu": entry(0) { $0.isNaN ? $0 : max($0, 0) },
      "floor": entry(0) { $0.rounded(.down) }, "ceil": entry(0) { $0.rounded(.up) },
      "round": entry(0) { $0.rounded(.toNearestOrEven) }, "trunc": entry(0) { $0.rounded(.towardZero) },
      "frac": entry(0) { $0 - $0.rounded(.down) }, "not": entry(0) { $0 == 0 ? 1 : 0 },
      "exp": entry(1) { exp($0) }, "exp2": entry(1) { exp2($0) }, "expm1": entry(1) { expm1($0) },
      "log": entry(1, 0...30) { log($0) }, "log2": entry(1, 0...30) { log2($0) },
      "log10": entry(1, 0...30) { log10($0) }, "log1p": entry(1, -1...30) { log1p($0) },
      "cbrt": entry(4) { cbrt($0) }, "sin": entry(1) { sin($0) }, "cos": entry(1) { cos($0) },
      "tan": entry(1.5) { tan($0) }, "sec": entry(2) { 1 / cos($0) }, "csc": entry(2) { 1 / sin($0) },
      "cot": entry(2.5) { 1 / tan($0) }, "asin": entry(1, -1...1) { asin($0) }, "acos": entry(1, -1...1) { acos($0) },
      "atan": entry(1) { atan($0) }, "sinh": entry(1.5) { sinh($0) }, "cosh": entry(1.5) { cosh($0) },
      "tanh": entry(3) { tanh($0) }, "asinh": entry(1.5) { asinh($0) }, "acosh": entry(1.5, 1...30) { acosh($0) },
      "atanh": entry(1.5, -1...1) { atanh($0) }, "erf": entry(1) { erf($0) }, "erfc": entry(2, -5...25) { erfc($0) },
      "lgamma": entry(2, 2.5...30) { lgamma($0) }, "sigmoid": entry(4) { stableSigmoid($0) },
      "softplus": entry(4) { max($0, 0) + log1p(exp(-abs($0))) }, "silu": entry(4) { $0 * stableSigmoid($0) },
      "logit": entry(4, 0.01...0.99) { Builtins["logit"]?.value([$0]) ?? 0 },
      "normcdf": entry(4, -37...9) { Builtins["normcdf"]?.value([$0]) ?? 0 },
      "log_normcdf": entry(4, -60...9) { Builtins["log_normcdf"]?.value([$0]) ?? 0 },
      "inverse_mills": entry(5, -60...9) { Builtins["inverse_mills"]?.value([$0]) ?? 0 },
      "log1mexp": entry(4, -30 ... -0.01) { $0 > -log(2) ? log(-expm1($0)) : log1p(-exp($0)) },
    ]
  }()

  static let binary: [String: Reference] = {
    func truth(_ function: @escaping @Sendable (Double, Double) -> Bool) -> Reference {
      Reference(function: { function($0, $1) ? 1 : 0 }, ulps: 0)
    }
    @Sendable func least(_ x: Double, _ y: Double) -> Double { x.isNaN ? x : y.isNaN ? y : Swift.min(x, y) }
    @Sendable func greatest(_ x: Double, _ y: Double) -> Double { x.isNaN ? x : y.isNaN ? y : Swift.max(x, y) }
    return [
      "add": Reference(function: { $0 + $1 }, ulps: 0), "subtract": Reference(function: { $0 - $1 }, ulps: 0),
      "multiply": Reference(function: { $0 * $1 }, ulps: 0), "divide": Reference(function: { $0 / $1 }, ulps: 0),
      "min": Reference(function: { least($0, $1) }, ulps: 0), "max": Reference(function: { greatest($0, $1) }, ulps: 0),
      "pow": Reference(function: { pow($0, $1) }, ulps: 1, domain: 0.1...20),
      "atan2": Reference(function: { atan2($0, $1) }, ulps: 1),
      "hypot": Reference(function: { hypot($0, $1) }, ulps: 1),
      "div": Reference(
        function: { ($0 / $1).rounded(.down) }, ulps: 0, single: { ($0 / $1).rounded(.down) }),
      "mod": Reference(
        function: { x, y in
          let rest = fmod(x, y)
          if rest.isNaN || rest == 0 || (rest < 0) == (y < 0) { return rest }
          return y.isInfinite ? y : rest + y
        }, ulps: 0),
      "less": truth { $0 < $1 }, "lessEqual": truth { $0 <= $1 }, "greater": truth { $0 > $1 },
      "greaterEqual": truth { $0 >= $1 }, "equal": truth { $0 == $1 }, "notEqual": truth { $0 != $1 },
      "and": truth { $0 != 0 && $1 != 0 }, "or": truth { $0 != 0 || $1 != 0 },
      "kronecker": Reference(function: { $0.isNaN || $1.isNaN ? .nan : $0 == $1 ? 1 : 0 }, ulps: 0),
      "softmaxweight": Reference(
        function: { exp($0 - ($1 == -.infinity ? 0 : $1)) }, ulps: 1,
        single: { exp($0 - ($1 == -.infinity ? 0 : $1)) }),
      "logaddexp": Reference(
        function: { x, y in x == y ? x + log1p(exp(0)) : greatest(x, y) + log1p(exp(-abs(x - y))) }, ulps: 2),
      "logdiffexp": Reference(
        function: { Builtins["logdiffexp"]?.value([$0, $1]) ?? 0 }, ulps: 8,
        single: { Float(Builtins["logdiffexp"]?.value([Double($0), Double($1)]) ?? 0) }),
      "xlogy": Reference(function: { $0 == 0 && !$1.isNaN ? 0 : $0 * log($1) }, ulps: 2),
      "squaredDifference": Reference(
        function: { ($0 - $1) * ($0 - $1) }, ulps: 0, single: { ($0 - $1) * ($0 - $1) }),
    ]
  }()

  private static func names(_ name: (Int32) -> UnsafePointer<CChar>?) -> [String] {
    var found: [String] = []
    while let next = name(Int32(found.count)) { found.append(String(cString: next)) }
    return found
  }

  static let unaryNames = names(ek_unary_name)
  static let binaryNames = names(ek_binary_name)

  static let special: [Double] = [
    0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2, -2, .infinity, -.infinity, .nan, 0x1p-1050, -0x1p-1050,
    2.2250738585072014e-308,
    1e-300, 1e-20, -1e-20, 1e20, -1e20, 1e300, -1e300, 1.7e308, 709.5, -709.5, -745, 750, 88, -87.5, 1e-40, 3e38, 0.25,
    40,
  ]

  private func agrees(_ actual: Double, _ expected: Double, ulps: Double, _ precision: Precision) -> Bool {
    if expected.isNaN || actual.isNaN { return expected.isNaN == actual.isNaN }
    if actual == expected { return true }
    if precision == .f32 {
      let rounded = Float(expected)
      if rounded.isInfinite || actual.isInfinite {
        return abs(expected) >= 0.999 * Double(Float.greatestFiniteMagnitude)
          && (actual > 0) == (expected > 0) && abs(actual) >= 0.999 * Double(Float.greatestFiniteMagnitude)
      }
      return abs(actual - expected) <= (ulps + 1) * Double(max(rounded.ulp, Float.leastNormalMagnitude.ulp))
    }
    if actual.isInfinite || expected.isInfinite { return false }
    return abs(actual - expected) <= (ulps + 0.5) * max(expected.ulp, Double.leastNormalMagnitude.ulp)
  }

  private func run(
    _ kernel: ek_kernel?, _ x: [Double], _ y: [Double], _ precision: Precision, strideA: Int, strideB: Int
  ) -> [Double] {
    let count = x.count
    let (out, a, b) = (
      AlignedMemory(byteCount: count * 8), AlignedMemory(byteCount: count * 8), AlignedMemory(byteCount: count * 8)
    )
    precision.write(x, to: a.start)
    precision.write(y, to: b.start)
    var strides = ek_strides(lanes: count, out: count, a: strideA, b: strideB, c: 0)
    kernel?(out.start, a.start, b.start, nil, &strides, 1)
    return precision.read(out.start, count: count)
  }

  private func rounded(_ values: [Double], _ precision: Precision) -> [Double] {
    precision == .f64 ? values : values.map { Double(Float($0)) }
  }

  @Test(arguments: unaryNames, Precision.allCases)
  func unaryKernel(name: String, precision: Precision) throws {
    let reference = try #require(Self.unary[name], "no reference for \(name)")
    var numbers = TestNumbers(31)
    let x = rounded(Self.special + numbers.reals(301, reference.domain) + numbers.reals(100, -0.5...0.5), precision)
    for level in VectorLevel.available {
      let kernel = ek_unary(level.rawValue, precision.kernelType, ek_find_unary(name))
      let values = run(kernel, x, x, precision, strideA: x.count, strideB: 0)
      for (index, value) in values.enumerated() {
        let expected = reference.value(x[index], 0, precision)
        if agrees(value, expected, ulps: reference.ulps, precision) { continue }
        Issue.record(
          "\(name)(\(x[index])) at \(level) in \(precision): \(value), not \(expected)")
      }
    }
  }

  @Test(arguments: binaryNames, Precision.allCases)
  func binaryKernel(name: String, precision: Precision) throws {
    let reference = try #require(Self.binary[name], "no reference for \(name)")
    var numbers = TestNumbers(32)
    var x = numbers.reals(301, reference.domain)
    var y = numbers.reals(301, reference.domain)
    for left in Self.special {
      for right in Self.special {
        x.append(left)
        y.append(right)
      }
    }
    x = rounded(x, precision)
    y = rounded(y, precision)
    let position = ek_find_binary(name)
    for level in VectorLevel.available {
      let type = precision.kernelType
      let values = run(
        ek_binary(level.rawValue, type, position, Int32(EK_VV)), x, y, precision, strideA: x.count, strideB: x.count)
      for (index, value) in values.enumerated() {
        let expected = reference.value(x[index], y[index], precision)
        if agrees(value, expected, ulps: reference.ulps, precision) { continue }
        Issue.record(
          "\(name)(\(x[index]), \(y[index])) at \(level) in \(precision): \(value), not \(expected)")
      }
      // One operand broadcast gives the bits of the general kernel.
      for other in [0.75, -2.0] {
        let same = [Double](repeating: other, count: x.count)
        let left = run(
          ek_binary(level.rawValue, type, position, Int32(EK_VU)), x, same, precision, strideA: x.count, strideB: 0)
        let general = run(
          ek_binary(level.rawValue, type, position, Int32(EK_VV)), x, same, precision, strideA: x.count,
          strideB: x.count)
        let right = run(
          ek_binary(level.rawValue, type, position, Int32(EK_UV)), same, x, precision, strideA: 0, strideB: x.count)
        let swapped = run(
          ek_binary(level.rawValue, type, position, Int32(EK_VV)), same, x, precision, strideA: x.count,
          strideB: x.count)
        for index in x.indices where left[index] != general[index] && !(left[index].isNaN && general[index].isNaN) {
          Issue.record("broadcast operand of \(name)")
        }
        for index in x.indices where right[index] != swapped[index] && !(right[index].isNaN && swapped[index].isNaN) {
          Issue.record("broadcast operand of \(name)")
        }
      }
    }
  }
}
