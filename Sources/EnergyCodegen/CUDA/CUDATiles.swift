/// The functions that move rows between memory, shared memory and registers.
enum CUDATiles {
  /// All of them.
  static func pieces(_ dialect: Dialect) -> [CUDAPreamble.Piece] {
    units(dialect)
      + (tile(dialect) + frames(dialect) + copies(dialect)).split(separator: "\n\n").map { text in
        CUDAPreamble.Piece([definedName(in: text)], String(text) + "\n")
      }
  }

  /// What stands before the first bracket of the line that begins with `EE_DEVICE`.
  private static func definedName(in text: Substring) -> String {
    let line = text.split(separator: "\n").first { $0.hasPrefix("EE_DEVICE") } ?? ""
    return String(line.prefix { $0 != "(" }.split(separator: " ").last ?? "")
  }

  private static func units(_ dialect: Dialect) -> [CUDAPreamble.Piece] {
    let (unit, count) = dialect.isSingle ? ("float4", 4) : ("double2", 2)
    let parts = dialect.isSingle ? ["x", "y", "z", "w"] : ["x", "y"]
    let reads = parts.enumerated().map { "values[\($0.offset)] = unit.\($0.element);" }.joined(separator: " ")
    let made = parts.indices.map { "values[\($0)]" }.joined(separator: ", ")
    return [
      .init(
        ["ee_unit", "EE_UNIT"],
        "// 16 bytes, the most that a thread moves at once.\ntypedef \(unit) ee_unit;\nenum { EE_UNIT = \(count) };"),
      .init(
        ["ee_split"], "EE_DEVICE void ee_split(\(dialect.real) *values, const ee_unit &unit) { \(reads) }"),
      .init(
        ["ee_join"],
        "EE_DEVICE ee_unit ee_join(const \(dialect.real) *values) { return make_\(unit)(\(made)); }\n"),
    ]
  }

  /// Rows of an even number of numbers that isn't one of units are read in pairs, an odd number of them a row: threads
  /// that read number by number would meet in half of the banks.
  private static func pairsIn(_ dialect: Dialect) -> String {
    guard dialect.isSingle else { return "" }
    return """
        } else if constexpr (WIDTH % 2 == 0 && FIRST % 2 == 0 && COUNT % 2 == 0) {
          #pragma unroll
          for (int e = 0; e < COUNT; e += 2) {
            const float2 pair = *(const float2 *)(tile + row*WIDTH + FIRST + e);
            values[e] = pair.x;
            values[e + 1] = pair.y;
          }

      """
  }

  private static func pairsOut(_ dialect: Dialect) -> String {
    guard dialect.isSingle else { return "" }
    return """
        } else if constexpr (WIDTH % 2 == 0 && FIRST % 2 == 0 && COUNT % 2 == 0) {
          #pragma unroll
          for (int e = 0; e < COUNT; e += 2) {
            *(float2 *)(tile + row*WIDTH + FIRST + e) = make_float2(values[e], values[e + 1]);
          }

      """
  }

