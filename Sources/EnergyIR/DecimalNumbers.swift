/// Arithmetic of the numbers in a text.
///
/// 0.3·1.5 is 0.45 to whoever writes it, and 0.44999999999999996 in binary arithmetic, where neither factor is what the
/// text says. Numbers of few decimal digits are therefore combined exactly as decimals and rounded once; all others as
/// the processor does.
enum DecimalNumbers {
  /// `a·b`.
  static func product(_ a: Double, _ b: Double) -> Double {
    let binary = a * b
    if a == 0 || b == 0 || isPlain(a) && isPlain(b) { return binary }
    guard let left = Decimal(a), let right = Decimal(b) else { return binary }
    let (digits, overflow) = left.digits.multipliedReportingOverflow(by: right.digits)
    return overflow ? binary : Decimal.value(digits, places: left.places + right.places) ?? binary
  }

  /// `a + b`.
  static func sum(_ a: Double, _ b: Double) -> Double {
    let binary = a + b
    if a == 0 || b == 0 || isPlain(a) && isPlain(b) { return binary }
    guard let left = Decimal(a), let right = Decimal(b) else { return binary }
    let places = max(left.places, right.places)
    let (first, second) = (left.digits(at: places), right.digits(at: places))
    guard let first, let second else { return binary }
    return Decimal.value(first + second, places: places) ?? binary
  }

  /// `a + b·c`, where b·c is as written a number of its own.
  static func sum(_ a: Double, plus b: Double, times c: Double) -> Double { sum(a, product(b, c)) }

  /// Whole numbers that binary arithmetic combines exactly.
  private static func isPlain(_ value: Double) -> Bool { value == value.rounded() && abs(value) < 0x1p26 }

  /// `digits/10^places`, the shortest there is.
  private struct Decimal {
    let digits: Int
    let places: Int

    /// A number of at most nine digits, twelve of them behind the point.
    init?(_ value: Double) {
      guard value.isFinite, abs(value) < 1e9 else { return nil }
      for places in 0...12 {
        let digits = (value * Self.powers[places]).rounded()
        guard abs(digits) < 1e9 else { return nil }
        // A quotient of two exact numbers is rounded once, so it is the number nearest to the decimal.
        if digits / Self.powers[places] == value {
          self.digits = Int(digits)
          self.places = places
          return
        }
      }
      return nil
    }

    /// The digits with more places; `nil` where they get too many.
    func digits(at places: Int) -> Int? {
      let (digits, overflow) = digits.multipliedReportingOverflow(by: Int(Self.powers[places - self.places]))
      return overflow || abs(digits) >= 1 << 60 ? nil : digits
    }

    /// The number nearest to a decimal; `nil` where its digits or the power of ten aren't exact in binary.
    static func value(_ digits: Int, places: Int) -> Double? {
      guard abs(digits) <= 1 << 53, places < powers.count else { return nil }
      return Double(digits) / powers[places]
    }

    private static let powers: [Double] = (0..<22).reduce(into: [1]) { powers, _ in
      powers.append((powers.last ?? 1) * 10)
    }
  }
}
