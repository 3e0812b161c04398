import Foundation

@testable import EnergyIR

/// A tensor of numbers in row-major order.
struct Tensor: Equatable {
  var shape: [Int]
  var entries: [Double]

  init(_ shape: [Int], _ entries: [Double]) {
    self.shape = shape
    self.entries = entries
  }

  init(_ shape: [Int], _ entry: ([Int]) -> Double) {
    self.shape = shape
    entries = Tensor.places(shape).map(entry)
  }

  static func scalar(_ value: Double) -> Tensor { Tensor([], [value]) }

  /// All positions of a shape in row-major order.
  static func places(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { places, size in places.flatMap { place in (0..<size).map { place + [$0] } } }
  }

  subscript(_ place: [Int]) -> Double {
    get { entries[offset(place)] }
    set { entries[offset(place)] = newValue }
  }

  private func offset(_ place: [Int]) -> Int {
    zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }

  /// Entry by entry; scalars broadcast.
  static func map(_ tensors: [Tensor], _ function: ([Double]) -> Double) -> Tensor {
    let shape = tensors.first { !$0.shape.isEmpty }?.shape ?? []
    return Tensor(shape) { place in function(tensors.map { $0.shape.isEmpty ? $0.entries[0] : $0[place] }) }
  }
}

/// The meaning of graphs, written as plainly as can be: what the constructors are held to.
struct Evaluation {
  let graph: Graph
  var sizes: [EnergyIR.Dimension: Int]
  var symbols: [String: Tensor]
  /// The states of the recurrences around what is evaluated.
  var states: [Variable: Tensor] = [:]

  func size(_ size: Size) -> Int { size.value(sizes) ?? 0 }

  func position(_ expression: IndexExpression, _ values: [Variable: Int]) -> Int {
    let sum = expression.terms.reduce(size(expression.offset)) { $0 + $1.coefficient * (values[$1.variable] ?? 0) }
    guard let modulus = expression.modulus.map(size) else { return sum }
    return (sum % modulus + modulus) % modulus
  }

  func holds(_ conditions: Guard, _ values: [Variable: Int]) -> Bool {
    if conditions.isImpossible { return false }
    return conditions.conditions.allSatisfy { condition in
      let value = position(condition.expression, values)
      switch condition.relation {
      case .atLeastZero: return value >= 0
      case .equalsZero: return value == 0
      case .differsFromZero: return value != 0
      }
    }
  }

  func value(_ id: NodeID, _ values: [Variable: Int] = [:]) -> Tensor {
    let node = graph[id]
    let shape = node.shape.map(size)
    let argument = { (position: Int) in value(node.arguments[position], values) }
    switch node.operation {
    case .constant(let number): return .scalar(number)
    case .symbol(let symbol): return symbols[graph[symbol].name] ?? Tensor(shape) { _ in .nan }
    case .size(let size): return .scalar(Double(self.size(size)))
    case .iota(let expression): return .scalar(Double(position(expression, values)))
    case .add(let coefficients, let constant):
      return Tensor.map(node.arguments.indices.map(argument)) { parts in
        zip(coefficients, parts).reduce(constant) { $0 + $1.0 * $1.1 }
      }
    case .mul(let exponents):
      return Tensor.map(node.arguments.indices.map(argument)) { parts in
        zip(parts, exponents).reduce(1) { $0 * pow($1.0, $1.1) }
      }
    case .apply(let function): return Tensor.map(node.arguments.indices.map(argument), Self.function(function.name))
    case .select:
      return Tensor.map(node.arguments.indices.map(argument)) { $0[0] != 0 ? $0[1] : $0[2] }
    case .guarded(let conditions): return holds(conditions, values) ? argument(0) : Tensor(shape) { _ in 0 }
    case .contract(let spec): return contraction(spec, node.arguments.indices.map(argument))
    case .index(let pattern): return entries(pattern, node, values)
    case .scatter(let pattern, _): return scattered(pattern, node, shape, values)
    case .build, .reduce: return binder(id, shape, values)
    case .state(let variable, _): return states[variable] ?? Tensor(shape) { _ in .nan }
    case .scan(let recurrence): return scan(recurrence, node, shape, values)
    case .reshape: return Tensor(shape, argument(0).entries)
    case .linearAlgebra: return Tensor(shape) { _ in .nan }
    }
  }

