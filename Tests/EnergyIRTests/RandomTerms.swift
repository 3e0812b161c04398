import Foundation

@testable import EnergyIR

/// A small generator with a seed, so that failures repeat.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A term built twice: by the constructors of the graph and as a plain function of its index variables.
struct Twin {
  let node: NodeID
  let shape: [Size]
  let value: ([Variable: Int]) -> Tensor
}

/// Random twins: whatever the constructors rewrite must mean what was asked for.
struct RandomTerms {
  let model: Model
  let evaluation: Evaluation
  var random: SplitMix
  /// The states of the recurrences that are being made.
  private var held: [(rank: Int, state: NodeID, value: Held)] = []

  /// The value of a state, which the plain function of a recurrence sets before each step.
  private final class Held { var value = Tensor.scalar(.nan) }

  init(_ model: Model, _ evaluation: Evaluation, seed: UInt64) {
    self.model = model
    self.evaluation = evaluation
    random = SplitMix(state: seed)
  }

  private var graph: Graph { model.graph }

  private mutating func pick<T>(_ items: [T]) -> T { items[Int(random.next() % UInt64(items.count))] }

  mutating func term(rank: Int, depth: Int, _ scope: [Variable] = []) -> Twin {
    if depth == 0 { return leaf(rank, scope) }
    switch random.next() % 11 {
    case 0, 1: return sum(rank, depth, scope)
    case 2, 3: return product(rank, depth, scope)
    case 4: return guarded(rank, depth, scope)
    case 5: return reduction(rank, depth, scope)
    case 6: return rank > 0 ? build(rank, depth, scope) : entry(rank, depth, scope)
    case 7: return rank > 0 ? scattered(rank, depth, scope) : total(depth, scope)
    case 8: return rank == 1 ? matrixTimes(depth, scope) : rank == 2 ? transposed(depth, scope) : entry(0, depth, scope)
    case 9: return recurrence(rank, depth, scope)
    default: return selected(rank, depth, scope)
    }
  }

  private mutating func leaf(_ rank: Int, _ scope: [Variable]) -> Twin {
    if let own = held.filter({ $0.rank == rank }).randomElement(using: &random), random.next() % 2 == 0 {
      return Twin(node: own.state, shape: graph.shape(own.state)) { _ in own.value.value }
    }
    if rank == 0, let variable = scope.randomElement(using: &random), variable.extent == model.d {
      let vector = pick([model.x, model.mu])
      let values = evaluation.value(vector)
      return Twin(node: model.entry(vector, variable), shape: []) { .scalar(values[[$0[variable] ?? 0]]) }
    }
    let choices: [NodeID]
    switch rank {
    case 0: choices = [model.a, model.b, graph.constant(2), graph.constant(-0.5)]
    case 1: choices = [model.x, model.mu, model.y]
    default: choices = [model.symmetric, model.general]
    }
    let node = pick(choices)
    let value = evaluation.value(node)
    return Twin(node: node, shape: graph.shape(node)) { _ in value }
  }

  private mutating func sum(_ rank: Int, _ depth: Int, _ scope: [Variable]) -> Twin {
    let parts = (0..<2 + Int(random.next() % 2)).map { _ in
      term(rank: random.next() % 4 == 0 ? 0 : rank, depth: depth - 1, scope)
    }
    let factors = parts.map { _ in pick([1.0, -1, 2, 0.5]) }
    let constant = pick([0.0, 0, 1, -2])
    let shape = parts.first { !$0.shape.isEmpty }?.shape ?? []
    let node = graph.sum(zip(factors, parts).map { ($0, $1.node) }, constant: constant)
    let twin = Twin(node: node, shape: shape) { values in
      Tensor.map(parts.map { $0.value(values) }) { zip(factors, $0).reduce(constant) { $0 + $1.0 * $1.1 } }
    }
    return widened(twin, rank)
  }

  private mutating func product(_ rank: Int, _ depth: Int, _ scope: [Variable]) -> Twin {
    let parts = (0..<2).map { _ in term(rank: random.next() % 3 == 0 ? 0 : rank, depth: depth - 1, scope) }
    let exponents = parts.map { _ in pick([1.0, 1, 2, 3]) }
    let shape = parts.first { !$0.shape.isEmpty }?.shape ?? []
    let node = graph.product(zip(parts, exponents).map { ($0.node, $1) })
    let twin = Twin(node: node, shape: shape) { values in
      Tensor.map(parts.map { $0.value(values) }) { numbers in
        zip(numbers, exponents).reduce(1) { product, factor in
          (0..<Int(factor.1)).reduce(product) { result, _ in result * factor.0 }
        }
      }
    }
    return widened(twin, rank)
  }

