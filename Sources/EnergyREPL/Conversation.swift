import EnergyDriver
import EnergySemantics
import EnergySyntax
import EnergyText

/// A prompt without a terminal: takes inputs, keeps what they define, and says what comes out.
///
/// What has been defined is a growing program, checked anew for every input; only new statements run. A definition of
/// a known name takes the place of the old one, and everything that used it follows. What has been read from files and
/// computed is remembered, so that checking anew costs milliseconds.
public final class Conversation {
  /// How a prompt behaves.
  public struct Options: Sendable {
    /// What every session of the program is given.
    public var session = SessionOptions()
    /// What messages call the text that is typed.
    public var sourceName = "<prompt>"
    /// Whether a person types: `;` at the end then silences an input, and signatures are told.
    public var isTyped = true

    /// A person at a terminal.
    public init() {}
  }

  /// A text with definitions that were accepted.
  struct Entry {
    var text: ProgramText
    /// What it defines.
    let names: [String]
    /// As it was written.
    let written: String
    /// The path of a file; `nil` for what was typed.
    let path: String?

    /// What it still defines.
    var current: [String] { names.filter { !text.omitted.contains($0) } }
  }

  /// An error that a change of something else brought into an accepted text.
  struct Problem {
    let names: [String]
    let diagnostic: Diagnostic
    let sources: SourceMap
  }

  /// Everything that `:undo` restores.
  struct State {
    var entries: [Entry] = []
    /// Errors in them, by what tells them apart.
    var problems: [String: Problem] = [:]
    var settings: [SessionOptions.Setting] = []
    var dims: [String: Int] = [:]
    var parameterFile: String?
  }

  let options: Options
  let files: RememberedFiles
  private let pictures: (any PictureMaker)?
  let memory = SessionMemory()
  let show: (Reply) -> Void
  var state = State()
  /// States before changes, each with what the change was.
  var past: [(state: State, change: String)] = []
  /// The value that was shown last.
  var answer: TensorData?
  /// The program as it stands; made when it is needed.
  var standing: Session?
  /// Files that were asked for, in order, for `:reload`.
  var loadedPaths: [String] = []
  /// Remarks that were made once.
  private var remarked: Set<String> = []
  /// Whether anything was wrong so far.
  public internal(set) var hasFailed = false
  /// The lines of the current input are silent.
  var isSilent = false

  /// A prompt that knows nothing yet.
  /// - Parameters:
  ///   - files: what programs read and write.
  ///   - pictures: draws what is plotted.
  ///   - show: called for everything that is said, in order.
  public init(
    options: Options = Options(), files: any FileAccess = DiskFiles(), pictures: (any PictureMaker)? = nil,
    show: @escaping (Reply) -> Void
  ) {
    var options = options
    options.session.isPrompt = true
    self.options = options
    self.files = RememberedFiles(files)
    self.pictures = pictures
    self.show = show
  }

  /// Takes an input: statements, or a command.
  /// - Returns: whether to go on.
  public func take(_ input: InputAssembler.Input) -> Bool {
    let text = input.text
    if InputAssembler.isCommand(text) { return command(text) }
    if let word = Self.farewells.first(where: { text.trimmingBlanks == $0 }), program.words[word] == nil {
      show(.note("to leave: :quit or Ctrl-D"))
      return true
    }
    let source = SourceFile(name: options.sourceName, text: text, firstLine: input.firstLine)
    isSilent = options.isTyped && text.trimmingBlanks.hasSuffix(";")
    defer { isSilent = false }
    statements(source)
    return true
  }

  private static let farewells = ["quit", "exit", "quit()", "exit()"]

  /// The checked definitions.
  public var program: Program { current.program }

  /// The program as it stands.
  var current: Session {
    if let standing { return standing }
    let session = session(state)
    standing = session
    return session
  }

  // MARK: Sessions

  /// A session of accepted definitions and what is new.
  func session(_ state: State, adding text: ProgramText? = nil, expression: ProgramText? = nil) -> Session {
    var options = self.options.session
    options.settings = state.settings
    options.dims.merge(state.dims) { _, new in new }
    options.parameterFile = state.parameterFile ?? options.parameterFile
    let texts = state.entries.map { entry in
      var text = entry.text
      text.isActive = false
      return text
    }
    let session = Session(
      texts + [text].compactMap { $0 }, expression: expression, options: options, files: files, memory: memory)
    session.pictures = pictures
    return session
  }

  /// Keeps the program as it is now, to come back to it.
  func remember(_ change: String) {
    past.append((state, change))
    if past.count > 200 { past.removeFirst() }
  }

  // MARK: Saying

  /// Says what is wrong.
  func fail(_ diagnostics: [Diagnostic], _ sources: SourceMap = SourceMap()) {
    hasFailed = true
    if diagnostics.contains(where: { $0.code == .interrupted }) { return show(.note("interrupted")) }
    show(.messages(diagnostics.map(\.atPrompt), sources))
  }

  func fail(_ diagnostic: Diagnostic) { fail([diagnostic]) }

  /// Says whatever was thrown.
  func fail(_ error: any Error, _ sources: SourceMap) {
    switch error {
    case let several as Diagnostics: fail(several.all, sources)
    case let diagnostic as Diagnostic: fail([diagnostic], sources)
    default: fail([Diagnostic(.error, .defect, "defect: \(error)")], sources)
    }
  }

  /// Says warnings and notes that haven't been said.
  func remark(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    let new = diagnostics.filter { $0.severity != .error && remarked.insert(Self.key($0, sources)).inserted }
    if !new.isEmpty { show(.messages(new.map(\.atPrompt), sources)) }
  }

  /// Forgets which remarks were made, so that they come again.
  func forgetRemarks() { remarked = [] }

  /// What tells messages apart, in whichever session they arise.
  static func key(_ diagnostic: Diagnostic, _ sources: SourceMap) -> String {
    let place = diagnostic.span.map { TextRenderer(sources: sources).place($0) } ?? ""
    return "\(diagnostic.code) \(place) \(diagnostic.message)"
  }
}

extension Diagnostic {
  /// The same with the options of the command line named as the prompt has them.
  var atPrompt: Diagnostic {
    var result = self
    result.hints = hints.map { hint in
      var text = hint.message
      for option in ["--set ", "--dim "] {
        text = text.replacing(" " + option, with: "\n" + option).replacing(option, with: ":set ")
      }
      return Hint(text.replacing("--params ", with: ":params "), fixIt: hint.fixIt)
    }
    return result
  }
}

extension String {
  /// Without blanks and line breaks at both ends.
  var trimmingBlanks: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
