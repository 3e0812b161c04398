// The kernels of one level and one element type. R: the type; W: how many make 64 bytes. All levels use vectors of
// 64 bytes; the compiler splits them where registers are narrower.

#define N(name) EK_JOIN(EK_JOIN(EK_JOIN(name##_, LEVEL), _), SUFFIX)
#define V N(vector)
#define U N(unaligned)
#define M N(mask)
#define INLINE static inline __attribute__((always_inline, unused))

typedef R V __attribute__((vector_size(64)));
typedef R U __attribute__((vector_size(64), aligned(sizeof(R)), may_alias));
typedef INTEGER M __attribute__((vector_size(64)));

INLINE V N(load)(const R *p) { return *(const U *)p; }
INLINE void N(store)(R *p, V v) { *(U *)p = v; }
INLINE V N(splat_number)(R x) { return x - (V){0}; }
// The lanes behind the end are 1, which no function minds.
INLINE V N(load_some)(const R *p, long n) {
  V v = N(splat_number)(1);
  memcpy(&v, p, (size_t)n * sizeof(R));
  return v;
}
INLINE void N(store_some)(R *p, V v, long n) { memcpy(p, &v, (size_t)n * sizeof(R)); }

#include "kernel_functions.inc.h"
#include "kernel_expressions.inc.h"
#include "kernel_loops.inc.h"
#include "kernel_product.inc.h"
#include "kernel_memory.inc.h"

#define UNARY_ENTRY(name) N(unary_##name),
#define BINARY_ENTRY(name) {N(binary_VV_##name), N(binary_VU_##name), N(binary_UV_##name)},
#define TERNARY_ENTRY(name) {N(ternary_0_##name), N(ternary_1_##name), N(ternary_2_##name), N(ternary_3_##name)}
const ek_table EK_JOIN(EK_JOIN(EK_JOIN(ek_, LEVEL), _), SUFFIX) = {
    .unary = {EK_UNARY_LIST(UNARY_ENTRY)},
    .binary = {EK_BINARY_LIST(BINARY_ENTRY)},
    .ternary = {TERNARY_ENTRY(fma), TERNARY_ENTRY(fnma), TERNARY_ENTRY(fms), TERNARY_ENTRY(select)},
    .reduce = {{N(reduce_VV_sum)},
               {N(reduce_VV_difference)},
               {N(reduce_VV_product)},
               {N(reduce_VV_min)},
               {N(reduce_VV_max)},
               {N(reduce_VV_dot), N(reduce_VU_dot)},
               {N(reduce_VV_distance), N(reduce_VU_distance)}},
    .splat = N(splat),
    .power = N(power),
    .sincos = N(sincos_kernel),
    .product = N(product),
    .gather = N(gather),
    .scatter = N(scatter),
    .transpose_in = N(transpose_in),
    .transpose_out = N(transpose_out),
};
#undef UNARY_ENTRY
#undef BINARY_ENTRY
#undef TERNARY_ENTRY
#undef N
#undef V
#undef U
#undef M
#undef INLINE
