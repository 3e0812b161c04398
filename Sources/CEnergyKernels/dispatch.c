#include "kernel_table.h"
#include <string.h>
#include <unistd.h>

int ek_best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw"))
    return EK_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return EK_AVX2;
#endif
  return EK_BASELINE;
}

static const ek_table *table(int level, int type) {
  (void)level;
#if defined(__x86_64__)
  if (level >= EK_AVX512) return type == EK_F32 ? &ek_avx512_f32 : &ek_avx512_f64;
  if (level == EK_AVX2) return type == EK_F32 ? &ek_avx2_f32 : &ek_avx2_f64;
#endif
  return type == EK_F32 ? &ek_baseline_f32 : &ek_baseline_f64;
}

#define EK_NAME(name) #name,
static const char *const unary_names[] = {EK_UNARY_LIST(EK_NAME)};
static const char *const binary_names[] = {EK_BINARY_LIST(EK_NAME)};
#undef EK_NAME

const char *ek_unary_name(int p) { return p >= 0 && p < EK_UNARY_COUNT ? unary_names[p] : NULL; }
const char *ek_binary_name(int p) { return p >= 0 && p < EK_BINARY_COUNT ? binary_names[p] : NULL; }

int ek_find_unary(const char *name) {
  for (int p = 0; p < EK_UNARY_COUNT; p++)
    if (strcmp(name, unary_names[p]) == 0) return p;
  return -1;
}

int ek_find_binary(const char *name) {
  for (int p = 0; p < EK_BINARY_COUNT; p++)
    if (strcmp(name, binary_names[p]) == 0) return p;
  return -1;
}

ek_kernel ek_unary(int level, int type, int position) { return table(level, type)->unary[position]; }
ek_kernel ek_binary(int level, int type, int position, int mode) { return table(level, type)->binary[position][mode]; }
ek_kernel ek_ternary(int level, int type, int which, int mode) { return table(level, type)->ternary[which][mode]; }
ek_kernel ek_reduce(int level, int type, int which, int mode) { return table(level, type)->reduce[which][mode]; }
ek_kernel ek_splat(int level, int type) { return table(level, type)->splat; }
ek_kernel ek_power(int level, int type) { return table(level, type)->power; }
ek_kernel ek_sincos(int level, int type) { return table(level, type)->sincos; }
ek_product_function ek_product(int level, int type) { return table(level, type)->product; }
ek_gather_function ek_gather(int level, int type) { return table(level, type)->gather; }
ek_scatter_function ek_scatter(int level, int type) { return table(level, type)->scatter; }
ek_transpose_in_function ek_transpose_in(int level, int type) { return table(level, type)->transpose_in; }
ek_transpose_out_function ek_transpose_out(int level, int type) { return table(level, type)->transpose_out; }

void ek_fence(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

long ek_cache_size(void) {
#if defined(_SC_LEVEL3_CACHE_SIZE)
  long size = sysconf(_SC_LEVEL3_CACHE_SIZE);
  if (size > 0) return size;
#endif
  return 32L << 20;
}
