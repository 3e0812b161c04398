import EnergyBuiltins
import EnergyIR
import EnergyTransforms

import EnergyLowering

/// A graph, its sample x and values for everything.
final class Setting {
  let graph = Graph()
  var dimensions: [Dimension: Int] = [:]
  var inputs: [Symbol.ID: [Double]] = [:]
  /// Sizes other than those that the energies name.
  var sizes: [String: Int] = [:]
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// A number in -1..<1, the same in every run.
  func random() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / Double(1 << 52) - 1
  }

  func dimension(_ name: String, _ value: Int) -> Size {
    dimensions[Dimension(name)] = sizes[name] ?? value
    return Size(Dimension(name))
  }

  func symbol(
    _ name: String, _ role: Symbol.Role, _ shape: [Size] = [], _ refinements: [Symbol.Refinement] = [],
    type: ElementType = .real, _ value: ((Int) -> Double)? = nil
  ) -> NodeID {
    let id = graph.addSymbol(Symbol(name: name, role: role, shape: shape, type: type, refinements: refinements))
    let sizes = shape.map { $0.value(dimensions) ?? 0 }
    var values = (0..<sizes.reduce(1, *)).map { value?($0) ?? random() }
    if refinements.contains(.symmetric) {
      let n = sizes[0]
      values = (0..<n * n).map { values[min($0, $0 % n * n + $0 / n)] }
    }
    inputs[id] = values
    return graph.symbol(id)
  }

  func sample(_ shape: [Size], _ name: String = "x") -> NodeID { symbol(name, .sample, shape) }
  func parameter(_ name: String, _ shape: [Size] = [], _ refinements: [Symbol.Refinement] = []) -> NodeID {
    symbol(name, .parameter, shape, refinements) { _ in 1.5 + self.random() }
  }

  // MARK: Shorthand

  func variable(_ extent: Size) -> Variable { graph.freshVariable(extent) }
  func at(_ id: NodeID, _ terms: [(Variable, Int)], _ offset: Int = 0, mod: Size? = nil) -> NodeID {
    graph.index(id, [.at(IndexExpression(terms, offset: Size(offset), modulus: mod))])
  }
  func at(_ id: NodeID, _ variables: Variable...) -> NodeID {
    graph.index(id, variables.map { .at(IndexExpression($0)) })
  }
  func row(_ id: NodeID, _ variable: Variable) -> NodeID {
    graph.index(id, [.at(IndexExpression(variable))] + graph.shape(id).dropFirst().map { _ in .all })
  }
  func times(_ matrix: NodeID, _ vector: NodeID) -> NodeID {
    graph.contract([(matrix, [0, 1]), (vector, [1])], output: [0], sizes: graph.shape(matrix))
  }
  func call(_ name: FunctionName, _ arguments: NodeID...) -> NodeID {
    Builtins.apply(graph, name, arguments)
  }
  func sum(_ variables: [Variable], _ conditions: [Condition] = [], _ body: NodeID) -> NodeID {
    graph.reduce(.sum, variables, Guard(conditions), body)
  }
  func constant(_ value: Double) -> NodeID { graph.constant(value) }
  func plus(_ id: NodeID, _ value: Double) -> NodeID { graph.sum([(1, id)], constant: value) }
}

/// `Σ k·v + offset ≥ 0`, `= 0` or `≠ 0`.
func condition(_ terms: [(Variable, Int)], _ offset: Int, _ relation: Condition.Relation) -> Condition {
  Condition(IndexExpression(terms, offset: Size(offset)), relation)
}

/// The differences of the loop program's outputs from the graph's, relative to the greatest entry or to 1.
func deviation(
  _ setting: Setting, _ outputs: [(name: String, node: NodeID)], options: LoweringOptions = LoweringOptions()
) throws -> Double {
  let program = Lowering.lower(setting.graph, outputs: outputs, options: options)
  let problems = program.problems()
  if let first = problems.first { throw Problem(message: "\(first)\n\(program)") }
  let result = try ReferenceInterpreter(program, dimensions: setting.dimensions).run(setting.inputs)
  var worst = 0.0
  for (name, node) in outputs {
    let oracle = GraphInterpreter(setting.graph, dimensions: setting.dimensions, inputs: setting.inputs)
    let expected = try oracle.evaluate(node)
    let found = result[name] ?? []
    guard found.count == expected.count else {
      throw Problem(message: "\(name) has \(found.count) entries\n\(program)")
    }
    let scale = expected.filter(\.isFinite).map(abs).max().map { max($0, 1) } ?? 1
    for (a, b) in zip(found, expected) where !(a == b || a.isNaN && b.isNaN) {
      let difference = abs(a - b) / scale
      worst = difference.isNaN ? .infinity : max(worst, difference)
    }
  }
  if worst > 1e-12 { print(program) }
  return worst
}

struct Problem: Error, CustomStringConvertible {
  let message: String
  var description: String { message }
}
