import EnergyIR
import EnergyTransforms
import Testing

@testable import EnergyLowering

/// Random terms of all kinds of node, with values that stay small.
struct RandomTerms {
  let s = Setting()
  let d: Size
  let vectors: [NodeID]
  let matrices: [NodeID]
  let scalars: [NodeID]
  let table: NodeID
  let sample: NodeID
  private var state: UInt64
  /// The states of the recurrences that are being made.
  private var held: [(rank: Int, state: NodeID)] = []

  var graph: Graph { s.graph }

  init(seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    d = s.dimension("d", 4)
    sample = s.sample([d])
    vectors = [sample, sample, s.parameter("mu", [d]), s.sample([d], "y")]
    matrices = [s.parameter("A", [d, d]), s.parameter("P", [d, d], [.symmetric]), s.sample([d, d], "X")]
    scalars = [s.parameter("a"), s.sample([], "t"), s.constant(0.5)]
    table = s.symbol("table", .data, [d], type: .int) { Double(($0 * 3 + 1) % 4) }
  }

  private mutating func next(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % bound
  }

  private mutating func pick<T>(_ items: [T]) -> T { items[next(items.count)] }

  private func tensor(_ id: NodeID, _ rank: Int) -> NodeID {
    graph.broadcast(id, to: Array(repeating: d, count: rank))
  }

  /// A term of this rank whose free variables are among `scope`.
  mutating func term(_ rank: Int, _ depth: Int, _ scope: [Variable] = []) -> NodeID {
    if depth == 0 { return leaf(rank, scope) }
    switch next(14) {
    case 0, 1:
      let parts = (0..<2 + next(2)).map { _ in
        (pick([1.0, -1, 2, -0.5]), term(next(4) == 0 ? 0 : rank, depth - 1, scope))
      }
      return tensor(graph.sum(parts, constant: pick([0, 0, 1])), rank)
    case 2, 3:
      let parts = (0..<2).map { _ in (term(next(3) == 0 ? 0 : rank, depth - 1, scope), pick([1.0, 1, 2])) }
      return tensor(graph.product(parts), rank)
    case 4:
      let argument = term(rank, depth - 1, scope)
      return tensor(s.call(pick(["sin", "tanh", "sigmoid", "abs"]), argument), rank)
    case 5: return graph.guarded(conditions(scope), term(rank, depth - 1, scope))
    case 6: return reduction(rank, depth, scope)
    case 7 where rank > 0:
      let variable = s.variable(d)
      return graph.build(variable, term(rank - 1, depth - 1, scope + [variable]))
    case 8 where rank > 0:
      let slot = term(rank - 1, depth - 1, scope)
      return graph.scatter(
        slot, [.at(position(scope))] + (1..<rank).map { _ in .all }, shape: Array(repeating: d, count: rank))
    case 9 where rank == 1: return s.times(term(2, depth - 1, scope), term(1, depth - 1, scope))
    case 9 where rank == 2:
      return graph.contract(
        [(term(1, depth - 1, scope), [0]), (term(1, depth - 1, scope), [1])], output: [0, 1], sizes: [d, d])
    case 9: return graph.dot(term(1, depth - 1, scope), term(1, depth - 1, scope))
    case 10 where rank < 2:
      let places = [Subscript.at(position(scope))] + (0..<rank).map { _ in .all }
      return graph.index(term(rank + 1, depth - 1, scope), places)
    case 11 where rank < 2 && !scope.isEmpty:
      let gather = s.at(table, pick(scope))
      return graph.index(term(rank + 1, depth - 1, scope), [.gather] + (0..<rank).map { _ in .all }, gathers: [gather])
    case 13 where rank < 2: return recurrence(rank, depth, scope)
    case 12 where rank == 1 && next(3) == 0:
      let shifted = graph.add(matrices[1], graph.contract([(s.constant(9), [])], output: [0, 0], sizes: [d, d]))
      return graph.linearAlgebra(.solve, [shifted, term(1, depth - 1, scope)])
    default:
      let test = graph.apply(
        "less", [term(rank, depth - 1, scope), tensor(s.constant(0.3), rank)], type: .bool)
      return tensor(graph.select(test, term(rank, depth - 1, scope), term(rank, depth - 1, scope)), rank)
    }
  }

