import EnergyBuiltins
import EnergyIR

/// A tensor of numbers, row-major.
struct Dense: Equatable {
  var shape: [Int]
  var entries: [Double]

  static func scalar(_ value: Double) -> Dense { Dense(shape: [], entries: [value]) }

  subscript(_ place: [Int]) -> Double {
    get { entries[offset(place)] }
    set { entries[offset(place)] = newValue }
  }

  func offset(_ place: [Int]) -> Int { zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 } }

  /// All positions, the last axis fastest.
  static func places(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { partial, extent in partial.flatMap { head in (0..<extent).map { head + [$0] } } }
  }
}

/// The meaning of every node, written down as directly as possible; slow, and only for graphs with fixed sizes.
struct DenseEvaluator {
  let graph: Graph
  var symbols: [NodeID: Dense] = [:]

  init(_ graph: Graph, _ symbols: [NodeID: Dense] = [:]) {
    self.graph = graph
    self.symbols = symbols
  }

  func evaluate(_ id: NodeID, _ values: [Variable: Int] = [:]) -> Dense {
    if let known = symbols[id] { return known }
    let node = graph[id]
    let shape = node.shape.map { $0.constant ?? -1 }
    let argument = { (position: Int) in evaluate(node.arguments[position], values) }
    let all = { node.arguments.map { evaluate($0, values) } }
    switch node.operation {
    case .constant(let value): return .scalar(value)
    case .symbol, .state: preconditionFailure("a symbol without a value")
    case .size(let size): return .scalar(Double(size.constant ?? -1))
    case .iota(let expression): return .scalar(Double(place(expression, values)))
    case .add(let coefficients, let constant):
      return elementwise(all(), shape) { x in zip(coefficients, x).reduce(constant) { $0 + $1.0 * $1.1 } }
    case .mul(let exponents):
      return elementwise(all(), shape) { x in
        zip(exponents, x).reduce(1) { $0 * powerFunction.value([$1.1, $1.0]) }
      }
    case .apply(let function):
      return elementwise(all(), shape) { x in Builtins[function]?.value(x) ?? .nan }
    case .select: return elementwise(all(), shape) { $0[0] != 0 ? $0[1] : $0[2] }
    case .guarded(let conditions):
      if holds(conditions, values) { return argument(0) }
      return Dense(shape: shape, entries: Array(repeating: 0, count: shape.reduce(1, *)))
    case .contract(let spec): return contract(spec, all(), shape)
    case .index(let pattern), .scatter(let pattern, _):
      return move(node, pattern, all(), shape, values)
    case .build(let variable):
      let bodies = (0..<shape[0]).map { evaluate(node.arguments[0], values.merging([variable: $0]) { $1 }) }
      return Dense(shape: shape, entries: bodies.flatMap(\.entries))
    case .scan(let recurrence):
      var states = [argument(1)]
      let steps = 0..<shape[0] - 1
      let state = graph.state(recurrence.state, graph.shape(node.arguments[1]))
      for step in recurrence.isReversed ? Array(steps.reversed()) : Array(steps) {
        var inner = self
        inner.symbols[state] = states[states.count - 1]
        states.append(inner.evaluate(node.arguments[0], values.merging([recurrence.index: step]) { $1 }))
      }
      return Dense(shape: shape, entries: (recurrence.isReversed ? states.reversed() : states).flatMap(\.entries))
    case .reduce(let operation, let variables, let conditions):
      return reduce(operation, variables, conditions, node.arguments[0], shape, values)
    case .linearAlgebra(let operation): return linearAlgebra(operation, all())
    case .reshape: return Dense(shape: shape, entries: argument(0).entries)
    }
  }

  private func place(_ expression: IndexExpression, _ values: [Variable: Int]) -> Int {
    var sum = expression.offset.constant ?? 0
    for term in expression.terms { sum += term.coefficient * (values[term.variable] ?? 0) }
    guard let modulus = expression.modulus?.constant else { return sum }
    return ((sum % modulus) + modulus) % modulus
  }

  private func holds(_ conditions: Guard, _ values: [Variable: Int]) -> Bool {
    conditions.conditions.allSatisfy { condition in
      let value = place(condition.expression, values)
      switch condition.relation {
      case .atLeastZero: return value >= 0
      case .equalsZero: return value == 0
      case .differsFromZero: return value != 0
      }
    }
  }

  private func elementwise(_ arguments: [Dense], _ shape: [Int], _ rule: ([Double]) -> Double) -> Dense {
    let count = shape.reduce(1, *)
    return Dense(
      shape: shape,
      entries: (0..<count).map { k in rule(arguments.map { $0.shape.isEmpty ? $0.entries[0] : $0.entries[k] }) })
  }

  private func contract(_ spec: Contraction, _ arguments: [Dense], _ shape: [Int]) -> Dense {
    var result = Dense(shape: shape, entries: Array(repeating: 0, count: shape.reduce(1, *)))
    for labels in Dense.places(spec.sizes.map { $0.constant ?? 0 }) {
      let factors = zip(arguments, spec.inputs).map { argument, own in argument[own.map { labels[$0] }] }
      result[spec.output.map { labels[$0] }] += factors.reduce(1, *)
    }
    return result
  }

