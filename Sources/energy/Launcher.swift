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
  /// Whether something is running that looks at `isRequested`.
  nonisolated(unsafe) private static var isWatched: sig_atomic_t = 0
  nonisolated(unsafe) private static var requested: sig_atomic_t = 0

  static func prepare() {
    isWatched = 0
    requested = 0
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
    if isWatched != 0, requested == 0 {
      requested = 1
    } else {
      _exit(ExitStatus.interrupted.rawValue)
    }
  }

  /// Runs `body`, which asks the closure it gets now and then whether to stop.
  static func watching<Result>(_ body: (@escaping @Sendable () -> Bool) throws -> Result) rethrows -> Result {
    isWatched = 1
    defer { isWatched = 0 }
    return try body { Interruption.requested != 0 }
  }
}
