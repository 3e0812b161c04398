import EnergyCPU
import EnergyCodegen
import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// What the CUDA target writes; that it computes the right numbers is for `ParityTests`.
@Suite struct CUDAEmissionTests {
  private func files(_ text: String, dims: [String: Int] = [:], _ change: (inout EmissionOptions) -> Void = { _ in })
    throws -> [EmittedFile]
  {
    let session = session(text, dims: dims) { $0.precision = .f32 }
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    var options = EmissionOptions()
    change(&options)
    return try session.emission(of: session.energy(named: "f"), for: .cuda, options)
  }

  @Test func theSameInputGivesTheSameBytes() throws {
    let text = "param W : matrix[9, 8] = [i*j for i in 1..9, j in 1..8]\nenergy f(x : vector[8]) = sum(tanh(W x))"
    let texts = try (0..<100).map { _ in try files(text).map(\.text) }
    #expect(Set(texts).count == 1)
  }

  /// Strategy, threads and shared bytes of energy and score together.
  @Test(arguments: [
    ("energy f(x : vector[16]) = sum((x^2 - 1)^2)", "registers", 128, 8_192),
    (
      "energy f(X : matrix[13, 3]) = sum(i in 1..13, j in i+1..13: 1/sumsq(X[i, :] - X[j, :])^3)", "registers", 128,
      19_968
    ),
    (
      "energy f(X : matrix[20, 3]) = sum(i in 1..20, j in i+1..20: 1/sumsq(X[i, :] - X[j, :])^3)", "shared frame", 64,
      32_000
    ),
    ("energy f(x : vector[72]) = sum((x^2 - 1)^2)", "shared frame", 64, 37_120),
    (
      "param X : matrix[2000, 8]\nparam y : vector[2000]\nenergy f(w : vector[8]) = sum(i in 1..2000: softplus(-y[i]*dot(w, X[i, :])))",
      "registers", 128, 4_096
    ),
    (
      "param M : matrix[300, 4]\nenergy f(x : vector[4]) = -logsumexp(k in 1..300: -0.5*sumsq(x - M[k, :]))",
      "registers",
      128, 2_048
    ),
    (
      "param M : matrix[3000, 8]\nenergy f(x : vector[8]) = -logsumexp(k in 1..3000: -0.5*sumsq(x - M[k, :]))",
      "registers", 128, 4_096
    ),
    (
      "param M : matrix[1000, 48]\nenergy f(x : vector[48]) = -logsumexp(k in 1..1000: -0.5*sumsq(x - M[k, :]))",
      "warp",
      128, 33_536
    ),
    (
      "param A : matrix[60, 8]\nenergy f(x : vector[8]) = min(k in 1..60: sumsq(x - A[k, :]))", "shared frame", 64,
      35_072
    ),
    ("energy f(x : vector[257]) = sum((x^2 - 1)^2)", "warp", 128, 8_320),
    ("energy f(x : vector[1024]) = sum((x^2 - 1)^2)", "warp", 128, 16_384),
    (
      "energy f(p : matrix[32, 32]) = sum(i in 1..32, j in 1..32: (p[i, j] - p[wrap(i+1, 32), j])^2 + p[i, j]^4)",
      "block",
      256, 4_096
    ),
    ("energy f(x : vector[8000]) = sum((x^2 - 1)^2)", "block", 256, 32_000),
    ("energy f(x : vector[30000]) = sum((x^2 - 1)^2)", "workspace block", 256, 0),
    ("energy f(x : vector[700]) = sumsq(scan(t in 1..700, s = 0: sin(s) + x[t]))", "local frame", 128, 0),
  ])
  func theProgramDecides(_ text: String, _ kind: String, _ threads: Int, _ shared: Int) throws {
    let session = session(text) { $0.precision = .f32 }
    var options = EmissionOptions()
    options.what = [.energyScore]
    let request = try session.emissionRequest(of: session.energy(named: "f"), options)
    let strategy = try CUDASource(request).functions[0].strategy
    #expect(strategy.kind.rawValue == kind, "\(strategy)")
    #expect(strategy.threads == threads)
    #expect(strategy.sharedBytes == shared)
    #expect(!strategy.reason.isEmpty && !strategy.reason.hasSuffix("."))
    // Threads that go for the same number of their frames meet in no bank.
    if strategy.kind == .sharedFrame { #expect(strategy.frame % 2 == 1) }
  }

  /// Loops over what all samples share keep the sample in registers, which arrays with an entry a round can't.
  @Test(arguments: [
    ("-logsumexp(k in 1..900: -0.5*sumsq(x - T[k, :]))", EmissionRequest.What.energyScore, 2, "expf"),
    ("sum(k in 1..900: softplus(dot(x, T[k, :])))", .energyScore, 1, "ee_sigmoidf"),
    ("sum(k in 1..900: softplus(dot(x, T[k, :])))", .laplacian, 1, "ee_sigmoidf"),
  ])
  func aLongTableIsLoopedOver(_ text: String, _ what: EmissionRequest.What, _ loops: Int, _ function: String) throws {
    let session = session("param T : matrix[900, 4]\nenergy f(x : vector[4]) = \(text)") { $0.precision = .f32 }
    var options = EmissionOptions()
    options.what = [what]
    let source = try CUDASource(session.emissionRequest(of: session.energy(named: "f"), options))
    let lines = source.files()[0].text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    let start = try #require(lines.firstIndex { $0.contains("EE_DEVICE void f_\(what.rawValue)_sample") })
    let body = lines[start...].prefix { $0 != "template <bool ALIGNED>" }
    #expect(body.count { $0 == "#pragma unroll 1" } == loops)
    #expect(body.count { $0.hasPrefix("for (int k = 0; k < 900") } == loops)
    #expect(body.count { $0.contains("\(function)(") } == 1)
    #expect(!body.contains { $0.contains("[900]") && $0.hasPrefix("float") })
  }

  /// Each input is read once and each output written once, as long as a sample's arrays stay in the multiprocessor.
  @Test(arguments: [
    "energy f(x : vector[16]) = sum((x^2 - 1)^2)", "energy f(x : vector[32]) = sum(i in 1..31: (x[i+1] - x[i]^2)^2)",
    "param M : matrix[16, 8]\nenergy f(x : vector[8]) = -logsumexp(k in 1..16: -0.5*sumsq(x - M[k, :]))",
    "param P : matrix[64, 64]\nenergy f(x : vector[64]) = 0.5*x^T P x",
    "param W : matrix[128, 8]\nparam V : matrix[128, 128]\nenergy f(x : vector[8]) = sum(silu(V silu(W x)))",
  ])
  func theReportMovesWhatIsNeeded(_ text: String) throws {
    let session = session(text) { $0.precision = .f32 }
    var options = EmissionOptions()
    options.what = [.energyScore]
    let report = try session.emissionReport(of: session.energy(named: "f"), options)
    let function = report.functions[0]
    #expect(function.movedBytes <= 1.1 * function.leastBytes)
    #expect(function.operations > 0)
  }

  @Test func whatIsTooLargeToBakeIsRefused() throws {
    #expect(throws: Diagnostic.self) {
      try files("param W : matrix[40000, 40000]\nenergy f(x : vector[40000]) = sumsq(W x)") { $0.isBaked = true }
    }
    let session = session("param W : matrix[40000, 40000]\nenergy f(x : vector[40000]) = sumsq(W x)")
    var options = EmissionOptions()
    options.isBaked = true
    do {
      _ = try session.emission(of: session.energy(named: "f"), for: .cuda, options)
      Issue.record("nothing was thrown")
    } catch let error as Diagnostic {
      #expect(error.code == .limit)
      #expect(error.message.contains("1600000000 numbers"))
    }
  }

