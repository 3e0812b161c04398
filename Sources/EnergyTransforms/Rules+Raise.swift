import EnergyIR

extension RewriteRule {
  /// Index notation becomes tensor notation where no pair function has to be stored for it: applied before
  /// differentiation, it makes the score a matrix product and readable.
  public static let raising: [RewriteRule] = [
    RewriteRule(
      "raise-sum", "sum(i, j: x[i]*A[i, j]*x[j]) ⇒ x^T A x", .rounding,
      example:
        "param A : matrix[2, 2] = [[1, 2], [3, 4]]\nenergy f(x : vector[2]) = sum(i in 1..2, j in 1..2: x[i]*A[i, j]*x[j])"
    ) { graph, id in
      guard case .reduce(.sum, _, let conditions) = graph[id].operation, conditions.isAlways else { return nil }
      let (variables, _, body) = graph.open(id)
      return Lifter(graph, variables).contraction(of: body)
    },
    RewriteRule(
      "raise-build", "[f(x[i]) for i in 1..n] ⇒ f(x)", .exact,
      example: "energy f(x : vector[3]) = sumsq([sin(x[i]) for i in 1..3])"
    ) { graph, id in
      guard case .build = graph[id].operation else { return nil }
      let (variables, _, body) = graph.open(id)
      guard let lifted = Lifter(graph, variables).lift(body), lifted.axes == variables else { return nil }
      return lifted.tensor
    },
    RewriteRule(
      "raise-products", "max(k: f(W[k, :]^T x)) ⇒ max(k: f((W x)[k]))", .rounding,
      example:
        "param W : matrix[3, 2] = [[1, 2], [3, 4], [5, 6]]\nenergy f(x : vector[2]) = logsumexp(k in 1..3: W[k, :]^T x)"
    ) { graph, id in
      guard case .reduce(let operation, _, let conditions) = graph[id].operation, conditions.isAlways else {
        return nil
      }
      let (variables, _, body) = graph.open(id)
      guard let raised = Lifter(graph, variables).raiseProducts(in: body) else { return nil }
      return graph.reduce(operation, variables, conditions, raised)
    },
  ]
}
