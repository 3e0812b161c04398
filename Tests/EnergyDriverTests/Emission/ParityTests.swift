import EnergyCPU
import EnergySemantics
import Foundation
import Testing

@testable import EnergyDriver

/// Emitted sources, compiled by the compilers of this machine, against the tile evaluator.
@Suite(.enabled(if: Emulator.isAvailable, "needs a compiler of C and one of C++")) struct ParityTests {
  /// The library in parts that are compiled together.
  static let parts = stride(from: 0, to: StandardLibrary.names.count, by: 12).map { start in
    Array(StandardLibrary.names[start..<min(start + 12, StandardLibrary.names.count)])
  }

  @Test(arguments: parts)
  func standardLibrary(_ names: [String]) throws {
    try check(names.flatMap { try ParityCorpus.standardLibrary($0) })
  }

  @Test func examples() throws { try check(ParityCorpus.examples()) }

  @Test func largeSamples() throws { try check(ParityCorpus.large) }

  @Test func constructs() throws { try check(ParityCorpus.constructs) }

  private func check(_ cases: [ParityCase]) throws {
    var prepared: [PreparedCase] = []
    for (number, item) in cases.enumerated() {
      for precision in [Precision.f64, .f32] where precision == .f64 || item.isForSingle {
        do {
          prepared.append(try PreparedCase(item, precision, named: "m\(number)_\(precision)"))
        } catch {
          Issue.record("\(item.name): \(error)")
        }
      }
    }
    for target in ArtefactBatch.Target.allCases {
      let problems = try ParityCheck(prepared, target).problems()
      #expect(problems.isEmpty, "\(target): \(problems.joined(separator: "\n"))")
    }
  }
}
