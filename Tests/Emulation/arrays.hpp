// Memory that ends at a page nobody may touch.
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <utility>

/// An array whose bytes before and behind are known and checked. It starts at a multiple of `alignment` bytes plus an
/// offset and ends, but for less than that, at the end of its last page; the next one can't be read.
class Guarded {
public:
  Guarded(size_t bytes, size_t offset, size_t alignment = 32) : count(bytes) {
    const size_t pages = (bytes + offset + alignment + guard + page - 1) / page;
    length = (pages + 1) * page;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *memory = mmap(nullptr, length, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (memory == MAP_FAILED) {
      perror("memory for a batch");
      exit(2);
    }
    base = static_cast<char *>(memory);
    char *const end = base + pages * page;
    mprotect(end, page, PROT_NONE);
    first = end - (bytes + offset + alignment - 1) / alignment * alignment + offset;
    if (bytes < most_filled) memset(base, pattern, end - base);
    tail = end - (first + bytes);
  }
  Guarded(Guarded &&other) : base(std::exchange(other.base, nullptr)), first(other.first), length(other.length),
                             count(other.count), tail(other.tail) {}
  Guarded(const Guarded &) = delete;
  ~Guarded() {
    if (base) munmap(base, length);
  }

  char *start() const { return first; }
  size_t bytes() const { return count; }

  bool is_guard_whole() const {
    if (count >= most_filled) return true;
    for (const char *byte = first - guard; byte < first; byte++) {
      if (*byte != pattern) return false;
    }
    for (const char *byte = first + count; byte < first + count + tail; byte++) {
      if (*byte != pattern) return false;
    }
    return true;
  }

private:
  static constexpr size_t page = 4096, guard = 512, most_filled = 1ul << 30;
  static constexpr char pattern = '\x5a';
  char *base, *first;
  size_t length, count, tail;
};
