/* What the runner knows of a compiled artefact, in C so that both targets can say it. */
#ifndef EE_ARTEFACT_H
#define EE_ARTEFACT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In the order of the names that jobs use. */
enum { EE_ENERGY, EE_SCORE, EE_ENERGY_SCORE, EE_LAPLACIAN, EE_GRADIENT };

typedef struct ee_arguments {
  const void *x;
  int64_t n;
  /* The second result of EE_ENERGY_SCORE. */
  void *first, *second;
  /* One pointer a parameter, to its values in the artefact's precision; NULL for no parameters at all. */
  const void *const *parameters;
  void *workspace;
} ee_arguments;

typedef struct ee_artefact {
  const char *name;
  int real_bytes;
  int64_t width, gradient_count;
  int parameter_count;
  /* The entries of each parameter. */
  const int64_t *parameter_sizes;
  /* The status that the function returned; -1 for a function that the artefact lacks. */
  int (*call)(int what, const ee_arguments *arguments);
  /* Bytes of workspace that a function wants for n rows. */
  int64_t (*workspace)(int what, int64_t n);
} ee_artefact;

void ee_register(const ee_artefact *artefact);

#ifdef __cplusplus
}
#endif

#endif