  /// Helper functions that a source doesn't call aren't in it.
  @Test func aSourceHasWhatItUses() throws {
    let text = try files("energy f(x : vector[4]) = sumsq(x)").first { $0.name == "f.cu" }?.text ?? ""
    for name in ["ee_frames_in", "ee_quick_divide", "ee_index_mod", "EE_NAN", "ee_copy_in", "EE_DYNAMIC_SHARED"] {
      #expect(!text.contains(name), "\(name)")
    }
    #expect(text.contains("ee_tile_in"))
  }

  /// Programs in C know nothing of CUDA.
  @Test(.enabled(if: HostCompiler.c != nil)) func theHeaderIsPlainC() throws {
    let folder = try ScratchFolder("cuda-header")
    let text = "param a = 2\nparam m : vector[3] = [1, 2, 3]\nenergy f(x : vector[3]) = a*sumsq(x - m)"
    for file in try files(text) { try folder.write(file.text, to: file.name) }
    try folder.write(
      """
      #include "f.h"
      int call(const float *x, int64_t n, float *energy, float *score, cudaStream_t stream) {
        const f_params parameters = {.a = 2, .m = {1, 2, 3}};
        return f_energy_score_f32(x, n, energy, score, &parameters, stream);
      }
      size_t bytes(int64_t n) { return f_gradient_workspace_f32(n) + F_DIM*F_ABI; }

      """, to: "program.c")
    let compiler = try #require(HostCompiler.c)
    try HostCompiler.run(
      compiler, ["-std=c99", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", folder.path("program.c")])
  }
}
