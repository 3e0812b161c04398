import EnergyIR
import EnergyLowering
import Synchronization
import Testing

@testable import EnergyCPU

@Suite struct ErrorTests {
  private func gather() -> (LoopProgram, x: BufferID, index: BufferID, y: BufferID) {
    var b = ProgramBuilder()
    let x = b.buffer("x", [5], kind: .input)
    let index = b.buffer("index", [2], kind: .input)
    let y = b.buffer("y", [2], kind: .output)
    b.loop(2) { b, i in
      guard case .register(let register) = b.load(index, at(i)) else { return }
      b.store(y, at(i), value: b.load(x, .register(register)))
    }
    return (b.program, x, index, y)
  }

  @Test(arguments: [-1.0, 5, .nan, 1e300], [0, 13, 99])
  func anIndexOutOfRangeNamesTheFirstRow(bad: Double, row: Int) throws {
    let (program, x, index, y) = gather()
    var indices = [Double](repeating: 4, count: 200)
    indices[2 * row + 1] = bad
    indices[199] = -7
    for threads in [1, 3] {
      do {
        _ = try evaluate(
          program, samples: [x: [Double](repeating: 1, count: 500), index: indices], rows: 100, results: [y],
          options: TileOptions(threads: threads, lanes: 16))
        Issue.record("no error")
      } catch let error as EvaluationError {
        guard case .indexOutOfRange("x", let value, 5, let found) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(found == row)
        #expect(row == 99 || value == bad || (value.isNaN && bad.isNaN))
      }
    }
  }

  @Test func missingAndMisshapenValues() throws {
    let d = Dimension("d")
    var b = ProgramBuilder()
    let x = b.buffer("x", [Size(d)], kind: .input)
    let w = b.buffer("w", [Size(d)], isVarying: false, kind: .input)
    let y = b.buffer("y", [Size(d)], kind: .output)
    b.loop(Size(d)) { b, i in
      b.store(y, at(i), value: b.compute(.function("nonsense"), b.load(x, at(i)), b.load(w, at(i))))
    }
    let program = b.program
    #expect(throws: EvaluationError.unboundSize("d")) { try TileEvaluator(program) }
    #expect(throws: EvaluationError.unknownFunction("nonsense")) { try TileEvaluator(program, dimensions: [d: 3]) }
    #expect(throws: EvaluationError.memory(neededBytes: .max, limitBytes: 1 << 48)) {
      try TileEvaluator(program, dimensions: [d: 1 << 60])
    }
    let test = TestProgram.doubleWell(Size(d))
    #expect(throws: EvaluationError.self) {
      try TileEvaluator(test.program, dimensions: [d: 1 << 30], options: TileOptions(memoryLimit: 1 << 30))
    }
    let mixture = TestProgram.mixture(2, 3, [])
    let evaluator = try TileEvaluator(mixture.program, scalarFunctions: testFunctions)
    #expect(throws: EvaluationError.missingInput(buffer: "M")) { try evaluator.bind([:]) }
    #expect(throws: EvaluationError.wrongCount(buffer: "M", expected: 6, given: 0)) {
      try evaluator.bind(mixture.uniforms)
    }
    let bound = try evaluator.bind([BufferID(1): [1, 2, 3, 4, 5, 6]])
    #expect(throws: EvaluationError.missingInput(buffer: "x")) { try bound.run(samples: [], rows: 1, results: []) }
  }

  @Test(arguments: [1, 2])
  func cancellationStopsAndProgressEndsWithAllRows(threads: Int) throws {
    let test = TestProgram.doubleWell(4)
    let evaluator = try TileEvaluator(test.program, options: TileOptions(threads: threads, lanes: 16))
    let bound = try evaluator.bind([:])
    let rows = 4000
    let samples = AlignedMemory(byteCount: rows * 4 * 8)
    let energies = AlignedMemory(byteCount: rows * 8)
    let source = SampleSource(test.sample, samples.start, rowStride: 4)
    let target = ResultTarget(test.energy, energies.start, rowStride: 1)
    let asked = Atomic<Int>(0)
    #expect(throws: EvaluationError.cancelled) {
      try bound.run(
        samples: [source], rows: rows, results: [target],
        isCancelled: { asked.wrappingAdd(1, ordering: .relaxed).newValue > 20 })
    }
    #expect(asked.load(ordering: .relaxed) < 40)
    let most = Mutex(0)
    try bound.run(
      samples: [source], rows: rows, results: [target], progress: { done in most.withLock { $0 = max($0, done) } })
    #expect(most.withLock { $0 } == rows)
    withExtendedLifetime((samples, energies)) {}
  }
}
