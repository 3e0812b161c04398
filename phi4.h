/*
 * phi4(x : matrix[4, 4]), written by energy 0.1.0 for C, double precision.
 *
 * energy = sum(l in 1..L, m in 1..M: f.lambda*x[l, m]^4 + f.m2*x[l, m]^2 + (x[l, m] - x[l, wrap(m + 1, M)])^2 + (x[wrap(l + 1, L), m] - x[l, m])^2)
 * score = -[4*f.lambda*x[l, m]^3 + 2*f.m2*x[l, m] + 2*(x[l, m] - x[l, wrap(m + 1, M)]) + 2*(x[l, m] - x[l, wrap(m - 1, M)]) + 2*(x[l, m] - x[wrap(l + 1, L), m]) + 2*(x[l, m] - x[wrap(l - 1, L), m]) for l in 1..L, m in 1..M]
 *
 * sizes: L = 4, M = 4
 *
 * A row of x holds 16 numbers: x : matrix[4, 4].
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = phi4_energy_score_f64(x, n, energy, score, &parameters);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef PHI4_F64_H
#define PHI4_F64_H

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
#define PHI4_DIM 16

typedef struct phi4_params {
  double m2; /* f.m2 : real */
  double lambda; /* f.lambda : positive */
} phi4_params;

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

/* What phi4_energy_score computes once for all rows. */
typedef struct phi4_energy_score_uniforms {
  double scaled;
  double scaled_2;
} phi4_energy_score_uniforms;

EE_FUNCTION void phi4_energy_score_prepare(phi4_energy_score_uniforms *u, const phi4_params *p, int *status) {
  (void)status;
  const double m2 = p->m2;
  const double lambda = p->lambda;
  u->scaled = -4.0*lambda;
  u->scaled_2 = -2.0*m2;
}

/* count rows of 16 numbers, at most EE_LANES. */
EE_FUNCTION void phi4_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, const phi4_params *p, const phi4_energy_score_uniforms *u, int *status) {
  (void)status;
  const double m2 = p->m2;
  const double lambda = p->lambda;
  ee_v x[4][4];
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*16;
    for (int entry = 0; entry < 16; entry++) (&x[0][0])[entry][lane] = row[entry];
  }
  ee_v energy;
  ee_v score[4][4];
  ee_v f;
  ee_v difference[4];

  f = ee_broadcast(0.0);
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) {
      const ee_v x_i_j = x[i][j];
      const ee_v difference_j = x_i_j - x[i][ee_index_mod(j + 1, 4)];
      difference[j] = difference_j;
      const ee_v difference_2 = x[ee_index_mod(i + 1, 4)][j] - x_i_j;
      const ee_v x_squared = x_i_j*x_i_j;
      const ee_v sum = difference_2*difference_2 + m2*x_squared + lambda*(x_squared*x_squared) + difference_j*difference_j;
      f += sum;
      score[i][j] = u->scaled*(x_squared*x_i_j) + 2.0*difference_2 + u->scaled_2*x_i_j - 2.0*difference_j;
    }
    for (int j = 0; j < 4; j++) {
      score[i][ee_index_mod(j + 1, 4)] += 2.0*difference[j];
    }
  }
  energy = f;
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) {
      score[ee_index_mod(i + 1, 4)][j] -= (x[ee_index_mod(i + 1, 4)][j] - x[i][j])*2.0;
    }
  }

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    for (int entry = 0; entry < 16; entry++) score_out[lane*16 + entry] = (&score[0][0])[entry][lane];
  }
}

/* Energies (n) and scores (n, 16) of n rows; either may be NULL. */
EE_FUNCTION int phi4_energy_score_f64(const double *x, int64_t n, double *energy, double *score, const phi4_params *p) {
  if (n < 0 || (n > 0 && (!x || !energy || !score || !p))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  phi4_energy_score_uniforms u;
  phi4_energy_score_prepare(&u, p, &status);
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    phi4_energy_score_block(x + row*16, count, energy + row, score + row*16, p, &u, &status);
  }
  return status;
}

#endif
