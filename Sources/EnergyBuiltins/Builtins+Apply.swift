import EnergyIR

extension Builtins {
  /// The canonical form of a call: numbers folded, arithmetic expanded, signs moved out of odd functions.
  ///
  /// - Parameters:
  ///   - name: an entry of the table.
  ///   - arguments: of one shape or rank 0, as many as the entry has parameters (a variadic entry: at least
  ///     as many); missing ones take their defaults.
  public static func apply(_ graph: Graph, _ name: FunctionName, _ arguments: [NodeID]) -> NodeID {
    guard let entry = Builtins[name] else { preconditionFailure("no built-in named \(name)") }
    return graph.apply(entry.name, arguments)
  }
}
