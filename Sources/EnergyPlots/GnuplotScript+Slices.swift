import EnergyDriver

extension GnuplotScript {
  /// The lower triangle of pairs, with the coordinates themselves on the diagonal.
  mutating func addSlices(_ curves: [Plot.Curve], _ fields: [Plot.Field]) {
    let (left, bottom, top, right, gap) = (78.0, 58.0, 14.0, 14.0, 10.0)
    let count = curves.count
    let cell = count <= 3 ? 150.0 : 118.0
    setPage(
      left + right + cell * Double(count) + gap * Double(count - 1),
      bottom + top + cell * Double(count) + gap * Double(count - 1))
    let place = { (column: Int, row: Int) -> (x: ClosedRange<Double>, y: ClosedRange<Double>) in
      let x = left + (cell + gap) * Double(column)
      let y = bottom + (cell + gap) * Double(count - 1 - row)
      return (x...(x + cell), y...(y + cell))
    }
    let quantity: PlotQuantity = plot.quantities.contains(.energy) ? .energy : .density
    var index = 0
    for row in 0..<count {
      for column in 0..<row {
        addPair(fields[index], quantity, at: place(column, row), isLeft: column == 0, isLast: row == count - 1)
        index += 1
      }
      addDiagonal(curves[row], at: place(row, row), isLast: row == count - 1)
    }
  }

  private mutating func addPair(
    _ field: Plot.Field, _ quantity: PlotQuantity, at place: (x: ClosedRange<Double>, y: ClosedRange<Double>),
    isLeft: Bool, isLast: Bool
  ) {
    let size = place.x.upperBound - place.x.lowerBound
    let settings =
      axis("x", field.horizontal.range, ticks: 3, showsNumbers: isLast, free: 0.08)
      + axis("y", field.vertical.range, ticks: 3, showsNumbers: isLeft, free: 0.08)
    let bands = Bands(field, quantity, pixels: size)
    var layers = regions(field, bands)
    if plot.quantities.contains(.score) { layers += arrows(field, on: bands, width: size, height: size) }
    layers += dots(field.data, within: field, size: 0.6)
    addPanel(
      x: place.x, y: place.y, below: isLast ? field.horizontal.label : nil,
      beside: isLeft ? (field.vertical.label, 58) : nil, settings, layers)
  }

  /// The density along one coordinate, the others held, with the data's; its height has no numbers.
  private mutating func addDiagonal(
    _ curve: Plot.Curve, at place: (x: ClosedRange<Double>, y: ClosedRange<Double>), isLast: Bool
  ) {
    let color = Palette.text(Palette.density)
    let block = addBlock(line(curve, .density, curve.range(of: .density)))
    var layers: [String] = []
    if !curve.data.isEmpty { layers.append(histogram(curve)) }
    layers += [
      "\(block) using 1:2 with filledcurves y=0 fc rgb \"\(color)\" fs transparent solid 0.2",
      "\(block) using 1:2 with lines lw 1.6 lc rgb \"\(color)\"",
    ]
    let settings =
      axis("x", curve.axis.range, ticks: 3, showsNumbers: isLast, free: 0.08)
      + [
        "set yrange [0:\(ScriptText.number(curve.range(of: .density).upperBound))]", "unset ytics", "set border 1",
      ]
    addPanel(x: place.x, y: place.y, below: isLast ? curve.axis.label : nil, beside: nil, settings, layers)
    restore()
  }
}
