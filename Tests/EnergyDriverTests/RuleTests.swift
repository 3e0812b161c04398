import EnergyIR
import EnergyTransforms
import Testing

@testable import EnergyDriver

/// Every rewrite rule on the program it carries: it fires there, and what it makes has the same values, at random
/// points and at special ones.
@Suite struct RuleTests {
  struct Rule: CustomTestStringConvertible, Sendable {
    let name: String
    let example: String
    var testDescription: String { name }
  }

  static let rules: [Rule] = RewriteRule.all.map {
    Rule(name: $0.name, example: $0.example)
  }

  @Test(arguments: rules) func firesAndKeepsTheValue(_ rule: Rule) throws {
    let model = try Model(rule.example, energy: "f")
    var transforms = Transforms(model.graph)
    let result = transforms.finish(transforms.prepare(model.energy.node))
    #expect(transforms.steps.contains { $0.rule == rule.name }, "it didn't fire: \(rule.example)")
    for point in points(500, width: model.width, seed: 17, scale: 2) + special(model.width) {
      let before = try model.evaluate(model.energy.node, at: point)[0]
      let after = try model.evaluate(result, at: point)[0]
      // Where the written form overflows or isn't defined, the stable one may know better.
      guard before.isFinite else { continue }
      // A rounded argument of size |x| moves an exponential by |x| times the rounding.
      let size = point.filter(\.isFinite).map(abs).max() ?? 0
      #expect(abs(after - before) <= 1e-13 * (1 + abs(before)) * (1 + size), "\(before) became \(after) at \(point)")
    }
  }

  @Test(arguments: rules) func notANumberStaysOne(_ rule: Rule) throws {
    let model = try Model(rule.example, energy: "f")
    var transforms = Transforms(model.graph)
    let result = transforms.finish(transforms.prepare(model.energy.node))
    let point = [Double](repeating: .nan, count: model.width)
    // A term that rules cancel takes its NaN along, sin(x)^2 + cos(x)^2; what is left must still say it.
    if try model.evaluate(model.energy.node, at: point)[0].isNaN {
      #expect(try model.evaluate(result, at: point)[0].isNaN || !model.graph[result].isVarying)
    }
  }

  private func special(_ width: Int) -> [[Double]] {
    [0, -0.0, 1, -1, 1e-300, -1e-300, 1e-9, 30, -30, 700, -700, 1e6, -1e6, .infinity, -.infinity].map {
      [Double](repeating: $0, count: width)
    }
  }
}
