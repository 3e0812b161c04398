/*
 * gp_marginal(log_length : real, log_amplitude : real, log_noise : real), written by energy 0.1.0 for C, double precision.
 *
 * energy = 0.5*logdet(r) + 0.5*[0, 1]^T solve(r, [0, 1]) + 1.8378770664093453
 *     where r = eye(2)*exp(2*log_noise) + [exp(2*log_amplitude - 0.5*sumsq([[1, 2], [3, 4]][i, :] - [[1, 2], [3, 4]][j, :])*exp(-2*log_length)) for i in 1..2, j in 1..2]
 * score = log_length: -exp(-2*log_length)*sum(i in 1..2, j in 1..2: s(i, j)*exp(2*log_amplitude - 0.5*s(i, j)*exp(-2*log_length))*(0.5*inv(r)[i, j] - 0.5*solve(r, [0, 1])[i]*solve(r^T, [0, 1])[j]))
 *     where s(i, j) = sumsq([[1, 2], [3, 4]][j, :] - [[1, 2], [3, 4]][i, :]),
 *           r = eye(2)*exp(2*log_noise) + [exp(2*log_amplitude - 0.5*sumsq([[1, 2], [3, 4]][i, :] - [[1, 2], [3, 4]][j, :])*exp(-2*log_length)) for i in 1..2, j in 1..2]
 *   log_amplitude: -2*sum(i in 1..2, j in 1..2: exp(2*log_amplitude - 0.5*sumsq([[1, 2], [3, 4]][j, :] - [[1, 2], [3, 4]][i, :])*exp(-2*log_length))*(0.5*inv(r)[i, j] - 0.5*solve(r, [0, 1])[i]*solve(r^T, [0, 1])[j]))
 *     where r = eye(2)*exp(2*log_noise) + [exp(2*log_amplitude - 0.5*sumsq([[1, 2], [3, 4]][i, :] - [[1, 2], [3, 4]][j, :])*exp(-2*log_length)) for i in 1..2, j in 1..2]
 *   log_noise: -2*exp(2*log_noise)*trace(0.5*inv(r)^T - 0.5*solve(r^T, [0, 1]) solve(r, [0, 1])^T)
 *     where r = eye(2)*exp(2*log_noise) + [exp(2*log_amplitude - 0.5*sumsq([[1, 2], [3, 4]][i, :] - [[1, 2], [3, 4]][j, :])*exp(-2*log_length)) for i in 1..2, j in 1..2]
 *
 * A row of x holds 3 numbers: log_length : real, log_amplitude : real, log_noise : real.
 * Compile: cc -O3 -march=native program.c -lm. Call, for n rows:
 *
 *   int status = gp_marginal_energy_score_f64(x, n, energy, score, &parameters);
 *
 * 0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then.
 */
#ifndef GP_MARGINAL_F64_H
#define GP_MARGINAL_F64_H

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
#define GP_MARGINAL_DIM 3

