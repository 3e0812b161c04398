// Runs one emitted function on a GPU: harness X OUT ROWS OFFSET REPEATS
//
// X holds rows, which are repeated where there are fewer than ROWS. Pointers are moved by OFFSET entries from where
// cudaMalloc puts them. Without repeats OUT gets energies and scores; with them only the time is of interest. Prints the
// milliseconds a call.
#include EMITTED_HEADER
#include <cuda_runtime.h>

#include <stdio.h>
#include <stdlib.h>

#include <vector>

static void check(int status, const char *what) {
  if (status == 0) return;
  fprintf(stderr, "%s: %s\n", what, cudaGetErrorString((cudaError_t)status));
  exit(1);
}

static ROW_REAL *device(size_t count, int offset, void **base) {
  check(cudaMalloc(base, (count + offset + 1)*sizeof(ROW_REAL)), "cudaMalloc");
  return (ROW_REAL *)*base + offset;
}

int main(int count, char **arguments) {
  if (count != 6) return 2;
  const int64_t n = atoll(arguments[3]);
  const int offset = atoi(arguments[4]), repeats = atoi(arguments[5]);
  FILE *input = fopen(arguments[1], "rb");
  if (!input) return 2;
  fseek(input, 0, SEEK_END);
  std::vector<ROW_REAL> source(ftell(input)/sizeof(ROW_REAL));
  rewind(input);
  if (fread(source.data(), sizeof(ROW_REAL), source.size(), input) != source.size() || source.empty()) return 2;
  std::vector<ROW_REAL> x(n*ROW_WIDTH);
  for (size_t i = 0; i < x.size(); i++) x[i] = source[i % source.size()];

  void *bases[3];
  ROW_REAL *x_there = device(n*ROW_WIDTH, offset, &bases[0]);
  ROW_REAL *energy_there = device(n, offset, &bases[1]);
  ROW_REAL *score_there = device(n*ROW_WIDTH, offset, &bases[2]);
  check(cudaMemcpy(x_there, x.data(), x.size()*sizeof(ROW_REAL), cudaMemcpyHostToDevice), "cudaMemcpy");
  check(EMITTED_FUNCTION(x_there, n, energy_there, score_there, 0), "launch");
  check(cudaDeviceSynchronize(), "kernel");

  float milliseconds = 0;
  if (repeats > 0) {
    cudaEvent_t begin, end;
    check(cudaEventCreate(&begin), "event");
    check(cudaEventCreate(&end), "event");
    check(cudaEventRecord(begin), "event");
    for (int i = 0; i < repeats; i++) check(EMITTED_FUNCTION(x_there, n, energy_there, score_there, 0), "launch");
    check(cudaEventRecord(end), "event");
    check(cudaEventSynchronize(end), "kernel");
    check(cudaEventElapsedTime(&milliseconds, begin, end), "event");
    milliseconds /= repeats;
    check(cudaEventDestroy(begin), "event");
    check(cudaEventDestroy(end), "event");
  }
  FILE *output = fopen(arguments[2], "wb");
  if (!output) return 2;
  if (repeats == 0) {
    std::vector<ROW_REAL> energy(n), score(n*ROW_WIDTH);
    check(cudaMemcpy(energy.data(), energy_there, n*sizeof(ROW_REAL), cudaMemcpyDeviceToHost), "cudaMemcpy");
    check(cudaMemcpy(score.data(), score_there, n*ROW_WIDTH*sizeof(ROW_REAL), cudaMemcpyDeviceToHost), "cudaMemcpy");
    fwrite(energy.data(), sizeof(ROW_REAL), n, output);
    fwrite(score.data(), sizeof(ROW_REAL), n*ROW_WIDTH, output);
  }
  fclose(output);
  for (void *base : bases) check(cudaFree(base), "cudaFree");
  printf("%.6f\n", milliseconds);
  return 0;
}
