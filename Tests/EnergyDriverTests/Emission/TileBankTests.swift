import Foundation
import Testing

@testable import EnergyCodegen

/// Where tiles put what in shared memory, by arithmetic: threads that go for it together meet in no bank. The functions
/// themselves are compiled and asked.
@Suite(.enabled(if: Emulator.isAvailable, "needs a compiler of C and one of C++")) struct TileBankTests {
  /// A warp's accesses of 16 bytes are served eight threads at a time, of 8 bytes sixteen, of 4 bytes all at once: each
  /// time they must lie in different banks. There are 32 of 4 bytes.
  private static let program = #"""
    #include <stdio.h>

    static void expect(bool is_so, const char *what, int width) {
      if (!is_so) printf("%s, %d numbers a row\n", what, width);
    }

    // Whether threads begin at different banks that don't overlap, as many at a time as are served together.
    template <class Place> static bool are_apart(int bytes, Place place) {
      const int together = 128/bytes;
      for (int first = 0; first < 128; first += together) {
        bool is_taken[32] = {};
        for (int thread = first; thread < first + together; thread++) {
          for (int word = 0; word < bytes/4; word++) {
            bool &bank = is_taken[(place(thread)*bytes/4 + word) % 32];
            if (bank) return false;
            bank = true;
          }
        }
      }
      return true;
    }

    template <int WIDTH> static void check() {
      constexpr int size = 16/EE_UNIT, rows = 128;
      if constexpr (WIDTH % EE_UNIT == 0) {
        constexpr int units = WIDTH/EE_UNIT;
        static bool is_taken[rows*units];
        for (int u = 0; u < rows*units; u++) {
          const int place = ee_place_of_unit<WIDTH>(u);
          expect(place >= 0 && place < rows*units && !is_taken[place], "no permutation", WIDTH);
          is_taken[place] = true;
          expect(place == ee_place<units>(u/units, u % units), "another place of a row's unit", WIDTH);
          expect(place == ee_place_of_copy<rows, WIDTH>(u % rows, u/rows), "another place of a copied unit", WIDTH);
          for (int k = 0; k < EE_UNIT; k++) {
            const int number = u % units*EE_UNIT + k;
            expect(ee_place_of_number<WIDTH>(u/units, number) == place*EE_UNIT + k, "another place of a number", WIDTH);
          }
        }
        for (int i = 0; i < units; i++) {
          expect(are_apart(16, [&](int tid) { return ee_place_of_copy<rows, WIDTH>(tid, i); }), "copies meet", WIDTH);
          expect(are_apart(16, [&](int tid) { return ee_place<units>(tid, i); }), "rows meet", WIDTH);
        }
      } else if (WIDTH % 2 == 0) {
        for (int e = 0; e < WIDTH; e += 2) {
          expect(are_apart(2*size, [&](int tid) { return ee_place_of_number<WIDTH>(tid, e)/2; }), "pairs meet", WIDTH);
        }
      } else {
        for (int e = 0; e < WIDTH; e++) {
          expect(are_apart(size, [&](int tid) { return ee_place_of_number<WIDTH>(tid, e); }), "numbers meet", WIDTH);
        }
      }
      if constexpr (WIDTH > 1) check<WIDTH - 1>();
    }

    int main() { check<96>(); }

    """#

  @Test(arguments: [true, false])
  func threadsMeetInNoBank(_ isSingle: Bool) throws {
    #expect(try said(isSingle) { $0 } == "")
  }

  /// The same program finds a tile that is right, but slow.
  @Test func aTileWithoutPermutationIsFound() throws {
    let said = try said(true) { text in
      try #require(text.contains("unit ^ ((row"))
      return text.replacing("unit ^ ((row", with: "unit ^ 0*((row")
    }
    #expect(said.contains("rows meet, 16 numbers a row"))
    #expect(!said.contains("meet, 12 numbers a row"))
  }

  private func said(_ isSingle: Bool, edit: (String) throws -> String) throws -> String {
    let dialect = Dialect(target: .cuda, isSingle: isSingle)
    let tiles = CUDATiles.pieces(dialect).map(\.text).joined(separator: "\n")
    let folder = try ScratchFolder("banks")
    try folder.write(try edit(tiles) + Self.program, to: "banks.cpp")
    try Emulator.build([folder.path("banks.cpp")], to: folder.path("banks"))
    return try HostCompiler.run(folder.path("banks"), [])
  }
}
