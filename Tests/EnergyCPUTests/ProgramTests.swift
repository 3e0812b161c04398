import EnergyIR
import EnergyLowering
import Testing

@testable import EnergyCPU

@Suite struct ProgramTests {
  @Test(arguments: [1, 2, 5, 16, 33, 200], [1, 3, 70])
  func elementwiseLoop(d: Int, rows: Int) throws {
    let dimension = Dimension("d")
    let test = TestProgram.doubleWell(Size(dimension))
    var numbers = TestNumbers(1)
    try expectAgreement(
      test.program, dimensions: [dimension: d], samples: [test.sample: numbers.reals(d * rows)], rows: rows,
      results: [test.energy, test.score])
  }

  @Test(arguments: [2, 3, 32, 100], [16, 32, 64])
  func neighbours(d: Int, lanes: Int) throws {
    let test = TestProgram.rosenbrock(Size(d))
    var numbers = TestNumbers(2)
    try expectAgreement(
      test.program, samples: [test.sample: numbers.reals(d * 40)], rows: 40, results: [test.energy, test.score],
      lanes: lanes)
  }

  @Test func logSumExp() throws {
    var numbers = TestNumbers(3)
    let test = TestProgram.mixture(5, 7, numbers.reals(35))
    try expectAgreement(
      test.program, samples: [test.sample: numbers.reals(7 * 40)], rows: 40, uniforms: test.uniforms,
      results: [test.energy, test.score])
  }

  @Test(arguments: [true, false], [2, 6])
  func pairs(guarded: Bool, n: Int) throws {
    let test = TestProgram.pairs(n, guarded: guarded)
    var numbers = TestNumbers(4)
    try expectAgreement(
      test.program, samples: [test.sample: numbers.reals(3 * n * 20, 0...9)], rows: 20,
      results: [test.energy, test.score], tolerance: 1e-11)
  }

  @Test(arguments: [1, 2, 3, 17, 90])
  func periodicNeighbours(n: Int) throws {
    var b = ProgramBuilder()
    let x = b.buffer("x", [Size(n)], kind: .input)
    let e = b.buffer("energy", [], kind: .output)
    let s = b.buffer("score", [Size(n)], kind: .output)
    b.add(.fill(e, 0))
    b.add(.fill(s, 0))
    b.loop(Size(n)) { b, i in
      let r = b.compute(
        .subtract, b.load(x, at(i, plus: 1, mod: Size(n))), b.load(x, at(i, -2, plus: -1, mod: Size(n))))
      b.accumulate(e, value: b.compute(.power(2), r))
      b.accumulate(s, at(i, plus: 1, mod: Size(n)), value: r)
      b.accumulate(.subtract, s, at(i, -2, plus: -1, mod: Size(n)), value: r)
    }
    var numbers = TestNumbers(5)
    try expectAgreement(b.program, samples: [x: numbers.reals(n * 5)], rows: 5, results: [e, s])
  }

  @Test func guardsInsideALoopSplitIt() throws {
    var b = ProgramBuilder()
    let x = b.buffer("x", [40], kind: .input)
    let y = b.buffer("y", [40], kind: .output)
    b.add(.fill(y, 0))
    b.loop(40) { b, i in
      b.accumulate(y, at(i), value: .index(IndexExpression([(i, 3)], offset: 1)))
      b.when([Condition(IndexExpression([(i, 1)], offset: -7), .atLeastZero)]) { b in
        b.when([Condition(IndexExpression([(i, -2)], offset: 60), .differsFromZero)]) { b in
          b.accumulate(y, at(i), value: b.compute(.reciprocal, b.load(x, at(i, plus: -7))))
        }
        b.when([Condition(IndexExpression([(i, -1)], offset: 31), .atLeastZero)]) { b in
          b.store(y, at(i), value: b.compute(.multiply, b.load(x, at(i)), .constant(3)))
        }
      }
      b.when([Condition(IndexExpression([(i, 1)], modulus: 3), .equalsZero)]) { b in
        b.accumulate(.multiply, y, at(i), value: b.load(x, at(i)))
      }
      b.when([Condition(IndexExpression([(i, 1)], offset: -12), .equalsZero)]) { b in
        b.store(y, at(i), value: .size(9))
      }
    }
    var numbers = TestNumbers(6)
    try expectAgreement(b.program, samples: [x: numbers.reals(40 * 3)], rows: 3, results: [y])
  }

