import ArgumentParser
import EnergyDriver
import Glibc
import Synchronization

/// When a command shows how far it is.
enum ProgressMode: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

/// A line on standard error that says how far a run is, with its rate and the time left; it appears after half a second.
///
/// On a terminal the line is drawn over itself and disappears at the end; elsewhere (`--progress always`) a line is
/// added once a second.
final class ProgressLine: Sendable {
  private struct State {
    var last: Progress?
    var start = ContinuousClock.now
    var lastDrawn: ContinuousClock.Instant?
  }

  private let isTerminal: Bool
  private let state = Mutex(State())
  private static let delay = Duration.milliseconds(500)

  /// A line where one is wanted.
  init?(_ mode: ProgressMode) {
    isTerminal = Console.errorIsTerminal && Console.variable("TERM") != "dumb"
    switch mode {
    case .auto: guard isTerminal else { return nil }
    case .always: break
    case .never: return nil
    }
  }

  /// Draws the line, if it is time.
  func update(_ progress: Progress) {
    state.withLock { state in
      let now = ContinuousClock.now
      if let last = state.last,
        last.stage != progress.stage || last.total != progress.total || last.done > progress.done
      {
        // The first run has begun with this object, every other one with its first report.
        state.start = now
      }
      state.last = progress
      let elapsed = state.start.duration(to: now)
      guard elapsed >= Self.delay else { return }
      let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(1)
      if let last = state.lastDrawn, last.duration(to: now) < pause { return }
      state.lastDrawn = now
      let text = Self.text(progress, seconds: elapsed / .seconds(1))
      if isTerminal {
        Console.write("\r" + String(text.prefix(max(1, Console.errorWidth - 1))) + "\u{1B}[K")
      } else {
        Console.error(text)
      }
    }
  }

  /// Removes the line.
  func finish() {
    state.withLock { state in
      if isTerminal, state.lastDrawn != nil { Console.write("\r\u{1B}[K") }
      state.lastDrawn = nil
    }
  }

  /// `evaluating   42%  [########            ]  420,000 of 1,000,000 rows, 840,000 rows/s, 0.7 s left`.
  static func text(_ progress: Progress, seconds: Double) -> String {
    let total = max(1, progress.total)
    let share = Double(min(progress.done, total)) / Double(total)
    let width = 20
    let filled = Int(share * Double(width))
    let bar = String(repeating: "#", count: filled) + String(repeating: " ", count: width - filled)
    var text = "\(progress.stage.rawValue)  \(Int(share * 100))%  [\(bar)]  "
    text += "\(grouped(progress.done)) of \(grouped(progress.total)) rows"
    if progress.done > 0, seconds > 0 {
      let rate = Double(progress.done) / seconds
      text += ", \(grouped(Int(rate))) rows/s, \(duration(Double(total - progress.done) / rate)) left"
    }
    return text
  }

  /// `1,234,567`.
  private static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.indices.map { index in
      (index > 0 && (digits.count - index) % 3 == 0 ? "," : "") + String(digits[index])
    }.joined()
  }

  /// `0.7 s`, `42 s`, `3 min 5 s`, `2 h 10 min`.
  private static func duration(_ seconds: Double) -> String {
    if seconds < 10 { return "\((seconds * 10).rounded() / 10) s" }
    let whole = Int(min(seconds, 1e9).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}

extension ProgramOptions {
  /// Runs something long: Ctrl-C ends it in good order, and a line shows how far it is.
  func attended<Result>(
    _ body: (_ isCancelled: @escaping @Sendable () -> Bool, _ progress: ProgressHandler?) throws -> Result
  ) rethrows -> Result {
    let line = ProgressLine(progress)
    defer { line?.finish() }
    return try Interruption.watching { isCancelled in
      try body(isCancelled, line.map { line in ProgressHandler { line.update($0) } })
    }
  }
}
