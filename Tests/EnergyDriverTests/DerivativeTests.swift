import EnergyIR
import EnergyTransforms
import Foundation
import Testing

@testable import EnergyDriver

/// Gradients of first and second order of everything the language can loop over, index and branch on, against
/// differences of the energy; and the loop program against the graph it was made from.
@Suite struct DerivativeTests {
  static let programs: [String] =
    [
      "energy f(x : vector[4]) = 0.5*sumsq(x)^2 + sum(x^3)",
      "energy f(x : vector[5]) = sum(i in 1..4: 3*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)",
      "energy f(X : matrix[4, 3]) = sum(i in 1..4, j in i+1..4: (0.5 + sumsq(X[i, :] - X[j, :]))^-3)",
      "energy f(x : vector[4]) = sum(i in 1..4, j in 1..4 if i != j: exp(-(x[i] - x[j])^2)*x[i])",
      "energy f(x : vector[5]) = sum(i in 1..5: cos(x[i] - x[wrap(i + 1, 5)]))",
      "energy f(X : matrix[3, 4]) = sum(i in 1..3, j in 1..4: X[i, j]*(X[wrap(i+1, 3), j] + X[i, wrap(j+1, 4)]) + X[i, j]^4)",
      "param M : matrix[3, 2] = [[0, 1], [2, -1], [-1, 0.5]]\nparam w : simplex[3] = [0.2, 0.3, 0.5]\n"
        + "energy f(x : vector[2]) = -log(sum(k in 1..3: w[k]*exp(-0.5*sumsq(x - M[k, :]))))",
      "param W : matrix[4, 3] = [[1, 2, 3], [0.5, -1, 0.2], [0.3, 0.1, -0.7], [1, 0, -1]]\n"
        + "param b : vector[4] = [0.1, -0.2, 0.3, 0]\nparam v : vector[4] = [1, -1, 0.5, 2]\n"
        + "energy f(x : vector[3]) = v^T silu(W x + b)",
      "energy f(x : vector[3]) = min(x[1]^2, exp(x[2]) + x[3]^2)",
      "energy f(x : vector[4]) = max(x) + 0.5*min(i in 1..3: x[i]*x[i+1])",
      "energy f(x : vector[4]) = prod(i in 1..4: 1 + x[i]^2)",
      "energy f(x : vector[3]) = if x[1] > 0 then log(x[1])*x[2] else x[3]^2",
      "energy f(x : vector[4]) = sum(select(x > -0.5, sqrt(x + 1), x^2*log(3 - x)))",
      "energy f(x : vector[3]) = sumsq(x/norm(x) - [1, 0, 0])",
      "energy f(x : vector[5]) = sumsq(x[2..5] - x[1..4]) + x[end]*dot(x[1..5 by 2], [1, 2, 3])",
      "data e : integer[3, 2] = [[1, 2], [2, 4], [1, 4]]\n"
        + "energy f(X : matrix[4, 2]) = sum(k in 1..3: (norm(X[e[k, 1], :] - X[e[k, 2], :]) - 1)^2)",
      "param A : spd[3] = [[2, 0.5, 0], [0.5, 1, 0.2], [0, 0.2, 3]]\n"
        + "energy f(x : vector[3]) = 0.5*x^T inv(A) x + logdet(A)*x[1] + sum(solve(A, x)^3)",
      "energy f(x : vector[3]) = logdet([[2 + x[1]^2, x[2]], [x[2], 3 + x[3]^2]]) + 0.1*sumsq(x)",
      "energy f(x : vector[4]) = sum(i in 1..4: x[i]*sum(j in 1..i: sin(x[j])))",
      "energy f(x : vector[3]) = sum(i in 1..3: sum(j in i+1..3: x[i]^3*x[j]))",
      "energy f(x : vector[3]) = sumsq([x[i]*x[j] for i in 1..3, j in 1..3] + eye(3))",
      "energy f(x : vector[4]) = sum(i in 1..4, j in 1..4, k in 1..4 if i < j: x[i]*x[j]*cos(x[k]))",
      "energy f(x : vector[6]) = sumsq(reshape(x, 2, 3)*[[1, 2, 3], [4, 5, 6]]) + sum(concat(x[1..2], x[5..6])^3)",
      "energy f(x : vector[2], y : vector[3]) = sumsq(x)*sum(y) + x[1]*y[3]^2",
      "fn s6(r) = r^-3\nenergy f(X : matrix[3, 2]) = sum(i in 1..3, j in i+1..3: 4*(s(i, j)^2 - s(i, j))) "
        + "where s(i, j) = s6(1 + sumsq(X[i, :] - X[j, :]))",
      "energy g(x : vector[3]) = sum(sin(x)^2) + x[1]*x[2]\nenergy f(x : vector[3]) = 0.5*sumsq(score(g)(x)) - laplacian(g)(x)",
      "energy f(x : vector[3]) = logsumexp(softplus(x)) + sum(tanh(x)*log1p(x^2)) + mean(erf(x)) + var(x)",
      "energy f(x : vector[4]) = sum(softmax(x)*x^2) + hypot(x[1], x[2]) + atan2(x[3], 2 + x[4]^2)",
      "energy f(t : real) = t^4 - cosh(t)*exp(-t^2)",
    ] + OperationTests.hard.map(\.text) + RecurrenceTests.models.prefix(5).map(\.text)

