import EnergyDriver

/// Colours by which pictures are read: lightness alone orders them, so that no kind of colour blindness and no printer
/// in black and white mixes them up.
enum Palette {
  /// From the darkest (navy, over teal and green) to the lightest (cream): red, green and blue from 0 to 1.
  private static let stops: [SIMD3<Double>] = [
    SIMD3(0.063, 0.125, 0.310), SIMD3(0.090, 0.290, 0.455), SIMD3(0.110, 0.450, 0.530), SIMD3(0.255, 0.600, 0.570),
    SIMD3(0.480, 0.735, 0.610), SIMD3(0.715, 0.850, 0.690), SIMD3(0.890, 0.935, 0.800), SIMD3(0.980, 0.975, 0.925),
  ]

  /// Curves and marks, after Okabe and Ito, "Color Universal Design" (2008).
  static let energy = 0x0072B2
  static let density = 0x009E73
  static let score = 0xD55E00
  static let data = 0xE66100
  static let ink = 0x262626

  /// The colour of a curve.
  static func color(of quantity: PlotQuantity) -> Int {
    switch quantity {
    case .energy: energy
    case .density: density
    case .score: score
    }
  }

  /// The colour at a share of the way from dark to light.
  static func shade(_ share: Double) -> Int {
    let place = min(1, max(0, share)) * Double(stops.count - 1)
    let index = min(stops.count - 2, Int(place))
    let mixed = stops[index] + (stops[index + 1] - stops[index]) * (place - Double(index))
    let bytes = mixed * 255
    return Int(bytes.x.rounded()) << 16 | Int(bytes.y.rounded()) << 8 | Int(bytes.z.rounded())
  }

  /// The colours of bands between bounds. Low energies are dark, low densities light.
  static func bands(_ count: Int, darkFirst: Bool) -> [Int] {
    (0..<count).map { index in
      let share = count == 1 ? 1 : Double(index) / Double(count - 1)
      return shade(darkFirst ? share : 1 - share)
    }
  }

  /// Whether light ink is read better on a colour (relative luminance of the W3C's WCAG 2.1, without its curve).
  static func isDark(_ color: Int) -> Bool {
    let (red, green, blue) = (Double(color >> 16 & 255), Double(color >> 8 & 255), Double(color & 255))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 140
  }

  /// `#0072B2`.
  static func text(_ color: Int) -> String {
    let digits = String(color, radix: 16, uppercase: true)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }
}
