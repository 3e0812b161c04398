// Functions of CUDA that the C library lacks, by their definitions: what they compute, not how a GPU rounds it.
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline double rsqrt(double x) { return 1.0 / sqrt(x); }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fsub_rn(float a, float b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dsub_rn(double a, double b) { return a - b; }
static inline double __dmul_rn(double a, double b) { return a * b; }
/// 0 beyond 2^126, as the programming guide says: a denominator out of its range shows.
static inline float __fdividef(float a, float b) {
  const float size = fabsf(b);
  if (size > 0x1p126f && !isinf(size)) return a * 0.0f;
  return a / b;
}
static inline float ee_quick_divide(float a, float b) { return __fdividef(a, b); }

static inline float __int_as_float(int32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
static inline float __uint_as_float(uint32_t bits) { return __int_as_float((int32_t)bits); }
static inline int32_t __float_as_int(float value) {
  int32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}
static inline double __longlong_as_double(long long bits) {
  double value;
  memcpy(&value, &bits, 8);
  return value;
}
static inline long long __double_as_longlong(double value) {
  long long bits;
  memcpy(&bits, &value, 8);
  return bits;
}

extern "C" {
double cyl_bessel_i0(double x);
double cyl_bessel_i1(double x);
double normcdf(double x);
double normcdfinv(double p);
double erfinv(double x);
double erfcx(double x);
}
static inline float cyl_bessel_i0f(float x) { return (float)cyl_bessel_i0(x); }
static inline float cyl_bessel_i1f(float x) { return (float)cyl_bessel_i1(x); }
static inline float normcdff(float x) { return (float)normcdf(x); }
static inline float normcdfinvf(float p) { return (float)normcdfinv(p); }
static inline float erfinvf(float x) { return (float)erfinv(x); }
static inline float erfcxf(float x) { return (float)erfcx(x); }
