// What every processor of the architecture can do: SSE2 on x86-64, elsewhere whatever the compiler makes of the
// vector types, with the C library's functions lane by lane.
#define LEVEL baseline
#define HAS_FMA 0
#if defined(__x86_64__)
#define SLEEF_BYTES 16
#define SLEEF_LEVEL sse2
#endif
#define PRODUCT_ROWS 2
#define PRODUCT_VECTORS 1
#include "kernels_both_types.inc.h"
