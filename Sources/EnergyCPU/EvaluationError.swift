/// Why a loop program can't be run, or stopped. Rows count from 0.
public enum EvaluationError: Error, Hashable, Sendable {
  /// A size in the program has no value, or one that doesn't fit.
  case unboundSize(String)
  /// A buffer has a negative extent.
  case negativeExtent(buffer: String)
  /// The program needs more memory than the options allow.
  case memory(neededBytes: Int, limitBytes: Int)
  /// There is no value for a tensor that the program reads.
  case missingInput(buffer: String)
  /// A tensor has the wrong number of entries.
  case wrongCount(buffer: String, expected: Int, given: Int)
  /// A function is neither a kernel nor in the table of scalar functions.
  case unknownFunction(String)
  /// An index read from data is out of `0 ..< extent`. `row` is `nil` where it is the same for all samples.
  case indexOutOfRange(buffer: String, index: Double, extent: Int, row: Int?)
  /// A matrix that is the same for all samples is singular, or not positive definite.
  case singularMatrix(buffer: String)
  /// The caller asked to stop.
  case cancelled
  /// The loop program breaks its own rules: a defect of ours.
  case malformed(String)
}
