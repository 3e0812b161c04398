// Both element types of one level.
#include "kernel_table.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

// A product and a sum are fused only where a kernel says so: the plan decides, not the compiler.
#pragma STDC FP_CONTRACT OFF
// Vectors are only ever passed between functions that are inlined, so their passing convention is of no interest.
#pragma clang diagnostic ignored "-Wpsabi"

#define EK_JOIN2(a, b) a##b
#define EK_JOIN(a, b) EK_JOIN2(a, b)

#define R double
#define INTEGER int64_t
#define W 8
#define SUFFIX f64
#define TYPE_LETTER d
#define IS_F64 1
#include "kernels.inc.h"
#undef R
#undef INTEGER
#undef W
#undef SUFFIX
#undef TYPE_LETTER
#undef IS_F64

#define R float
#define INTEGER int32_t
#define W 16
#define SUFFIX f32
#define TYPE_LETTER f
#define IS_F64 0
#include "kernels.inc.h"
