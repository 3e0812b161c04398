import EnergyDriver
import Glibc

extension GnuplotScript {
  /// Panels above one another with one axis below.
  mutating func addCurves(_ curve: Plot.Curve) {
    let shown = plot.quantities
    let (left, right, bottom, top, gap) = (78.0, 16.0, 57.0, 14.0, 16.0)
    let height = shown.count == 1 ? 250.0 : 140.0
    setPage(480, bottom + top + height * Double(shown.count) + gap * Double(shown.count - 1))
    for (index, quantity) in shown.enumerated() {
      let base = bottom + (height + gap) * Double(shown.count - 1 - index)
      let range = curve.range(of: quantity)
      let isLast = index == shown.count - 1
      var layers: [String] = []
      let color = Palette.text(Palette.color(of: quantity))
      let block = addBlock(line(curve, quantity, range))
      if quantity == .density {
        if !curve.data.isEmpty { layers.append(histogram(curve)) }
        layers.append("\(block) using 1:2 with filledcurves y=0 fc rgb \"\(color)\" fs transparent solid 0.2")
      }
      if quantity == .score {
        layers.append("0 with lines lw 0.8 lc rgb \"#A0A0A0\"")
      }
      layers.append("\(block) using 1:2 with lines lw 2 lc rgb \"\(color)\"")
      if !curve.data.isEmpty, quantity == .energy || !shown.contains(.energy) && index == 0 {
        layers.append(rug(curve, range))
      }
      let settings =
        axis("x", curve.axis.range, ticks: 8, showsNumbers: isLast)
        + axis("y", range, ticks: shown.count == 1 ? 6 : 4)
      addPanel(
        x: left...(480 - right), y: base...(base + height), below: isLast ? curve.axis.label : nil,
        beside: (name(of: quantity), 58), settings, layers)
    }
  }

  /// What a panel's axis upwards is called.
  func name(of quantity: PlotQuantity) -> String {
    quantity == .energy && !plot.name.isEmpty ? "energy \(plot.name)" : quantity.rawValue
  }

  /// The points of a curve; an empty line where it is interrupted.
  func line(_ curve: Plot.Curve, _ quantity: PlotQuantity, _ range: ClosedRange<Double>) -> [String] {
    let values = curve.values(of: quantity)
    let span = range.upperBound - range.lowerBound
    let size = SIMD2(curve.axis.range.upperBound - curve.axis.range.lowerBound, span)
    let pieces = values.indices.split { !values[$0].isFinite }
    return pieces.map { piece in
      // What lies far outside only says where the line leaves.
      piece.map { index in
        let value = min(max(values[index], range.lowerBound - 3 * span), range.upperBound + 3 * span)
        return SIMD2(curve.positions[index], value)
      }.simplified(in: size, tolerance: 1.0 / 6000).map { ScriptText.place($0, in: size) }
    }.joined(separator: [""]).map { $0 }
  }

  /// The data as bars whose area is 1.
  mutating func histogram(_ curve: Plot.Curve) -> String {
    let bins = curve.histogram
    let block = addBlock(
      bins.map { [$0.middle, $0.height, bins[0].width].map(ScriptText.number).joined(separator: " ") })
    return "\(block) using 1:2:3 with boxes fc rgb \"#C8C8C8\" fs solid 1 border rgb \"#FFFFFF\""
  }

  /// The data as short strokes on the axis.
  private mutating func rug(_ curve: Plot.Curve, _ range: ClosedRange<Double>) -> String {
    let length = 0.06 * (range.upperBound - range.lowerBound)
    let block = addBlock(
      curve.data.filter(curve.axis.range.contains).map {
        "\(ScriptText.number($0)) \(ScriptText.number(range.lowerBound)) 0 \(ScriptText.number(length))"
      })
    return "\(block) using 1:2:3:4 with vectors nohead lw 0.8 lc rgb \"\(Palette.text(Palette.data))\""
  }
}

extension Plot.Curve {
  /// The values of a quantity at the positions.
  func values(of quantity: PlotQuantity) -> [Double] {
    switch quantity {
    case .energy: energies
    case .density: densities
    case .score: scores
    }
  }

  /// The heights to show: all of a density; of energies and scores what makes the wells visible.
  func range(of quantity: PlotQuantity) -> ClosedRange<Double> {
    let sorted = values(of: quantity).filter { $0.isFinite }.sorted()
    guard var low = sorted.first, var high = sorted.last else { return 0...1 }
    switch quantity {
    case .energy:
      high = min(high, low + 1.5 * (Levels.quantile(sorted, 0.65) - low))
      let (rest, depth) = (high - Levels.quantile(sorted, 0.03), high - low)
      if depth > 4 * rest, rest > 0 { low = high - 2 * rest }
    case .density:
      let bars = data.isEmpty ? 0 : histogram.map(\.height).max() ?? 0
      let cap = Levels.quantile(sorted, 0.99)
      if high > 6 * cap, cap > 0 { high = 3 * cap }
      (low, high) = (0, max(high, bars))
    case .score:
      // As far as the energy is shown.
      let top = self.range(of: .energy).upperBound
      let seen = scores.indices.filter { energies[$0] <= top && scores[$0].isFinite }.map { scores[$0] }.sorted()
      let (first, last) = (Levels.quantile(seen, 0.02), Levels.quantile(seen, 0.98))
      low = min(0, max(low, first - 0.3 * (last - first)))
      high = max(0, min(high, last + 0.3 * (last - first)))
    }
    if !(high - low > 1e-12 * max(abs(high), abs(low))) {
      let room = max(1, abs(high)) / 2
      return (low - room)...(high + room)
    }
    let room = 0.06 * (high - low)
    return (quantity == .density ? 0 : low - room)...(high + room)
  }

  /// The data counted in equal parts of the axis, with the area 1.
  var histogram: [(middle: Double, width: Double, height: Double)] {
    let bins = max(8, min(40, Int(Double(data.count).squareRoot() * 1.5)))
    let span = axis.range.upperBound - axis.range.lowerBound
    let width = span / Double(bins)
    var counts = [Int](repeating: 0, count: bins)
    for value in data where axis.range.contains(value) {
      counts[min(bins - 1, Int((value - axis.range.lowerBound) / width))] += 1
    }
    return counts.enumerated().map { index, count in
      let middle = axis.range.lowerBound + (Double(index) + 0.5) * width
      return (middle, width, Double(count) / (Double(max(1, data.count)) * width))
    }
  }
}
