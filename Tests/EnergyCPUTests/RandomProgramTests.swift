import EnergyIR
import EnergyLowering
import Testing

@testable import EnergyCPU

/// Random programs on tiles against the scalar oracle: loops, conditions, aliased accesses, moduli, everything that
/// the planner may get wrong together.
@Suite struct RandomProgramTests {
  private struct Writer {
    var b = ProgramBuilder()
    var numbers: TestNumbers
    let size = 9
    var varying: [BufferID] = []
    var shared: [BufferID] = []
    var scalars: [BufferID] = []
    var values: [Operand] = []
    var variables: [Variable] = []

    mutating func pick<Element>(_ list: [Element]) -> Element {
      list[Int.random(in: list.indices, using: &numbers)]
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &numbers) < percent }

    /// A position that is in range whatever the variables.
    mutating func position() -> Access.Position {
      guard let variable = variables.last, chance(85) else { return at(Int.random(in: 0..<size, using: &numbers)) }
      let chosen = chance(70) ? variable : pick(variables)
      if chance(30) {
        let offset = Size(Int.random(in: -4...4, using: &numbers))
        return at(chosen, pick([1, 1, -1, 2, 3]), plus: offset, mod: Size(size))
      }
      // Loop variables stay below 6 of the 9 places.
      return chance(75)
        ? at(chosen, plus: Size(Int.random(in: 0...3, using: &numbers)))
        : at(chosen, -1, plus: Size(Int.random(in: 5...8, using: &numbers)))
    }

    mutating func operand() -> Operand {
      if !values.isEmpty, chance(70) { return pick(Array(values.suffix(5))) }
      if let variable = variables.last, chance(20) {
        return .index(IndexExpression([(variable, 2)], offset: 1, modulus: chance(50) ? 5 : nil))
      }
      return .constant(pick([0.5, -1.25, 3, 0]))
    }

    mutating func simple() {
      switch Int.random(in: 0..<10, using: &numbers) {
      case 0..<3:
        let source = chance(75) ? pick(varying) : pick(shared)
        values.append(b.load(source, position()))
      case 3:
        values.append(b.load(pick(scalars)))
      case 4..<7:
        let computation = pick([
          Computation.add, .subtract, .multiply, .add, .subtract, .multiply, .negate, .power(2), .power(3),
          .function("sin"), .function("cos"), .function("min"), .select, .function("tanh"), .function("less"),
        ])
        switch computation {
        case .negate, .power, .function("sin"), .function("cos"), .function("tanh"):
          // Bounded, so that values don't explode.
          values.append(b.compute(.function("sin"), b.compute(computation, operand())))
        case .select:
          values.append(b.compute(.select, b.compute(.function("less"), operand(), operand()), operand(), operand()))
        default: values.append(b.compute(.function("sin"), b.compute(computation, operand(), operand())))
        }
        if chance(40) {
          values.append(b.compute(.multiply, operand(), operand()))
          values.append(b.compute(pick([.add, .subtract]), operand(), values[values.count - 1]))
          values.append(b.compute(.function("sin"), values[values.count - 1]))
        }
      case 7: b.store(pick(varying), position(), value: operand())
      case 8: b.accumulate(pick([.add, .subtract, .max, .add]), pick(varying), position(), value: operand())
      default:
        if chance(60) {
          b.accumulate(pick([.add, .subtract, .min, .max]), pick(scalars), value: operand())
        } else {
          b.store(pick(scalars), value: operand())
        }
      }
    }

    mutating func block(depth: Int) {
      for _ in 0..<Int.random(in: 2...6, using: &numbers) {
        let outer = values
        if depth > 0, chance(35) {
          let variable = b.variable(6)
          let upper = IndexExpression(Size(Int.random(in: 1...6, using: &numbers)))
          var lower = IndexExpression(0)
          if let last = variables.last, chance(30) { lower = IndexExpression([(last, 1)], offset: 1) }
          b.add(.loop(variable, lower: [lower], upper: [upper]))
          variables.append(variable)
          block(depth: depth - 1)
          variables.removeLast()
          b.add(.endLoop)
          values = outer
        } else if depth > 0, let last = variables.last, chance(25) {
          let expression = IndexExpression(
            [(last, pick([1, -1, 2]))], offset: Size(Int.random(in: -4...4, using: &numbers)),
            modulus: chance(20) ? 3 : nil)
          let relation =
            expression.modulus != nil
            ? pick([.equalsZero, .differsFromZero])
            : pick([Condition.Relation.atLeastZero, .equalsZero, .differsFromZero])
          b.add(.when([Condition(expression, relation)]))
          block(depth: depth - 1)
          b.add(.endWhen)
          values = outer
        } else {
          simple()
        }
      }
    }
  }

  @Test(arguments: 0..<12)
  func tilesAgreeWithTheOracle(part: Int) throws {
    for number in 0..<15 {
      var writer = Writer(numbers: TestNumbers(UInt64(part * 1000 + number + 1)))
      let size = Size(writer.size)
      let x = writer.b.buffer("x", [size], kind: .input)
      let w = writer.b.buffer("w", [size], isVarying: false, kind: .input)
      let y = writer.b.buffer("y", [size], kind: .output)
      let z = writer.b.buffer("z", [size], kind: .output)
      let e = writer.b.buffer("e", [], kind: .output)
      let f = writer.b.buffer("f", [], kind: .output)
      writer.varying = [y, z, x]
      writer.shared = [w]
      writer.scalars = [e, f]
      for buffer in [y, z, e, f] { writer.b.add(.fill(buffer, 0.25)) }
      for _ in 0..<3 { writer.block(depth: 3) }
      try expectAgreement(
        writer.b.program, samples: [x: writer.numbers.reals(writer.size * 3)], rows: 3,
        uniforms: [w: writer.numbers.reals(writer.size)], results: [y, z, e, f], tolerance: 1e-9, lanes: 16)
    }
  }
}
