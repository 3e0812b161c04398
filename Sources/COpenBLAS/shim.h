#pragma once
#include <cblas.h>

// LAPACK, which the same library holds. Debian's package has no header for it; these are the interfaces of the
// reference implementation, with 32-bit integers and Fortran's calls by address.
void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *pivots, int *info);
void sgetrf_(const int *m, const int *n, float *a, const int *lda, int *pivots, int *info);
void dgetrs_(const char *transposed, const int *n, const int *columns, const double *a, const int *lda,
             const int *pivots, double *b, const int *ldb, int *info);
void sgetrs_(const char *transposed, const int *n, const int *columns, const float *a, const int *lda,
             const int *pivots, float *b, const int *ldb, int *info);
void dpotrf_(const char *triangle, const int *n, double *a, const int *lda, int *info);
void spotrf_(const char *triangle, const int *n, float *a, const int *lda, int *info);
