// What each kernel of kernel_list.h computes from x (and y).
#ifndef EK_EXPRESSIONS
#define EK_EXPRESSIONS
#define ONE N(splat_number)(1)
#define E_copy x
#define E_negate -x
#define E_reciprocal 1 / x
#define E_recip 1 / x
#define E_square x *x
#define E_cube x *x *x
#define E_sqrt __builtin_elementwise_sqrt(x)
#define E_rsqrt 1 / __builtin_elementwise_sqrt(x)
#define E_abs N(absolute)(x)
#define E_sign N(choose)(x != x, x, N(truth)(x > 0) - N(truth)(x < 0))
#define E_step N(choose)(x != x, x, N(truth)(x >= 0))
#define E_relu N(greatest)(x, (V){0})
#define E_floor __builtin_elementwise_floor(x)
#define E_ceil __builtin_elementwise_ceil(x)
#define E_trunc __builtin_elementwise_trunc(x)
// Halves to the even neighbour.
#define E_round __builtin_elementwise_rint(x)
#define E_frac x - __builtin_elementwise_floor(x)
#define E_not N(truth)(x == 0)
#define E_exp N(v_exp)(x)
#define E_exp2 N(v_exp2)(x)
#define E_expm1 N(v_expm1)(x)
#define E_log N(v_log)(x)
#define E_log2 N(v_log2)(x)
#define E_log10 N(v_log10)(x)
#define E_log1p N(v_log1p_wide)(x)
#define E_cbrt N(v_cbrt)(x)
#define E_sin N(v_sin)(x)
#define E_cos N(v_cos)(x)
#define E_tan N(v_tan)(x)
#define E_sec 1 / N(v_cos)(x)
#define E_csc 1 / N(v_sin)(x)
#define E_cot 1 / N(v_tan)(x)
#define E_asin N(v_asin)(x)
#define E_acos N(v_acos)(x)
#define E_atan N(v_atan)(x)
#define E_sinh N(v_sinh)(x)
#define E_cosh N(v_cosh)(x)
#define E_tanh N(v_tanh)(x)
#define E_asinh N(v_asinh_wide)(x)
#define E_acosh N(v_acosh_wide)(x)
#define E_atanh N(v_atanh)(x)
#define E_erf N(v_erf)(x)
#define E_erfc N(v_erfc)(x)
#define E_lgamma N(v_lgamma)(x)
#define E_sigmoid N(v_sigmoid)(x)
#define E_softplus N(v_softplus)(x)
#define E_silu x *N(v_sigmoid)(x)
#define E_logit N(v_logit)(x)
#define E_normcdf N(v_normcdf)(x)
#define E_log_normcdf N(v_log_normcdf)(x)
#define E_inverse_mills N(v_inverse_mills)(x)
#define E_log1mexp N(v_log1mexp)(x)

#define E_add x + y
#define E_subtract x - y
#define E_multiply x *y
#define E_divide x / y
#define E_min N(least)(x, y)
#define E_max N(greatest)(x, y)
#define E_pow N(v_pow)(x, y)
#define E_atan2 N(v_atan2)(x, y)
#define E_hypot N(v_hypot)(x, y)
#define E_div __builtin_elementwise_floor(x / y)
#define E_mod N(v_mod)(x, y)
#define E_less N(truth)(x < y)
#define E_lessEqual N(truth)(x <= y)
#define E_greater N(truth)(x > y)
#define E_greaterEqual N(truth)(x >= y)
#define E_equal N(truth)(x == y)
#define E_notEqual N(truth)(x != y)
#define E_and N(truth)((x != 0) & (y != 0))
#define E_or N(truth)((x != 0) | (y != 0))
#define E_kronecker N(choose)((x != x) | (y != y), x + y, N(truth)(x == y))
#define E_softmaxweight N(v_exp)(x - N(choose)(y == N(splat_number)(-(R)INFINITY), N(splat_number)(0), y))
#define E_logaddexp N(v_logaddexp)(x, y)
#define E_logdiffexp N(v_logdiffexp)(x, y)
#define E_xlogy N(v_xlogy)(x, y)
#define E_squaredDifference (x - y) * (x - y)

#define E_fma N(multiply_add)(x, y, z)
#define E_fnma N(multiply_add)(-x, y, z)
#define E_fms N(multiply_add)(x, y, -z)
#define E_select N(choose)(x != 0, y, z)
#endif
