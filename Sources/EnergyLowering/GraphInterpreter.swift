import EnergyBuiltins
import EnergyIR
import func Foundation.exp
import func Foundation.log
import func Foundation.pow

/// Evaluates nodes of a graph as they stand, tensor by tensor: the second oracle, which knows nothing of loop
/// programs. Small inputs only; recursion as deep as binders nest.
public final class GraphInterpreter {
  private struct Key: Hashable {
    let node: NodeID
    let indices: [Int]
  }

  private let graph: Graph
  private let dimensions: [Dimension: Int]
  private let inputs: [Symbol.ID: [Double]]
  private var memo: [Key: [Double]] = [:]
  /// The values of states, by the number that stands for them among the indices.
  private var states: [[Double]] = []

  /// An interpreter with all sizes and all symbols bound; entries are row-major.
  public init(_ graph: Graph, dimensions: [Dimension: Int] = [:], inputs: [Symbol.ID: [Double]]) {
    self.graph = graph
    self.dimensions = dimensions
    self.inputs = inputs
  }

  /// The entries of a closed node, row-major.
  public func evaluate(_ root: NodeID) throws(InterpreterError) -> [Double] { try evaluate(root, [:]) }

  private func evaluate(_ root: NodeID, _ indices: [Variable: Int]) throws(InterpreterError) -> [Double] {
    // Bodies of binders and what stands under a guard are evaluated by their owner.
    let order = graph.postorder(root) { id in
      switch self.graph[id].operation {
      case .build, .reduce, .scan, .guarded: false
      default: self.memo[self.key(id, indices)] == nil
      }
    }
    for id in order where memo[key(id, indices)] == nil {
      memo[key(id, indices)] = try value(id, indices)
    }
    return memo[key(root, indices)] ?? []
  }

  private func key(_ id: NodeID, _ indices: [Variable: Int]) -> Key {
    Key(node: id, indices: graph[id].free.map { indices[$0] ?? -1 })
  }

  // MARK: Numbers

  private func number(_ size: Size) throws(InterpreterError) -> Int {
    guard let value = size.value(dimensions) else { throw .unboundSize(size.description) }
    return value
  }

  private func number(_ expression: IndexExpression, _ indices: [Variable: Int]) throws(InterpreterError) -> Int {
    var sum = try number(expression.offset)
    for term in expression.terms { sum += term.coefficient * (indices[term.variable] ?? 0) }
    guard let modulus = expression.modulus else { return sum }
    let size = try number(modulus)
    return ((sum % size) + size) % size
  }

  private func holds(_ guards: Guard, _ indices: [Variable: Int]) throws(InterpreterError) -> Bool {
    if guards.isImpossible { return false }
    for condition in guards.conditions {
      let value = try number(condition.expression, indices)
      switch condition.relation {
      case .atLeastZero: if value < 0 { return false }
      case .equalsZero: if value != 0 { return false }
      case .differsFromZero: if value == 0 { return false }
      }
    }
    return true
  }

  private func sizes(_ shape: [Size]) throws(InterpreterError) -> [Int] {
    var result: [Int] = []
    for size in shape { result.append(try number(size)) }
    return result
  }

  /// All positions of a box, row-major.
  private func positions(_ sizes: [Int]) -> [[Int]] {
    sizes.reduce([[]]) { heads, size in heads.flatMap { head in (0..<size).map { head + [$0] } } }
  }

  private func offset(_ position: [Int], _ sizes: [Int], _ name: String) throws(InterpreterError) -> Int {
    var offset = 0
    for (axis, (index, size)) in zip(position, sizes).enumerated() {
      guard index >= 0, index < size else {
        throw .indexOutOfRange(buffer: name, axis: axis, index: Double(index), extent: size)
      }
      offset = offset * size + index
    }
    return offset
  }

  // MARK: Nodes

  private func value(_ id: NodeID, _ indices: [Variable: Int]) throws(InterpreterError) -> [Double] {
    let node = graph[id]
    let shape = try sizes(node.shape)
    let count = shape.reduce(1, *)
    switch node.operation {
    case .constant(let value): return [value]
    case .symbol(let symbol):
      guard let values = inputs[symbol], values.count == count else {
        throw .badInput(name: graph[symbol].name, expected: count, found: inputs[symbol]?.count)
      }
      return values
    case .size(let size): return [Double(try number(size))]
    case .iota(let expression): return [Double(try number(expression, indices))]
    case .guarded(let conditions):
      guard try holds(conditions, indices) else { return [Double](repeating: 0, count: count) }
      return try evaluate(node.arguments[0], indices)
    case .build(let variable):
      var result: [Double] = []
      for index in 0..<shape[0] {
        var inner = indices
        inner[variable] = index
        result += try evaluate(node.arguments[0], inner)
      }
      return result
    case .state(let variable, _): return states[indices[variable] ?? 0]
    case .scan(let recurrence): return try scan(node, recurrence, indices)
    case .reduce(let operation, let variables, let conditions):
      return try reduction(node, operation, variables, conditions, count, indices)
    default: return try strict(node, shape, count, indices, arguments(node, indices))
    }
  }

