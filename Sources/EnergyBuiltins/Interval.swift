/// A set of reals between two bounds, for domains and ranges.
public struct Interval: Hashable, Sendable {
  /// The lower bound, possibly −∞.
  public let lower: Double
  /// The upper bound, possibly +∞.
  public let upper: Double
  /// Whether the lower bound belongs to it.
  public let includesLower: Bool
  /// Whether the upper bound belongs to it.
  public let includesUpper: Bool
  /// Whether only whole numbers belong to it.
  public let isInteger: Bool

  /// An interval by its bounds; infinite ones don't belong to it.
  public init(
    _ lower: Double, _ upper: Double, includesLower: Bool = true, includesUpper: Bool = true, isInteger: Bool = false
  ) {
    self.lower = lower
    self.upper = upper
    self.includesLower = includesLower && lower.isFinite
    self.includesUpper = includesUpper && upper.isFinite
    self.isInteger = isInteger
  }

  /// All reals.
  public static let all = Interval(-.infinity, .infinity)
  /// x > 0.
  public static let positive = Interval(0, .infinity, includesLower: false)
  /// x ≥ 0.
  public static let nonNegative = Interval(0, .infinity)
  /// 0 ≤ x ≤ 1.
  public static let unit = Interval(0, 1)
  /// −1 ≤ x ≤ 1.
  public static let symmetricUnit = Interval(-1, 1)
  /// Whole numbers from 0 on.
  public static let naturals = Interval(0, .infinity, isInteger: true)
  /// The values of a condition.
  public static let truth = Interval(0, 1, isInteger: true)

  /// An interval without its bounds.
  public static func open(_ lower: Double, _ upper: Double) -> Interval {
    Interval(lower, upper, includesLower: false, includesUpper: false)
  }

  /// Whether the number belongs to it.
  public func contains(_ value: Double) -> Bool {
    if isInteger, value != value.rounded() { return false }
    return (includesLower ? value >= lower : value > lower) && (includesUpper ? value <= upper : value < upper)
  }

  /// Whether all its numbers are ≥ 0.
  public var isNonNegative: Bool { lower >= 0 }

  /// Whether all its numbers are > 0.
  public var isPositive: Bool { lower > 0 || (lower == 0 && !includesLower) }
}
