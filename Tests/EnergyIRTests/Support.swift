import EnergyText

@testable import EnergyIR

/// A graph with the symbols that most tests need: vectors x (sample), mu, y over d, matrices P (symmetric), Q over
/// d × d, A over m × d, scalars a and b.
struct Model {
  let graph = Graph()
  let d = Size(Dimension("d"))
  let m = Size(Dimension("m"))
  let n = Size(Dimension("n"))
  let x: NodeID
  let mu: NodeID
  let y: NodeID
  let symmetric: NodeID
  let general: NodeID
  let matrix: NodeID
  let a: NodeID
  let b: NodeID

  init() {
    x = graph.symbol(Symbol(name: "x", role: .sample, shape: [d]))
    mu = graph.symbol(Symbol(name: "mu", role: .parameter, shape: [d]))
    y = graph.symbol(Symbol(name: "y", role: .parameter, shape: [d]))
    symmetric = graph.symbol(Symbol(name: "P", role: .parameter, shape: [d, d], refinements: [.symmetric]))
    general = graph.symbol(Symbol(name: "Q", role: .parameter, shape: [d, d]))
    matrix = graph.symbol(Symbol(name: "A", role: .parameter, shape: [m, d]))
    a = graph.symbol(Symbol(name: "a", role: .parameter, shape: []))
    b = graph.symbol(Symbol(name: "b", role: .parameter, shape: []))
  }

  /// `vector[variable + offset]`.
  func entry(_ vector: NodeID, _ variable: Variable, offset: Int = 0) -> NodeID {
    graph.index(vector, [.at(IndexExpression([(variable, 1)], offset: Size(offset)))])
  }

  /// Row `variable` of a matrix.
  func row(_ matrix: NodeID, _ variable: Variable) -> NodeID {
    graph.index(matrix, [.at(IndexExpression(variable)), .all])
  }

  func times(_ matrix: NodeID, _ vector: NodeID) -> NodeID {
    graph.contract([(matrix, [0, 1]), (vector, [1])], output: [0], sizes: graph.shape(matrix))
  }

  func apply(_ function: FunctionName, _ arguments: NodeID...) -> NodeID { graph.apply(function, arguments) }

  /// The text of a node.
  func text(_ id: NodeID, _ style: Printer.Style = .text) -> String { Printer(graph, style: style).describe(id) }
}

/// `Σ k·v + offset ≥ 0`, `= 0` or `≠ 0`.
func condition(_ terms: [(Variable, Int)], _ offset: Size, _ relation: Condition.Relation) -> Condition {
  Condition(IndexExpression(terms, offset: offset), relation)
}

extension Graph {
  /// The kind of a node without its fields.
  func isReduce(_ id: NodeID) -> Bool {
    if case .reduce = self[id].operation { return true }
    return false
  }

  func isBuild(_ id: NodeID) -> Bool {
    if case .build = self[id].operation { return true }
    return false
  }

  func isContract(_ id: NodeID) -> Bool {
    if case .contract = self[id].operation { return true }
    return false
  }
}
