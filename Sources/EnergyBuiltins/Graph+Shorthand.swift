import EnergyIR

/// What the rules of the table are written with, so that each stays a line.
extension Graph {
  /// The canonical call of a built-in.
  func call(_ name: FunctionName, _ arguments: NodeID...) -> NodeID { Builtins.apply(self, name, arguments) }

  /// `factor·id + constant`.
  func affine(_ factor: Double, _ id: NodeID, plus constant: Double) -> NodeID {
    sum([(factor, id)], constant: constant)
  }

  /// `factor·e^(rate·id²)`.
  func gaussian(_ id: NodeID, rate: Double, factor: Double) -> NodeID {
    scale(factor, call("exp", scale(rate, power(id, 2))))
  }

  /// `condition ? a : 0`.
  func when(_ condition: NodeID, _ a: NodeID) -> NodeID { select(condition, a, constant(0)) }

  /// `id > 0` and the like, against a number.
  func compare(_ id: NodeID, _ relation: FunctionName, _ value: Double) -> NodeID {
    call(relation, id, constant(value))
  }
}
