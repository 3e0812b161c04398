/// How far a run is.
public struct Progress: Sendable {
  /// What is being done.
  public enum Stage: String, Sendable {
    /// Energies, scores and what else is asked for, row by row.
    case evaluating
    /// The differences of `check`, row by row.
    case comparing
  }

  /// What is being done.
  public let stage: Stage
  /// Rows that are done.
  public let done: Int
  /// Rows in all.
  public let total: Int
}

/// Who is told now and then how far a run is, from any thread.
public struct ProgressHandler: Sendable {
  private let body: @Sendable (Progress) -> Void

  /// A handler that calls a closure.
  public init(_ body: @escaping @Sendable (Progress) -> Void) { self.body = body }

  /// Tells it.
  func callAsFunction(_ stage: Progress.Stage, _ done: Int, of total: Int) {
    body(Progress(stage: stage, done: done, total: total))
  }

  /// A closure that takes the number of rows done.
  func counting(_ stage: Progress.Stage, of total: Int) -> @Sendable (Int) -> Void {
    { [body] in body(Progress(stage: stage, done: $0, total: total)) }
  }

  /// A handler for a part of the rows, which begins at `start`.
  func within(_ start: Int, of total: Int) -> ProgressHandler {
    ProgressHandler { [body] in body(Progress(stage: $0.stage, done: start + $0.done, total: total)) }
  }
}
