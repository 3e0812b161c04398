import EnergyText

extension ArrayFile {
  /// Reads a mapped text table into an array of shape `(rows, columns)`.
  static func readCSV(_ file: MappedFile) throws -> ArrayFile {
    try file.withUnsafeBytes { try CSVTable(bytes: $0, name: file.path).array() }
  }
}

/// A text table on its way into an array.
private struct CSVTable {
  let bytes: UnsafeRawBufferPointer
  let name: String
  let start: Int

  init(bytes: UnsafeRawBufferPointer, name: String) throws {
    func fail(_ message: String, _ hint: String) -> Diagnostic {
      Diagnostic(.error, .csv, "\(name): \(message)", hints: [Diagnostic.Hint(hint)])
    }
    guard !bytes.isEmpty else { throw fail("the file is empty", "expected rows of numbers") }
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw fail("this is UTF-16 text", "save it as UTF-8")
    }
    if bytes.starts(with: NpyHeader.magic) { throw fail("this is a .npy file", "give it the extension .npy") }
    self.bytes = bytes
    self.name = name
    start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  func array() throws -> ArrayFile {
    var scanner = CSVScanner(bytes: bytes, from: start)
    guard scanner.skipToContent() else {
      throw Diagnostic(.error, .csv, "\(name): the file holds no numbers, only blank lines or comments")
    }
    scanner.separator = detectedSeparator(from: scanner.lineStart)
    if scanner.separator == .tab { scanner.position = scanner.lineStart }

    let firstLine = scanner.line
    let firstStart = scanner.position
    var first = firstRow(&scanner)
    if scanner.separator == .whitespace, first.allSatisfy({ $0.cell.number == nil }), hasOneCell(nextRowOf: scanner) {
      // A name of several words above one column.
      scanner = CSVScanner(bytes: bytes, from: start)
      _ = scanner.skipToContent()
      first = firstRow(&scanner)
    }
    let columns = first.count
    let header = first.allSatisfy({ $0.cell.number == nil }) ? first.map { columnName($0.cell) } : nil
    var values: [Double] = []
    var remarks: [Diagnostic] = []
    if let header {
      if let bad = first.first(where: { $0.cell.isUnclosed }) {
        throw notANumber(bad.cell, bad.line, bad.lineStart, scanner.separator)
      }
      remarks.append(headerRemark(header, line: firstLine))
    } else {
      for (cell, line, lineStart) in first {
        guard let number = cell.number else {
          var error = notANumber(cell, line, lineStart, scanner.separator)
          error.hints.append(
            Diagnostic.Hint("a first line is taken for a header only if none of its cells is a number"))
          throw error
        }
        values.append(number)
      }
      if columns > 1, values.indices.allSatisfy({ values[$0] == Double($0) }) {
        remarks.append(countingRemark(firstLine))
      }
    }

    let rowLength = max(1, scanner.position - firstStart)
    values.reserveCapacity(min(bytes.count / 2 + 1, bytes.count / rowLength * columns + columns))
    while scanner.skipToContent() {
      let rowLine = scanner.line
      var width = 0
      var ended = false
      while !ended {
        let (line, lineStart) = (scanner.line, scanner.lineStart)
        let cell = scanner.nextCell()
        guard let number = cell.number else { throw notANumber(cell, line, lineStart, scanner.separator) }
        values.append(number)
        width += 1
        ended = cell.endsLine
      }
      guard width == columns else {
        throw Diagnostic(
          .error, .ragged,
          "\(name):\(rowLine): this row has \(cells(width)), \(header == nil ? "the first" : "the header") has \(columns)",
          notes: [
            Diagnostic.Note(
              "line \(firstLine) has \(cells(columns)): \(lineExcerpt(around: firstStart, lineStart: firstStart))")
          ])
      }
    }
    guard !values.isEmpty else {
      throw Diagnostic(.error, .csv, "\(name): there are no rows below the header in line \(firstLine)")
    }
    return ArrayFile(
      name: name, shape: [values.count / columns, columns], dtype: .f64,
      source: .csv(separator: scanner.separator, columns: header), storage: .doubles(values), remarks: remarks)
  }

  private func firstRow(_ scanner: inout CSVScanner) -> [(cell: CSVScanner.Cell, line: Int, lineStart: Int)] {
    var row: [(cell: CSVScanner.Cell, line: Int, lineStart: Int)] = []
    repeat {
      let (line, lineStart) = (scanner.line, scanner.lineStart)
      row.append((scanner.nextCell(), line, lineStart))
    } while row.last?.cell.endsLine == false
    return row
  }

