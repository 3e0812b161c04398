/*
 * hopfield_modern(x : vector[2]), written by energy 0.1.0 for C, double precision.
 *
 * energy = 0.5*sumsq(x) - 0.25*logsumexp(4*[[1, 0], [0, 1], [-1, -1]] x) + 0.5*max(sum([[1, 0], [0, 1], [-1, -1]]^2, axis = 2)) + 0.27465307216702745
 * score = [[1, 0], [0, 1], [-1, -1]]^T softmax(4*[[1, 0], [0, 1], [-1, -1]] x) - x
 *
 * A row of x holds 2 numbers: x : vector[2].
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = hopfield_modern_energy_score_f64(x, n, energy, score, &parameters);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef HOPFIELD_MODERN_F64_H
#define HOPFIELD_MODERN_F64_H

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
#define HOPFIELD_MODERN_DIM 2

typedef struct hopfield_modern_params {
  double X[3][2]; /* X : integer[3, 2] */
} hopfield_modern_params;

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

#ifndef ee_max_defined
#define ee_max_defined
EE_FUNCTION double ee_max(double a, double b) { return a != a || b != b ? a + b : fmax(a, b); }
#endif
#ifndef ee_max_v_defined
#define ee_max_v_defined
EE_FUNCTION ee_v ee_max_v(ee_v a, ee_v b) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = a[lane] != a[lane] || b[lane] != b[lane] ? a[lane] + b[lane] : fmax(a[lane], b[lane]);
  return result;
}
#endif
#ifndef ee_abs_v_defined
#define ee_abs_v_defined
EE_FUNCTION ee_v ee_abs_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = fabs(a[lane]);
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
#ifndef ee_log_v_defined
#define ee_log_v_defined
EE_FUNCTION ee_v ee_log_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = log(a[lane]);
  return result;
}
#endif

/* What hopfield_modern_energy_score computes once for all rows. */
typedef struct hopfield_modern_energy_score_uniforms {
  double greatest;
  double sum;
  double sum_2;
} hopfield_modern_energy_score_uniforms;

EE_FUNCTION void hopfield_modern_energy_score_prepare(hopfield_modern_energy_score_uniforms *u, const hopfield_modern_params *p, int *status) {
  (void)status;
  const double (*const X)[2] = p->X;
  u->greatest = -EE_INFINITY;
  for (int k = 0; k < 3; k++) {
    u->sum = 0.0;
    for (int i = 0; i < 2; i++) {
      const double X_k_i = X[k][i];
      u->sum += X_k_i*X_k_i;
    }
    u->greatest = ee_max(u->greatest, u->sum);
  }
  u->sum_2 = 0.5*u->greatest + 0.27465307216702745;
}

/* count rows of 2 numbers, at most EE_LANES. */
EE_FUNCTION void hopfield_modern_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, const hopfield_modern_params *p, const hopfield_modern_energy_score_uniforms *u, int *status) {
  (void)status;
  const double (*const X)[2] = p->X;
  ee_v x[2];
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*2;
    for (int entry = 0; entry < 2; entry++) x[entry][lane] = row[entry];
  }
  ee_v energy;
  ee_v score[2];
  ee_v sum_3;
  ee_v greatest_2;
  ee_v sum_4;
  ee_v sum_5[3];
  ee_v sum_6;
  ee_v weight[3];
  ee_v sum_7;

  sum_3 = ee_broadcast(0.0);
  for (int i = 0; i < 2; i++) {
    const ee_v x_i = x[i];
    sum_3 += x_i*x_i;
  }
  greatest_2 = ee_broadcast(-EE_INFINITY);
  for (int k = 0; k < 3; k++) {
    sum_4 = ee_broadcast(0.0);
    for (int i = 0; i < 2; i++) {
      sum_4 += X[k][i]*x[i];
    }
    sum_5[k] = sum_4;
    greatest_2 = ee_max_v(greatest_2, 4.0*sum_4);
  }
  sum_6 = ee_broadcast(0.0);
  const ee_v shift = ee_select(ee_abs_v(greatest_2) == EE_INFINITY, ee_broadcast(0.0), greatest_2);
  for (int k = 0; k < 3; k++) {
    sum_6 += ee_exp_v(4.0*sum_5[k] - shift);
  }
  const ee_v logsumexp = shift + ee_log_v(sum_6);
  energy = u->sum_2 + 0.5*sum_3 - 0.25*logsumexp;
  const ee_v total = ee_select(logsumexp == -EE_INFINITY, ee_broadcast(0.0), logsumexp);
  for (int k = 0; k < 3; k++) {
    weight[k] = ee_exp_v(4.0*sum_5[k] - total);
  }
  for (int i = 0; i < 2; i++) {
    sum_7 = ee_broadcast(0.0);
    for (int k = 0; k < 3; k++) {
      sum_7 += X[k][i]*weight[k];
    }
    score[i] = sum_7 - x[i];
  }

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    for (int entry = 0; entry < 2; entry++) score_out[lane*2 + entry] = score[entry][lane];
  }
}

/* Energies (n) and scores (n, 2) of n rows; either may be NULL. */
EE_FUNCTION int hopfield_modern_energy_score_f64(const double *x, int64_t n, double *energy, double *score, const hopfield_modern_params *p) {
  if (n < 0 || (n > 0 && (!x || !energy || !score || !p))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  hopfield_modern_energy_score_uniforms u;
  hopfield_modern_energy_score_prepare(&u, p, &status);
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    hopfield_modern_energy_score_block(x + row*2, count, energy + row, score + row*2, p, &u, &status);
  }
  return status;
}

#endif
