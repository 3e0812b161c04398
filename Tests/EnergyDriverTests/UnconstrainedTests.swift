import EnergyIR
import EnergyTransforms
import Foundation
import Testing

@testable import EnergyDriver

/// `unconstrained(E)`: the maps and their log-Jacobians against values computed in 40 digits, changes of variables
/// against integrals, and scores far out.
@Suite struct UnconstrainedTests {
  /// Coordinates with the sample (of matrices the lower triangle) and the logarithm of the Jacobian determinant, from
  /// the formulas of the Stan Reference Manual and numerical differentiation in mpmath, 40 digits.
  struct Reference: Sendable, CustomTestStringConvertible {
    let type: String
    let y: [Double]
    let x: [Double]
    let logJacobian: Double
    var testDescription: String { "\(type) at \(y)" }
    var isMatrix: Bool { type.hasPrefix("spd") }
    var rank0: Bool { type == "positive" || type.hasPrefix("interval(") }
  }

  static let references = [
    Reference(type: "positive", y: [0.7], x: [2.0137527074704764322], logJacobian: 0.7),
    Reference(
      type: "positive[2]", y: [0.7, -1.3], x: [2.0137527074704764322, 0.27253179303401259102], logJacobian: -0.6),
    Reference(type: "interval(-1, 3)", y: [0.4], x: [1.3947506404498080228], logJacobian: -0.039736143680014632885),
    Reference(
      type: "interval[2](0, 1)", y: [0.4, -2.5], x: [0.5986876601124520057, 0.075858180021243551193],
      logJacobian: -4.0838099733850044984),
    Reference(type: "interval(2, inf)", y: [0.7], x: [4.0137527074704764322], logJacobian: 0.7),
    Reference(type: "interval(-inf, 2)", y: [0.7], x: [-0.0137527074704764322], logJacobian: 0.7),
    Reference(
      type: "simplex[4]", y: [0.5, -1.2, 2.0],
      x: [0.35466124439244339273, 0.084465838174563918499, 0.49401522679191008294, 0.066857690641082605833],
      logJacobian: -6.9183781721611972866),
    Reference(
      type: "simplex[3]", y: [-6.0, 9.0],
      x: [0.0012378419366357767954, 0.99863891623035890062, 0.00012324183300532258215],
      logJacobian: -15.697109811026738493),
    Reference(
      type: "ordered[3]", y: [0.3, -1.0, 0.5], x: [0.3, 0.66787944117144232159, 2.3166007118715704684],
      logJacobian: -0.5),
    // The correction of the Stan Reference Manual, −½yᵀy; the map itself has no Jacobian.
    Reference(type: "unit_vector[2]", y: [3, -4], x: [0.6, -0.8], logJacobian: -12.5),
    Reference(
      type: "spd[2]", y: [0.2, -0.7, 0.4], x: [1.491824697641270351, -0.854981930712118839, 2.7155409284924676412],
      logJacobian: 2.7862943611198906966),
    Reference(
      type: "spd[3]", y: [0.2, -0.7, 0.4, 1.1, -0.3, -0.5],
      x: [
        1.491824697641270351, -0.854981930712118839, 2.7155409284924676412, 1.3435430339761869407,
        -1.217547409292381102, 1.6678794411714425103,
      ], logJacobian: 3.0794415416798360393),
    Reference(type: "symmetric[2]", y: [1, 2, 3], x: [1, 2, 3], logJacobian: 0),
    Reference(type: "vector[2]", y: [1, 2], x: [1, 2], logJacobian: 0),
  ]

