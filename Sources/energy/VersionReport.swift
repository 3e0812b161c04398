import EnergyCPU
import EnergyDriver
import Glibc

/// `energy --version`: what this program is and what it finds on this computer.
enum VersionReport {
  /// The facts, each with the name of its field in JSON.
  private static var facts: [(field: String, title: String, value: String)] {
    [
      ("build", "build", build + ", Swift " + swift),
      ("vector_level", "vectors", "\(VectorLevel.best)"),
      ("blas", "BLAS", Libraries.blas),
      ("gpu", "GPU", gpu),
    ]
  }

  static var text: String {
    (["energy \(energyVersion)"]
      + facts.map { "  " + $0.title + String(repeating: " ", count: 10 - $0.title.count) + $0.value })
      .joined(separator: "\n")
  }

  static var json: JSON {
    .object([("ok", .bool(true)), ("version", .string(energyVersion))] + facts.map { ($0.field, .string($0.value)) })
  }

  private static var build: String {
    #if DEBUG
      "debug"
    #else
      "release"
    #endif
  }

  private static var swift: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #elseif compiler(>=6.2)
      "6.2"
    #elseif compiler(>=6.1)
      "6.1"
    #else
      "6.0"
    #endif
  }

  /// What the CUDA driver says, if there is one.
  private static var gpu: String {
    guard let library = dlopen("libcuda.so.1", RTLD_LAZY) else { return "no CUDA driver (libcuda.so.1)" }
    defer { dlclose(library) }
    guard let address = dlsym(library, "cuDriverGetVersion") else { return "a CUDA driver" }
    let version = unsafeBitCast(address, to: (@convention(c) (UnsafeMutablePointer<Int32>) -> Int32).self)
    var number: Int32 = 0
    guard version(&number) == 0 else { return "a CUDA driver" }
    return "CUDA driver \(number / 1000).\(number % 1000 / 10)"
  }
}
