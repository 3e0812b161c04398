import CReadline
import Glibc

/// Lines typed at a terminal, through readline: history, editing, completion, pastes.
///
/// Readline has one line and one set of variables, so there is one editor.
@MainActor
public final class LineEditor {
  /// What reading a line ended with.
  public enum Event: Equatable, Sendable {
    /// A line, or a paste of several.
    case line(String)
    /// Ctrl-C.
    case interrupt
    /// Ctrl-D on an empty line.
    case end
  }

  private static var finished: Event?
  private static var complete: ((String) -> Completion)?
  private var isWaiting = false
  /// How many candidates a list shows.
  private static let listLimit = 200

  /// An editor for the terminal on standard input.
  /// - Parameters:
  ///   - showsOnErrors: whether the line is shown on standard error, because standard output is no terminal.
  ///   - complete: what may stand at the cursor, given the line before it.
  public init(showsOnErrors: Bool, complete: @escaping (String) -> Completion) {
    er_prepare("energy", showsOnErrors ? er_stderr() : er_stdout())
    LineEditor.complete = complete
    er_bind_tab { _, _ in
      MainActor.assumeIsolated { LineEditor.tab() }
      return 0
    }
  }

  /// Adds inputs to what the arrow keys bring back.
  public func remember(_ entries: [String]) { for entry in entries { add_history(entry) } }

  /// Reads a line.
  /// - Parameters:
  ///   - isInterrupted: whether Ctrl-C came since it was asked last.
  ///   - isResized: whether the terminal has another size since it was asked last.
  public func read(prompt: String, isInterrupted: () -> Bool, isResized: () -> Bool) -> Event {
    // Signals come only while this waits: none is lost between asking for one and waiting for the next.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGWINCH)
    var outside = sigset_t()
    pthread_sigmask(SIG_BLOCK, &signals, &outside)
    defer { pthread_sigmask(SIG_SETMASK, &outside, nil) }
    LineEditor.finished = nil
    rl_callback_handler_install(prompt) { line in
      MainActor.assumeIsolated {
        LineEditor.finished = line.map { .line(String(cString: $0)) } ?? .end
        rl_callback_handler_remove()
      }
      free(line)
    }
    while LineEditor.finished == nil {
      let count = er_wait(&outside)
      let isBroken = count < 0 && errno != EINTR
      // Where there are keys to read, the wait doesn't let signals through.
      pthread_sigmask(SIG_SETMASK, &outside, nil)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      if isResized() { rl_resize_terminal() }
      // A signal and further keys may come together; then the signal came first.
      if isInterrupted() {
        er_abandon()
        return .interrupt
      }
      if isBroken {
        rl_callback_handler_remove()
        return .end
      }
      if count > 0 { rl_callback_read_char() }
    }
    return LineEditor.finished ?? .end
  }

  // MARK: Completion

  /// The key Tab: fills in what is certain, lists what may follow, and indents an empty line.
  private static func tab() {
    guard let start = er_line(), let complete else { return }
    let cursor = Int(er_cursor())
    let line = String(
      decoding: UnsafeBufferPointer(start: start, count: cursor).map(UInt8.init(bitPattern:)), as: UTF8.self)
    if line.allSatisfy({ $0 == " " }) {
      rl_insert_text("  ")
      return
    }
    let completion = complete(line)
    let typed = String(decoding: Array(line.utf8)[completion.start...], as: UTF8.self)
    guard !completion.candidates.isEmpty else {
      rl_ding()
      return
    }
    let common = completion.common
    if completion.candidates.count == 1 || common.count > typed.count && common.hasPrefix(typed) {
      er_replace(Int32(completion.start), common)
      return
    }
    // Of paths only what is new is shown.
    let folder = typed.lastIndex(of: "/").map { String(typed[...$0]) } ?? ""
    list(completion.candidates.map { $0.hasPrefix(folder) ? String($0.dropFirst(folder.count)) : $0 })
  }

  private static func list(_ candidates: [String]) {
    var shown = Array(candidates.prefix(listLimit))
    if candidates.count > listLimit { shown.append("… \(candidates.count - listLimit) more") }
    // Readline wants the common beginning first, which it doesn't show here.
    var texts = ([""] + shown).map { strdup($0) }
    defer { texts.forEach { free($0) } }
    texts.append(nil)
    let longest = shown.map(\.count).max() ?? 0
    er_list(&texts, Int32(shown.count), Int32(longest))
  }
}
