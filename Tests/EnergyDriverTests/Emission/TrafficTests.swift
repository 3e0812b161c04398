import EnergyCPU
import Foundation
import Testing

@testable import EnergyCodegen
@testable import EnergyDriver

/// What the report says that a call moves, and what emitted kernels ask the emulator's memory for, on the reference
/// workloads.
@Suite(.enabled(if: Emulator.isAvailable, "needs a compiler of C and one of C++")) struct TrafficTests {
  struct Workload: Decodable, Sendable {
    let program: String
    let sizes: [String: Int]
  }

  static let workloads: [String: Workload] = {
    let file = root.appendingPathComponent("Tests/CUDA/workloads.json")
    guard let data = try? Data(contentsOf: file) else { return [:] }
    return (try? JSONDecoder().decode([String: Workload].self, from: data)) ?? [:]
  }()

  @Test func thereAreSixWorkloadsAndMore() {
    for name in ["w1", "w2", "w3", "w4", "w5", "w6", "lennard_jones", "phi4"] {
      #expect(Self.workloads.keys.contains { $0.hasPrefix(name) }, "\(name)")
    }
  }

  @Test(arguments: workloads.keys.sorted(), [Precision.f32, .f64])
  func kernelsMoveWhatTheReportSays(_ name: String, _ precision: Precision) throws {
    let workload = try #require(Self.workloads[name])
    let session = session(workload.program, dims: workload.sizes) { $0.precision = precision }
    var options = EmissionOptions()
    options.what = [.energyScore]
    let energy = try session.energy(named: "f")
    let report = try session.emissionReport(of: energy, options)
    let function = report.functions[0]
    let request = try session.emissionRequest(of: energy, options)
    // Each input is read once, each output written once: to a tenth the least there is.
    let bytes = Double((2 * request.width + 1) * (precision == .f32 ? 4 : 8))
    #expect(function.leastBytes == bytes)
    #expect(function.movedBytes <= 1.1 * bytes)

    let batch = try ArtefactBatch([request], .cuda)
    let samples = points(7, width: request.width).flatMap { $0 }
    // Blocks that are full, and a last one that isn't.
    for rows in [128, 131] {
      let job = ArtefactBatch.Job(
        artefact: 0, what: .energyScore, rows: rows, samples: samples, flags: .allowsOtherBits)
      let result = try batch.run([job])[0]
      #expect(result.problem.isEmpty && result.status == 0, "\(result.problem)")
      let row = request.width * (precision == .f32 ? 4 : 8)
      #expect(result.bytesRead == rows * row * function.strategy.rowReads)
      // Long rows are read again for every tile of columns, which the report says.
      let again = rows * row * (function.strategy.rowReads - 1)
      #expect(Double(again) <= Double(rows) * function.cacheBytes)
      #expect(Double(result.bytesRead + result.bytesWritten.reduce(0, +) - again) == Double(rows) * function.movedBytes)
    }
  }

  /// Tables that stay on the device are read again by every block, which the report says.
  @Test func tablesAreInTheReport() throws {
    func report(_ name: String) throws -> EmissionReport {
      let workload = try #require(Self.workloads[name])
      let session = session(workload.program, dims: workload.sizes) { $0.precision = .f32 }
      return try session.emissionReport(of: session.energy(named: "f"), EmissionOptions())
    }
    let matrix = try report("w4_gaussian_64")
    #expect(matrix.tableBytes == 4 * (64 * 64 + 64))
    #expect(matrix.text.contains("parameters: 16640 bytes a call, 16640 of them in tables that blocks read again"))
    // By value, in the kernel's arguments.
    #expect(try report("w1_double_well").tableBytes == 0)
  }
}
