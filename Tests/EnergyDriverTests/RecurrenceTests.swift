import EnergyCPU
import EnergyIR
import EnergyLowering
import EnergyTransforms
import Foundation
import Testing

@testable import EnergyDriver

/// `fold` and `scan` against plain loops, differentiated by dual numbers.
@Suite struct RecurrenceTests {
  private static func expect(
    _ found: [Double], _ expected: [Double], within tolerance: Double, _ comment: Comment
  ) {
    let scale = expected.reduce(0) { max($0, abs($1)) }
    #expect(found.count == expected.count, comment)
    // Written so that NaN fails.
    for (a, b) in zip(found, expected) {
      #expect(abs(a - b) <= tolerance * (abs(b) + scale), "\(comment): \(a), not \(b)")
    }
  }

  private static func points(_ model: RecurrenceModel, _ width: Int) -> [[Double]] {
    EnergyDriverTests.points(5, width: width, seed: 41, scale: model.scale)
  }

  /// What the batch evaluator makes of a program's text.
  private static func results(
    _ text: String, _ outputs: [BatchOutput], at points: [[Double]], _ precision: Precision = .f64
  ) throws -> [[Double]] {
    let session = session(text) { $0.precision = precision }
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    return try session.values(outputs, at: points.flatMap { $0 }, shape: [points.count, points[0].count])
  }

  @Test(arguments: models, [Precision.f64, .f32])
  func energiesAndScores(_ model: RecurrenceModel, _ precision: Precision) throws {
    let points = try Self.points(model, Model(model.text).width).map { point in
      precision == .f64 ? point : point.map { Double(Float($0)) }
    }
    let results = try Self.results(model.text, [.energy, .score], at: points, precision)
    let tolerance = precision == .f64 ? 1e-12 : 2e-5
    let width = points[0].count
    for (row, point) in points.enumerated() {
      let reference = model.reference
      Self.expect([results[0][row]], [reference(point)], within: tolerance, "energy")
      Self.expect(
        Array(results[1][row * width..<(row + 1) * width]), reference.gradient(point).map { -$0 }, within: tolerance,
        "score")
    }
  }

  @Test(arguments: models) func secondDerivatives(_ plain: RecurrenceModel) throws {
    let model = try Model(plain.text)
    // Several sample arguments are packed: their Hessian is made of blocks that other tests look at.
    guard model.samples.count == 1 else { return }
    var transforms = Transforms(model.graph)
    let (energy, sample) = (model.energy.node, model.samples[0])
    // A vector that doesn't depend on the sample.
    let graph = model.graph
    let vector = graph.addSymbol(Symbol(name: "v", role: .parameter, shape: graph.shape(sample)))
    let nodes = [
      transforms.hessian(of: energy, by: sample), transforms.laplacian(of: energy, by: sample),
      transforms.hessianVectorProduct(of: energy, by: sample, times: graph.symbol(vector)),
    ]
    for point in Self.points(plain, model.width) {
      let expected = plain.reference.hessian(point)
      let trace = point.indices.reduce(0) { $0 + expected[$1][$1] }
      let size = expected.joined().reduce(0) { max($0, abs($1)) }
      let numbers = point.indices.map { cos(Double($0)) }
      let held = model.with(model.values.merging([vector: numbers]) { $1 })
      for values in [try held.evaluateLowered(nodes, at: point), try held.evaluateTiles(nodes, at: [point])] {
        Self.expect(values[0], expected.flatMap { $0 }, within: 1e-11, "Hessian")
        #expect(abs(values[1][0] - trace) <= 1e-11 * (abs(trace) + size), "Laplacian")
        let product = expected.map { row in zip(row, numbers).reduce(0) { $0 + $1.0 * $1.1 } }
        Self.expect(values[2], product, within: 1e-11, "Hessian times vector")
      }
    }
  }

