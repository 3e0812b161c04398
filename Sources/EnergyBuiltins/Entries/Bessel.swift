import EnergyIR
import Foundation

/// Modified Bessel functions of the first kind.
///
/// The derivatives close on Iₙ and on the ratios Iₙ/I₀, whose rules (DLMF 10.29.1) have no pole at 0.
extension Builtins {
  static let bessel: [Builtin] = [besselI0, besselI1, besselI, logI0, besselRatio]

  static let besselI0 = Builtin(
    "bessel_i0", "The modified Bessel function I₀.", example: .init("bessel_i0(0)", 1), [.init("x", samples: -40...40)],
    range: Interval(1, .infinity), value: .unary { Numerics.besselI0($0) },
    special: [.init([0], 1), .init([.infinity], .infinity), .init([-.infinity], .infinity), .init([.nan], .nan)],
    reference: .table("bessel_i0"), symmetry: .even,
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.call("bessel_i1", x[0])] },
        Spelling.helper(.besselI0, single: .besselI0Single).withCUDA("cyl_bessel_i0"), ulps: 6)))

  static let besselI1 = Builtin(
    "bessel_i1", "The modified Bessel function I₁.", example: .init("bessel_i1(0)", 0), [.init("x", samples: -40...40)],
    value: .unary { Numerics.besselI1($0) },
    special: [.init([0], 0), .init([.infinity], .infinity), .init([-.infinity], -.infinity), .init([.nan], .nan)],
    reference: .table("bessel_i1"), symmetry: .odd,
    .primitive(
      .init(
        .partials { graph, x, _ in
          let second = graph.call("bessel_i", graph.constant(2), x[0])
          return [graph.scale(0.5, graph.add(graph.call("bessel_i0", x[0]), second))]
        }, Spelling.helper(.besselI1, single: .besselI1Single).withCUDA("cyl_bessel_i1"), ulps: 6)))

  static let besselI = Builtin(
    "bessel_i", "The modified Bessel function Iₙ for a whole number n.", example: .init("bessel_i(2, 0)", 0),
    [.init("n", .naturals, isLiteral: true, samples: 2...5), .init("x", samples: -40...40)],
    value: .binary { Numerics.besselI($0, $1) },
    special: [.init([2, 0], 0), .init([2, .infinity], .infinity), .init([3, -.infinity], -.infinity)],
    reference: .table("bessel_i"),
    .primitive(
      .init(
        .partials { graph, x, _ in
          let below = Builtins.apply(graph, "bessel_i", [graph.affine(1, x[0], plus: -1), x[1]])
          let above = Builtins.apply(graph, "bessel_i", [graph.affine(1, x[0], plus: 1), x[1]])
          return [nil, graph.scale(0.5, graph.add(below, above))]
        }, .helper(.besselI, single: .besselISingle, arity: 2), ulps: 16)))

  static let logI0 = Builtin(
    "log_i0", "The logarithm of the modified Bessel function I₀, without overflow.", example: .init("log_i0(0)", 0),
    [.init("x", samples: -60...60)], range: .nonNegative, value: .unary { Numerics.logI0($0) },
    special: [.init([0], 0), .init([.infinity], .infinity), .init([-.infinity], .infinity), .init([.nan], .nan)],
    reference: .table("log_i0"), symmetry: .even,
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.call("bessel_ratio", graph.constant(1), x[0])] },
        .helper(.logI0, single: .logI0Single), ulps: 6)))

  static let besselRatio = Builtin(
    "bessel_ratio", "Iₙ(x)/I₀(x) for a whole number n: the mean resultant length of directions for n = 1.",
    example: .init("bessel_ratio(1, 0)", 0),
    [.init("n", .naturals, isLiteral: true, samples: 1...4), .init("x", samples: -60...60)], range: .symmetricUnit,
    value: .binary { Numerics.besselRatio($0, $1) },
    special: [.init([0, 3], 1), .init([1, .infinity], 1), .init([1, -.infinity], -1), .init([1, .nan], .nan)],
    reference: .table("bessel_ratio"),
    .primitive(
      .init(
        .partials { graph, x, y in
          let below = Builtins.apply(graph, "bessel_ratio", [graph.affine(1, x[0], plus: -1), x[1]])
          let above = Builtins.apply(graph, "bessel_ratio", [graph.affine(1, x[0], plus: 1), x[1]])
          let first = graph.call("bessel_ratio", graph.constant(1), x[1])
          let mean = graph.scale(0.5, graph.add(below, above))
          return [nil, graph.subtract(mean, graph.multiply(y, first))]
        }, .helper(.besselRatio, single: .besselRatioSingle, arity: 2), ulps: 16)))
}
