/// The functions by which a block multiplies matrices.
enum TileProducts {
  static func pieces(_ dialect: Dialect) -> [CUDAPreamble.Piece] {
    let real = dialect.real
    return [
      .init(
        ["EE_CHUNK"],
        """
        // Numbers of a vector between two barriers of a product.
        enum { EE_CHUNK = \(TilePlan.chunk) };
        """),
      .init(
        ["ee_unit_in"],
        """
        // A unit of memory from number first on, number by number where it isn't aligned; zero from count on.
        template <bool WIDE>
        EE_DEVICE void ee_unit_in(\(real) *values, const \(real) *source, int first, int count) {
          if constexpr (WIDE) {
            ee_split(values, ee_load((const ee_unit *)source + first/EE_UNIT));
          } else {
            #pragma unroll
            for (int e = 0; e < EE_UNIT; e++) values[e] = e < count ? ee_load(source + first + e) : 0;
          }
        }

        """),
      .init(
        ["ee_unit_out"],
        """
        // The same way back, count numbers at most.
        template <bool WIDE>
        EE_DEVICE void ee_unit_out(\(real) *target, int first, const \(real) *values, int count) {
          if constexpr (WIDE) {
            ee_store((ee_unit *)target + first/EE_UNIT, ee_join(values));
          } else {
            #pragma unroll
            for (int e = 0; e < EE_UNIT; e++) {
              if (e < count) ee_store(target + first + e, values[e]);
            }
          }
        }

        """),
      .init(
        ["ee_rows_in"],
        """
        // ROWS rows of a block from memory into shared memory, PITCH numbers apart; zero where there are none.
        template <int THREADS, int ROWS, int WIDTH, int PITCH, bool ALIGNED>
        EE_DEVICE void ee_rows_in(\(real) *target, const \(real) *source, int rows) {
          if constexpr (ALIGNED && WIDTH % EE_UNIT == 0) {
            constexpr int units = WIDTH/EE_UNIT;
            #pragma unroll 8
            for (int u = threadIdx.x; u < ROWS*units; u += THREADS) {
              // Where the threads are whole rows, a thread stays in its column.
              const int row = THREADS % units == 0 ? threadIdx.x/units + (u - (int)threadIdx.x)/units : u/units;
              const int unit = THREADS % units == 0 ? threadIdx.x % units : u % units;
              \(real) values[EE_UNIT] = {};
              if (row < rows) ee_split(values, ee_load((const ee_unit *)source + u));
              ((ee_unit *)target)[row*(PITCH/EE_UNIT) + unit] = ee_join(values);
            }
          } else {
            #pragma unroll 4
            for (int e = threadIdx.x; e < ROWS*WIDTH; e += THREADS) {
              target[e/WIDTH*PITCH + e % WIDTH] = e < rows*WIDTH ? ee_load(source + e) : 0;
            }
            if constexpr (WIDTH % EE_UNIT != 0) {
              for (int row = threadIdx.x; row < ROWS; row += THREADS) {
                for (int e = WIDTH; e % EE_UNIT != 0; e++) target[row*PITCH + e] = 0;
              }
            }
          }
        }

        """),
      .init(
        ["ee_entry"],
        """
        // A number of a matrix, which lies in memory or in the arguments of the kernel.
        template <bool IN_MEMORY>
        EE_DEVICE \(real) ee_entry(const \(real) *place) {
          if constexpr (IN_MEMORY) return ee_load(place);
          return *place;
        }

        """),
      .init(
        ["ee_stage_rows"],
        """
        // Numbers chunk … of COLUMNS rows of a matrix, from row first on. The units of a row are permuted, so that threads
        // that read neighbouring units of rows meet in no bank. Zero beyond the matrix.
        template <int THREADS, int COLUMNS, bool IN_MEMORY, bool WIDE, bool WHOLE>
        EE_DEVICE void ee_stage_rows(
            \(real) *stage, const \(real) *matrix, int rows, int columns, int first, int chunk) {
          constexpr int units = EE_CHUNK/EE_UNIT;
          if constexpr (WIDE) {
            constexpr int step = THREADS/units;
            const int unit = threadIdx.x % units, k = chunk + unit*EE_UNIT;
            #pragma unroll 4
            for (int i = 0; i < (COLUMNS + step - 1)/step; i++) {
              const int row = threadIdx.x/units + i*step;
              \(real) values[EE_UNIT] = {};
              if (WHOLE || (first + row < rows && k < columns)) {
                ee_split(values, ee_load((const ee_unit *)matrix + ((first + row)*columns + k)/EE_UNIT));
              }
              if (COLUMNS % step == 0 || row < COLUMNS) {
                ((ee_unit *)stage)[row*units + (unit ^ (row/EE_UNIT & 7))] = ee_join(values);
              }
            }
          } else {
            constexpr int step = THREADS/EE_CHUNK;
            const int e = threadIdx.x % EE_CHUNK, k = chunk + e;
            #pragma unroll 4
            for (int i = 0; i < COLUMNS/step; i++) {
              const int row = threadIdx.x/EE_CHUNK + i*step;
              const bool exists = WHOLE || (first + row < rows && k < columns);
              stage[(row*units + (e/EE_UNIT ^ (row/EE_UNIT & 7)))*EE_UNIT + e % EE_UNIT] =
                exists ? ee_entry<IN_MEMORY>(matrix + (first + row)*columns + k) : 0;
            }
          }
        }

        """),
      .init(
        ["ee_stage_columns"],
        """
        // COLUMNS columns of a matrix from column first on, of the rows chunk …; zero beyond the matrix.
        template <int THREADS, int COLUMNS, bool IN_MEMORY, bool WIDE, bool WHOLE>
        EE_DEVICE void ee_stage_columns(
            \(real) *stage, const \(real) *matrix, int rows, int columns, int first, int chunk) {
          if constexpr (WIDE) {
            constexpr int units = COLUMNS/EE_UNIT, step = THREADS/units;
            const int unit = threadIdx.x % units, column = first + unit*EE_UNIT;
            #pragma unroll 4
            for (int i = 0; i < (EE_CHUNK + step - 1)/step; i++) {
              const int row = threadIdx.x/units + i*step, k = chunk + row;
              \(real) values[EE_UNIT] = {};
              if (WHOLE || (k < rows && column < columns)) {
                ee_split(values, ee_load((const ee_unit *)matrix + (k*columns + column)/EE_UNIT));
              }
              if (EE_CHUNK % step == 0 || row < EE_CHUNK) ((ee_unit *)stage)[row*units + unit] = ee_join(values);
            }
          } else {
            constexpr int step = THREADS/COLUMNS;
            const int e = threadIdx.x % COLUMNS, column = first + e;
            #pragma unroll 4
            for (int i = 0; i < EE_CHUNK/step; i++) {
              const int row = threadIdx.x/COLUMNS + i*step, k = chunk + row;
              const bool exists = WHOLE || (k < rows && column < columns);
              stage[row*COLUMNS + e] = exists ? ee_entry<IN_MEMORY>(matrix + k*columns + column) : 0;
            }
          }
        }

        """),
      .init(
        ["ee_multiply_rows"],
        """
        // sums[r][…] += Σ left[r][k]·right[…][k] over count numbers k, by a thread of ACROSS in a row: samples DOWN apart,
        // units of rows of the matrix ACROSS apart.
        template <int ROWS, int UNITS, int DOWN, int ACROSS, int PITCH>
        EE_DEVICE void ee_multiply_rows(
            \(real) (&sums)[ROWS][UNITS*EE_UNIT], const \(real) *left, const \(real) *right, int across, int count) {
          constexpr int units = EE_CHUNK/EE_UNIT;
          #pragma unroll 2
          for (int u = 0; u < count/EE_UNIT; u++) {
            \(real) a[ROWS][EE_UNIT];
            #pragma unroll
            for (int r = 0; r < ROWS; r++) ee_split(a[r], *(const ee_unit *)(left + r*DOWN*PITCH + u*EE_UNIT));
            #pragma unroll
            for (int c = 0; c < UNITS*EE_UNIT; c++) {
              const int row = (across + c/EE_UNIT*ACROSS)*EE_UNIT + c % EE_UNIT;
              \(real) b[EE_UNIT];
              ee_split(b, ((const ee_unit *)right)[row*units + (u ^ (across & 7))]);
              #pragma unroll
              for (int r = 0; r < ROWS; r++) {
                #pragma unroll
                for (int e = 0; e < EE_UNIT; e++) sums[r][c] += a[r][e]*b[e];
              }
            }
          }
        }

        """),
      .init(
        ["ee_multiply_columns"],
        """
        // sums[r][…] += Σ left[r][k]·right[k][…] over count numbers k, the same way.
        template <int ROWS, int UNITS, int DOWN, int ACROSS, int PITCH>
        EE_DEVICE void ee_multiply_columns(
            \(real) (&sums)[ROWS][UNITS*EE_UNIT], const \(real) *left, const \(real) *right, int across, int count) {
          #pragma unroll 2
          for (int k = 0; k < count; k += EE_UNIT) {
            \(real) a[ROWS][EE_UNIT];
            #pragma unroll
            for (int r = 0; r < ROWS; r++) ee_split(a[r], *(const ee_unit *)(left + r*DOWN*PITCH + k));
            #pragma unroll
            for (int e = 0; e < EE_UNIT; e++) {
              \(real) b[UNITS*EE_UNIT];
              #pragma unroll
              for (int q = 0; q < UNITS; q++) {
                ee_split(b + q*EE_UNIT, ((const ee_unit *)right)[(k + e)*UNITS*ACROSS + q*ACROSS + across]);
              }
              #pragma unroll
              for (int r = 0; r < ROWS; r++) {
                #pragma unroll
                for (int c = 0; c < UNITS*EE_UNIT; c++) sums[r][c] += a[r][e]*b[c];
              }
            }
          }
        }

        """),
    ]
  }
}
