import EnergyBuiltins
import EnergyIR
import Foundation

extension RewriteRule {
  /// Forms that overflow or cancel become their stable equals; applied to an energy before it is differentiated,
  /// so that the score inherits them.
  public static let stabilising: [RewriteRule] = [
    RewriteRule(
      "log-exp", "log(exp(t)) ⇒ t", .rounding,
      example: "energy f(x : real) = log(exp(x))"
    ) { graph, id in
      graph.arguments(of: id, if: "log").flatMap { graph.arguments(of: $0[0], if: "exp")?[0] }
    },
    RewriteRule(
      "exp-log", "exp(log(t)) ⇒ t where t > 0", .rounding,
      example: "param s : positive = 2\nenergy f(x : real) = x*exp(log(s))"
    ) { graph, id in
      guard let inner = graph.arguments(of: id, if: "exp"), let t = graph.arguments(of: inner[0], if: "log") else {
        return nil
      }
      return graph.isProvablyPositive(t[0]) ? t[0] : nil
    },
    RewriteRule(
      "log-sum-exp", "log(sum(k: w[k]*exp(t[k]))) ⇒ logsumexp(k: t[k] + log(w[k])) where w ≥ 0", .rounding,
      example: "param w : simplex[3] = [0.2, 0.3, 0.5]\nenergy f(x : vector[3]) = -log(sum(k in 1..3: w[k]*exp(x[k])))"
    ) {
      graph, id in
      graph.arguments(of: id, if: "log").flatMap { logOfSum(graph, $0[0]) }
    },
    RewriteRule(
      "softplus", "log(1 + exp(t)) ⇒ softplus(t)", .rounding,
      example: "energy f(x : real) = log(1 + exp(x))"
    ) { graph, id in
      guard let u = graph.arguments(of: id, if: "log") ?? plusOne(graph, id), let t = expTerm(graph, u[0], 1, 1) else {
        return nil
      }
      return Builtins.apply(graph, "softplus", [t])
    },
    RewriteRule(
      "log1mexp", "log(1 - exp(t)) ⇒ log1mexp(t)", .rounding,
      example: "energy f(x : real) = log(1 - exp(-x^2))"
    ) { graph, id in
      guard let u = graph.arguments(of: id, if: "log") ?? plusOne(graph, id), let t = expTerm(graph, u[0], -1, 1) else {
        return nil
      }
      return Builtins.apply(graph, "log1mexp", [t])
    },
    RewriteRule(
      "log-add-exp", "log(a*exp(s) + b*exp(t)) ⇒ logaddexp(s + log(a), t + log(b)) where a, b > 0", .rounding,
      example: "energy f(x : vector[2]) = log(0.7*exp(-x[1]) + 0.3*exp(-x[2]))"
    ) {
      graph, id in
      graph.arguments(of: id, if: "log").flatMap { logOfTerms(graph, $0[0]) }
    },
    RewriteRule(
      "log-sigmoid", "log(sigmoid(t)) ⇒ -softplus(-t)", .rounding,
      example: "energy f(x : real) = -log(sigmoid(x))"
    ) { graph, id in
      guard let u = graph.arguments(of: id, if: "log"), let t = graph.arguments(of: u[0], if: "sigmoid") else {
        return nil
      }
      return graph.negate(Builtins.apply(graph, "softplus", [graph.negate(t[0])]))
    },
    RewriteRule(
      "log-normcdf", "log(normcdf(t)) ⇒ log_normcdf(t)", .rounding,
      example: "energy f(x : real) = -log(normcdf(x))"
    ) { graph, id in
      guard let u = graph.arguments(of: id, if: "log"), let t = graph.arguments(of: u[0], if: "normcdf") else {
        return nil
      }
      return Builtins.apply(graph, "log_normcdf", t)
    },
    RewriteRule(
      "log-i0", "log(bessel_i0(t)) ⇒ log_i0(t)", .rounding,
      example: "energy f(x : real) = log(bessel_i0(x))"
    ) { graph, id in
      guard let u = graph.arguments(of: id, if: "log"), let t = graph.arguments(of: u[0], if: "bessel_i0") else {
        return nil
      }
      return Builtins.apply(graph, "log_i0", t)
    },
    RewriteRule(
      "log-product", "log(a^p*b^q) ⇒ p*log(a) + q*log(b) where a, b > 0", .rounding,
      example: "param s : positive = 2\nenergy f(x : real) = log(s^2*exp(x))"
    ) { graph, id in
      guard let u = graph.arguments(of: id, if: "log") else { return nil }
      let (terms, constant) = graph.terms(of: u[0])
      guard terms.count == 1, constant == 0, terms[0].0 > 0 else { return nil }
      let factors = graph.factors(of: terms[0].1)
      guard factors.count > 1 || factors[0].1 != 1 || terms[0].0 != 1,
        factors.allSatisfy({ graph.isProvablyPositive($0.0) })
      else { return nil }
      return graph.sum(
        factors.map { ($0.1, Builtins.apply(graph, "log", [$0.0])) }, constant: Foundation.log(terms[0].0))
    },
    RewriteRule(
      "log-prod", "log(prod(k: t[k])) ⇒ sum(k: log(t[k])) where t > 0", .rounding,
      example: "energy f(x : vector[3]) = log(prod(i in 1..3: exp(x[i])))"
    ) { graph, id in
      guard let u = graph.arguments(of: id, if: "log"), case .reduce(.prod, _, _) = graph[u[0]].operation else {
        return nil
      }
      let (variables, conditions, body) = graph.open(u[0])
      guard graph.isProvablyPositive(body) else { return nil }
      return graph.reduce(.sum, variables, conditions, Builtins.apply(graph, "log", [body]))
    },
    RewriteRule(
      "logdet-square", "logdet(A A^T) ⇒ 2*logdet(A) where A is square", .rounding,
      example: "param A : matrix[2, 2] = [[1, 2], [0, 3]]\nenergy f(x : real) = x*logdet(A A^T)"
    ) { graph, id in
      guard case .linearAlgebra(.logdet) = graph[id].operation,
        let factor = squareFactor(graph, graph[id].arguments[0])
      else { return nil }
      return graph.scale(2, graph.linearAlgebra(.logdet, [factor]))
    },
    RewriteRule(
      "logdet-triangle", "logdet(L) ⇒ sum(log(abs(diag(L)))) where L is triangular by its form", .rounding,
      example: "energy f(x : vector[2]) = logdet(tril([[x[1], 1], [1, x[2]]]))"
    ) { graph, id in
      guard case .linearAlgebra(.logdet) = graph[id].operation, isLowerTriangle(graph, graph[id].arguments[0]) else {
        return nil
      }
      let matrix = graph[id].arguments[0]
      let k = IndexExpression(graph.freshVariable(graph.shape(matrix)[0]))
      let entry = graph.index(matrix, [.at(k), .at(k)])
      let size = graph.isProvablyPositive(entry) ? entry : Builtins.apply(graph, "abs", [entry])
      return graph.reduce(.sum, k.variables, .always, Builtins.apply(graph, "log", [size]))
    },
    RewriteRule(
      "sigmoid", "1/(1 + exp(t)) ⇒ sigmoid(-t)", .rounding,
      example: "energy f(x : real) = 1/(1 + exp(-x))"
    ) { graph, id in
      var factors = graph.factors(of: id)
      for (position, (base, exponent)) in factors.enumerated() where exponent < 0 && exponent == exponent.rounded() {
        guard let t = expTerm(graph, base, 1, 1) else { continue }
        factors[position] = (Builtins.apply(graph, "sigmoid", [graph.negate(t)]), -exponent)
        return graph.product(factors)
      }
      return nil
    },
    RewriteRule(
      "one-minus-sigmoid", "c - c*sigmoid(t) ⇒ c*sigmoid(-t)", .rounding,
      example: "energy f(x : real) = 1 - sigmoid(x)"
    ) { graph, id in
      let (terms, constant) = graph.terms(of: id)
      guard constant != 0, terms.count == 1, terms[0].0 == -constant,
        let t = graph.arguments(of: terms[0].1, if: "sigmoid")
      else { return nil }
      return graph.scale(constant, Builtins.apply(graph, "sigmoid", [graph.negate(t[0])]))
    },
    RewriteRule(
      "softmax", "exp(t)/sum(k: exp(t[k])) ⇒ a softmax weight", .rounding,
      example: "energy f(x : vector[3]) = exp(x[1])/sum(k in 1..3: exp(x[k]))"
    ) { graph, id in
      var factors = graph.factors(of: id)
      guard let sum = factors.firstIndex(where: { $0.1 == -1 && logOfSum(graph, $0.0) != nil }),
        let own = factors.firstIndex(where: { $0.1 == 1 && graph.arguments(of: $0.0, if: "exp") != nil }),
        let total = logOfSum(graph, factors[sum].0), let t = graph.arguments(of: factors[own].0, if: "exp")
      else { return nil }
      factors[own].0 = Builtins.apply(graph, "softmaxweight", [t[0], total])
      factors.remove(at: sum)
      return graph.product(factors)
    },
    RewriteRule(
      "log1p", "log(1 + t) ⇒ log1p(t)", .rounding,
      example: "energy f(x : real) = log(1 + x^2)"
    ) { graph, id in
      guard let u = graph.arguments(of: id, if: "log"), graph.terms(of: u[0]).constant == 1 else { return nil }
      return Builtins.apply(graph, "log1p", [graph.sum([(1, u[0])], constant: -1)])
    },
    RewriteRule(
      "expm1", "exp(t) - 1 ⇒ expm1(t)", .rounding,
      example: "energy f(x : real) = exp(x) - 1"
    ) { graph, id in
      guard let t = expTerm(graph, id, 1, -1) else { return nil }
      return Builtins.apply(graph, "expm1", [t])
    },
  ]
}

