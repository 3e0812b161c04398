#pragma once
#include <stddef.h>

/// The kernels of the tile evaluator: element-wise functions, reductions, matrix products, gathers and transposes
/// over rows of lanes, once for each vector level of the processor and for f64 and f32.
///
/// All strides are in elements. A *row* is `lanes` consecutive elements; lane strides are 1 (an operand that
/// differs from lane to lane) or 0 (one number a row, broadcast).

/// Vector levels, worst first.
enum { EK_BASELINE = 0, EK_AVX2 = 1, EK_AVX512 = 2 };

/// Element types.
enum { EK_F64 = 0, EK_F32 = 1 };

/// Strides from one row to the next.
typedef struct ek_strides {
  long lanes;
  long out, a, b, c;
} ek_strides;

/// out[r, l] = f(a, b, c). What is read and what is written may be the same memory with the same strides.
typedef void (*ek_kernel)(void *out, const void *a, const void *b, const void *c, const ek_strides *s, long rows);

/// Lane strides of operands a, b of a kernel with two operands; reductions know the first two.
enum { EK_VV = 0, EK_VU = 1, EK_UV = 2 };

/// Kernels with three operands. fma: a*b + c; fnma: c - a*b; fms: a*b - c.
enum { EK_FMA = 0, EK_FNMA = 1, EK_FMS = 2, EK_SELECT = 3, EK_TERNARY_COUNT = 4 };

/// Reductions over the rows into one row, in order of the rows: out = out ⊕ a[r], or out = out + a[r]*b[r].
enum {
  EK_SUM = 0,
  EK_DIFFERENCE = 1,
  EK_PRODUCT = 2,
  EK_MIN = 3,
  EK_MAX = 4,
  EK_DOT = 5,
  EK_SQUARED_DISTANCE = 6,
  EK_REDUCE_COUNT = 7
};

/// One index of a gather or scatter, read from data.
typedef struct ek_index {
  const void *values;
  long row_stride, lane_stride;
  /// The values must lie in 0 ..< extent.
  long extent;
  /// How far apart neighbours along the axis are.
  long stride;
} ek_index;

/// The best level of this processor.
int ek_best_level(void);

/// The position of a kernel with one operand, or -1. Names are those of the language's functions.
int ek_find_unary(const char *name);
/// The position of a kernel with two operands, or -1.
int ek_find_binary(const char *name);
/// Names by position, or NULL behind the last.
const char *ek_unary_name(int position);
const char *ek_binary_name(int position);

ek_kernel ek_unary(int level, int type, int position);
ek_kernel ek_binary(int level, int type, int position, int mode);
/// mode: 1 where b is a broadcast operand, plus 2 where c is.
ek_kernel ek_ternary(int level, int type, int which, int mode);
ek_kernel ek_reduce(int level, int type, int which, int mode);
/// out = a for every lane, a being one number a row.
ek_kernel ek_splat(int level, int type);
/// out = a^n; the whole number n, which may be negative, is b[0].
ek_kernel ek_power(int level, int type);
/// out = sin a, and cos a where the pointer b leads.
ek_kernel ek_sincos(int level, int type);

/// out[m, columns] (+)= Σₖ matrix[m*row_stride + k*column_stride]·vector[k, columns]. Every column takes the same
/// sequence of operations, wherever it stands.
typedef void (*ek_product_function)(void *out, const void *matrix, long row_stride, long column_stride,
                                    const void *vector, long m, long k, long columns, int accumulating);
ek_product_function ek_product(int level, int type);

/// out[r, l] = base[r*base_row + Σ index·stride + l*base_lane]. Returns -1, or r*lanes + l of an index out of range.
typedef long (*ek_gather_function)(void *out, const void *base, long base_row, long base_lane, const ek_index *indices,
                                   long count, long rows, long lanes);
ek_gather_function ek_gather(int level, int type);

/// base[…] ⊕= value, row by row; `how` as in the reductions up to EK_MAX, or -1 to store.
typedef long (*ek_scatter_function)(int how, void *base, long base_row, long base_lane, const ek_index *indices,
                                    long count, const void *value, long value_row, long value_lane, long rows,
                                    long lanes);
ek_scatter_function ek_scatter(int level, int type);

/// tile[e, l] = rows[min(l, valid - 1), e] for e < size; `next`, where not NULL, is the row to be wanted next.
typedef void (*ek_transpose_in_function)(void *tile, const void *rows, long row_stride, long size, long lanes,
                                         long valid, const void *next);
ek_transpose_in_function ek_transpose_in(int level, int type);

/// rows[l, e] = tile[e, l] for l < valid; `streaming` keeps what is written out of the caches.
typedef void (*ek_transpose_out_function)(void *rows, long row_stride, const void *tile, long size, long lanes,
                                          long valid, int streaming);
ek_transpose_out_function ek_transpose_out(int level, int type);

/// Makes streamed results visible to other threads.
void ek_fence(void);
/// The size of the last-level cache in bytes, or a guess.
long ek_cache_size(void);
