import EnergyBuiltins
import EnergyIR
import EnergyLowering
import EnergyTransforms
import Foundation
import Testing

@testable import EnergyDriver

/// Hessians, Laplacians and Hessian-vector products of everything the language can say, against differences of the
/// gradient of eighth order (Fornberg, Mathematics of Computation 51, 1988, p. 699), and against each other.
@Suite struct SecondOrderTests {
  private static let weights: [Double] = [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280]

  /// A program for each element-wise function, its arguments within their domain at the point of the samples.
  static let functions: [(text: String, point: [Double])] = Builtins.all.filter(\.isPublic).compactMap { entry in
    var arguments: [String] = []
    var point: [Double] = []
    for (index, parameter) in entry.parameters.enumerated() where parameter.defaultValue == nil {
      if parameter.isLiteral {
        arguments.append("2")
        continue
      }
      let low = max(parameter.samples.lowerBound, -1.5)
      let high = max(min(parameter.samples.upperBound, 1.5), low + 0.5)
      point.append(low + (index == 0 ? 0.63 : 0.41) * (high - low))
      arguments.append("x[\(point.count)]")
    }
    guard !point.isEmpty else { return nil }
    point.append(0.7)
    let call = "\(entry.name)(\(arguments.joined(separator: ", ")))"
    return ("energy f(x : vector[\(point.count)]) = \(call)*(1 + x[\(point.count)]^2) + \(call)^2", point)
  }

  /// Functions of whole tensors where their second derivatives count.
  static let structural: [String] = [
    "sum(x^3)*x[1]", "prod(x + 3)", "min(x)^3 + max(x)^3", "mean(x^2)^2", "var(x)^2", "logsumexp(x)^2",
    "sum(softmax(x)*x^2)", "sum(log_softmax(x)^2)", "norm(x)^3", "norm1(x)^3", "sumsq(x)^2", "dot(x, sin(x))",
    "sumsq(cumsum(x))^2", "sum(cumprod(x + 2)^2)", "dot(sort(x), [1, 2, 3, 4])^3", "sumsq(outer(x, x) + 1)",
    "trace(M)^2 where M = reshape(x^2, 2, 2)", "sumsq(diag(x^2) + 1)",
    "sumsq(inv(M)) where M = reshape(x, 2, 2) + 3*eye(2)",
    "sumsq(solve(M, x[1..2])) where M = reshape(x, 2, 2) + 3*eye(2)",
    "sumsq(cholesky(M M^T)) where M = reshape(x, 2, 2) + 3*eye(2)",
    "det(reshape(x, 2, 2) + 3*eye(2))^2", "logdet(reshape(x, 2, 2) + 3*eye(2))^2",
    "sum(cross(x[1..3], x[2..4])^3)", "sumsq(kron(reshape(x, 2, 2), reshape(x, 2, 2)))", "sum(normalize(x)^3)",
    "sumsq(tril(reshape(x^2, 2, 2)))", "sum(einsum(\"ij,jk->ik\", reshape(x, 2, 2), reshape(x^2, 2, 2)))",
    "sum(flatten(reshape(x, 2, 2))^3)", "sum(concat(x[1..2], x[2..4]^2)^3)", "sumsq(stack(x, x^2))",
    "sum(roll(x, 1)*x^2)", "sum(reverse(x)*x^2)", "sum(repeat(x, 2)^3)", "sum(conv1d(x, [1, 2])^3)",
    "sum(conv2d(reshape(x, 2, 2), [[1, 2]])^3)", "avg_pool2d(reshape(x^3, 2, 2), 2)[1, 1]^2",
    "sumsq(cov(reshape(x, 2, 2)))", "sum(transpose(reshape(x, 2, 2))[1, :]^3)",
    "logsumexp(i in 1..4: x[i]^2) + prod(i in 1..4: x[i])", "sum(i in 1..4, j in i+1..4: (1 + (x[i] - x[j])^2)^-3)",
    "sum(i in 1..4: x[i]*x[wrap(i + 1, 4)]^2)", "if x[1] > 0 then x[2]^3 else x[3]^3",
    "fold(t in 1..4, s = 0.5: sin(s) + x[t]*s)^2", "sum(scan(t in 1..4, s = x[1]: cos(s) + x[t]^2)^2)",
    "fold(t in 4..1 by -1, s = x[2]: s*x[t] + 1)", "fold(t in 1..4, s = 1, z = x[1]: [s + 0.3*z*x[t], z - 0.3*s])[1]^2",
    "fold(k in 1..3, s = 0: s + x[k]*fold(t in 1..4, z = s: cos(z + x[t])))",
    "scan(t in 1..4, s = x: sin(s) + x[t])[3, 2]",
    "sumsq(cumsum(reshape(x^2, 2, 2), axis = 2))", "sum(cumprod(x)*x)", "sum(select(x > 0, x^3, x^2))",
  ]

