import EnergyIR
import EnergyLowering

/// A program with its sample, energy and score.
struct TestProgram {
  var program: LoopProgram
  var sample: BufferID
  var energy: BufferID
  var score: BufferID
  var uniforms: [BufferID: [Double]] = [:]

  /// sum((x^2 - 2)^2)
  static func doubleWell(_ d: Size) -> TestProgram {
    var b = ProgramBuilder()
    let x = b.buffer("x", [d], kind: .input)
    let e = b.buffer("energy", [], kind: .output)
    let s = b.buffer("score", [d], kind: .output)
    b.add(.fill(e, 0))
    b.loop(d) { b, i in
      let t = b.load(x, at(i))
      let r = b.compute(.subtract, b.compute(.multiply, t, t), .constant(2))
      b.accumulate(e, value: b.compute(.multiply, r, r))
      b.store(s, at(i), value: b.compute(.multiply, b.compute(.multiply, t, r), .constant(-4)))
    }
    return TestProgram(program: b.program, sample: x, energy: e, score: s)
  }

  /// sum(100*(x[i+1] - x[i]^2)^2 + (x[i] - 1)^2), the score by accumulation at i and i + 1.
  static func rosenbrock(_ d: Size) -> TestProgram {
    var b = ProgramBuilder()
    let x = b.buffer("x", [d], kind: .input)
    let e = b.buffer("energy", [], kind: .output)
    let s = b.buffer("score", [d], kind: .output)
    b.add(.fill(e, 0))
    b.add(.fill(s, 0))
    b.loop(d - 1) { b, i in
      let (here, next) = (b.load(x, at(i)), b.load(x, at(i, plus: 1)))
      let t = b.compute(.subtract, next, b.compute(.power(2), here))
      let u = b.compute(.subtract, here, .constant(1))
      let w = b.compute(.multiply, .constant(100), b.compute(.power(2), t))
      b.accumulate(e, value: b.compute(.add, w, b.compute(.power(2), u)))
      let h = b.compute(.multiply, .constant(400), b.compute(.multiply, here, t))
      b.accumulate(s, at(i), value: b.compute(.subtract, h, b.compute(.multiply, .constant(2), u)))
      b.accumulate(.subtract, s, at(i, plus: 1), value: b.compute(.multiply, .constant(200), t))
    }
    return TestProgram(program: b.program, sample: x, energy: e, score: s)
  }

  /// -logsumexp(k: -0.5*sumsq(x - M[k, :])) with stored logits, a maximum and weights.
  static func mixture(_ k: Int, _ d: Int, _ centres: [Double]) -> TestProgram {
    var b = ProgramBuilder()
    let x = b.buffer("x", [Size(d)], kind: .input)
    let m = b.buffer("M", [Size(k), Size(d)], isVarying: false, kind: .input)
    let e = b.buffer("energy", [], kind: .output)
    let s = b.buffer("score", [Size(d)], kind: .output)
    let logits = b.buffer("logits", [Size(k)])
    let (top, total, distance) = (b.buffer("top", []), b.buffer("total", []), b.buffer("distance", []))
    b.add(.fill(top, -.infinity))
    b.add(.fill(total, 0))
    b.add(.fill(s, 0))
    b.loop(Size(k)) { b, c in
      b.add(.fill(distance, 0))
      b.loop(Size(d)) { b, i in
        let r = b.compute(.subtract, b.load(x, at(i)), b.load(m, at(c), at(i)))
        b.accumulate(distance, value: b.compute(.power(2), r))
      }
      let z = b.compute(.multiply, .constant(-0.5), b.load(distance))
      b.store(logits, at(c), value: z)
      b.accumulate(.max, top, value: z)
    }
    let highest = b.load(top)
    b.loop(Size(k)) { b, c in
      b.accumulate(total, value: b.compute(.function("exp"), b.compute(.subtract, b.load(logits, at(c)), highest)))
    }
    let y = b.compute(.add, highest, b.compute(.function("log"), b.load(total)))
    b.store(e, value: b.compute(.negate, y))
    b.loop(Size(k)) { b, c in
      let w = b.compute(.function("softmaxweight"), b.load(logits, at(c)), y)
      b.loop(Size(d)) { b, i in
        let r = b.compute(.subtract, b.load(x, at(i)), b.load(m, at(c), at(i)))
        b.accumulate(.subtract, s, at(i), value: b.compute(.multiply, w, r))
      }
    }
    return TestProgram(program: b.program, sample: x, energy: e, score: s, uniforms: [m: centres])
  }

  /// Lennard-Jones over pairs j > i, or with a guard over all i != j (and then half of it).
  static func pairs(_ n: Int, guarded: Bool) -> TestProgram {
    var b = ProgramBuilder()
    let x = b.buffer("X", [Size(n), 3], kind: .input)
    let e = b.buffer("energy", [], kind: .output)
    let s = b.buffer("score", [Size(n), 3], kind: .output)
    let square = b.buffer("square", [])
    b.add(.fill(e, 0))
    b.add(.fill(s, 0))
    func body(_ b: inout ProgramBuilder, _ i: Variable, _ j: Variable) {
      b.add(.fill(square, 0))
      b.loop(3) { b, k in
        let r = b.compute(.subtract, b.load(x, at(i), at(k)), b.load(x, at(j), at(k)))
        b.accumulate(square, value: b.compute(.power(2), r))
      }
      let inverse = b.compute(.power(-3), b.load(square))
      let twelve = b.compute(.power(2), inverse)
      b.accumulate(e, value: b.compute(.subtract, twelve, inverse))
      let factor = b.compute(
        .multiply, b.compute(.subtract, b.compute(.multiply, .constant(2), twelve), inverse),
        b.compute(.reciprocal, b.load(square)))
      b.loop(3) { b, k in
        let r = b.compute(.subtract, b.load(x, at(i), at(k)), b.load(x, at(j), at(k)))
        let force = b.compute(.multiply, factor, r)
        b.accumulate(s, at(i), at(k), value: force)
        b.accumulate(.subtract, s, at(j), at(k), value: force)
      }
    }
    b.loop(Size(n)) { b, i in
      if guarded {
        b.loop(Size(n)) { b, j in
          let difference = IndexExpression([(i, 1), (j, -1)])
          b.when([Condition(difference, .differsFromZero)]) { b in body(&b, i, j) }
        }
      } else {
        b.loop(Size(n), from: IndexExpression([(i, 1)], offset: 1)) { b, j in body(&b, i, j) }
      }
    }
    return TestProgram(program: b.program, sample: x, energy: e, score: s)
  }
}