  private func scan(
    _ node: Node, _ recurrence: Recurrence, _ indices: [Variable: Int]
  ) throws(InterpreterError) -> [Double] {
    var all = [try evaluate(node.arguments[1], indices)]
    let steps = try number(recurrence.index.extent)
    for step in 0..<max(0, steps) {
      var inner = indices
      inner[recurrence.index] = recurrence.isReversed ? steps - 1 - step : step
      inner[recurrence.state] = states.count
      states.append(all[step])
      all.append(try evaluate(node.arguments[0], inner))
    }
    return (recurrence.isReversed ? all.reversed() : all).flatMap { $0 }
  }

  private func arguments(_ node: Node, _ indices: [Variable: Int]) -> [[Double]] {
    node.arguments.map { memo[key($0, indices)] ?? [] }
  }

  /// The kinds of node whose arguments are all evaluated.
  private func strict(
    _ node: Node, _ shape: [Int], _ count: Int, _ indices: [Variable: Int], _ arguments: [[Double]]
  ) throws(InterpreterError) -> [Double] {
    let entry = { (argument: [Double], at: Int) in argument.count == 1 ? argument[0] : argument[at] }
    var result: [Double] = []
    switch node.operation {
    case .add(let coefficients, let constant):
      return (0..<count).map { at in zip(coefficients, arguments).reduce(constant) { $0 + $1.0 * entry($1.1, at) } }
    case .mul(let exponents):
      return (0..<count).map { at in
        zip(exponents, arguments).reduce(1) {
          $0 * ($1.0 == 0.5 ? entry($1.1, at).squareRoot() : pow(entry($1.1, at), $1.0))
        }
      }
    case .apply(let function):
      for at in 0..<count {
        if function == "softmaxweight" {
          let total = entry(arguments[1], at)
          result.append(exp(entry(arguments[0], at) - (total == -.infinity ? 0 : total)))
        } else {
          result.append(try ScalarArithmetic.evaluate(.function(function), arguments.map { entry($0, at) }))
        }
      }
      return result
    case .select:
      return (0..<count).map { entry(arguments[0], $0) != 0 ? entry(arguments[1], $0) : entry(arguments[2], $0) }
    case .contract(let spec): return try contraction(node, spec, shape, count, arguments)
    case .index(let pattern):
      let source = try sizes(graph[node.arguments[0]].shape)
      for position in positions(shape) {
        let place = try places(pattern, position, indices, Array(arguments.dropFirst()))
        result.append(arguments[0][try offset(place, source, "index")])
      }
      return result
    case .scatter(let pattern, _):
      result = [Double](repeating: 0, count: count)
      let slot = try sizes(graph[node.arguments[0]].shape)
      let gathers = Array(arguments.dropFirst())
      for (at, position) in positions(slot).enumerated() {
        result[try offset(try places(pattern, position, indices, gathers), shape, "scatter")] = arguments[0][at]
      }
      return result
    case .linearAlgebra(let operation):
      let rows = try number(graph[node.arguments[0]].shape[0])
      return SampleLinearAlgebra.evaluate(operation, arguments, rows: rows)
    case .reshape: return arguments[0]
    default: return []
    }
  }

  private func places(
    _ pattern: [Subscript], _ rest: [Int], _ indices: [Variable: Int], _ gathers: [[Double]]
  ) throws(InterpreterError) -> [Int] {
    var rest = rest.makeIterator()
    var gathers = gathers.makeIterator()
    var result: [Int] = []
    for place in pattern {
      switch place {
      case .all: result.append(rest.next() ?? -1)
      case .at(let expression): result.append(try number(expression, indices))
      case .gather: result.append(gathers.next().flatMap { Int(exactly: $0[0]) } ?? -1)
      }
    }
    return result
  }

  private func contraction(
    _ node: Node, _ spec: Contraction, _ shape: [Int], _ count: Int, _ arguments: [[Double]]
  ) throws(InterpreterError) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    var operandSizes: [[Int]] = []
    for argument in node.arguments { operandSizes.append(try sizes(graph[argument].shape)) }
    for labels in positions(try sizes(spec.sizes)) {
      var product = 1.0
      for (position, own) in spec.inputs.enumerated() {
        product *= arguments[position][try offset(own.map { labels[$0] }, operandSizes[position], "contract")]
      }
      result[try offset(spec.output.map { labels[$0] }, shape, "contract")] += product
    }
    return result
  }

  private func reduction(
    _ node: Node, _ operation: ReduceOperation, _ variables: [Variable], _ conditions: Guard, _ count: Int,
    _ indices: [Variable: Int]
  ) throws(InterpreterError) -> [Double] {
    var terms: [[Double]] = []
    var extents: [Int] = []
    for variable in variables { extents.append(try number(variable.extent)) }
    for position in positions(extents) {
      var inner = indices
      for (variable, index) in zip(variables, position) { inner[variable] = index }
      if try holds(conditions, inner) { terms.append(try evaluate(node.arguments[0], inner)) }
    }
    return (0..<count).map { at in
      let column = terms.map { $0[at] }
      switch operation {
      case .sum: return column.reduce(0, +)
      case .prod: return column.reduce(1, *)
      case .min, .all:
        return column.reduce(operation == .all ? 1 : .infinity) { ScalarArithmetic.combine(.min, $0, $1) }
      case .max, .any:
        return column.reduce(operation == .any ? 0 : -.infinity) { ScalarArithmetic.combine(.max, $0, $1) }
      case .logsumexp:
        let top = column.reduce(-Double.infinity) { ScalarArithmetic.combine(.max, $0, $1) }
        if top.isInfinite { return top }
        return top + log(column.reduce(0) { $0 + exp($1 - top) })
      }
    }
  }
}
