import EnergyPlots
import Glibc

extension Console {
  /// What the terminal behind standard output can show; a pipe shows characters without colours.
  static func style(_ options: OutputOptions) -> TerminalStyle { style(options.color, isJSON: options.json) }

  /// The same for a choice of colours.
  static func style(_ color: OutputOptions.Color, isJSON: Bool = false) -> TerminalStyle {
    var style = TerminalStyle()
    let isDumb = variable("TERM") == "dumb"
    style.isUnicode = !isDumb
    var size = winsize()
    if outputIsTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40, size.ws_row >= 16 {
      style.columns = Int(size.ws_col)
      style.rows = Int(size.ws_row) - 2
    }
    if color.isOn(isTerminal: outputIsTerminal) {
      let all = ["truecolor", "24bit"].contains(variable("COLORTERM") ?? "")
      style.colors = all ? .all : .palette
    }
    style.showsSixels = !isDumb && color != .never && !isJSON && terminalShowsSixels
    return style
  }

  /// Whether the terminal says that it shows sixels: 4 among its device attributes (DEC VT510 Programmer Information,
  /// "DA1"). Asked once, only where both ends are the terminal; one that doesn't answer within a fifth of a second
  /// doesn't.
  private static let terminalShowsSixels: Bool = {
    guard outputIsTerminal, inputIsTerminal else { return false }
    var saved = termios()
    guard tcgetattr(STDIN_FILENO, &saved) == 0 else { return false }
    var raw = saved
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    guard tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0 else { return false }
    defer { tcsetattr(STDIN_FILENO, TCSANOW, &saved) }
    Console.out(bytes: Array("\u{1B}[c".utf8))
    var answer: [UInt8] = []
    while answer.count < 64, answer.last != UInt8(ascii: "c") {
      var wait = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard poll(&wait, 1, 200) == 1 else { return false }
      var byte: UInt8 = 0
      guard read(STDIN_FILENO, &byte, 1) == 1 else { return false }
      answer.append(byte)
    }
    // ESC [ ? 62 ; 4 ; 22 c
    guard answer.starts(with: "\u{1B}[?".utf8) else { return false }
    let numbers = String(decoding: answer.dropFirst(3).dropLast(), as: UTF8.self).split(separator: ";")
    return numbers.dropFirst().contains("4")
  }()
}
