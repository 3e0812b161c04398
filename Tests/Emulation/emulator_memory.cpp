// Accesses of global memory: where they may go, and what they cost in sectors of 32 bytes.
#include "emulator.hpp"

#include <algorithm>
#include <map>
#include <stdlib.h>
#include <tuple>

namespace ee_emulator {
static Array *array_of(const char *address) {
  Array *nearest = nullptr;
  size_t best = 1 << 20;
  for (Array &array : arrays) {
    if (address >= array.start && address < array.start + array.bytes) return &array;
    const size_t distance = address < array.start ? array.start - address : address - (array.start + array.bytes);
    if (distance < best) best = distance, nearest = &array;
  }
  return nearest;
}

void check_access(const void *pointer, size_t size, bool is_write, const void *site) {
  const char *address = static_cast<const char *>(pointer);
  const char *verb = is_write ? "writes" : "reads";
  const int thread = current_thread();
  const long long block = current_block();
  if (reinterpret_cast<uintptr_t>(address) % size != 0) {
    fail("thread %d of block %lld %s %zu bytes at a misaligned address", thread, block, verb, size);
  }
  Array *array = array_of(address);
  if (!array) fail("thread %d of block %lld %s %zu bytes far outside all arrays", thread, block, verb, size);
  const long offset = address - array->start;
  if (offset < 0 || offset + size > array->bytes) {
    fail(
      "thread %d of block %lld %s %zu bytes at byte %ld of %s, which has %zu", thread, block, verb, size, offset,
      array->name.c_str(), array->bytes);
  }
  if (is_write && !array->is_writable) {
    fail("thread %d of block %lld writes to %s", thread, block, array->name.c_str());
  }
  (is_write ? array->written : array->read) += size;
  // Tables are read from a cache, which doesn't mind who reads which part of a line.
  if (settings.counts_sectors && !array->is_table) count_access(pointer, size, is_write, site);
}

// MARK: Sectors

/// The accesses of one warp at one place of the source, by how often its lanes have been there.
struct Accesses {
  int lane_count = 0;
  size_t bytes = 0;
  std::vector<uintptr_t> sectors;
  std::vector<uintptr_t> addresses;
};
static std::map<std::pair<const void *, int>, std::vector<int>> visits;
static std::map<std::tuple<const void *, int, int>, Accesses> accesses;
static double lowest = 1;

void count_access(const void *address, size_t size, bool, const void *site) {
  const int warp = current_thread() / warp_size, lane = current_thread() % warp_size;
  std::vector<int> &lanes = visits[{site, warp}];
  lanes.resize(warp_size);
  Accesses &entry = accesses[{site, warp, lanes[lane]++}];
  entry.lane_count++;
  entry.bytes = size;
  entry.sectors.push_back(reinterpret_cast<uintptr_t>(address) / 32);
  entry.addresses.push_back(reinterpret_cast<uintptr_t>(address));
}

void finish_block_counts() {
  for (auto &[key, entry] : accesses) {
    if (entry.lane_count < warp_size) continue;
    for (auto *list : {&entry.sectors, &entry.addresses}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    const double asked = std::max(32.0, static_cast<double>(entry.addresses.size() * entry.bytes));
    // Less than a sector can't fill one, and a row that begins within one ends in one more.
    const double touched = 32.0 * std::max<size_t>(entry.sectors.size() - 1, 1);
    lowest = std::min(lowest, asked / std::max(touched, asked));
  }
  visits.clear();
  accesses.clear();
}

double lowest_efficiency() { return lowest; }

void reset_counts() {
  lowest = 1;
  visits.clear();
  accesses.clear();
}

// MARK: Memory of programs that allocate it themselves

void *device_memory(size_t bytes) {
  void *start = aligned_alloc(256, (bytes + 255)/256*256);
  if (start) arrays.push_back({"device memory", static_cast<char *>(start), bytes, true});
  return start;
}

void free_device_memory(void *start) {
  arrays.erase(
    std::remove_if(arrays.begin(), arrays.end(), [&](const Array &array) { return array.start == start; }),
    arrays.end());
  free(start);
}
} // namespace ee_emulator

cudaError_t cudaMemsetAsync(void *start, int byte, size_t count, cudaStream_t) {
  memset(start, byte, count);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void *target, const void *source, size_t count, cudaMemcpyKind, cudaStream_t) {
  memcpy(target, source, count);
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaPeekAtLastError(); }

const char *cudaGetErrorString(cudaError_t error) {
  if (error == cudaErrorInvalidValue) return "invalid argument";
  return error == cudaSuccess ? "no error" : ee_emulator::message.c_str();
}
