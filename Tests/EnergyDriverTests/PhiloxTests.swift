import Testing

@testable import EnergyDriver

@Suite struct PhiloxTests {
  /// The known answers that come with Random123 (kat_vectors, philox4x32 10).
  @Test(arguments: [
    (
      SIMD4<UInt32>(0, 0, 0, 0), SIMD2<UInt32>(0, 0),
      SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
    ),
    (
      SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
      SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
      SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ])
  func knownAnswers(_ counter: SIMD4<UInt32>, _ key: SIMD2<UInt32>, _ expected: SIMD4<UInt32>) {
    #expect(Philox(key: key).block(counter) == expected)
  }

  @Test func longerSamplesBeginWithShorterOnes() {
    let generator = Philox(seed: 7)
    #expect(Array(generator.normals(1001).prefix(10)) == generator.normals(10))
    #expect(Philox(seed: 8).normals(10) != generator.normals(10))
  }

  @Test func normalsHaveTheMomentsOfTheNormalDistribution() {
    let values = Philox(seed: 0).normals(100_000)
    let count = Double(values.count)
    let moments = (1...4).map { power in
      values.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } } / count
    }
    // Within five standard errors.
    #expect(abs(moments[0]) < 0.016)
    #expect(abs(moments[1] - 1) < 0.023)
    #expect(abs(moments[2]) < 0.062)
    #expect(abs(moments[3] - 3) < 0.16)
  }
}
