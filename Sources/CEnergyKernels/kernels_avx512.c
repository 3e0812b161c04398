#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512cd,avx2,fma,bmi2"))), apply_to = function)
#define LEVEL avx512
#define HAS_FMA 1
#define SLEEF_BYTES 64
#define SLEEF_LEVEL avx512f
#define VECTOR_REGISTER "zmm"
#include "vector_calls.h"
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 4
#include "kernels_both_types.inc.h"
#pragma clang attribute pop
#endif