  /// The sample's place may as well be taken by parameters.
  @Test func gradientsByParameters() throws {
    let model = try Model(
      """
      data y : vector[7] = [0.5, -1, 0.3, 2, -0.2, 0.7, -0.4]
      param p : vector[3] = [-0.3, -1.2, -0.5]
      energy f(x : real) = x^2 + 0.5*sum(t in 1..7: log(h[t]) + y[t]^2/h[t]) + 0.5*sumsq(p)
        where w = exp(p[1]), a = exp(p[2]), b = exp(p[3]), h = scan(t in 2..7, h = w: w + a*y[t-1]^2 + b*h)
      """)
    let parameter = try #require(
      model.graph.postorder(model.energy.node).first {
        if case .symbol(let symbol) = model.graph[$0].operation { model.graph[symbol].name == "p" } else { false }
      })
    var transforms = Transforms(model.graph)
    let gradient = transforms.gradient(of: model.energy.node, by: parameter)
    let expected = Garch().gradient([-0.3, -1.2, -0.5])
    Self.expect(try model.evaluate(gradient, at: [0.3]), expected, within: 1e-12, "graph")
    Self.expect(try model.evaluateLowered([gradient], at: [0.3])[0], expected, within: 1e-12, "loops")
  }

  // MARK: Values

  @Test(arguments: [
    ("fold(t in 1..3, s = 0: s + t)", "6"), ("scan(t in 1..3, s = 1: 2*s)", "[1, 2, 4, 8]"),
    ("scan(t in 3..1 by -1, s = 1: 2*s + t)", "[1, 5, 12, 25]"),
    ("scan(t in 2..7 by 2, s = 0: s + t)", "[0, 2, 6, 12]"),
    ("scan(t in 6..2 by -2, s = 0: s + t)", "[0, 6, 10, 12]"), ("fold(t in 1..0, s = 7: s + 1)", "7"),
    ("scan(t in 1..0, s = 7: s + 1)", "[7]"), ("fold(t in 1..1, s = 7: s*t + 1)", "8"),
    ("fold(t in 5..6, s = 1: s*t)", "30"), ("fold(v in [3, 4, 5], s = 0: s + v)", "12"),
    ("[fold(t in 1..i, s = 0: s + t) for i in 1..4]", "[1, 3, 6, 10]"),
    ("fold(t in 1..10, a = 0, b = 1: [b, a + b])", "[55, 89]"),
    ("scan(t in 1..3, a = 0, b = 1: [b, a + b])", "[[0, 1], [1, 1], [1, 2], [2, 3]]"),
    ("fold(t in 1..2, v = [1, 2]: [[0, 1], [1, 1]] v)", "[3, 5]"),
    ("scan(t in 1..2, u = [1, 0], v = [0, 1]: [v, u + v])[3, :, :]", "[[1, 1], [1, 2]]"),
    ("fold(t in 1..2, v = [1, 2]^T: v*2) @ [1, 1]", "12"),
    ("fold(t in 1..3, s = 0: if t > 1 then s + t else s)", "5"),
    ("scan(t in 1..3, s = 1: 2*s)[end] - fold(t in 1..3, s = 1: 2*s)", "0"),
    ("fold(t in 1..3, s = 1: fold(k in 1..t, z = s: z + k))", "11"),
  ])
  func value(_ text: String, _ expected: String) throws {
    let session = session(text)
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    #expect(try session.printed() == [expected], "\(text)")
  }

  /// x[t] = a·x[t-1] + b has the closed form aᵗ·x[0] + b·(1 − aᵗ)/(1 − a).
  @Test func linearRecurrenceInClosedForm() throws {
    let text = "dim T = 40\nenergy f(x : vector[3]) = fold(t in 1..T, s = x[1]: x[2]*s + x[3])"
    let all: [[Double]] = [[0.7, 0.9, 0.2], [-1, -0.5, 3], [2, 1.01, -0.1]]
    let results = try Self.results(text, [.energy, .score], at: all)
    for (row, x) in all.enumerated() {
      let power: Double = pow(x[1], 40)
      let series: Double = (1 - power) / (1 - x[1])
      Self.expect([results[0][row]], [power * x[0] + x[2] * series], within: 1e-12, "value")
      let slope: Double = 40 * pow(x[1], 39)
      let byFactor: Double = slope * x[0] + x[2] * (series - slope) / (1 - x[1])
      Self.expect(Array(results[1][3 * row..<3 * row + 3]), [-power, -byFactor, -series], within: 1e-11, "score")
    }
  }

  // MARK: Cost

  @Test func theGraphDoesNotGrowWithTheNumberOfSteps() throws {
    func nodes(_ steps: Int) throws -> (Int, Int) {
      let model = try Model(
        "dim T = \(steps)\nenergy f(x : vector[2]) = sum(scan(t in 1..T, s = x[1]: s + 0.001*tanh(x[2] - s))^2)")
      var transforms = Transforms(model.graph)
      let score = transforms.score(of: model.energy.node, by: model.samples[0])
      return (model.graph.postorder(transforms.prepare(model.energy.node)).count, model.graph.postorder(score).count)
    }
    #expect(try nodes(10) == nodes(100_000))
  }

  /// 100,000 steps: two states in memory where only the last is asked for, all of them where the score needs them.
  @Test func manySteps() throws {
    let text = "dim T = 100000\nenergy f(x : vector[2]) = fold(t in 1..T, s = x[1]: s + 0.0001*(x[2] - s))"
    let model = try Model(text)
    let (energy, gradients) = model.derived()
    for nodes in [[energy], [energy] + gradients] {
      let program = Lowering.lower(
        model.graph, outputs: nodes.enumerated().map { ("output\($0.offset)", $0.element) },
        options: LoweringOptions(dimensions: model.sizes))
      let largest = program.buffers.compactMap { $0.extents.first?.value(model.sizes) }.max() ?? 0
      // This step's Jacobian is a number: the score needs the adjoints of all states, not the states.
      #expect(largest == (nodes.count == 1 ? 2 : 100_001))
    }
    let results = try Self.results(text, [.energy, .score], at: [[1, 3], [-2, 0.5]])
    let power: Double = pow(0.9999, 100_000)
    Self.expect(results[0], [3 - 2 * power, 0.5 - 2.5 * power], within: 1e-11, "energy")
    Self.expect(results[1], [-power, power - 1, -power, power - 1], within: 1e-11, "score")
  }

  /// What doesn't depend on the sample is computed once, before the first one.
  @Test func uniformRecurrencesAreComputedOnce() throws {
    let model = try Model(
      "param a = 0.5\nenergy f(x : vector[4]) = sum(i in 1..4: h[i]*x[i]^2) where h = scan(t in 1..3, h = 1: sin(a*h))")
    let (energy, gradients) = model.derived()
    let program = Lowering.lower(model.graph, outputs: [("energy", energy), ("gradient", gradients[0])])
    let usesSine = { (instructions: [Instruction]) in
      instructions.contains {
        if case .compute(_, .function("sin"), _, _) = $0 { return true }
        return false
      }
    }
    #expect(usesSine(program.prologue) && !usesSine(program.body))
  }
}
