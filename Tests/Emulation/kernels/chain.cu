// A chain of wells by hand, E = Σ (x_i² − 1)² + ½ Σ (x_{i+1} − x_i)², sixteen places in single precision: the tile of a
// block is copied flat, 16 bytes a thread, into swizzled shared memory, and every thread has a row in registers.
#define CHAIN_DIM 16
#define CHAIN_UNITS 4
#define CHAIN_BLOCK 128

static __device__ __forceinline__ int chain_unit(int row, int column) {
  return row*CHAIN_UNITS + (column ^ ((row >> 1) & 3));
}

static __device__ __forceinline__ float chain_row(float *v) {
  float e = 0.0f, s[CHAIN_DIM];
  for (int i = 0; i < CHAIN_DIM; i++) {
    const float w = v[i]*v[i] - 1.0f;
    e += w*w;
    s[i] = -4.0f*v[i]*w;
  }
  for (int i = 0; i + 1 < CHAIN_DIM; i++) {
    const float r = v[i + 1] - v[i];
    e += 0.5f*r*r;
    s[i] += r;
    s[i + 1] -= r;
  }
  for (int i = 0; i < CHAIN_DIM; i++) v[i] = s[i];
  return e;
}

extern "C" __global__ void __launch_bounds__(CHAIN_BLOCK)
chain_energy_score_kernel(const float *__restrict__ x, long long n, float *__restrict__ energy, float *__restrict__ score) {
  EE_SHARED(float4, tile, CHAIN_BLOCK*CHAIN_UNITS);
  const int tid = threadIdx.x;
  const long long base = (long long)blockIdx.x*CHAIN_BLOCK;
  const int rows = n - base < CHAIN_BLOCK ? (int)(n - base) : CHAIN_BLOCK;
  const float4 *source = (const float4 *)(x + base*CHAIN_DIM);
  if (rows == CHAIN_BLOCK) {
    for (int i = 0; i < CHAIN_UNITS; i++) {
      const int u = tid + i*CHAIN_BLOCK;
      tile[chain_unit(u/CHAIN_UNITS, u%CHAIN_UNITS)] = ee_load(source + u);
    }
  } else {
    for (int u = tid; u < rows*CHAIN_UNITS; u += CHAIN_BLOCK) {
      tile[chain_unit(u/CHAIN_UNITS, u%CHAIN_UNITS)] = ee_load(source + u);
    }
  }
  __syncthreads();
  float v[CHAIN_DIM];
  for (int c = 0; c < CHAIN_UNITS; c++) {
    const float4 unit = tile[chain_unit(tid, c)];
    v[4*c] = unit.x;
    v[4*c + 1] = unit.y;
    v[4*c + 2] = unit.z;
    v[4*c + 3] = unit.w;
  }
  const float e = chain_row(v);
  for (int c = 0; c < CHAIN_UNITS; c++) {
    tile[chain_unit(tid, c)] = make_float4(v[4*c], v[4*c + 1], v[4*c + 2], v[4*c + 3]);
  }
  __syncthreads();
  float4 *target = (float4 *)(score + base*CHAIN_DIM);
  for (int u = tid; u < rows*CHAIN_UNITS; u += CHAIN_BLOCK) {
    ee_store(target + u, tile[chain_unit(u/CHAIN_UNITS, u%CHAIN_UNITS)]);
  }
  if (tid < rows) ee_store(energy + base + tid, e);
}

extern "C" __global__ void __launch_bounds__(CHAIN_BLOCK)
chain_energy_score_scalar_kernel(const float *x, long long n, float *energy, float *score) {
  const long long row = (long long)blockIdx.x*CHAIN_BLOCK + threadIdx.x;
  if (row >= n) return;
  float v[CHAIN_DIM];
  for (int i = 0; i < CHAIN_DIM; i++) v[i] = ee_load(x + row*CHAIN_DIM + i);
  ee_store(energy + row, chain_row(v));
  for (int i = 0; i < CHAIN_DIM; i++) ee_store(score + row*CHAIN_DIM + i, v[i]);
}

extern "C" int chain_energy_score_f32(const float *x, int64_t n, float *energy, float *score, cudaStream_t stream) {
  if (n < 0 || (n > 0 && (!x || !energy || !score))) return cudaErrorInvalidValue;
  if (n == 0) return cudaSuccess;
  const long long grid = (n + CHAIN_BLOCK - 1)/CHAIN_BLOCK;
  if (grid > 0x7fffffff) return cudaErrorInvalidValue;
  if ((((uintptr_t)x | (uintptr_t)score) & 15) != 0) {
    EE_LAUNCH(chain_energy_score_scalar_kernel, (unsigned)grid, CHAIN_BLOCK, 0, stream, x, n, energy, score);
  } else {
    EE_LAUNCH(chain_energy_score_kernel, (unsigned)grid, CHAIN_BLOCK, 0, stream, x, n, energy, score);
  }
  return cudaPeekAtLastError();
}