  static func function(_ name: String) -> ([Double]) -> Double {
    switch name {
    case "sin": { sin($0[0]) }
    case "exp": { exp($0[0]) }
    // The margin keeps rounding from deciding a tie.
    case "less": { $0[0] < $0[1] - 0.0123 ? 1 : 0 }
    case "equal": { $0[0] == $0[1] ? 1 : 0 }
    default: { _ in .nan }
    }
  }

  /// The smaller one, NaN if either is.
  static func lesser(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : min(a, b) }

  private func contraction(_ spec: Contraction, _ arguments: [Tensor]) -> Tensor {
    let sizes = spec.sizes.map(size)
    var result = Tensor(spec.output.map { sizes[$0] }) { _ in 0 }
    for labels in Tensor.places(sizes) {
      let product = zip(arguments, spec.inputs).reduce(1) { $0 * $1.0[$1.1.map { labels[$0] }] }
      result[spec.output.map { labels[$0] }] += product
    }
    return result
  }

  /// The place in the tensor for a place along the axes that stay whole.
  private func place(_ pattern: [Subscript], _ node: Node, _ rest: [Int], _ values: [Variable: Int]) -> [Int] {
    var rest = rest.makeIterator()
    var gathers = node.arguments.dropFirst().makeIterator()
    return pattern.map { place in
      switch place {
      case .all: rest.next() ?? 0
      case .at(let expression): position(expression, values)
      case .gather: gathers.next().map { Int(value($0, values).entries[0]) } ?? 0
      }
    }
  }

  private func entries(_ pattern: [Subscript], _ node: Node, _ values: [Variable: Int]) -> Tensor {
    let source = value(node.arguments[0], values)
    return Tensor(node.shape.map(size)) { rest in
      let place = place(pattern, node, rest, values)
      // Outside the tensor nothing may be read; NaN shows it.
      return zip(place, source.shape).allSatisfy { $0 >= 0 && $0 < $1 } ? source[place] : .nan
    }
  }

  private func scattered(
    _ pattern: [Subscript], _ node: Node, _ shape: [Int], _ values: [Variable: Int]
  ) -> Tensor {
    let source = value(node.arguments[0], values)
    var result = Tensor(shape) { _ in 0 }
    for rest in Tensor.places(source.shape) { result[place(pattern, node, rest, values)] = source[rest] }
    return result
  }

  private func scan(_ recurrence: Recurrence, _ node: Node, _ shape: [Int], _ values: [Variable: Int]) -> Tensor {
    var all = [value(node.arguments[1], values)]
    let steps = size(recurrence.index.extent)
    for step in recurrence.isReversed ? Array((0..<steps).reversed()) : Array(0..<steps) {
      var inner = self
      inner.states[recurrence.state] = all[all.count - 1]
      all.append(inner.value(node.arguments[0], values.merging([recurrence.index: step]) { $1 }))
    }
    return Tensor(shape, (recurrence.isReversed ? all.reversed() : all).flatMap(\.entries))
  }

  private func binder(_ id: NodeID, _ shape: [Int], _ values: [Variable: Int]) -> Tensor {
    let bound = graph[id].operation.bound
    let body = graph[id].arguments[0]
    var rows: [Tensor] = []
    for place in Tensor.places(bound.map { size($0.extent) }) {
      var inner = values
      for (variable, value) in zip(bound, place) { inner[variable] = value }
      if case .reduce(_, _, let conditions) = graph[id].operation, !holds(conditions, inner) { continue }
      rows.append(value(body, inner))
    }
    guard case .reduce(let operation, _, _) = graph[id].operation else {
      return Tensor(shape, rows.flatMap(\.entries))
    }
    return Tensor(shape) { place in
      let all = rows.map { $0[place] }
      switch operation {
      case .sum: return all.reduce(0, +)
      case .prod: return all.reduce(1, *)
      case .min: return all.reduce(.infinity, Self.lesser)
      case .max: return -all.map { -$0 }.reduce(.infinity, Self.lesser)
      case .logsumexp: return log(all.reduce(0) { $0 + exp($1) })
      case .any: return all.contains { $0 != 0 } ? 1 : 0
      case .all: return all.allSatisfy { $0 != 0 } ? 1 : 0
      }
    }
  }
}
