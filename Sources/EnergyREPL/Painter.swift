import EnergySyntax

/// Colours for what a prompt shows.
public struct Painter: Sendable {
  /// Whether there are colours at all.
  public let isOn: Bool

  /// Paints, or leaves everything as it is.
  public init(isOn: Bool) { self.isOn = isOn }

  private enum Colour: String {
    case number = "36"
    case string = "32"
    case word = "35"
    case function = "34"
    case prompt = "1;36"
    case note = "2"
  }

  /// A formula or numbers.
  public func formula(_ text: String) -> String {
    guard isOn else { return text }
    let bytes = Array(text.utf8)
    var result = ""
    var position = 0
    for piece in coloured(text) where piece.range.lowerBound >= position && piece.range.upperBound <= bytes.count {
      result += String(decoding: bytes[position..<piece.range.lowerBound], as: UTF8.self)
      result += paint(String(decoding: bytes[piece.range], as: UTF8.self), colour(piece.kind))
      position = piece.range.upperBound
    }
    return result + String(decoding: bytes[position...], as: UTF8.self)
  }

  /// What is said beside the results.
  public func note(_ text: String) -> String { isOn ? paint(text, .note) : text }

  /// A prompt for readline, which has to be told what takes no room.
  public func prompt(_ text: String) -> String {
    isOn ? "\u{1}\u{1B}[\(Colour.prompt.rawValue)m\u{2}\(text)\u{1}\u{1B}[0m\u{2}" : text
  }

  private func colour(_ kind: TextClass) -> Colour {
    switch kind {
    case .number: .number
    case .string: .string
    case .word: .word
    case .function: .function
    }
  }

  private func paint(_ text: String, _ colour: Colour) -> String { "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" }
}
