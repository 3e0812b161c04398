/*
 * dw4(X : matrix[4, 2]), written by energy 0.1.0 for C, double precision.
 *
 * energy = sum(i in 1..n, j in i+1..n: f.c*s(i, j)^4 + f.b*s(i, j)^2 + f.a*s(i, j))/f.tau
 *     where s(i, j) = norm(X[i, :] - X[j, :]) - f.r0
 * score = [sum(j in 1..n if i != j: if sumsq(X[j, :] - X[i, :]) > 0 then (2*f.b*(s(i, j) - f.r0)/f.tau + 4*f.c*(s(i, j) - f.r0)^3/f.tau + f.a/f.tau)*(X[j, :] - X[i, :])/s(i, j) else 0) for i in 1..n]
 *     where s(i, j) = norm(X[j, :] - X[i, :])
 *
 * sizes: k = 2, n = 4
 *
 * A row of x holds 8 numbers: X : matrix[4, 2].
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = dw4_energy_score_f64(x, n, energy, score, &parameters);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef DW4_F64_H
#define DW4_F64_H

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
#define DW4_DIM 8

typedef struct dw4_params {
  double a; /* f.a : real */
  double b; /* f.b : real */
  double c; /* f.c : positive */
  double r0; /* f.r0 : real */
  double tau; /* f.tau : positive */
} dw4_params;

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

#ifndef ee_sqrt_v_defined
#define ee_sqrt_v_defined
EE_FUNCTION ee_v ee_sqrt_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = sqrt(a[lane]);
  return result;
}
#endif

/* What dw4_energy_score computes once for all rows. */
typedef struct dw4_energy_score_uniforms {
  double inverse_tau;
  double c_inverse_tau;
  double b_inverse_tau;
  double a_inverse_tau;
} dw4_energy_score_uniforms;

EE_FUNCTION void dw4_energy_score_prepare(dw4_energy_score_uniforms *u, const dw4_params *p, int *status) {
  (void)status;
  const double tau = p->tau;
  const double a = p->a;
  const double b = p->b;
  const double c = p->c;
  const double inverse_tau_2 = 1.0 / tau;
  u->inverse_tau = inverse_tau_2;
  u->c_inverse_tau = c*inverse_tau_2;
  u->b_inverse_tau = b*inverse_tau_2;
  u->a_inverse_tau = a*inverse_tau_2;
}

/* count rows of 8 numbers, at most EE_LANES. */
EE_FUNCTION void dw4_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, const dw4_params *p, const dw4_energy_score_uniforms *u, int *status) {
  (void)status;
  const double a = p->a;
  const double r0 = p->r0;
  const double b = p->b;
  const double c = p->c;
  ee_v X[4][2];
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*8;
    for (int entry = 0; entry < 8; entry++) (&X[0][0])[entry][lane] = row[entry];
  }
  ee_v energy;
  ee_v score[4][2];
  ee_v sum;
  ee_v sum_2;
  ee_v difference[2];

  sum = ee_broadcast(0.0);
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 2; j++) {
      score[i][j] = ee_broadcast(0.0);
    }
  }
  const double scaled = 4.0*u->c_inverse_tau;
  const double scaled_2 = 2.0*u->b_inverse_tau;
  for (int i = 0; i < 4; i++) {
    for (int j = i + 1; j < 4; j++) {
      sum_2 = ee_broadcast(0.0);
      for (int k = 0; k < 2; k++) {
        const ee_v difference_k = X[i][k] - X[j][k];
        difference[k] = difference_k;
        sum_2 += difference_k*difference_k;
      }
      const ee_v root_sum = ee_sqrt_v(sum_2);
      const ee_v u_2 = root_sum - r0;
      const ee_v u_squared = u_2*u_2;
      sum += a*u_2 + b*u_squared + c*(u_squared*u_squared);
      const ee_m is_greater = sum_2 > 0.0;
      const ee_v product = (1.0 / root_sum)*(scaled*(u_squared*u_2) + scaled_2*u_2 + u->a_inverse_tau);
      for (int k = 0; k < 2; k++) {
        const ee_v chosen = ee_select(is_greater, product*difference[k], ee_broadcast(0.0));
        score[j][k] += chosen;
        score[i][k] -= chosen;
      }
    }
  }
  energy = u->inverse_tau*sum;

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    for (int entry = 0; entry < 8; entry++) score_out[lane*8 + entry] = (&score[0][0])[entry][lane];
  }
}

/* Energies (n) and scores (n, 8) of n rows; either may be NULL. */
EE_FUNCTION int dw4_energy_score_f64(const double *x, int64_t n, double *energy, double *score, const dw4_params *p) {
  if (n < 0 || (n > 0 && (!x || !energy || !score || !p))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  dw4_energy_score_uniforms u;
  dw4_energy_score_prepare(&u, p, &status);
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    dw4_energy_score_block(x + row*8, count, energy + row, score + row*8, p, &u, &status);
  }
  return status;
}

#endif
