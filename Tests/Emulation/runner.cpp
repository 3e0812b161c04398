// Calls compiled artefacts as jobs say, one job a line of standard input:
//
//   artefact function n rows samples parameters misalignment order last flags
//
// `samples` and `parameters` are places in the file of doubles that the first argument names. The batch has n rows, the
// `rows` samples over and over. The results of the first ones go to the file that the second argument names; all others
// must have the same bits as the row of the same sample. A line of output a job:
//
//   status count efficiency x-read first-written second-written message
#include "arrays.hpp"
#include "emulator.hpp"

#include <algorithm>
#include <map>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

namespace {
std::map<std::string, const ee_artefact *> &artefacts() {
  static std::map<std::string, const ee_artefact *> table;
  return table;
}

const char *const functions[] = {"energy", "score", "energy_score", "laplacian", "gradient"};

struct Job {
  char artefact[256], function[32], order[16], flags[32];
  long long n, rows, samples, parameters, misalignment, last;
  bool has(char flag) const { return strchr(flags, flag) != nullptr; }
};

int current_job = -1;

void on_fault(int signal) {
  char text[64];
  const int length = snprintf(text, sizeof text, "job %d: %s\n", current_job, strsignal(signal));
  if (write(STDERR_FILENO, text, length) < 0) _exit(87);
  _exit(86);
}

void handle_faults() {
  static char stack[1 << 16];
  stack_t alternative = {};
  alternative.ss_sp = stack;
  alternative.ss_size = sizeof stack;
  sigaltstack(&alternative, nullptr);
  struct sigaction action = {};
  action.sa_handler = on_fault;
  action.sa_flags = SA_ONSTACK;
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE}) sigaction(signal, &action, nullptr);
}

/// Reads doubles into the artefact's precision.
void fill(char *target, const double *source, long long count, int bytes) {
  for (long long i = 0; i < count; i++) {
    if (bytes == 4) {
      reinterpret_cast<float *>(target)[i] = static_cast<float>(source[i]);
    } else {
      reinterpret_cast<double *>(target)[i] = source[i];
    }
  }
}

double real(const char *source, long long i, int bytes) {
  return bytes == 4 ? reinterpret_cast<const float *>(source)[i] : reinterpret_cast<const double *>(source)[i];
}

struct Result {
  Guarded memory;
  long long width;
  const char *name;
};

class Run {
public:
  Run(const Job &job, const ee_artefact &artefact, const std::vector<double> &data, FILE *results)
    : job(job), artefact(artefact), data(data), results(results), bytes(artefact.real_bytes) {}

  void operator()() {
    ee_emulator::reset();
    ee_emulator::settings.order = *job.order == 'd'   ? ee_emulator::Order::descending
                                  : *job.order == 's' ? ee_emulator::Order::shuffled
                                                      : ee_emulator::Order::ascending;
    ee_emulator::settings.last_blocks = job.last;
    ee_emulator::settings.counts_sectors = job.has('s');
    const int what = std::find(functions, functions + 5, std::string(job.function)) - functions;
    const long long count = job.has('h') ? 1 : std::max(0ll, job.n);
    Guarded x(count * artefact.width * bytes, job.misalignment * bytes);
    write_samples(x.start(), count);
    std::vector<Result> outputs;
    if (what != EE_SCORE) {
      outputs.push_back(result(what == EE_GRADIENT ? artefact.gradient_count : count, 1, functions[what]));
    }
    if (what == EE_SCORE || what == EE_ENERGY_SCORE) outputs.push_back(result(count * artefact.width, artefact.width, "score"));
    if (what == EE_GRADIENT) outputs[0].width = artefact.gradient_count;
    std::vector<Guarded> tables;
    std::vector<const void *> pointers;
    write_parameters(tables, pointers);
    Guarded workspace(artefact.workspace(what, count), 0, 256);
    add("x", x, false);
    for (Result &output : outputs) add(output.name, output.memory, true);
    add("workspace", workspace, true);
    for (size_t i = 0; i < tables.size(); i++) add("parameter " + std::to_string(i + 1), tables[i], false, true);

    ee_arguments arguments = {};
    arguments.x = job.has('x') ? nullptr : x.start();
    arguments.n = job.n;
    arguments.first = job.has('a') ? nullptr : outputs[0].memory.start();
    arguments.second = outputs.size() < 2 || job.has('b') ? nullptr : outputs[1].memory.start();
    arguments.parameters = job.has('p') ? nullptr : pointers.data();
    arguments.workspace = job.has('w') ? nullptr : workspace.start();
    const int status = artefact.call(what, &arguments);
    if (status == 0 && ee_emulator::message.empty()) check(outputs);
    finish(status, what, outputs);
  }

private:
  const Job &job;
  const ee_artefact &artefact;
  const std::vector<double> &data;
  FILE *results;
  const int bytes;

