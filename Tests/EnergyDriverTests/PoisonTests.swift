import EnergyBuiltins
import EnergyIR
import EnergyTransforms
import Testing

@testable import EnergyDriver

/// Plants NaN at every point outside every guard and in every branch not taken.
struct Poison {
  let graph: Graph
  let symbol: Symbol.ID
  private let nan: NodeID

  init(_ graph: Graph) {
    self.graph = graph
    symbol = graph.addSymbol(Symbol(name: "poison", role: .parameter, shape: []))
    nan = graph.symbol(symbol)
  }

  func plant(in root: NodeID) -> NodeID {
    var memo: [NodeID: NodeID] = [:]
    for id in graph.postorder(root, into: { graph[$0].operation.bound.isEmpty }) {
      let node = graph[id]
      memo[id] = node.operation.bound.isEmpty ? rebuilt(node, node.arguments.map { memo[$0] ?? $0 }) : binder(id)
    }
    return memo[root] ?? root
  }

  private func rebuilt(_ node: Node, _ arguments: [NodeID]) -> NodeID {
    switch node.operation {
    case .guarded(let conditions):
      return graph.guarded(conditions, poisoned(arguments[0], outside: conditions))
    case .select:
      let bad = graph.broadcast(nan, to: node.shape)
      return graph.select(
        arguments[0], graph.select(arguments[0], arguments[1], bad), graph.select(arguments[0], bad, arguments[2]))
    default: return graph.rebuild(node, arguments)
    }
  }

  private func binder(_ id: NodeID) -> NodeID {
    let fresh = graph[id].operation.bound.map {
      $0.isState ? graph.freshState() : graph.freshVariable($0.extent)
    }
    let (conditions, body) = graph.opened(id, as: fresh)
    let planted = plant(in: body)
    switch graph[id].operation {
    case .reduce(let operation, _, _):
      return graph.reduce(operation, fresh, conditions, poisoned(planted, outside: conditions))
    case .scan(let recurrence):
      return graph.scan(
        fresh[0], state: fresh[1], from: plant(in: graph[id].arguments[1]), to: planted,
        isReversed: recurrence.isReversed)
    default: return graph.build(fresh[0], planted)
    }
  }

  private func poisoned(_ body: NodeID, outside conditions: Guard) -> NodeID {
    guard !conditions.isAlways else { return body }
    let zero = graph.constant(0, type: .int)
    let tests = conditions.conditions.map { condition -> NodeID in
      let value = graph.iota(condition.expression)
      switch condition.relation {
      case .atLeastZero: return Builtins.apply(graph, "greaterEqual", [value, zero])
      case .equalsZero: return Builtins.apply(graph, "equal", [value, zero])
      case .differsFromZero: return Builtins.apply(graph, "notEqual", [value, zero])
      }
    }
    let holds = tests.dropFirst().reduce(tests[0]) { Builtins.apply(graph, "and", [$0, $1]) }
    return graph.select(holds, body, graph.broadcast(nan, to: graph.shape(body)))
  }
}

@Suite struct PoisonTests {
  @Test(arguments: DerivativeTests.programs) func nothingLeaks(_ text: String) throws {
    try check(Model(text, energy: "f"), text)
  }

  @Test(arguments: Examples.all) func nothingLeaksInExamples(_ example: Examples.Case) throws {
    try check(Model.example(example.file, energy: example.energy), example.file)
  }

  private func check(_ clean: Model, _ name: String) throws {
    let poison = Poison(clean.graph)
    let planted = poison.plant(in: clean.energy.node)
    var values = clean.values
    values[poison.symbol] = [.nan]
    let model = clean.with(values)
    var transforms = Transforms(model.graph)
    let sample = model.samples[0]
    let pairs: [(NodeID, NodeID)] = [
      (transforms.prepare(model.energy.node), transforms.prepare(planted)),
      (transforms.score(of: model.energy.node, by: sample), transforms.score(of: planted, by: sample)),
      (transforms.laplacian(of: model.energy.node, by: sample), transforms.laplacian(of: planted, by: sample)),
    ]
    for point in points(2, width: model.width, seed: 5) {
      let expected = try model.evaluateLowered(pairs.map(\.0), at: point)
      let results = try model.evaluateLowered(pairs.map(\.1), at: point)
      for (what, (good, found)) in zip(["energy", "score", "laplacian"], zip(expected, results)) {
        let scale = good.map(abs).max() ?? 0
        for (a, b) in zip(found, good) {
          #expect(abs(a - b) <= 1e-10 * (scale + 1), "\(what) of \(name)")
        }
      }
    }
  }
}
