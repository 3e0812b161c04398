import EnergyDriver

extension CharacterPicture {
  /// Panels above one another.
  func lines(of curve: Plot.Curve) -> [String] {
    let count = plot.quantities.count
    let height = max(5, min(count == 1 ? 18 : 10, (style.rows - 4) / count - 1))
    var result: [String] = []
    for quantity in plot.quantities {
      let range = curve.range(of: quantity)
      let isEnergy = quantity == .energy && !plot.name.isEmpty
      let title = isEnergy ? "energy \(plot.name)" : quantity.rawValue
      result.append(String(repeating: " ", count: margin) + title)
      result += panel(curve, quantity, range, height: height)
    }
    return result + rug(curve) + foot(curve.axis, width: width)
  }

  /// The data as strokes above the axis.
  private func rug(_ curve: Plot.Curve) -> [String] {
    guard !curve.data.isEmpty else { return [] }
    let range = curve.axis.range
    var strokes = Array(repeating: " ", count: width)
    for value in curve.data where range.contains(value) {
      let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
      strokes[min(width - 1, Int(share * Double(width)))] = style.isUnicode ? "╷" : "'"
    }
    return [head("data", tick: false) + style.foreground(Palette.data, strokes.joined().trimmedEnd)]
  }

  private func panel(
    _ curve: Plot.Curve, _ quantity: PlotQuantity, _ range: ClosedRange<Double>, height: Int
  ) -> [String] {
    var canvas = DotCanvas(columns: width, rows: height, isUnicode: style.isUnicode)
    let span = range.upperBound - range.lowerBound
    let values = curve.values(of: quantity)
    let rows = Double(canvas.dotRows)
    var last: (column: Int, row: Int)?
    for column in 0..<canvas.dotColumns {
      let share = (Double(column) + 0.5) / Double(canvas.dotColumns) * Double(values.count - 1)
      let index = min(values.count - 2, Int(share))
      let value = values[index] + (values[index + 1] - values[index]) * (share - Double(index))
      let height = (range.upperBound - value) / span * rows
      guard height.isFinite else {
        last = nil
        continue
      }
      let row = Int(min(max(height, -1), rows + 1))
      // Steep parts are drawn through.
      let start = last.map { $0.row < row ? $0.row + 1 : $0.row > row ? $0.row - 1 : row } ?? row
      for step in min(start, row)...max(start, row) { canvas.set(column, step) }
      last = (column, row)
    }
    let ticks = Ticks(range, count: max(2, height / 3))
    var labels: [Int: String] = [:]
    for (place, label) in zip(ticks.places, ticks.labels) {
      labels[min(height - 1, Int((range.upperBound - place) / span * Double(height)))] = label
    }
    let color = Palette.color(of: quantity)
    return (0..<height).map { row in
      let drawn = canvas.line(row).trimmedEnd
      return head(labels[row] ?? "", tick: labels[row] != nil) + (drawn.isEmpty ? "" : style.foreground(color, drawn))
    }
  }
}

/// Dots, two by four to a character of braille; one to a character in ASCII.
struct DotCanvas {
  let columns: Int
  let rows: Int
  let isUnicode: Bool
  private var cells: [UInt8]

  init(columns: Int, rows: Int, isUnicode: Bool) {
    self.columns = columns
    self.rows = rows
    self.isUnicode = isUnicode
    cells = Array(repeating: 0, count: columns * rows)
  }

  var dotColumns: Int { isUnicode ? 2 * columns : columns }
  var dotRows: Int { isUnicode ? 4 * rows : rows }

  /// Sets a dot; nothing happens outside.
  mutating func set(_ column: Int, _ row: Int) {
    guard column >= 0, row >= 0, column < dotColumns, row < dotRows else { return }
    guard isUnicode else {
      cells[row * columns + column] = 1
      return
    }
    let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    cells[row / 4 * columns + column / 2] |= bits[column % 2][row % 4]
  }

  func line(_ row: Int) -> String {
    var text = ""
    for cell in cells[(row * columns)..<((row + 1) * columns)] {
      if cell == 0 {
        text += " "
      } else if isUnicode, let dots = Unicode.Scalar(0x2800 + UInt32(cell)) {
        text.unicodeScalars.append(dots)
      } else {
        text += "*"
      }
    }
    return text
  }
}
