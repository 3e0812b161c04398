import EnergyIR
import Foundation

/// Exponentials and logarithms.
extension Builtins {
  static let exponential: [Builtin] = [
    exp, expm1, exp2, log, log1p, log2, log10, logaddexp, logdiffexp, log1mexp, xlogy, softmaxweight,
  ]

  static let exp = Builtin(
    "exp", "e to the power x.", example: .init("exp(0)", 1), [.init()], range: .positive,
    value: .unary { Foundation.exp($0) },
    special: [.init([0], 1), .init([-.infinity], 0), .init([.infinity], .infinity), .init([.nan], .nan)],
    .primitive(.init(.partials { _, _, y in [y] }, .library("exp"), ulps: 1)))

  static let expm1 = Builtin(
    "expm1", "e to the power x, minus 1, exact for small x.", example: .init("expm1(0)", 0), [.init()],
    range: Interval(-1, .infinity), value: .unary { Foundation.expm1($0) },
    special: [.init([0], 0), .init([1e-300], 1e-300), .init([-.infinity], -1), .init([.infinity], .infinity)],
    .primitive(.init(.partials { graph, x, _ in [graph.call("exp", x[0])] }, .library("expm1"), ulps: 2)))

  static let exp2 = Builtin(
    "exp2", "2 to the power x.", example: .init("exp2(3)", 8), [.init()], range: .positive,
    value: .unary { Foundation.exp2($0) },
    special: [.init([10], 1024), .init([-1], 0.5), .init([-.infinity], 0), .init([.infinity], .infinity)],
    .primitive(
      .init(.partials { graph, _, y in [graph.scale(Foundation.log(2), y)] }, .library("exp2"), ulps: 1)))

  static let log = Builtin(
    "log", aliases: ["ln"], "The natural logarithm.", example: .init("log(1)", 0),
    [.init("x", .positive, samples: 1e-6...1e3)], value: .unary { Foundation.log($0) },
    special: [.init([1], 0), .init([0], -.infinity), .init([.infinity], .infinity), .init([-1], .nan)],
    .primitive(.init(.partials { graph, x, _ in [graph.power(x[0], -1)] }, .library("log"), ulps: 1)))

  static let log1p = Builtin(
    "log1p", "The natural logarithm of 1 + x, exact for small x.", example: .init("log1p(0)", 0),
    [.init("x", Interval(-1, .infinity, includesLower: false), samples: -0.999...50)],
    value: .unary { Foundation.log1p($0) },
    special: [.init([0], 0), .init([1e-300], 1e-300), .init([-1], -.infinity), .init([-2], .nan)],
    .primitive(
      .init(.partials { graph, x, _ in [graph.power(graph.affine(1, x[0], plus: 1), -1)] }, .library("log1p"), ulps: 2)
    ))

