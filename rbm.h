/*
 * rbm(v : vector[3]), written by energy 0.1.0 for C, double precision.
 *
 * energy = -f.b^T v - sum(softplus([[0.5, -1], [1.5, 0.25], [-0.75, 2]]^T v + f.c))
 * score = [[0.5, -1], [1.5, 0.25], [-0.75, 2]] sigmoid([[0.5, -1], [1.5, 0.25], [-0.75, 2]]^T v + f.c) + f.b
 *
 * A row of x holds 3 numbers: v : vector[3].
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = rbm_energy_score_f64(x, n, energy, score, &parameters);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef RBM_F64_H
#define RBM_F64_H

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
#define RBM_DIM 3

typedef struct rbm_params {
  double W[3][2]; /* W : matrix[3, 2] */
  double b[3]; /* f.b : vector[3] */
  double c[2]; /* f.c : vector[2] */
} rbm_params;

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

#ifndef ee_softplus_v_defined
#define ee_softplus_v_defined
EE_FUNCTION ee_v ee_softplus_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = fmax(a[lane], 0.0) + log1p(exp(-fabs(a[lane])));
  return result;
}
#endif
#ifndef ee_sigmoid_v_defined
#define ee_sigmoid_v_defined
EE_FUNCTION ee_v ee_sigmoid_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = 1.0 / (1.0 + exp(-a[lane]));
  return result;
}
#endif

/* count rows of 3 numbers, at most EE_LANES. */
EE_FUNCTION void rbm_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, const rbm_params *p, int *status) {
  (void)status;
  const double *const b = p->b;
  const double (*const W)[2] = p->W;
  const double *const c = p->c;
  ee_v v[3];
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*3;
    for (int entry = 0; entry < 3; entry++) v[entry][lane] = row[entry];
  }
  ee_v energy;
  ee_v score[3];
  ee_v sum;
  ee_v sum_2;
  ee_v sum_3;
  ee_v sigmoid_value[2];
  ee_v sum_5;

  sum = ee_broadcast(0.0);
  for (int i = 0; i < 3; i++) {
    sum += b[i]*v[i];
  }
  sum_2 = ee_broadcast(0.0);
  for (int i = 0; i < 2; i++) {
    sum_3 = ee_broadcast(0.0);
    for (int j = 0; j < 3; j++) {
      sum_3 += W[j][i]*v[j];
    }
    const ee_v sum_4 = sum_3 + c[i];
    sum_2 += ee_softplus_v(sum_4);
    sigmoid_value[i] = ee_sigmoid_v(sum_4);
  }
  energy = -(sum + sum_2);
  for (int i = 0; i < 3; i++) {
    sum_5 = ee_broadcast(0.0);
    for (int j = 0; j < 2; j++) {
      sum_5 += W[i][j]*sigmoid_value[j];
    }
    score[i] = sum_5 + b[i];
  }

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    for (int entry = 0; entry < 3; entry++) score_out[lane*3 + entry] = score[entry][lane];
  }
}

/* Energies (n) and scores (n, 3) of n rows; either may be NULL. */
EE_FUNCTION int rbm_energy_score_f64(const double *x, int64_t n, double *energy, double *score, const rbm_params *p) {
  if (n < 0 || (n > 0 && (!x || !energy || !score || !p))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    rbm_energy_score_block(x + row*3, count, energy + row, score + row*3, p, &status);
  }
  return status;
}

#endif
