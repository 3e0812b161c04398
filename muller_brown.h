/*
 * muller_brown(x : vector[2]), written by energy 0.1.0 for C, double precision.
 *
 * energy = [-200, -100, -170, 15]^T exp([-1, -1, -6.5, 0.7]*r^2 + [-10, -10, -6.5, 0.7]*u^2 + [0, 0, 11, 0.6]*r*u)
 *     where r = x[1] - [1, 0, -0.5, -1],
 *           u = x[2] - [0, 0.5, 1.5, 1]
 * score = [-sum(2*[-1, -1, -6.5, 0.7]*[-200, -100, -170, 15]*r*u + [-200, -100, -170, 15]*[0, 0, 11, 0.6]*v*u), -sum(2*[-10, -10, -6.5, 0.7]*[-200, -100, -170, 15]*v*u + [-200, -100, -170, 15]*[0, 0, 11, 0.6]*r*u)]
 *     where r = x[1] - [1, 0, -0.5, -1],
 *           u = exp([-1, -1, -6.5, 0.7]*r^2 + [-10, -10, -6.5, 0.7]*v^2 + [0, 0, 11, 0.6]*r*v),
 *           v = x[2] - [0, 0.5, 1.5, 1]
 *
 * A row of x holds 2 numbers: x : vector[2].
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = muller_brown_energy_score_f64(x, n, energy, score, &parameters);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef MULLER_BROWN_F64_H
#define MULLER_BROWN_F64_H

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
#define MULLER_BROWN_DIM 2

typedef struct muller_brown_params {
  double A[4]; /* A : integer[4] */
  double a[4]; /* a : vector[4] */
  double u[4]; /* u : vector[4] */
  double b[4]; /* b : vector[4] */
  double v[4]; /* v : vector[4] */
  double c[4]; /* c : vector[4] */
} muller_brown_params;

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

/* What muller_brown_energy_score computes once for all rows. */
typedef struct muller_brown_energy_score_uniforms {
  double A_c[4];
  double A_b[4];
  double A_a[4];
} muller_brown_energy_score_uniforms;

EE_FUNCTION void muller_brown_energy_score_prepare(muller_brown_energy_score_uniforms *u, const muller_brown_params *p, int *status) {
  (void)status;
  const double *const A = p->A;
  const double *const a = p->a;
  const double *const b = p->b;
  const double *const c = p->c;
  for (int k = 0; k < 4; k++) {
    const double A_k = A[k];
    u->A_c[k] = A_k*c[k];
    u->A_b[k] = A_k*b[k];
    u->A_a[k] = A_k*a[k];
  }
}

/* count rows of 2 numbers, at most EE_LANES. */
EE_FUNCTION void muller_brown_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, const muller_brown_params *p, const muller_brown_energy_score_uniforms *u, int *status) {
  (void)status;
  const double *const A = p->A;
  const double *const a = p->a;
  const double *const u_2 = p->u;
  const double *const b = p->b;
  const double *const v = p->v;
  const double *const c = p->c;
  ee_v x[2];
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*2;
    for (int entry = 0; entry < 2; entry++) x[entry][lane] = row[entry];
  }
  ee_v energy;
  ee_v score[2];
  ee_v f;
  ee_v sum;
  ee_v sum_2;

  f = ee_broadcast(0.0);
  sum = ee_broadcast(0.0);
  sum_2 = ee_broadcast(0.0);
  const ee_v x_0 = x[0];
  const ee_v x_1 = x[1];
  for (int k = 0; k < 4; k++) {
    const ee_v difference = x_0 - u_2[k];
    const ee_v difference_2 = x_1 - v[k];
    const ee_v sum_3 = a[k]*(difference*difference) + b[k]*difference*difference_2 + c[k]*(difference_2*difference_2);
    const ee_v exp_sum_3 = ee_exp_v(sum_3);
    f += A[k]*exp_sum_3;
    const double A_b_k = u->A_b[k];
    sum += A_b_k*difference*exp_sum_3 + u->A_c[k]*difference_2*exp_sum_3*2.0;
    sum_2 += A_b_k*difference_2*exp_sum_3 + u->A_a[k]*difference*exp_sum_3*2.0;
  }
  energy = f;
  for (int i = 0; i < 2; i++) {
    score[i] = ee_broadcast(0.0);
  }
  score[1] -= sum;
  score[0] -= sum_2;

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    for (int entry = 0; entry < 2; entry++) score_out[lane*2 + entry] = score[entry][lane];
  }
}

/* Energies (n) and scores (n, 2) of n rows; either may be NULL. */
EE_FUNCTION int muller_brown_energy_score_f64(const double *x, int64_t n, double *energy, double *score, const muller_brown_params *p) {
  if (n < 0 || (n > 0 && (!x || !energy || !score || !p))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  muller_brown_energy_score_uniforms u;
  muller_brown_energy_score_prepare(&u, p, &status);
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    muller_brown_energy_score_block(x + row*2, count, energy + row, score + row*2, p, &u, &status);
  }
  return status;
}

#endif
