/*
 * ackley(x : vector[8]), written by energy 0.1.0 for C, double precision.
 *
 * energy = 2.718281828459045 - exp(mean(cos(f.c*x))) - f.a*expm1(-f.b*norm(x)/sqrt(d))
 * score = -f.c*exp(mean(cos(f.c*x)))*sin(f.c*x)/d - (if sumsq(x) > 0 then f.a*f.b*exp(-f.b*norm(x)/sqrt(d))*x/(sqrt(d)*norm(x)) else 0)
 *
 * sizes: d = 8
 *
 * A row of x holds 8 numbers: x : vector[8].
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = ackley_energy_score_f64(x, n, energy, score, &parameters);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef ACKLEY_F64_H
#define ACKLEY_F64_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#ifndef EE_FUNCTION
#define EE_FUNCTION static inline
#define EE_NAN NAN
#define EE_INFINITY INFINITY
enum { EE_SUCCESS = 0, EE_INVALID_VALUE = 1, EE_OUT_OF_MEMORY = 2, EE_INDEX_OUT_OF_RANGE = 3 };
EE_FUNCTION int ee_index_mod(int a, int n) { const int r = a % n; return r < 0 ? r + n : r; }
EE_FUNCTION int ee_index_max(int a, int b) { return a > b ? a : b; }
EE_FUNCTION int ee_index_min(int a, int b) { return a < b ? a : b; }
#endif

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif
#define ACKLEY_DIM 8

typedef struct ackley_params {
  double a; /* f.a : positive */
  double b; /* f.b : positive */
  double c; /* f.c : real */
} ackley_params;

#ifndef EE_LANES
/* 8 rows at a time, a lane each. */
#define EE_LANES 8
typedef double ee_v __attribute__((vector_size(64)));
typedef int64_t ee_m __attribute__((vector_size(64)));
EE_FUNCTION ee_v ee_broadcast(double a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = a;
  return result;
}
EE_FUNCTION ee_m ee_mask(int a) {
  ee_m result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = a ? -1 : 0;
  return result;
}
EE_FUNCTION ee_v ee_select(ee_m mask, ee_v a, ee_v b) {
  return (ee_v)((mask & (ee_m)a) | (~mask & (ee_m)b));
}
EE_FUNCTION ee_v ee_truth(ee_m mask) {
  return ee_select(mask, ee_broadcast(1), ee_broadcast(0));
}
#endif

#ifndef ee_cos_v_defined
#define ee_cos_v_defined
EE_FUNCTION ee_v ee_cos_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = cos(a[lane]);
  return result;
}
#endif
#ifndef ee_exp_v_defined
#define ee_exp_v_defined
EE_FUNCTION ee_v ee_exp_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = exp(a[lane]);
  return result;
}
#endif
#ifndef ee_sqrt_v_defined
#define ee_sqrt_v_defined
EE_FUNCTION ee_v ee_sqrt_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = sqrt(a[lane]);
  return result;
}
#endif
#ifndef ee_expm1_v_defined
#define ee_expm1_v_defined
EE_FUNCTION ee_v ee_expm1_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = expm1(a[lane]);
  return result;
}
#endif
#ifndef ee_sin_v_defined
#define ee_sin_v_defined
EE_FUNCTION ee_v ee_sin_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = sin(a[lane]);
  return result;
}
#endif

/* What ackley_energy_score computes once for all rows. */
typedef struct ackley_energy_score_uniforms {
  double inverse;
  double scaled;
  double product;
  double product_2;
} ackley_energy_score_uniforms;

EE_FUNCTION void ackley_energy_score_prepare(ackley_energy_score_uniforms *u, const ackley_params *p, int *status) {
  (void)status;
  const double c = p->c;
  const double a = p->a;
  const double b = p->b;
  const double inverse_2 = 1.0 / sqrt(8.0);
  const double inverse_2_squared = inverse_2*inverse_2;
  u->inverse = inverse_2_squared;
  u->scaled = -(inverse_2*b);
  u->product = inverse_2*a*b;
  u->product_2 = inverse_2_squared*c;
}

/* count rows of 8 numbers, at most EE_LANES. */
EE_FUNCTION void ackley_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, const ackley_params *p, const ackley_energy_score_uniforms *u, int *status) {
  (void)status;
  const double c = p->c;
  const double a = p->a;
  ee_v x[8];
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*8;
    for (int entry = 0; entry < 8; entry++) x[entry][lane] = row[entry];
  }
  ee_v energy;
  ee_v score[8];
  ee_v sum;
  ee_v sum_2;
  ee_v c_x[8];

  sum = ee_broadcast(0.0);
  sum_2 = ee_broadcast(0.0);
  for (int i = 0; i < 8; i++) {
    const ee_v x_i = x[i];
    const ee_v c_x_i = c*x_i;
    c_x[i] = c_x_i;
    sum += ee_cos_v(c_x_i);
    sum_2 += x_i*x_i;
  }
  const ee_v exp_inverse_sum = ee_exp_v(u->inverse*sum);
  const ee_v root_sum = ee_sqrt_v(sum_2);
  const ee_v scaled_root_sum = u->scaled*root_sum;
  energy = -(exp_inverse_sum - 2.718281828459045 + a*ee_expm1_v(scaled_root_sum));
  const ee_m is_greater = sum_2 > 0.0;
  const ee_v product_3 = (-u->product*(1.0 / root_sum))*ee_exp_v(scaled_root_sum);
  const ee_v product_4 = u->product_2*exp_inverse_sum;
  for (int i = 0; i < 8; i++) {
    score[i] = ee_select(is_greater, product_3*x[i], ee_broadcast(0.0)) - product_4*ee_sin_v(c_x[i]);
  }

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    for (int entry = 0; entry < 8; entry++) score_out[lane*8 + entry] = score[entry][lane];
  }
}

/* Energies (n) and scores (n, 8) of n rows; either may be NULL. */
EE_FUNCTION int ackley_energy_score_f64(const double *x, int64_t n, double *energy, double *score, const ackley_params *p) {
  if (n < 0 || (n > 0 && (!x || !energy || !score || !p))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  ackley_energy_score_uniforms u;
  ackley_energy_score_prepare(&u, p, &status);
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    ackley_energy_score_block(x + row*8, count, energy + row, score + row*8, p, &u, &status);
  }
  return status;
}

#endif
