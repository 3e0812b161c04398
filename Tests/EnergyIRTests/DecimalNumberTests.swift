import Foundation
import Testing

@testable import EnergyIR

/// Numbers of a text are combined as decimals.
@Suite struct DecimalNumberTests {
  @Test(arguments: [
    (0.3, 1.5, 0.45), (0.1, 3.0, 0.3), (1.1, 1.1, 1.21), (-0.2, 0.1, -0.02), (0.7, 100.0, 70.0), (3.0, 4.0, 12.0),
    (1e300, 1e10, Double.infinity),
    (1.0 / 3, 0.3, 1.0 / 3 * 0.3), (Double.pi, 0.1, Double.pi * 0.1), (0.000001, 0.000001, 1e-12),
  ])
  func products(_ a: Double, _ b: Double, _ expected: Double) {
    #expect(DecimalNumbers.product(a, b) == expected)
    #expect(DecimalNumbers.product(b, a) == expected)
  }

  @Test(arguments: [
    (0.1, 0.2, 0.3), (0.3, -0.1, 0.2), (1.1, 2.2, 3.3), (0.7, -0.7, 0.0), (1e8, 0.1, 100000000.1), (1e300, 0.1, 1e300),
    (1.0 / 3, 0.1, 1.0 / 3 + 0.1), (5.0, -8.0, -3.0),
  ])
  func sums(_ a: Double, _ b: Double, _ expected: Double) {
    #expect(DecimalNumbers.sum(a, b) == expected)
    #expect(DecimalNumbers.sum(b, a) == expected)
  }

  @Test func specialNumbers() {
    #expect(DecimalNumbers.product(-0.0, 0.3).sign == .minus)
    #expect(DecimalNumbers.product(.nan, 0.3).isNaN && DecimalNumbers.sum(.nan, 0.3).isNaN)
    #expect(DecimalNumbers.product(-.infinity, 0.3) == -.infinity)
  }

  /// Never further from the decimals' own result than binary arithmetic is, and for any numbers within its rounding.
  @Test func staysWithinOneRounding() {
    var state: UInt64 = 7
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(Int64(bitPattern: state) >> 34) / pow(10, Double((state >> 3) % 10))
    }
    for _ in 0..<20_000 {
      let (a, b) = (next(), next())
      #expect(abs(DecimalNumbers.product(a, b) - a * b) <= 4 * (a * b).ulp)
      #expect(abs(DecimalNumbers.sum(a, b) - (a + b)) <= 2 * max(a.ulp, b.ulp, (a + b).ulp))
    }
  }
}
