/// What stands between the cells of a text table.
public enum CSVSeparator: String, Sendable, Hashable {
  /// `,`
  case comma
  /// `;`
  case semicolon
  /// A tab.
  case tab
  /// Any number of spaces and tabs.
  case whitespace
}

/// Cuts a text table into cells, one at a time, and reads each as a number where it is one.
struct CSVScanner {
  struct Cell {
    /// The cell's content in the file, without quotes and the blanks around it.
    var content: Range<Int>
    /// Its value, where it is a number.
    var number: Double?
    /// Whether it is the last of its line.
    var endsLine: Bool
    /// Whether it opens a quote that never closes.
    var isUnclosed = false
  }

  let bytes: UnsafeRawBufferPointer
  var separator = CSVSeparator.comma
  var position: Int
  /// Line of `position`, from 1.
  private(set) var line = 1
  /// Where that line starts.
  private(set) var lineStart: Int

  init(bytes: UnsafeRawBufferPointer, from start: Int) {
    self.bytes = bytes
    position = start
    lineStart = start
  }

  /// Skips blank lines and lines that start with `#`; false at the end of the file.
  mutating func skipToContent() -> Bool {
    while true {
      while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
      guard position < bytes.count else { return false }
      if bytes[position] == UInt8(ascii: "#") {
        skipComment()
      } else if !isLineBreak(position) {
        // Leading tabs may be empty cells.
        if separator == .tab { position = lineStart }
        return true
      }
      takeLineBreak()
    }
  }

  /// The next cell of the line; behind the last one the scanner stands on the next line.
  mutating func nextCell() -> Cell {
    skipBlanks()
    var cell = Cell(content: position..<position, number: nil, endsLine: false)
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
      takeQuoted(&cell)
    } else if !takeNumber(&cell) {
      takeText(&cell)
    }
    if position >= bytes.count || isLineBreak(position) {
      cell.endsLine = true
      takeLineBreak()
    } else if separator != .whitespace {
      position += 1
    }
    return cell
  }

  /// Takes a number and the blanks or comment behind it, if it fills the cell.
  private mutating func takeNumber(_ cell: inout Cell) -> Bool {
    let start = position
    guard let (value, end) = NumberText.parse(bytes, from: start) else { return false }
    position = end
    skipBlanks()
    if position < bytes.count, bytes[position] == UInt8(ascii: "#") { skipComment() }
    guard endsCell(position) || separator == .whitespace && position > end else {
      position = start
      return false
    }
    cell.content = start..<end
    cell.number = value
    return true
  }

  private mutating func takeText(_ cell: inout Cell) {
    let start = position
    var end = start
    while !endsCell(position) {
      position += 1
      if !isBlank(position - 1) { end = position }
    }
    cell.content = start..<end
    if separator == .whitespace { skipBlanks() }
  }

  /// Takes a cell in double quotes; a doubled quote stands for one, line breaks are part of the cell.
  private mutating func takeQuoted(_ cell: inout Cell) {
    let start = position + 1
    position = start
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\"") {
        guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") else { break }
        position += 1
      } else if isLineBreak(position) {
        takeLineBreak()
        continue
      }
      position += 1
    }
    cell.content = start..<min(position, bytes.count)
    guard position < bytes.count else {
      cell.isUnclosed = true
      return
    }
    position += 1
    var inner = cell.content
    while let first = inner.first, isBlank(first) { inner.removeFirst() }
    while let last = inner.last, isBlank(last) { inner.removeLast() }
    if let (value, end) = NumberText.parse(bytes, from: inner.lowerBound), end == inner.upperBound {
      cell.number = value
    }
    let behind = position
    skipBlanks()
    guard !endsCell(position), separator != .whitespace || position == behind else { return }
    // Text after the closing quote belongs to the cell, which is then no number.
    while !endsCell(position) { position += 1 }
    cell.content = (start - 1)..<position
    cell.number = nil
  }

  // MARK: Characters

  private func isBlank(_ at: Int) -> Bool { bytes[at] == 0x20 || bytes[at] == 0x09 }

  private func isLineBreak(_ at: Int) -> Bool { bytes[at] == 0x0a || bytes[at] == 0x0d }

  private func endsCell(_ at: Int) -> Bool {
    guard at < bytes.count, !isLineBreak(at) else { return true }
    switch separator {
    case .comma: return bytes[at] == UInt8(ascii: ",")
    case .semicolon: return bytes[at] == UInt8(ascii: ";")
    case .tab: return bytes[at] == 0x09
    case .whitespace: return isBlank(at)
    }
  }

  private mutating func skipBlanks() {
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 && separator != .tab {
      position += 1
    }
  }

  private mutating func skipComment() {
    while position < bytes.count, !isLineBreak(position) { position += 1 }
  }

  /// Takes `\n`, `\r\n` or `\r`, if one stands here.
  private mutating func takeLineBreak() {
    guard position < bytes.count, isLineBreak(position) else { return }
    position += bytes[position] == 0x0d && position + 1 < bytes.count && bytes[position + 1] == 0x0a ? 2 : 1
    line += 1
    lineStart = position
  }
}
