import ArgumentParser
import EnergyDriver
import EnergyPlots
import EnergyREPL
import EnergyText
import Glibc

/// `energy repl [FILE]`, and `energy` at a terminal.
struct ReplCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl", abstract: "A prompt: definitions stay, results come at once.",
    discussion: """
      energy repl model.energy
      energy repl < model.energy          the same as energy model.energy, statement by statement
      Statements as in a file; :help lists the commands. Inputs are kept in $XDG_STATE_HOME/energy/history; the file
      $XDG_CONFIG_HOME/energy/rc.energy is loaded first.
      """)

  @OptionGroup var program: ProgramOptions

  @Option(help: "Colour in results and messages; auto heeds NO_COLOR and TERM=dumb.")
  var color: OutputOptions.Color = .auto

  @Flag(help: "Of a pipe, print the inputs too and messages among the results: a transcript, as a terminal shows it.")
  var echo = false

  func validate() throws {
    if program.expression != nil { throw ValidationError("The prompt takes a file, not -e EXPR.") }
    if program.energy != nil { throw ValidationError("The prompt has no --energy: name it where you use it.") }
  }

  func run() throws {
    try PromptRun(program, color: color, echo: echo).run()
  }
}

/// A prompt from its beginning to its end.
struct PromptRun {
  private let isTerminal = Console.inputIsTerminal
  private let echoes: Bool
  private let color: OutputOptions.Color
  private let file: String?
  private let options: Conversation.Options
  private let output: PromptOutput

  /// - Throws: `Diagnostic` for options that can't be.
  init(_ program: ProgramOptions, color: OutputOptions.Color, echo: Bool = false) throws {
    echoes = echo && !isTerminal
    self.color = color
    file = program.file
    var options = Conversation.Options()
    options.session = try program.sessionOptions()
    options.session.isCancelled = { Interruption.isRequested }
    options.isTyped = isTerminal || echoes
    options.sourceName = options.isTyped ? "<prompt>" : "<stdin>"
    if echoes { options.session.numbers = .short }
    if isTerminal, Console.outputIsTerminal, Console.showsUnicode { options.session.formulas = .unicode }
    self.options = options
    output = PromptOutput(color, joinsErrors: echoes)
  }

  func run() throws {
    Interruption.watch()
    let output = output
    let color = color
    let pictures = Pictures(terminal: Console.style(color))
    let conversation = Conversation(options: options, pictures: pictures) { output.show($0) }
    if let file { conversation.load(file) }
    if isTerminal {
      MainActor.assumeIsolated { Terminal(conversation, output).run() }
    } else {
      readPipe(conversation)
      if conversation.hasFailed { throw ExitStatus.failure }
    }
  }

  private func readPipe(_ conversation: Conversation) {
    var inputs = InputAssembler()
    while let line = readLine() {
      if let input = inputs.read(line), !take(input, conversation) { return }
    }
    if let input = inputs.end() { _ = take(input, conversation) }
  }

  private func take(_ input: InputAssembler.Input, _ conversation: Conversation) -> Bool {
    if echoes { Console.out(InputAssembler.prompted(input.text)) }
    let goesOn = conversation.take(input)
    // Nobody is there to go on after Ctrl-C.
    if Interruption.isRequested { exit(ExitStatus.interrupted.rawValue) }
    return goesOn
  }
}

/// What a prompt says, on standard output and standard error.
struct PromptOutput {
  private let results: Painter
  private let errors: Painter
  /// Whether messages go where results go.
  private let joinsErrors: Bool

  init(_ color: OutputOptions.Color, joinsErrors: Bool) {
    self.joinsErrors = joinsErrors
    results = Painter(isOn: color.isOn(isTerminal: Console.outputIsTerminal))
    errors = Painter(isOn: color.isOn(isTerminal: Console.errorIsTerminal))
  }

  func show(_ reply: Reply) {
    switch reply {
    case .formula(let text): Console.out(results.formula(text))
    case .value(let text), .text(let text): Console.out(text)
    case .note(let text): error(errors.note(text))
    case .messages(let diagnostics, let sources):
      let width = Console.errorIsTerminal ? Console.errorWidth : 120
      let renderer = TextRenderer(sources: sources, color: errors.isOn, width: width)
      for diagnostic in diagnostics { error(renderer.render(diagnostic)) }
    }
  }

  private func error(_ text: String) { joinsErrors ? Console.out(text) : Console.error(text) }

  /// The prompt as readline wants it.
  func prompt(_ text: String) -> String { results.prompt(text) }
}

/// The conversation of a person at a terminal.
@MainActor
struct Terminal {
  private let conversation: Conversation
  private let output: PromptOutput
  private let history: HistoryFile?
  private let startup: String?

  init(_ conversation: Conversation, _ output: PromptOutput) {
    self.conversation = conversation
    self.output = output
    let folders = UserFolders(Console.variable)
    history = folders.history.map { HistoryFile(path: $0) }
    startup = folders.startup
  }

  func run() {
    if let startup, access(startup, F_OK) == 0 { conversation.load(startup) }
    var inputs = InputAssembler()
    let pending = Pending()
    let conversation = conversation
    let editor = LineEditor(showsOnErrors: !Console.outputIsTerminal) { line in
      conversation.completion(of: line, after: pending.text)
    }
    while true {
      if !inputs.isPending { editor.remember(history?.newEntries() ?? []) }
      let prompt = inputs.isPending ? InputAssembler.continuation : InputAssembler.prompt
      Interruption.reset()
      switch editor.read(
        prompt: output.prompt(prompt), isInterrupted: { Interruption.isRequested }, isResized: Interruption.takeResize)
      {
      case .interrupt: inputs.abandon()
      case .end:
        if inputs.isPending {
          inputs.abandon()
          Console.out("")
          continue
        }
        Console.out("")
        return
      case .line(let line):
        Interruption.reset()
        guard let input = inputs.type(line) else {
          pending.text = inputs.isPending ? inputs.text : ""
          continue
        }
        if let history { editor.remember(history.append(input.text)) } else { editor.remember([input.text]) }
        if !conversation.take(input) { return }
      }
      pending.text = ""
    }
  }

  /// The lines of an input before the one that is typed.
  private final class Pending { var text = "" }
}
