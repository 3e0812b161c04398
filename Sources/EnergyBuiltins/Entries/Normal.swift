import EnergyIR
import Foundation

/// The error function and the normal distribution.
extension Builtins {
  static let normal: [Builtin] = [erf, erfc, erfinv, normcdf, logNormcdf, inverseMills, probit]

  static let erf = Builtin(
    "erf", "The error function.", example: .init("erf(0)", 0), [.init("x", samples: -5...5)], range: .symmetricUnit,
    value: .unary { Foundation.erf($0) },
    special: [.init([0], 0), .init([.infinity], 1), .init([-.infinity], -1), .init([.nan], .nan)],
    reference: .table("erf"), symmetry: .odd,
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.gaussian(x[0], rate: -1, factor: 2 / Numerics.sqrtPi)] }, .library("erf"),
        ulps: 1)))

  static let erfc = Builtin(
    "erfc", "1 − erf(x), exact in the upper tail.", example: .init("erfc(0)", 1), [.init("x", samples: -5...20)],
    range: .open(0, 2), value: .unary { Foundation.erfc($0) },
    special: [.init([0], 1), .init([.infinity], 0), .init([-.infinity], 2), .init([.nan], .nan)],
    reference: .table("erfc"),
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.gaussian(x[0], rate: -1, factor: -2 / Numerics.sqrtPi)] },
        .library("erfc"), ulps: 4)))

  static let erfinv = Builtin(
    "erfinv", "The inverse of erf on −1 < x < 1.", example: .init("erfinv(0)", 0),
    [.init("x", .open(-1, 1), samples: -0.999...0.999)], value: .unary { Numerics.erfinv($0) },
    special: [.init([0], 0), .init([1], .infinity), .init([-1], -.infinity), .init([2], .nan)],
    reference: .table("erfinv"), symmetry: .odd,
    .primitive(
      .init(
        .partials { graph, _, y in [graph.gaussian(y, rate: 1, factor: Numerics.sqrtPi / 2)] },
        Spelling.helper(.erfinv).withCUDA("erfinv"), ulps: 4)))

  static let normcdf = Builtin(
    "normcdf", aliases: ["Phi"], "The standard normal distribution function Φ(x).", example: .init("normcdf(0)", 0.5),
    [.init("x", samples: -30...8)], range: .open(0, 1), value: .unary { Numerics.normcdf($0) },
    special: [.init([0], 0.5), .init([.infinity], 1), .init([-.infinity], 0), .init([.nan], .nan)],
    reference: .table("normcdf"),
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.gaussian(x[0], rate: -0.5, factor: 1 / Numerics.sqrtTwoPi)] },
        Spelling.helper(.normcdf, single: .normcdfSingle).withCUDA("normcdf"), ulps: 6)))

  static let logNormcdf = Builtin(
    "log_normcdf", "The logarithm of the standard normal distribution function, for any x.",
    example: .init("log_normcdf(0)", -0.6931471805599453), [.init("x", samples: -50...8)],
    range: Interval(-.infinity, 0), value: .unary { Numerics.logNormcdf($0) },
    special: [.init([.infinity], 0), .init([-.infinity], -.infinity), .init([.nan], .nan)],
    reference: .table("log_normcdf"),
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.call("inverse_mills", x[0])] },
        .helper(.logNormcdf, single: .logNormcdfSingle), ulps: 4)))

  /// φ/Φ, on which all derivatives of log Φ close: h′ = −h·(x + h), never 0/0.
  static let inverseMills = Builtin(
    "inverse_mills", "The inverse Mills ratio φ(x)/Φ(x): the derivative of log_normcdf.",
    example: .init("inverse_mills(0)", 0.7978845608028654), [.init("x", samples: -50...8)], range: .positive,
    value: .unary { Numerics.inverseMills($0) },
    special: [.init([.infinity], 0), .init([-.infinity], .infinity), .init([.nan], .nan)],
    reference: .table("inverse_mills"),
    .primitive(
      .init(
        .partials { graph, x, y in [graph.negate(graph.multiply(y, graph.add(x[0], y)))] },
        .helper(.inverseMills, single: .inverseMillsSingle),
        ulps: 6)))

  static let probit = Builtin(
    "probit", "The standard normal quantile: the x with normcdf(x) = p.", example: .init("probit(0.5)", 0),
    [.init("p", .open(0, 1), samples: 1e-6...0.999)], value: .unary { Numerics.probit($0) },
    special: [.init([0.5], 0), .init([0], -.infinity), .init([1], .infinity), .init([2], .nan)],
    reference: .table("probit"),
    .primitive(
      .init(
        .partials { graph, _, y in [graph.gaussian(y, rate: 0.5, factor: Numerics.sqrtTwoPi)] },
        Spelling.helper(.probit).withCUDA("normcdfinv"), ulps: 4)))
}
