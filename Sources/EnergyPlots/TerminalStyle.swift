/// What a terminal can show.
public struct TerminalStyle: Sendable {
  /// Colours of its background and text.
  public enum Colors: Sendable {
    /// None: shades are made of characters.
    case none
    /// The 256 of xterm.
    case palette
    /// All of them.
    case all
  }

  /// Characters in a line.
  public var columns = 80
  /// Lines.
  public var rows = 30
  /// Its colours.
  public var colors = Colors.none
  /// Whether it knows more characters than ASCII.
  public var isUnicode = true
  /// Whether it shows pictures of pixels.
  public var showsSixels = false

  /// A terminal, or a pipe.
  public init() {}

  func foreground(_ color: Int, _ text: String) -> String { colored(text, 38, color) }

  /// Two colours in one character: its ink and what lies behind it.
  func pair(_ text: String, ink: Int, behind: Int) -> String {
    guard colors != .none else { return text }
    return "\u{1B}[\(code(38, ink));\(code(48, behind))m\(text)\u{1B}[0m"
  }

  private func colored(_ text: String, _ kind: Int, _ color: Int) -> String {
    colors == .none ? text : "\u{1B}[\(code(kind, color))m\(text)\u{1B}[0m"
  }

  private func code(_ kind: Int, _ color: Int) -> String {
    let (red, green, blue) = (color >> 16 & 255, color >> 8 & 255, color & 255)
    guard colors == .palette else { return "\(kind);2;\(red);\(green);\(blue)" }
    // The cube of 6 × 6 × 6 colours.
    let level = { (value: Int) in value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40 }
    return "\(kind);5;\(16 + 36 * level(red) + 6 * level(green) + level(blue))"
  }
}
