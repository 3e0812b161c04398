import EnergyIR
import Foundation

/// Circular functions and their inverses; angles in radians.
extension Builtins {
  static let trigonometric: [Builtin] = [sin, cos, tan, sec, csc, cot, asin, acos, atan, atan2]

  static let sin = Builtin(
    "sin", "The sine.", example: .init("sin(0)", 0), [.init()], range: .symmetricUnit,
    value: .unary { Foundation.sin($0) }, special: [.init([0], 0), .init([.infinity], .nan), .init([.nan], .nan)],
    symmetry: .odd,
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.call("cos", x[0])] },
        Spelling.library("sin").withCUDA32(.sine), ulps: 1)))

  static let cos = Builtin(
    "cos", "The cosine.", example: .init("cos(0)", 1), [.init()], range: .symmetricUnit,
    value: .unary { Foundation.cos($0) }, special: [.init([0], 1), .init([.infinity], .nan), .init([.nan], .nan)],
    symmetry: .even,
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.negate(graph.call("sin", x[0]))] },
        Spelling.library("cos").withCUDA32(.cosine), ulps: 1)))

  static let tan = Builtin(
    "tan", "The tangent.", example: .init("tan(0)", 0), [.init("x", samples: -1.5...1.5)],
    value: .unary { Foundation.tan($0) }, special: [.init([0], 0), .init([.infinity], .nan)], symmetry: .odd,
    .primitive(
      .init(.partials { graph, _, y in [graph.affine(1, graph.power(y, 2), plus: 1)] }, .library("tan"), ulps: 1)))

  static let sec = Builtin(
    "sec", "The secant, 1/cos(x).", example: .init("sec(0)", 1), [.init("x", samples: -1.5...1.5)],
    value: .unary { 1 / Foundation.cos($0) }, special: [.init([0], 1), .init([.infinity], .nan)],
    .expansion { graph, x in graph.power(graph.call("cos", x[0]), -1) })

  static let csc = Builtin(
    "csc", "The cosecant, 1/sin(x).", example: .init("csc(1)", 1.1883951057781212), [.init("x", samples: 0.05...3)],
    value: .unary { 1 / Foundation.sin($0) }, special: [.init([0], .infinity), .init([.infinity], .nan)],
    .expansion { graph, x in graph.power(graph.call("sin", x[0]), -1) })

  static let cot = Builtin(
    "cot", "The cotangent, cos(x)/sin(x).", example: .init("cot(1)", 0.6420926159343306),
    [.init("x", samples: 0.05...3)], value: .unary { Foundation.cos($0) / Foundation.sin($0) },
    special: [.init([0], .infinity), .init([.infinity], .nan)],
    .expansion { graph, x in graph.divide(graph.call("cos", x[0]), graph.call("sin", x[0])) })

  static let asin = Builtin(
    "asin", aliases: ["arcsin"], "The angle in −π/2…π/2 whose sine is x.", example: .init("asin(0)", 0),
    [.init("x", .symmetricUnit, samples: -0.999...0.999)], range: Interval(-1.5707963267948966, 1.5707963267948966),
    value: .unary { Foundation.asin($0) },
    special: [.init([1], 1.5707963267948966), .init([0], 0), .init([2], .nan)], symmetry: .odd,
    .primitive(
      .init(.partials { graph, x, _ in [inverseRoot(graph, x[0], square: -1, constant: 1)] }, .library("asin"), ulps: 1)
    ))

  static let acos = Builtin(
    "acos", aliases: ["arccos"], "The angle in 0…π whose cosine is x.", example: .init("acos(1)", 0),
    [.init("x", .symmetricUnit, samples: -0.999...0.999)], range: Interval(0, 3.141592653589793),
    value: .unary { Foundation.acos($0) },
    special: [.init([1], 0), .init([-1], 3.141592653589793), .init([2], .nan)],
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.negate(inverseRoot(graph, x[0], square: -1, constant: 1))] },
        .library("acos"), ulps: 1)))

  static let atan = Builtin(
    "atan", aliases: ["arctan"], "The angle in −π/2…π/2 whose tangent is x.", example: .init("atan(0)", 0), [.init()],
    range: Interval(-1.5707963267948966, 1.5707963267948966), value: .unary { Foundation.atan($0) },
    special: [.init([0], 0), .init([.infinity], 1.5707963267948966), .init([.nan], .nan)], symmetry: .odd,
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.power(graph.affine(1, graph.power(x[0], 2), plus: 1), -1)] },
        .library("atan"), ulps: 1)))

  static let atan2 = Builtin(
    "atan2", "The angle of the point (x, y), in −π…π.", example: .init("atan2(1, 1)", 0.7853981633974483),
    [.init("y"), .init("x")], range: Interval(-3.141592653589793, 3.141592653589793),
    kinks: [.init(at: "y = 0, x < 0", "the angle jumps from π to −π; y = 0 counts as π")],
    value: .binary { Foundation.atan2($0, $1) },
    special: [.init([0, 1], 0), .init([1, 0], 1.5707963267948966), .init([0, -1], 3.141592653589793)],
    .primitive(
      .init(
        .partials { graph, x, _ in
          let inverse = graph.power(graph.add(graph.power(x[0], 2), graph.power(x[1], 2)), -1)
          return [graph.multiply(x[1], inverse), graph.negate(graph.multiply(x[0], inverse))]
        }, .library("atan2", arity: 2), ulps: 1)))

  /// `(square·x² + constant)^−½`.
  static func inverseRoot(_ graph: Graph, _ x: NodeID, square: Double, constant: Double) -> NodeID {
    graph.power(graph.affine(square, graph.power(x, 2), plus: constant), -0.5)
  }
}
