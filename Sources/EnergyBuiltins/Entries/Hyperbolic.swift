import EnergyIR
import Foundation

/// Hyperbolic functions and their inverses.
extension Builtins {
  static let hyperbolic: [Builtin] = [sinh, cosh, tanh, asinh, acosh, atanh]

  static let sinh = Builtin(
    "sinh", "The hyperbolic sine.", example: .init("sinh(0)", 0), [.init()], value: .unary { Foundation.sinh($0) },
    special: [.init([0], 0), .init([.infinity], .infinity), .init([-.infinity], -.infinity)], symmetry: .odd,
    .primitive(.init(.partials { graph, x, _ in [graph.call("cosh", x[0])] }, .library("sinh"), ulps: 2)))

  static let cosh = Builtin(
    "cosh", "The hyperbolic cosine.", example: .init("cosh(0)", 1), [.init()], range: Interval(1, .infinity),
    value: .unary { Foundation.cosh($0) },
    special: [.init([0], 1), .init([.infinity], .infinity), .init([-.infinity], .infinity)], symmetry: .even,
    .primitive(.init(.partials { graph, x, _ in [graph.call("sinh", x[0])] }, .library("cosh"), ulps: 2)))

  static let tanh = Builtin(
    "tanh", "The hyperbolic tangent.", example: .init("tanh(0)", 0), [.init()], range: .symmetricUnit,
    value: .unary { Foundation.tanh($0) },
    special: [.init([0], 0), .init([.infinity], 1), .init([-.infinity], -1), .init([.nan], .nan)], symmetry: .odd,
    .primitive(
      .init(.partials { graph, _, y in [graph.affine(-1, graph.power(y, 2), plus: 1)] }, .library("tanh"), ulps: 2)))

  static let asinh = Builtin(
    "asinh", aliases: ["arcsinh"], "The inverse of sinh.", example: .init("asinh(0)", 0), [.init()],
    value: .unary { Foundation.asinh($0) },
    special: [.init([0], 0), .init([.infinity], .infinity), .init([1e-300], 1e-300)], symmetry: .odd,
    .primitive(
      .init(
        .partials { graph, x, _ in [inverseRoot(graph, x[0], square: 1, constant: 1)] }, .library("asinh"), ulps: 2)))

  static let acosh = Builtin(
    "acosh", aliases: ["arccosh"], "The inverse of cosh on x ≥ 1.", example: .init("acosh(1)", 0),
    [.init("x", Interval(1, .infinity), samples: 1.001...50)], range: .nonNegative,
    value: .unary { Foundation.acosh($0) },
    special: [.init([1], 0), .init([.infinity], .infinity), .init([0], .nan)],
    .primitive(
      .init(
        .partials { graph, x, _ in [inverseRoot(graph, x[0], square: 1, constant: -1)] }, .library("acosh"), ulps: 2)))

  static let atanh = Builtin(
    "atanh", aliases: ["arctanh"], "The inverse of tanh on −1 < x < 1.", example: .init("atanh(0)", 0),
    [.init("x", .open(-1, 1), samples: -0.999...0.999)], value: .unary { Foundation.atanh($0) },
    special: [.init([0], 0), .init([1], .infinity), .init([-1], -.infinity), .init([2], .nan)], symmetry: .odd,
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.power(graph.affine(-1, graph.power(x[0], 2), plus: 1), -1)] },
        .library("atanh"), ulps: 2)))
}
