/*
 * student_t(x : real), written by energy 0.1.0 for C, double precision.
 *
 * energy = 2*log1p(0.3333333333333333*(x - f.mu)^2/f.sigma^2) + log(f.sigma) + 1.0008888496235098
 * score = -1.3333333333333333*(x - f.mu)/(f.sigma^2*(0.3333333333333333*(x - f.mu)^2/f.sigma^2 + 1))
 *
 * A row of x holds 1 numbers: x : real.
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = student_t_energy_score_f64(x, n, energy, score, &parameters);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef STUDENT_T_F64_H
#define STUDENT_T_F64_H

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
#define STUDENT_T_DIM 1

typedef struct student_t_params {
  double mu; /* f.mu : real */
  double sigma; /* f.sigma : positive */
} student_t_params;

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

/* What student_t_energy_score computes once for all rows. */
typedef struct student_t_energy_score_uniforms {
  double inverse_sigma_squared;
  double scaled;
  double sum;
  double scaled_2;
} student_t_energy_score_uniforms;

EE_FUNCTION void student_t_energy_score_prepare(student_t_energy_score_uniforms *u, const student_t_params *p, int *status) {
  (void)status;
  const double sigma = p->sigma;
  const double inverse_sigma = 1.0 / sigma;
  const double inverse_sigma_squared_2 = inverse_sigma*inverse_sigma;
  u->inverse_sigma_squared = inverse_sigma_squared_2;
  u->scaled = 0.3333333333333333*inverse_sigma_squared_2;
  u->sum = log(sigma) + 1.0008888496235098;
  u->scaled_2 = -1.3333333333333333*inverse_sigma_squared_2;
}

/* count rows of 1 numbers, at most EE_LANES. */
EE_FUNCTION void student_t_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, const student_t_params *p, const student_t_energy_score_uniforms *u, int *status) {
  (void)status;
  const double mu = p->mu;
  ee_v x;
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*1;
    x[lane] = row[0];
  }
  ee_v energy;
  ee_v score;

  const ee_v difference = x - mu;
  const ee_v difference_squared = difference*difference;
  energy = u->sum + 2.0*ee_log1p_v(u->scaled*difference_squared);
  score = u->scaled_2*difference / (u->inverse_sigma_squared*difference_squared*0.3333333333333333 + 1.0);

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    score_out[lane] = score[lane];
  }
}

/* Energies (n) and scores (n, 1) of n rows; either may be NULL. */
EE_FUNCTION int student_t_energy_score_f64(const double *x, int64_t n, double *energy, double *score, const student_t_params *p) {
  if (n < 0 || (n > 0 && (!x || !energy || !score || !p))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  student_t_energy_score_uniforms u;
  student_t_energy_score_prepare(&u, p, &status);
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    student_t_energy_score_block(x + row, count, energy + row, score + row, p, &u, &status);
  }
  return status;
}

#endif
