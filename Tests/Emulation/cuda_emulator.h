// CUDA source on a processor: what emitted files take from the device's compiler, for a host compiler.
//
//   c++ -std=c++17 -DEE_EMULATED -include cuda_emulator.h ...
//
// Every CUDA thread is a fibre of one host thread; a block runs to its end before the next begins. It checks what a
// GPU leaves undefined: barriers that not all threads reach, shuffles with lanes missing, shared memory read before it
// is written (it holds NaN bits at the start of a block), accesses that are misaligned or outside their arrays. It finds
// no races that no order of threads shows, and says nothing of time.
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cuda_emulator_math.h"

// MARK: Words of the language

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
#define __grid_constant__
#define EE_FUNCTION __attribute__((unused)) static inline
#define EE_DEVICE __attribute__((unused)) static inline
#define EE_OUTLINE __attribute__((unused, noinline)) static
#define EE_NAN ((float)NAN)
#define EE_INFINITY ((float)INFINITY)

// Shared memory starts as NaN bits in every block and has bytes behind it that nobody may write.
#define EE_SHARED(type, name, count)                                                                                   \
  type *const name = static_cast<type *>(ee_emulator::static_shared(                                                   \
    [] {                                                                                                               \
      static char place;                                                                                               \
      return &place;                                                                                                   \
    }(),                                                                                                               \
    sizeof(type)*(count)))
#define EE_DYNAMIC_SHARED(type, name) type *const name = static_cast<type *>(ee_emulator::dynamic_shared())
#define EE_ALLOW_SHARED(kernel, bytes)                                                                                 \
  cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)(bytes))

struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(16) double2 { double x, y; };
static inline float2 make_float2(float x, float y) { return {x, y}; }
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
static inline double2 make_double2(double x, double y) { return {x, y}; }

// MARK: The run time

// Headers of artefacts declare it where CUDA's own didn't.
#define __DRIVER_TYPES_H__
typedef struct CUstream_st *cudaStream_t;
enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorLaunchFailure = 719
};
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
enum cudaDeviceAttr { cudaDevAttrMultiProcessorCount = 16 };

enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };

cudaError_t cudaPeekAtLastError();
cudaError_t cudaGetLastError();
cudaError_t cudaMemsetAsync(void *start, int byte, size_t count, cudaStream_t stream);
cudaError_t cudaMemcpyAsync(void *target, const void *source, size_t count, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
const char *cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetDevice(int *device);
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device);

namespace ee_emulator {
struct Index { unsigned x, y, z; };
struct Launch {
  const char *name;
  const void *kernel;
  long long grid, block;
  size_t dynamic_shared;
};

extern Index thread_index, block_index, block_size, grid_size;

void *static_shared(const void *place, size_t bytes);
void *dynamic_shared();
void launch(const Launch &launch, void (*body)(void *), void *context);
void barrier(const char *file, int line);
enum class Exchange { none, any, exclusive_or, down, up };
uint64_t exchange(unsigned mask, uint64_t value, Exchange kind, int argument, const char *file, int line);
void check_access(const void *address, size_t size, bool is_write, const void *site);
cudaError_t allow_dynamic_shared(const void *kernel, int bytes);
void *device_memory(size_t bytes);
void free_device_memory(void *start);

template <class Body> void launch(const Launch &settings, Body body) {
  launch(settings, [](void *context) { (*static_cast<Body *>(context))(); }, &body);
}

template <class T> T shuffle(unsigned mask, T value, Exchange kind, int argument, const char *file, int line) {
  static_assert(sizeof(T) <= 8, "a shuffle moves four or eight bytes");
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof(T));
  bits = exchange(mask, bits, kind, argument, file, line);
  memcpy(&value, &bits, sizeof(T));
  return value;
}
} // namespace ee_emulator

template <class Kernel> cudaError_t cudaFuncSetAttribute(Kernel *kernel, cudaFuncAttribute, int bytes) {
  return ee_emulator::allow_dynamic_shared(reinterpret_cast<const void *>(kernel), bytes);
}

template <class T> cudaError_t cudaMalloc(T **start, size_t bytes) {
  *start = static_cast<T *>(ee_emulator::device_memory(bytes));
  return *start ? cudaSuccess : cudaErrorMemoryAllocation;
}
template <class T> cudaError_t cudaFree(T *start) {
  ee_emulator::free_device_memory(start);
  return cudaSuccess;
}

#define threadIdx (ee_emulator::thread_index)
#define blockIdx (ee_emulator::block_index)
#define blockDim (ee_emulator::block_size)
#define gridDim (ee_emulator::grid_size)

#define EE_LAUNCH(kernel, grid, block, shared, stream, ...)                                                            \
  ((void)(stream),                                                                                                     \
   ee_emulator::launch(                                                                                                \
     ee_emulator::Launch{#kernel, reinterpret_cast<const void *>(kernel), static_cast<long long>(grid),                \
                         static_cast<long long>(block), static_cast<size_t>(shared)},                                  \
     [&] { kernel(__VA_ARGS__); }))

// MARK: Threads together

#define __syncthreads() ee_emulator::barrier(__FILE__, __LINE__)
#define __syncwarp(...)                                                                                                \
  ((void)ee_emulator::exchange(0xffffffffu, 0, ee_emulator::Exchange::none, 0, __FILE__, __LINE__))
#define EE_SHUFFLE(kind, mask, value, argument)                                                                        \
  ee_emulator::shuffle(mask, value, ee_emulator::Exchange::kind, argument, __FILE__, __LINE__)
#define __shfl_sync(mask, value, lane) EE_SHUFFLE(any, mask, value, lane)
#define __shfl_xor_sync(mask, value, bits) EE_SHUFFLE(exclusive_or, mask, value, bits)
#define __shfl_down_sync(mask, value, delta) EE_SHUFFLE(down, mask, value, delta)
#define __shfl_up_sync(mask, value, delta) EE_SHUFFLE(up, mask, value, delta)

// MARK: Global memory

// Not inlined, so that the return address tells one access of the source from another.
template <class T> __attribute__((noinline)) T ee_load(const T *address) {
  ee_emulator::check_access(address, sizeof(T), false, __builtin_return_address(0));
  return *address;
}
template <class T> __attribute__((noinline)) void ee_store(T *address, T value) {
  ee_emulator::check_access(address, sizeof(T), true, __builtin_return_address(0));
  *address = value;
}
