import EnergyText

extension DiagnosticCode {
  /// Parameters without a value.
  public static let unbound: DiagnosticCode = "E-unbound"
  /// A program without statements.
  public static let empty: DiagnosticCode = "E-empty"
  /// NaN where `--trap-nan` forbids it.
  public static let trapped: DiagnosticCode = "E-nan"
  /// What was asked for can't be found: an energy, a parameter to set, rows of a batch.
  public static let option: DiagnosticCode = "E-option"
  /// A command line that isn't one.
  public static let usage: DiagnosticCode = "E-usage"
  /// No CUDA driver.
  public static let noGPU: DiagnosticCode = "E-no-gpu"
  /// No gnuplot, or one that can't draw what is asked for.
  public static let noGnuplot: DiagnosticCode = "E-no-gnuplot"
  /// Part of the tool that isn't built yet.
  public static let notBuilt: DiagnosticCode = "E-not-built"
  /// The evaluation needs more memory than it may have.
  public static let memory: DiagnosticCode = "E-memory"
  /// A matrix that has no inverse.
  public static let singular: DiagnosticCode = "E-singular"
  /// Energies or scores that aren't numbers.
  public static let notFinite: DiagnosticCode = "W-nan"
  /// A file of parameters has names that no parameter has.
  public static let unusedName: DiagnosticCode = "W-unused"
  /// The prompt has no such command, or it wants something else behind it.
  public static let command: DiagnosticCode = "E-command"
  /// A defect of ours.
  public static let defect: DiagnosticCode = "E-defect"
}

/// The exit status of a process, as scripts may rely on it.
public enum ExitStatus: Int32, Sendable {
  /// Done.
  case success = 0
  /// The user's program or data is wrong.
  case failure = 1
  /// The command line is wrong.
  case usage = 2
  /// Something asked for is missing on this computer or not built yet.
  case unavailable = 3
  /// A defect of ours.
  case defect = 70
  /// Interrupted.
  case interrupted = 130

  /// What a run ends with after these messages.
  public init(after diagnostics: [Diagnostic]) {
    let errors = diagnostics.filter { $0.severity == .error }
    if errors.isEmpty {
      self = .success
    } else if errors.contains(where: { $0.code == .interrupted }) {
      self = .interrupted
    } else if errors.contains(where: { $0.code == .usage }) {
      self = .usage
    } else if errors.contains(where: { $0.code == .defect }) {
      self = .defect
    } else if errors.allSatisfy({ Self.unavailableCodes.contains($0.code) }) {
      self = .unavailable
    } else {
      self = .failure
    }
  }

  private static let unavailableCodes: Set<DiagnosticCode> = [.noGPU, .noGnuplot, .notBuilt, "E-unsupported"]
}