  static let log2 = Builtin(
    "log2", "The logarithm to base 2.", example: .init("log2(8)", 3), [.init("x", .positive, samples: 1e-6...1e3)],
    value: .unary { Foundation.log2($0) },
    special: [.init([1], 0), .init([1024], 10), .init([0], -.infinity), .init([-1], .nan)],
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.scale(1 / Foundation.log(2), graph.power(x[0], -1))] }, .library("log2"),
        ulps: 2)))

  static let log10 = Builtin(
    "log10", "The logarithm to base 10.", example: .init("log10(1000)", 3),
    [.init("x", .positive, samples: 1e-6...1e3)], value: .unary { Foundation.log10($0) },
    special: [.init([1], 0), .init([100], 2), .init([0], -.infinity), .init([-1], .nan)],
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.scale(1 / Foundation.log(10), graph.power(x[0], -1))] }, .library("log10"),
        ulps: 2)))

  static let logaddexp = Builtin(
    "logaddexp", "log(e^a + e^b), without overflow.", example: .init("logaddexp(0, 0)", 0.6931471805599453),
    [.init("a"), .init("b")], value: .binary { Numerics.logaddexp($0, $1) },
    special: [
      .init([-.infinity, 2], 2), .init([1000, -1000], 1000), .init([-.infinity, -.infinity], -.infinity),
      .init([.nan, 0], .nan),
    ], symmetry: .commutative,
    .primitive(
      .init(
        .partials { graph, x, _ in
          let difference = graph.subtract(x[0], x[1])
          return [graph.call("sigmoid", difference), graph.call("sigmoid", graph.negate(difference))]
        }, .helper(.logaddexp, single: .logaddexpSingle, arity: 2), ulps: 3)))

  static let logdiffexp = Builtin(
    "logdiffexp", "log(e^a − e^b) for a ≥ b, without overflow.", example: .init("logdiffexp(2, 1)", 1.5413248546129182),
    [.init("a", samples: 1...8), .init("b", samples: -8...0.9)], value: .binary { Numerics.logdiffexp($0, $1) },
    special: [.init([1000, -1000], 1000), .init([0, -.infinity], 0), .init([0, 1], .nan)],
    .expansion { graph, x in graph.add(x[0], graph.call("log1mexp", graph.subtract(x[1], x[0]))) })

  static let log1mexp = Builtin(
    "log1mexp", "log(1 − e^x) for x < 0, exact near 0 and far from it.",
    example: .init("log1mexp(-1)", -0.4586751453870819),
    [.init("x", Interval(-.infinity, 0, includesUpper: false), samples: -8 ... -1e-6)],
    range: Interval(-.infinity, 0), value: .unary { Numerics.log1mexp($0) },
    special: [.init([0], -.infinity), .init([-.infinity], 0), .init([1], .nan)],
    .primitive(
      .init(
        .partials { graph, x, _ in
          [graph.scale(-1, graph.power(graph.call("expm1", graph.negate(x[0])), -1))]
        }, .helper(.log1mexp, single: .log1mexpSingle), ulps: 3)))

  static let xlogy = Builtin(
    "xlogy", "x·log(y), and 0 where x is 0.", example: .init("xlogy(0, 0)", 0),
    [.init("x"), .init("y", .positive, samples: 1e-3...1e2)],
    kinks: [.init(at: "x = 0", "the value is 0 and ∂/∂y is 0, also for y = 0")],
    value: .binary { Numerics.xlogy($0, $1) },
    special: [.init([0, 0], 0), .init([2, 1], 0), .init([1, 0], -.infinity), .init([1, -1], .nan)],
    .primitive(
      .init(
        .pullback { graph, x, _, c in
          let slope = graph.product([(c, 1), (x[0], 1), (x[1], -1)])
          return [
            graph.multiply(c, graph.call("log", x[1])),
            graph.select(graph.compare(x[0], "equal", 0), graph.constant(0), slope),
          ]
        },
        Spelling(
          c64: "(({0}) == 0.0 ? 0.0 : ({0}) * log({1}))", c32: "(({0}) == 0.0f ? 0.0f : ({0}) * logf({1}))"),
        ulps: 2)))

  /// The weight e^(b − y) of one term of a logsumexp y. Whole, so that the logits b are kept and not computed anew.
  /// Where all terms are −∞, what none of them reaches has no weight: a state of a Markov chain, say, that no path leads
  /// to has the gradient 0, not NaN.
  static let softmaxweight = Builtin(
    "softmaxweight", "e^(b − y): the weight of one term b in a log-sum-exp y.",
    example: .init("softmaxweight(1, 1)", 1), [.init("b"), .init("y")], range: .positive,
    value: .binary { Foundation.exp($0 - ($1 == -.infinity ? 0 : $1)) },
    special: [
      .init([0, 0], 1), .init([-.infinity, 0], 0), .init([-.infinity, -.infinity], 0), .init([.nan, 0], .nan),
    ], isPublic: false,
    .primitive(
      .init(
        .partials { graph, _, w in [w, graph.negate(w)] },
        Spelling(
          c64: "exp(({0}) - (({1}) == -INFINITY ? 0.0 : ({1})))",
          c32: "expf(({0}) - (({1}) == -INFINITY ? 0.0f : ({1})))"), ulps: 1)))
}