  private static func check(_ model: Model, at point: [Double], _ comment: Comment, step: Double = 0.01) throws {
    let graph = model.graph
    var transforms = Transforms(graph)
    let root = model.energy.node
    let gradients = model.samples.map { transforms.gradient(of: root, by: $0) }
    let blocks = model.samples.map { rows in model.samples.map { transforms.hessian(of: root, by: rows, and: $0) } }
    let laplacian = transforms.laplacian(of: root, by: model.samples)
    let directions = model.samples.map { sample in
      graph.symbol(Symbol(name: "v", role: .data, shape: graph.shape(sample)))
    }
    let products = transforms.hessianVectorProducts(of: root, by: model.samples, times: directions)
    let counts = model.samples.map { graph.shape($0).reduce(1) { $0 * ($1.value(model.sizes) ?? 0) } }
    let width = point.count
    // The packed Hessian, row by row.
    var hessian = [[Double]](repeating: [], count: width)
    var start = 0
    for (a, row) in blocks.enumerated() {
      for (b, block) in row.enumerated() {
        let values = try model.evaluate(block, at: point)
        for k in 0..<counts[a] { hessian[start + k] += values[k * counts[b]..<(k + 1) * counts[b]] }
      }
      start += counts[a]
    }
    let scale = 1 + (hessian.joined().map(abs).max() ?? 0)
    for axis in 0..<width {
      var column = [Double](repeating: 0, count: width)
      for (index, weight) in weights.enumerated() {
        for sign in [1.0, -1] {
          var moved = point
          moved[axis] += sign * Double(index + 1) * step
          let gradient = try gradients.flatMap { try model.evaluate($0, at: moved) }
          for k in 0..<width { column[k] += sign * weight * gradient[k] / step }
        }
      }
      for k in 0..<width {
        #expect(abs(hessian[k][axis] - column[k]) <= 1e-9 * scale, "\(comment): [\(k), \(axis)] at \(point)")
      }
    }
    let trace = (0..<width).reduce(0) { $0 + hessian[$1][$1] }
    #expect(abs(try model.evaluate(laplacian, at: point)[0] - trace) <= 1e-11 * scale * Double(width), comment)
    let direction = (0..<width).map { cos(Double($0)) }
    var values = model.values
    start = 0
    for (node, count) in zip(directions, counts) {
      if case .symbol(let id) = graph[node].operation { values[id] = Array(direction[start..<start + count]) }
      start += count
    }
    let product = try products.flatMap { try model.with(values).evaluate($0, at: point) }
    for k in 0..<width {
      let expected = zip(hessian[k], direction).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(product[k] - expected) <= 1e-11 * scale * Double(width), comment)
    }
  }

  @Test(arguments: functions.indices) func elementwiseFunctions(_ index: Int) throws {
    let (text, point) = Self.functions[index]
    try Self.check(Model(text, energy: "f"), at: point, "\(text)", step: 0.004)
  }

  @Test(arguments: structural) func functionsOfTensors(_ body: String) throws {
    try Self.check(
      Model("energy f(x : vector[4]) = \(body)", energy: "f"), at: [0.7, -0.45, 1.2, 0.25], "\(body)", step: 0.008)
  }

  @Test(arguments: Examples.all) func examples(_ example: Examples.Case) throws {
    let model = try Model.example(example.file, energy: example.energy)
    // Wide samples would only repeat what narrow ones show.
    guard model.width <= 24 else { return }
    let point = points(1, width: model.width, seed: 5)[0]
    try Self.check(model, at: point, "\(example.file)", step: 0.004)
  }

  struct Cost: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    /// Operations of H v and of the Laplacian over those of the energy, at most.
    let product: Double
    let laplacian: Double
    var testDescription: String { name }
  }

  static let costs = [
    Cost(
      name: "Lennard-Jones",
      text: "energy f(X : matrix[8, 3]) = sum(i in 1..8, j in i+1..8: r2(i, j)^-6 - r2(i, j)^-3)\n"
        + "  where r2(i, j) = sumsq(X[i, :] - X[j, :])", product: 8, laplacian: 14),
    Cost(
      name: "quadratic form",
      text: "param P : symmetric[16] = eye(16) + ones(16, 16)\nenergy f(x : vector[16]) = 0.5*x^T P x",
      product: 2, laplacian: 0),
    Cost(
      name: "two-layer network",
      text: "param A : matrix[16, 12] = ones(16, 12)\nparam B : matrix[16, 16] = ones(16, 16)\n"
        + "param c : vector[16] = ones(16)\nenergy f(x : vector[12]) = c^T tanh(B tanh(A x))", product: 8, laplacian: 60
    ),
    Cost(
      name: "restricted Boltzmann machine",
      text: "param W : matrix[16, 12] = ones(16, 12)\nenergy f(x : vector[12]) = 0.5*sumsq(x) - sum(softplus(W x))",
      product: 8, laplacian: 12),
  ]

  @Test(arguments: costs) func costsOfSecondOrder(_ item: Cost) throws {
    let model = try Model(item.text, energy: "f")
    let graph = model.graph
    var transforms = Transforms(graph)
    let vector = graph.symbol(Symbol(name: "v", role: .sample, shape: graph.shape(model.samples[0])))
    let nodes = [
      transforms.prepare(model.energy.node), transforms.laplacian(of: model.energy.node, by: model.samples),
      transforms.hessianVectorProduct(of: model.energy.node, by: model.samples[0], times: vector),
    ]
    let work = try nodes.map { node -> Double in
      let program = Lowering.lower(graph, outputs: [("out", node)], options: LoweringOptions(dimensions: model.sizes))
      return Double(try #require(OperationCount(program, dimensions: model.sizes)).total)
    }
    #expect(work[1] <= item.laplacian * work[0], "\(work)")
    #expect(work[2] <= item.product * work[0], "\(work)")
  }

  /// Where the structure allows, no buffer has d² entries and the work grows as that of the energy.
  @Test(arguments: [
    ("energy f(x : vector[d]) = sum((x^2 - 1)^2)", 1.0),
    ("energy f(x : vector[d]) = sum(i in 1..d-1: 100*(x[i+1] - x[i]^2)^2 + (x[i] - 1)^2)", 1.0),
    ("energy f(x : vector[d]) = sum(i in 1..d: (x[wrap(i + 1, d)] - x[i])^2 + x[i]^4)", 1.0),
    ("energy f(x : vector[d]) = sum(log(1 + x^2)) + sumsq(sin(x))", 1.0),
    ("energy f(x : vector[d]) = logsumexp(k in 1..3: -0.5*k*sumsq(x - k))", 1.0),
  ])
  func noMatrixIsFormed(_ text: String, _ power: Double) throws {
    func counts(_ d: Int) throws -> [(work: Int, largest: Int)] {
      let model = try Model(text, energy: "f", dims: ["d": d])
      let graph = model.graph
      let sizes = Dictionary(
        uniqueKeysWithValues: graph.shape(model.samples[0]).flatMap(\.dimensions).map { ($0, d) })
      var transforms = Transforms(graph)
      let vector = graph.symbol(Symbol(name: "v", role: .sample, shape: graph.shape(model.samples[0])))
      let nodes = [
        transforms.prepare(model.energy.node), transforms.laplacian(of: model.energy.node, by: model.samples),
        transforms.hessianVectorProduct(of: model.energy.node, by: model.samples[0], times: vector),
      ]
      return try nodes.map { node in
        let program = Lowering.lower(graph, outputs: [("out", node)], options: LoweringOptions(dimensions: sizes))
        let count = try #require(OperationCount(program, dimensions: sizes))
        let entries = program.buffers.map { $0.extents.reduce(1) { $0 * ($1.value(sizes) ?? 0) } }
        return (count.total, entries.max() ?? 0)
      }
    }
    let (small, large) = (try counts(16), try counts(64))
    for (name, pair) in zip(["energy", "laplacian", "hvp"], zip(small, large)) {
      // Four times as many coordinates: four times the work, and not sixteen.
      #expect(Double(pair.1.work) <= 4.6 * Double(pair.0.work), "\(name): \(pair.0.work) to \(pair.1.work)")
      #expect(pair.1.largest < 64 * 16, "\(name): a buffer of \(pair.1.largest)")
    }
    #expect(Double(large[1].work) <= 8 * Double(large[0].work), "\(large)")
    #expect(Double(large[2].work) <= 8 * Double(large[0].work), "\(large)")
  }
}
