/*
 * eight_schools_non_centered(mu : real, tau : positive, z : vector[8]), written by energy 0.1.0 for C, double precision.
 *
 * energy = if tau > 0 then 0.02*mu^2 + log1p(0.04*tau^2) + 0.5*sumsq(z) + 0.5*sum((1/f.sigma)^2*(mu + tau*z - f.y)^2) + sum(log(f.sigma)) + 19.29241359463709 else inf
 * score = mu: -(if tau > 0 then 0.04*mu + (1/f.sigma^2)^T (mu + tau*z - f.y) else 0)
 *   tau: -(if tau > 0 then 0.08*tau/(0.04*tau^2 + 1) + (1/f.sigma^2)^T (z*(mu + tau*z - f.y)) else 0)
 *   z: -(if tau > 0 then z + tau*(mu + tau*z - f.y)/f.sigma^2 else 0)
 *
 * A row of x holds 10 numbers: mu : real, tau : positive, z : vector[8].
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = eight_schools_non_centered_energy_score_f64(x, n, energy, score, &parameters);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef EIGHT_SCHOOLS_NON_CENTERED_F64_H
#define EIGHT_SCHOOLS_NON_CENTERED_F64_H

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
#define EIGHT_SCHOOLS_NON_CENTERED_DIM 10

typedef struct eight_schools_non_centered_params {
  double y[8]; /* f.y : vector[8] */
  double sigma[8]; /* f.sigma : positive[8] */
} eight_schools_non_centered_params;

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

#ifndef ee_log1p_v_defined
#define ee_log1p_v_defined
EE_FUNCTION ee_v ee_log1p_v(ee_v a) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = log1p(a[lane]);
  return result;
}
#endif

/* What eight_schools_non_centered_energy_score computes once for all rows. */
typedef struct eight_schools_non_centered_energy_score_uniforms {
  double sum;
  double inverse_sigma_squared[8];
  double sum_2;
} eight_schools_non_centered_energy_score_uniforms;

EE_FUNCTION void eight_schools_non_centered_energy_score_prepare(eight_schools_non_centered_energy_score_uniforms *u, const eight_schools_non_centered_params *p, int *status) {
  (void)status;
  const double *const sigma = p->sigma;
  u->sum = 0.0;
  for (int i = 0; i < 8; i++) {
    const double sigma_i = sigma[i];
    const double inverse_sigma = 1.0 / sigma_i;
    u->inverse_sigma_squared[i] = inverse_sigma*inverse_sigma;
    u->sum += log(sigma_i);
  }
  u->sum_2 = u->sum + 19.29241359463709;
}

/* count rows of 10 numbers, at most EE_LANES. */
EE_FUNCTION void eight_schools_non_centered_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, const eight_schools_non_centered_params *p, const eight_schools_non_centered_energy_score_uniforms *u, int *status) {
  (void)status;
  const double *const y = p->y;
  ee_v tau;
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*10 + 1;
    tau[lane] = row[0];
  }
  ee_v mu;
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*10;
    mu[lane] = row[0];
  }
  ee_v z[8];
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*10 + 2;
    for (int entry = 0; entry < 8; entry++) z[entry][lane] = row[entry];
  }
  ee_v energy;
  ee_v score_mu;
  ee_v score_tau;
  ee_v score_z[8];
  ee_v sum_3;
  ee_v sum_4;
  ee_v sum_5;
  ee_v sum_6;

  sum_3 = ee_broadcast(0.0);
  sum_4 = ee_broadcast(0.0);
  sum_5 = ee_broadcast(0.0);
  sum_6 = ee_broadcast(0.0);
  const ee_m is_greater = tau > 0.0;
  for (int i = 0; i < 8; i++) {
    const ee_v z_i = z[i];
    sum_3 += z_i*z_i;
    const double inverse_sigma_squared_2 = u->inverse_sigma_squared[i];
    const ee_v difference = mu + tau*z_i - y[i];
    sum_4 += inverse_sigma_squared_2*(difference*difference);
    sum_5 += inverse_sigma_squared_2*difference;
    sum_6 += inverse_sigma_squared_2*z_i*difference;
    const ee_v chosen = ee_select(is_greater, z_i + inverse_sigma_squared_2*tau*difference, ee_broadcast(0.0));
    score_z[i] = -chosen;
  }
  const ee_v tau_squared = tau*tau;
  const ee_v sum_7 = ee_log1p_v(0.04*tau_squared) + mu*mu*0.02 + 0.5*sum_3 + 0.5*sum_4 + u->sum_2;
  energy = ee_select(is_greater, sum_7, ee_broadcast(EE_INFINITY));
  score_mu = -ee_select(is_greater, sum_5 + 0.04*mu, ee_broadcast(0.0));
  const ee_v chosen_2 = ee_select(is_greater, sum_6 + (tau / (0.04*tau_squared + 1.0))*0.08, ee_broadcast(0.0));
  score_tau = -chosen_2;

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    score_out[lane*10] = score_mu[lane];
    score_out[lane*10 + 1] = score_tau[lane];
    for (int entry = 0; entry < 8; entry++) score_out[lane*10 + 2 + entry] = score_z[entry][lane];
  }
}

/* Energies (n) and scores (n, 10) of n rows; either may be NULL. */
EE_FUNCTION int eight_schools_non_centered_energy_score_f64(const double *x, int64_t n, double *energy, double *score, const eight_schools_non_centered_params *p) {
  if (n < 0 || (n > 0 && (!x || !energy || !score || !p))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  eight_schools_non_centered_energy_score_uniforms u;
  eight_schools_non_centered_energy_score_prepare(&u, p, &status);
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    eight_schools_non_centered_energy_score_block(x + row*10, count, energy + row, score + row*10, p, &u, &status);
  }
  return status;
}

#endif
