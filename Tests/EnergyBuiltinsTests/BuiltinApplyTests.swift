import EnergyBuiltins
import EnergyIR
import Testing

/// The canonical forms that `Builtins.apply` gives.
@Suite struct BuiltinApplyTests {
  private let graph = Graph()

  private func symbol(_ name: String, shape: [Size] = []) -> NodeID {
    graph.symbol(Symbol(name: name, role: .sample, shape: shape))
  }

  private func apply(_ name: FunctionName, _ arguments: NodeID...) -> NodeID { Builtins.apply(graph, name, arguments) }

  @Test func signsLeaveOddAndEvenFunctions() {
    let (x, y) = (symbol("x"), symbol("y"))
    #expect(apply("sin", graph.negate(x)) == graph.negate(apply("sin", x)))
    #expect(apply("cos", graph.negate(x)) == apply("cos", x))
    #expect(apply("abs", graph.subtract(x, y)) == apply("abs", graph.subtract(y, x)))
    #expect(apply("min", x, y) == apply("min", y, x))
  }

  @Test func aliasesAreTheSameNode() {
    let x = symbol("x")
    #expect(apply("ln", x) == apply("log", x))
    #expect(apply("swish", x) == apply("silu", x))
  }

  @Test func arithmeticHasNoSecondForm() {
    let x = symbol("x")
    #expect(apply("sqrt", x) == graph.power(x, 0.5))
    #expect(apply("recip", x) == graph.power(x, -1))
    #expect(apply("pow", x, graph.constant(3)) == graph.power(x, 3))
    #expect(apply("relu", apply("exp", x)) == apply("exp", x))
    #expect(apply("polygamma", graph.constant(1), x) == apply("trigamma", x))
    #expect(apply("min", x, x) == x)
  }

  @Test func numbersFoldAlsoAsTensors() {
    #expect(graph.constantValue(apply("exp", graph.constant(0))) == 1)
    let ones = graph.broadcast(graph.constant(1), to: [3])
    let folded = apply("log", ones)
    #expect(graph.isZero(folded) && graph.shape(folded) == [3])
    #expect(graph[apply("less", graph.constant(1), graph.constant(2))].type == .bool)
    #expect(graph[apply("max", graph.constant(1, type: .int), graph.constant(2, type: .int))].type == .int)
  }

  @Test func defaultsAndManyArguments() {
    let x = symbol("x")
    #expect(apply("leaky_relu", x) == apply("leaky_relu", x, graph.constant(0.01)))
    #expect(apply("max", x, symbol("y"), symbol("z")) != x)
    #expect(Builtins.named("leaky_relu")?.signature == "leaky_relu(x, slope = 0.01)")
    #expect(Builtins.named("min")?.signature == "min(a, b, …)")
  }

  @Test func argumentsBroadcast() {
    let (x, v) = (symbol("x"), symbol("v", shape: [4]))
    #expect(graph.shape(apply("max", x, v)) == [4])
    #expect(graph.shape(apply("clamp", v, graph.constant(0), graph.constant(1))) == [4])
  }

  /// No 0·∞: a cotangent that is infinite where a branch isn't taken doesn't reach the result.
  @Test(arguments: ["relu", "abs", "min", "max", "hypot", "pow", "xlogy"]) func branchesDontLeak(_ name: String) throws
  {
    let entry = try #require(Builtins[FunctionName(name)])
    let arguments = entry.parameters.map { symbol($0.name) }
    let cotangent = symbol("c")
    let result = entry.apply(graph, arguments)
    let contributions = entry.pullback(graph, arguments, result, cotangent)
    let point: [String: [Double]] = [
      "relu": [-1], "abs": [0], "min": [2, 1], "max": [1, 2], "hypot": [0, 0], "pow": [3, 0], "xlogy": [2, 0],
    ]
    let values = try #require(point[name])
    let first = try #require(contributions[name == "xlogy" ? 1 : 0])
    let scalar = ScalarGraph(graph: graph, root: first, variables: arguments + [cotangent])
    if name == "xlogy" {
      #expect(scalar.evaluate([0, 0, 1]).value == 0)
    } else {
      #expect(scalar.evaluate(values + [.infinity]).value == 0)
    }
  }

  @Test func normsHaveNoGradientAtTheOrigin() {
    let (x, y) = (symbol("x"), symbol("y"))
    let norm = graph.squareRoot(graph.add(graph.power(x, 2), graph.power(y, 2)))
    let energy = ScalarGraph(graph: graph, root: norm, variables: [x, y])
    let first = energy.derivative(by: 0)
    #expect(first.evaluate([0, 0]).value == 0)
    #expect(abs(first.evaluate([3, 4]).value - 0.6) < 1e-15)
    let second = first.derivative(by: 1)
    #expect(!second.evaluate([0, 0]).value.isNaN)
    #expect(abs(second.evaluate([3, 4]).value + 12.0 / 125) < 1e-16)
  }

  /// What the graph takes for granted about signs, the table says as well.
  @Test func signsAgreeWithTheRanges() {
    for entry in Builtins.all where entry.primitive != nil {
      let call = entry.apply(graph, entry.parameters.map { symbol($0.name) })
      if graph.isProvablyNonNegative(call) { #expect(entry.range.isNonNegative, "\(entry.name)") }
    }
  }

  @Test func rootsOfOtherThingsAreInfiniteAtZero() {
    let x = symbol("x")
    let root = ScalarGraph(graph: graph, root: apply("sqrt", x), variables: [x])
    #expect(root.derivative(by: 0).evaluate([0]).value == .infinity)
  }
}
