/// Writes diagnostics for people: the message, the place, the line with the span marked, notes and hints.
///
///     error[E-shape]: these sizes differ: vector[3] and vector[2]
///       model.energy:4:36
///     4 | energy f(x : vector[3]) = 0.5*sum((x - mu)^2)
///       |                                    ^^^^^^ x : vector[3] (declared here, 4:10)
///       = mu : vector[2] comes from its value [0, 1] at model.energy:1:24
///       = change x to vector[2], or give mu three entries
public struct TextRenderer: Sendable {
  /// The sources that spans refer to.
  public var sources: SourceMap
  /// Whether to mark severity and places by ANSI colours.
  public var color: Bool
  /// Columns that a line of source may take, with its number; longer ones are cut to what surrounds the span.
  public var width: Int

  /// A renderer for diagnostics about `sources`.
  public init(sources: SourceMap, color: Bool = false, width: Int = 120) {
    self.sources = sources
    self.color = color
    self.width = width
  }

  /// The diagnostics one after the other, an empty line between them; each line ends in a line break.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map(render).joined(separator: "\n")
  }

  /// One diagnostic; each line ends in a line break.
  public func render(_ diagnostic: Diagnostic) -> String {
    var lines = [heading(diagnostic)]
    var gutter = 1
    if let span = diagnostic.span, let file = sources.file(of: span) {
      let last = file.position(of: lastOffset(span)).line
      gutter = String(last).count
      lines.append(String(repeating: " ", count: gutter + 1) + place(span))
      lines += excerpt(of: span, in: file, gutter: gutter, style(of: diagnostic.severity), label: diagnostic.label)
    }
    let margin = String(repeating: " ", count: gutter + 1) + paint("=", .blue) + " "
    for note in diagnostic.notes {
      lines.append(margin + harmless(note.message) + (note.span.map { " at " + place($0) } ?? ""))
    }
    for hint in diagnostic.hints where !hint.message.isEmpty {
      lines.append(margin + harmless(hint.message))
    }
    let indentation = "\n" + String(repeating: " ", count: gutter + 3)
    // A message of several lines keeps its shape behind the mark.
    return lines.map { $0.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: indentation) }
      .joined(separator: "\n") + "\n"
  }

  /// `model.energy:4:36`, line and column from 1; the empty text for a span of no known source.
  public func place(_ span: Span) -> String {
    guard let file = sources.file(of: span) else { return "" }
    let (line, column) = file.position(of: Int(span.start))
    return "\(harmless(file.name)):\(line):\(column)"
  }

  private func heading(_ diagnostic: Diagnostic) -> String {
    let severity = diagnostic.severity.rawValue
    let head = diagnostic.severity == .note ? severity : "\(severity)[\(diagnostic.code)]"
    return paint(head, style(of: diagnostic.severity)) + ": " + harmless(diagnostic.message)
  }

  private func lastOffset(_ span: Span) -> Int { max(Int(span.start), Int(span.end) - 1) }

  // MARK: Colours

  private enum Style: String {
    case red = "1;31"
    case yellow = "1;33"
    case cyan = "1;36"
    case blue = "34"
  }

  private func style(of severity: Diagnostic.Severity) -> Style {
    switch severity {
    case .error: .red
    case .warning: .yellow
    case .note: .cyan
    }
  }

  private func paint(_ text: String, _ style: Style) -> String {
    color && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  // MARK: Source lines

  /// The first and the last line of the span, each with its part marked; the label stands behind the last.
  private func excerpt(
    of span: Span, in file: SourceFile, gutter: Int, _ style: Style, label: String?
  ) -> [String] {
    let first = file.position(of: Int(span.start)).line
    let last = file.position(of: lastOffset(span)).line
    let shown = last - first > 2 ? [first, last] : Array(first...last)
    var result: [String] = []
    for line in shown {
      if line == last, last - first > 2 { result.append(String(repeating: " ", count: gutter + 1) + paint("⋮", .blue)) }
      let room = max(20, width - gutter - 3)
      let marked = MarkedLine(file, line: line, span: span, width: room)
      let number = String(line)
      let padding = String(repeating: " ", count: gutter - number.count)
      result.append(padding + paint(number + " |", .blue) + (marked.text.isEmpty ? "" : " " + marked.text))
      let margin = String(repeating: " ", count: gutter + 1) + paint("|", .blue) + " "
      let marks =
        String(repeating: " ", count: marked.column) + paint(String(repeating: "^", count: marked.count), style)
      guard line == last, let label = label.map(harmless), !label.isEmpty else {
        result.append(margin + marks)
        continue
      }
      let needed = displayWidth(label)
      if marked.column + marked.count + 1 + needed <= room {
        result.append(margin + marks + " " + paint(label, style))
      } else {
        let indentation = max(0, min(marked.column, room - needed))
        result.append(margin + marks)
        result.append(margin + String(repeating: " ", count: indentation) + paint(label, style))
      }
    }
    return result
  }
}

