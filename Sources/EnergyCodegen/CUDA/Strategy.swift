import EnergyIR
import EnergyLowering

/// How a function of the CUDA target spreads samples over threads, and why so.
public struct Strategy: Hashable, Sendable {
  /// The ways there are.
  public enum Kind: String, Sendable {
    /// A thread a sample, everything in registers; all loops over what lies there are unrolled.
    case registers
    /// A thread a sample, its row and its arrays in shared memory, loops kept.
    case sharedFrame = "shared frame"
    /// A warp a sample, its arrays in shared memory, loops spread over the threads.
    case warp
    /// A block a sample, its arrays in shared memory, loops spread over the threads.
    case block
    /// A block a sample, its arrays in the caller's workspace, loops spread over the threads.
    case workspaceBlock = "workspace block"
    /// A block has many samples, whose products with matrices are made tile by tile in registers.
    case tiles
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
  /// Shared memory of a block in bytes.
  public let sharedBytes: Int
  /// Numbers of a sample's frame: its row, results and arrays. Odd where a thread has a frame, so that those of a warp
  /// begin in different banks.
  public let frame: Int
  /// Whether rows move 16 bytes at a time where pointers are aligned.
  public let isVectorised: Bool
  /// The scores, where they go to memory as they are computed.
  var direct: BufferID? = nil
  /// Where in the body loops begin that stay loops although the sample lies in registers.
  var rolledLoops: Set<Int> = []
  /// How often a row is read, all but the first time from a cache.
  public var rowReads = 1
  /// Bytes of matrices that a block reads from a cache.
  public var matrixBytes = 0
  /// The reason in a sentence without a full stop.
  public let reason: String

  /// Bytes a sample that come from a cache, for a row of so many bytes.
  public func cacheBytes(row: Int) -> Double {
    Double(row * (rowReads - 1)) + Double(matrixBytes) / Double(samples)
  }

  /// Threads that share a sample; 1 where each has one of its own.
  public var threadsPerSample: Int {
    switch kind {
    case .warp: 32
    case .block, .workspaceBlock: threads
    case .registers, .sharedFrame, .tiles, .localFrame, .workspaceFrame: 1
    }
  }

  /// Whether arrays lie in the caller's workspace.
  public var usesWorkspace: Bool { kind == .workspaceFrame || kind == .workspaceBlock }

  /// Whether arrays lie in the device's memory, the caller's or the threads' own.
  public var framesInMemory: Bool { usesWorkspace || kind == .localFrame }

  /// Shared memory beyond this must be asked for when a kernel is launched.
  static let staticSharedLimit = 48 << 10

  /// Whether shared memory is asked for.
  var hasDynamicShared: Bool { sharedBytes > Self.staticSharedLimit }
}
