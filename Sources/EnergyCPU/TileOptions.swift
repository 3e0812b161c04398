import CEnergyKernels

/// The floating-point type in which a program runs and in which samples and results are stored.
public enum Precision: String, Hashable, Sendable, CaseIterable {
  /// Double precision.
  case f64
  /// Single precision.
  case f32

  /// Bytes an element.
  public var size: Int { self == .f64 ? 8 : 4 }

  /// Elements that make 64 bytes.
  var vectorWidth: Int { 64 / size }

  var kernelType: Int32 { Int32(self == .f64 ? EK_F64 : EK_F32) }
}

/// Which instructions of the processor the kernels use.
public enum VectorLevel: Int32, Hashable, Sendable, Comparable, CaseIterable {
  /// What every processor of the architecture has.
  case baseline = 0
  /// AVX2 with fused multiply-add.
  case avx2 = 1
  /// AVX-512 (F, BW, DQ, VL).
  case avx512 = 2

  /// The best of this processor.
  public static let best = VectorLevel(rawValue: ek_best_level()) ?? .baseline

  /// All that this processor can run.
  public static var available: [VectorLevel] { allCases.filter { $0 <= best } }

  /// Worst first.
  public static func < (left: VectorLevel, right: VectorLevel) -> Bool { left.rawValue < right.rawValue }
}

/// What a user or a test may choose about an evaluation. Apart from `level` and `lanes`, nothing here changes a bit of
/// the results.
public struct TileOptions: Sendable {
  /// How many threads share the samples.
  public var threads: Int
  /// The vector instructions; `nil` for the best that the processor has.
  public var level: VectorLevel?
  /// How many samples make a tile, a multiple of 16; `nil` to choose by the program.
  public var lanes: Int?
  /// What the tiles of all threads and the values that all samples share may take.
  public var memoryLimit: Int

  /// Options with the usual defaults.
  public init(
    threads: Int = 1, level: VectorLevel? = nil, lanes: Int? = nil, memoryLimit: Int = 8 << 30
  ) {
    self.threads = threads
    self.level = level
    self.lanes = lanes
    self.memoryLimit = memoryLimit
  }
}
