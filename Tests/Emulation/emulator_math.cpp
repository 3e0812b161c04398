// Functions of CUDA's mathematical library, by series and Newton's method.
#include <cmath>
#include <limits>

extern "C" {
double cyl_bessel_i0(double x) { return std::isinf(x) ? INFINITY : std::cyl_bessel_i(0.0, std::fabs(x)); }

double cyl_bessel_i1(double x) {
  const double value = std::isinf(x) ? INFINITY : std::cyl_bessel_i(1.0, std::fabs(x));
  return std::copysign(value, x);
}

double erfcx(double x) {
  if (x < 25) {
    // exp(x²) in two parts: the square's rounding error would be multiplied by x².
    const double square = x * x;
    return std::exp(square) * std::exp(std::fma(x, x, -square)) * std::erfc(x);
  }
  double sum = 1;
  for (int k = 15; k >= 1; k -= 2) sum = 1 - k / (2 * x * x) * sum;
  return sum / (x * std::sqrt(M_PI));
}

double normcdf(double x) {
  if (x > -1) return 0.5 * std::erfc(-x * M_SQRT1_2);
  const double square = x * x;
  return 0.5 * erfcx(-x * M_SQRT1_2) * std::exp(-0.5 * square) * std::exp(-0.5 * std::fma(x, x, -square));
}

/// The quantile of the smaller tail, by Newton's method on its logarithm from the tail's leading term.
static double lower_quantile(double tail) {
  const double target = std::log(tail);
  double x = tail > 0.1 ? 0 : -std::sqrt(-2 * target);
  for (int k = 0; k < 60; k++) {
    const double value = normcdf(x);
    const double density = std::exp(-0.5 * x * x) / std::sqrt(2 * M_PI);
    const double step = (std::log(value) - target) * value / density;
    x -= step;
    if (std::fabs(step) <= 1e-16 * (1 + std::fabs(x))) break;
  }
  return x;
}

double normcdfinv(double p) {
  if (!(p >= 0 && p <= 1)) return std::numeric_limits<double>::quiet_NaN();
  if (p == 0 || p == 1) return p == 0 ? -INFINITY : INFINITY;
  return p > 0.5 ? -lower_quantile(1 - p) : lower_quantile(p);
}

double erfinv(double x) {
  const double size = std::fabs(x);
  if (!(size <= 1)) return std::numeric_limits<double>::quiet_NaN();
  if (size == 1) return std::copysign(INFINITY, x);
  if (size < 1e-9) return 0.5 * std::sqrt(M_PI) * x;
  double y = size < 0.9 ? 0.9 * size : -lower_quantile(0.5 * (1 - size)) * M_SQRT1_2;
  for (int k = 0; k < 60; k++) {
    const double excess = size < 0.5 ? std::erf(y) - size : (1 - size) - std::erfc(y);
    const double step = excess * 0.5 * std::sqrt(M_PI) * std::exp(y * y);
    y -= step;
    if (std::fabs(step) <= 1e-17 + 1e-16 * y) break;
  }
  return std::copysign(y, x);
}
}
