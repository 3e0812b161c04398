// What the parts of the emulator know of each other.
#pragma once

#include "artefact.h"
#include "cuda_emulator.h"

#include <string>
#include <vector>

#undef __global__
#undef __device__
#undef __host__
#undef __forceinline__
#undef __noinline__

namespace ee_emulator {
constexpr int warp_size = 32;

/// In which order the threads of a block get their turns. No result may depend on it.
enum class Order { ascending, descending, shuffled };

/// What a run is told besides the kernel.
struct Settings {
  Order order = Order::ascending;
  /// Only so many of the last blocks run; 0 for all.
  long long last_blocks = 0;
  /// Whether accesses are counted by sectors of 32 bytes.
  bool counts_sectors = false;
};
extern Settings settings;

/// An array that kernels may touch.
struct Array {
  std::string name;
  char *start;
  size_t bytes;
  bool is_writable;
  /// Whether all samples share it.
  bool is_table = false;
  /// Bytes that threads asked for and gave.
  unsigned long long read = 0, written = 0;
};
extern std::vector<Array> arrays;

/// Stops the kernel with a message; only from within a thread of it.
[[noreturn]] void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/// The first message since the last reset; empty where all is well.
extern std::string message;
/// Forgets errors, arrays and counts.
void reset();

/// The running thread's number in its block, and the block's in the grid.
int current_thread();
long long current_block();

// Sectors.
void count_access(const void *address, size_t size, bool is_write, const void *site);
void finish_block_counts();
/// The lowest share of the bytes of touched sectors that any full warp asked for, over all accesses of a launch.
double lowest_efficiency();
void reset_counts();
} // namespace ee_emulator
