// Blocks of fibres. Threads run one after the other; each runs until it needs others.
#include "emulator.hpp"

#include <algorithm>
#include <map>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <ucontext.h>

namespace ee_emulator {
Settings settings;
std::vector<Array> arrays;
std::string message;
Index thread_index, block_index, block_size, grid_size;

enum class Wait { nothing, barrier, exchange, end };

struct Thread {
  jmp_buf place;
  char *stack = nullptr;
  Wait wait = Wait::end;
  const char *file = nullptr;
  int line = 0;
  Exchange kind = Exchange::none;
  int argument = 0;
  uint64_t value = 0;
};

static constexpr size_t stack_bytes = 512 << 10;
static constexpr int most_threads = 1024;
static constexpr size_t default_dynamic_limit = 48 << 10;
static constexpr size_t device_dynamic_limit = 227 << 10;
static constexpr size_t guard_bytes = 256;

static std::vector<Thread> threads(most_threads);
static Thread *running;
static ucontext_t creator;
static jmp_buf scheduler;
static void (*body)(void *);
static void *context;
static cudaError_t last_error = cudaSuccess;
static std::vector<char> dynamic_memory, static_memory;
static std::map<const void *, std::pair<size_t, size_t>> static_places;
static size_t static_used;
static std::map<const void *, size_t> dynamic_limits;

// MARK: Fibres

/// The first switch to a stack goes through ucontext; all others are jumps, which need no system call.
static void fibre() {
  Thread *self = running;
  if (!_setjmp(self->place)) setcontext(&creator);
  for (;;) {
    body(context);
    running->wait = Wait::end;
    if (!_setjmp(running->place)) _longjmp(scheduler, 1);
  }
}

static void create(Thread &thread) {
  if (!thread.stack) {
    void *memory = mmap(
      nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      perror("stack of an emulated thread");
      exit(2);
    }
    thread.stack = static_cast<char *>(memory);
  }
  ucontext_t start;
  getcontext(&start);
  start.uc_stack.ss_sp = thread.stack;
  start.uc_stack.ss_size = stack_bytes;
  start.uc_link = nullptr;
  makecontext(&start, fibre, 0);
  running = &thread;
  swapcontext(&creator, &start);
}

static __attribute__((noinline)) void resume(Thread &thread, int number) {
  running = &thread;
  thread.wait = Wait::nothing;
  thread_index = Index{static_cast<unsigned>(number), 0, 0};
  if (!_setjmp(scheduler)) _longjmp(thread.place, 1);
}

static __attribute__((noinline)) void pause(Wait wait) {
  Thread *self = running;
  self->wait = wait;
  if (!_setjmp(self->place)) _longjmp(scheduler, 1);
}

// MARK: Errors

static void note(const char *format, va_list arguments) {
  char text[1024];
  vsnprintf(text, sizeof text, format, arguments);
  if (message.empty()) message = text;
  last_error = cudaErrorLaunchFailure;
}

/// Of the scheduler: the kernel can't go on.
static void problem(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  note(format, arguments);
  va_end(arguments);
}

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  note(format, arguments);
  va_end(arguments);
  _longjmp(scheduler, 1);
}

void reset() {
  message.clear();
  last_error = cudaSuccess;
  arrays.clear();
  reset_counts();
}

int current_thread() { return static_cast<int>(thread_index.x); }
long long current_block() { return block_index.x; }

// MARK: Threads together

void barrier(const char *file, int line) {
  running->file = file;
  running->line = line;
  pause(Wait::barrier);
}

uint64_t exchange(unsigned mask, uint64_t value, Exchange kind, int argument, const char *file, int line) {
  if (mask != 0xffffffffu) fail("%s:%d: a shuffle without all lanes in its mask", file, line);
  Thread *self = running;
  self->file = file;
  self->line = line;
  self->kind = kind;
  self->argument = argument;
  self->value = value;
  pause(Wait::exchange);
  return self->value;
}

