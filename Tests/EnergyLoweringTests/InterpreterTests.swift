import EnergyIR
import Testing

@testable import EnergyLowering

/// Errors of the interpreters, and operation counts with dependent bounds.
@Suite struct InterpreterTests {
  let s = Setting()

  @Test func reportsWhatIsMissing() throws {
    let d = s.dimension("d", 3)
    let x = s.sample([d])
    let program = Lowering.lower(s.graph, outputs: [("energy", s.graph.total(x))])
    let interpreter = ReferenceInterpreter(program, dimensions: s.dimensions)
    #expect(throws: InterpreterError.badInput(name: "x", expected: 3, found: nil)) { try interpreter.run([:]) }
    #expect(throws: InterpreterError.unboundSize("d")) { try ReferenceInterpreter(program).run(s.inputs) }
    #expect(OperationCount(program) == nil)
  }

  @Test func reportsAnIndexFromDataOutOfRange() throws {
    let d = s.dimension("d", 3)
    let x = s.sample([d])
    let table = s.symbol("t", .data, [2], type: .int) { $0 == 0 ? 1 : 3 }
    let k = s.variable(2)
    let node = s.sum([k], [], s.graph.index(x, [.gather], gathers: [s.at(table, k)]))
    let program = Lowering.lower(s.graph, outputs: [("energy", node)])
    let wanted = InterpreterError.indexOutOfRange(buffer: "x", axis: 0, index: 3, extent: 3)
    #expect(throws: wanted) { try ReferenceInterpreter(program, dimensions: s.dimensions).run(s.inputs) }
  }

  @Test(arguments: [1, 2, 7, 50]) func countsTriangles(n: Int) throws {
    let size = s.dimension("n", n)
    let x = s.sample([size])
    let (i, j) = (s.variable(size), s.variable(size))
    let body = s.call("exp", s.graph.multiply(s.at(x, i), s.at(x, j)))
    let node = s.sum([i, j], [condition([(j, 1), (i, -1)], -1, .atLeastZero)], body)
    let program = Lowering.lower(s.graph, outputs: [("energy", node)])
    let count = try #require(OperationCount(program, dimensions: s.dimensions))
    let pairs = n * (n - 1) / 2
    #expect(count.total == 3 * pairs)
    #expect(count.transcendental == pairs)
  }

  @Test func uniformWorkCountsNothing() throws {
    let d = s.dimension("d", 4)
    let (x, a) = (s.sample([d]), s.parameter("a", [d]))
    let node = s.graph.dot(s.call("exp", a), x)
    let program = Lowering.lower(s.graph, outputs: [("energy", node)])
    let count = try #require(OperationCount(program, dimensions: s.dimensions))
    #expect(count.total == 8)
    #expect(count.transcendental == 0)
  }
}