  Result result(long long count, long long width, const char *name) {
    return Result{Guarded(count * bytes, job.misalignment * bytes), width, name};
  }

  static void add(const std::string &name, Guarded &memory, bool is_writable, bool is_table = false) {
    ee_emulator::Array array;
    array.name = name;
    array.start = memory.start();
    array.bytes = memory.bytes();
    array.is_writable = is_writable;
    array.is_table = is_table;
    ee_emulator::arrays.push_back(array);
  }

  /// Of a batch that isn't run as a whole only the end is written: the rest stays untouched pages.
  long long first_row(long long count) const { return job.last ? std::max(0ll, count - (1 << 14)) : 0; }

  void write_samples(char *x, long long count) {
    for (long long row = first_row(count); row < count; row++) {
      const double *source = data.data() + job.samples + row % job.rows * artefact.width;
      fill(x + row * artefact.width * bytes, source, artefact.width, bytes);
    }
  }

  void write_parameters(std::vector<Guarded> &tables, std::vector<const void *> &pointers) {
    const double *source = data.data() + job.parameters;
    for (int i = 0; i < artefact.parameter_count; i++) {
      const int64_t size = artefact.parameter_sizes[i];
      tables.emplace_back(size * bytes, 0);
      fill(tables.back().start(), source, size, bytes);
      pointers.push_back(tables.back().start());
      source += size;
    }
  }

  void check(std::vector<Result> &outputs) {
    char text[256];
    for (Result &output : outputs) {
      if (!output.memory.is_guard_whole()) {
        snprintf(text, sizeof text, "something was written beside %s", output.name);
        ee_emulator::message = text;
      }
      if (job.has('r') || job.has(output.name[0] == 's' ? 'b' : 'a') || !strcmp(output.name, "gradient")) continue;
      const size_t size = output.width * bytes;
      for (long long row = std::max(first_row(job.n) ? job.n - 4 * job.rows : 0, job.rows); row < job.n; row++) {
        const long long same = row - job.rows;
        if (!memcmp(output.memory.start() + row * size, output.memory.start() + same * size, size)) continue;
        snprintf(text, sizeof text, "%s of row %lld has other bits than that of row %lld with the same sample", output.name, row, same);
        if (ee_emulator::message.empty()) ee_emulator::message = text;
        break;
      }
    }
  }

  void finish(int status, int what, std::vector<Result> &outputs) {
    std::vector<double> values;
    const long long begin = job.last ? (job.n - 2 * job.rows) / job.rows * job.rows : 0;
    const long long end = std::min(begin + job.rows, job.n);
    for (Result &output : outputs) {
      const bool has_rows = job.n > 0 || (job.n == 0 && what == EE_GRADIENT);
      const bool is_missing = status != 0 || !has_rows || job.has(&output == &outputs[0] ? 'a' : 'b');
      if (is_missing) continue;
      const long long from = what == EE_GRADIENT ? 0 : begin * output.width;
      const long long to = what == EE_GRADIENT ? output.width : end * output.width;
      for (long long i = from; i < to; i++) values.push_back(real(output.memory.start(), i, bytes));
    }
    fwrite(values.data(), sizeof(double), values.size(), results);
    const auto &arrays = ee_emulator::arrays;
    printf(
      "%d %zu %.4f %llu %llu %llu %s\n", status, values.size(), ee_emulator::lowest_efficiency(), arrays[0].read,
      arrays[1].written, outputs.size() > 1 ? arrays[2].written : 0, ee_emulator::message.c_str());
    fflush(stdout);
  }
};
} // namespace

extern "C" void ee_register(const ee_artefact *artefact) { artefacts()[artefact->name] = artefact; }

int main(int count, char **arguments) {
  if (count != 3) return 2;
  handle_faults();
  FILE *input = fopen(arguments[1], "rb"), *results = fopen(arguments[2], "wb");
  if (!input || !results) return 2;
  fseek(input, 0, SEEK_END);
  std::vector<double> data(ftell(input) / sizeof(double));
  rewind(input);
  if (fread(data.data(), sizeof(double), data.size(), input) != data.size()) return 2;
  Job job;
  while (scanf(
           "%255s %31s %lld %lld %lld %lld %lld %15s %lld %31s", job.artefact, job.function, &job.n, &job.rows,
           &job.samples, &job.parameters, &job.misalignment, job.order, &job.last, job.flags) == 10) {
    current_job++;
    const auto found = artefacts().find(job.artefact);
    if (found == artefacts().end()) {
      fprintf(stderr, "job %d: no artefact %s\n", current_job, job.artefact);
      return 2;
    }
    Run(job, *found->second, data, results)();
  }
  fclose(results);
  return 0;
}
