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
MATH1(acos, u10) MATH1(atan, u10) MATH1(sinh, u10) MATH1(cosh, u10) MATH1(tanh, u10) MATH1(asinh, u10)
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
// e^-|x| never overflows, and its quotients keep their accuracy at both ends.
INLINE V N(v_sigmoid)(V x) {
  V e = N(v_exp)(-N(absolute)(x));
  V one = N(splat_number)(1);
  return N(choose)(x < 0, e, one) / (one + e);
}
INLINE V N(v_softplus)(V x) { return N(greatest)(x, (V){0}) + N(v_log1p)(N(v_exp)(-N(absolute)(x))); }
INLINE V N(v_logaddexp)(V x, V y) {
  V top = N(greatest)(x, y);
  // Equal infinities would give inf - inf.
  V gap = N(choose)(x == y, (V){0}, N(absolute)(x - y));
  return top + N(v_log1p)(N(v_exp)(-gap));
}
// log(1 - e^-x) for x > 0, after Mächler (2012), "Accurately computing log(1 - exp(-|a|))", eq. 7, with a = -x.
INLINE V N(v_log1mexp)(V x) {
  V near = N(v_log)(-N(v_expm1)(x));
  V far = N(v_log1p)(-N(v_exp)(x));
  return N(choose)(x > (R)-0.69314718055994530942, near, far);
}
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
