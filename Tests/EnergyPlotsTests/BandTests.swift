import Foundation
import Testing

@testable import EnergyPlots

@Suite struct BandTests {
  /// A field of a function on [0, 1]².
  private func field(_ count: Int, _ value: (Double, Double) -> Double) -> Plot.Field {
    let places = (0..<count).map { Double($0) / Double(count - 1) }
    let axis = Plot.Axis(label: "x", range: 0...1)
    return Plot.Field(
      horizontal: axis, vertical: axis, columns: count, rows: count,
      energies: places.flatMap { y in places.map { value($0, y) } }, densities: [], arrows: [], arrowPlaces: [],
      data: [])
  }

  /// The band of the last polygon around a point: what is seen there.
  private func seen(_ regions: [Isobands.Region], at point: SIMD2<Double>) -> Int? {
    for region in regions.reversed() {
      var isInside = false
      var last = region.corners[region.corners.count - 1]
      for corner in region.corners {
        if (corner.y > point.y) != (last.y > point.y),
          point.x < (last.x - corner.x) * (point.y - corner.y) / (last.y - corner.y) + corner.x
        {
          isInside.toggle()
        }
        last = corner
      }
      if isInside { return region.band }
    }
    return nil
  }

  /// Waves with hills, wells, saddles and plateaus: at every point of the grid that lies clearly within a band, the
  /// colour on top is that band's.
  @Test(arguments: 0..<6) func everyPointHasItsBand(_ seed: Int) {
    let phase = Double(seed)
    let wave = { (x: Double, y: Double) in
      sin(9 * x + phase) * cos(7 * y - 2 * phase) + 0.7 * sin(13 * x * y + phase) + 0.3 * x
    }
    let field = field(60, wave)
    let levels = Levels(bounds: [-1.2, -0.6, -0.1, 0, 0.4, 0.9, 1.3])
    let regions = Isobands(field, values: field.energies, levels: levels).regions
    var tested = 0
    for row in 1..<59 {
      for column in 1..<59 {
        let value = field.energies[row * 60 + column]
        guard !levels.bounds.contains(where: { abs($0 - value) < 0.05 }) else { continue }
        let band = levels.bounds.firstIndex { value < $0 } ?? levels.bounds.count
        let place = SIMD2(Double(column) / 59 + 1e-7, Double(row) / 59 + 1e-7)
        #expect(seen(regions, at: place) == band, "\(place)")
        tested += 1
      }
    }
    #expect(tested > 2000)
  }

  /// What is no number stays white, also as a hole; infinite energies too.
  @Test func holesAreWhite() {
    let field = field(50) { x, y in
      let distance = ((x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5)).squareRoot()
      return distance < 0.2 ? .nan : x > 0.9 ? .infinity : distance
    }
    let regions = Isobands(field, values: field.energies, levels: Levels(bounds: [0.3, 0.45])).regions
    #expect(seen(regions, at: SIMD2(0.5, 0.5)) == nil)
    #expect(seen(regions, at: SIMD2(0.97, 0.5)) == nil)
    #expect(seen(regions, at: SIMD2(0.5, 0.74)) == 0)
    #expect(seen(regions, at: SIMD2(0.5, 0.88)) == 1)
    #expect(seen(regions, at: SIMD2(0.03, 0.03)) == 2)
  }

  @Test func withoutAnyNumberNothingIsPainted() {
    let field = field(8) { _, _ in .nan }
    #expect(Isobands(field, values: field.energies, levels: Levels.energies(field.energies)).regions.isEmpty)
    let flat = self.field(8) { _, _ in 3 }
    #expect(Isobands(flat, values: flat.energies, levels: Levels.energies(flat.energies)).regions.count == 1)
  }

  /// A harmonic well has evenly spaced rings, and the bounds rise.
  @Test func levelsOfAWellAreRings() throws {
    let values = (0..<10_000).map { index in
      let (x, y) = (Double(index % 100) / 49.5 - 1, Double(index / 100) / 49.5 - 1)
      return 40 * (x * x + y * y)
    }
    let bounds = Levels.energies(values).bounds
    #expect(bounds.count == 12)
    let radii = bounds.map { $0.squareRoot() }
    let step = try #require(radii.last) / 12
    for (index, radius) in radii.enumerated() { #expect(abs(radius - Double(index + 1) * step) < 0.06 * step) }
    // A quarter of the box lies above.
    let above = values.filter { $0 > bounds[11] }.count
    #expect(abs(above - 2500) < 200)
  }

  @Test func levelsOfADensityAreRoundNumbers() {
    let bounds = Levels.densities([0, 0.1, 0.61, .nan]).bounds
    #expect(bounds.map { ($0 * 100).rounded() } == (1...12).map { 5 * Double($0) })
    #expect(Levels.densities([0, 0]).bounds.isEmpty && Levels.energies([1, 1, .infinity]).bounds.isEmpty)
  }

  @Test func ticksAreRound() {
    #expect(Ticks(-3...3, count: 6).labels == ["−3", "−2", "−1", "0", "1", "2", "3"])
    #expect(Ticks(0...0.7, count: 4).labels == ["0", "0.2", "0.4", "0.6"])
    #expect(Ticks(1e6...3e6, count: 2).labels == ["1e+06", "2e+06", "3e+06"])
    // One more step down where the wider one leaves a single tick.
    #expect(Ticks(-4.5...4.5, count: 4).labels == ["−4", "−2", "0", "2", "4"])
  }

  /// Lightness alone orders the palette.
  @Test func shadesGetLighter() {
    let light = (0...20).map { share -> Double in
      let color = Palette.shade(Double(share) / 20)
      return 0.2126 * Double(color >> 16 & 255) + 0.7152 * Double(color >> 8 & 255) + 0.0722 * Double(color & 255)
    }
    #expect(zip(light, light.dropFirst()).allSatisfy { $0 + 3 < $1 })
  }
}
