/// Writes items line by line.
///
/// A line within brackets is indented by two more than the line that opened the innermost; other lines that continue a
/// statement by two; names of a `where` block by two more than its `where`.
struct FormatWriter {
  private(set) var output: [UInt8] = []

  private let items: [FormatItem]
  private let last: [FormatComment]
  private let width: Int
  private let spacing: FormatSpacing
  /// The indentation of the current line, of the statement or `where` name it belongs to, and of further names.
  private var indentation = 0
  private var base = 0
  private var definitions = 2
  /// For each open bracket the indentation of the line that opened it.
  private var open: [Int] = []

  init(_ source: FormatItems, width: Int) {
    items = source.items
    last = source.last
    self.width = width
    spacing = FormatSpacing(source.items)
  }

  mutating func write() {
    var start = 0
    while start < items.count {
      var end = start + 1
      while end < items.count, !items[end].breaks { end += 1 }
      writeLine(start..<end)
      start = end
    }
    for comment in last { write(comment, indented: 0) }
  }

  /// A line of the writer's, in several where it is too long.
  private mutating func writeLine(_ line: Range<Int>) {
    begin(line.lowerBound)
    let first = items[line.lowerBound]
    let inside = spacing.roles[line.lowerBound] == .closing ? indentation + 2 : indentation
    for comment in first.comments { write(comment, indented: inside) }
    if first.blankBefore { blankLine() }
    var rest = line
    while true {
      let end = breakPlace(rest) ?? rest.upperBound
      output += Array(repeating: UInt8(ascii: " "), count: indentation)
      for index in rest.lowerBound..<end { write(index, isFirst: index == rest.lowerBound) }
      output.append(UInt8(ascii: "\n"))
      rest = end..<rest.upperBound
      if rest.isEmpty { return }
      begin(end)
    }
  }

  private mutating func write(_ index: Int, isFirst: Bool) {
    let item = items[index]
    if !isFirst, spacing.space(before: index) { output.append(UInt8(ascii: " ")) }
    output += item.text.utf8
    if let comment = item.trailing { output += [0x20, 0x20] + comment }
    note(index)
  }

  private mutating func write(_ comment: FormatComment, indented: Int) {
    if comment.blankBefore { blankLine() }
    output += Array(repeating: UInt8(ascii: " "), count: indented) + comment.bytes
    output.append(UInt8(ascii: "\n"))
  }

  private mutating func blankLine() {
    if !output.isEmpty { output.append(UInt8(ascii: "\n")) }
  }

  // MARK: Indentation

  /// Sets the indentation of a line that begins with the item.
  private mutating func begin(_ index: Int) {
    switch spacing.begins[index] {
    case .statement: indentation = 0
    case .definition: indentation = definitions
    case .nothing:
      if let opened = open.last {
        indentation = isClosing(index) ? opened : opened + 2
      } else {
        indentation = items[index].kind == .where ? 2 : base + 2
      }
    }
  }

  private func isClosing(_ index: Int) -> Bool {
    items[index].kind == .closeParen || items[index].kind == .closeBracket
  }

  /// Keeps count of what the item opens, closes and begins.
  private mutating func note(_ index: Int) {
    switch spacing.begins[index] {
    case .statement: (base, open) = (0, [])
    case .definition: base = definitions
    case .nothing: break
    }
    switch items[index].kind {
    case .openParen, .openBracket: open.append(indentation)
    case .closeParen, .closeBracket: _ = open.popLast()
    case .where: definitions = indentation + 2
    default: break
    }
  }

  // MARK: Long lines

  /// Where a line that is too long breaks: behind the last of the best places within the width, or else behind the
  /// first one beyond it.
  private func breakPlace(_ line: Range<Int>) -> Int? {
    var column = indentation
    var best: (place: Int, rank: Int)?
    for index in line {
      column += items[index].text.count
      if index > line.lowerBound, spacing.space(before: index) { column += 1 }
      if column > width, let best { return best.place }
      guard index + 1 < line.upperBound, let rank = spacing.breakRank(after: index) else { continue }
      if column > width { return index + 1 }
      if rank <= best?.rank ?? rank { best = (index + 1, rank) }
    }
    return nil
  }
}