  @Test(arguments: [-1, 1, 2, -3])
  func recurrencesRunInOrder(step: Int) throws {
    // y[i] = x[i] + y[i + step]/2: for step > 0 the old value, for step < 0 the one just written.
    var b = ProgramBuilder()
    let x = b.buffer("x", [50], kind: .input)
    let y = b.buffer("y", [60], kind: .output)
    b.add(.fill(y, 1))
    b.loop(50) { b, i in
      let old = b.load(y, at(i, plus: Size(5 + step)))
      b.store(y, at(i, plus: 5), value: b.compute(.add, b.load(x, at(i)), b.compute(.multiply, old, .constant(0.5))))
    }
    var numbers = TestNumbers(7)
    try expectAgreement(b.program, samples: [x: numbers.reals(50 * 3)], rows: 3, results: [y])
  }

  @Test func aStateThatEveryIterationReplaces() throws {
    var b = ProgramBuilder()
    let x = b.buffer("x", [30], kind: .input)
    let state = b.buffer("state", [], kind: .output)
    let last = b.buffer("last", [], kind: .output)
    b.add(.fill(state, 0.5))
    b.loop(30) { b, i in
      let value = b.load(x, at(i))
      b.store(last, value: value)
      b.store(state, value: b.compute(.function("sin"), b.compute(.add, b.load(state), value)))
    }
    var numbers = TestNumbers(8)
    try expectAgreement(b.program, samples: [x: numbers.reals(30 * 3)], rows: 3, results: [state, last])
  }

  @Test func matrixProducts() throws {
    for (m, k, rest, transposed) in [(3, 4, 1, false), (7, 5, 2, true), (40, 33, 1, false), (13, 300, 1, true)] {
      var b = ProgramBuilder()
      let x = b.buffer("x", rest == 1 ? [Size(k)] : [Size(k), Size(rest)], kind: .input)
      let a = b.buffer("A", transposed ? [Size(k), Size(m)] : [Size(m), Size(k)], isVarying: false, kind: .input)
      let y = b.buffer("y", rest == 1 ? [Size(m)] : [Size(m), Size(rest)], kind: .output)
      let z = b.buffer("z", rest == 1 ? [Size(m)] : [Size(m), Size(rest)], kind: .output)
      b.add(.fill(z, 2))
      for (target, adds) in [(y, false), (z, true)] {
        b.add(
          .call(
            .matrixProduct(output: target, matrix: a, transposed: transposed, vector: x, accumulating: adds),
            node: NodeID(0)))
      }
      var numbers = TestNumbers(9)
      try expectAgreement(
        b.program, samples: [x: numbers.reals(k * rest * 35)], rows: 35, uniforms: [a: numbers.reals(m * k)],
        results: [y, z])
    }
  }

  @Test func gathersAndScatters() throws {
    var b = ProgramBuilder()
    let x = b.buffer("x", [6, 3], kind: .input)
    let pick = b.buffer("pick", [8], kind: .input)
    let bonds = b.buffer("bonds", [4, 2], isVarying: false, kind: .input)
    let y = b.buffer("y", [6, 3], kind: .output)
    let z = b.buffer("z", [8], kind: .output)
    b.add(.fill(y, 0))
    func register(_ operand: Operand) -> Access.Position {
      if case .register(let register) = operand { return .register(register) }
      return at(0)
    }
    b.loop(4) { b, bond in
      let (first, second) = (b.load(bonds, at(bond), at(0)), b.load(bonds, at(bond), at(1)))
      b.loop(3) { b, k in
        let r = b.compute(.subtract, b.load(x, register(first), at(k)), b.load(x, register(second), at(k)))
        b.accumulate(y, register(first), at(k), value: r)
        b.accumulate(.max, y, register(second), at(k), value: r)
      }
    }
    b.loop(8) { b, i in
      let index = b.load(pick, at(i))
      b.store(z, at(i), value: b.load(x, register(index), register(b.load(bonds, at(2), at(1)))))
    }
    var numbers = TestNumbers(10)
    let picks = (0..<(8 * 20)).map { _ in Double(Int.random(in: 0..<6, using: &numbers)) }
    try expectAgreement(
      b.program, samples: [x: numbers.reals(18 * 20), pick: picks], rows: 20,
      uniforms: [bonds: [0, 1, 1, 2, 5, 2, 3, 3]], results: [y, z])
  }

