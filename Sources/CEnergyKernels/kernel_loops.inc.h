// Loops over rows and lanes around the expressions.

// Rows that lie one behind the other are one long row.
#define EK_FUNCTION(name) \
  static void name(void *out_, const void *a_, const void *b_, const void *c_, const ek_strides *s, long rows)
#define EK_BEGIN(dense)                                          \
  R *o = out_;                                                   \
  const R *a = a_, *b = b_, *c = c_;                             \
  long n = s->lanes;                                             \
  (void)a, (void)b, (void)c;                                     \
  if (s->out == n && (dense)) n *= rows, rows = 1;               \
  for (; rows > 0; rows--, o += s->out, a += s->a, b += s->b, c += s->c) {
#define EK_LANES(LOAD, LOAD_SOME, EXPRESSION)                    \
    long l = 0;                                                  \
    for (; l + W <= n; l += W) { LOAD; N(store)(o + l, EXPRESSION); } \
    if (l < n) { long some = n - l; LOAD_SOME; N(store_some)(o + l, EXPRESSION, some); } \
  }
#define EK_VARYING(v, p) V v = N(load)(p + l)
#define EK_VARYING_SOME(v, p) V v = N(load_some)(p + l, some)

#define UNARY(name)                                              \
  EK_FUNCTION(N(unary_##name)) {                                 \
    EK_BEGIN(s->a == n)                                          \
    EK_LANES(EK_VARYING(x, a), EK_VARYING_SOME(x, a), E_##name)  \
  }
EK_UNARY_LIST(UNARY)
#undef UNARY

#define BINARY(name)                                             \
  EK_FUNCTION(N(binary_VV_##name)) {                             \
    EK_BEGIN(s->a == n && s->b == n)                             \
    EK_LANES(EK_VARYING(x, a); EK_VARYING(y, b), EK_VARYING_SOME(x, a); EK_VARYING_SOME(y, b), E_##name) \
  }                                                              \
  EK_FUNCTION(N(binary_VU_##name)) {                             \
    EK_BEGIN(s->a == n && s->b == 0)                             \
    V y = N(splat_number)(b[0]);                                 \
    EK_LANES(EK_VARYING(x, a), EK_VARYING_SOME(x, a), E_##name)  \
  }                                                              \
  EK_FUNCTION(N(binary_UV_##name)) {                             \
    EK_BEGIN(s->a == 0 && s->b == n)                             \
    V x = N(splat_number)(a[0]);                                 \
    EK_LANES(EK_VARYING(y, b), EK_VARYING_SOME(y, b), E_##name)  \
  }
EK_BINARY_LIST(BINARY)
#undef BINARY

#define TERNARY(name)                                            \
  EK_FUNCTION(N(ternary_0_##name)) {                             \
    EK_BEGIN(s->a == n && s->b == n && s->c == n)                \
    EK_LANES(EK_VARYING(x, a); EK_VARYING(y, b); EK_VARYING(z, c), \
             EK_VARYING_SOME(x, a); EK_VARYING_SOME(y, b); EK_VARYING_SOME(z, c), E_##name) \
  }                                                              \
  EK_FUNCTION(N(ternary_1_##name)) {                             \
    EK_BEGIN(s->a == n && s->b == 0 && s->c == n)                \
    V y = N(splat_number)(b[0]);                                 \
    EK_LANES(EK_VARYING(x, a); EK_VARYING(z, c), EK_VARYING_SOME(x, a); EK_VARYING_SOME(z, c), E_##name) \
  }                                                              \
  EK_FUNCTION(N(ternary_2_##name)) {                             \
    EK_BEGIN(s->a == n && s->b == n && s->c == 0)                \
    V z = N(splat_number)(c[0]);                                 \
    EK_LANES(EK_VARYING(x, a); EK_VARYING(y, b), EK_VARYING_SOME(x, a); EK_VARYING_SOME(y, b), E_##name) \
  }                                                              \
  EK_FUNCTION(N(ternary_3_##name)) {                             \
    EK_BEGIN(s->a == n && s->b == 0 && s->c == 0)                \
    V y = N(splat_number)(b[0]), z = N(splat_number)(c[0]);      \
    EK_LANES(EK_VARYING(x, a), EK_VARYING_SOME(x, a), E_##name)  \
  }
TERNARY(fma)
TERNARY(fnma)
TERNARY(fms)
TERNARY(select)
#undef TERNARY

EK_FUNCTION(N(splat)) {
  EK_BEGIN(s->a == 0)
  V x = N(splat_number)(a[0]);
  EK_LANES(, , x)
}

INLINE V N(whole_power)(V x, long n) {
  V result = N(splat_number)(1);
  for (long left = n < 0 ? -n : n; left != 0; left >>= 1, x *= x)
    if (left & 1) result *= x;
  return n < 0 ? 1 / result : result;
}
EK_FUNCTION(N(power)) {
  long power = (long)*(const R *)b_;
  EK_BEGIN(s->a == n)
  EK_LANES(EK_VARYING(x, a), EK_VARYING_SOME(x, a), N(whole_power)(x, power))
}

// The second output has the strides of the first.
EK_FUNCTION(N(sincos_kernel)) {
  R *o = out_, *p = (R *)b_;
  const R *a = a_;
  long n = s->lanes;
  (void)c_;
  if (s->out == n && s->a == n) n *= rows, rows = 1;
  for (; rows > 0; rows--, o += s->out, p += s->out, a += s->a) {
    V x, sine, cosine;
    long l = 0;
    for (; l + W <= n; l += W) {
      N(v_sincos)(N(load)(a + l), &sine, &cosine);
      N(store)(o + l, sine);
      N(store)(p + l, cosine);
    }
    if (l < n) {
      x = N(load_some)(a + l, n - l);
      N(v_sincos)(x, &sine, &cosine);
      N(store_some)(o + l, sine, n - l);
      N(store_some)(p + l, cosine, n - l);
    }
  }
}

// Reductions: x is the running value, y and z the row's operands; four vectors at a time hide the latency. The lanes
// behind the last whole vector go one by one through the same expression.
#define REDUCE_LANES(COUNT, EXPRESSION, Z)                                            \
  for (; l + (COUNT) * W <= n; l += (COUNT) * W) {                                    \
    V t[COUNT];                                                                       \
    for (int v = 0; v < (COUNT); v++) t[v] = N(load)(o + l + v * W);                  \
    const R *p = a + l, *q = b Z(+l);                                                 \
    for (long r = 0; r < rows; r++, p += s->a, q += s->b)                             \
      for (int v = 0; v < (COUNT); v++) {                                             \
        V x = t[v], y = N(load)(p + v * W), z = Z##_LOAD;                             \
        (void)z;                                                                      \
        t[v] = EXPRESSION;                                                            \
      }                                                                               \
    for (int v = 0; v < (COUNT); v++) N(store)(o + l + v * W, t[v]);                  \
  }
#define REDUCE(name, EXPRESSION, Z)                                                   \
  EK_FUNCTION(N(reduce_##name)) {                                                     \
    R *o = out_;                                                                      \
    const R *a = a_, *b = b_;                                                         \
    long n = s->lanes, l = 0;                                                         \
    (void)b, (void)c_;                                                                \
    REDUCE_LANES(4, EXPRESSION, Z)                                                    \
    REDUCE_LANES(1, EXPRESSION, Z)                                                    \
    for (; l < n; l++) {                                                              \
      const R *p = a + l, *q = b Z(+l);                                               \
      V x = N(splat_number)(o[l]);                                                    \
      for (long r = 0; r < rows; r++, p += s->a, q += s->b) {                         \
        V y = N(splat_number)(*p), z = Z##_NUMBER;                                    \
        (void)z;                                                                      \
        x = EXPRESSION;                                                               \
      }                                                                               \
      o[l] = x[0];                                                                    \
    }                                                                                 \
  }
#define Z_NONE(offset) ? a : a
#define Z_NONE_LOAD y
#define Z_NONE_NUMBER y
#define Z_VARYING(offset) offset
#define Z_VARYING_LOAD N(load)(q + v * W)
#define Z_VARYING_NUMBER N(splat_number)(*q)
#define Z_UNIFORM(offset)
#define Z_UNIFORM_LOAD N(splat_number)(*q)
#define Z_UNIFORM_NUMBER N(splat_number)(*q)
REDUCE(VV_sum, x + y, Z_NONE)
REDUCE(VV_difference, x - y, Z_NONE)
REDUCE(VV_product, x *y, Z_NONE)
REDUCE(VV_min, N(least)(x, y), Z_NONE)
REDUCE(VV_max, N(greatest)(x, y), Z_NONE)
REDUCE(VV_dot, N(multiply_add)(y, z, x), Z_VARYING)
REDUCE(VU_dot, N(multiply_add)(y, z, x), Z_UNIFORM)
REDUCE(VV_distance, N(multiply_add)(y - z, y - z, x), Z_VARYING)
REDUCE(VU_distance, N(multiply_add)(y - z, y - z, x), Z_UNIFORM)
#undef Z_NONE
#undef Z_NONE_LOAD
#undef Z_NONE_NUMBER
#undef Z_VARYING
#undef Z_VARYING_LOAD
#undef Z_VARYING_NUMBER
#undef Z_UNIFORM
#undef Z_UNIFORM_LOAD
#undef Z_UNIFORM_NUMBER
#undef REDUCE
#undef REDUCE_LANES
#undef EK_FUNCTION
#undef EK_BEGIN
#undef EK_LANES
#undef EK_VARYING
#undef EK_VARYING_SOME
