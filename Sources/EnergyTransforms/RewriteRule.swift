import EnergyIR

/// What may change when a rule fires.
public enum Soundness: String, Sendable {
  /// Nothing: the same values, NaN and infinities included.
  case exact
  /// The last bits.
  case rounding
  /// Values outside a condition that the rule has proved, or that `--fast-math` assumes.
  case domain
}

/// One rewrite: a named line with its condition.
public struct RewriteRule: Sendable {
  /// The name that `derive --steps` and `explain` use.
  public let name: String
  /// `pattern ⇒ result`, with the condition, as a reader of mathematics writes it.
  public let summary: String
  /// What may change.
  public let soundness: Soundness
  /// A program whose energy `f` the rule rewrites, for `explain` and for the test that runs every rule.
  public let example: String
  /// The result where the pattern and the condition hold, else `nil`.
  public let apply: @Sendable (Graph, NodeID) -> NodeID?

  /// A rule.
  public init(
    _ name: String, _ summary: String, _ soundness: Soundness, example: String,
    _ apply: @escaping @Sendable (Graph, NodeID) -> NodeID?
  ) {
    self.name = name
    self.summary = summary
    self.soundness = soundness
    self.example = example
    self.apply = apply
  }
}

/// One firing of a rule.
public struct RewriteStep: Sendable {
  /// The rule's name.
  public let rule: String
  /// The node before; in a binder's body an open term.
  public let before: NodeID
  /// The node after.
  public let after: NodeID
}

/// Applies rules to a term, arguments first, until none fires.
public struct Rewriter {
  let graph: Graph
  let rules: [RewriteRule]
  /// What fired, in order.
  public private(set) var steps: [RewriteStep] = []
  /// Firings at one node before we give up: rules that undo each other are a defect, not an endless loop.
  private let fuel = 64

  /// A rewriter with rules in order of preference.
  public init(_ graph: Graph, _ rules: [RewriteRule]) {
    self.graph = graph
    self.rules = rules
  }

  /// The rewritten term. A rule may make terms that others apply to, below what it returns: then once more.
  public mutating func rewrite(_ root: NodeID) -> NodeID {
    var current = root
    for _ in 0..<fuel {
      let next = graph.rewriting(current) { fire(at: $0) }
      if next == current { break }
      current = next
    }
    return current
  }

  private mutating func fire(at start: NodeID) -> NodeID {
    var current = start
    for _ in 0..<fuel {
      var next: NodeID?
      for rule in rules {
        let result = graph.withOrigins(graph.origins(of: start) + graph.origins(of: current)) {
          rule.apply(graph, current)
        }
        if let result, result != current {
          steps.append(RewriteStep(rule: rule.name, before: current, after: result))
          next = result
          break
        }
      }
      guard let next else { return current }
      current = next
    }
    return current
  }
}
