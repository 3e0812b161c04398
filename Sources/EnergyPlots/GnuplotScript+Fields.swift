import EnergyDriver
import Glibc

extension GnuplotScript {
  /// One panel for the energy, one for the density, beside each other.
  mutating func addFields(_ field: Plot.Field) {
    let scalars = plot.quantities.filter { $0 != .score }
    let shown: [PlotQuantity?] = scalars.isEmpty ? [nil] : scalars.map { $0 }
    let (left, bottom, top, bar) = (64.0, 58.0, 26.0, 92.0)
    let plotWidth = 340.0
    let plotHeight = plotWidth * field.aspect
    setPage((left + plotWidth + bar) * Double(shown.count), bottom + plotHeight + top)
    for (index, quantity) in shown.enumerated() {
      let start = (left + plotWidth + bar) * Double(index) + left
      var settings =
        axis("x", field.horizontal.range, ticks: 6)
        + axis("y", field.vertical.range, ticks: max(4, Int(6 * field.aspect)))
      var layers: [String] = []
      let bands = quantity.map { Bands(field, $0, pixels: plotWidth) }
      if let bands, let quantity {
        layers += regions(field, bands)
        settings += colorBar(bands, title: name(of: quantity), height: plotHeight, width: plotWidth)
      }
      if plot.quantities.contains(.score) { layers += arrows(field, on: bands, width: plotWidth, height: plotHeight) }
      layers += dots(field.data, within: field, size: 1)
      addPanel(
        x: start...(start + plotWidth), y: bottom...(bottom + plotHeight), below: field.horizontal.label,
        beside: (field.vertical.label, 46), settings, layers)
    }
  }

  /// The bands of a quantity over a field.
  struct Bands {
    let regions: [Isobands.Region]
    let bounds: [Double]
    let colors: [Int]
    private let values: [Double]

    init(_ field: Plot.Field, _ quantity: PlotQuantity, pixels: Double) {
      let values = quantity == .density ? field.densities : field.energies
      let levels = quantity == .density ? Levels.densities(values) : Levels.energies(values)
      regions = Isobands(field, values: values, levels: levels, pixels: pixels).regions
      bounds = levels.bounds
      colors = Palette.bands(bounds.count + 1, darkFirst: quantity != .density)
      self.values = values
    }

    /// Whether a place lies on a dark band.
    func isDark(at place: SIMD2<Double>, in field: Plot.Field) -> Bool {
      let corner = SIMD2(field.horizontal.range.lowerBound, field.vertical.range.lowerBound)
      let share = (place - corner) / field.size
      let value = field.value(values, share.x, share.y)
      guard value.isFinite else { return false }
      return Palette.isDark(colors[bounds.firstIndex { value < $0 } ?? bounds.count])
    }
  }

  /// The layers of the bands. Polygons are separated by empty lines.
  mutating func regions(_ field: Plot.Field, _ bands: Bands) -> [String] {
    guard !bands.regions.isEmpty else { return [] }
    var lines: [String] = []
    for region in bands.regions {
      let color = region.band.map { bands.colors[$0] } ?? 0xFFFFFF
      lines += region.corners.map { ScriptText.place($0, in: field.size) + " \(color)" }
      lines.append("")
    }
    lines.removeLast()
    let block = addBlock(lines)
    return ["\(block) using 1:2:3 with filledcurves closed lw 0.5 lc rgb variable"]
  }

  /// The legend of the bands, beside the panel.
  func colorBar(_ bands: Bands, title: String, height: Double, width: Double) -> [String] {
    var result: [String] = []
    let count = bands.colors.count
    let (start, end) = (1 + 14 / width, 1 + 27 / width)
    for (index, color) in bands.colors.enumerated() {
      let (low, high) = (Double(index) / Double(count), Double(index + 1) / Double(count))
      result.append(
        "set object rectangle from graph \(ScriptText.number(start, digits: 5)),\(ScriptText.number(low, digits: 5)) "
          + "to graph \(ScriptText.number(end, digits: 5)),\(ScriptText.number(high, digits: 5)) "
          + "fc rgb \"\(Palette.text(color))\" front noclip fs solid noborder")
    }
    let stride = max(1, (bands.bounds.count + 6) / 7)
    for (index, bound) in bands.bounds.enumerated() where (bands.bounds.count - 1 - index) % stride == 0 {
      let place = Double(index + 1) / Double(count)
      result.append(
        "set label \(ScriptText.quoted(Ticks.label(bound))) at graph \(ScriptText.number(1 + 32 / width, digits: 5)),"
          + "\(ScriptText.number(place, digits: 5)) left \(ink)")
    }
    result.append(
      "set label \(ScriptText.quoted(title)) at graph \(ScriptText.number(end + 4 / width, digits: 5)),"
        + "\(ScriptText.number(1 + 14 / height, digits: 5)) right \(ink)")
    return result
  }

