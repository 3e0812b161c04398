// A ring of 256 springs by hand, E = ½ Σ (x_{i+1} − x_i)² + ¼ (Σ x_i²)²/256, in double precision: a warp a sample,
// neighbours and sums by shuffles, and the energies of a block through dynamic shared memory.
#define RING_DIM 256
#define RING_BLOCK 128
#define RING_ROWS 4

extern "C" __global__ void __launch_bounds__(RING_BLOCK)
ring_energy_score_kernel(const double *__restrict__ x, long long n, double *__restrict__ energy, double *__restrict__ score) {
  EE_DYNAMIC_SHARED(double, energies);
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  const long long base = (long long)blockIdx.x*RING_ROWS;
  // A warp behind the last row computes that row once more and stores nothing.
  const long long row = base + warp < n ? base + warp : n - 1;
  const double2 *source = (const double2 *)(x + row*RING_DIM);
  double2 v[4];
  for (int k = 0; k < 4; k++) v[k] = ee_load(source + lane + 32*k);
  double springs = 0.0, squares = 0.0;
  double2 s[4];
  for (int k = 0; k < 4; k++) {
    const double before = __shfl_sync(0xffffffffu, lane == 31 ? v[(k + 3)%4].y : v[k].y, (lane + 31)%32);
    const double behind = __shfl_sync(0xffffffffu, lane == 0 ? v[(k + 1)%4].x : v[k].x, (lane + 1)%32);
    const double a = v[k].y - v[k].x, b = behind - v[k].y;
    springs += 0.5*(a*a + b*b);
    squares += v[k].x*v[k].x + v[k].y*v[k].y;
    s[k] = make_double2(a - (v[k].x - before), b - a);
  }
  for (int step = 16; step > 0; step /= 2) {
    springs += __shfl_xor_sync(0xffffffffu, springs, step);
    squares += __shfl_xor_sync(0xffffffffu, squares, step);
  }
  double2 *target = (double2 *)(score + row*RING_DIM);
  for (int k = 0; k < 4; k++) {
    s[k].x -= squares*v[k].x/RING_DIM;
    s[k].y -= squares*v[k].y/RING_DIM;
    if (base + warp < n) ee_store(target + lane + 32*k, s[k]);
  }
  if (lane == 0) energies[warp] = springs + 0.25*squares*squares/RING_DIM;
  __syncthreads();
  if (threadIdx.x < RING_ROWS && base + threadIdx.x < n) ee_store(energy + base + threadIdx.x, energies[threadIdx.x]);
}

extern "C" int ring_energy_score_f64(const double *x, int64_t n, double *energy, double *score, cudaStream_t stream) {
  if (n < 0 || (n > 0 && (!x || !energy || !score))) return cudaErrorInvalidValue;
  if (n == 0) return cudaSuccess;
  const long long grid = (n + RING_ROWS - 1)/RING_ROWS;
  if (grid > 0x7fffffff || (((uintptr_t)x | (uintptr_t)score) & 15) != 0) return cudaErrorInvalidValue;
  EE_LAUNCH(ring_energy_score_kernel, (unsigned)grid, RING_BLOCK, RING_ROWS*sizeof(double), stream, x, n, energy, score);
  return cudaPeekAtLastError();
}
