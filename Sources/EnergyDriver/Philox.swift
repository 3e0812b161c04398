import Glibc

/// The counter-based generator Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3", SC11 (2011), section 3.3: equal keys and counters give equal numbers, on every machine and in any order.
public struct Philox: Sendable {
  /// Two words; here the seed.
  public let key: SIMD2<UInt32>
  /// The upper half of the counter: sequences of one seed with different streams have no block in common.
  public let stream: UInt64

  /// A generator with a key.
  public init(key: SIMD2<UInt32>) { (self.key, stream) = (key, 0) }

  /// A generator for a seed, and for one of its 2⁶⁴ sequences.
  public init(seed: UInt64, stream: UInt64 = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.stream = stream
  }

  /// Four random words for a counter.
  public func block(_ counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
    var word = counter
    var roundKey = key
    for round in 0..<10 {
      if round > 0 { roundKey &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let first = UInt64(word.x) * 0xD251_1F53
      let second = UInt64(word.z) * 0xCD9E_8D57
      word = SIMD4(
        UInt32(truncatingIfNeeded: second >> 32) ^ word.y ^ roundKey.x, UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ word.w ^ roundKey.y, UInt32(truncatingIfNeeded: first))
    }
    return word
  }

  /// `count` standard normal numbers by Box and Muller's transform (Annals of Mathematical Statistics 29, 1958, p. 610).
  ///
  /// The pair of numbers 2k and 2k + 1 comes from block k alone, so a longer sample begins with the shorter one.
  public func normals(_ count: Int) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    for pair in 0..<(count + 1) / 2 {
      let word = block(UInt64(pair))
      let radius = (-2 * log(Self.uniform(word.x, word.y))).squareRoot()
      let angle = 2 * Double.pi * Self.uniform(word.z, word.w)
      values[2 * pair] = radius * cos(angle)
      if 2 * pair + 1 < count { values[2 * pair + 1] = radius * sin(angle) }
    }
    return values
  }

  /// `count` numbers in (0, 1), two from a block.
  public func uniforms(_ count: Int) -> [Double] {
    (0..<count).map { index in
      let word = block(UInt64(index / 2))
      return index % 2 == 0 ? Self.uniform(word.x, word.y) : Self.uniform(word.z, word.w)
    }
  }

  /// Block number `index` of the stream.
  private func block(_ index: UInt64) -> SIMD4<UInt32> {
    func words(_ number: UInt64) -> (UInt32, UInt32) {
      (UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32))
    }
    let ((x, y), (z, w)) = (words(index), words(stream))
    return block(SIMD4(x, y, z, w))
  }

  /// 53 random bits as a number in (0, 1).
  private static func uniform(_ low: UInt32, _ high: UInt32) -> Double {
    let bits = (UInt64(high) << 32 | UInt64(low)) >> 11
    return (Double(bits) + 0.5) * 0x1p-53
  }
}