  @Test(arguments: references) func mapsAndJacobians(_ item: Reference) throws {
    let square = Int(Double(2 * item.x.count).squareRoot())
    let isMatrix = item.isMatrix || item.type.hasPrefix("symmetric")
    for position in -1..<item.x.count {
      // The energy that reads one entry, less the one that reads none.
      var entry = "0*\(item.rank0 ? "x" : "sum(x)")"
      if position >= 0 {
        let (row, column) = (0..<square).flatMap { i in (0...i).map { (i, $0) } }[isMatrix ? position : 0]
        entry = item.rank0 ? "x" : isMatrix ? "x[\(row + 1), \(column + 1)]" : "x[\(position + 1)]"
      }
      let model = try Model("energy f(x : \(item.type)) = \(entry)\nenergy u = unconstrained(f)", energy: "u")
      #expect(model.width == item.y.count)
      var transforms = Transforms(model.graph)
      let node = transforms.prepare(model.energy.node)
      let ours = try model.evaluate(node, at: item.y)[0]
      let lowered = try model.evaluateLowered([node], at: item.y)[0][0]
      let tiles = try model.evaluateTiles([node], at: [item.y])[0][0]
      let expected = (position < 0 ? 0 : item.x[position]) - item.logJacobian
      for value in [ours, lowered, tiles] {
        #expect(abs(value - expected) <= 1e-14 * (abs(expected) + abs(item.logJacobian) + 1), "\(value) \(expected)")
      }
      try DerivativeTests.compare(
        model, model.energy.node, tolerance: 1e-9, "\(item.type)", points: points(3, width: model.width, seed: 5))
    }
  }

  /// ∫ exp(−E_u(y)) dy over all of Rⁿ is ∫ exp(−E(x)) dx over the domain. The trapezoidal rule on a smooth function that
  /// falls off exponentially converges faster than any power of the step.
  struct Integral: Sendable, CustomTestStringConvertible {
    let text: String
    let width: Int
    let reach: Double
    let steps: Int
    let value: Double
    var testDescription: String { text }
    var tolerance = 1e-9
    init(
      _ text: String, _ width: Int, _ reach: Double, _ steps: Int, _ value: Double, tolerance: Double = 1e-9
    ) {
      (self.text, self.width, self.reach, self.steps, self.value) = (text, width, reach, steps, value)
      self.tolerance = tolerance
    }
  }

  static let integrals: [Integral] = [
    Integral("energy f(x : positive) = 3*x - log(x)", 1, 20, 4000, 0.11111111111111111),
    Integral("energy f(x : interval(0, 1)) = -2*log(x) - 3*log(1 - x)", 1, 30, 2000, 0.016666666666666667),
    Integral("energy f(x : interval(-1, 3)) = -2*log(x + 1) - 3*log(3 - x)", 1, 30, 2000, 68.266666666666667),
    // Γ(2)Γ(3)Γ(4)/Γ(9)
    Integral("energy f(x : simplex[3]) = -sum([1, 2, 3]*log(x))", 2, 30, 400, 0.00029761904761904762),
    // Half of the plane.
    Integral("energy f(x : ordered[2]) = 0.5*sumsq(x)", 2, 40, 1000, 3.1415926535897932),
    // Not smooth at the origin, so only roughly: ∫ over the circle times ∫ r exp(−r²/2) dr: the constant of a von Mises density, 2π I₀(1).
    Integral("energy f(x : unit_vector[2]) = -x[1]", 2, 12, 400, 7.9549265210128453, tolerance: 2e-4),
    // The multivariate gamma function Γ₂(5/2) = √π Γ(5/2) Γ(2).
    Integral("energy f(x : spd[2]) = trace(x) - logdet(x)", 3, 6.5, 80, 2.3561944901923449),
  ]

  @Test(arguments: integrals) func changeOfVariables(_ item: Integral) throws {
    let (text, width, reach, steps, expected) = (item.text, item.width, item.reach, item.steps, item.value)
    let session = session("\(text)\nenergy u = unconstrained(f)")
    let h = 2 * reach / Double(steps)
    let total = Int(pow(Double(steps + 1), Double(width)))
    var sum = 0.0
    let block = 100_000
    for start in stride(from: 0, to: total, by: block) {
      let rows = start..<min(total, start + block)
      var values: [Double] = []
      for row in rows {
        var rest = row
        for _ in 0..<width {
          values.append(-reach + h * Double(rest % (steps + 1)) + 0.25 * h)
          rest /= steps + 1
        }
      }
      let shape = width == 1 ? [rows.count] : [rows.count, width]
      sum += try session.values([.energy], at: values, shape: shape, energy: "u")[0].reduce(0) { $0 + exp(-$1) }
    }
    let integral = sum * pow(h, Double(width))
    #expect(abs(integral - expected) <= item.tolerance * expected, "\(integral) \(expected)")
  }

