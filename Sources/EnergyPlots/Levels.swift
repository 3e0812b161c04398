import Glibc

/// The bounds between the bands of a field, lowest first.
///
/// Energies have far more height than shape: above what three quarters of the box stay below, one band is enough. From
/// the lowest energy the bounds rise as squares, so that a harmonic well has evenly spaced rings; where the values lie
/// evenly between their ends they rise evenly.
struct Levels {
  let bounds: [Double]
  private static let bands = 12

  /// For energies.
  static func energies(_ values: [Double]) -> Levels {
    let sorted = values.filter { $0.isFinite }.sorted()
    guard let low = sorted.first, let high = sorted.last, high > low else { return Levels(bounds: []) }
    if quantile(sorted, 0.5) - low > 0.35 * (high - low) { return even(low, high) }
    let top = max(quantile(sorted, 0.75), low + 1e-9 * (high - low))
    let shares = (1...bands).map { Double($0) / Double(bands) }
    return Levels(bounds: rounded(shares.map { low + (top - low) * $0 * $0 }, top - low))
  }

  /// For densities: even steps up to the highest.
  static func densities(_ values: [Double]) -> Levels {
    let high = values.filter { $0.isFinite }.max() ?? 0
    return high > 0 ? even(0, high) : Levels(bounds: [])
  }

  /// Round numbers within a range.
  private static func even(_ low: Double, _ high: Double) -> Levels {
    Levels(bounds: Ticks(low...high, count: bands).places.filter { $0 > low && $0 < high })
  }

  /// The number below which a share of sorted numbers lies; 0 of none.
  static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
  }

  /// The bounds in two digits of their distances, where that keeps them apart.
  private static func rounded(_ bounds: [Double], _ span: Double) -> [Double] {
    var result: [Double] = []
    for (index, bound) in bounds.enumerated() {
      let gap = bound - (index == 0 ? bounds[0] - span / Double(bounds.count * bounds.count) : bounds[index - 1])
      let digit = pow(10, floor(log10(2 * max(gap, span * 1e-6))) - 1)
      let value = (bound / digit).rounded() * digit
      if value > (result.last ?? -.infinity) { result.append(value) }
    }
    return result
  }
}
