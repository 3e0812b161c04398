import EnergyCPU
import Foundation
import Testing

@testable import EnergyCodegen
@testable import EnergyDriver

/// Matrices that no stack has room for, of 1,100 x 1,100 numbers: what is computed of them once for all rows, and the
/// copies that linear algebra works on.
@Suite struct LargeMatrixTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let program: String
    /// At the sample whose first and third entries are 1, the others 0.
    let energy: Double
    let score: [Int: Double]
    var testDescription: String { name }
  }

  static let size = 1_100
  /// What is computed is so cheap that the numbers can be said here.
  static let cases = [
    Case(
      name: "symmetric part",
      program: "param A : matrix[1100, 1100] = [i + 2*j for i in 1..1100, j in 1..1100]\n"
        + "energy f(x : vector[1100]) = x^T A x",
      energy: 3 + 7 + 5 + 9, score: [0: -(6 + 12), 1: -(9 + 15), 2: -(12 + 18), 1_099: -(3_303 + 3_309)]),
    Case(
      name: "determinant",
      program: "param A : matrix[1100, 1100] = 2*eye(1100)\nenergy f(x : vector[1100]) = sumsq(x)*logdet(A)",
      energy: 2 * 1_100 * log(2.0), score: [0: -2 * 1_100 * log(2.0), 1: 0]),
    Case(
      name: "equations",
      program: "param A : matrix[1100, 1100] = 2*eye(1100)\nenergy f(x : vector[1100]) = x^T solve(A, x)",
      energy: 1, score: [0: -1, 1: 0, 2: -1]),
  ]

  private func request(
    _ program: String, _ precision: Precision = .f64, what: [EmissionRequest.What] = [.energyScore],
    isBaked: Bool = false
  ) throws -> EmissionRequest {
    var sessionOptions = SessionOptions()
    sessionOptions.precision = precision
    let session = Session(
      .init(name: "large.energy", text: program), form: .file, options: sessionOptions, files: MemoryFiles())
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    var options = EmissionOptions()
    options.what = what
    options.isBaked = isBaked
    return try session.emissionRequest(of: session.energy(named: "f"), options)
  }

  private static let sample = (0..<size).map { $0 == 0 || $0 == 2 ? 1.0 : 0 }

  private func job(_ what: EmissionRequest.What) -> ArtefactBatch.Job {
    .init(artefact: 0, what: what, rows: 1, samples: Self.sample)
  }

  @Test(
    .enabled(if: Emulator.isAvailable, "needs a compiler of C and one of C++"), arguments: cases,
    ArtefactBatch.Target.allCases)
  func run(_ item: Case, _ target: ArtefactBatch.Target) throws {
    let result = try ArtefactBatch([request(item.program)], target).run([job(.energyScore)])[0]
    #expect(result.status == 0 && result.problem.isEmpty, "\(result.problem)")
    try #require(result.values.count == 1 + Self.size)
    #expect(abs(result.values[0] - item.energy) <= 1e-12 * abs(item.energy))
    for (entry, expected) in item.score {
      #expect(abs(result.values[1 + entry] - expected) <= 1e-12 * abs(expected), "entry \(entry)")
    }
  }

  /// Every allocation in turn finds no memory.
  @Test(
    .enabled(if: Emulator.isAvailable, "needs a compiler of C and one of C++"),
    arguments: [
      "malloc(sizeof(f_gradient_uniforms))", "aligned_alloc(64, sizeof(f_gradient_scratch))", "malloc(1210000*",
    ])
  func isToldWithoutMemory(_ allocation: String) throws {
    let batch = try ArtefactBatch([request(Self.cases[1].program, what: [.gradient])], .c) { text in
      try #require(text.contains(allocation))
      let failed = allocation.hasSuffix("*") ? "malloc(0*" : "NULL"
      return text.replacing(allocation, with: failed).replacing("if (!partial)", with: "if (1)")
    }
    #expect(try batch.run([job(.gradient)])[0].status == 2)
  }

  /// Beyond 16 KB an array that all rows share is a field of a struct, which lies in memory of malloc's or in the
  /// workspace.
  @Test(arguments: cases, [Precision.f64, .f32])
  func noFunctionDeclaresALargeArray(_ item: Case, _ precision: Precision) throws {
    let request = try request(item.program, precision, what: EmissionRequest.What.allCases)
    let c = try CHeader(request).file().text
    #expect(try largestArray(c, isSingle: request.isSingle) <= 16 << 10)
    #expect(c.contains("free(u);") && c.contains("EE_OUT_OF_MEMORY where"))
    let cuda = try CUDASource(request).files()[0].text
    #expect(try largestArray(cuda, isSingle: request.isSingle) <= 16 << 10)
  }

  /// Few numbers come of it, but the copy is large: not even with constants is it made on the host's stack.
  @Test func aConstantMatrixIsCopiedInTheWorkspace() throws {
    let program = "param A : matrix[64, 64] = 2*eye(64)\nenergy f(x : vector[2]) = sumsq(x)*logdet(A)"
    let request = try request(program, isBaked: true)
    let cuda = try CUDASource(request).files()[0].text
    #expect(try cuda.contains("f_energy_score_f64_prepare") && largestArray(cuda, isSingle: false) <= 16 << 10)
    let c = try CHeader(request).file().text
    #expect(try c.contains("_uniforms u;") && largestArray(c, isSingle: false) <= 16 << 10)
  }

  /// Bytes of the largest array of numbers that a function declares.
  private func largestArray(_ text: String, isSingle: Bool) throws -> Int {
    var isInStruct = false
    var largest = 0
    for line in text.split(separator: "\n") {
      if line.hasPrefix("typedef struct ") || line.hasPrefix("struct ") { isInStruct = line.hasSuffix("{") }
      if line.hasPrefix("}") { isInStruct = false }
      guard !isInStruct, let array = line.wholeMatch(of: #/ +(?:double|float) [a-z_0-9]+((?:\[[0-9]+\])+);/#) else {
        continue
      }
      let count = array.1.split { !$0.isNumber }.compactMap { Int($0) }.reduce(1, *)
      largest = max(largest, count * (isSingle ? 4 : 8))
    }
    return largest
  }

  @Test func smallMatricesStayOnTheStack() throws {
    let program = "param A : matrix[8, 8] = 2*eye(8)\nenergy f(x : vector[8]) = sumsq(x)*logdet(A) + x^T solve(A, x)"
    let c = try CHeader(request(program)).file().text
    #expect(c.contains("double work[64];") && c.contains("_uniforms u;"))
    #expect(!c.contains("malloc(") && !c.contains("EE_OUT_OF_MEMORY where"))
  }
}