  /// Far out the score is what mathematics says, to the last digits.
  struct Far: Sendable, CustomTestStringConvertible {
    let type: String
    let body: String
    let y: [Double]
    let score: [Double]
    var testDescription: String { "\(type) at \(y)" }
    init(_ type: String, _ body: String, _ y: [Double], _ score: [Double]) {
      (self.type, self.body, self.y, self.score) = (type, body, y, score)
    }
  }

  static let far: [Far] = [
    Far("positive", "3*x - log(x)", [-800], [2]),
    Far("positive", "3*x - log(x)", [30], [-32059423744571.386441]),
    Far("interval(0, 1)", "-2*log(x) - 3*log(1 - x)", [700], [-4]),
    Far("interval(0, 1)", "-2*log(x) - 3*log(1 - x)", [-800], [3]),
    Far("interval(-1, 3)", "-2*log(x + 1) - 3*log(3 - x)", [750], [-4]),
    Far("interval(-1, 3)", "-2*log(x + 1) - 3*log(3 - x)", [-750], [3]),
    Far("simplex[3]", "-sum([1, 2, 3]*log(x))", [800, -700], [-7, 3]),
    Far("simplex[3]", "-sum([1, 2, 3]*log(x))", [-800, 700], [2, -4]),
    Far("ordered[2]", "0.5*sumsq(x)", [1, -800], [-2, 1]),
    Far("spd[2]", "-logdet(x)", [-400, 0, -300], [5, 0, 4]),
  ]

  @Test(arguments: far) func scoresFarOut(_ item: Far) throws {
    let (type, body, y, expected) = (item.type, item.body, item.y, item.score)
    let model = try Model("energy f(x : \(type)) = \(body)\nenergy u = unconstrained(f)", energy: "u")
    var transforms = Transforms(model.graph)
    let node = transforms.score(of: model.energy.node, by: model.samples[0])
    let energy = transforms.prepare(model.energy.node)
    for values in [try model.evaluate(node, at: y), try model.evaluateTiles([node], at: [y])[0]] {
      for (a, b) in zip(values, expected) { #expect(abs(a - b) <= 1e-13 * abs(b) + 1e-300, "\(values)") }
    }
    #expect(try model.evaluate(energy, at: y)[0].isFinite)
  }

  @Test func usedLikeAnyEnergy() throws {
    let session = session(
      """
      energy dir(p : simplex[n]; w : vector[n]) = -sum(w*log(p))
      energy d = unconstrained(dir(w = [1, 2, 3]))
      energy wrap_it(x : vector[d]; base : energy) = base(x) + sumsq(x)
      energy w = wrap_it(base = unconstrained(dir(w = [1, 2, 3])))
      energy two(s : positive, x : vector[2]) = sumsq(x)/(2*s^2) + 2*log(s) + s
      energy u2 = unconstrained(two)
      d([1, 2]) - unconstrained(dir)([1, 2], w = [1, 2, 3])
      d([1, 2]) - unconstrained(dir)(w = [1, 2, 3])([1, 2])
      d([[1, 2], [3, 4]])[2] - d([3, 4])
      score(d)([[1, 2], [3, 4]])[2, :] - score(d)([3, 4])
      unconstrained(d)([1, 2]) - d([1, 2])
      w([1, 2]) - d([1, 2]) - 5
      sum(E in [d, unconstrained(dir(w = [1, 2, 3]))]: E([1, 2])) - 2*d([1, 2])
      grad(d, w)([1, 2]) - grad(unconstrained(dir), w)([1, 2], w = [1, 2, 3])
      u2([1, 2], [[1, 2], [3, 4]])[2] - u2(2, [3, 4])
      hvp(u2, [1, 0, 0])(1, [1, 2]) - hessian(u2)(1, [1, 2])[:, 1]
      laplacian(u2)(1, [1, 2]) - trace(hessian(u2)(1, [1, 2]))
      """)
    #expect(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    for (line, text) in try session.printed().enumerated() {
      let numbers = text.split { "[], ".contains($0) }.compactMap { Double($0) }
      #expect(!numbers.isEmpty && numbers.allSatisfy { abs($0) < 1e-14 }, "\(line): \(text)")
    }
  }
}
