/// The gamma function's family and the Bessel functions in C; see Numerics for the sources.
extension Spelling.Helper {
  static let polygamma = Spelling.Helper(
    "energy_polygamma",
    """
    ENERGY_FUNCTION double energy_bernoulli(int k) {
      const double even[16] = {1.0, 1.0/6, -1.0/30, 1.0/42, -1.0/30, 5.0/66, -691.0/2730, 7.0/6, -3617.0/510,
        43867.0/798, -174611.0/330, 854513.0/138, -236364091.0/2730, 8553103.0/6, -23749461029.0/870,
        8615841276005.0/14322};
      return even[k];
    }
    ENERGY_FUNCTION double energy_polygamma(double order, double x) {
      if (!(x > 0.0) || order < 1.0 || order != rint(order) || order > 150.0)
        return x == 0.0 && fmod(order, 2.0) == 1.0 ? INFINITY : NAN;
      double sign = fmod(order, 2.0) == 1.0 ? 1.0 : -1.0;
      if (isinf(x)) return sign * 0.0;
      double shifted = x, sum = 0.0;
      for (; shifted < 10.0 + order; shifted += 1.0) sum += pow(shifted, -(order + 1.0));
      double inverse = 1.0 / shifted, series = 1.0 / order + 0.5 * inverse;
      double ratio = 0.5 * (order + 1.0) * inverse * inverse;
      for (int k = 1; k <= 15; k++) {
        double term = energy_bernoulli(k) * ratio, next = 2.0 * k;
        series += term;
        if (fabs(term) < 1e-18 * series) break;
        ratio *= (next + order) * (next + order + 1.0) / ((next + 1.0) * (next + 2.0)) * inverse * inverse;
      }
      return sign * tgamma(order + 1.0) * (sum + pow(inverse, order) * series);
    }
    """)

  static let trigamma = Spelling.Helper(
    "energy_trigamma", needs: [.polygamma],
    """
    ENERGY_FUNCTION double energy_trigamma(double x) { return energy_polygamma(1.0, x); }
    """)

  static let digamma = Spelling.Helper(
    "energy_digamma", needs: [.polygamma],
    """
    ENERGY_FUNCTION double energy_digamma_positive(double x) {
      const double taylor[23] = {0.9676722454476212, -0.4427631689835921, 0.258499760955651, -0.16394270544240652,
        0.10782405069126237, -0.07219956125645471, 0.04880428816414311, -0.03316112647484736, 0.022597648232218104,
        -0.01542476590494896, 0.010538791616612175, -0.007204534386356869, 0.004926781395729853,
        -0.003369801655439328, 0.002305126326734928, -0.0015769367714301972, 0.0010788252019162967,
        -0.0007380709389960052, 0.000504953265834602, -0.0003454680251063077, 0.00023635601564027053,
        -0.00016170622091974803, 0.0001106337276874741};
      if (isinf(x)) return x;
      double offset = (x - 1.4616321449683622) - 9.549995429965697e-17, value = 0.0;
      if (fabs(offset) < 0.25) {
        for (int k = 22; k >= 0; k--) value = value * offset + taylor[k];
        return value * offset;
      }
      double shifted = x, correction = 0.0;
      for (; shifted < 10.0; shifted += 1.0) correction += 1.0 / shifted;
      double inverse = 1.0 / (shifted * shifted);
      for (int k = 10; k >= 1; k--) value = (value + energy_bernoulli(k) / (2.0 * k)) * inverse;
      return log(shifted) - 0.5 / shifted - value - correction;
    }
    // pi*cot(pi*p) for |p| <= 1/2 by its series (DLMF 25.8.6) less the one of 2p/(1 - p^2).
    ENERGY_FUNCTION double energy_cotangent(double p) {
      const double zeta[15] = {1.2898681336964528, 0.16464646742227637, 0.03468612396889828, 0.00815471239588868,
        0.0019891502556361705, 0.0004921731066160966, 0.00012249627011740966, 3.056451881730374e-05,
        7.63458652999968e-06, 1.9079240677455924e-06, 4.76901005455466e-07, 1.1921637810251896e-07,
        2.9803109656730085e-08, 7.450668049576915e-09, 1.8626548648393363e-09};
      double square = p * p, value = 0.0;
      for (int k = 14; k >= 0; k--) value = value * square + zeta[k];
      return 1.0 / p - 2.0 * p / (1.0 - square) - p * value;
    }
    ENERGY_FUNCTION double energy_digamma(double x) {
      if (!(x <= 0.0)) return energy_digamma_positive(x);
      if (x == 0.0) return -INFINITY;
      double part = x - rint(x);
      if (part == 0.0) return NAN;
      return energy_digamma_positive(1.0 - x) - energy_cotangent(part);
    }
    """)

