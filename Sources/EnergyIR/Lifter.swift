/// Turns families over index variables into tensors with those variables as leading axes.
public struct Lifter {
  let graph: Graph
  let variables: [Variable]
  private let memo = Memo()

  /// A lifter of terms in which `variables` are free.
  public init(_ graph: Graph, _ variables: [Variable]) {
    self.graph = graph
    self.variables = variables
  }

  /// A tensor whose leading axes are the variables `axes`.
  public struct Lifted {
    /// The tensor.
    public let tensor: NodeID
    /// The variables that became its leading axes, in order.
    public let axes: [Variable]
  }

  /// What has been lifted, or found not to be liftable: a node with many users is looked at once.
  private final class Memo {
    var lifted: [NodeID: Lifted?] = [:]
  }

  private func axes(of id: NodeID) -> [Variable] { variables.filter { graph[id].free.contains($0) } }

  /// The node as a tensor, where that takes no product of unlike axes outside a contraction.
  public func lift(_ id: NodeID) -> Lifted? {
    let isOpen = { (next: NodeID) in
      self.memo.lifted[next] == nil && !self.axes(of: next).isEmpty && self.isTransparent(next)
    }
    for next in graph.postorder(id, into: isOpen) where memo.lifted[next] == nil {
      memo.lifted[next] = .some(lifted(next))
    }
    return memo.lifted[id] ?? nil
  }

  /// Whether a node is lifted by lifting its arguments.
  private func isTransparent(_ id: NodeID) -> Bool {
    switch graph[id].operation {
    case .add, .mul, .apply, .select, .contract: true
    default: false
    }
  }

  /// The same for a node whose arguments have been looked at.
  private func lifted(_ id: NodeID) -> Lifted? {
    let axes = axes(of: id)
    if axes.isEmpty { return Lifted(tensor: id, axes: []) }
    let node = graph[id]
    switch node.operation {
    case .index(let pattern) where node.arguments.count == 1: return liftIndex(node.arguments[0], pattern, axes)
    case .add, .mul, .apply, .select: return liftElementwise(node, axes)
    case .contract(let spec):
      return liftContraction(Array(zip(node.arguments, spec.inputs)), spec.output, spec.sizes, axes)
    default: return nil
    }
  }

  private func liftIndex(_ source: NodeID, _ pattern: [Subscript], _ axes: [Variable]) -> Lifted? {
    guard self.axes(of: source).isEmpty else { return nil }
    var fixed: [Subscript] = []
    var labels: [Int] = []
    var rest: [Int] = []
    let shape = graph.shape(source)
    for (axis, place) in pattern.enumerated() {
      switch place {
      case .all:
        fixed.append(.all)
        labels.append(axes.count + rest.count)
        rest.append(axis)
      case .gather: return nil
      case .at(let position):
        if variables.allSatisfy({ position.coefficient(of: $0) == 0 }) {
          fixed.append(place)
          continue
        }
        guard let variable = position.variable, let at = axes.firstIndex(of: variable), variable.extent == shape[axis]
        else { return nil }
        fixed.append(.all)
        labels.append(at)
      }
    }
    let sizes = axes.map(\.extent) + rest.map { shape[$0] }
    let tensor = graph.contract([(graph.index(source, fixed), labels)], output: Array(sizes.indices), sizes: sizes)
    return Lifted(tensor: tensor, axes: axes)
  }

  private func liftElementwise(_ node: Node, _ axes: [Variable]) -> Lifted? {
    var lifted: [NodeID] = []
    for argument in node.arguments {
      guard let part = memo.lifted[argument] ?? nil else { return nil }
      let isScalar = part.axes.isEmpty && graph[argument].rank == 0
      let isFull = part.axes == axes && graph[argument].rank == node.rank
      guard isScalar || isFull else { return nil }
      lifted.append(part.tensor)
    }
    return Lifted(tensor: graph.rebuild(node, lifted, shape: axes.map(\.extent) + node.shape), axes: axes)
  }

  private func liftContraction(
    _ arguments: [(NodeID, [Int])], _ output: [Int], _ sizes: [Size], _ axes: [Variable]
  ) -> Lifted? {
    let base = sizes.count
    var label: [Variable: Int] = [:]
    for (position, variable) in axes.enumerated() { label[variable] = base + position }
    var lifted: [(NodeID, [Int])] = []
    for (argument, own) in arguments {
      guard let part = memo.lifted[argument] ?? nil else { return nil }
      lifted.append((part.tensor, part.axes.compactMap { label[$0] } + own))
    }
    let tensor = graph.contract(
      lifted, output: axes.compactMap { label[$0] } + output, sizes: sizes + axes.map(\.extent))
    return Lifted(tensor: tensor, axes: axes)
  }

  /// Σ over all variables of `body` as a contraction of its factors.
  public func contraction(of body: NodeID) -> NodeID? {
    guard graph[body].rank == 0 else { return nil }
    guard Set(axes(of: body)) == Set(variables) else { return nil }
    var label: [Variable: Int] = [:]
    for (position, variable) in variables.enumerated() { label[variable] = position }
    var arguments: [(NodeID, [Int])] = []
    for (base, exponent) in graph.factors(of: body) {
      guard let part = lift(base) else { return nil }
      arguments.append((graph.power(part.tensor, exponent), part.axes.compactMap { label[$0] }))
    }
    return graph.contract(arguments, output: [], sizes: variables.map(\.extent))
  }

  /// The body with every contraction that depends on our variables through plain indices alone computed as one
  /// tensor and indexed; `nil` where there is none.
  public func raiseProducts(in body: NodeID) -> NodeID? {
    var images: [NodeID: NodeID] = [:]
    let isOurs = { (id: NodeID) in !axes(of: id).isEmpty && graph[id].operation.bound.isEmpty }
    for id in graph.postorder(body, into: isOurs) where isOurs(id) {
      guard case .contract(let spec) = graph[id].operation, !spec.summed.isEmpty, spec.inputs.count > 1,
        graph[id].arguments.contains(where: { graph[$0].isVarying }), let lifted = lift(id)
      else { continue }
      images[id] = graph.index(
        lifted.tensor,
        lifted.axes.map { .at(IndexExpression($0)) } + graph[id].shape.map { _ in .all })
    }
    guard images.contains(where: { $0.key != $0.value }) else { return nil }
    let raised = graph.substitute(body, nodes: images)
    return raised == body ? nil : raised
  }
}

extension Graph {
  /// The tensor whose entries the scalar `body` gives one by one, `x^2 + 1` for `x[i]^2 + 1`; `nil` where there is none
  /// that costs what the loop costs.
  func lifted(_ body: NodeID, over variables: [Variable]) -> NodeID? {
    guard self[body].rank == 0, !variables.isEmpty, let lifted = Lifter(self, variables).lift(body),
      lifted.axes == variables
    else { return nil }
    return lifted.tensor
  }
}
