#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#define LEVEL avx2
#define HAS_FMA 1
#define SLEEF_BYTES 32
#define SLEEF_LEVEL avx2
#define VECTOR_REGISTER "ymm"
#include "vector_calls.h"
#define PRODUCT_ROWS 4
#define PRODUCT_VECTORS 1
#include "kernels_both_types.inc.h"
#pragma clang attribute pop
#endif