typedef struct gp_marginal_params {
  double X[2][2]; /* X : integer[2, 2] */
  double y[2]; /* y : integer[2] */
} gp_marginal_params;

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
#ifndef ee_eliminate_defined
#define ee_eliminate_defined
EE_FUNCTION double ee_eliminate(double *work, double *side, int rows, int columns) {
  double sign = 1;
  for (int p = 0; p < rows; p++) {
    int best = p;
    for (int r = p + 1; r < rows; r++) if (fabs(work[r*rows + p]) > fabs(work[best*rows + p])) best = r;
    if (best != p) {
      sign = -sign;
      for (int c = 0; c < rows; c++) {
        const double t = work[best*rows + c]; work[best*rows + c] = work[p*rows + c]; work[p*rows + c] = t;
      }
      for (int c = 0; c < columns; c++) {
        const double t = side[best*columns + c];
        side[best*columns + c] = side[p*columns + c]; side[p*columns + c] = t;
      }
    }
    for (int r = p + 1; r < rows; r++) {
      const double factor = work[r*rows + p] / work[p*rows + p];
      if (factor == 0) continue;
      for (int c = p; c < rows; c++) work[r*rows + c] -= factor*work[p*rows + c];
      for (int c = 0; c < columns; c++) side[r*columns + c] -= factor*side[p*columns + c];
    }
  }
  return sign;
}
#endif
#ifndef ee_backward_defined
#define ee_backward_defined
EE_FUNCTION void ee_backward(double *side, const double *work, int rows, int columns) {
  for (int r = rows - 1; r >= 0; r--) {
    for (int c = 0; c < columns; c++) {
      double sum = side[r*columns + c];
      for (int k = r + 1; k < rows; k++) sum -= work[r*rows + k]*side[k*columns + c];
      side[r*columns + c] = work[r*rows + r] == 0 ? EE_NAN : sum / work[r*rows + r];
    }
  }
}
#endif
#ifndef ee_solve_defined
#define ee_solve_defined
EE_FUNCTION void ee_solve(double *output, const double *matrix, const double *side, double *work, int rows, int columns) {
  for (int e = 0; e < rows*rows; e++) work[e] = matrix[e];
  for (int e = 0; e < rows*columns; e++) output[e] = side[e];
  ee_eliminate(work, output, rows, columns);
  ee_backward(output, work, rows, columns);
}
#endif
#ifndef ee_logdet_defined
#define ee_logdet_defined
EE_FUNCTION void ee_logdet(double *output, const double *matrix, double *work, int rows, int columns) {
  for (int e = 0; e < rows*rows; e++) work[e] = matrix[e];
  (void)columns;
  ee_eliminate(work, work, rows, 0);
  double result = 0;
  for (int p = 0; p < rows; p++) result += log(fabs(work[p*rows + p]));
  output[0] = result;
}
#endif
#ifndef ee_inv_defined
#define ee_inv_defined
EE_FUNCTION void ee_inv(double *output, const double *matrix, double *work, int rows, int columns) {
  for (int e = 0; e < rows*rows; e++) work[e] = matrix[e];
  (void)columns;
  for (int e = 0; e < rows*rows; e++) output[e] = e / rows == e % rows;
  ee_eliminate(work, output, rows, rows);
  ee_backward(output, work, rows, rows);
}
#endif

/* What gp_marginal_energy_score computes once for all rows. */
typedef struct gp_marginal_energy_score_uniforms {
  double sum;
  double sum_2;
  double sum_3[2][2];
  double sum_4[2][2];
} gp_marginal_energy_score_uniforms;

EE_FUNCTION void gp_marginal_energy_score_prepare(gp_marginal_energy_score_uniforms *u, const gp_marginal_params *p, int *status) {
  (void)status;
  const double (*const X)[2] = p->X;
  for (int i = 0; i < 2; i++) {
    for (int j = 0; j < 2; j++) {
      u->sum = 0.0;
      u->sum_2 = 0.0;
      for (int k = 0; k < 2; k++) {
        const double X_i_k = X[i][k];
        const double X_j_k = X[j][k];
        const double difference = X_i_k - X_j_k;
        u->sum += difference*difference;
        const double difference_2 = X_i_k - X_j_k;
        u->sum_2 += difference_2*difference_2;
      }
      u->sum_3[i][j] = u->sum;
      u->sum_4[i][j] = u->sum_2;
    }
  }
}

