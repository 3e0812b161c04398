import EnergyBuiltins
import EnergyIR

/// A number with the sum of the absolute values of the terms that were added to make it, against which rounding
/// errors are measured.
struct Bounded {
  var value: Double
  var magnitude: Double

  init(_ value: Double, magnitude: Double? = nil) {
    self.value = value
    self.magnitude = magnitude ?? abs(value)
  }
}

/// Scalar graphs: differentiated by the chain rule and evaluated, for tests of single built-ins.
struct ScalarGraph {
  let graph: Graph
  let root: NodeID
  let variables: [NodeID]

  /// The derivative by one variable, as a graph.
  func derivative(by position: Int) -> ScalarGraph {
    var adjoints: [NodeID: [NodeID]] = [root: [graph.constant(1)]]
    for id in graph.postorder(root).reversed() {
      guard let pending = adjoints[id], !variables.contains(id) else { continue }
      let adjoint = graph.sum(pending.map { (1, $0) })
      let node = graph[id]
      for (contribution, argument) in zip(contributions(node, id, adjoint), node.arguments) {
        if let contribution { adjoints[argument, default: []].append(contribution) }
      }
    }
    let own = adjoints[variables[position], default: []]
    return ScalarGraph(graph: graph, root: graph.sum(own.map { (1, $0) }), variables: variables)
  }

  private func contributions(_ node: Node, _ id: NodeID, _ adjoint: NodeID) -> [NodeID?] {
    switch node.operation {
    case .add(let coefficients, _): return coefficients.map { graph.scale($0, adjoint) }
    case .mul(let exponents):
      return exponents.indices.map { position in
        let others = exponents.indices.filter { $0 != position }.map { (node.arguments[$0], exponents[$0]) }
        let own = graph.derivativeOfPower(node.arguments[position], exponents[position])
        return graph.product([(adjoint, 1), (own, 1)] + others)
      }
    case .apply(let function): return Builtins[function]?.pullback(graph, node.arguments, id, adjoint) ?? []
    case .select:
      let zero = graph.constant(0)
      return [
        nil, graph.select(node.arguments[0], adjoint, zero), graph.select(node.arguments[0], zero, adjoint),
      ]
    default: return []
    }
  }

  /// The value with its magnitude.
  func evaluate(_ point: [Double]) -> Bounded {
    evaluate(point.map { Bounded($0) }, constant: { Bounded($0) }) { operation, x in
      switch operation {
      case .add(let coefficients, let constant):
        let value = zip(coefficients, x).reduce(constant) { $0 + $1.0 * $1.1.value }
        let size = zip(coefficients, x).reduce(abs(constant)) { $0 + abs($1.0) * $1.1.magnitude }
        return Bounded(value, magnitude: size)
      case .mul(let exponents):
        var product = Bounded(1)
        for (exponent, factor) in zip(exponents, x) {
          let power = powerFunction.value([factor.value, exponent])
          let spread = factor.value == 0 ? 1 : factor.magnitude / abs(factor.value)
          product.value *= power
          product.magnitude *= abs(power) * (spread == 1 ? 1 : powerFunction.value([spread, abs(exponent)]))
        }
        return product
      case .apply(let function): return Builtins[function].map { Bounded($0.value(x.map(\.value))) }
      case .select: return x[0].value != 0 ? x[1] : x[2]
      default: return nil
      }
    } ?? Bounded(.nan)
  }

  /// The value in complex arithmetic; `nil` where a function has no complex form here.
  func evaluate(_ point: [Complex]) -> Complex? {
    evaluate(point, constant: { Complex($0) }) { operation, x in
      switch operation {
      case .add(let coefficients, let constant):
        return zip(coefficients, x).reduce(Complex(constant)) { $0 + $1.0 * $1.1 }
      case .mul(let exponents): return zip(exponents, x).reduce(Complex(1)) { $0 * $1.1.power($1.0) }
      case .apply(let function): return ComplexFunctions.value(function.name, x)
      case .select: return x[0].re != 0 ? x[1] : x[2]
      default: return nil
      }
    }
  }

  private func evaluate<Number>(
    _ point: [Number], constant: (Double) -> Number, _ rule: (Operation, [Number]) -> Number?
  ) -> Number? {
    var values: [NodeID: Number] = [:]
    for (variable, value) in zip(variables, point) { values[variable] = value }
    for id in graph.postorder(root) where values[id] == nil {
      let node = graph[id]
      if case .constant(let value) = node.operation {
        values[id] = constant(value)
      } else {
        guard let value = rule(node.operation, node.arguments.compactMap { values[$0] }) else { return nil }
        values[id] = value
      }
    }
    return values[root]
  }
}

extension ScalarGraph {
  /// A call of a built-in on variables, with whole numbers for its literal arguments.
  static func call(_ entry: Builtin, literals: [Double] = []) -> ScalarGraph {
    let graph = Graph()
    var literals = literals.makeIterator()
    let variables = entry.parameters.map { parameter in
      parameter.isLiteral
        ? graph.constant(literals.next() ?? parameter.samples.lowerBound)
        : graph.symbol(Symbol(name: parameter.name, role: .sample, shape: []))
    }
    return ScalarGraph(graph: graph, root: entry.apply(graph, variables), variables: variables)
  }
}

/// Points inside the sampling ranges of a built-in, spread evenly (Halton).
func samplePoints(_ entry: Builtin, count: Int = 200) -> [[Double]] {
  (1...count).map { k in
    zip(entry.parameters, [2, 3, 5]).map { parameter, base in
      let range = parameter.samples
      if parameter.isLiteral { return range.lowerBound }
      return range.lowerBound + halton(k, base: base) * (range.upperBound - range.lowerBound)
    }
  }
}

private func halton(_ index: Int, base: Int) -> Double {
  var (rest, scale, result) = (index, 1.0, 0.0)
  while rest > 0 {
    scale /= Double(base)
    result += scale * Double(rest % base)
    rest /= base
  }
  return result
}

/// Powers, looked up once.
let powerFunction: Builtin = {
  guard let entry = Builtins[FunctionName("pow")] else { preconditionFailure("pow is a built-in") }
  return entry
}()