static int source_lane(const Thread &thread, int lane) {
  switch (thread.kind) {
  case Exchange::none: return lane;
  case Exchange::any: return thread.argument & (warp_size - 1);
  case Exchange::exclusive_or: return (lane ^ thread.argument) & (warp_size - 1);
  case Exchange::down: return lane + thread.argument < warp_size ? lane + thread.argument : lane;
  case Exchange::up: return lane >= thread.argument ? lane - thread.argument : lane;
  }
  return lane;
}

/// Exchanges the values of a warp whose lanes all wait at one shuffle.
static bool complete_exchange(int warp) {
  Thread *lanes = &threads[warp * warp_size];
  for (int lane = 0; lane < warp_size; lane++) {
    if (lanes[lane].wait != Wait::exchange) return false;
    if (lanes[lane].line != lanes[0].line || lanes[lane].file != lanes[0].file) return false;
    if (lanes[lane].kind != lanes[0].kind) return false;
  }
  uint64_t values[warp_size];
  for (int lane = 0; lane < warp_size; lane++) values[lane] = lanes[source_lane(lanes[lane], lane)].value;
  for (int lane = 0; lane < warp_size; lane++) {
    lanes[lane].value = values[lane];
    lanes[lane].wait = Wait::nothing;
  }
  return true;
}

// MARK: A block

static std::string place(const Thread &thread) {
  const char *slash = thread.file ? strrchr(thread.file, '/') : nullptr;
  const std::string file = slash ? slash + 1 : thread.file ? thread.file : "";
  const std::string where = file + ":" + std::to_string(thread.line);
  switch (thread.wait) {
  case Wait::barrier: return "waits at the barrier of " + where;
  case Wait::exchange: return "waits at the shuffle of " + where;
  case Wait::end: return "has returned";
  case Wait::nothing: return "can run";
  }
  return "";
}

/// Two threads that wait for each other.
static void report_deadlock(const char *kernel, int count) {
  for (int t = 0; t < count; t++) {
    const int first = threads[t].wait == Wait::exchange ? t / warp_size * warp_size : 0;
    const Thread &a = threads[first], &b = threads[t];
    if (a.wait == b.wait && a.file == b.file && a.line == b.line && a.kind == b.kind) continue;
    return problem(
      "%s: block %lld: thread %d %s, but thread %d %s", kernel, current_block(), first, place(a).c_str(), t,
      place(b).c_str());
  }
  problem("%s: block %lld: threads wait for each other", kernel, current_block());
}

static std::vector<int> turns(int count, uint64_t seed) {
  std::vector<int> result(count);
  for (int i = 0; i < count; i++) result[i] = settings.order == Order::descending ? count - 1 - i : i;
  if (settings.order != Order::shuffled) return result;
  uint64_t state = (seed + 1)*0x9E3779B97F4A7C15u | 1;
  for (int i = count - 1; i > 0; i--) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    std::swap(result[i], result[(state >> 33) % (i + 1)]);
  }
  return result;
}

/// Whether the block came to its end.
static bool run_block(const Launch &launch, const std::vector<int> &warps, const std::vector<int> &lanes) {
  const int count = static_cast<int>(launch.block);
  for (;;) {
    for (int warp : warps) {
      do {
        for (int lane : lanes) {
          const int number = warp * warp_size + lane;
          if (threads[number].wait != Wait::nothing) continue;
          resume(threads[number], number);
          if (last_error) return false;
        }
      } while (complete_exchange(warp));
    }
    int waiting = 0, ended = 0;
    bool is_one_place = true;
    for (int t = 0; t < count; t++) {
      ended += threads[t].wait == Wait::end;
      waiting += threads[t].wait == Wait::barrier;
      is_one_place = is_one_place && threads[t].line == threads[0].line && threads[t].file == threads[0].file;
    }
    if (ended == count) return true;
    if (waiting != count || !is_one_place) {
      report_deadlock(launch.name, count);
      return false;
    }
    for (int t = 0; t < count; t++) threads[t].wait = Wait::nothing;
  }
}

// MARK: Shared memory

void *dynamic_shared() { return dynamic_memory.data(); }