  /// A scalar where a tensor was asked for, filled up.
  private func widened(_ twin: Twin, _ rank: Int) -> Twin {
    guard twin.shape.isEmpty, rank > 0 else { return twin }
    let shape = Array(repeating: model.d, count: rank)
    let sizes = shape.map(evaluation.size)
    return Twin(node: graph.broadcast(twin.node, to: shape), shape: shape) { values in
      let number = twin.value(values).entries[0]
      return Tensor(sizes) { _ in number }
    }
  }

  private mutating func conditions(_ scope: [Variable]) -> Guard {
    guard let first = scope.randomElement(using: &random) else { return .always }
    let second = pick(scope)
    let relation: Condition.Relation = pick([.atLeastZero, .equalsZero, .differsFromZero])
    let offset = pick([-1, 0, 1])
    if first == second { return Guard([condition([(first, pick([1, -1]))], Size(offset), relation)]) }
    return Guard([condition([(first, 1), (second, -1)], Size(offset), relation)])
  }

  private mutating func guarded(_ rank: Int, _ depth: Int, _ scope: [Variable]) -> Twin {
    let body = term(rank: rank, depth: depth - 1, scope)
    let conditions = conditions(scope)
    let evaluation = evaluation
    return Twin(node: graph.guarded(conditions, body.node), shape: body.shape) { values in
      evaluation.holds(conditions, values) ? body.value(values) : Tensor(body.shape.map(evaluation.size)) { _ in 0 }
    }
  }

  private mutating func reduction(_ rank: Int, _ depth: Int, _ scope: [Variable]) -> Twin {
    let variables = (0..<1 + Int(random.next() % 2)).map { _ in graph.freshVariable(model.d) }
    let body = term(rank: rank, depth: depth - 1, scope + variables)
    let operation: ReduceOperation = pick([.sum, .sum, .sum, .max, .min])
    // An empty extremum is infinite, and nothing can be said of 0 times that.
    let conditions = operation == .sum ? conditions(scope + variables) : .always
    let evaluation = evaluation
    let extent = evaluation.size(model.d)
    let node = graph.reduce(operation, variables, conditions, body.node)
    let twin = Twin(node: node, shape: body.shape) { values in
      var rows: [Tensor] = []
      for place in Tensor.places(variables.map { _ in extent }) {
        let inner = values.merging(zip(variables, place)) { $1 }
        if evaluation.holds(conditions, inner) { rows.append(body.value(inner)) }
      }
      return Tensor(body.shape.map(evaluation.size)) { place in
        let all = rows.map { $0[place] }
        return switch operation {
        case .max: -all.map { -$0 }.reduce(.infinity, Evaluation.lesser)
        case .min: all.reduce(.infinity, Evaluation.lesser)
        default: all.reduce(0, +)
        }
      }
    }
    return twin
  }

  private mutating func build(_ rank: Int, _ depth: Int, _ scope: [Variable]) -> Twin {
    let variable = graph.freshVariable(model.d)
    let body = term(rank: rank - 1, depth: depth - 1, scope + [variable])
    let extent = evaluation.size(model.d)
    return Twin(node: graph.build(variable, body.node), shape: [model.d] + body.shape) { values in
      let rows = (0..<extent).map { body.value(values.merging([variable: $0]) { $1 }) }
      return Tensor([extent] + rows[0].shape, rows.flatMap(\.entries))
    }
  }

  /// A state of a recurrence whose steps stay bounded.
  private mutating func recurrence(_ rank: Int, _ depth: Int, _ scope: [Variable]) -> Twin {
    let step = graph.freshVariable(model.d)
    let variable = graph.freshState()
    let initial = term(rank: rank, depth: depth - 1, scope)
    let shape = Array(repeating: model.d, count: rank)
    let held = Held()
    self.held.append((rank, graph.state(variable, shape), held))
    let next = term(rank: rank, depth: min(depth - 1, 2), scope + [step])
    self.held.removeLast()
    let isReversed = random.next() % 2 == 0
    let node = graph.scan(
      step, state: variable, from: initial.node, to: graph.apply("sin", [next.node]), isReversed: isReversed)
    let steps = evaluation.size(model.d)
    let position = pick([0, 1, steps - 1])
    let place = position == steps - 1 ? model.d : Size(position)
    return Twin(node: graph.row(node, at: IndexExpression(place)), shape: shape) { values in
      var state = initial.value(values)
      let wanted = position == steps - 1 ? steps : position
      for count in 0..<(isReversed ? steps - wanted : wanted) {
        held.value = state
        let at = isReversed ? steps - 1 - count : count
        state = Tensor.map([next.value(values.merging([step: at]) { $1 })]) { sin($0[0]) }
      }
      return state
    }
  }