  /// ∂f by central differences of four points, extrapolated: error O(h⁴).
  static func difference(_ f: ([Double]) throws -> Double, at point: [Double], _ axis: Int) throws -> Double {
    let h = 1e-3 * max(1, abs(point[axis]))
    func value(_ step: Double) throws -> Double {
      var moved = point
      moved[axis] += step
      return try f(moved)
    }
    return (8 * (try value(h) - value(-h)) - (try value(2 * h) - value(-2 * h))) / (12 * h)
  }

  static func compare(
    _ model: Model, _ root: NodeID, tolerance: Double, _ comment: Comment, points all: [[Double]]
  ) throws {
    let (_, gradients) = model.derived(root)
    for point in all {
      let ours = try gradients.flatMap { try model.evaluate($0, at: point) }
      let scale = 1 + (ours.map(abs).max() ?? 0)
      for axis in point.indices {
        let expected = try difference({ try model.evaluate(root, at: $0)[0] }, at: point, axis)
        #expect(abs(ours[axis] - expected) <= tolerance * scale, comment)
      }
    }
  }

  @Test(arguments: programs) func gradientAgreesWithDifferences(_ text: String) throws {
    let model = try Model(text, energy: "f")
    let all = points(4, width: model.width)
    try Self.compare(model, model.energy.node, tolerance: 1e-8, "first order: \(text)", points: all)
  }

  @Test(arguments: programs) func secondOrderAgreesWithDifferences(_ text: String) throws {
    let model = try Model(text, energy: "f")
    let root = model.halfSquaredScore
    try Self.compare(
      model, root, tolerance: 1e-6, "second order: \(text)", points: points(2, width: model.width, seed: 3))
  }

  @Test(arguments: programs) func loopProgramAgreesWithGraph(_ text: String) throws {
    let model = try Model(text, energy: "f")
    let (energy, gradients) = model.derived()
    let second = model.derived(model.halfSquaredScore).gradients
    let nodes = [energy] + gradients + second
    for point in points(3, width: model.width, seed: 11) {
      let lowered = try model.evaluateLowered(nodes, at: point)
      for (node, values) in zip(nodes, lowered) {
        let expected = try model.evaluate(node, at: point)
        let scale = expected.map(abs).max() ?? 0
        #expect(values.count == expected.count)
        for (a, b) in zip(values, expected) {
          #expect(abs(a - b) <= 1e-12 * (scale + 1) || a.bitPattern == b.bitPattern, "\(text)")
        }
      }
    }
  }

  @Test(arguments: programs) func tilesAgreeWithGraph(_ text: String) throws {
    let model = try Model(text, energy: "f")
    let (energy, gradients) = model.derived()
    // More samples than a tile has lanes.
    let all = points(70, width: model.width, seed: 23)
    for (node, values) in zip([energy] + gradients, try model.evaluateTiles([energy] + gradients, at: all)) {
      let count = values.count / all.count
      for (row, point) in all.enumerated() {
        let expected = try model.evaluate(node, at: point)
        let scale = expected.map(abs).max() ?? 0
        for (ours, theirs) in zip(values[row * count..<(row + 1) * count], expected) {
          #expect(abs(ours - theirs) <= 1e-12 * (scale + 1) || (ours.isNaN && theirs.isNaN), "row \(row) of \(text)")
        }
      }
    }
  }

  @Test(arguments: programs) func everyNodeHasAnOrigin(_ text: String) throws {
    try Self.checkOrigins(Model(text, energy: "f"), text)
  }

  @Test(arguments: Examples.all) func everyNodeOfAnExampleHasAnOrigin(_ example: Examples.Case) throws {
    try Self.checkOrigins(Model.example(example.file, energy: example.energy), example.file)
  }

  private static func checkOrigins(_ model: Model, _ name: String) throws {
    let (energy, gradients) = model.derived()
    var transforms = Transforms(model.graph)
    let scores = model.samples.map { transforms.score(of: model.energy.node, by: $0) }
    for id in model.graph.postorder([energy] + gradients + scores) {
      #expect(!model.graph.origins(of: id).isEmpty, "\(model.graph[id].operation) in \(name)")
    }
  }

  @Test(arguments: programs) func simplifyingTwiceChangesNothing(_ text: String) throws {
    let model = try Model(text, energy: "f")
    var transforms = Transforms(model.graph)
    for node in model.derived().gradients { #expect(transforms.finish(node) == node, "\(text)") }
  }
}
