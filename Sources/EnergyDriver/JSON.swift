import EnergyText

/// A JSON document (RFC 8259) under construction; fields keep their order.
public enum JSON: Sendable {
  /// Names with values.
  case object([(String, JSON)])
  /// Values in order.
  case array([JSON])
  /// A number; what JSON can't say (NaN, infinities) becomes a string.
  case number(Double)
  /// A text.
  case string(String)
  /// A truth value.
  case bool(Bool)
  /// Nothing.
  case null
  /// A document that is text already.
  case raw(String)

  /// A whole number.
  public static func integer(_ value: Int) -> JSON { .raw(String(value)) }

  /// Numbers under a shape, as nested arrays.
  public static func tensor(_ values: [Double], shape: [Int]) -> JSON {
    guard shape.allSatisfy({ $0 > 0 }) else { return .array([]) }
    var cells = values.map(JSON.number)
    for length in shape.reversed() {
      cells = stride(from: 0, to: cells.count, by: length).map { .array(Array(cells[$0..<$0 + length])) }
    }
    return cells.first ?? .null
  }

  /// The document on one line.
  public var text: String {
    switch self {
    case .object(let fields):
      return "{" + fields.map { JSONRenderer.quoted($0.0) + ": " + $0.1.text }.joined(separator: ", ") + "}"
    case .array(let elements): return "[" + elements.map(\.text).joined(separator: ", ") + "]"
    case .number(let value):
      let text = NumberStyle.exact.text(value, keepsSignOfZero: true)
      return value.isFinite ? text : JSONRenderer.quoted(text)
    case .string(let text): return JSONRenderer.quoted(text)
    case .bool(let value): return value ? "true" : "false"
    case .null: return "null"
    case .raw(let text): return text
    }
  }
}
