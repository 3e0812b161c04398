import EnergyDriver
import EnergyText
import Glibc

/// Standard output and standard error.
enum Console {
  /// A line for standard output. Where it can't be written (a full disk), nothing more can be done: status 1.
  static func out(_ text: String) { out(bytes: Array(line(text).utf8)) }

  /// Bytes for standard output as they are.
  static func out(bytes: [UInt8]) {
    guard !write(bytes, to: STDOUT_FILENO) else { return }
    error("error[E-file]: standard output can't be written")
    exit(ExitStatus.failure.rawValue)
  }

  /// A line for standard error.
  static func error(_ text: String) { _ = write(Array(line(text).utf8), to: STDERR_FILENO) }

  /// A piece of text for standard error, without the end of a line.
  static func write(_ text: String) { _ = write(Array(text.utf8), to: STDERR_FILENO) }

  private static func line(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          return false
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
      return true
    }
  }

  /// Whether people read standard output.
  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
  /// Whether people read standard error.
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  /// Whether people type standard input.
  static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// A variable of the environment; `nil` where it isn't set or empty.
  static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  /// Whether the terminal shows more than ASCII, as far as it says.
  static var showsUnicode: Bool {
    let locale = variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? ""
    return locale.uppercased().replacing("-", with: "").contains("UTF8") && variable("TERM") != "dumb"
  }

  /// Columns of the terminal, as far as it says.
  static var errorWidth: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 120 }
    return Int(size.ws_col)
  }
}

/// What a command has to say, to people or (`--json`) to programs: results go to standard output, messages to standard
/// error; a JSON document holds both.
final class Report {
  let isJSON: Bool
  private let color: Bool
  private var fields: [(String, JSON)] = []
  private var messages: [(Diagnostic, SourceMap)] = []
  private var printed = false

  init(_ options: OutputOptions) {
    isJSON = options.json
    color = options.color.isOn(isTerminal: Console.errorIsTerminal)
  }

  /// A line of the result for people.
  func line(_ text: String) { if !isJSON { Console.out(text) } }

  /// A field of the document for programs.
  func field(_ name: String, _ value: JSON) { fields.append((name, value)) }

  /// A line for people that isn't a result.
  func note(_ text: String) { if !isJSON { Console.error(text) } }

  /// Messages about sources; printed at once for people.
  func add(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    // Two readers of one file remark the same.
    let diagnostics = diagnostics.filter { new in new.span != nil || !messages.contains { $0.0 == new } }
    messages += diagnostics.map { ($0, sources) }
    guard !isJSON else { return }
    let renderer = TextRenderer(
      sources: sources, color: color, width: Console.errorIsTerminal ? Console.errorWidth : 120)
    for diagnostic in diagnostics {
      if printed { Console.error("") }
      printed = true
      Console.error(renderer.render(diagnostic))
    }
  }

  /// Runs a command's work on the program that `load` reads; where that is wrong it says so and stops.
  func finish(loading load: () throws -> Session, _ body: (Session) throws -> ExitStatus) throws {
    var session: Session?
    try finish({ session?.sources ?? SourceMap() }) {
      let loaded = try load()
      session = loaded
      add(loaded.diagnostics, loaded.sources)
      return loaded.hasErrors ? .failure : try body(loaded)
    }
  }

  /// Runs a command's work; whatever is thrown becomes messages. Ends the document.
  func finish(_ sources: () -> SourceMap, _ body: () throws -> ExitStatus) throws {
    var status = ExitStatus.success
    do {
      status = try body()
    } catch let several as Diagnostics {
      add(several.all, sources())
    } catch let diagnostic as Diagnostic {
      add([diagnostic], sources())
    }
    let all = messages.map(\.0)
    let verdict = ExitStatus(after: all)
    if verdict != .success { status = verdict }
    if isJSON {
      let rendered = messages.map { JSON.raw(JSONRenderer(sources: $0.1).render($0.0)) }
      let ok = JSON.bool(status == .success)
      Console.out(JSON.object([("ok", ok)] + fields + [("diagnostics", .array(rendered))]).text)
    }
    if status != .success { throw status }
  }
}
