import EnergyDriver
import Glibc

/// Places on an axis that people like to read.
struct Ticks {
  /// The places.
  let places: [Double]
  /// What stands at them.
  let labels: [String]

  /// About `count` places within a range.
  init(_ range: ClosedRange<Double>, count: Int) {
    // Of the two nearest round steps the one that gives the better number of places.
    let span = range.upperBound - range.lowerBound
    let wide = Self.step(span / Double(count))
    let narrow = Self.step(wide / 2.6)
    let step =
      Double(count) - (span / wide).rounded(.down) > (span / narrow).rounded(.down) - Double(count) ? narrow : wide
    let slack = 1e-9 * step
    let first = ((range.lowerBound - slack) / step).rounded(.up)
    let last = ((range.upperBound + slack) / step).rounded(.down)
    places = first <= last ? stride(from: first, through: last, by: 1).map { $0 == 0 ? 0 : $0 * step } : []
    labels = places.map(Self.label)
  }

  /// The smallest of 1, 2, 5 times a power of ten that isn't below a number.
  static func step(_ least: Double) -> Double {
    guard least > 0, least.isFinite else { return 1 }
    let power = pow(10, floor(log10(least)))
    for factor in [1.0, 2, 5, 10] where factor * power >= least * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  /// A number with few digits and a proper minus sign: `−0.5`, `2e+06`.
  static func label(_ value: Double) -> String {
    let text = NumberStyle.short.text(value)
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }
}
