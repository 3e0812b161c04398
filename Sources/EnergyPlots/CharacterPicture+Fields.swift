import EnergyDriver
import Glibc

extension CharacterPicture {
  /// A field with the data and the score over it, and what its shades mean below.
  func lines(of field: Plot.Field) -> [String] {
    let width = min(width, 72)
    let height = max(8, min(style.rows - 6, Int(Double(width) / 2 * field.aspect)))
    let quantity: PlotQuantity =
      plot.quantities.contains(.energy) || !plot.quantities.contains(.density)
      ? .energy : .density
    let values = quantity == .energy ? field.energies : field.densities
    let levels = quantity == .energy ? Levels.energies(values) : Levels.densities(values)
    let shades = Shades(levels: levels, quantity, style)
    let marks = marks(field, width: width, height: height)
    let ticks = Ticks(field.vertical.range, count: max(2, height / 4))
    let (low, span) = (
      field.vertical.range.lowerBound, field.vertical.range.upperBound - field.vertical.range.lowerBound
    )
    var labels: [Int: String] = [:]
    for (place, label) in zip(ticks.places, ticks.labels) {
      labels[min(height - 1, Int((1 - (place - low) / span) * Double(height)))] = label
    }
    let sampled = { (column: Int, half: Int) in
      field.value(values, (Double(column) + 0.5) / Double(width), 1 - (Double(half) + 0.5) / Double(2 * height))
    }
    let isEnergy = quantity == .energy && !plot.name.isEmpty
    let title = (isEnergy ? "energy \(plot.name)" : quantity.rawValue) + "   " + shades.legend
    return [String(repeating: " ", count: margin) + title, "\(field.vertical.label)".leftPadded(margin - 2)]
      + (0..<height).map { row in
        let cells = (0..<width).map { column in
          shades.cell(sampled(column, 2 * row), sampled(column, 2 * row + 1), mark: marks[row * width + column])
        }.joined()
        return head(labels[row] ?? "", tick: labels[row] != nil) + (style.colors == .none ? cells.trimmedEnd : cells)
      } + foot(field.horizontal, width: width)
  }

  /// Characters over the field: points of the data and, in coarse steps, directions of the score.
  private func marks(_ field: Plot.Field, width: Int, height: Int) -> [Mark?] {
    var marks = [Mark?](repeating: nil, count: width * height)
    let place = { (point: SIMD2<Double>) -> Int? in
      let horizontal = field.horizontal.range
      let vertical = field.vertical.range
      guard horizontal.contains(point.x), vertical.contains(point.y) else { return nil }
      let x = (point.x - horizontal.lowerBound) / (horizontal.upperBound - horizontal.lowerBound)
      let y = (point.y - vertical.lowerBound) / (vertical.upperBound - vertical.lowerBound)
      return min(height - 1, Int((1 - y) * Double(height))) * width + min(width - 1, Int(x * Double(width)))
    }
    if style.isUnicode {
      let lengths = field.arrows.map { ($0.x * $0.x + $0.y * $0.y).squareRoot() }
      let longest = lengths.filter { $0.isFinite }.max() ?? 0
      let signs: [Character] = ["→", "↗", "↑", "↖", "←", "↙", "↓", "↘"]
      let columns = Int(Double(field.arrowPlaces.count).squareRoot())
      for (index, (point, arrow)) in zip(field.arrowPlaces, field.arrows).enumerated()
      where index % 2 == 0 && index / max(1, columns) % 2 == 0 && lengths[index] > 1e-3 * longest {
        let turn = Int((atan2(arrow.y, arrow.x) / (Double.pi / 4)).rounded() + 8) % 8
        if let cell = place(point) { marks[cell] = Mark(sign: signs[turn], isData: false) }
      }
    }
    for point in field.data {
      if let cell = place(point) { marks[cell] = Mark(sign: style.isUnicode ? "•" : "o", isData: true) }
    }
    return marks
  }
}

/// A character over a field.
struct Mark {
  let sign: Character
  let isData: Bool
}

/// How the bands of a field look in a terminal.
private struct Shades {
  let levels: Levels
  let quantity: PlotQuantity
  let style: TerminalStyle
  private let colors: [Int]

  init(levels: Levels, _ quantity: PlotQuantity, _ style: TerminalStyle) {
    self.levels = levels
    self.quantity = quantity
    self.style = style
    colors = Palette.bands(levels.bounds.count + 1, darkFirst: quantity == .energy)
  }

  private func band(_ value: Double) -> Int? {
    value.isFinite ? levels.bounds.firstIndex { value < $0 } ?? levels.bounds.count : nil
  }

  /// A character for an upper and a lower half.
  func cell(_ upper: Double, _ lower: Double, mark: Mark?) -> String {
    let bands = (band(upper), band(lower))
    if let mark {
      let shade = bands.0 ?? bands.1
      guard let shade, style.colors != .none else { return String(mark.sign) }
      let ink = mark.isData ? 0xFF7F0E : Palette.isDark(colors[shade]) ? 0xFFFFFF : Palette.ink
      return style.pair(String(mark.sign), ink: ink, behind: colors[shade])
    }
    guard style.colors != .none else { return sign(bands.0 ?? bands.1) }
    switch bands {
    case (nil, nil): return " "
    case (let top?, nil): return style.foreground(colors[top], "▀")
    case (nil, let bottom?): return style.foreground(colors[bottom], "▄")
    case (let top?, let bottom?): return style.pair("▀", ink: colors[top], behind: colors[bottom])
    }
  }

  /// Without colours: what is dark on paper is dense.
  private func sign(_ band: Int?) -> String {
    guard let band else { return " " }
    let signs: [Character] = style.isUnicode ? ["█", "▓", "▒", "░", " "] : Array("@%#*+=-:. ")
    let share = Double(band) / Double(max(1, colors.count - 1))
    let place = quantity == .energy ? share : 1 - share
    return String(signs[min(signs.count - 1, Int(place * Double(signs.count)))])
  }

  /// The lowest and the highest bound with their shades.
  var legend: String {
    guard let first = levels.bounds.first, let last = levels.bounds.last else { return "" }
    let number = { (value: Double) in
      style.isUnicode ? Ticks.label(value) : Ticks.label(value).replacing("−", with: "-")
    }
    let sample = { (band: Int) in
      style.colors == .none
        ? String(repeating: sign(band), count: 2)
        : style.pair("  ", ink: colors[band], behind: colors[band])
    }
    return "\(sample(0)) below \(number(first))   \(sample(colors.count - 1)) above \(number(last))"
  }
}

extension Plot.Field {
  /// A value between the points of the grid; the places run from 0 to 1.
  func value(_ values: [Double], _ x: Double, _ y: Double) -> Double {
    let place = SIMD2(x * Double(columns - 1), y * Double(rows - 1))
    let (column, row) = (min(columns - 2, Int(place.x)), min(rows - 2, Int(place.y)))
    let share = place - SIMD2(Double(column), Double(row))
    let below = values[row * columns + column] * (1 - share.x) + values[row * columns + column + 1] * share.x
    let next = (row + 1) * columns + column
    let above = values[next] * (1 - share.x) + values[next + 1] * share.x
    return below * (1 - share.y) + above * share.y
  }
}

extension String {
  /// With blanks before it, up to a width.
  func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
