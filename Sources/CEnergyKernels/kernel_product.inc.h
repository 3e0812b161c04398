// A matrix the same for all samples times a tile. The lanes are the columns, so a column's sum over k runs in order
// in one lane of one register, whichever column it is: a sample gets the same bits wherever it stands in a tile.
// (OpenBLAS treats the columns at an edge differently from the others.)

#define PRODUCT_DEPTH 256

#define PRODUCT_BLOCK(ROWS, VECTORS)                                                            \
  {                                                                                             \
    V t[ROWS][VECTORS];                                                                         \
    for (int i = 0; i < (ROWS); i++)                                                            \
      for (int v = 0; v < (VECTORS); v++)                                                       \
        t[i][v] = add ? N(load)(out + (m0 + i) * columns + l + v * W) : (V){0};                 \
    const R *p = vector + k0 * columns + l;                                                     \
    const R *q = matrix + m0 * row_stride + k0 * column_stride;                                 \
    for (long k = k0; k < k1; k++, p += columns, q += column_stride) {                          \
      V x[VECTORS];                                                                             \
      for (int v = 0; v < (VECTORS); v++) x[v] = N(load)(p + v * W);                            \
      for (int i = 0; i < (ROWS); i++) {                                                        \
        V y = N(splat_number)(q[i * row_stride]);                                               \
        for (int v = 0; v < (VECTORS); v++) t[i][v] = N(multiply_add)(y, x[v], t[i][v]);        \
      }                                                                                         \
    }                                                                                           \
    for (int i = 0; i < (ROWS); i++)                                                            \
      for (int v = 0; v < (VECTORS); v++) N(store)(out + (m0 + i) * columns + l + v * W, t[i][v]); \
  }
#define PRODUCT_PANEL(VECTORS)                                                                  \
  for (; l + (VECTORS) * W <= columns; l += (VECTORS) * W) {                                    \
    long m0 = 0;                                                                                \
    for (; m0 + PRODUCT_ROWS <= m; m0 += PRODUCT_ROWS) PRODUCT_BLOCK(PRODUCT_ROWS, VECTORS)     \
    for (; m0 < m; m0++) PRODUCT_BLOCK(1, VECTORS)                                              \
  }

static void N(product)(void *out_, const void *matrix_, long row_stride, long column_stride, const void *vector_,
                       long m, long depth, long columns, int accumulating) {
  R *out = out_;
  const R *matrix = matrix_, *vector = vector_;
  if (depth == 0 && !accumulating) memset(out, 0, sizeof(R) * (size_t)(m * columns));
  for (long k0 = 0; k0 < depth; k0 += PRODUCT_DEPTH) {
    long k1 = k0 + PRODUCT_DEPTH < depth ? k0 + PRODUCT_DEPTH : depth, l = 0;
    int add = accumulating || k0 > 0;
    PRODUCT_PANEL(PRODUCT_VECTORS)
#if PRODUCT_VECTORS > 1
    PRODUCT_PANEL(1)
#endif
    for (; l < columns; l++)
      for (long i = 0; i < m; i++) {
        V x = N(splat_number)(add ? out[i * columns + l] : 0);
        for (long k = k0; k < k1; k++)
          x = N(multiply_add)(N(splat_number)(matrix[i * row_stride + k * column_stride]),
                              N(splat_number)(vector[k * columns + l]), x);
        out[i * columns + l] = x[0];
      }
  }
}
#undef PRODUCT_BLOCK
#undef PRODUCT_PANEL
#undef PRODUCT_DEPTH
