// The kernels by hand as artefacts.
#include "artefact.h"

#include "chain.cu"
#include "ring.cu"

static int call_chain(int what, const ee_arguments *a) {
  if (what != EE_ENERGY_SCORE) return -1;
  return chain_energy_score_f32((const float *)a->x, a->n, (float *)a->first, (float *)a->second, nullptr);
}
static int call_ring(int what, const ee_arguments *a) {
  if (what != EE_ENERGY_SCORE) return -1;
  return ring_energy_score_f64((const double *)a->x, a->n, (double *)a->first, (double *)a->second, nullptr);
}

static int64_t workspace(int, int64_t) { return 0; }

__attribute__((constructor)) static void register_all() {
  static const ee_artefact chain = {"chain", 4, CHAIN_DIM, 0, 0, nullptr, call_chain, workspace};
  static const ee_artefact ring = {"ring", 8, RING_DIM, 0, 0, nullptr, call_ring, workspace};
  ee_register(&chain);
  ee_register(&ring);
}
