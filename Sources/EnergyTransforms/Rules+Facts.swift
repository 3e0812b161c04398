import EnergyBuiltins
import EnergyIR

extension RewriteRule {
  /// What refinements make shorter. The facts are proved, so nothing else is assumed.
  public static let knowing: [RewriteRule] = [
    RewriteRule(
      "known-sign", "abs(t), relu(t) ⇒ t and sign(t), step(t) ⇒ 1 where t > 0", .domain,
      example: "param a : positive = 2\nenergy f(x : real) = abs(a*exp(x)) + relu(a)*sign(a)*x"
    ) { graph, id in
      guard case .apply(let function) = graph[id].operation, graph[id].arguments.count == 1 else { return nil }
      let argument = graph[id].arguments[0]
      switch function {
      case "abs", "relu": return graph.isProvablyPositive(argument) ? argument : nil
      case "sign", "step":
        guard graph.isProvablyPositive(argument) else { return nil }
        return graph.broadcast(graph.constant(1), to: graph.shape(argument))
      default: return nil
      }
    },
    RewriteRule(
      "root-of-product", "(a^p*b^q)^r ⇒ a^(p*r)*b^(q*r) where a, b > 0", .domain,
      example: "param a : positive = 2\nparam b : positive = 3\nenergy f(x : real) = sqrt(a^2*b^4)*x^2"
    ) { graph, id in
      guard case .mul(let exponents) = graph[id].operation else { return nil }
      let factors = Array(zip(graph[id].arguments, exponents))
      guard
        let position = factors.firstIndex(where: { argument, exponent in
          guard exponent != exponent.rounded(), case .mul = graph[argument].operation else { return false }
          return graph[argument].arguments.allSatisfy { graph.isProvablyPositive($0) }
        }), case .mul(let inner) = graph[factors[position].0].operation
      else { return nil }
      let outer = factors[position].1
      let flat = zip(graph[factors[position].0].arguments, inner).map { ($0, $1 * outer) }
      let rest = factors.indices.filter { $0 != position }.map { factors[$0] }
      return graph.broadcast(graph.product(rest + flat), to: graph.shape(id))
    },
  ]
}