  /// A position that is inside whatever the variables are.
  private mutating func position(_ scope: [Variable]) -> IndexExpression {
    guard let variable = scope.randomElement(using: &random), random.next() % 4 != 0 else {
      return IndexExpression(Size(0))
    }
    switch random.next() % 3 {
    case 0: return IndexExpression([(variable, 1)], offset: Size(pick([1, -1])), modulus: model.d)
    case 1: return IndexExpression([(variable, -1)], offset: model.d - 1)
    default: return IndexExpression(variable)
    }
  }

  private mutating func entry(_ rank: Int, _ depth: Int, _ scope: [Variable]) -> Twin {
    let whole = term(rank: rank + 1, depth: depth - 1, scope)
    let place = position(scope)
    let evaluation = evaluation
    let pattern = [Subscript.at(place)] + Array(repeating: Subscript.all, count: rank)
    return Twin(node: graph.index(whole.node, pattern), shape: Array(whole.shape.dropFirst())) { values in
      let tensor = whole.value(values)
      return Tensor(Array(tensor.shape.dropFirst())) { tensor[[evaluation.position(place, values)] + $0] }
    }
  }

  private mutating func scattered(_ rank: Int, _ depth: Int, _ scope: [Variable]) -> Twin {
    let value = term(rank: rank - 1, depth: depth - 1, scope)
    let place = position(scope)
    let evaluation = evaluation
    let shape = [model.d] + value.shape
    let pattern = [Subscript.at(place)] + Array(repeating: Subscript.all, count: rank - 1)
    return Twin(node: graph.scatter(value.node, pattern, shape: shape), shape: shape) { values in
      let slot = value.value(values)
      let at = evaluation.position(place, values)
      return Tensor(shape.map(evaluation.size)) { $0[0] == at ? slot[Array($0.dropFirst())] : 0 }
    }
  }

  private mutating func total(_ depth: Int, _ scope: [Variable]) -> Twin {
    let parts = (0..<2).map { _ in term(rank: 1, depth: depth - 1, scope) }
    return Twin(node: graph.dot(parts[0].node, parts[1].node), shape: []) { values in
      let (left, right) = (parts[0].value(values), parts[1].value(values))
      return .scalar(zip(left.entries, right.entries).reduce(0) { $0 + $1.0 * $1.1 })
    }
  }

  private mutating func matrixTimes(_ depth: Int, _ scope: [Variable]) -> Twin {
    let matrix = term(rank: 2, depth: depth - 1, scope)
    let vector = term(rank: 1, depth: depth - 1, scope)
    let isTurned = random.next() % 2 == 0
    let node = graph.contract(
      [(matrix.node, isTurned ? [1, 0] : [0, 1]), (vector.node, [1])], output: [0], sizes: [model.d, model.d])
    return Twin(node: node, shape: [model.d]) { values in
      let (left, right) = (matrix.value(values), vector.value(values))
      return Tensor(right.shape) { place in
        (0..<right.entries.count).reduce(0) {
          $0 + (isTurned ? left[[$1, place[0]]] : left[[place[0], $1]]) * right.entries[$1]
        }
      }
    }
  }

  private mutating func transposed(_ depth: Int, _ scope: [Variable]) -> Twin {
    let matrix = term(rank: 2, depth: depth - 1, scope)
    return Twin(node: graph.transpose(matrix.node), shape: matrix.shape) { values in
      let tensor = matrix.value(values)
      return Tensor(tensor.shape) { tensor[[$0[1], $0[0]]] }
    }
  }

  private mutating func selected(_ rank: Int, _ depth: Int, _ scope: [Variable]) -> Twin {
    let left = term(rank: 0, depth: depth - 1, scope)
    let right = leaf(0, scope)
    let (yes, no) = (term(rank: rank, depth: depth - 1, scope), term(rank: rank, depth: depth - 1, scope))
    let test = graph.apply("less", [left.node, right.node], type: .bool)
    let node = graph.broadcast(graph.select(test, yes.node, no.node), to: yes.shape)
    return Twin(node: node, shape: yes.shape) { values in
      left.value(values).entries[0] < right.value(values).entries[0] - 0.0123 ? yes.value(values) : no.value(values)
    }
  }
}
