import EnergyIR
import EnergyLowering
import Testing

@testable import EnergyCPU

/// Numbers without a library: the same in every run.
struct TestNumbers: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func real(_ range: ClosedRange<Double> = -2...2) -> Double { Double.random(in: range, using: &self) }

  mutating func reals(_ count: Int, _ range: ClosedRange<Double> = -2...2) -> [Double] {
    (0..<count).map { _ in real(range) }
  }
}

/// Evaluates a program whose samples lie in one array; every result buffer of every row.
func evaluate(
  _ program: LoopProgram, dimensions: [Dimension: Int] = [:], samples: [BufferID: [Double]], rows: Int,
  uniforms: [BufferID: [Double]] = [:], results: [BufferID], precision: Precision = .f64,
  options: TileOptions = TileOptions()
) throws -> [[Double]] {
  let evaluator = try TileEvaluator(
    program, dimensions: dimensions, precision: precision, options: options, scalarFunctions: testFunctions)
  let bound = try evaluator.bind(uniforms)
  let size = precision.size
  var sources: [SampleSource] = []
  var memory: [AlignedMemory] = []
  for (buffer, values) in samples {
    let block = AlignedMemory(byteCount: values.count * size)
    precision.write(values, to: block.start)
    memory.append(block)
    sources.append(SampleSource(buffer, block.start, rowStride: evaluator.count(buffer)))
  }
  let outputs = results.map { AlignedMemory(byteCount: evaluator.count($0) * rows * size) }
  try bound.run(
    samples: sources, rows: rows,
    results: zip(results, outputs).map { ResultTarget($0, $1.start, rowStride: evaluator.count($0)) })
  return withExtendedLifetime(memory) {
    zip(results, outputs).map { precision.read($1.start, count: evaluator.count($0) * rows) }
  }
}

/// Compares a program on tiles with the scalar oracle, at every available level.
func expectAgreement(
  _ program: LoopProgram, dimensions: [Dimension: Int] = [:], samples: [BufferID: [Double]], rows: Int,
  uniforms: [BufferID: [Double]] = [:], results: [BufferID], tolerance: Double = 1e-12,
  precision: Precision = .f64, lanes: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let oracles = (0..<rows).map { row in
    var inputs = uniforms
    for (buffer, values) in samples {
      let count = values.count / rows
      inputs[buffer] = Array(values[(row * count)..<((row + 1) * count)])
    }
    return ScalarOracle(program, dimensions: dimensions, inputs: inputs)
  }
  for level in VectorLevel.available {
    let found = try evaluate(
      program, dimensions: dimensions, samples: samples, rows: rows, uniforms: uniforms, results: results,
      precision: precision, options: TileOptions(level: level, lanes: lanes))
    for (row, oracle) in oracles.enumerated() {
      for (number, buffer) in results.enumerated() {
        let expected = oracle.buffers[buffer.index]
        let scale = expected.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
        for (index, value) in expected.enumerated() {
          let actual = found[number][row * expected.count + index]
          let difference: Double = abs(value - actual)
          let agrees = (value.isNaN && actual.isNaN) || value == actual || difference <= tolerance * scale
          if agrees { continue }
          Issue.record(
            "row \(row), entry \(index) of \(program.buffers[buffer.index].name) at \(level): \(actual), not \(value)",
            sourceLocation: sourceLocation)
        }
      }
    }
  }
}
