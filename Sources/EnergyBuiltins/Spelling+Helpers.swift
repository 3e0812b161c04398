/// Functions that the C library lacks, in C. They follow the Swift values in Numerics, where the sources are cited.
extension Spelling.Helper {
  static let logaddexp = Spelling.Helper(
    "energy_logaddexp",
    """
    ENERGY_FUNCTION double energy_logaddexp(double a, double b) {
      if (a == b) return a + 0.6931471805599453;
      double difference = fabs(a - b);
      if (difference != difference) return difference;
      return fmax(a, b) + log1p(exp(-difference));
    }
    """)

  static let log1mexp = Spelling.Helper(
    "energy_log1mexp",
    """
    ENERGY_FUNCTION double energy_log1mexp(double x) {
      return x > -0.6931471805599453 ? log(-expm1(x)) : log1p(-exp(x));
    }
    """)

  static let logit = Spelling.Helper(
    "energy_logit",
    """
    ENERGY_FUNCTION double energy_logit(double p) {
      return p > 0.25 && p < 0.75 ? 2.0 * atanh(2.0 * p - 1.0) : log(p / (1.0 - p));
    }
    """)

  static let mod = Spelling.Helper(
    "energy_mod",
    """
    ENERGY_FUNCTION double energy_mod(double a, double b) {
      double r = fmod(a, b);
      if (r == 0.0) return b < 0.0 ? -0.0 : 0.0;
      if ((r < 0.0) == (b < 0.0) || r != r) return r;
      return isinf(b) ? b : r + b;
    }
    """)

  static let expOfSquare = Spelling.Helper(
    "energy_exp_of_square",
    """
    ENERGY_FUNCTION double energy_exp_of_square(double x, double factor) {
      double high = x * x;
      double main = exp(factor * high);
      if (isinf(high) || isinf(main) || main == 0.0) return main;
      return main + main * (factor * fma(x, x, -high));
    }
    """)

  static let erfcx = Spelling.Helper(
    "energy_erfcx", needs: [.expOfSquare],
    """
    ENERGY_FUNCTION double energy_erfcx(double x) {
      if (x < 25.0) return energy_exp_of_square(x, 1.0) * erfc(x);
      double inverse = 1.0 / x, square = 0.5 * inverse * inverse, sum = 1.0;
      for (int k = 15; k >= 1; k -= 2) sum = 1.0 - k * square * sum;
      return inverse * sum / 1.772453850905516;
    }
    """)

  static let normcdf = Spelling.Helper(
    "energy_normcdf", needs: [.erfcx],
    """
    ENERGY_FUNCTION double energy_normcdf(double x) {
      if (x > -1.0) return 0.5 * erfc(-x * 0.7071067811865476);
      return 0.5 * energy_erfcx(-x * 0.7071067811865476) * energy_exp_of_square(x, -0.5);
    }
    """)

  static let logNormcdf = Spelling.Helper(
    "energy_log_normcdf", needs: [.normcdf],
    """
    ENERGY_FUNCTION double energy_log_normcdf(double x) {
      if (x > 0.0) return log1p(-energy_normcdf(-x));
      if (x > -1.0) return log(energy_normcdf(x));
      return -0.5 * x * x + log(0.5 * energy_erfcx(-x * 0.7071067811865476));
    }
    """)

  static let inverseMills = Spelling.Helper(
    "energy_inverse_mills", needs: [.normcdf],
    """
    ENERGY_FUNCTION double energy_inverse_mills(double x) {
      if (x < 0.0) return 2.0 / (2.5066282746310002 * energy_erfcx(-x * 0.7071067811865476));
      return energy_exp_of_square(x, -0.5) / (2.5066282746310002 * energy_normcdf(x));
    }
    """)

  static let erfinv = Spelling.Helper(
    "energy_erfinv", needs: [.expOfSquare],
    """
    ENERGY_FUNCTION double energy_erfinv_start(double value) {
      double a = 0.147, half = 2.0 / (3.141592653589793 * a) + value / 2.0;
      double root = sqrt(half * half - value / a);
      return sqrt(half > 0.0 ? (-value / a) / (root + half) : root - half);
    }
    ENERGY_FUNCTION double energy_erfinv(double x) {
      double magnitude = fabs(x);
      if (!(magnitude <= 1.0)) return NAN;
      if (magnitude == 1.0) return copysign(INFINITY, x);
      if (magnitude < 1e-9) return x * 0.886226925452758;
      double y = energy_erfinv_start(log1p(-magnitude * magnitude));
      for (int k = 0; k < 4; k++) {
        double excess = magnitude < 0.5 ? erf(y) - magnitude : (1.0 - magnitude) - erfc(y);
        double newton = excess * 0.886226925452758 * energy_exp_of_square(y, 1.0);
        double step = newton / (1.0 + y * newton);
        y -= step;
        if (fabs(step) <= 1e-7 * y) break;
      }
      return copysign(y, x);
    }
    """)

  static let probit = Spelling.Helper(
    "energy_probit", needs: [.erfinv, .logNormcdf, .inverseMills],
    """
    ENERGY_FUNCTION double energy_probit(double p) {
      if (!(p >= 0.0 && p <= 1.0)) return NAN;
      if (p == 0.0 || p == 1.0) return p == 0.0 ? -INFINITY : INFINITY;
      double lower = p > 0.5 ? 1.0 - p : p, x;
      if (lower > 0.1) {
        x = 1.4142135623730951 * energy_erfinv(2.0 * lower - 1.0);
      } else {
        double target = log(lower);
        x = -1.4142135623730951 * energy_erfinv_start(target + 1.3862943611198906 + log1p(-lower));
        for (int k = 0; k < 6; k++) {
          double step = (energy_log_normcdf(x) - target) / energy_inverse_mills(x);
          x -= step;
          if (fabs(step) <= 4e-9 * fabs(x)) break;
        }
      }
      return p > 0.5 ? -x : x;
    }
    """)
}
