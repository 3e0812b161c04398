import EnergyIR
import Foundation

/// The gamma function's family.
extension Builtins {
  static let gamma: [Builtin] = [lgamma, digamma, trigamma, polygamma, lbeta, lchoose]

  static let lgamma = Builtin(
    "lgamma", aliases: ["gammaln", "loggamma"], "The logarithm of |Γ(x)|.", example: .init("lgamma(1)", 0),
    [.init("x", .positive, samples: 1e-3...50)], value: .unary { Numerics.lgamma($0) },
    special: [.init([1], 0), .init([2], 0), .init([0], .infinity), .init([.infinity], .infinity)],
    reference: .table("lgamma"),
    .primitive(.init(.partials { graph, x, _ in [graph.call("digamma", x[0])] }, .library("lgamma"), ulps: 4)))

  static let digamma = Builtin(
    "digamma", aliases: ["psi"], "The digamma function, the derivative of lgamma.",
    example: .init("digamma(1)", -0.5772156649015329), [.init("x", .positive, samples: 1e-3...50)],
    value: .unary { Numerics.digamma($0) },
    special: [.init([.infinity], .infinity), .init([0], -.infinity), .init([-1], .nan), .init([.nan], .nan)],
    reference: .table("digamma"),
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.call("trigamma", x[0])] }, .helper(.digamma, single: .digammaSingle), ulps: 8)
    ))

  static let trigamma = Builtin(
    "trigamma", "The derivative of digamma.", example: .init("trigamma(1)", 1.6449340668482264),
    [.init("x", .positive, samples: 1e-3...50)], range: .positive, value: .unary { Numerics.polygamma(1, $0) },
    special: [.init([.infinity], 0), .init([0], .infinity), .init([.nan], .nan)], reference: .table("trigamma"),
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.call("polygamma", graph.constant(2), x[0])] },
        .helper(.trigamma, single: .trigammaSingle), ulps: 8)))

  static let polygamma = Builtin(
    "polygamma", "The n-th derivative of digamma, for a whole number n.",
    example: .init("polygamma(2, 1)", -2.4041138063191885),
    [.init("n", .naturals, isLiteral: true, samples: 2...5), .init("x", .positive, samples: 1e-2...50)],
    value: .binary { Numerics.polygamma($0, $1) },
    special: [.init([3, .infinity], 0), .init([3, 0], .infinity), .init([2, .nan], .nan), .init([0.5, 1], .nan)],
    reference: .table("polygamma"),
    .primitive(
      .init(
        .partials { graph, x, _ in
          let next = graph.affine(1, x[0], plus: 1)
          return [nil, Builtins.apply(graph, "polygamma", [next, x[1]])]
        }, .helper(.polygamma, arity: 2), ulps: 16)))

  static let lbeta = Builtin(
    "lbeta", "The logarithm of the beta function B(a, b).", example: .init("lbeta(1, 1)", 0),
    [.init("a", .positive, samples: 1e-2...50), .init("b", .positive, samples: 1e-2...50)],
    value: .binary { Numerics.lbeta($0, $1) },
    special: [.init([1, 1], 0), .init([0, 1], .infinity), .init([1, .infinity], -.infinity), .init([-1, 1], .nan)],
    reference: .table("lbeta"), symmetry: .commutative,
    .primitive(
      .init(
        .partials { graph, x, _ in
          let common = graph.call("digamma", graph.add(x[0], x[1]))
          return x.map { graph.subtract(graph.call("digamma", $0), common) }
        }, .helper(.lbeta, arity: 2), ulps: 64)))

  static let lchoose = Builtin(
    "lchoose", "The logarithm of the binomial coefficient n over k, for real arguments too.",
    example: .init("lchoose(4, 2)", 1.791759469228055),
    [.init("n", .nonNegative, samples: 10...50), .init("k", .nonNegative, samples: 0.1...9)],
    value: .binary { -Foundation.log1p($0) - Numerics.lbeta($0 - $1 + 1, $1 + 1) },
    special: [.init([0, 0], 0), .init([2, 3], -.infinity)], reference: .table("lchoose"),
    .expansion { graph, x in
      let beta = graph.call(
        "lbeta", graph.affine(1, graph.subtract(x[0], x[1]), plus: 1), graph.affine(1, x[1], plus: 1))
      return graph.negate(graph.add(graph.call("log1p", x[0]), beta))
    })
}