/// A where the node is A Aᵀ with a square A.
private func squareFactor(_ graph: Graph, _ id: NodeID) -> NodeID? {
  guard case .contract(let spec) = graph[id].operation, spec.inputs.count == 2, spec.output.count == 2,
    graph[id].arguments[0] == graph[id].arguments[1], spec.inputs.allSatisfy({ $0.count == 2 }),
    spec.inputs[0][1] == spec.inputs[1][1], Set(spec.output) == [spec.inputs[0][0], spec.inputs[1][0]],
    Set(spec.output).count == 2
  else { return nil }
  let factor = graph[id].arguments[0]
  return graph.shape(factor)[0] == graph.shape(factor)[1] ? factor : nil
}

/// Whether a square matrix is a double build whose every term is guarded by i ≥ j or i = j.
private func isLowerTriangle(_ graph: Graph, _ id: NodeID) -> Bool {
  guard graph.shape(id)[0] == graph.shape(id)[1], case .build = graph[id].operation else { return false }
  let (rows, _, row) = graph.open(id)
  guard case .build = graph[row].operation else { return false }
  let (columns, _, body) = graph.open(row)
  let (terms, constant) = graph.terms(of: body)
  return constant == 0
    && terms.allSatisfy { _, term in
      guard case .guarded(let conditions) = graph[term].operation else { return false }
      return conditions.conditions.contains { condition in
        let expression = condition.expression
        guard expression.modulus == nil, Set(expression.variables) == Set(rows + columns) else { return false }
        let (i, j) = (expression.coefficient(of: rows[0]), expression.coefficient(of: columns[0]))
        switch condition.relation {
        case .atLeastZero: return i == 1 && j == -1 && (Size(0) - expression.offset).isProvably(atLeast: 0)
        case .equalsZero: return i == -j && expression.offset == 0
        case .differsFromZero: return false
        }
      }
    }
}