  @Test func powers() throws {
    let exponents: [Double] = [2, 3, 4, 7, 64, -1, -2, -6, 0.5, -0.5, 1.5, -2.5, 0.3, -1.7, 65, 1]
    var b = ProgramBuilder()
    let x = b.buffer("x", [9], kind: .input)
    let y = b.buffer("y", [Size(exponents.count), 9], kind: .output)
    b.loop(9) { b, i in
      let value = b.load(x, at(i))
      for (row, exponent) in exponents.enumerated() {
        b.store(y, at(row), at(i), value: b.compute(.power(exponent), value))
      }
    }
    var numbers = TestNumbers(11)
    try expectAgreement(
      b.program, samples: [x: numbers.reals(9 * 20, 0.7...1.4)], rows: 20, results: [y], tolerance: 1e-13)
  }

  @Test func functionsWithoutAKernelAndSharedValues() throws {
    var b = ProgramBuilder()
    let x = b.buffer("x", [9], kind: .input)
    let w = b.buffer("w", [9], isVarying: false, kind: .input)
    let v = b.buffer("v", [9], isVarying: false)
    let y = b.buffer("y", [9], kind: .output)
    let z = b.buffer("z", [9], isVarying: false, kind: .output)
    b.writesPrologue = true
    var total = Operand.constant(0)
    b.loop(9) { b, i in
      let t = b.compute(.function("digamma"), b.load(w, at(i)))
      b.store(v, at(i), value: t)
      b.store(z, at(i), value: b.compute(.function("less"), t, .index(IndexExpression(i))))
    }
    total = b.compute(.add, b.load(v, at(3)), .constant(1))
    b.writesPrologue = false
    b.loop(9) { b, i in
      let t = b.compute(.function("digamma"), b.load(x, at(i)))
      let u = b.compute(.multiply, b.load(v, at(i, -1, plus: 8)), total)
      let low = b.compute(.function("min"), t, u, .constant(0.25))
      let isLess = b.compute(.function("less"), t, .index(IndexExpression(i)))
      b.store(y, at(i), value: b.compute(.select, isLess, low, b.compute(.add, t, .index(IndexExpression(i)))))
    }
    var numbers = TestNumbers(12)
    try expectAgreement(
      b.program, samples: [x: numbers.reals(9 * 20)], rows: 20, uniforms: [w: numbers.reals(9)], results: [y, z])
  }

  @Test func aProgramWithoutSamplesRunsOnce() throws {
    var b = ProgramBuilder()
    let w = b.buffer("w", [9], isVarying: false, kind: .input)
    let a = b.buffer("A", [4, 9], isVarying: false, kind: .input)
    let y = b.buffer("y", [9], kind: .output)
    let z = b.buffer("z", [4], kind: .output)
    b.loop(9) { b, i in
      b.store(y, at(i), value: b.compute(.function("exp"), b.load(w, at(i, -1, plus: 8))))
    }
    b.add(
      .call(
        .matrixProduct(output: z, matrix: a, transposed: false, vector: y, accumulating: false), node: NodeID(0)))
    var numbers = TestNumbers(13)
    try expectAgreement(
      b.program, samples: [:], rows: 50, uniforms: [w: numbers.reals(9), a: numbers.reals(36)], results: [y, z])
  }
}
