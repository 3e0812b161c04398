import EnergyIR
import Testing

@testable import EnergyTransforms

/// The forms that scores take: equality of nodes is equality of formulas.
@Suite struct ScoreFormTests {
  let graph = Graph()
  let d = Size(Dimension("d"))

  func sample(_ shape: [Size], _ name: String = "x") -> NodeID {
    graph.symbol(Symbol(name: name, role: .sample, shape: shape))
  }

  func parameter(_ name: String, _ shape: [Size] = [], _ refinements: [Symbol.Refinement] = []) -> NodeID {
    graph.symbol(Symbol(name: name, role: .parameter, shape: shape, refinements: refinements))
  }

  func matrixVector(_ matrix: NodeID, _ vector: NodeID) -> NodeID {
    graph.contract([(matrix, [0, 1]), (vector, [1])], output: [0], sizes: graph.shape(matrix))
  }

  func score(_ energy: NodeID, _ x: NodeID) -> NodeID {
    var transforms = Transforms(graph)
    return transforms.score(of: energy, by: x)
  }

  @Test func quadraticFormWithSymmetricMatrix() {
    let x = sample([d])
    let mu = parameter("mu", [d])
    let P = parameter("P", [d, d], [.symmetric])
    let r = graph.subtract(x, mu)
    let row = graph.contract([(r, [0]), (P, [0, 1])], output: [1], sizes: [d, d])
    let energy = graph.scale(0.5, graph.dot(row, r))
    #expect(score(energy, x) == graph.negate(matrixVector(P, r)))
    #expect(matrixVector(P, r) == matrixVector(graph.transpose(P), r))
  }

  @Test func quadraticFormWithGeneralMatrix() {
    let x = sample([d])
    let mu = parameter("mu", [d])
    let P = parameter("P", [d, d])
    let r = graph.subtract(x, mu)
    let energy = graph.scale(0.5, graph.dot(matrixVector(P, r), r))
    let symmetrised = graph.add(P, graph.transpose(P))
    #expect(score(energy, x) == graph.scale(-0.5, matrixVector(symmetrised, r)))
  }

  @Test func doubleWell() {
    let x = sample([d])
    let (a, b) = (parameter("a"), parameter("b"))
    let well = graph.subtract(graph.power(x, 2), b)
    let energy = graph.multiply(a, graph.total(graph.power(well, 2)))
    #expect(score(energy, x) == graph.scale(-4, graph.product([(a, 1), (x, 1), (well, 1)])))
  }

  @Test func indexedDoubleWellIsRaised() {
    let x = sample([d])
    let b = parameter("b")
    let i = graph.freshVariable(d)
    let entry = graph.index(x, [.at(IndexExpression(i))])
    let term = graph.power(graph.subtract(graph.power(entry, 2), b), 2)
    let energy = graph.reduce(.sum, [i], .always, term)
    let well = graph.subtract(graph.power(x, 2), b)
    #expect(score(energy, x) == graph.scale(-4, graph.product([(x, 1), (well, 1)])))
  }

  @Test func indexedQuadraticFormIsRaised() {
    let x = sample([d])
    let A = parameter("A", [d, d])
    let (i, j) = (graph.freshVariable(d), graph.freshVariable(d))
    let term = graph.product([
      (graph.index(x, [.at(IndexExpression(i))]), 1),
      (graph.index(A, [.at(IndexExpression(i)), .at(IndexExpression(j))]), 1),
      (graph.index(x, [.at(IndexExpression(j))]), 1),
    ])
    let energy = graph.reduce(.sum, [i, j], .always, term)
    #expect(score(energy, x) == graph.negate(matrixVector(graph.add(A, graph.transpose(A)), x)))
  }

  @Test func laplacianOfQuadraticFormIsATrace() {
    let x = sample([d])
    let P = parameter("P", [d, d], [.symmetric])
    let energy = graph.scale(0.5, graph.dot(matrixVector(P, x), x))
    var transforms = Transforms(graph)
    let trace = graph.contract([(P, [0, 0])], output: [], sizes: [d])
    #expect(transforms.laplacian(of: energy, by: x) == trace)
    #expect(transforms.hessian(of: energy, by: x) == P)
  }

  /// One inverse instead of a factorisation for every entry.
  @Test func secondDerivativesBySolvingAreAnInverse() {
    let x = sample([d])
    let S = parameter("S", [d, d], [.symmetric])
    let energy = graph.scale(0.5, graph.dot(x, graph.linearAlgebra(.solve, [S, x])))
    var transforms = Transforms(graph)
    let inverse = graph.linearAlgebra(.inv, [S])
    let trace = graph.contract([(inverse, [0, 0])], output: [], sizes: [d])
    #expect(transforms.laplacian(of: energy, by: x) == trace)
    #expect(transforms.hessian(of: energy, by: x) == inverse)
  }

  /// Σ_{i<j} |X_i − X_j|²: the score is one loop, and the graph doesn't depend on n.
  @Test(arguments: [5, 500]) func pairSumIsOneLoop(n: Int) {
    let size = Size(n)
    let x = sample([size, 3], "X")
    let (i, j) = (graph.freshVariable(size), graph.freshVariable(size))
    let row = { (v: Variable) in graph.index(x, [.at(IndexExpression(v)), .all]) }
    let r = graph.subtract(row(i), row(j))
    let squared = graph.dot(r, r)
    let gap = IndexExpression([(j, 1), (i, -1)], offset: -1)
    let energy = graph.reduce(
      .sum, [i, j], Guard([Condition(gap, .atLeastZero)]), graph.power(squared, -3))
    let result = score(energy, x)
    let loops = graph.postorder(result).filter { !graph[$0].operation.bound.isEmpty }
    #expect(loops.count == 1)
    #expect(graph.postorder([energy, result]).count <= 25)
  }
}
