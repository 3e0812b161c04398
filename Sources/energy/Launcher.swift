import ArgumentParser
import EnergyDriver
import EnergyText
import Glibc

/// Starts a command and turns whatever it ends with into messages and an exit status.
enum Launcher {
  static func launch(_ arguments: [String]) -> ExitStatus {
    Interruption.prepare()
    if arguments.contains("--version"), arguments.allSatisfy({ ["--version", "--json"].contains($0) }) {
      Console.out(arguments.contains("--json") ? VersionReport.json.text : VersionReport.text)
      return .success
    }
    do {
      var command = try EnergyCommand.parseAsRoot(arguments)
      try command.run()
      return .success
    } catch let status as ExitStatus {
      return status
    } catch {
      return ended(by: error, isJSON: arguments.contains("--json"))
    }
  }

  private static func ended(by error: any Error, isJSON: Bool) -> ExitStatus {
    let code = EnergyCommand.exitCode(for: error)
    let message = EnergyCommand.fullMessage(for: error)
    if code == .success {
      Console.out(message)
      return .success
    }
    if code == .validationFailure, isJSON {
      let message = Diagnostic(.error, .usage, EnergyCommand.message(for: error))
      let rendered = JSONRenderer(sources: SourceMap()).render(message)
      Console.out(JSON.object([("ok", .bool(false)), ("diagnostics", .array([.raw(rendered)]))]).text)
      return .usage
    }
    if code == .validationFailure {
      Console.error(message)
      return .usage
    }
    Console.error(
      """
      This is a defect of energy, not of your program: \(error)
      Please report it with the command line and the file: https://github.com/energy-lang/energy/issues
      """)
    return .defect
  }
}

extension ExitStatus: Error {}

/// Ctrl-C: stops an evaluation in good order, everything else at once.
enum Interruption {
  /// How many requests are left to what is running, which looks at `isRequested`.
  nonisolated(unsafe) private static var isWatched: sig_atomic_t = 0
  nonisolated(unsafe) private static var requested: sig_atomic_t = 0

  static func prepare() {
    isWatched = 0
    requested = 0
    mainThread = pthread_self()
    signal(SIGINT) { _ in Interruption.receive() }
    // Whoever started this may have blocked the signal.
    var interrupt = sigset_t()
    sigemptyset(&interrupt)
    sigaddset(&interrupt, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
    // A reader that has seen enough (head, less) isn't an error.
    signal(SIGPIPE, SIG_DFL)
  }

  private static func receive() {
    if isElsewhere(SIGINT) { return }
    requested += 1
    // What doesn't stop in good order is stopped by the next one; a prompt, which has more to lose, by the third.
    if requested > isWatched { _exit(ExitStatus.interrupted.rawValue) }
  }

  /// Whether the program was asked to stop since `reset`.
  static var isRequested: Bool { requested != 0 }

  /// Looks at `isRequested` from here on, and at the size of the terminal.
  static func watch() {
    isWatched = 2
    signal(SIGWINCH) { _ in if !Interruption.isElsewhere(SIGWINCH) { Interruption.resized = 1 } }
  }

  nonisolated(unsafe) private static var mainThread = pthread_self()

  /// Hands a signal on to the main thread, which may be waiting for it, where another thread got it.
  private static func isElsewhere(_ number: Int32) -> Bool {
    if pthread_equal(pthread_self(), mainThread) != 0 { return false }
    pthread_kill(mainThread, number)
    return true
  }

  /// Forgets that it was asked to stop.
  static func reset() { requested = 0 }

  nonisolated(unsafe) private static var resized: sig_atomic_t = 0

  /// Whether the terminal has another size since this was asked last.
  static func takeResize() -> Bool {
    defer { resized = 0 }
    return resized != 0
  }

  /// Runs `body`, which asks the closure it gets now and then whether to stop.
  static func watching<Result>(_ body: (@escaping @Sendable () -> Bool) throws -> Result) rethrows -> Result {
    isWatched = 1
    defer { isWatched = 0 }
    return try body { Interruption.requested != 0 }
  }
}