/// `1 + u` for the argument u of `log1p`.
private func plusOne(_ graph: Graph, _ id: NodeID) -> [NodeID]? {
  graph.arguments(of: id, if: "log1p").map { [graph.sum([(1, $0[0])], constant: 1)] }
}

/// t where the node is `factor·exp(t) + constant`.
private func expTerm(_ graph: Graph, _ id: NodeID, _ factor: Double, _ constant: Double) -> NodeID? {
  let (terms, own) = graph.terms(of: id)
  guard own == constant, terms.count == 1, terms[0].0 == factor else { return nil }
  return graph.arguments(of: terms[0].1, if: "exp")?[0]
}

/// log of the node where it is a product of exponentials and non-negative factors with at least one exponential.
private func logOfProduct(_ graph: Graph, _ id: NodeID) -> NodeID? {
  var terms: [(Double, NodeID)] = []
  var hasExponential = false
  for (base, exponent) in graph.factors(of: id) {
    if let t = graph.arguments(of: base, if: "exp") {
      hasExponential = true
      terms.append((exponent, t[0]))
    } else if graph.isProvablyPositive(base) || (exponent > 0 && graph.isProvablyNonNegative(base)) {
      terms.append((exponent, Builtins.apply(graph, "log", [base])))
    } else {
      return nil
    }
  }
  return hasExponential ? graph.sum(terms) : nil
}

