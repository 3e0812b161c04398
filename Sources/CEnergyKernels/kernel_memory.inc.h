// Moving numbers: gathers, scatters, and transposes between samples (one a row) and tiles (one a lane).

// The offset of row r and lane l into a buffer indexed by data, or -1 where an index is out of range.
INLINE long N(offset)(const ek_index *indices, long count, long r, long l) {
  long sum = 0;
  for (long i = 0; i < count; i++) {
    R value = ((const R *)indices[i].values)[r * indices[i].row_stride + l * indices[i].lane_stride];
    if (!(value >= 0 && value < (R)indices[i].extent)) return -1;
    sum += (long)value * indices[i].stride;
  }
  return sum;
}

INLINE int N(same_for_all_lanes)(const ek_index *indices, long count) {
  for (long i = 0; i < count; i++)
    if (indices[i].lane_stride != 0) return 0;
  return 1;
}

static long N(gather)(void *out_, const void *base_, long base_row, long base_lane, const ek_index *indices, long count,
                      long rows, long lanes) {
  R *out = out_;
  const R *base = base_;
  int same = N(same_for_all_lanes)(indices, count);
  for (long r = 0; r < rows; r++, out += lanes, base += base_row) {
    long offset = same ? N(offset)(indices, count, r, 0) : 0;
    if (offset < 0) return r * lanes;
    if (same && base_lane == 1) {
      memcpy(out, base + offset, (size_t)lanes * sizeof(R));
      continue;
    }
    for (long l = 0; l < lanes; l++) {
      if (!same && (offset = N(offset)(indices, count, r, l)) < 0) return r * lanes + l;
      out[l] = base[offset + l * base_lane];
    }
  }
  return -1;
}

INLINE V N(combined)(int how, V x, V y) {
  switch (how) {
  case EK_SUM: return x + y;
  case EK_DIFFERENCE: return x - y;
  case EK_PRODUCT: return x * y;
  case EK_MIN: return N(least)(x, y);
  case EK_MAX: return N(greatest)(x, y);
  default: return y;
  }
}

static long N(scatter)(int how, void *base_, long base_row, long base_lane, const ek_index *indices, long count,
                       const void *value_, long value_row, long value_lane, long rows, long lanes) {
  R *base = base_;
  const R *value = value_;
  int same = N(same_for_all_lanes)(indices, count);
  for (long r = 0; r < rows; r++, base += base_row, value += value_row) {
    long offset = same ? N(offset)(indices, count, r, 0) : 0;
    if (offset < 0) return r * lanes;
    long l = 0;
    if (same && base_lane == 1)
      for (; l + W <= lanes; l += W) {
        V y = value_lane ? N(load)(value + l) : N(splat_number)(value[0]);
        N(store)(base + offset + l, N(combined)(how, N(load)(base + offset + l), y));
      }
    for (; l < lanes; l++) {
      if (!same && (offset = N(offset)(indices, count, r, l)) < 0) return r * lanes + l;
      R *p = base + offset + l * base_lane;
      *p = N(combined)(how, N(splat_number)(*p), N(splat_number)(value[l * value_lane]))[0];
    }
  }
  return -1;
}

#define ZIP16(x, y, LOW)                                                                        \
  (LOW ? __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)  \
       : __builtin_shufflevector(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31))

// W vectors of W: log2 W rounds, each of which interleaves the first half of the vectors with the second.
INLINE void N(transpose)(V v[W]) {
  V t[W];
#if IS_F64
  for (int i = 0; i < W; i += 2) {
    t[i] = __builtin_shufflevector(v[i], v[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    t[i + 1] = __builtin_shufflevector(v[i], v[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  V u[W];
  for (int h = 0; h < W; h += 4)
    for (int i = 0; i < 2; i++) {
      u[h + i] = __builtin_shufflevector(t[h + i], t[h + i + 2], 0, 1, 4, 5, 8, 9, 12, 13);
      u[h + i + 2] = __builtin_shufflevector(t[h + i], t[h + i + 2], 2, 3, 6, 7, 10, 11, 14, 15);
    }
  for (int i = 0; i < 4; i++) {
    v[i] = __builtin_shufflevector(u[i], u[i + 4], 0, 1, 4, 5, 8, 9, 12, 13);
    v[i + 4] = __builtin_shufflevector(u[i], u[i + 4], 2, 3, 6, 7, 10, 11, 14, 15);
  }
#else
  for (int round = 0; round < 4; round++) {
    for (int i = 0; i < W / 2; i++) {
      t[2 * i] = ZIP16(v[i], v[i + W / 2], 1);
      t[2 * i + 1] = ZIP16(v[i], v[i + W / 2], 0);
    }
    for (int i = 0; i < W; i++) v[i] = t[i];
  }
#endif
}

static void N(transpose_in)(void *tile_, const void *rows_, long row_stride, long size, long lanes, long valid,
                            const void *next_) {
  R *tile = tile_;
  const R *rows = rows_, *next = next_;
  for (long l0 = 0; l0 < lanes; l0 += W) {
    const R *row[W];
    for (long i = 0; i < W; i++) row[i] = rows + (l0 + i < valid ? l0 + i : valid - 1) * row_stride;
    if (next)
      for (long i = 0; i < W; i++)
        for (long e = 0; e < size; e += W) __builtin_prefetch(next + (l0 + i) * row_stride + e);
    long e = 0;
    for (; e + W <= size; e += W) {
      V v[W];
      for (int i = 0; i < W; i++) v[i] = N(load)(row[i] + e);
      N(transpose)(v);
      for (int i = 0; i < W; i++) N(store)(tile + (e + i) * lanes + l0, v[i]);
    }
    for (; e < size; e++)
      for (int i = 0; i < W; i++) tile[e * lanes + l0 + i] = row[i][e];
  }
}

static void N(transpose_out)(void *rows_, long row_stride, const void *tile_, long size, long lanes, long valid,
                             int streaming) {
  R *rows = rows_;
  const R *tile = tile_;
  // A streaming store needs a whole, aligned line.
  streaming = streaming && ((uintptr_t)rows & 63) == 0 && row_stride % W == 0;
  for (long l0 = 0; l0 < valid; l0 += W) {
    long count = valid - l0 < W ? valid - l0 : W, e = 0;
    R *row = rows + l0 * row_stride;
    for (; e + W <= size; e += W) {
      V v[W];
      for (int i = 0; i < W; i++) v[i] = N(load)(tile + (e + i) * lanes + l0);
      N(transpose)(v);
      for (int i = 0; i < count; i++) {
        if (streaming)
          __builtin_nontemporal_store(v[i], (V *)(row + i * row_stride + e));
        else
          N(store)(row + i * row_stride + e, v[i]);
      }
    }
    for (; e < size; e++)
      for (int i = 0; i < count; i++) row[i * row_stride + e] = tile[e * lanes + l0 + i];
  }
}
#undef ZIP16
