/// A piece of source text with its name: a file, an expression from the command line or a line of the prompt.
///
/// Positions are offsets in UTF-8 bytes, so that a `Span` costs twelve bytes and no copy of the text.
public struct SourceFile: Sendable {
  /// What diagnostics call the text, e.g. `model.energy` or `<expression>`.
  public let name: String
  /// The text as UTF-8.
  public let bytes: [UInt8]
  /// The number of its first line: greater than 1 for a piece of something longer, such as a line of the prompt.
  public let firstLine: Int
  private let lineStarts: [Int]

  /// Keeps `text` under `name` and finds where its lines begin.
  public init(name: String, text: String, firstLine: Int = 1) {
    self.init(name: name, bytes: Array(text.utf8), firstLine: firstLine)
  }

  /// Keeps `bytes` (UTF-8; what isn't is reported by the lexer) under `name`.
  public init(name: String, bytes: [UInt8], firstLine: Int = 1) {
    self.name = name
    self.bytes = bytes
    self.firstLine = firstLine
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    lineStarts = starts
  }

  /// The number of lines; an empty text has one.
  public var lineCount: Int { lineStarts.count }

  /// The text between two byte offsets, cut to the file; bytes that aren't UTF-8 are shown as U+FFFD.
  public func text(from start: Int, to end: Int) -> String {
    let low = max(0, min(start, bytes.count))
    return String(decoding: bytes[low..<max(low, min(end, bytes.count))], as: UTF8.self)
  }

  /// Line and column of an offset; columns count from 1, in characters, as an editor does.
  public func position(of offset: Int) -> (line: Int, column: Int) {
    let clamped = max(0, min(offset, bytes.count))
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= clamped { low = middle } else { high = middle }
    }
    return (low + firstLine, characterCount(from: lineStarts[low], to: clamped) + 1)
  }

  /// Characters between two offsets; in stretches too long for that, Unicode scalars.
  private func characterCount(from start: Int, to end: Int) -> Int {
    let stretch = bytes[start..<end]
    if stretch.allSatisfy({ $0 < 0x80 && $0 != 0x0D }) { return end - start }
    if end - start > 1 << 16 { return stretch.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) } }
    return text(from: start, to: end).count
  }

  /// The bytes of line `line` without its line break.
  func byteRange(ofLine line: Int) -> Range<Int> {
    let index = line - firstLine
    guard lineStarts.indices.contains(index) else { return bytes.count..<bytes.count }
    return lineStarts[index]..<(index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : bytes.count)
  }

  /// The nearest offset at or before `offset` where a scalar begins.
  func characterBoundary(_ offset: Int) -> Int {
    var boundary = max(0, min(offset, bytes.count))
    while boundary > 0, boundary < bytes.count, bytes[boundary] & 0xC0 == 0x80 { boundary -= 1 }
    return boundary
  }

  /// The text of line `line` without its line break.
  public func line(_ line: Int) -> String {
    let range = byteRange(ofLine: line)
    let text = text(from: range.lowerBound, to: range.upperBound)
    return text.hasSuffix("\r") ? String(text.dropLast()) : text
  }
}

/// All sources of a session; a `Span` names one by its number.
public struct SourceMap: Sendable {
  /// The sources in the order they were added.
  public private(set) var files: [SourceFile] = []

  /// An empty map.
  public init() {}

  /// Adds a source and returns its number.
  public mutating func add(_ file: SourceFile) -> Int {
    files.append(file)
    return files.count - 1
  }

  /// The file that `span` lies in, if the map holds it.
  public func file(of span: Span) -> SourceFile? {
    files.indices.contains(Int(span.file)) ? files[Int(span.file)] : nil
  }

  /// The text that `span` covers.
  public func text(of span: Span) -> String {
    file(of: span)?.text(from: Int(span.start), to: Int(span.end)) ?? ""
  }
}

/// A stretch of one source: `[start, end)` in UTF-8 bytes.
public struct Span: Hashable, Sendable, Comparable {
  /// Number of the source in the `SourceMap`.
  public var file: Int32
  /// Offset of the first byte.
  public var start: Int32
  /// Offset behind the last byte.
  public var end: Int32

  /// The bytes `start..<end` of source number `file`.
  public init(file: Int, start: Int, end: Int) {
    self.file = Int32(clamping: file)
    self.start = Int32(clamping: start)
    self.end = Int32(clamping: max(start, end))
  }

  /// The smallest span that covers both; `self` where they lie in different sources.
  public func union(_ other: Span) -> Span {
    guard file == other.file else { return self }
    return Span(file: Int(file), start: Int(min(start, other.start)), end: Int(max(end, other.end)))
  }

  /// In order of source, then start, then end.
  public static func < (left: Span, right: Span) -> Bool {
    (left.file, left.start, left.end) < (right.file, right.start, right.end)
  }
}
