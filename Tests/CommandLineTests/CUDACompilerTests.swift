import Foundation
import Testing

/// A few energies through nvcc, where it is (Tests/CUDA/check.py; `make cuda-check` takes all).
@Suite struct CUDACompilerTests {
  /// $NVCC, nvcc on the PATH, or that of the wheels which `make cuda-check` installs.
  private static let compiler: String? = {
    let variables = ProcessInfo.processInfo.environment
    if let given = variables["NVCC"] { return given }
    let files = FileManager.default
    let places = (variables["PATH"] ?? "").split(separator: ":").map(String.init) + wheels(files)
    return places.map { "\($0)/nvcc" }.first { files.isExecutableFile(atPath: $0) }
  }()

  private static func wheels(_ files: FileManager) -> [String] {
    func within(_ folder: String, _ start: String) -> [String] {
      ((try? files.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix(start) }.map { "\(folder)/\($0)" }
    }
    return within(root.path + "/.venv/lib", "python").flatMap { within("\($0)/site-packages/nvidia", "cu") }
      .map { "\($0)/bin" }
  }

  @Test(.enabled(if: compiler != nil, "needs nvcc on the PATH, in NVCC or in .venv")) func machineCode() throws {
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
