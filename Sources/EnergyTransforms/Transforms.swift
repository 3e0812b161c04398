import EnergyIR

extension RewriteRule {
  /// Every rule, in the order of the passes.
  public static var all: [RewriteRule] { knowing + stabilising + raising + simplifying }
}

/// The passes in their order: stabilise → raise → differentiate → simplify.
public struct Transforms {
  let graph: Graph
  /// Every rule that fired, in order; what `derive --steps` shows.
  public private(set) var steps: [RewriteStep] = []

  /// The passes on a graph.
  public init(_ graph: Graph) { self.graph = graph }

  /// An energy in the form that is printed, differentiated and evaluated.
  public mutating func prepare(_ energy: NodeID) -> NodeID {
    run(RewriteRule.knowing + RewriteRule.stabilising + RewriteRule.raising, on: energy)
  }

  /// A derivative in its final form.
  public mutating func finish(_ derivative: NodeID) -> NodeID {
    run(RewriteRule.knowing + RewriteRule.raising + RewriteRule.simplifying, on: derivative)
  }

  private mutating func run(_ rules: [RewriteRule], on root: NodeID) -> NodeID {
    var rewriter = Rewriter(graph, rules)
    let result = rewriter.rewrite(root)
    steps += rewriter.steps
    assert(Verifier(graph).findings(below: [result]).isEmpty, "a pass broke the graph")
    return result
  }

  /// The gradient of a scalar by a tensor, prepared and finished.
  public mutating func gradient(of root: NodeID, by target: NodeID) -> NodeID {
    derive(root) { $0.gradient(of: $1, by: target) }
  }

  /// −∇E: the score of the density exp(−E).
  public mutating func score(of energy: NodeID, by target: NodeID) -> NodeID {
    let graph = self.graph
    return derive(energy) { graph.negate($0.gradient(of: $1, by: target)) }
  }

  /// The gradients of a scalar by several tensors, from one sweep.
  public mutating func gradients(of root: NodeID, by targets: [NodeID]) -> [NodeID] {
    deriveAll(root) { $0.gradients(of: $1, by: targets) }
  }

  /// The matrix of second derivatives (rank 2r for a target of rank r).
  public mutating func hessian(of root: NodeID, by target: NodeID) -> NodeID {
    hessian(of: root, by: target, and: target)
  }

  /// The second derivatives by two tensors: the axes of the first before those of the second.
  public mutating func hessian(of root: NodeID, by rows: NodeID, and columns: NodeID) -> NodeID {
    derive(root) { $0.hessian(of: $1, by: rows, and: columns) }
  }

  /// The trace of the Hessian.
  public mutating func laplacian(of root: NodeID, by target: NodeID) -> NodeID {
    laplacian(of: root, by: [target])
  }

  /// The trace of the Hessian by several tensors together: the sum of theirs.
  public mutating func laplacian(of root: NodeID, by targets: [NodeID]) -> NodeID {
    let graph = self.graph
    return derive(root) { differentiator, root in
      graph.sum(targets.map { (1, differentiator.laplacian(of: root, by: $0)) })
    }
  }

  /// The Hessian times a tensor of the target's shape.
  public mutating func hessianVectorProduct(of root: NodeID, by target: NodeID, times vector: NodeID) -> NodeID {
    hessianVectorProducts(of: root, by: [target], times: [vector])[0]
  }

  /// The Hessian by several tensors together times tensors of their shapes, in parts of these shapes.
  public mutating func hessianVectorProducts(
    of root: NodeID, by targets: [NodeID], times vectors: [NodeID]
  ) -> [NodeID] {
    deriveAll(root) { $0.hessianVectorProducts(of: $1, by: targets, times: vectors) }
  }

  private mutating func derive(_ root: NodeID, _ operation: (Differentiator, NodeID) -> NodeID) -> NodeID {
    deriveAll(root) { [operation($0, $1)] }[0]
  }

  private mutating func deriveAll(_ root: NodeID, _ operation: (Differentiator, NodeID) -> [NodeID]) -> [NodeID] {
    graph.withOrigins(graph.origins(of: root)) {
      operation(Differentiator(graph), prepare(root)).map { finish($0) }
    }
  }
}
