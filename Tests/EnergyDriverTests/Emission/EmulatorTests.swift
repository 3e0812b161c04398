import EnergyCodegen
import Foundation
import Testing

/// The emulator on kernels by hand (Tests/Emulation/kernels): it runs right ones and finds what is wrong with others.
@Suite(.enabled(if: Emulator.isAvailable, "needs a compiler of C and one of C++")) struct EmulatorTests {
  private static let kernels = Emulator.folder.appending(path: "kernels")
  private static let rows = 7
  private static let chain = points(rows, width: 16).flatMap { $0 }.map { Double(Float($0)) }
  private static let ring = points(rows, width: 256, seed: 9).flatMap { $0 }

  /// A change to a kernel, and words of what must be found.
  struct Mutation: Sendable, CustomTestStringConvertible {
    let what: String
    let file: String
    let old: String
    let new: String
    let finding: String
    var testDescription: String { what }
  }

  static let mutations: [Mutation] = [
    .init(
      what: "no barrier behind the copy", file: "chain.cu", old: "__syncthreads();\n  float v", new: "\n  float v",
      finding: "nan"),
    .init(
      what: "no barrier before the copy back", file: "chain.cu", old: "__syncthreads();\n  float4 *target",
      new: "float4 *target", finding: "not"),
    .init(
      what: "no barrier before the sum of a block", file: "ring.cu", old: "__syncthreads();", new: "", finding: "nan"),
    .init(
      what: "a barrier that half of the threads reach", file: "chain.cu", old: "__syncthreads();\n  float4 *target",
      new: "if (tid < 64) __syncthreads();\n  float4 *target", finding: "waits at the barrier"),
    .init(
      what: "a return before a barrier", file: "chain.cu", old: "__syncthreads();\n  float v",
      new: "if (tid >= rows) return;\n  __syncthreads();\n  float v", finding: "has returned"),
    .init(
      what: "a shuffle without half of its lanes", file: "ring.cu",
      old: "springs += __shfl_xor_sync(0xffffffffu, springs, step);",
      new: "if (lane < 16) springs += __shfl_xor_sync(0xffffffffu, springs, step);", finding: "waits at the shuffle"),
    .init(
      what: "a shuffle with half a mask", file: "ring.cu", old: "__shfl_xor_sync(0xffffffffu, squares",
      new: "__shfl_xor_sync(0xffffu, squares", finding: "without all lanes"),
    .init(
      what: "no swizzle in one place", file: "chain.cu", old: "tile[chain_unit(tid, c)] = make",
      new: "tile[tid*CHAIN_UNITS + c] = make", finding: "not"),
    .init(
      what: "one energy too many", file: "chain.cu", old: "if (tid < rows)", new: "if (tid <= rows)",
      finding: "bytes at byte"),
    .init(
      what: "one row too many read", file: "chain.cu", old: "u < rows*CHAIN_UNITS; u += CHAIN_BLOCK) {\n      tile",
      new: "u < (rows + 1)*CHAIN_UNITS; u += CHAIN_BLOCK) {\n      tile", finding: "bytes at byte"),
    .init(
      what: "one row too many written", file: "chain.cu",
      old: "u < rows*CHAIN_UNITS; u += CHAIN_BLOCK) {\n    ee_store",
      new: "u < (rows + 1)*CHAIN_UNITS; u += CHAIN_BLOCK) {\n    ee_store", finding: "bytes at byte"),
    .init(
      what: "one row too few", file: "chain.cu", old: "const int rows = n - base < CHAIN_BLOCK ? (int)(n - base)",
      new: "const int rows = n - base < CHAIN_BLOCK ? (int)(n - base - 1)", finding: "not"),
    .init(
      what: "a full tile one row too early", file: "chain.cu", old: "if (rows == CHAIN_BLOCK)",
      new: "if (rows >= CHAIN_BLOCK - 1)", finding: "bytes at byte"),
    .init(
      what: "a swapped index", file: "chain.cu", old: "v[4*c + 1] = unit.y;\n    v[4*c + 2] = unit.z;",
      new: "v[4*c + 2] = unit.y;\n    v[4*c + 1] = unit.z;", finding: "not"),
    .init(
      what: "an uncoalesced index", file: "chain.cu", old: "const int u = tid + i*CHAIN_BLOCK;",
      new: "const int u = tid*CHAIN_UNITS + i;", finding: "of the sectors"),
    .init(
      what: "no test of the alignment", file: "chain.cu", old: "(uintptr_t)score) & 15)",
      new: "(uintptr_t)score) & 0)", finding: "misaligned"),
    .init(
      what: "a base of 32 bits", file: "chain.cu", old: "const long long base = (long long)blockIdx.x*CHAIN_BLOCK;",
      new: "const int base = (int)blockIdx.x*CHAIN_BLOCK*CHAIN_DIM/CHAIN_DIM;", finding: "outside"),
    .init(
      what: "shared memory that is too small", file: "chain.cu", old: "tile, CHAIN_BLOCK*CHAIN_UNITS",
      new: "tile, CHAIN_BLOCK*CHAIN_UNITS - 1", finding: "behind an array in shared memory"),
    .init(
      what: "too little dynamic shared memory", file: "ring.cu", old: "RING_ROWS*sizeof(double)",
      new: "(RING_ROWS - 1)*sizeof(double)", finding: "behind an array in shared memory"),
    .init(
      what: "more dynamic shared memory than allowed", file: "ring.cu", old: "RING_ROWS*sizeof(double)",
      new: "(64 << 10)", finding: "can't be launched"),
    .init(
      what: "an empty grid", file: "chain.cu", old: "if (n == 0) return cudaSuccess;", new: "",
      finding: "can't be launched"),
    .init(
      what: "a neighbour's lane", file: "ring.cu", old: "(lane + 1)%32", new: "(lane + 2)%32", finding: "not"),
  ]

  @Test func kernelsByHandAreRight() throws {
    let problems = try problems { _, text in text }
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
  }

  @Test(arguments: mutations)
  func isFound(_ mutation: Mutation) throws {
    let problems = try problems { file, text in
      guard file == mutation.file else { return text }
      try #require(text.contains(mutation.old), "\(mutation.what): the kernel has no such place")
      return text.replacing(mutation.old, with: mutation.new)
    }
    #expect(problems.contains { $0.contains(mutation.finding) }, "\(mutation.what): \(problems)")
  }

  private func problems(_ edit: (String, String) throws -> String) throws -> [String] {
    let names = ["chain.cu", "ring.cu"]
    let files = try names.map { name in
      let text = try String(contentsOf: Self.kernels.appending(path: name), encoding: .utf8)
      return EmittedFile(name: name, text: try edit(name, text))
    }
    let main = try String(contentsOf: Self.kernels.appending(path: "batch.cpp"), encoding: .utf8)
    let artefacts = [ArtefactBatch.Artefact(name: "chain", width: 16), .init(name: "ring", width: 256)]
    let batch = try ArtefactBatch(artefacts, .cuda, main, files: files)
    var jobs: [ArtefactBatch.Job] = []
    for (artefact, samples) in [Self.chain, Self.ring].enumerated() {
      func add(_ rows: Int, _ change: (inout ArtefactBatch.Job) -> Void) {
        var job = ArtefactBatch.Job(artefact: artefact, what: .energyScore, rows: rows, samples: samples)
        change(&job)
        jobs.append(job)
      }
      for rows in [1, 5, 127, 128, 129, 300] {
        for order in ArtefactBatch.Order.allCases { add(rows) { $0.order = order } }
      }
      add(256) { $0.flags = .countsSectors }
      if artefact == 0 {
        add(0) { _ in }
        add(300) { $0.misalignment = 1 }
        // More than 2³¹ numbers, of which only the last blocks are computed.
        add((1 << 31) / 16 + 300) { $0.lastBlocks = 64 }
      }
    }
    return zip(jobs, try batch.run(jobs)).compactMap { job, result in
      problem(job, result).map { "n = \(job.rows), \(job.order): \($0)" }
    }
  }

  private func problem(_ job: ArtefactBatch.Job, _ result: ArtefactBatch.Result) -> String? {
    if !result.problem.isEmpty { return result.problem }
    if result.status != 0 { return "status \(result.status)" }
    if job.flags.contains(.countsSectors), result.efficiency < 0.9 { return "\(result.efficiency) of the sectors" }
    let count = min(job.rows, Self.rows)
    let expected = (0..<count).map { row in
      job.artefact == 0
        ? Self.chainModel(Array(Self.chain[16 * row..<16 * row + 16]))
        : Self.ringModel(Array(Self.ring[256 * row..<256 * row + 256]))
    }
    let tolerance = job.artefact == 0 ? 1e-5 : 1e-12
    for (a, b) in zip(result.values, expected.map(\.energy) + expected.flatMap(\.score)) {
      if !(abs(a - b) <= tolerance * (abs(b) + 10)) { return "\(a), not \(b)" }
    }
    return result.values.isEmpty && count > 0 ? "no values" : nil
  }

  private static func chainModel(_ x: [Double]) -> (energy: Double, score: [Double]) {
    var energy = 0.0
    var score = x.map { -4 * $0 * ($0 * $0 - 1) }
    for i in 0..<16 { energy += (x[i] * x[i] - 1) * (x[i] * x[i] - 1) }
    for i in 0..<15 {
      let step = x[i + 1] - x[i]
      energy += 0.5 * step * step
      score[i] += step
      score[i + 1] -= step
    }
    return (energy, score)
  }

  private static func ringModel(_ x: [Double]) -> (energy: Double, score: [Double]) {
    let squares = x.reduce(0) { $0 + $1 * $1 }
    var energy = 0.25 * squares * squares / 256
    var score = x.map { -squares * $0 / 256 }
    for i in 0..<256 {
      let step = x[(i + 1) % 256] - x[i]
      energy += 0.5 * step * step
      score[i] += step
      score[(i + 1) % 256] -= step
    }
    return (energy, score)
  }
}
