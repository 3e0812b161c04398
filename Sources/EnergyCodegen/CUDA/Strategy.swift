import EnergyIR
import EnergyLowering

/// How a function of the CUDA target spreads samples over threads, and why so.
public struct Strategy: Hashable, Sendable {
  /// The ways there are.
  public enum Kind: String, Sendable {
    /// A thread a sample, everything in registers, all loops unrolled.
    case registers
    /// A thread a sample, its row and its arrays in shared memory, loops kept.
    case sharedFrame = "shared frame"
    /// A thread a sample, its arrays in local memory, loops kept.
    case localFrame = "local frame"
    /// A thread a sample, its arrays in the caller's workspace, loops kept.
    case workspaceFrame = "workspace frame"
  }

  /// Which of them.
  public let kind: Kind
  /// Threads a block.
  public let threads: Int
  /// Samples that a block has at a time.
  public let samples: Int
  /// Static shared memory of a block in bytes.
  public let sharedBytes: Int
  /// Numbers of a sample's frame: its row, results and arrays. Odd, so that the frames of a warp begin in different
  /// banks.
  public let frame: Int
  /// The reason in a sentence without a full stop.
  public let reason: String

  /// Whether rows move 16 bytes at a time where pointers are aligned.
  public var isVectorised: Bool { kind == .registers || kind == .sharedFrame }
}