/// log Σ of exponentials as one logsumexp, for a loop or for a sum over the axes of tensors.
private func logOfSum(_ graph: Graph, _ id: NodeID) -> NodeID? {
  switch graph[id].operation {
  case .reduce(.sum, _, _):
    let (variables, conditions, body) = graph.open(id)
    guard graph[body].rank == 0 else { return nil }
    let (terms, constant) = graph.terms(of: body)
    guard constant == 0, terms.count == 1, terms[0].0 > 0, let log = logOfProduct(graph, terms[0].1) else { return nil }
    return graph.reduce(.logsumexp, variables, conditions, graph.sum([(1, log)], constant: Foundation.log(terms[0].0)))
  case .contract(let spec) where spec.output.isEmpty && !spec.inputs.isEmpty:
    let variables = spec.sizes.map(graph.freshVariable)
    let entries = zip(graph[id].arguments, spec.inputs).map { argument, labels -> (NodeID, Double) in
      (graph.index(argument, labels.map { .at(IndexExpression(variables[$0])) }), 1)
    }
    guard let log = logOfProduct(graph, graph.product(entries)) else { return nil }
    return graph.reduce(.logsumexp, variables, .always, log)
  case .mul:
    // Factors that don't vary with the sum stand outside of it.
    var logs: [(Double, NodeID)] = []
    var found = false
    for (base, exponent) in graph.factors(of: id) {
      if exponent == 1, let log = logOfSum(graph, base) {
        found = true
        logs.append((1, log))
      } else if let t = graph.arguments(of: base, if: "exp") {
        logs.append((exponent, t[0]))
      } else if graph.isProvablyPositive(base) {
        logs.append((exponent, Builtins.apply(graph, "log", [base])))
      } else {
        return nil
      }
    }
    return found ? graph.sum(logs) : nil
  case .add(let coefficients, 0) where coefficients.count == 1 && coefficients[0] > 0:
    return logOfSum(graph, graph[id].arguments[0]).map {
      graph.sum([(1, $0)], constant: Foundation.log(coefficients[0]))
    }
  default: return nil
  }
}

/// log of a sum of two or more terms, each a positive multiple of exponentials, as nested logaddexp.
private func logOfTerms(_ graph: Graph, _ id: NodeID) -> NodeID? {
  let (terms, constant) = graph.terms(of: id)
  guard constant >= 0, terms.count + (constant > 0 ? 1 : 0) >= 2 else { return nil }
  var logs: [NodeID] = []
  for (factor, term) in terms {
    guard factor > 0, let log = logOfProduct(graph, term) ?? logOfSum(graph, term) else { return nil }
    logs.append(graph.sum([(1, log)], constant: Foundation.log(factor)))
  }
  if constant > 0 { logs.append(graph.constant(Foundation.log(constant))) }
  return logs.dropFirst().reduce(logs[0]) { Builtins.apply(graph, "logaddexp", [$0, $1]) }
}
