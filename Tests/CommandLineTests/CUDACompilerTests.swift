import Foundation
import Testing

/// A few energies through nvcc, where it is (Tests/CUDA/check.py; `make cuda-check` takes all).
@Suite struct CUDACompilerTests {
  private static let compiler: String? = {
    let variables = ProcessInfo.processInfo.environment
    if let given = variables["NVCC"] { return given }
    return (variables["PATH"] ?? "").split(separator: ":").map { "\($0)/nvcc" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  @Test(.enabled(if: compiler != nil, "needs nvcc on the PATH or in NVCC")) func machineCode() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["python3", root.appendingPathComponent("Tests/CUDA/check.py").path, "--no-install", "--program"]
      + [Program.url.path, "--only", "w1_double_well", "w2_rosenbrock", "normal", "lennard_jones_13"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(output)")
  }
}
