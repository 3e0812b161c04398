import EnergyIR
import Foundation

/// The non-linear functions of neural networks and logistic models.
extension Builtins {
  static let activations: [Builtin] = [sigmoid, logit, softplus, relu, leakyRelu, elu, gelu, silu, mish]

  static let sigmoid = Builtin(
    "sigmoid", aliases: ["expit", "logistic"], "1/(1 + e^−x).", example: .init("sigmoid(0)", 0.5), [.init()],
    range: .open(0, 1), value: .unary { Numerics.sigmoid($0) },
    special: [.init([0], 0.5), .init([.infinity], 1), .init([-.infinity], 0), .init([.nan], .nan)],
    .primitive(
      .init(
        .partials { graph, _, y in [graph.multiply(y, graph.affine(-1, y, plus: 1))] },
        // The denominator is at least 1 and overflows to a quotient of 0, as it should.
        Spelling(
          c64: "1.0 / (1.0 + exp(-({0})))", c32: "1.0f / (1.0f + expf(-({0})))",
          cuda32: "ee_quick_divide(1.0f, 1.0f + expf(-({0})))"), ulps: 3)))

  static let logit = Builtin(
    "logit", "log(p/(1 − p)), the inverse of sigmoid.", example: .init("logit(0.5)", 0),
    [.init("p", .open(0, 1), samples: 1e-4...0.999)], value: .unary { Numerics.logit($0) },
    special: [.init([0.5], 0), .init([0], -.infinity), .init([1], .infinity), .init([2], .nan)],
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.product([(x[0], -1), (graph.affine(-1, x[0], plus: 1), -1)])] },
        .helper(.logit, single: .logitSingle), ulps: 4)))

  static let softplus = Builtin(
    "softplus", "log(1 + e^x), without overflow.", example: .init("softplus(0)", 0.6931471805599453), [.init()],
    range: .positive, value: .unary { Numerics.softplus($0) },
    special: [.init([.infinity], .infinity), .init([-.infinity], 0), .init([1000], 1000), .init([.nan], .nan)],
    .primitive(
      .init(
        .partials { graph, x, _ in [graph.call("sigmoid", x[0])] },
        .expression("(fmax@({0}, 0.0@) + log1p@(exp@(-fabs@({0}))))"), ulps: 3)))

  static let relu = Builtin(
    "relu", "x where it is positive, else 0.", example: .init("relu(-2)", 0), [.init()], range: .nonNegative,
    kinks: [.init(at: "x = 0", "relu'(0) = 0")], value: .unary { $0 > 0 ? $0 : $0.isNaN ? $0 : 0 },
    special: [.init([2], 2), .init([0], 0), .init([-.infinity], 0), .init([.nan], .nan)],
    .primitive(
      .init(
        .pullback { graph, x, _, c in [graph.when(graph.compare(x[0], "greater", 0), c)] },
        .expression("(({0}) <= 0.0@ ? 0.0@ : ({0}))"), ulps: 0)))

  static let leakyRelu = Builtin(
    "leaky_relu", "x where it is positive, else slope·x.", example: .init("leaky_relu(-2)", -0.02),
    [.init(), .init("slope", default: 0.01, samples: 0.01...0.5)],
    kinks: [.init(at: "x = 0", "the derivative is the slope")], value: .binary { $0 > 0 ? $0 : $1 * $0 },
    special: [
      .init([2, 0.1], 2), .init([0, 0.1], 0), .init([-.infinity, 0.5], -.infinity), .init([.nan, 0.5], .nan),
    ],
    .expansion { graph, x in
      graph.select(graph.compare(x[0], "greater", 0), x[0], graph.multiply(x[1], x[0]))
    })

  static let elu = Builtin(
    "elu", "x where it is positive, else alpha·(e^x − 1).", example: .init("elu(2)", 2),
    [.init(), .init("alpha", default: 1, samples: 0.5...2)],
    kinks: [.init(at: "x = 0 with alpha ≠ 1", "the derivative is alpha")],
    value: .binary { $0 > 0 ? $0 : $1 * Foundation.expm1($0) },
    special: [.init([2, 1], 2), .init([0, 1], 0), .init([-.infinity, 0.5], -0.5), .init([1000, 1], 1000)],
    .expansion { graph, x in
      graph.select(graph.compare(x[0], "greater", 0), x[0], graph.multiply(x[1], graph.call("expm1", x[0])))
    })

  static let gelu = Builtin(
    "gelu", "x·Φ(x), the exact form.", example: .init("gelu(0)", 0), [.init("x", samples: -10...8)],
    value: .unary { $0 * Numerics.normcdf($0) }, special: [.init([0], 0), .init([100], 100), .init([.nan], .nan)],
    reference: .table("gelu"), .expansion { graph, x in graph.multiply(x[0], graph.call("normcdf", x[0])) })

  static let silu = Builtin(
    "silu", aliases: ["swish"], "x·sigmoid(x).", example: .init("silu(0)", 0), [.init()],
    value: .unary { $0 * Numerics.sigmoid($0) }, special: [.init([0], 0), .init([100], 100), .init([.nan], .nan)],
    .expansion { graph, x in graph.multiply(x[0], graph.call("sigmoid", x[0])) })

  static let mish = Builtin(
    "mish", "x·tanh(softplus(x)).", example: .init("mish(0)", 0), [.init()],
    value: .unary { $0 * Foundation.tanh(Numerics.softplus($0)) },
    special: [.init([0], 0), .init([100], 100), .init([.nan], .nan)],
    .expansion { graph, x in graph.multiply(x[0], graph.call("tanh", graph.call("softplus", x[0]))) })
}
