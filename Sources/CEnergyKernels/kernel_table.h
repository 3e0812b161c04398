#pragma once
#include "CEnergyKernels.h"
#include "kernel_list.h"

#define EK_COUNT(name) +1
enum { EK_UNARY_COUNT = 0 EK_UNARY_LIST(EK_COUNT), EK_BINARY_COUNT = 0 EK_BINARY_LIST(EK_COUNT) };
#undef EK_COUNT

/// All kernels of one level and type.
typedef struct ek_table {
  ek_kernel unary[EK_UNARY_COUNT];
  ek_kernel binary[EK_BINARY_COUNT][3];
  ek_kernel ternary[EK_TERNARY_COUNT][4];
  ek_kernel reduce[EK_REDUCE_COUNT][2];
  ek_kernel splat, power, sincos;
  ek_product_function product;
  ek_gather_function gather;
  ek_scatter_function scatter;
  ek_transpose_in_function transpose_in;
  ek_transpose_out_function transpose_out;
} ek_table;

extern const ek_table ek_baseline_f64, ek_baseline_f32;
#if defined(__x86_64__)
extern const ek_table ek_avx2_f64, ek_avx2_f32, ek_avx512_f64, ek_avx512_f32;
#endif
