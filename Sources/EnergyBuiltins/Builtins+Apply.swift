import EnergyIR

extension Builtins {
  /// The canonical form of a call: numbers folded, arithmetic expanded, signs moved out of odd functions.
  ///
  /// - Parameters:
  ///   - name: a name or alias of an entry of the table.
  ///   - arguments: of one shape or rank 0, as many as the entry has parameters (a variadic entry: at least one);
  ///     missing ones take their defaults.
  public static func apply(_ graph: Graph, _ name: FunctionName, _ arguments: [NodeID]) -> NodeID {
    guard let entry = Builtins[name] ?? named(name.name) else { preconditionFailure("no built-in named \(name)") }
    return entry.apply(graph, arguments)
  }
}

extension Builtin {
  /// The canonical form of a call of this entry; see `Builtins.apply`.
  public func apply(_ graph: Graph, _ given: [NodeID]) -> NodeID {
    if isVariadic, given.count != parameters.count {
      return given.dropFirst().reduce(given[0]) { apply(graph, [$0, $1]) }
    }
    var arguments = given
    for parameter in parameters.dropFirst(given.count) {
      guard let value = parameter.defaultValue else { preconditionFailure("\(name) lacks an argument") }
      arguments.append(graph.constant(value))
    }
    precondition(arguments.count == parameters.count, "\(name) has too many arguments")
    if case .expansion(let expand) = implementation { return expand(graph, arguments) }
    if let number = folded(graph, arguments) { return number }
    if let equal = rewritten(graph, arguments) { return equal }
    return symmetric(graph, arguments)
  }

  /// The type of a call's result.
  public func type(_ graph: Graph, _ arguments: [NodeID]) -> ElementType {
    switch resultType {
    case .real: .real
    case .int: .int
    case .bool: .bool
    case .sameAsArguments: arguments.allSatisfy { graph[$0].type == .int } ? .int : .real
    }
  }

  private func node(_ graph: Graph, _ arguments: [NodeID]) -> NodeID {
    graph.apply(name, arguments, type: type(graph, arguments))
  }

  /// A number, or a tensor filled with it, where all arguments are such.
  private func folded(_ graph: Graph, _ arguments: [NodeID]) -> NodeID? {
    var numbers: [Double] = []
    var shape: [Size] = []
    for argument in arguments {
      guard let number = graph.constantValue(argument) else { return nil }
      numbers.append(number)
      if graph[argument].rank > 0 { shape = graph.shape(argument) }
    }
    let number = value(numbers)
    // exp(1000) stays a term: log(1 + exp(1000)) is 1000 once it is brought into its stable form, folded it is inf.
    if name == "exp", numbers[0].isFinite, number == 0 || number == .infinity { return nil }
    return graph.broadcast(graph.constant(number, type: type(graph, arguments)), to: shape)
  }

  /// Calls that are another term, exactly.
  private func rewritten(_ graph: Graph, _ x: [NodeID]) -> NodeID? {
    switch name {
    case "pow":
      if let exponent = graph.constantValue(x[1]), graph[x[1]].rank == 0 || graph[x[0]].rank > 0 {
        return graph.power(x[0], exponent)
      }
    case "min", "max", "and", "or":
      if x[0] == x[1] { return x[0] }
    case "abs", "relu":
      if graph.isProvablyNonNegative(x[0]) { return x[0] }
    case "polygamma":
      if let order = graph.constantValue(x[0]), order < 2 {
        return graph.call(order == 0 ? "digamma" : "trigamma", x[1])
      }
    case "bessel_i":
      if let order = graph.constantValue(x[0]), order < 2 {
        return graph.call(order == 0 ? "bessel_i0" : "bessel_i1", x[1])
      }
    case "bessel_ratio":
      if graph.constantValue(x[0]) == 0 { return graph.broadcast(graph.constant(1), to: graph.shape(x[1])) }
    case "floor", "ceil", "round":
      if graph[x[0]].type == .int { return x[0] }
    case "not":
      if case .apply("not") = graph[x[0]].operation { return graph[x[0]].arguments[0] }
    default: break
    }
    return nil
  }

  /// One form for f(−x) of odd and even functions, and one order for the arguments of commutative ones.
  private func symmetric(_ graph: Graph, _ x: [NodeID]) -> NodeID {
    switch symmetry {
    case .none: break
    case .commutative:
      if x[1] < x[0] { return node(graph, [x[1], x[0]]) }
    case .even:
      if case .add(let coefficients, _) = graph[x[0]].operation, coefficients[0] < 0 {
        return node(graph, [graph.negate(x[0])])
      }
    case .odd:
      // Only where nothing but the sign changes: tanh(1 − x) stays as written.
      if case .add(let coefficients, let constant) = graph[x[0]].operation, constant <= 0,
        coefficients.allSatisfy({ $0 < 0 })
      {
        return graph.negate(node(graph, [graph.negate(x[0])]))
      }
    }
    return node(graph, x)
  }
}
