import EnergyBuiltins
import EnergyIR
import Testing

/// Functions of whole tensors: what the graph that they build means, and what they refuse.
@Suite struct StructuralBuiltinTests {
  static let names = StructuralBuiltins.all.map(\.name)

  private func entry(_ name: String) throws -> StructuralBuiltin { try #require(StructuralBuiltins.named(name)) }

  @Test(arguments: names) func fieldsAreComplete(_ name: String) throws {
    let entry = try entry(name)
    #expect(entry.summary.hasSuffix("."))
    #expect(entry.signature.hasPrefix("\(name)("))
    for option in entry.options { #expect(entry.signature.contains(option)) }
    #expect(entry.example.source.contains("\(name)("))
  }

  @Test(arguments: names) func exampleHolds(_ name: String) throws {
    let example = try entry(name).example
    let value = try ExampleCall(example.source).evaluate()
    #expect(abs(value - example.value) <= 1e-15 * (1 + abs(example.value)), "\(value)")
  }

  // MARK: Values

  private static let matrix = Dense(shape: [3, 4], entries: [2, -1, 0.5, 3, 1, 4, -2, 0.25, -3, 1.5, 2.5, 0])
  private static let vector = Dense(shape: [4], entries: [1, -2, 0.5, 3])

  /// A call on symbols with these values, and possibly sizes or numbers behind them.
  private func call(
    _ name: String, _ tensors: [Dense], numbers: [Double] = [], axis: Int? = nil
  ) throws -> (value: Dense, form: Form) {
    let graph = Graph()
    var evaluator = DenseEvaluator(graph)
    var arguments: [TypedValue] = []
    for (position, tensor) in tensors.enumerated() {
      let node = graph.symbol(Symbol(name: "t\(position)", role: .sample, shape: tensor.shape.map { Size($0) }))
      evaluator.symbols[node] = tensor
      arguments.append(TypedValue(node, in: graph))
    }
    arguments += numbers.map { TypedValue(graph.constant($0), .scalar) }
    let named = axis.map { ["axis": TypedValue(graph.constant(Double($0)), .scalar)] } ?? [:]
    let result = try entry(name).build(graph, arguments, named)
    #expect(graph.shape(result.node).count == evaluator.evaluate(result.node).shape.count)
    return (evaluator.evaluate(result.node), result.form)
  }

  private func expectEqual(_ a: Dense, _ b: Dense, _ comment: Comment? = nil) {
    #expect(a.shape == b.shape, comment)
    for (x, y) in zip(a.entries, b.entries) { #expect(abs(x - y) <= 1e-14 * (1 + abs(y)), comment) }
  }

  private static let folds: [(String, @Sendable ([Double]) -> Double)] = [
    ("sum", { $0.reduce(0, +) }), ("prod", { $0.reduce(1, *) }), ("min", { $0.reduce(.infinity, Swift.min) }),
    ("max", { $0.reduce(-.infinity, Swift.max) }), ("mean", { $0.reduce(0, +) / Double($0.count) }),
    ("sumsq", { $0.reduce(0) { $0 + $1 * $1 } }), ("norm1", { $0.reduce(0) { $0 + abs($1) } }),
    ("norm", { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }),
    (
      "var",
      { values in
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
      }
    ), ("any", { $0.contains { $0 != 0 } ? 1 : 0 }), ("all", { $0.allSatisfy { $0 != 0 } ? 1 : 0 }),
  ]

  @Test func reductionsOverAllAndOverAnAxis() throws {
    let matrix = Self.matrix
    for (name, fold) in Self.folds {
      expectEqual(try call(name, [matrix]).value, .scalar(fold(matrix.entries)), "\(name)")
      let columns = (0..<4).map { j in fold((0..<3).map { matrix[[$0, j]] }) }
      expectEqual(try call(name, [matrix], axis: 1).value, Dense(shape: [4], entries: columns), "\(name), axis 1")
      let rows = (0..<3).map { i in fold((0..<4).map { matrix[[i, $0]] }) }
      expectEqual(try call(name, [matrix], axis: 2).value, Dense(shape: [3], entries: rows), "\(name), axis 2")
    }
  }

  @Test func softmaxSumsToOneAlongItsAxis() throws {
    let weights = try call("softmax", [Self.matrix], axis: 2).value
    #expect(weights.shape == [3, 4])
    expectEqual(try call("sum", [weights], axis: 2).value, Dense(shape: [3], entries: [1, 1, 1]))
    let logs = try call("log_softmax", [Self.matrix], axis: 2).value
    let exp = try #require(Builtins[FunctionName("exp")]).value
    expectEqual(Dense(shape: [3, 4], entries: logs.entries.map { exp([$0]) }), weights)
    let large = try call("softmax", [Dense(shape: [2], entries: [1000, 0])]).value
    #expect(large.entries == [1, 0])
  }

  @Test func normalizeIsZeroAtTheOrigin() throws {
    let unit = try call("normalize", [Self.vector]).value
    expectEqual(try call("norm", [unit]).value, .scalar(1))
    #expect(try call("normalize", [Dense(shape: [2], entries: [0, 0])]).value.entries == [0, 0])
    let rows = try call("normalize", [Self.matrix], axis: 2).value
    expectEqual(try call("sumsq", [rows], axis: 2).value, Dense(shape: [3], entries: [1, 1, 1]))
  }

  @Test func covarianceHasVariancesOnItsDiagonal() throws {
    let covariance = try call("cov", [Self.matrix]).value
    expectEqual(try call("diag", [covariance]).value, try call("var", [Self.matrix], axis: 1).value)
    #expect(abs(covariance[[0, 2]] - covariance[[2, 0]]) < 1e-15)
  }

  @Test func productsOfVectorsAndMatrices() throws {
    let (a, b) = (Dense(shape: [3], entries: [1, 2, 3]), Dense(shape: [3], entries: [-2, 0.5, 4]))
    expectEqual(try call("dot", [a, b]).value, .scalar(11))
    expectEqual(try call("cross", [a, b]).value, Dense(shape: [3], entries: [6.5, -10, 4.5]))
    let outer = try call("outer", [a, Self.vector]).value
    #expect(outer.shape == [3, 4] && outer[[2, 1]] == -6)
    let kron = try call("kron", [Dense(shape: [2, 1], entries: [2, 3]), Self.matrix]).value
    #expect(kron.shape == [6, 4] && kron[[4, 1]] == 12 && kron[[0, 0]] == 4)
  }

  @Test func matricesAndSystems() throws {
    let a = Dense(shape: [2, 2], entries: [4, 1, 1, 3])
    expectEqual(try call("inv", [a]).value, Dense(shape: [2, 2], entries: [3, -1, -1, 4].map { $0 / 11 }))
    expectEqual(try call("solve", [a, Dense(shape: [2], entries: [6, 7])]).value, Dense(shape: [2], entries: [1, 2]))
    expectEqual(try call("det", [a]).value, .scalar(11))
    expectEqual(try call("logdet", [a]).value, .scalar(2.3978952727983707))
    let lower = try call("cholesky", [a]).value
    expectEqual(lower, Dense(shape: [2, 2], entries: [2, 0, 0.5, 2.75.squareRoot()]))
    expectEqual(try call("trace", [a]).value, .scalar(7))
    #expect(try call("tril", [Self.matrix]).value.entries == [2, 0, 0, 0, 1, 4, 0, 0, -3, 1.5, 2.5, 0])
    #expect(try call("diag", [Dense(shape: [2], entries: [5, 6])]).value.entries == [5, 0, 0, 6])
    let transposed = try call("transpose", [Self.matrix]).value
    #expect(transposed.shape == [4, 3] && transposed[[3, 0]] == 3)
  }

  @Test func rowsAndColumns() throws {
    #expect(try call("transpose", [Self.vector]).form == .row)
    #expect(try call("row", [Self.vector]).form == .row)
    #expect(try call("col", [Self.vector]).form == .column)
  }

  @Test func rearrangements() throws {
    let v = Self.vector
    #expect(try call("roll", [v], numbers: [1]).value.entries == [3, 1, -2, 0.5])
    #expect(try call("roll", [v], numbers: [-1]).value.entries == [-2, 0.5, 3, 1])
    #expect(try call("roll", [v], numbers: [5]).value.entries == [3, 1, -2, 0.5])
    #expect(try call("reverse", [v]).value.entries == [3, 0.5, -2, 1])
    #expect(try call("reverse", [Self.matrix], axis: 2).value[[1, 0]] == 0.25)
    #expect(try call("repeat", [v], numbers: [2]).value.entries == [1, 1, -2, -2, 0.5, 0.5, 3, 3])
    #expect(try call("cumsum", [v]).value.entries == [1, -1, -0.5, 2.5])
    #expect(try call("flatten", [Self.matrix]).value.entries == Self.matrix.entries)
    #expect(try call("reshape", [Self.matrix], numbers: [2, 6]).value.shape == [2, 6])
    let two = Dense(shape: [2], entries: [8, 9])
    #expect(try call("concat", [v, two, v]).value.entries == v.entries + two.entries + v.entries)
    let wide = try call("concat", [Self.matrix, Dense(shape: [3, 1], entries: [7, 8, 9])], axis: 2).value
    #expect(wide.shape == [3, 5] && wide[[1, 4]] == 8 && wide[[1, 3]] == 0.25)
    #expect(try call("stack", [v, v, v]).value.shape == [3, 4])
    #expect(try call("stack", [two, Dense(shape: [2], entries: [1, 2])]).value.entries == [8, 9, 1, 2])
  }

  @Test func makers() throws {
    #expect(try call("eye", [], numbers: [2]).value.entries == [1, 0, 0, 1])
    #expect(
      try call("ones", [], numbers: [2, 3]).value == Dense(shape: [2, 3], entries: Array(repeating: 1, count: 6)))
    #expect(try call("linspace", [], numbers: [0, 1, 5]).value.entries == [0, 0.25, 0.5, 0.75, 1])
    #expect(try call("linspace", [], numbers: [3, 1, 1]).value.entries == [3])
    #expect(try call("size", [Self.matrix]).value == .scalar(12))
    #expect(try call("size", [Self.matrix], axis: 2).value == .scalar(4))
    #expect(try call("size", [Self.matrix], numbers: [1]).value == .scalar(3))
  }

  // MARK: Sizes and errors

  @Test func sizesStaySymbolic() throws {
    let graph = Graph()
    let (n, d) = (Size(Dimension("n")), Size(Dimension("d")))
    let data = TypedValue(graph.symbol(Symbol(name: "X", role: .data, shape: [n, d])), .matrix)
    let vector = TypedValue(graph.symbol(Symbol(name: "v", role: .sample, shape: [d])), .vector)
    let sizeOfD = TypedValue(graph.size(d), .scalar)
    #expect(graph.shape(try entry("cov").build(graph, [data]).node) == [d, d])
    #expect(graph.shape(try entry("concat").build(graph, [vector, vector]).node) == [d * 2])
    #expect(graph.shape(try entry("flatten").build(graph, [data]).node) == [n * d])
    #expect(graph.shape(try entry("eye").build(graph, [sizeOfD]).node) == [d, d])
    let less = graph.sum([(2, sizeOfD.node)], constant: -1)
    #expect(graph.sizeValue(less) == d * 2 - 1)
    #expect(graph.sizeValue(graph.product([(sizeOfD.node, 2)])) == d * d)
  }

  private static let matrix3 = Dense(shape: [3, 3], entries: Array(repeating: 1, count: 9))

  @Test(
    arguments: [
      ("inv", [matrix], nil, "inv needs a square matrix, not 3×4"),
      ("dot", [vector, matrix], nil, "dot needs two arguments of one shape, not a vector of 4 and 3×4"),
      ("solve", [matrix3, vector], nil, "A is 3×3, b is a vector of 4"),
      ("cross", [vector, vector], nil, "cross needs vectors of 3, not a vector of 4"),
      ("sum", [vector], 2, "axis = 2, but the argument is a vector of 4"),
      ("trace", [vector], nil, "trace needs a matrix, not a vector of 4"),
      ("concat", [vector, matrix], nil, "a vector of 4 and 3×4 differ beside axis 1"),
      ("dot", [vector], nil, "dot takes 2 arguments, not 1"),
    ] as [(String, [Dense], Int?, String)])
  func refuses(_ name: String, _ tensors: [Dense], _ axis: Int?, _ message: String) throws {
    let error = #expect(throws: BuiltinError.self) { try call(name, tensors, axis: axis) }
    #expect(error?.message == message)
  }

  @Test func refusesUnknownNamesAndSizes() throws {
    let graph = Graph()
    let one = TypedValue(graph.constant(1), .scalar)
    let half = TypedValue(graph.constant(0.5), .scalar)
    #expect(throws: BuiltinError.self) { try entry("sum").build(graph, [one], ["axes": one]) }
    #expect(throws: BuiltinError.self) { try entry("eye").build(graph, [half]) }
    let huge = TypedValue(graph.constant(0x1p40), .scalar)
    #expect(throws: BuiltinError.self) { try entry("zeros").build(graph, [huge, huge]) }
    #expect(throws: BuiltinError.self) { try entry("ones").build(graph, [TypedValue(graph.constant(1e300), .scalar)]) }
    #expect(throws: BuiltinError.self) { try entry("zeros").build(graph, [TypedValue(graph.constant(-1), .scalar)]) }
    let symbol = TypedValue(graph.symbol(Symbol(name: "k", role: .parameter, shape: [])), .scalar)
    #expect(throws: BuiltinError.self) { try entry("ones").build(graph, [symbol]) }
  }
}
