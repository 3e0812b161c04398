import Glibc

/// How numbers are shown.
public enum NumberStyle: Sendable {
  /// Six significant digits, for a terminal.
  case short
  /// The shortest text that reads back to the same bits, for programs.
  case exact

  /// A number: `1`, `-0.75`, `1e+20`, `nan`, `inf`.
  ///
  /// A reader has one zero: the score of a constant is 0, although −0 is what comes out of −∇E. What is read back by a
  /// program, such as JSON, keeps the bit.
  public func text(_ value: Double, keepsSignOfZero: Bool = false) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == 0, !keepsSignOfZero { return "0" }
    switch self {
    case .short: return Self.text(value, digits: 6)
    case .exact:
      let text = "\(value)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
  }

  /// A number with so many significant digits, as C's `%g`.
  static func text(_ value: Double, digits: Int) -> String {
    var buffer = [CChar](repeating: 0, count: 32)
    let length = withVaList([Int32(digits), value]) { vsnprintf(&buffer, buffer.count, "%.*g", $0) }
    return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Numbers with a shape as text.
struct TensorText {
  let style: NumberStyle
  /// Axes longer than this are shown by their edges.
  var edge = 10
  /// Whether −0 is told from 0.
  var keepsSignOfZero = false
  /// For people, matrices longer than this many characters have their rows on lines of their own.
  private static let lineWidth = 80

  /// `[[1, 2], [3, 4]]`, cut where it is long, then with a line of its range.
  func text(_ values: [Double], shape: [Int], asBools: Bool = false) -> String {
    guard shape.allSatisfy({ $0 > 0 }) else {
      return "[] (" + shape.map(String.init).joined(separator: " × ") + ")"
    }
    let number = { (value: Double) in
      asBools ? (value != 0 ? "true" : "false") : style.text(value, keepsSignOfZero: keepsSignOfZero)
    }
    if shape.isEmpty { return values.first.map(number) ?? "" }
    // The innermost axis is written first; each further one joins what the last one made.
    let keeps = shape.map { kept($0) }
    let cells = keptOffsets(shape, keeps).map { number(values[$0]) }
    var text = joined(cells, shape, keeps, isBroken: false)
    if style == .short, shape.count > 1, text.count > Self.lineWidth {
      let width = cells.map(\.count).max() ?? 0
      let aligned = cells.map { String(repeating: " ", count: width - $0.count) + $0 }
      text = joined(aligned, shape, keeps, isBroken: true)
    }
    if !asBools, keeps.map(\.count) != shape {
      let finite = values.filter { !$0.isNaN }
      let sizes = shape.map(String.init).joined(separator: " × ")
      text += "\n\(sizes)"
      if let low = finite.min(), let high = finite.max() {
        let mean = finite.reduce(0, +) / Double(finite.count)
        text += ": min \(style.text(low)), mean \(style.text(mean)), max \(style.text(high))"
      }
      if finite.count < values.count { text += ", \(values.count - finite.count) NaN" }
    }
    return text
  }

  /// The numbers in brackets; where it is broken, each row stands on a line of its own.
  private func joined(_ cells: [String], _ shape: [Int], _ keeps: [[Int]], isBroken: Bool) -> String {
    var rows = cells
    for axis in shape.indices.reversed() {
      let length = keeps[axis].count
      let isInner = axis == shape.count - 1
      let breaks = String(repeating: "\n", count: shape.count - 1 - axis) + String(repeating: " ", count: axis + 1)
      var joined: [String] = []
      for start in stride(from: 0, to: rows.count, by: length) {
        var cells = Array(rows[start..<start + length])
        if length < shape[axis] { cells.insert("…", at: length / 2) }
        joined.append("[" + cells.joined(separator: isBroken && !isInner ? "," + breaks : ", ") + "]")
      }
      rows = joined
    }
    return rows[0]
  }

  private func kept(_ length: Int) -> [Int] {
    length <= edge ? Array(0..<length) : [0, 1, 2] + [length - 3, length - 2, length - 1]
  }

  private func keptOffsets(_ shape: [Int], _ keeps: [[Int]]) -> [Int] {
    var offsets = [0]
    for axis in shape.indices { offsets = offsets.flatMap { base in keeps[axis].map { base * shape[axis] + $0 } } }
    return offsets
  }
}
