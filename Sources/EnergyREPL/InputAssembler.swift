import EnergySyntax

/// Puts lines together to inputs: statements, or commands of the prompt.
///
/// Typed lines end an input as soon as it is whole; a `where` that ended its line ends at an empty line. Lines of a
/// pipe, and those of one paste, follow the rules of files: there a line can go on in the next.
public struct InputAssembler {
  /// A whole input.
  public struct Input: Equatable, Sendable {
    /// The lines, with line breaks between them.
    public let text: String
    /// The number of the first one, counted from the beginning of the session.
    public let firstLine: Int
  }

  /// What the prompt begins with: in front of pasted lines it is taken off.
  public static let prompt = "energy> "
  /// What the further lines of an input begin with.
  public static let continuation = "   ...> "

  private var lines: [String] = []
  private var firstLine = 1
  private var nextLine = 1

  /// Nothing typed.
  public init() {}

  /// Whether lines wait for more.
  public var isPending: Bool { !lines.isEmpty }

  /// The lines that wait.
  public var text: String { lines.joined(separator: "\n") }

  /// Forgets the lines that wait.
  public mutating func abandon() { lines = [] }

  /// An input as it looks behind the prompt.
  public static func prompted(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().map { ($0.offset == 0 ? prompt : continuation) + $0.element }.joined(separator: "\n")
  }

  // MARK: A terminal

  /// Takes what was typed or pasted at once; returns the input where it is whole now.
  public mutating func type(_ text: String) -> Input? {
    let typed = Self.unprompted(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let isFirst = lines.isEmpty
    for line in typed { append(line) }
    if isFirst, typed.count == 1 {
      // An indentation by oversight means nothing where a statement begins.
      lines[0] = String(lines[0].drop { $0 == " " || $0 == "\t" })
      if Self.isCommand(lines[0]) { return finished() }
    }
    let whole = lines.joined(separator: "\n")
    let state = InputState(of: whole)
    if state.isEmpty { return finished(empty: true) }
    if state.hasOpenBracket { return nil }
    let endsEmpty = typed.count == 1 && typed[0].allSatisfy(\.isWhitespace)
    if state.endsOpen { return endsEmpty ? finished() : nil }
    return state.isInBlock && typed.count == 1 && !endsEmpty ? nil : finished()
  }

  /// Takes the prompt off lines copied from a session; what was printed between them goes away with it.
  static func unprompted(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.contains(where: { $0.hasPrefix(prompt) || $0.hasPrefix(continuation) }) else { return text }
    return lines.compactMap { line in
      [prompt, continuation].first { line.hasPrefix($0) }.map { String(line.dropFirst($0.count)) }
    }.joined(separator: "\n")
  }

  // MARK: A pipe

  /// Takes the next line of a file; returns the input that ended before it. A command never goes on.
  public mutating func read(_ line: String) -> Input? {
    let isBlank = line.allSatisfy(\.isWhitespace) || line.drop { $0.isWhitespace }.hasPrefix("#")
    var ended: Input?
    if isPending, Self.isCommand(lines[0]) {
      ended = finished()
    } else if !isBlank, let first = line.first, first != " ", first != "\t", isPending {
      let state = InputState(of: lines.joined(separator: "\n"))
      let goesOn = state.hasOpenBracket || state.endsOpen || state.isEmpty
      if !goesOn || LanguageWords.statementHeads.contains(String(line.prefix { $0.isLetter })) {
        ended = finished(empty: state.isEmpty)
      }
    }
    append(line)
    return ended
  }

  /// What is left at the end of a file.
  public mutating func end() -> Input? { finished(empty: InputState(of: lines.joined(separator: "\n")).isEmpty) }

  // MARK: Lines

  /// Whether a line is a command of the prompt and no statement.
  static func isCommand(_ line: String) -> Bool { line.hasPrefix(":") || line.hasPrefix("?") }

  private mutating func append(_ line: String) {
    if lines.isEmpty { firstLine = nextLine }
    lines.append(line)
    nextLine += 1
  }

  private mutating func finished(empty: Bool = false) -> Input? {
    defer { lines = [] }
    while lines.count > 1, lines.last?.allSatisfy(\.isWhitespace) ?? false { lines.removeLast() }
    return empty ? nil : Input(text: lines.joined(separator: "\n"), firstLine: firstLine)
  }
}