  private static func tile(_ dialect: Dialect) -> String {
    let real = dialect.real
    return """
      // A tile holds the rows of a block in shared memory. Rows of whole units have their units permuted, so that neither
      // the flat copy nor threads that read a row each meet in a bank; other rows lie one behind the other.
      template <int UNITS>
      EE_DEVICE int ee_place(int row, int unit) {
        constexpr int bits = UNITS % 8 == 0 ? 3 : UNITS % 4 == 0 ? 2 : UNITS % 2 == 0 ? 1 : 0;
        return row*UNITS + (unit ^ ((row >> (3 - bits)) & ((1 << bits) - 1)));
      }

      template <int WIDTH>
      EE_DEVICE int ee_place_of_number(int row, int number) {
        if constexpr (WIDTH % EE_UNIT == 0) {
          return ee_place<WIDTH/EE_UNIT>(row, number/EE_UNIT)*EE_UNIT + number % EE_UNIT;
        } else {
          return row*WIDTH + number;
        }
      }

      // The place of unit u of a block's rows as they lie in memory.
      template <int WIDTH>
      EE_DEVICE int ee_place_of_unit(unsigned u) {
        if constexpr (WIDTH % EE_UNIT == 0) {
          return ee_place<WIDTH/EE_UNIT>(u/(WIDTH/EE_UNIT), u % (WIDTH/EE_UNIT));
        } else {
          return u;
        }
      }

      // The place of a thread's unit i of those that the threads copy one behind the other. Where they copy a multiple of
      // eight rows at a time, the permutation is that of the first ones.
      template <int ROWS, int WIDTH>
      EE_DEVICE int ee_place_of_copy(unsigned tid, int i) {
        if constexpr (WIDTH % EE_UNIT == 0 && ROWS % (8*WIDTH/EE_UNIT) == 0) {
          return ee_place_of_unit<WIDTH>(tid) + i*ROWS;
        } else {
          return ee_place_of_unit<WIDTH>(tid + i*ROWS);
        }
      }

      // rows rows from memory into the tile, all threads together.
      template <int ROWS, int WIDTH, bool ALIGNED>
      EE_DEVICE void ee_tile_in(\(real) *tile, const \(real) *source, int rows) {
        const unsigned tid = threadIdx.x;
        constexpr int units = ROWS*WIDTH/EE_UNIT;
        if (ALIGNED && rows == ROWS) {
          #pragma unroll 8
          for (int i = 0; i < units/ROWS; i++) {
            ((ee_unit *)tile)[ee_place_of_copy<ROWS, WIDTH>(tid, i)] = ee_load((const ee_unit *)source + (tid + i*ROWS));
          }
          if (units % ROWS != 0 && tid < units % ROWS) {
            const int i = units/ROWS;
            ((ee_unit *)tile)[ee_place_of_copy<ROWS, WIDTH>(tid, i)] = ee_load((const ee_unit *)source + (tid + i*ROWS));
          }
        } else {
          #pragma unroll 1
          for (unsigned e = tid; e < (unsigned)rows*WIDTH; e += ROWS) {
            tile[ee_place_of_number<WIDTH>(e/WIDTH, e % WIDTH)] = ee_load(source + e);
          }
        }
      }

      // rows rows from the tile into memory.
      template <int ROWS, int WIDTH, bool ALIGNED>
      EE_DEVICE void ee_tile_out(\(real) *target, const \(real) *tile, int rows) {
        const unsigned tid = threadIdx.x;
        constexpr int units = ROWS*WIDTH/EE_UNIT;
        if (ALIGNED && rows == ROWS) {
          #pragma unroll 8
          for (int i = 0; i < units/ROWS; i++) {
            ee_store((ee_unit *)target + (tid + i*ROWS), ((const ee_unit *)tile)[ee_place_of_copy<ROWS, WIDTH>(tid, i)]);
          }
          if (units % ROWS != 0 && tid < units % ROWS) {
            const int i = units/ROWS;
            ee_store((ee_unit *)target + (tid + i*ROWS), ((const ee_unit *)tile)[ee_place_of_copy<ROWS, WIDTH>(tid, i)]);
          }
        } else {
          #pragma unroll 1
          for (unsigned e = tid; e < (unsigned)rows*WIDTH; e += ROWS) {
            ee_store(target + e, tile[ee_place_of_number<WIDTH>(e/WIDTH, e % WIDTH)]);
          }
        }
      }

      // COUNT numbers from FIRST on of this thread's row, into registers.
      template <int WIDTH, int FIRST, int COUNT>
      EE_DEVICE void ee_row_in(\(real) *values, const \(real) *tile) {
        const int row = threadIdx.x;
        if constexpr (WIDTH % EE_UNIT == 0 && FIRST % EE_UNIT == 0 && COUNT % EE_UNIT == 0) {
          #pragma unroll
          for (int c = 0; c < COUNT; c += EE_UNIT) {
            ee_split(values + c, ((const ee_unit *)tile)[ee_place<WIDTH/EE_UNIT>(row, (FIRST + c)/EE_UNIT)]);
          }
      \(pairsIn(dialect))  } else {
          #pragma unroll
          for (int e = 0; e < COUNT; e++) values[e] = tile[ee_place_of_number<WIDTH>(row, FIRST + e)];
        }
      }

      // The same way back.
      template <int WIDTH, int FIRST, int COUNT>
      EE_DEVICE void ee_row_out(\(real) *tile, const \(real) *values) {
        const int row = threadIdx.x;
        if constexpr (WIDTH % EE_UNIT == 0 && FIRST % EE_UNIT == 0 && COUNT % EE_UNIT == 0) {
          #pragma unroll
          for (int c = 0; c < COUNT; c += EE_UNIT) {
            ((ee_unit *)tile)[ee_place<WIDTH/EE_UNIT>(row, (FIRST + c)/EE_UNIT)] = ee_join(values + c);
          }
      \(pairsOut(dialect))  } else {
          #pragma unroll
          for (int e = 0; e < COUNT; e++) tile[ee_place_of_number<WIDTH>(row, FIRST + e)] = values[e];
        }
      }


      """
  }

