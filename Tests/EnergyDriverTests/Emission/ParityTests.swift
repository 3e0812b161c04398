import EnergyCPU
import EnergyCodegen
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

  @Test(arguments: ParityCorpus.products)
  func products(_ item: ParityCase) throws {
    try check([item], what: ParityCorpus.isFull ? nil : [.energy, .energyScore], counts: [1, 64, 65, 129])
  }

  @Test(arguments: ParityCorpus.tables)
  func tables(_ item: ParityCase) throws {
    try check(
      [item], what: ParityCorpus.isFull ? nil : [.energyScore, .laplacian], counts: [1, 33, 129], flags: ["-O1"])
  }

  @Test func constructs() throws { try check(ParityCorpus.constructs) }

  /// Free sizes, and more rows than a grid's first blocks.
  @Test(arguments: try ParityCorpus.sizes())
  func sizes(_ lengths: ParityCorpus.Lengths) throws {
    for item in lengths.cases {
      let counts = item.width < 20 ? [1, 31, 129, ParityCorpus.isFull ? 100_003 : 10_007] : [1, 33, 129]
      // Factorising a matrix of 1,024 rows takes a minute without optimisation.
      try check([item], counts: counts, flags: item.width > 100 ? ["-O1"] : ["-O0"])
    }
  }

  @Test(arguments: ParityCorpus.seeds)
  func randomPrograms(_ seeds: Range<Int>) throws {
    try check(seeds.map(ParityCorpus.random), what: [.energyScore], counts: [1, 33, 129])
  }

  @Test(arguments: ArtefactBatch.Target.allCases)
  func badCallsAreRefusedAndNoRowsAreFine(_ target: ArtefactBatch.Target) throws {
    let session = session("param a = 2.0\nenergy f(x : vector[2]) = a*sumsq(x)")
    let batch = try ArtefactBatch([session.emissionRequest(of: session.energy(named: "f"), EmissionOptions())], target)
    func call(
      _ what: EmissionRequest.What, _ rows: Int, _ flags: ArtefactBatch.Flags = []
    ) throws -> ArtefactBatch.Result {
      try batch.run([.init(artefact: 0, what: what, rows: rows, samples: [1, 2], flags: flags)])[0]
    }
    for what in EmissionRequest.What.allCases {
      #expect(try call(what, -1).status == 1)
      #expect(try call(what, 1, .withoutSamples).status == 1)
      #expect(try call(what, 1, [.withoutFirst, .withoutSecond]).status == 1)
      #expect(try call(what, 1, .withoutParameters).status == 1)
      #expect(try call(what, 0, .withoutSamples).status == 0)
    }
    let onlyScore = try call(.energyScore, 1, .withoutFirst)
    #expect(onlyScore.status == 0 && onlyScore.values == [-4, -8])
    let onlyEnergy = try call(.energyScore, 1, .withoutSecond)
    #expect(onlyEnergy.status == 0 && onlyEnergy.values == [10])
    #expect(try call(.gradient, 0).values == [0])
    guard target == .cuda else { return }
    #expect(try call(.gradient, 1, .withoutWorkspace).status == 1)
    // More blocks than a grid may have.
    #expect(try call(.energyScore, 1 << 40, .withOneRowOfMemory).status == 1)
  }

  private func check(
    _ cases: [ParityCase], what: [EmissionRequest.What]? = nil, counts: [Int]? = nil, flags: [String] = ["-O0"]
  ) throws {
    var prepared: [PreparedCase] = []
    for (number, item) in cases.enumerated() {
      for precision in [Precision.f64, .f32] where precision == .f64 || item.isForSingle {
        do {
          prepared.append(try PreparedCase(item, precision, named: "m\(number)_\(precision)", what: what))
        } catch {
          Issue.record("\(item.name): \(error)")
        }
      }
    }
    for target in ArtefactBatch.Target.allCases {
      var check = try ParityCheck(prepared, target)
      if let counts { check.counts = counts }
      let problems = try check.problems(flags: flags)
      #expect(problems.isEmpty, "\(target): \(problems.joined(separator: "\n"))")
    }
  }
}
