/*
 * funnel(x : vector[m+1]), written by energy 0.1.0 for C, double precision.
 *
 * energy = 0.5*m*x[1] + 0.5*x[1]^2/f.s^2 + 0.5*exp(-x[1])*sumsq(x[2..m+1]) + 0.9189385332046727*(m + 1) + log(f.s)
 * score = [(if i == 1 then 0.5*exp(-x[1])*sumsq(x[2..m+1]) - x[1]/f.s^2 - 0.5*m else 0) - (if i >= 2 then x[i]*exp(-x[1]) else 0) for i in 1..m+1]
 *
 * sizes: m = 3
 *
 * A row of x holds 4 numbers: x : vector[m+1].
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = funnel_energy_score_f64(x, n, energy, score, &parameters);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef FUNNEL_F64_H
#define FUNNEL_F64_H

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
#define FUNNEL_DIM 4

typedef struct funnel_params {
  double s; /* f.s : positive */
} funnel_params;

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

#ifndef ee_exp_v_defined
#define ee_exp_v_defined
EE_FUNCTION ee_v ee_exp_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = exp(a[lane]);
  return result;
}
#endif

/* What funnel_energy_score computes once for all rows. */
typedef struct funnel_energy_score_uniforms {
  double inverse_s_squared;
  double sum;
  double minus_inverse_s_squared;
  double scaled;
} funnel_energy_score_uniforms;

EE_FUNCTION void funnel_energy_score_prepare(funnel_energy_score_uniforms *u, const funnel_params *p, int *status) {
  (void)status;
  const double s = p->s;
  const double inverse_s = 1.0 / s;
  const double inverse_s_squared_2 = inverse_s*inverse_s;
  u->inverse_s_squared = inverse_s_squared_2;
  u->sum = log(s) + 3.6757541328186907;
  u->minus_inverse_s_squared = -inverse_s_squared_2;
  u->scaled = -1.5;
}

/* count rows of 4 numbers, at most EE_LANES. */
EE_FUNCTION void funnel_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, const funnel_params *p, const funnel_energy_score_uniforms *u, int *status) {
  (void)p;
  (void)status;
  ee_v x[4];
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*4;
    for (int entry = 0; entry < 4; entry++) x[entry][lane] = row[entry];
  }
  ee_v energy;
  ee_v score[4];
  ee_v sum_2;

  sum_2 = ee_broadcast(0.0);
  for (int i = 0; i < 4; i++) {
    score[i] = ee_broadcast(0.0);
  }
  const ee_v x_0 = x[0];
  const ee_v exp_minus_x = ee_exp_v(-x_0);
  for (int i = 0; i < 3; i++) {
    const ee_v x_i_plus_1 = x[i + 1];
    sum_2 += x_i_plus_1*x_i_plus_1;
    score[i + 1] -= exp_minus_x*x_i_plus_1;
  }
  const ee_v product = exp_minus_x*sum_2;
  energy = u->sum + 0.5*product + 3.0*x_0*0.5 + u->inverse_s_squared*(x_0*x_0)*0.5;
  score[0] += u->minus_inverse_s_squared*x_0 + 0.5*product + u->scaled;

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    for (int entry = 0; entry < 4; entry++) score_out[lane*4 + entry] = score[entry][lane];
  }
}

/* Energies (n) and scores (n, 4) of n rows; either may be NULL. */
EE_FUNCTION int funnel_energy_score_f64(const double *x, int64_t n, double *energy, double *score, const funnel_params *p) {
  if (n < 0 || (n > 0 && (!x || !energy || !score || !p))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  funnel_energy_score_uniforms u;
  funnel_energy_score_prepare(&u, p, &status);
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    funnel_energy_score_block(x + row*4, count, energy + row, score + row*4, p, &u, &status);
  }
  return status;
}

#endif