  private func move(
    _ node: Node, _ pattern: [Subscript], _ arguments: [Dense], _ shape: [Int], _ values: [Variable: Int]
  ) -> Dense {
    var gathers = arguments.dropFirst().map { Int($0.entries[0]) }.makeIterator()
    let fixed = pattern.map { entry -> Int? in
      switch entry {
      case .all: nil
      case .at(let expression): place(expression, values)
      case .gather: gathers.next()
      }
    }
    var isScatter = false
    if case .scatter = node.operation { isScatter = true }
    var result = Dense(shape: shape, entries: Array(repeating: 0, count: shape.reduce(1, *)))
    for small in Dense.places(isScatter ? arguments[0].shape : shape) {
      var rest = small.makeIterator()
      let large = fixed.map { $0 ?? rest.next() ?? 0 }
      if isScatter { result[large] = arguments[0][small] } else { result[small] = arguments[0][large] }
    }
    return result
  }

  private func reduce(
    _ operation: ReduceOperation, _ variables: [Variable], _ conditions: Guard, _ body: NodeID, _ shape: [Int],
    _ values: [Variable: Int]
  ) -> Dense {
    var bodies: [Dense] = []
    for position in Dense.places(variables.map { $0.extent.constant ?? 0 }) {
      let inner = values.merging(zip(variables, position)) { $1 }
      if holds(conditions, inner) { bodies.append(evaluate(body, inner)) }
    }
    return elementwise(bodies, shape) { x in
      switch operation {
      case .sum: x.reduce(0, +)
      case .prod: x.reduce(1, *)
      case .min: x.reduce(.infinity, Swift.min)
      case .max: x.reduce(-.infinity, Swift.max)
      case .logsumexp: x.reduce(-.infinity) { Builtins[FunctionName("logaddexp")]?.value([$0, $1]) ?? .nan }
      case .any: x.contains { $0 != 0 } ? 1 : 0
      case .all: x.allSatisfy { $0 != 0 } ? 1 : 0
      }
    }
  }

  private func linearAlgebra(_ operation: LinearAlgebra, _ arguments: [Dense]) -> Dense {
    let a = arguments[0]
    let n = a.shape[0]
    switch operation {
    case .cholesky:
      var l = Dense(shape: a.shape, entries: Array(repeating: 0, count: n * n))
      for i in 0..<n {
        for j in 0...i {
          let rest = a[[i, j]] - (0..<j).reduce(0) { $0 + l[[i, $1]] * l[[j, $1]] }
          l[[i, j]] = i == j ? rest.squareRoot() : rest / l[[j, j]]
        }
      }
      return l
    case .inv:
      let unit = Dense(shape: a.shape, entries: (0..<n * n).map { $0 / n == $0 % n ? 1 : 0 })
      return eliminate(a, unit).solution
    case .solve: return eliminate(a, arguments[1]).solution
    case .solveLower, .solveLowerTransposed:
      var triangle = Dense(shape: a.shape, entries: Array(repeating: 0, count: n * n))
      for i in 0..<n {
        for j in 0...i { triangle[operation == .solveLower ? [i, j] : [j, i]] = a[[i, j]] }
      }
      return eliminate(triangle, arguments[1]).solution
    case .pivots: return a
    case .argsort:
      let places = (0..<n).sorted { (a[[$0]], $0) < (a[[$1]], $1) }
      return Dense(shape: [n], entries: places.map { Double($0 + 1) })
    case .det: return .scalar(eliminate(a, Dense(shape: [n], entries: Array(repeating: 0, count: n))).determinant)
    case .isPositiveDefinite:
      // Sylvester: all leading minors are positive.
      let minors = (1...n).map { order -> Double in
        let part = Dense(
          shape: [order, order], entries: (0..<order * order).map { a[[$0 / order, $0 % order]] })
        return eliminate(part, Dense(shape: [order], entries: Array(repeating: 0, count: order))).determinant
      }
      return .scalar(minors.allSatisfy { $0 > 0 } ? 1 : 0)
    case .logdet:
      let determinant = eliminate(a, Dense(shape: [n], entries: Array(repeating: 0, count: n))).determinant
      return .scalar(Builtins[FunctionName("log")]?.value([abs(determinant)]) ?? .nan)
    }
  }

  /// Gauss's elimination with pivots.
  private func eliminate(_ matrix: Dense, _ right: Dense) -> (solution: Dense, determinant: Double) {
    var (a, b, determinant) = (matrix, right, 1.0)
    let n = a.shape[0]
    let width = right.entries.count / n
    for k in 0..<n {
      let pivot = (k..<n).max { abs(a[[$0, k]]) < abs(a[[$1, k]]) } ?? k
      if pivot != k {
        determinant = -determinant
        for j in 0..<n { a.entries.swapAt(k * n + j, pivot * n + j) }
        for j in 0..<width { b.entries.swapAt(k * width + j, pivot * width + j) }
      }
      determinant *= a[[k, k]]
      for i in 0..<n where i != k {
        let factor = a[[i, k]] / a[[k, k]]
        for j in 0..<n { a[[i, j]] -= factor * a[[k, j]] }
        for j in 0..<width { b.entries[i * width + j] -= factor * b.entries[k * width + j] }
      }
    }
    for i in 0..<n {
      for j in 0..<width { b.entries[i * width + j] /= a[[i, i]] }
    }
    return (b, determinant)
  }
}
