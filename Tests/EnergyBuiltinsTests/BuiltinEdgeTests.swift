import EnergyBuiltins
import EnergyIR
import Testing

/// Values outside the domains that the tables cover, and the helpers of the entries.
@Suite struct BuiltinEdgeTests {
  private func value(_ name: String, _ x: Double...) throws -> Double {
    try #require(Builtins[FunctionName(name)]).value(x)
  }

  /// 20 digits each, from mpmath.
  @Test(arguments: [
    (-0.5, 0.036489973978576520559, 8.9348022005446793094, -0.8287966442343199956),
    (-1.3, 2.8825405488661673038, 14.53687624413707964, 68.549413471162134232),
    (-10.75, -0.72089576016716117401, 19.650378280099093365, -124.03299241970518809),
    (-1000000.25, 16.957103961553827759, 19.739207802179467237, 124.0251067211982807),
  ]) func polygammaOfNegativeNumbers(_ x: Double, _ zeroth: Double, _ first: Double, _ second: Double) throws {
    #expect(abs(try value("digamma", x) - zeroth) < 1e-13 * (1 + abs(zeroth)))
    #expect(abs(try value("trigamma", x) - first) < 1e-13 * (1 + abs(first)))
    #expect(abs(try value("polygamma", 2, x) - second) < 1e-13 * (1 + abs(second)))
  }

  @Test func poles() throws {
    #expect(try value("trigamma", -2) == .infinity)
    #expect(try value("polygamma", 2, -2).isNaN)
    #expect(try value("polygamma", 2, 0) == -.infinity)
    #expect(try value("digamma", -0.0) == .infinity)
    #expect(try value("polygamma", 0, 1) == value("digamma", 1))
    #expect(try value("polygamma", 1e9, 1).isNaN)
    #expect(try value("bessel_i", 1, 2) == value("bessel_i1", 2))
    #expect(try value("bessel_i", -1, 2).isNaN)
  }

  @Test func remaindersOfInfinities() throws {
    #expect(try value("mod", 1, .infinity) == 1)
    #expect(try value("mod", -1, .infinity) == .infinity)
    #expect(try value("mod", 6, -3).sign == .minus)
  }

  @Test func intervalsKnowTheirBounds() {
    #expect(Interval.positive.isPositive && !Interval.nonNegative.isPositive && Interval.nonNegative.isNonNegative)
    #expect(Interval.unit.contains(1) && !Interval.open(0, 1).contains(1) && Interval.all.contains(-1e300))
    #expect(Interval.naturals.contains(3) && !Interval.naturals.contains(2.5) && !Interval.all.contains(.infinity))
  }

  @Test func partialsAreContributionsOfOne() throws {
    let graph = Graph()
    let x = graph.symbol(Symbol(name: "x", role: .sample, shape: []))
    let tanh = try #require(Builtins.named("tanh"))
    let call = tanh.apply(graph, [x])
    #expect(tanh.partials(graph, [x], call) == [graph.sum([(-1, graph.power(call, 2))], constant: 1)])
    let sqrt = try #require(Builtins.named("sqrt"))
    #expect(sqrt.partials(graph, [x], sqrt.apply(graph, [x])) == [nil])
  }

  @Test func sumsOfSquaresAreSeenThroughLoops() {
    let graph = Graph()
    let x = graph.symbol(Symbol(name: "x", role: .sample, shape: [3, 2]))
    let i = graph.freshVariable(3)
    let row = graph.index(x, [.at(IndexExpression(i)), .all])
    let squares = graph.dot(row, row)
    #expect(graph.isSumOfSquares(squares))
    #expect(graph.isSumOfSquares(graph.build(i, squares)))
    #expect(graph.isSumOfSquares(graph.total(graph.power(x, 2))))
    #expect(!graph.isSumOfSquares(graph.total(x)))
    #expect(!graph.isSumOfSquares(graph.sum([(1, squares)], constant: 1)))
  }
}