  static let lbeta = Spelling.Helper(
    "energy_lbeta", needs: [.polygamma],
    """
    ENERGY_FUNCTION double energy_stirling(double x) {
      double inverse = 1.0 / (x * x), series = 0.0;
      for (int k = 10; k >= 1; k--) series = series * inverse + energy_bernoulli(k) / (2.0 * k * (2.0 * k - 1.0));
      return series / x;
    }
    ENERGY_FUNCTION double energy_lbeta(double a, double b) {
      double small = fmin(a, b), large = fmax(a, b);
      if (!(small >= 0.0) || a != a || b != b) return NAN;
      if (small == 0.0) return INFINITY;
      if (isinf(large)) return -INFINITY;
      if (large < 10.0) return lgamma(small) + (lgamma(large) - lgamma(small + large));
      double sum = small + large, tail = energy_stirling(large) - energy_stirling(sum);
      if (small < 10.0)
        return lgamma(small) + (tail + small - small * log(sum) + (large - 0.5) * log1p(-small / sum));
      double logs = (small - 0.5) * log(small / sum) + large * log1p(-small / sum);
      return 0.9189385332046727 - 0.5 * log(large) + logs + energy_stirling(small) + tail;
    }
    """)

  static let besselBase = Spelling.Helper(
    "energy_bessel_base",
    """
    ENERGY_FUNCTION double energy_bessel_series(double order, double x) {
      double quarter = 0.25 * x * x, term = 1.0, sum = 0.0;
      for (int k = 1; k <= 200; k++) {
        term *= quarter / (k * (k + order));
        sum += term;
        if (term <= 1e-17 * sum) break;
      }
      return x != x ? x : sum;
    }
    ENERGY_FUNCTION double energy_bessel_asymptotic(double order, double x) {
      double square = 4.0 * order * order, term = 1.0, sum = 1.0;
      for (int k = 1; k <= 100; k++) {
        double odd = 2.0 * k - 1.0, next = -term * (square - odd * odd) / (k * 8.0 * x);
        if (k > order + 1.0 && fabs(next) >= fabs(term)) break;
        term = next;
        sum += term;
        if (fabs(term) < 1e-17 * fabs(sum)) break;
      }
      return sum / sqrt(6.283185307179586 * x);
    }
    ENERGY_FUNCTION double energy_bessel_up(double value, double x) {
      double half = exp(0.5 * x);
      return isinf(x) ? INFINITY : half * value * half;
    }
    """)

  static let besselI0 = Spelling.Helper(
    "energy_bessel_i0", needs: [.besselBase],
    """
    ENERGY_FUNCTION double energy_bessel_i0(double x) {
      double m = fabs(x);
      return m < 25.0 ? 1.0 + energy_bessel_series(0.0, m) : energy_bessel_up(energy_bessel_asymptotic(0.0, m), m);
    }
    """)

  static let besselI1 = Spelling.Helper(
    "energy_bessel_i1", needs: [.besselBase],
    """
    ENERGY_FUNCTION double energy_bessel_i1(double x) {
      double m = fabs(x);
      double value = m < 25.0 ? 0.5 * m * (1.0 + energy_bessel_series(1.0, m))
        : energy_bessel_up(energy_bessel_asymptotic(1.0, m), m);
      return copysign(value, x);
    }
    """)

  static let logI0 = Spelling.Helper(
    "energy_log_i0", needs: [.besselBase],
    """
    ENERGY_FUNCTION double energy_log_i0(double x) {
      double m = fabs(x);
      if (m < 25.0) return log1p(energy_bessel_series(0.0, m));
      return isinf(m) ? m : m + log(energy_bessel_asymptotic(0.0, m));
    }
    """)

  static let besselRatio = Spelling.Helper(
    "energy_bessel_ratio", needs: [.besselBase],
    """
    ENERGY_FUNCTION double energy_bessel_ratio(double order, double x) {
      if (!(order >= 0.0 && order <= 1000.0) || order != rint(order) || x != x) return NAN;
      if (order == 0.0) return 1.0;
      double m = fabs(x), sign = x < 0.0 && fmod(order, 2.0) == 1.0 ? -1.0 : 1.0;
      if (isinf(m)) return sign;
      if (m >= 25.0 + order * order)
        return sign * energy_bessel_asymptotic(order, m) / energy_bessel_asymptotic(0.0, m);
      int n = (int)order, start = n + 24 + (int)sqrt(80.0 * m);
      double half = start + 0.5, rho = m / (half + sqrt(half * half + m * m)), product = 1.0;
      for (int k = start; k >= 1; k--) {
        rho = m / (2.0 * k + m * rho);
        if (k <= n) product *= rho;
      }
      return sign * product;
    }
    """)

  static let besselI = Spelling.Helper(
    "energy_bessel_i", needs: [.besselI0, .besselRatio],
    """
    ENERGY_FUNCTION double energy_bessel_i(double order, double x) {
      if (isinf(x)) return x > 0.0 || fmod(order, 2.0) == 0.0 ? INFINITY : x;
      return energy_bessel_ratio(order, x) * energy_bessel_i0(x);
    }
    """)
}