  private static func frames(_ dialect: Dialect) -> String {
    let real = dialect.real
    return """
      // A frame holds a sample's row, results and arrays in shared memory, a thread each. Frames are an odd number of
      // numbers apart, so that threads that read the same number of their frames meet in no bank.
      // rows rows from memory to the heads of the frames, all threads together.
      template <int ROWS, int WIDTH, int FRAME, bool ALIGNED>
      EE_DEVICE void ee_frames_in(\(real) *frames, const \(real) *source, int rows) {
        const int tid = threadIdx.x;
        constexpr int units = ROWS*WIDTH/EE_UNIT;
        if (ALIGNED && rows == ROWS) {
          #pragma unroll 4
          for (int u = tid; u < units; u += ROWS) {
            \(real) values[EE_UNIT];
            ee_split(values, ee_load((const ee_unit *)source + u));
            #pragma unroll
            for (int k = 0; k < EE_UNIT; k++) {
              const int e = EE_UNIT*u + k;
              frames[e/WIDTH*FRAME + e % WIDTH] = values[k];
            }
          }
        } else {
          #pragma unroll 1
          for (int e = tid; e < rows*WIDTH; e += ROWS) frames[e/WIDTH*FRAME + e % WIDTH] = ee_load(source + e);
        }
      }

      // WIDTH numbers of each frame into memory.
      template <int ROWS, int WIDTH, int FRAME, bool ALIGNED>
      EE_DEVICE void ee_frames_out(\(real) *target, const \(real) *frames, int rows) {
        const int tid = threadIdx.x;
        constexpr int units = ROWS*WIDTH/EE_UNIT;
        if (ALIGNED && rows == ROWS) {
          #pragma unroll 4
          for (int u = tid; u < units; u += ROWS) {
            \(real) values[EE_UNIT];
            #pragma unroll
            for (int k = 0; k < EE_UNIT; k++) {
              const int e = EE_UNIT*u + k;
              values[k] = frames[e/WIDTH*FRAME + e % WIDTH];
            }
            ee_store((ee_unit *)target + u, ee_join(values));
          }
        } else {
          #pragma unroll 1
          for (int e = tid; e < rows*WIDTH; e += ROWS) ee_store(target + e, frames[e/WIDTH*FRAME + e % WIDTH]);
        }
      }


      """
  }

  private static func copies(_ dialect: Dialect) -> String {
    let real = dialect.real
    return """
      // COUNT numbers of one row from memory into a frame, by the THREADS threads that share the sample.
      template <int THREADS, int COUNT, bool ALIGNED>
      EE_DEVICE void ee_copy_in(\(real) *frame, const \(real) *source, int lane) {
        constexpr int count = ALIGNED ? COUNT/EE_UNIT : COUNT;
        #pragma unroll 8
        for (int i = 0; i < (count + THREADS - 1)/THREADS; i++) {
          const int u = lane + i*THREADS;
          if (count % THREADS != 0 && u >= count) break;
          if constexpr (ALIGNED) {
            ((ee_unit *)frame)[u] = ee_load((const ee_unit *)source + u);
          } else {
            frame[u] = ee_load(source + u);
          }
        }
      }

      // The same way back.
      template <int THREADS, int COUNT, bool ALIGNED>
      EE_DEVICE void ee_copy_out(\(real) *target, const \(real) *frame, int lane) {
        constexpr int count = ALIGNED ? COUNT/EE_UNIT : COUNT;
        #pragma unroll 8
        for (int i = 0; i < (count + THREADS - 1)/THREADS; i++) {
          const int u = lane + i*THREADS;
          if (count % THREADS != 0 && u >= count) break;
          if constexpr (ALIGNED) {
            ee_store((ee_unit *)target + u, ((const ee_unit *)frame)[u]);
          } else {
            ee_store(target + u, frame[u]);
          }
        }
      }


      """
  }
}
