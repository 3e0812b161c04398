/*
 * two_moons(x : vector[2]), written by energy 0.1.0 for C, double precision.
 *
 * energy = 3.125*(norm(x) - 2)^2 - logaddexp(-1.388888888888889*(x[1] - 2)^2, -1.388888888888889*(x[1] + 2)^2)
 * score = [-2.777777777777778*(x[1] + 2)*sigmoid(s - t) - 2.777777777777778*(x[1] - 2)*sigmoid(t - s), 0] - 6.25*(if sumsq(x) > 0 then (norm(x) - 2)*x/norm(x) else 0)
 *     where s = 1.388888888888889*(x[1] - 2)^2,
 *           t = 1.388888888888889*(x[1] + 2)^2
 *
 * A row of x holds 2 numbers: x : vector[2].
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = two_moons_energy_score_f64(x, n, energy, score);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef TWO_MOONS_F64_H
#define TWO_MOONS_F64_H

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
#define TWO_MOONS_DIM 2

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
#ifndef energy_logaddexp_defined
#define energy_logaddexp_defined
EE_FUNCTION double energy_logaddexp(double a, double b) {
  if (a == b) return a + 0.6931471805599453;
  double difference = fabs(a - b);
  if (difference != difference) return difference;
  return fmax(a, b) + log1p(exp(-difference));
}
#endif
#ifndef ee_logaddexp_v_defined
#define ee_logaddexp_v_defined
EE_FUNCTION ee_v ee_logaddexp_v(ee_v a, ee_v b) {
  ee_v result;
  for (int lane = 0; lane < EE_LANES; lane++) result[lane] = energy_logaddexp(a[lane], b[lane]);
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

/* count rows of 2 numbers, at most EE_LANES. */
EE_FUNCTION void two_moons_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, int *status) {
  (void)status;
  ee_v x[2];
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*2;
    for (int entry = 0; entry < 2; entry++) x[entry][lane] = row[entry];
  }
  ee_v energy;
  ee_v score[2];
  ee_v sum;

  sum = ee_broadcast(0.0);
  for (int i = 0; i < 2; i++) {
    const ee_v x_i = x[i];
    sum += x_i*x_i;
  }
  const ee_v root_sum = ee_sqrt_v(sum);
  const ee_v difference = root_sum - 2.0;
  const ee_v x_0 = x[0];
  const ee_v difference_2 = x_0 - 2.0;
  const ee_v difference_2_squared = difference_2*difference_2;
  const ee_v sum_2 = x_0 + 2.0;
  const ee_v sum_2_squared = sum_2*sum_2;
  const ee_v logaddexp_value = ee_logaddexp_v(-1.388888888888889*difference_2_squared, -1.388888888888889*sum_2_squared);
  energy = difference*difference*3.125 - logaddexp_value;
  const ee_m is_greater = sum > 0.0;
  const ee_v scaled = ((1.0 / root_sum)*difference)*6.25;
  for (int i = 0; i < 2; i++) {
    score[i] = -ee_select(is_greater, scaled*x[i], ee_broadcast(0.0));
  }
  const ee_v product = sum_2*ee_sigmoid_v((difference_2_squared - sum_2_squared)*1.388888888888889);
  const ee_v product_2 = difference_2*ee_sigmoid_v((sum_2_squared - difference_2_squared)*1.388888888888889);
  score[0] += (-product - product_2)*2.777777777777778;

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    for (int entry = 0; entry < 2; entry++) score_out[lane*2 + entry] = score[entry][lane];
  }
}

/* Energies (n) and scores (n, 2) of n rows; either may be NULL. */
EE_FUNCTION int two_moons_energy_score_f64(const double *x, int64_t n, double *energy, double *score) {
  if (n < 0 || (n > 0 && (!x || !energy || !score))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    two_moons_energy_score_block(x + row*2, count, energy + row, score + row*2, &status);
  }
  return status;
}

#endif
