import EnergyLowering
import EnergyTransforms
import Testing

@testable import EnergyDriver

/// What doesn't grow with the number of atoms: the graph of a sum over pairs, of its score, and the time to derive it.
@Suite struct GrowthTests {
  @Test func lennardJonesIsAsLargeForFiveAtomsAsForFiveHundred() throws {
    func nodes(_ n: Int) throws -> (energy: Int, score: Int, seconds: Double) {
      let text = """
        energy f(X : matrix[\(n), 3]) = sum(i in 1..\(n), j in i+1..\(n): 4*(s(i, j)^2 - s(i, j)))
          where s(i, j) = sumsq(X[i, :] - X[j, :])^-3
        """
      let start = FuzzTests.processorTime()
      let model = try Model(text)
      var transforms = Transforms(model.graph)
      let energy = transforms.prepare(model.energy.node)
      let score = transforms.score(of: model.energy.node, by: model.samples[0])
      let seconds = FuzzTests.processorTime() - start
      return (model.graph.postorder(energy).count, model.graph.postorder(score).count, seconds)
    }
    let (small, large) = (try nodes(5), try nodes(500))
    #expect(small.energy == large.energy)
    #expect(small.score == large.score)
    #expect(large.score <= 20)
    // The aim is 0.1 s for the optimised program; this build isn't.
    #expect(large.seconds < 0.5)
  }

  /// Calls that double at every level share what they have in common, also entry by entry: time and graphs grow with the
  /// depth, not with two to its power.
  @Test func derivativesOfNestedCallsGrowWithTheDepth() throws {
    func nodes(_ depth: Int) throws -> [Int] {
      let calls = String(repeating: "a(", count: depth) + "x" + String(repeating: ")", count: depth)
      let model = try Model("fn a(x) = x + x*x\nenergy f(x : vector[d]) = sum(\(calls))")
      var transforms = Transforms(model.graph)
      let (root, x) = (model.energy.node, model.samples[0])
      let results = [
        transforms.score(of: root, by: x), transforms.hessian(of: root, by: x), transforms.laplacian(of: root, by: x),
      ]
      return results.map { model.graph.postorder($0).count }
    }
    let start = FuzzTests.processorTime()
    let (small, large) = (try nodes(6), try nodes(12))
    for (few, many) in zip(small, large) { #expect(many <= 5 * few, "\(small) and \(large)") }
    #expect(FuzzTests.processorTime() - start < 20)
  }

  /// Running sums and products take as many steps as there are entries, in value and in gradient.
  @Test(arguments: ["sumsq(cumsum(x))", "sum(cumprod(x)^2)", "sumsq(cumsum(reshape(x, 2, d/2), axis = 2))"])
  func runningSumsAreLinear(_ body: String) throws {
    func work(_ d: Int) throws -> [Int] {
      let text = body.replacing("d/2", with: "\(d / 2)")
      let model = try Model("energy f(x : vector[\(d)]) = \(text)")
      var transforms = Transforms(model.graph)
      let (root, x) = (model.energy.node, model.samples[0])
      return try [transforms.prepare(root), transforms.score(of: root, by: x)].map { node in
        let program = Lowering.lower(
          model.graph, outputs: [("out", node)], options: LoweringOptions(dimensions: model.sizes))
        return try #require(OperationCount(program, dimensions: model.sizes)).total
      }
    }
    let (small, large) = (try work(16), try work(64))
    for (few, many) in zip(small, large) { #expect(many <= 5 * few, "\(body): \(small) and \(large)") }
  }
}