/// An array of the block by its place in the source; the first thread that comes by makes it.
void *static_shared(const void *place, size_t bytes) {
  const auto known = static_places.find(place);
  if (known != static_places.end()) return static_memory.data() + known->second.first;
  const size_t start = static_used;
  static_used += (bytes + 15)/16*16 + guard_bytes;
  size_t total = bytes;
  for (const auto &other : static_places) total += other.second.second;
  if (total > default_dynamic_limit) fail("%zu bytes of static shared memory", total);
  static_places[place] = {start, bytes};
  return static_memory.data() + start;
}

static void poison_shared(size_t dynamic_bytes) {
  // Room for arrays whose guards take more than they do.
  static_memory.resize(4*default_dynamic_limit);
  memset(static_memory.data(), 0xff, static_used ? static_used : static_memory.size());
  dynamic_memory.assign(dynamic_bytes + guard_bytes, '\xff');
}

static bool is_whole(const std::vector<char> &memory, size_t from, size_t count) {
  return std::all_of(memory.begin() + from, memory.begin() + from + count, [](char byte) { return byte == '\xff'; });
}

static bool are_guards_whole(size_t dynamic_bytes) {
  for (const auto &entry : static_places) {
    const size_t end = entry.second.first + entry.second.second;
    if (!is_whole(static_memory, end, guard_bytes)) return false;
  }
  return is_whole(dynamic_memory, dynamic_bytes, guard_bytes);
}

// MARK: A grid

static bool is_allowed(const Launch &launch) {
  if (launch.grid < 1 || launch.grid > 0x7fffffff || launch.block < 1 || launch.block > most_threads) return false;
  if (launch.block % warp_size != 0) return false;
  const auto limit = dynamic_limits.find(launch.kernel);
  return launch.dynamic_shared <= (limit == dynamic_limits.end() ? default_dynamic_limit : limit->second);
}

void launch(const Launch &launch, void (*the_body)(void *), void *the_context) {
  if (last_error) return;
  if (!is_allowed(launch)) {
    problem(
      "%s: %lld blocks of %lld threads with %zu bytes can't be launched", launch.name, launch.grid, launch.block,
      launch.dynamic_shared);
    last_error = cudaErrorInvalidConfiguration;
    return;
  }
  body = the_body;
  context = the_context;
  grid_size = Index{static_cast<unsigned>(launch.grid), 1, 1};
  block_size = Index{static_cast<unsigned>(launch.block), 1, 1};
  for (int t = 0; t < launch.block; t++) {
    if (!threads[t].stack) create(threads[t]);
  }
  static_places.clear();
  static_used = 0;
  const long long first = settings.last_blocks ? std::max(0ll, launch.grid - settings.last_blocks) : 0;
  for (long long block = first; block < launch.grid; block++) {
    block_index = Index{static_cast<unsigned>(block), 0, 0};
    poison_shared(launch.dynamic_shared);
    for (int t = 0; t < launch.block; t++) {
      threads[t].wait = Wait::nothing;
      threads[t].file = nullptr;
      threads[t].line = 0;
    }
    if (!run_block(launch, turns(launch.block / warp_size, block), turns(warp_size, block + 77))) {
      // Its threads stand somewhere within the kernel.
      for (int t = 0; t < launch.block; t++) create(threads[t]);
      return;
    }
    if (settings.counts_sectors) finish_block_counts();
    if (!are_guards_whole(launch.dynamic_shared)) {
      return problem("%s: block %lld wrote behind an array in shared memory", launch.name, block);
    }
  }
}

cudaError_t allow_dynamic_shared(const void *kernel, int bytes) {
  if (bytes < 0 || static_cast<size_t>(bytes) > device_dynamic_limit) return cudaErrorInvalidValue;
  dynamic_limits[kernel] = bytes;
  return cudaSuccess;
}
} // namespace ee_emulator

cudaError_t cudaPeekAtLastError() { return ee_emulator::last_error; }
cudaError_t cudaGetLastError() { return ee_emulator::last_error; }
cudaError_t cudaGetDevice(int *device) {
  *device = 0;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr, int) {
  *value = 132;
  return cudaSuccess;
}