/* count rows of 3 numbers, at most EE_LANES. */
EE_FUNCTION void gp_marginal_energy_score_block(const double *x_rows, int count, double *energy_out, double *score_out, const gp_marginal_params *p, const gp_marginal_energy_score_uniforms *u, int *status) {
  (void)status;
  const double *const y = p->y;
  ee_v log_length;
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*3;
    log_length[lane] = row[0];
  }
  ee_v log_amplitude;
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*3 + 1;
    log_amplitude[lane] = row[0];
  }
  ee_v log_noise;
  for (int lane = 0; lane < EE_LANES; lane++) {
    const double *row = x_rows + (lane < count ? lane : 0)*3 + 2;
    log_noise[lane] = row[0];
  }
  ee_v energy;
  ee_v score_log_length;
  ee_v score_log_amplitude;
  ee_v score_log_noise;
  ee_v K[2][2];
  ee_v exp_value[2][2];
  ee_v product[2][2];
  ee_v solve_value[2];
  ee_v sum_5;
  ee_v logdet_value;
  ee_v inv_value[2][2];
  ee_v solve_value_2[2];
  ee_v sum_6;
  ee_v sum_7;
  ee_v sum_8;

  const ee_v scaled = 2.0*log_amplitude;
  const ee_v exp_value_2 = ee_exp_v(-2.0*log_length);
  const ee_v scaled_2 = -0.5*exp_value_2;
  const ee_v exp_value_3 = ee_exp_v(2.0*log_noise);
  for (int i = 0; i < 2; i++) {
    for (int j = 0; j < 2; j++) {
      K[i][j] = ee_exp_v(scaled + scaled_2*u->sum_4[i][j]);
      const ee_v exp_value_i_j = ee_exp_v(scaled + scaled_2*u->sum_3[i][j]);
      exp_value[i][j] = exp_value_i_j;
      product[i][j] = exp_value_i_j;
    }
    for (int j = i; j < i + 1; j++) {
      K[i][j] += exp_value_3;
      product[i][j] += exp_value_3;
    }
  }
  {
    double work[4];
    double result[2];
    double input0[4];
    for (int lane = 0; lane < EE_LANES; lane++) {
      for (int entry = 0; entry < 4; entry++) input0[entry] = (&K[0][0])[entry][lane];
      ee_solve(result, input0, y, work, 2, 1);
      for (int entry = 0; entry < 2; entry++) (solve_value)[entry][lane] = result[entry];
    }
  }
  sum_5 = ee_broadcast(0.0);
  for (int i = 0; i < 2; i++) {
    sum_5 += y[i]*solve_value[i];
  }
  {
    double work[4];
    double result[1];
    double input0[4];
    for (int lane = 0; lane < EE_LANES; lane++) {
      for (int entry = 0; entry < 4; entry++) input0[entry] = (&K[0][0])[entry][lane];
      ee_logdet(result, input0, work, 2, 1);
      for (int entry = 0; entry < 1; entry++) (&logdet_value)[entry][lane] = result[entry];
    }
  }
  energy = 0.5*sum_5 + 1.8378770664093453 + 0.5*logdet_value;
  {
    double work[4];
    double result[4];
    double input0[4];
    for (int lane = 0; lane < EE_LANES; lane++) {
      for (int entry = 0; entry < 4; entry++) input0[entry] = (&K[0][0])[entry][lane];
      ee_inv(result, input0, work, 2, 1);
      for (int entry = 0; entry < 4; entry++) (&inv_value[0][0])[entry][lane] = result[entry];
    }
  }
  {
    double work[4];
    double result[2];
    double input0[4];
    for (int lane = 0; lane < EE_LANES; lane++) {
      for (int entry = 0; entry < 4; entry++) input0[entry] = (&product[0][0])[entry][lane];
      ee_solve(result, input0, y, work, 2, 1);
      for (int entry = 0; entry < 2; entry++) (solve_value_2)[entry][lane] = result[entry];
    }
  }
  sum_6 = ee_broadcast(0.0);
  sum_7 = ee_broadcast(0.0);
  sum_8 = ee_broadcast(0.0);
  for (int i = 0; i < 2; i++) {
    const ee_v solve_value_i = solve_value[i];
    const ee_v scaled_3 = -0.5*solve_value_i;
    for (int j = 0; j < 2; j++) {
      const ee_v exp_value_i_j_2 = exp_value[i][j];
      const ee_v sum_9 = scaled_3*solve_value_2[j] + 0.5*inv_value[i][j];
      sum_6 += u->sum_3[i][j]*exp_value_i_j_2*sum_9;
      sum_7 += exp_value_i_j_2*sum_9;
    }
    sum_8 += (inv_value[i][i] - solve_value_i*solve_value_2[i])*0.5;
  }
  score_log_length = -(exp_value_2*sum_6);
  score_log_amplitude = -2.0*sum_7;
  score_log_noise = -2.0*(exp_value_3*sum_8);

  for (int lane = 0; lane < count; lane++) {
    energy_out[lane] = energy[lane];
    score_out[lane*3] = score_log_length[lane];
    score_out[lane*3 + 1] = score_log_amplitude[lane];
    score_out[lane*3 + 2] = score_log_noise[lane];
  }
}

/* Energies (n) and scores (n, 3) of n rows; either may be NULL. */
EE_FUNCTION int gp_marginal_energy_score_f64(const double *x, int64_t n, double *energy, double *score, const gp_marginal_params *p) {
  if (n < 0 || (n > 0 && (!x || !energy || !score || !p))) return EE_INVALID_VALUE;
  if (n == 0) return EE_SUCCESS;
  int status = EE_SUCCESS;
  gp_marginal_energy_score_uniforms u;
  gp_marginal_energy_score_prepare(&u, p, &status);
  for (int64_t row = 0; row < n; row += EE_LANES) {
    const int count = n - row < EE_LANES ? (int)(n - row) : EE_LANES;
    gp_marginal_energy_score_block(x + row*3, count, energy + row, score + row*3, p, &u, &status);
  }
  return status;
}

#endif
