import EnergyCPU
import Foundation
import Testing

@testable import EnergyDriver

/// Emitted CUDA with one thing wrong: the comparison with the evaluator must find each.
@Suite(.enabled(if: Emulator.isAvailable, "needs a compiler of C and one of C++")) struct EmittedMutationTests {
  struct Mutation: Sendable, CustomTestStringConvertible {
    let what: String
    let old: String
    let new: String
    /// Which of several such places, from 1; all of them by default.
    var place: Int? = nil
    var testDescription: String { what }
  }

  static let mutations: [Mutation] = [
    .init(what: "no barrier behind the copy", old: "__syncthreads();", new: "", place: 1),
    .init(what: "no barrier before the copy back", old: "__syncthreads();", new: "", place: 2),
    .init(
      what: "no swizzle in one place",
      old: "((ee_unit *)tile)[ee_place<WIDTH/EE_UNIT>(row, (FIRST + c)/EE_UNIT)] =",
      new: "((ee_unit *)tile)[row*(WIDTH/EE_UNIT) + (FIRST + c)/EE_UNIT] ="),
    .init(what: "an energy too many", old: "if (tid < rows) ee_store", new: "if (tid <= rows) ee_store"),
    .init(what: "an energy too few", old: "if (tid < rows) ee_store", new: "if (tid < rows - 1) ee_store"),
    .init(what: "a row too many", old: "e < (unsigned)rows*WIDTH", new: "e < (unsigned)(rows + 1)*WIDTH"),
    .init(what: "a row too few", old: "e < (unsigned)rows*WIDTH", new: "e < (unsigned)(rows - 1)*WIDTH"),
    .init(what: "a full tile one row too early", old: "rows == ROWS", new: "rows >= ROWS - 1"),
    .init(
      what: "a swapped index", old: "(const ee_unit *)source + (tid + i*ROWS)",
      new: "(const ee_unit *)source + ((tid + i*ROWS) ^ 1)"),
    .init(
      what: "an uncoalesced index",
      old: "[ee_place_of_copy<ROWS, WIDTH>(tid, i)] = ee_load((const ee_unit *)source + (tid + i*ROWS))",
      new: "[ee_place_of_unit<WIDTH>(tid*(units/ROWS) + i)] = ee_load((const ee_unit *)source + (tid*(units/ROWS) + i))"
    ),
    .init(
      what: "a hoisted permutation that isn't the same", old: "return ee_place_of_unit<WIDTH>(tid) + i*ROWS;",
      new: "return ee_place_of_unit<WIDTH>(tid) + (i ^ 1)*ROWS;"),
    .init(what: "no test of the alignment", old: ") & 15)", new: ") & 0)"),
    .init(what: "a block too few", old: "+ (n % 128 != 0)", new: ""),
    .init(
      what: "a base of 32 bits", old: "const long long base = (long long)blockIdx.x*128;",
      new: "const int base = (int)blockIdx.x*128;"),
    .init(what: "half of the shared memory", old: "tile, 2048)", new: "tile, 1024)"),
  ]

  /// Sixteen numbers a row, in registers, and more than 2³¹ of them in one call.
  private static func problems(_ edit: (String) throws -> String) throws -> [String] {
    let item = ParityCase(
      name: "double_well", program: "import double_well from std\nenergy f = double_well()", shape: [7, 16],
      x: points(7, width: 16).flatMap { $0 })
    var check = try ParityCheck(
      [PreparedCase(item, .f32, named: "well", what: [.energyScore])], .cuda)
    check.counts = [1, 127, 128, 129, 300]
    check.longest = (1 << 31) / 16 + 300
    return try check.problems(edit: edit)
  }

  @Test func theSourceItselfIsRight() throws {
    let problems = try Self.problems { $0 }
    #expect(problems.isEmpty, "\(problems)")
  }

  @Test(arguments: mutations)
  func isFound(_ mutation: Mutation) throws {
    let problems = try Self.problems { source in
      let places = source.ranges(of: mutation.old)
      try #require(places.count >= mutation.place ?? 1, "\(mutation.what): the source has no such place")
      guard let place = mutation.place else { return source.replacing(mutation.old, with: mutation.new) }
      return source.replacingCharacters(in: places[place - 1], with: mutation.new)
    }
    #expect(!problems.isEmpty, "\(mutation.what)")
  }
}
