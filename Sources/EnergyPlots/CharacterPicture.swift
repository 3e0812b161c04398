import EnergyDriver

/// A picture made of characters: curves of dots (braille), fields of half blocks or shades. It needs no other program.
struct CharacterPicture {
  let plot: Plot
  let style: TerminalStyle
  /// Characters to the left of an axis.
  let margin = 10

  init(_ plot: Plot, _ style: TerminalStyle) {
    self.plot = plot
    self.style = style
  }

  /// The picture, line by line.
  var text: String {
    switch plot.content {
    case .curve(let curve): return lines(of: curve).joined(separator: "\n")
    case .field(let field): return lines(of: field).joined(separator: "\n")
    case .slices(_, _, let fields): return (fields.first.map(lines) ?? []).joined(separator: "\n")
    }
  }

  /// What isn't drawn.
  var notes: [String] {
    guard case .slices(_, let curves, let fields) = plot.content, fields.count > 1 else { return [] }
    return ["a picture in a file shows all \(fields.count) pairs of the \(curves.count) coordinates"]
  }

  /// Columns of an axis.
  var width: Int { max(20, min(style.columns - margin - 2, 100)) }

  /// What stands left of an axis: a number or nothing.
  func head(_ text: String, tick: Bool) -> String {
    let line = style.isUnicode ? (tick ? "┤" : "│") : (tick ? "+" : "|")
    return String(repeating: " ", count: max(0, margin - 2 - text.count)) + plain(text) + " " + line
  }

  /// Text with the minus sign that this terminal knows.
  func plain(_ text: String) -> String { style.isUnicode ? text : text.replacing("−", with: "-") }

  /// The axis below, with numbers and the name of its coordinate.
  func foot(_ axis: Plot.Axis, width: Int) -> [String] {
    let ticks = Ticks(axis.range, count: max(2, width / 12))
    let span = axis.range.upperBound - axis.range.lowerBound
    let corner = style.isUnicode ? "└" : "+"
    var line = Array(repeating: style.isUnicode ? "─" : "-", count: width)
    var numbers = Array(repeating: Character(" "), count: width + margin + 12)
    for (place, label) in zip(ticks.places, ticks.labels) {
      let column = min(width - 1, Int((place - axis.range.lowerBound) / span * Double(width)))
      line[column] = style.isUnicode ? "┴" : "+"
      let start = max(0, margin + column - label.count / 2)
      for (offset, character) in plain(label).enumerated() where start + offset < numbers.count {
        numbers[start + offset] = character
      }
    }
    let blank = String(repeating: " ", count: margin - 1)
    let name = String(repeating: " ", count: max(0, margin + width / 2 - axis.label.count / 2)) + axis.label
    return [blank + corner + line.joined(), String(numbers).trimmedEnd, name]
  }
}

extension String {
  /// Without blanks at the end.
  var trimmedEnd: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
