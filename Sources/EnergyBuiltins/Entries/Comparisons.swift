import EnergyIR

/// Conditions on data, and their combination; true and false are 1 and 0.
extension Builtins {
  static let comparisons: [Builtin] = [less, lessEqual, greater, greaterEqual, equal, notEqual, and, or, not]

  static let less = comparison("less", "<", [.init([1, 2], 1), .init([2, 2], 0)]) { $0 < $1 }
  static let lessEqual = comparison("lessEqual", "<=", [.init([2, 2], 1), .init([3, 2], 0)]) { $0 <= $1 }
  static let greater = comparison("greater", ">", [.init([3, 2], 1), .init([2, 2], 0)]) { $0 > $1 }
  static let greaterEqual = comparison("greaterEqual", ">=", [.init([2, 2], 1), .init([1, 2], 0)]) { $0 >= $1 }
  static let equal = comparison("equal", "==", [.init([2, 2], 1), .init([1, 2], 0)], isSymmetric: true) { $0 == $1 }
  static let notEqual = comparison("notEqual", "!=", [.init([1, 2], 1), .init([2, 2], 0)], isSymmetric: true) {
    $0 != $1
  }

  static let and = connective("and", "&&", "both hold", [.init([1, 1], 1), .init([1, 0], 0)]) { $0 && $1 }
  static let or = connective("or", "||", "at least one holds", [.init([1, 0], 1), .init([0, 0], 0)]) { $0 || $1 }

  static let not = Builtin(
    "not", "Whether the condition doesn't hold.", example: .init("not(0)", 1), [.init("a", .truth)], range: .truth,
    kinks: conditionKinks, resultType: .bool, value: .unary { $0 == 0 ? 1 : 0 },
    special: [.init([0], 1), .init([1], 0)], reference: .piecewiseConstant, isPublic: false,
    .primitive(.init(.zero, .expression("(({0}) == 0.0@ ? 1.0@ : 0.0@)"), ulps: 0)))

  private static let conditionKinks = [
    Builtin.Kink(at: "where the condition changes", "the derivative is 0 everywhere")
  ]

  private static func comparison(
    _ name: FunctionName, _ symbol: String, _ special: [Builtin.SpecialValue], isSymmetric: Bool = false,
    _ holds: @escaping @Sendable (Double, Double) -> Bool
  ) -> Builtin {
    Builtin(
      name, "Whether a \(symbol) b; nothing but != holds of a NaN.",
      example: .init("\(name)(1, 2)", holds(1, 2) ? 1 : 0), [.init("a"), .init("b")], range: .truth,
      kinks: conditionKinks, resultType: .bool, value: .binary { holds($0, $1) ? 1 : 0 },
      special: special + [.init([.nan, 0], symbol == "!=" ? 1 : 0)], reference: .piecewiseConstant,
      symmetry: isSymmetric ? .commutative : .none, isPublic: false,
      .primitive(.init(.zero, .expression("(({0}) \(symbol) ({1}) ? 1.0@ : 0.0@)"), ulps: 0)))
  }

  private static func connective(
    _ name: FunctionName, _ symbol: String, _ meaning: String, _ special: [Builtin.SpecialValue],
    _ holds: @escaping @Sendable (Bool, Bool) -> Bool
  ) -> Builtin {
    Builtin(
      name, "Whether \(meaning).", example: .init("\(name)(1, 1)", 1), [.init("a", .truth), .init("b", .truth)],
      range: .truth, kinks: conditionKinks, resultType: .bool,
      value: .binary { holds($0 != 0, $1 != 0) ? 1 : 0 }, special: special, reference: .piecewiseConstant,
      symmetry: .commutative, isPublic: false,
      .primitive(.init(.zero, .expression("(({0}) != 0.0@ \(symbol) ({1}) != 0.0@ ? 1.0@ : 0.0@)"), ulps: 0)))
  }
}