  /// The score as arrows, light on dark bands and dark on light ones. Their direction is the score's; their length grows
  /// with its square root, from a third of the longest on; nine tenths of them stay below that.
  mutating func arrows(_ field: Plot.Field, on bands: Bands?, width: Double, height: Double) -> [String] {
    let scale = SIMD2(width, height) / field.size
    let lengths = field.arrows.map { ($0.x * $0.x + $0.y * $0.y).squareRoot() }
    let sorted = lengths.filter { $0.isFinite && $0 > 0 }.sorted()
    guard !sorted.isEmpty else { return [] }
    let longest = Levels.quantile(sorted, 0.9)
    let cell = width / Double(field.arrowPlaces.count).squareRoot()
    var lines: [String] = []
    for (place, (arrow, length)) in zip(field.arrowPlaces, zip(field.arrows, lengths))
    where length.isFinite && length > 1e-9 * longest {
      let pixels = 0.9 * cell * max(0.33, min(1, (length / longest).squareRoot()))
      let onPage = arrow * scale
      let direction = onPage / (onPage.x * onPage.x + onPage.y * onPage.y).squareRoot()
      guard direction.x.isFinite, direction.y.isFinite else { continue }
      let color = bands?.isDark(at: place, in: field) == true ? 0xFFFFFF : Palette.ink
      lines += Self.outline(direction, pixels).map { corner in
        ScriptText.place(place + corner / scale, in: field.size) + " \(color)"
      }
      lines.append("")
    }
    guard !lines.isEmpty else { return [] }
    lines.removeLast()
    return ["\(addBlock(lines)) using 1:2:3 with filledcurves closed lw 0.3 lc rgb variable"]
  }

  /// The corners of an arrow of a length around the origin, in pixels.
  private static func outline(_ direction: SIMD2<Double>, _ length: Double) -> [SIMD2<Double>] {
    let across = SIMD2(-direction.y, direction.x)
    let head = min(6, 0.5 * length)
    let (half, wing) = (0.5, 0.38 * head)
    let (start, neck, tip) = (-length / 2, length / 2 - head, length / 2)
    return [
      (start, half), (neck, half), (neck, wing), (tip, 0), (neck, -wing), (neck, -half), (start, -half),
    ].map { direction * $0.0 + across * $0.1 }
  }

  /// Points of the data, with a light rim.
  mutating func dots(_ data: [SIMD2<Double>], within field: Plot.Field, size: Double) -> [String] {
    let inside = data.filter { field.horizontal.range.contains($0.x) && field.vertical.range.contains($0.y) }
    guard !inside.isEmpty else { return [] }
    let block = addBlock(
      inside.map { ScriptText.place($0, in: field.size) })
    let radius = size * (inside.count > 500 ? 0.28 : 0.42)
    return [
      "\(block) using 1:2 with points pt 7 ps \(ScriptText.number(radius * 1.5, digits: 3)) lc rgb \"#FFFFFF\"",
      "\(block) using 1:2 with points pt 7 ps \(ScriptText.number(radius, digits: 3)) lc rgb "
        + "\"\(Palette.text(Palette.data))\"",
    ]
  }
}

extension Plot.Field {
  /// Width and height of the box.
  var size: SIMD2<Double> {
    SIMD2(
      horizontal.range.upperBound - horizontal.range.lowerBound, vertical.range.upperBound - vertical.range.lowerBound)
  }

  /// Height over width: equal units along both axes where that gives a picture of a sensible form, else square.
  var aspect: Double {
    let ratio = size.y / size.x
    return (0.5...1.6).contains(ratio) ? ratio : 0.9
  }
}