  private func hasOneCell(nextRowOf scanner: CSVScanner) -> Bool {
    var ahead = scanner
    return ahead.skipToContent() && ahead.nextCell().endsLine
  }

  /// What separates the cells of the line that starts at `lineStart`: a tab, `;` or `,` outside quotes, else blanks.
  private func detectedSeparator(from lineStart: Int) -> CSVSeparator {
    var seen: Set<UInt8> = []
    var quoted = false
    var last = lineStart
    for position in lineStart..<bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      if !quoted, byte == 0x0a || byte == 0x0d { break }
      if byte != 0x20, byte != 0x09 { last = position }
      if !quoted, byte != 0x09 { seen.insert(byte) }
    }
    // Tabs at either end are no separators of a row of numbers, but may be those of a header.
    if bytes[lineStart...last].contains(0x09) && !seen.contains(UInt8(ascii: ",")) { return .tab }
    if seen.contains(UInt8(ascii: ";")) { return .semicolon }
    if seen.contains(UInt8(ascii: ",")) { return .comma }
    return seen.contains(0x20) && bytes[lineStart...last].contains(0x20) ? .whitespace : .comma
  }

  private func text(_ cell: CSVScanner.Cell) -> String { DataText.excerpt(bytes[cell.content]) }

  /// A cell of the header, its doubled quotes undone.
  private func columnName(_ cell: CSVScanner.Cell) -> String {
    let isQuoted = cell.content.lowerBound > start && bytes[cell.content.lowerBound - 1] == UInt8(ascii: "\"")
    guard isQuoted else { return text(cell) }
    var name: [UInt8] = []
    var isSecondQuote = false
    for byte in bytes[cell.content] {
      isSecondQuote = byte == UInt8(ascii: "\"") && !isSecondQuote
      if !isSecondQuote { name.append(byte) }
    }
    return DataText.excerpt(name)
  }

  private func cells(_ count: Int) -> String { count == 1 ? "1 cell" : "\(count) cells" }

  // MARK: Messages

  private func notANumber(_ cell: CSVScanner.Cell, _ line: Int, _ lineStart: Int, _ separator: CSVSeparator)
    -> Diagnostic
  {
    let column = String(decoding: bytes[lineStart..<cell.content.lowerBound].suffix(1 << 16), as: UTF8.self).count + 1
    let content = text(cell)
    let missing = ["", "na", "n/a", "null", "none", "-", "?"].contains(content.lowercased())
    var hints: [Diagnostic.Hint] = []
    if missing { hints.append(Diagnostic.Hint("write nan for a missing value")) }
    if separator != .comma, content.contains(",") {
      hints.append(Diagnostic.Hint("write decimal points instead of commas"))
    }
    let problem =
      cell.isUnclosed
      ? "the quote that opens here isn't closed"
      : content.isEmpty ? "the cell is empty" : "'\(content)' is not a number"
    return Diagnostic(
      .error, .csv, "\(name):\(line):\(column): \(problem)",
      notes: [Diagnostic.Note("line \(line): \(lineExcerpt(around: cell.content.lowerBound, lineStart: lineStart))")],
      hints: hints)
  }

  /// The line that starts at `lineStart`, cut to a window around `position`.
  private func lineExcerpt(around position: Int, lineStart: Int) -> String {
    let low = max(lineStart, position - 40)
    let rest = bytes[low...].prefix(80)
    let line = rest.prefix { $0 != 0x0a && $0 != 0x0d }
    return (low > lineStart ? "…" : "") + DataText.excerpt(line, limit: 79) + (line.count == 80 ? "…" : "")
  }

  private func headerRemark(_ header: [String], line: Int) -> Diagnostic {
    let shown = header.prefix(8).joined(separator: ", ") + (header.count > 8 ? ", …" : "")
    return Diagnostic(.note, .csv, "\(name): line \(line) is a header: \(shown)")
  }

  private func countingRemark(_ line: Int) -> Diagnostic {
    Diagnostic(
      .warning, .csv, "\(name): line \(line) counts 0, 1, 2 … and was read as data; is it a header?",
      hints: [Diagnostic.Hint("remove the line, or name the columns with words")])
  }
}
