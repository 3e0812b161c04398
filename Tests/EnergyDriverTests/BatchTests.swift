import EnergyCPU
import EnergyText
import Synchronization
import Testing

@testable import EnergyDriver

@Suite struct BatchTests {
  @Test func oneSampleIsABatchOfOneWithTheSameBits() throws {
    let session = session("energy f(x : vector[d]) = sum(sin(x)*exp(-x^2)) + norm(x)")
    let points = Philox(seed: 3).normals(5 * 100)
    let all = try session.values([.energy, .score], at: points, shape: [100, 5])
    let one = try session.values([.energy, .score], at: Array(points[35..<40]), shape: [5])
    #expect(one[0][0] == all[0][7])
    #expect(one[1] == Array(all[1][35..<40]))
  }

  @Test func severalArgumentsArePackedInOrder() throws {
    let session = session("energy f(a : vector[2], t : real, B : matrix[2, 2]) = a^T B a + 3*t")
    let results = try session.values([.energy, .score], at: [1, 2, 5, 1, 0, 0, 3], shape: [1, 7])
    #expect(results[0] == [1 + 12 + 15])
    #expect(results[1] == [-2, -12, -3, -1, -2, -2, -4])
  }

  @Test(arguments: [([2], true), ([3, 2], true), ([3], false), ([3, 3], false), ([2, 2, 2], false)])
  func shapesMustFit(_ shape: [Int], _ fits: Bool) {
    let session = session("energy f(x : vector[2]) = sumsq(x)")
    let values = [Double](repeating: 1, count: shape.reduce(1, *))
    let found = messages { _ = try session.values([.energy], at: values, shape: shape) }
    #expect(found.isEmpty == fits)
    if !fits { #expect(found.allSatisfy { $0.hasPrefix("E-shape: the array is") }, "\(found)") }
  }

  @Test func packedRowsFixOpenSizes() throws {
    let session = session("energy f(X : matrix[n, 3]) = sum(X) + n")
    #expect(try session.values([.energy], at: [Double](repeating: 1, count: 12), shape: [2, 6]) == [[8, 8]])
  }

  @Test func rowsCanBeChosen() throws {
    let session = session("energy f(x : real) = x", files: ["x.csv": "10\n20\n30\n40\n"])
    let source = BatchSource.files([(nil, "x.csv")])
    let evaluation = try session.evaluation(of: session.energy(named: nil), on: source, rows: 2...3, outputs: [.energy])
    #expect(try evaluation.values([.energy], rows: 0..<2) == [[20, 30]])
    let found = messages {
      _ = try session.evaluation(of: session.energy(named: nil), on: source, rows: 2...5, outputs: [.energy])
    }
    #expect(found == ["E-option: rows 2..5 were asked for; there are 4"])
  }

  @Test func inputsGoByName() throws {
    let session = session(
      "energy f(a : vector[2], b : real) = sum(a)*b", files: ["a.csv": "1,2\n3,4\n", "b.csv": "5\n6\n"])
    let source = BatchSource.files([("b", "b.csv"), ("a", "a.csv")])
    let evaluation = try session.evaluation(of: session.energy(named: nil), on: source, outputs: [.energy, .score])
    #expect(try evaluation.values([.energy, .score], rows: 0..<2) == [[15, 42], [-5, -5, -3, -6, -6, -7]])
  }

  @Test func summariesCountNaN() throws {
    let session = session("energy f(x : real) = sqrt(x)")
    let source = BatchSource.values([4, -1, 9, -2], shape: [4])
    let evaluation = try session.evaluation(of: session.energy(named: nil), on: source, outputs: [.energy, .score])
    let summary = try evaluation.summarise()
    #expect(summary.spread(of: .energy)?.nanCount == 2)
    #expect(summary.spread(of: .energy)?.mean == 2.5)
    #expect(summary.warning(firstRow: 1)?.message == "2 of 4 energies and 2 of 4 scores are NaN, first in row 2")
  }

  @Test func gathersOutOfRangeNameTheRow() {
    let session = session("param w : vector[3] = [1, 2, 3]\nenergy f(k : integer) = w[k]")
    let found =
      session.diagnostics.map(\.short)
      + messages {
        if !session.hasErrors { _ = try session.values([.energy], at: [1, 2, 4], shape: [3]) }
      }
    #expect(found.contains { $0.hasPrefix("E-index: index 4 in row 3") || $0.contains("integer") }, "\(found)")
  }

  @Test func cancellingEndsTheRun() throws {
    let session = session("energy f(x : real) = sin(x)")
    let source = BatchSource.random(count: 1000, seed: 0)
    let evaluation = try session.evaluation(of: session.energy(named: nil), on: source, outputs: [.energy])
    let found = messages { _ = try evaluation.summarise(isCancelled: { true }) }
    #expect(found == ["E-interrupted: interrupted; nothing was written"])
  }

  @Test func sizesOfRandomSamplesCanBeChosen() throws {
    let session = session("energy f(x : vector[d]) = sumsq(x)", dims: ["d": 5])
    let source = BatchSource.random(count: 3, seed: 0)
    let evaluation = try session.evaluation(of: session.energy(named: nil), on: source, outputs: [.score])
    #expect(evaluation.shape(of: .score) == [3, 5])
  }

  @Test func progressCountsUpToAllRows() throws {
    let session = session("energy f(x : vector[2]) = sumsq(x)")
    let evaluation = try session.evaluation(
      of: session.energy(named: nil), on: .random(count: 70_000, seed: 0), outputs: [.energy])
    let seen = Mutex<[Progress]>([])
    _ = try evaluation.summarise(progress: ProgressHandler { progress in seen.withLock { $0.append(progress) } })
    let all = seen.withLock { $0 }
    #expect(all.last?.done == 70_000)
    #expect(all.allSatisfy { $0.total == 70_000 && $0.stage == .evaluating })
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.done < $1.done })
  }
}
