// Elementary functions on a vector: SLEEF's (below 1 ulp, 1.5 for erfc), or the C library's lane by lane.

#if defined(SLEEF_BYTES)
// SLEEF's own header declares a level only where the whole file is compiled for it.
typedef R N(part) __attribute__((vector_size(SLEEF_BYTES)));
#define PARTS (64 / SLEEF_BYTES)
#define SLEEF_WIDTH_f64_64 8
#define SLEEF_WIDTH_f64_32 4
#define SLEEF_WIDTH_f64_16 2
#define SLEEF_WIDTH_f32_64 16
#define SLEEF_WIDTH_f32_32 8
#define SLEEF_WIDTH_f32_16 4
#define SLEEF_WIDTH EK_JOIN(EK_JOIN(EK_JOIN(SLEEF_WIDTH_, SUFFIX), _), SLEEF_BYTES)
#define SLEEF(name, bound) \
  EK_JOIN(EK_JOIN(EK_JOIN(EK_JOIN(EK_JOIN(Sleef_##name, TYPE_LETTER), SLEEF_WIDTH), _), bound), SLEEF_LEVEL)
// A vector wider than 16 bytes goes through a call in assembler (vector_calls.h); SSE2's needs none.
#if SLEEF_BYTES > 16
#define DECLARE1(name, bound) extern void SLEEF(name, bound)(void)
#define DECLARE2(name, bound) extern void SLEEF(name, bound)(void)
#define CALL1(name, bound, x) EK_CALL(1)(SLEEF(name, bound), &(x))
#define CALL2(name, bound, x, y) EK_CALL(2)(SLEEF(name, bound), &(x), &(y))
#else
#define DECLARE1(name, bound) extern N(part) SLEEF(name, bound)(N(part))
#define DECLARE2(name, bound) extern N(part) SLEEF(name, bound)(N(part), N(part))
#define CALL1(name, bound, x) x = SLEEF(name, bound)(x)
#define CALL2(name, bound, x, y) x = SLEEF(name, bound)(x, y)
#endif
#define MATH1(name, bound)                                                              \
  DECLARE1(name, bound);                                                                \
  INLINE V N(v_##name)(V x) {                                                           \
    union { V whole; N(part) parts[PARTS]; } u = {x};                                   \
    for (int i = 0; i < PARTS; i++) CALL1(name, bound, u.parts[i]);                     \
    return u.whole;                                                                     \
  }
#define MATH2(name, bound)                                                              \
  DECLARE2(name, bound);                                                                \
  INLINE V N(v_##name)(V x, V y) {                                                      \
    union { V whole; N(part) parts[PARTS]; } u = {x}, v = {y};                          \
    for (int i = 0; i < PARTS; i++) CALL2(name, bound, u.parts[i], v.parts[i]);         \
    return u.whole;                                                                     \
  }
#else
#if IS_F64
#define LIBM(name) name
#else
#define LIBM(name) name##f
#endif
#define MATH1(name, bound)                                    \
  INLINE V N(v_##name)(V x) {                                 \
    for (int i = 0; i < W; i++) x[i] = LIBM(name)(x[i]);      \
    return x;                                                 \
  }
#define MATH2(name, bound)                                    \
  INLINE V N(v_##name)(V x, V y) {                            \
    for (int i = 0; i < W; i++) x[i] = LIBM(name)(x[i], y[i]); \
    return x;                                                 \
  }
#endif

MATH1(exp, u10) MATH1(exp2, u10) MATH1(expm1, u10) MATH1(log, u10) MATH1(log2, u10) MATH1(log10, u10)
MATH1(log1p, u10) MATH1(cbrt, u10) MATH1(sin, u10) MATH1(cos, u10) MATH1(tan, u10) MATH1(asin, u10)
MATH1(acos, u10) MATH1(atan, u10) MATH1(sinh, u10) MATH1(cosh, u10) MATH1(asinh, u10)
MATH1(acosh, u10) MATH1(atanh, u10) MATH1(erf, u10) MATH1(erfc, u15) MATH1(lgamma, u10)
MATH2(pow, u10) MATH2(atan2, u10) MATH2(hypot, u05)

#if defined(SLEEF_BYTES)
typedef struct { N(part) sine, cosine; } N(sincos_pair);
#if SLEEF_BYTES > 16
extern void SLEEF(sincos, u10)(void);
#else
extern N(sincos_pair) SLEEF(sincos, u10)(N(part));
#endif
INLINE void N(v_sincos)(V x, V *sine, V *cosine) {
  union { V whole; N(part) parts[PARTS]; } u = {x}, s, c;
  for (int i = 0; i < PARTS; i++) {
    N(sincos_pair) pair;
#if SLEEF_BYTES > 16
    EK_CALL(pair)(SLEEF(sincos, u10), &pair, &u.parts[i]);
#else
    pair = SLEEF(sincos, u10)(u.parts[i]);
#endif
    s.parts[i] = pair.sine;
    c.parts[i] = pair.cosine;
  }
  *sine = s.whole;
  *cosine = c.whole;
}
#else
INLINE void N(v_sincos)(V x, V *sine, V *cosine) {
  *sine = N(v_sin)(x);
  *cosine = N(v_cos)(x);
}
#endif

#undef PARTS
#undef SLEEF_WIDTH_f64_64
#undef SLEEF_WIDTH_f64_32
#undef SLEEF_WIDTH_f64_16
#undef SLEEF_WIDTH_f32_64
#undef SLEEF_WIDTH_f32_32
#undef SLEEF_WIDTH_f32_16
#undef SLEEF_WIDTH
#undef SLEEF
#undef LIBM
#undef MATH1
#undef MATH2
#undef DECLARE1
#undef DECLARE2
#undef CALL1
#undef CALL2

INLINE V N(choose)(M condition, V yes, V no) { return (V)((condition & (M)yes) | (~condition & (M)no)); }
INLINE V N(truth)(M condition) { return (V)(condition & (M)N(splat_number)(1)); }
INLINE M N(sign_bits)(void) { return (M)N(splat_number)(-(R)0); }
INLINE V N(absolute)(V x) { return (V)((M)x & ~N(sign_bits)()); }
// A NaN operand gives NaN.
INLINE V N(least)(V x, V y) { return N(choose)((x < y) | (x != x), x, y); }
INLINE V N(greatest)(V x, V y) { return N(choose)((x > y) | (x != x), x, y); }
#if HAS_FMA || !defined(__x86_64__)
INLINE V N(multiply_add)(V x, V y, V z) { return __builtin_elementwise_fma(x, y, z); }
#else
INLINE V N(multiply_add)(V x, V y, V z) { return x * y + z; }
#endif
// SLEEF squares the arguments of asinh and acosh, and doubles those of log1p, up to the end of the range.
INLINE V N(v_log1p_wide)(V x) {
  M far = x > (R)(IS_F64 ? 1e300 : 1e30);
  V near = N(v_log1p)(x);
  return __builtin_reduce_or(far) ? N(choose)(far, N(v_log)(x), near) : near;
}
INLINE V N(v_asinh_wide)(V x) {
  V size = N(absolute)(x);
  M far = size > (R)(IS_F64 ? 1e15 : 1e8);
  V near = N(v_asinh)(x);
  if (!__builtin_reduce_or(far)) return near;
  V value = N(v_log)(size) + (R)0.69314718055994530942;
  return N(choose)(far, (V)((M)value | ((M)x & N(sign_bits)())), near);
}
INLINE V N(v_acosh_wide)(V x) {
  M far = x > (R)(IS_F64 ? 1e15 : 1e8);
  V near = N(v_acosh)(x);
  return __builtin_reduce_or(far) ? N(choose)(far, N(v_log)(x) + (R)0.69314718055994530942, near) : near;
}
// Near 1/2 the quotient would lose digits.
INLINE V N(v_logit)(V p) {
  M middle = (p > (R)0.25) & (p < (R)0.75);
  V outer = N(v_log)(p / (1 - p));
  return __builtin_reduce_or(middle) ? N(choose)(middle, 2 * N(v_atanh)(2 * p - 1), outer) : outer;
}
INLINE V N(v_xlogy)(V x, V y) { return N(choose)((x == 0) & (y == y), (V){0}, x * N(v_log)(y)); }
// e^-|x| never overflows, and its quotients keep their accuracy at both ends.
INLINE V N(v_sigmoid)(V x) {
  V e = N(v_exp)(-N(absolute)(x));
  V one = N(splat_number)(1);
  return N(choose)(x < 0, e, one) / (one + e);
}
// log(1 + u) for 0 <= u <= 1: the logarithm of the rounded sum, and what rounding it lost to first order.
INLINE V N(log_of_one_plus)(V u) {
  V sum = 1 + u;
  return N(v_log)(sum) + (u - (sum - 1)) / sum;
}
INLINE V N(v_softplus)(V x) { return N(greatest)(x, (V){0}) + N(log_of_one_plus)(N(v_exp)(-N(absolute)(x))); }
INLINE V N(v_logaddexp)(V x, V y) {
  V top = N(greatest)(x, y);
  // Equal infinities would give inf - inf.
  V gap = N(choose)(x == y, (V){0}, N(absolute)(x - y));
  return top + N(log_of_one_plus)(N(v_exp)(-gap));
}
// Near 0 the seventh convergent of x/(1 + x^2/(3 + x^2/(5 + …))) (DLMF 4.39.1), off by 2e-18; elsewhere
// (1 - e^-2|x|)/(1 + e^-2|x|).
INLINE V N(v_tanh)(V x) {
  V size = N(absolute)(x), square = x * x;
  M near = size < (R)0.35;
  V e = N(v_exp)(size * (R)-2);
  V top = N(multiply_add)(square, N(multiply_add)(square, square + (R)378, N(splat_number)(17325)), N(splat_number)(135135));
  V bottom = N(multiply_add)(
      square, N(multiply_add)(square, (R)28 * square + (R)3150, N(splat_number)(62370)), N(splat_number)(135135));
  V value = N(choose)(near, size * top, 1 - e) / N(choose)(near, bottom, 1 + e);
  return (V)((M)value | ((M)x & N(sign_bits)()));
}
// log(1 - e^x) for x < 0, after Mächler (2012), "Accurately computing log(1 - exp(-|a|))", eq. 7.
INLINE V N(v_log1mexp)(V x) {
  V near = N(v_log)(-N(v_expm1)(x));
  V far = N(v_log1p)(-N(v_exp)(x));
  return N(choose)(x > (R)-0.69314718055994530942, near, far);
}
INLINE V N(v_logdiffexp)(V x, V y) {
  V lowest = N(splat_number)(-(R)INFINITY);
  return N(choose)((x == lowest) & (y == lowest), lowest, x + N(v_log1mexp)(y - x));
}

// What rounding x*y to p has lost.
INLINE V N(product_error)(V x, V y, V p) {
#if HAS_FMA || !defined(__x86_64__)
  return __builtin_elementwise_fma(x, y, -p);
#else
  V error;
  for (int i = 0; i < W; i++) error[i] = IS_F64 ? (R)fma(x[i], y[i], -p[i]) : (R)fmaf((float)x[i], (float)y[i], -(float)p[i]);
  return error;
#endif
}
// e^(-x^2/2) without the error that rounding x^2 would make.
INLINE V N(v_gaussian)(V x) {
  V square = x * x;
  V value = N(v_exp)(square * (R)-0.5);
  V lost = N(product_error)(x, x, square) * (R)-0.5;
  return N(choose)(square < (R)(IS_F64 ? 1500 : 200), value + value * lost, value);
}
// The distribution function of the standard normal law: erfc(t)/2 for t = -x/sqrt(2), corrected to first order for the
// rounding of t, which the tail would magnify.
INLINE V N(v_normcdf)(V x) {
  V root = N(splat_number)((R)0.70710678118654752440);
  R rest = IS_F64 ? (R)-4.8336466567264565e-17 : (R)1.2101617e-8;
  V t = -x * root;
  V lost = N(product_error)(-x, root, t) - x * rest;
  V value = N(v_erfc)(t);
  V corrected = value - lost * (R)1.1283791670955126 * N(v_exp)(-t * t);
  return (R)0.5 * N(choose)(N(absolute)(t) < 30, corrected, value);
}
// 1 - s + 3 s^2 - 15 s^3 + …, s = 1/x^2: |x| times the tail of the normal law over its density (DLMF 7.12.1).
INLINE V N(normal_tail)(V x) {
  V s = 1 / (x * x);
  V sum = N(splat_number)(1);
  for (int k = 15; k >= 1; k -= 2) sum = 1 - (R)k * s * sum;
  return sum;
}
#define FAR_TAIL ((R)(IS_F64 ? -20 : -8))
INLINE V N(v_log_normcdf)(V x) {
  V half = N(v_normcdf)(-N(absolute)(x));
  V value = N(choose)(x > 0, N(v_log1p)(-half), N(v_log)(half));
  M far = x < FAR_TAIL;
  if (!__builtin_reduce_or(far)) return value;
  V tail = N(v_log)(N(normal_tail)(x) / (-x * (R)2.5066282746310005024)) - (R)0.5 * x * x;
  return N(choose)(far, tail, value);
}
// The density over the distribution function: the derivative of log_normcdf.
INLINE V N(v_inverse_mills)(V x) {
  V value = N(v_gaussian)(x) / ((R)2.5066282746310005024 * N(v_normcdf)(x));
  M far = x < FAR_TAIL;
  return __builtin_reduce_or(far) ? N(choose)(far, -x / N(normal_tail)(x), value) : value;
}
#undef FAR_TAIL

// The remainder with the sign of y, exact as fmod is.
INLINE R N(floor_mod)(R x, R y) {
  R rest = IS_F64 ? (R)fmod(x, y) : (R)fmodf((float)x, (float)y);
  if (rest == 0) return y < 0 ? -(R)0 : 0;
  if (rest != rest || (rest < 0) == (y < 0)) return rest;
  return y - y == 0 ? rest + y : y;
}
INLINE V N(v_mod)(V x, V y) {
  for (int i = 0; i < W; i++) x[i] = N(floor_mod)(x[i], y[i]);
  return x;
}