/// A source line as it is shown, with the columns to mark.
private struct MarkedLine {
  private(set) var text = ""
  private(set) var column = 0
  private(set) var count = 0

  private struct Cell {
    var text: String
    var width: Int
    var isMarked: Bool
  }

  init(_ file: SourceFile, line: Int, span: Span, width: Int) {
    let bounds = file.byteRange(ofLine: line)
    // Of a huge line only the neighbourhood of the span is looked at.
    let anchor = max(bounds.lowerBound, min(Int(span.start), bounds.upperBound))
    let low = file.characterBoundary(max(bounds.lowerBound, anchor - 8 * width))
    let high = file.characterBoundary(min(bounds.upperBound, anchor + 8 * width))
    var cells: [Cell] = []
    var offset = low
    var columns = 0
    let shownText = file.text(from: low, to: high)
    // Bytes that aren't UTF-8 come back longer than they were; marks are then placed as well as can be.
    for character in shownText where character != "\r" {
      let length = character.utf8.count
      let isMarked = offset < Int(span.end) && offset + length > Int(span.start)
      let shown = character == "\t" ? String(repeating: " ", count: 4 - columns % 4) : String(harmless(character))
      let cell = Cell(text: shown, width: displayWidth(shown), isMarked: isMarked)
      cells.append(cell)
      columns += cell.width
      offset += length
    }
    let first = cells.firstIndex(where: \.isMarked) ?? (Int(span.start) <= low ? 0 : cells.count)
    let window = MarkedLine.window(cells, around: first, width: width)
    let cutsFront = window.lowerBound > 0 || low > bounds.lowerBound
    let cutsBack = window.upperBound < cells.count || high < bounds.upperBound
    text = (cutsFront ? "…" : "") + cells[window].map(\.text).joined() + (cutsBack ? "…" : "")
    let before = cells[window.lowerBound..<max(window.lowerBound, min(first, window.upperBound))]
    column = (cutsFront ? 1 : 0) + before.reduce(0) { $0 + $1.width }
    count = max(1, cells[window].reduce(0) { $0 + ($1.isMarked ? $1.width : 0) })
    while text.last == " " { text.removeLast() }
  }

  /// The cells that fit into `width` columns: all if they do, else from a quarter of the width before `first` on.
  private static func window(_ cells: [Cell], around first: Int, width: Int) -> Range<Int> {
    if cells.reduce(0, { $0 + $1.width }) <= width { return 0..<cells.count }
    var low = min(first, cells.count)
    var room = width / 4
    while low > 0, room >= cells[low - 1].width {
      low -= 1
      room -= cells[low].width
    }
    var high = low
    room = width - 2
    while high < cells.count, room >= cells[high].width {
      room -= cells[high].width
      high += 1
    }
    while low > 0, high == cells.count, room >= cells[low - 1].width {
      low -= 1
      room -= cells[low].width
    }
    return low..<high
  }
}