  private mutating func leaf(_ rank: Int, _ scope: [Variable]) -> NodeID {
    let own = held.filter { $0.rank == rank }
    if !own.isEmpty, next(2) == 0 { return pick(own).state }
    if rank == 0, !scope.isEmpty, next(4) > 0 {
      let vector = pick(vectors)
      return scope.count > 1 && next(2) == 0
        ? s.at(pick(matrices), pick(scope), pick(scope)) : s.at(vector, pick(scope))
    }
    return rank == 0 ? pick(scalars) : rank == 1 ? pick(vectors) : pick(matrices)
  }

  /// A position in 0..<d, by the box or by the modulus.
  private mutating func position(_ scope: [Variable]) -> IndexExpression {
    guard !scope.isEmpty else { return IndexExpression(Size(next(4))) }
    let variable = pick(scope)
    return switch next(3) {
    case 0: IndexExpression(variable)
    case 1: IndexExpression([(variable, -1)], offset: d - 1)
    default: IndexExpression([(variable, 1)], offset: Size(next(3))).modulo(d) ?? IndexExpression(variable)
    }
  }

  private mutating func conditions(_ scope: [Variable]) -> Guard {
    guard !scope.isEmpty else { return .always }
    let (first, second) = (pick(scope), pick(scope))
    let relation: Condition.Relation = pick([.atLeastZero, .equalsZero, .differsFromZero, .atLeastZero])
    let offset = pick([-1, 0, 1])
    return Guard([
      first == second
        ? condition([(first, pick([1, -1, 2]))], offset, relation)
        : condition([(first, 1), (second, -1)], offset, relation)
    ])
  }

  /// One state of a recurrence, or what is made of all.
  private mutating func recurrence(_ rank: Int, _ depth: Int, _ scope: [Variable]) -> NodeID {
    let (step, variable) = (s.variable(d), graph.freshState())
    let shape = Array(repeating: d, count: rank)
    let initial = tensor(term(rank, depth - 1, scope), rank)
    held.append((rank, graph.state(variable, shape)))
    let body = term(rank, depth - 1, scope + [step])
    held.removeLast()
    let decayed = graph.sum([
      (0.7, graph.state(variable, shape)), (1, s.call(pick(["sin", "tanh"]), tensor(body, rank))),
    ])
    let all = graph.scan(step, state: variable, from: initial, to: decayed, isReversed: next(2) == 0)
    switch next(4) {
    case 0: return graph.row(all, at: IndexExpression(0))
    case 1: return graph.row(all, at: IndexExpression(d))
    case 2: return graph.row(all, at: position(scope))
    default:
      let own = s.variable(d)
      return graph.reduce(.sum, [own], .always, graph.row(all, at: IndexExpression([(own, 1)], offset: 1)))
    }
  }

  private mutating func reduction(_ rank: Int, _ depth: Int, _ scope: [Variable]) -> NodeID {
    let variables = (0..<1 + next(2)).map { _ in s.variable(d) }
    let operation: ReduceOperation = pick([.sum, .sum, .sum, .max, .logsumexp])
    let guards = operation == .sum ? conditions(scope + variables) : .always
    return graph.reduce(operation, variables, guards, term(rank, depth - 1, scope + variables))
  }
}

@Suite struct RandomProgramTests {
  /// Values of random tensors, several outputs at once.
  @Test(arguments: 0..<300) func values(seed: Int) throws {
    var random = RandomTerms(seed: UInt64(seed) + 1)
    let outputs = (0..<1 + seed % 3).map { (name: "o\($0)", node: random.term($0, 2 + seed % 4)) }
    #expect(try deviation(random.s, outputs, options: options(random, seed)) < 1e-10, "seed \(seed)")
  }

  /// A random scalar with its gradient, in one program.
  @Test(arguments: 0..<150) func gradients(seed: Int) throws {
    var random = RandomTerms(seed: UInt64(seed) + 1000)
    let energy = random.term(0, 3 + seed % 3)
    var transforms = Transforms(random.graph)
    let score = transforms.score(of: energy, by: random.sample)
    #expect(
      try deviation(random.s, [("energy", energy), ("score", score)], options: options(random, seed)) < 1e-9,
      "seed \(seed)")
  }

  private func options(_ random: RandomTerms, _ seed: Int) -> LoweringOptions {
    LoweringOptions(
      dimensions: seed % 2 == 0 ? random.s.dimensions : [:], matrixProductThreshold: seed % 3 == 0 ? 1 : 16,
      sharedFamilyLimit: [.max, 2, 3, .max, 4][seed % 5])
  }
}
