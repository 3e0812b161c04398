import EnergyIR
import EnergyLowering
import Testing

@testable import EnergyCPU

@Suite struct DeterminismTests {
  static let programs: [TestProgram] = {
    var numbers = TestNumbers(20)
    return [
      .rosenbrock(9), .mixture(4, 9, numbers.reals(36)), .pairs(3, guarded: true), network(9, 40, &numbers),
    ]
  }()

  /// A layer with a matrix product: x ↦ tanh(A x), summed; the score is A^T times something.
  static func network(_ d: Int, _ h: Int, _ numbers: inout TestNumbers) -> TestProgram {
    var b = ProgramBuilder()
    let x = b.buffer("x", [Size(d)], kind: .input)
    let a = b.buffer("A", [Size(h), Size(d)], isVarying: false, kind: .input)
    let e = b.buffer("energy", [], kind: .output)
    let s = b.buffer("score", [Size(d)], kind: .output)
    let hidden = b.buffer("hidden", [Size(h)])
    b.add(.fill(e, 0))
    b.add(
      .call(
        .matrixProduct(output: hidden, matrix: a, transposed: false, vector: x, accumulating: false), node: NodeID(0)))
    b.loop(Size(h)) { b, i in
      let t = b.compute(.function("tanh"), b.load(hidden, at(i)))
      b.accumulate(e, value: t)
      b.store(hidden, at(i), value: b.compute(.subtract, b.compute(.power(2), t), .constant(1)))
    }
    b.add(
      .call(
        .matrixProduct(output: s, matrix: a, transposed: true, vector: hidden, accumulating: false), node: NodeID(0)))
    return TestProgram(program: b.program, sample: x, energy: e, score: s, uniforms: [a: numbers.reals(d * h)])
  }

  @Test(arguments: 0..<4, Precision.allCases)
  func oneRowHasTheBitsOfTheBatch(number: Int, precision: Precision) throws {
    let test = Self.programs[number]
    var numbers = TestNumbers(21)
    let rows = 75
    let samples = numbers.reals(9 * rows)
    let batch = try evaluate(
      test.program, samples: [test.sample: samples], rows: rows, uniforms: test.uniforms,
      results: [test.energy, test.score], precision: precision)
    for first in [0, 1, 30, 74] {
      for count in [1, 17] where first + count <= rows {
        let part = try evaluate(
          test.program, samples: [test.sample: Array(samples[(first * 9)..<((first + count) * 9)])], rows: count,
          uniforms: test.uniforms, results: [test.energy, test.score], precision: precision)
        #expect(part[0].map(\.bitPattern) == batch[0][first..<(first + count)].map(\.bitPattern))
        #expect(part[1].map(\.bitPattern) == batch[1][(first * 9)..<((first + count) * 9)].map(\.bitPattern))
      }
    }
  }

  @Test(arguments: 0..<4)
  func threadsChangeNothing(number: Int) throws {
    let test = Self.programs[number]
    var numbers = TestNumbers(22)
    let rows = 3001
    let samples = numbers.reals(9 * rows)
    var results: [[[UInt64]]] = []
    for threads in [1, 2, 5] {
      let values = try evaluate(
        test.program, samples: [test.sample: samples], rows: rows, uniforms: test.uniforms,
        results: [test.energy, test.score], options: TileOptions(threads: threads))
      results.append(values.map { $0.map(\.bitPattern) })
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }

  @Test(arguments: 0..<4)
  func singlePrecisionAgrees(number: Int) throws {
    let test = Self.programs[number]
    var numbers = TestNumbers(23)
    try expectAgreement(
      test.program, samples: [test.sample: numbers.reals(9 * 50, 0...4).map { Double(Float($0)) }], rows: 50,
      uniforms: test.uniforms, results: [test.energy, test.score], tolerance: 2e-5, precision: .f32)
  }
}
