/*
 * himmelblau(x : vector[2]), written by energy 0.1.0 for C, double precision.
 *
 * energy = (x[1]^2 + x[2] - 11)^2 + (x[2]^2 + x[1] - 7)^2
 * score = [2*(7 - x[2]^2 - x[1]) - 4*x[1]*(x[1]^2 + x[2] - 11), 2*(11 - x[1]^2 - x[2]) - 4*x[2]*(x[2]^2 + x[1] - 7)]
 *
 * A row of x holds 2 numbers: x : vector[2].
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = himmelblau_energy_score_f64(x, n, energy, score);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef HIMMELBLAU_F64_H
#define HIMMELBLAU_F64_H

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
#define HIMMELBLAU_DIM 2

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

/* count rows of 2 numbers, at most EE_LANES. */
EE_FUNCTION void himmelblau_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, int *status) {
  (void)status;
  ee_v x[2];
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*2;
    for (int entry = 0; entry < 2; entry++) x[entry][lane] = row[entry];
  }
  ee_v energy;
  ee_v score[2];

  const ee_v x_0 = x[0];
  const ee_v x_1 = x[1];
  const ee_v sum = x_0*x_0 - 11.0 + x_1;
  const ee_v sum_2 = x_0 - 7.0 + x_1*x_1;
  energy = sum*sum + sum_2*sum_2;
  for (int i = 0; i < 2; i++) {
    score[i] = ee_broadcast(0.0);
  }
  score[1] += -2.0*sum - x_1*sum_2*4.0;
  score[0] += -2.0*sum_2 - x_0*sum*4.0;

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    for (int entry = 0; entry < 2; entry++) score_out[lane*2 + entry] = score[entry][lane];
  }
}

/* Energies (n) and scores (n, 2) of n rows; either may be NULL. */
EE_FUNCTION int himmelblau_energy_score_f64(const double *x, int64_t n, double *energy, double *score) {
  if (n < 0 || (n > 0 && (!x || !energy || !score))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    himmelblau_energy_score_block(x + row*2, count, energy + row, score + row*2, &status);
  }
  return status;
}

#endif
