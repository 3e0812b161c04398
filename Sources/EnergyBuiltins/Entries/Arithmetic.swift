import EnergyIR
import Foundation

/// Powers, roots and extrema. What is a monomial of the graph has no node of its own.
extension Builtins {
  static let arithmetic: [Builtin] = [sqrt, cbrt, square, cube, recip, pow, hypot, min, max, clamp]

  static let sqrt = Builtin(
    "sqrt", "The square root.", example: .init("sqrt(4)", 2), [.init("x", .nonNegative, samples: 1e-6...1e3)],
    range: .nonNegative, kinks: [.init(at: "x = 0", "sqrt'(0) = inf")], value: .unary { $0.squareRoot() },
    special: [.init([0], 0), .init([4], 2), .init([.infinity], .infinity), .init([-1], .nan)],
    .expansion { graph, x in graph.squareRoot(x[0]) })

  static let cbrt = Builtin(
    "cbrt", "The cube root, also of negative numbers.", example: .init("cbrt(-8)", -2),
    [.init("x", samples: 1e-3...1e3)],
    kinks: [.init(at: "x = 0", "cbrt'(0) = inf")], value: .unary { Numerics.cbrt($0) },
    special: [.init([0], 0), .init([27], 3), .init([-8], -2), .init([.nan], .nan)], symmetry: .odd,
    .primitive(
      .init(.partials { graph, _, y in [graph.scale(1.0 / 3, graph.power(y, -2))] }, .library("cbrt"), ulps: 1)))

  static let square = Builtin(
    "square", "x².", example: .init("square(-3)", 9), [.init()], range: .nonNegative, resultType: .sameAsArguments,
    value: .unary { $0 * $0 }, special: [.init([-3], 9), .init([-.infinity], .infinity), .init([.nan], .nan)],
    .expansion { graph, x in graph.power(x[0], 2) })

  static let cube = Builtin(
    "cube", "x³.", example: .init("cube(-2)", -8), [.init()], resultType: .sameAsArguments,
    value: .unary { $0 * $0 * $0 }, special: [.init([-2], -8), .init([-.infinity], -.infinity), .init([.nan], .nan)],
    .expansion { graph, x in graph.power(x[0], 3) })

  static let recip = Builtin(
    "recip", "1/x.", example: .init("recip(4)", 0.25), [.init("x", samples: 0.01...8)], value: .unary { 1 / $0 },
    special: [.init([4], 0.25), .init([0], .infinity), .init([.infinity], 0), .init([.nan], .nan)],
    .expansion { graph, x in graph.power(x[0], -1) })

  /// With a fixed exponent a power of the graph; else a node, defined for a ≥ 0 (and whole b).
  static let pow = Builtin(
    "pow", "a to the power b.", example: .init("pow(2, 10)", 1024),
    [.init("a", .nonNegative, samples: 0.05...8), .init("b", samples: -4...4)],
    kinks: [.init(at: "a = 0", "∂/∂b is 0")], value: .binary { Foundation.pow($0, $1) },
    special: [.init([0, 0], 1), .init([2, -1], 0.5), .init([0, 2], 0), .init([-1, 0.5], .nan)],
    .primitive(
      .init(
        .pullback { graph, x, y, c in
          let zero = graph.constant(0)
          let lower = graph.call("pow", x[0], graph.affine(1, x[1], plus: -1))
          let base = graph.product([(c, 1), (x[1], 1), (lower, 1)])
          let exponent = graph.product([(c, 1), (y, 1), (graph.call("log", x[0]), 1)])
          return [
            graph.select(graph.compare(x[1], "equal", 0), zero, base),
            graph.select(graph.compare(x[0], "equal", 0), zero, exponent),
          ]
        }, .library("pow", arity: 2), ulps: 1)))

  static let hypot = Builtin(
    "hypot", "√(a² + b²), without overflow.", example: .init("hypot(3, 4)", 5), [.init("a"), .init("b")],
    range: .nonNegative, kinks: [.init(at: "a = b = 0", "both derivatives are 0")],
    value: .binary { Foundation.hypot($0, $1) },
    special: [.init([3, 4], 5), .init([0, 0], 0), .init([1e200, 0], 1e200), .init([.nan, 0], .nan)],
    symmetry: .commutative,
    .primitive(
      .init(
        .pullback { graph, x, y, c in
          let isPositive = graph.compare(y, "greater", 0)
          return x.map { graph.when(isPositive, graph.product([(c, 1), ($0, 1), (y, -1)])) }
        }, .library("hypot", arity: 2), ulps: 1)))

  static let min = Builtin(
    "min", "The smaller one.", example: .init("min(2, 3)", 2), [.init("a"), .init("b")], isVariadic: true,
    kinks: [.init(at: "a = b", "both share the derivative equally")], resultType: .sameAsArguments,
    value: .binary { Numerics.minimum($0, $1) },
    special: [
      .init([2, 3], 2), .init([-.infinity, 0], -.infinity), .init([.nan, 0], .nan), .init([0, .nan], .nan),
    ],
    symmetry: .commutative,
    .primitive(
      .init(
        .pullback { graph, x, _, c in sharedByOrder(graph, x, c, first: "less") },
        .expression("(({0}) != ({0}) || ({1}) != ({1}) ? ({0}) + ({1}) : fmin@({0}, {1}))"), ulps: 0)))

  static let max = Builtin(
    "max", "The greater one.", example: .init("max(2, 3)", 3), [.init("a"), .init("b")], isVariadic: true,
    kinks: [.init(at: "a = b", "both share the derivative equally")], resultType: .sameAsArguments,
    value: .binary { Numerics.maximum($0, $1) },
    special: [.init([2, 3], 3), .init([.infinity, 0], .infinity), .init([.nan, 0], .nan), .init([0, .nan], .nan)],
    symmetry: .commutative,
    .primitive(
      .init(
        .pullback { graph, x, _, c in sharedByOrder(graph, x, c, first: "greater") },
        .expression("(({0}) != ({0}) || ({1}) != ({1}) ? ({0}) + ({1}) : fmax@({0}, {1}))"), ulps: 0)))

  static let clamp = Builtin(
    "clamp", aliases: ["clip"], "x limited to low…high.", example: .init("clamp(5, 0, 1)", 1),
    [.init(), .init("low", samples: -4 ... -1), .init("high", samples: 1...4)],
    kinks: [.init(at: "x = low and x = high", "x and the bound share the derivative equally")],
    resultType: .sameAsArguments,
    value: .ternary { Numerics.minimum(Numerics.maximum($0, $1), $2) },
    special: [.init([5, 0, 1], 1), .init([-5, 0, 1], 0), .init([0.5, 0, 1], 0.5), .init([.nan, 0, 1], .nan)],
    .expansion { graph, x in graph.call("min", graph.call("max", x[0], x[1]), x[2]) })

  /// The whole cotangent to the argument that the order picks, half to each on a tie.
  private static func sharedByOrder(
    _ graph: Graph, _ x: [NodeID], _ cotangent: NodeID, first: FunctionName
  ) -> [NodeID?] {
    let tie = graph.when(graph.call("equal", x[0], x[1]), graph.scale(0.5, cotangent))
    return [
      graph.select(graph.call(first, x[0], x[1]), cotangent, tie),
      graph.select(graph.call(first, x[1], x[0]), cotangent, tie),
    ]
  }
}
