import Testing

@testable import EnergyIR

@Suite struct SizeTests {
  let d = Size(Dimension("d"))
  let n = Size(Dimension("n"))

  @Test func polynomialsAreEqualHoweverTheyAreWritten() {
    #expect((d + 1) * (d - 1) == d * d - 1)
    #expect(d + n == n + d)
    #expect(d - d == 0)
    #expect(Size(Dimension("d", scope: 1)) != d)
  }

  @Test func sizesReadAsTheLanguageWritesThem() {
    #expect((d + d - 1).description == "2*d - 1")
    #expect((n * d + 3).description == "d*n + 3")
    #expect((Size(0) - d).description == "-d")
    #expect((d - d).description == "0")
  }

  @Test func boundsAreProvedForEveryDimensionOfAtLeastOne() {
    #expect(d.isProvably(atLeast: 1))
    #expect((d * n - d).isProvably(atLeast: 0))
    #expect(!(d - 1).isProvably(atLeast: 1))
    #expect(!(d - n).isProvably(atLeast: 0))
  }

  @Test func valuesAreCheckedForOverflow() {
    #expect((d * d - 1).value([Dimension("d"): 5]) == 24)
    #expect((d + n).value([Dimension("d"): 5]) == nil)
    #expect((d * d * d).value([Dimension("d"): 1 << 30]) == nil)
  }

  @Test func substitutionReplacesAllDimensionsAtOnce() {
    let swapped = (d * d + n).substituting([Dimension("d"): n, Dimension("n"): d])
    #expect(swapped == n * n + d)
  }
}
