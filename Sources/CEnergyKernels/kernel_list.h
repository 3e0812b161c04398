#pragma once
// The element-wise kernels; kernel_expressions.inc.h says what each computes.

#define EK_UNARY_LIST(X)                                                                                       \
  X(copy) X(negate) X(reciprocal) X(recip) X(square) X(cube) X(sqrt) X(rsqrt) X(abs) X(sign) X(step) X(relu)   \
  X(floor) X(ceil) X(round) X(trunc) X(frac) X(not)                                                            \
  X(exp) X(exp2) X(expm1) X(log) X(log2) X(log10) X(log1p) X(cbrt)                                             \
  X(sin) X(cos) X(tan) X(sec) X(csc) X(cot) X(asin) X(acos) X(atan)                                            \
  X(sinh) X(cosh) X(tanh) X(asinh) X(acosh) X(atanh) X(erf) X(erfc) X(lgamma)                                  \
  X(sigmoid) X(softplus) X(silu) X(logit) X(log1mexp)                                               \
  X(normcdf) X(log_normcdf) X(inverse_mills)

#define EK_BINARY_LIST(X)                                                                                      \
  X(add) X(subtract) X(multiply) X(divide) X(min) X(max) X(pow) X(atan2) X(hypot) X(div) X(mod)                \
  X(less) X(lessEqual) X(greater) X(greaterEqual) X(equal) X(notEqual) X(and) X(or)                            \
  X(kronecker) X(softmaxweight) X(logaddexp) X(logdiffexp) X(xlogy) X(squaredDifference)
