import EnergyIR
import Foundation

/// Signs, steps and roundings: functions whose derivative is constant between jumps.
extension Builtins {
  static let rounding: [Builtin] = [abs, sign, step, kronecker, floor, ceil, round, frac, mod, div]

  private static let jumps = [Builtin.Kink(at: "whole numbers", "the derivative is 0 everywhere")]

  static let abs = Builtin(
    "abs", "The absolute value.", example: .init("abs(-2)", 2), [.init()], range: .nonNegative,
    kinks: [.init(at: "x = 0", "abs'(0) = 0")], resultType: .sameAsArguments,
    value: .unary({ Swift.abs($0) }, { Swift.abs($0) }),
    special: [.init([-2], 2), .init([0], 0), .init([-.infinity], .infinity), .init([.nan], .nan)], symmetry: .even,
    .primitive(
      .init(
        .pullback { graph, x, _, c in
          // What doesn't depend on the sample is finite, and reads best as a product.
          if !graph[c].isVarying { return [graph.multiply(c, graph.call("sign", x[0]))] }
          let negative = graph.when(graph.compare(x[0], "less", 0), graph.negate(c))
          return [graph.select(graph.compare(x[0], "greater", 0), c, negative)]
        }, .library("fabs"), ulps: 0)))

  static let sign = Builtin(
    "sign", aliases: ["sgn"], "−1, 0 or 1, by the sign of x.", example: .init("sign(-3)", -1), [.init()],
    range: .symmetricUnit, kinks: [.init(at: "x = 0", "sign(0) = 0; the derivative is 0 everywhere")],
    resultType: .sameAsArguments, value: .unary { Numerics.sign($0) },
    special: [.init([-2], -1), .init([0], 0), .init([.infinity], 1), .init([.nan], .nan)],
    reference: .piecewiseConstant, symmetry: .odd,
    .primitive(
      .init(
        .zero, .expression("(({0}) > 0.0@ ? 1.0@ : ({0}) < 0.0@ ? -1.0@ : ({0}))"), ulps: 0)))

  static let step = Builtin(
    "step", aliases: ["heaviside"], "1 where x ≥ 0, else 0.", example: .init("step(0)", 1), [.init()], range: .unit,
    kinks: [.init(at: "x = 0", "step(0) = 1; the derivative is 0 everywhere")],
    value: .unary { $0.isNaN ? $0 : $0 >= 0 ? 1 : 0 },
    special: [.init([0], 1), .init([-1e-300], 0), .init([.infinity], 1), .init([.nan], .nan)],
    reference: .piecewiseConstant,
    .primitive(
      .init(.zero, .expression("(({0}) >= 0.0@ ? 1.0@ : ({0}) < 0.0@ ? 0.0@ : ({0}))"), ulps: 0)))

  static let kronecker = Builtin(
    "kronecker", "1 where the two are equal, else 0.", example: .init("kronecker(2, 2)", 1), [.init("a"), .init("b")],
    range: .unit, kinks: [.init(at: "a = b", "the derivative is 0 everywhere")],
    value: .binary { $0.isNaN || $1.isNaN ? .nan : $0 == $1 ? 1 : 0 },
    special: [.init([1, 1], 1), .init([1, 2], 0), .init([.nan, 0], .nan)], reference: .piecewiseConstant,
    symmetry: .commutative,
    .primitive(
      .init(
        .zero, .expression("(({0}) == ({1}) ? 1.0@ : ({0}) != ({0}) || ({1}) != ({1}) ? NAN : 0.0@)"), ulps: 0)))

  static let floor = Builtin(
    "floor", "The greatest whole number that isn't above x.", example: .init("floor(-1.5)", -2), [.init()],
    kinks: jumps, resultType: .int, value: .unary { $0.rounded(.down) },
    special: [.init([-1.5], -2), .init([2], 2), .init([.infinity], .infinity), .init([.nan], .nan)],
    reference: .piecewiseConstant, .primitive(.init(.zero, .library("floor"), ulps: 0)))

  static let ceil = Builtin(
    "ceil", "The least whole number that isn't below x.", example: .init("ceil(1.5)", 2), [.init()],
    kinks: jumps, resultType: .int, value: .unary { $0.rounded(.up) },
    special: [.init([1.5], 2), .init([2], 2), .init([.infinity], .infinity), .init([.nan], .nan)],
    reference: .piecewiseConstant, .primitive(.init(.zero, .library("ceil"), ulps: 0)))

  static let round = Builtin(
    "round", "The nearest whole number, ties to the even one.", example: .init("round(2.5)", 2), [.init()],
    kinks: [.init(at: "halves", "the derivative is 0 everywhere")], resultType: .int,
    value: .unary { $0.rounded(.toNearestOrEven) },
    special: [.init([0.5], 0), .init([1.5], 2), .init([-2.6], -3), .init([.nan], .nan)],
    reference: .piecewiseConstant, .primitive(.init(.zero, .library("rint"), ulps: 0)))

  static let frac = Builtin(
    "frac", "x − floor(x), in 0…1.", example: .init("frac(-0.25)", 0.75), [.init()], range: .unit,
    kinks: [.init(at: "whole numbers", "the derivative is 1 everywhere")], value: .unary { $0 - $0.rounded(.down) },
    special: [.init([2], 0), .init([-0.25], 0.75), .init([.nan], .nan)],
    .expansion { graph, x in graph.subtract(x[0], graph.call("floor", x[0])) })

  static let mod = Builtin(
    "mod", "The remainder of a/b with the sign of b: a − b·floor(a/b).", example: .init("mod(-1, 3)", 2),
    [.init("a", samples: -8...8), .init("b", samples: 1...3)],
    kinks: [.init(at: "whole a/b", "∂/∂a is 1 and ∂/∂b is −floor(a/b) everywhere")], resultType: .sameAsArguments,
    value: .binary { Numerics.floorMod($0, $1) },
    special: [.init([5, 3], 2), .init([-1, 3], 2), .init([1, -3], -2), .init([1, 0], .nan)],
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.constant(1), graph.negate(graph.call("div", x[0], x[1]))] },
        .helper(.mod, single: .modSingle, arity: 2), ulps: 1)))

  static let div = Builtin(
    "div", "The whole quotient floor(a/b).", example: .init("div(-1, 3)", -1),
    [.init("a", samples: -8...8), .init("b", samples: 1...3)],
    kinks: [.init(at: "whole a/b", "the derivative is 0 everywhere")], resultType: .int,
    value: .binary { ($0 / $1).rounded(.down) },
    special: [.init([7, 2], 3), .init([-1, 3], -1), .init([1, 0], .infinity), .init([0, 0], .nan)],
    reference: .piecewiseConstant,
    .primitive(.init(.zero, .expression("floor@(({0}) / ({1}))"), ulps: 0)))
}
