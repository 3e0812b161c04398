import COpenBLAS
import Dispatch

/// What this computer can do at best, measured: the yardstick for the time of an evaluation.
public struct MachineLimits: Sendable {
  /// Bytes a second that a copy between arrays beyond all caches reads and writes, all threads together.
  public let bandwidth: Double
  /// Operations a second of matrix products that stay in cache, a multiplication and an addition being two, all threads
  /// together.
  public let arithmetic: Double

  /// The seconds that so many bytes and operations take at least, and whether the bytes decide.
  public func seconds(bytes: Double, operations: Double) -> (seconds: Double, isMemory: Bool) {
    let (memory, arithmetic) = (bytes / bandwidth, operations / arithmetic)
    return (max(memory, arithmetic), memory >= arithmetic)
  }

  /// Measures for about half a second.
  /// - Parameter threads: how many work at a time.
  public static func measure(threads: Int, precision: Precision) -> MachineLimits {
    _ = BoundEvaluator.oneThreadPerCall
    return MachineLimits(
      bandwidth: copyRate(threads: threads), arithmetic: productRate(threads: threads, precision: precision))
  }

  /// Bytes of each array of the copy.
  private static let copyBytes = 128 << 20
  private static let repeats = 5

  private static func copyRate(threads: Int) -> Double {
    let source = AlignedMemory(byteCount: copyBytes)
    let target = AlignedMemory(byteCount: copyBytes)
    let part = copyBytes / threads / 64 * 64
    let (from, to) = (Address(source.start), Address(target.start))
    let seconds = best(threads) { thread in
      (to.pointer + thread * part).copyMemory(from: from.pointer + thread * part, byteCount: part)
    }
    return 2 * Double(part * threads) / seconds
  }

  /// Rows and columns of the matrices, and how often they are multiplied in one measurement.
  private static let order = 256
  private static let products = 8

  private static func productRate(threads: Int, precision: Precision) -> Double {
    let n = Int32(order)
    let bytes = order * order * precision.size
    let memories = (0..<3 * threads).map { _ in AlignedMemory(byteCount: bytes) }
    for memory in memories {
      precision.write([Double](repeating: 0.5, count: order * order), to: memory.start)
    }
    let addresses = memories.map { Address($0.start) }
    let seconds = best(threads) { thread in
      let (a, b, c) = (addresses[3 * thread], addresses[3 * thread + 1], addresses[3 * thread + 2])
      for _ in 0..<products {
        switch precision {
        case .f64:
          cblas_dgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a.pointer.assumingMemoryBound(to: Double.self), n,
            b.pointer.assumingMemoryBound(to: Double.self), n, 0, c.pointer.assumingMemoryBound(to: Double.self), n)
        case .f32:
          cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a.pointer.assumingMemoryBound(to: Float.self), n,
            b.pointer.assumingMemoryBound(to: Float.self), n, 0, c.pointer.assumingMemoryBound(to: Float.self), n)
        }
      }
    }
    withExtendedLifetime(memories) {}
    let operations = 2 * Double(order) * Double(order) * Double(order) * Double(products * threads)
    return operations / seconds
  }

  /// An address that several threads may use, each its own part.
  private struct Address: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
    init(_ pointer: UnsafeMutableRawPointer) { self.pointer = pointer }
  }

  /// The seconds of the fastest of some runs, each on all threads at a time.
  private static func best(_ count: Int, _ work: @Sendable (Int) -> Void) -> Double {
    let clock = ContinuousClock()
    return (0...repeats).reduce(Double.infinity) { least, _ in
      let start = clock.now
      if count == 1 {
        work(0)
      } else {
        DispatchQueue.concurrentPerform(iterations: count, execute: work)
      }
      return min(least, start.duration(to: clock.now) / .seconds(1))
    }
  }
}
