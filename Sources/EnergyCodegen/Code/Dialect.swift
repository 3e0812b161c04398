import EnergyBuiltins

/// What differs between the C-like targets.
struct Dialect {
  enum Target { case c, cuda }

  let target: Target
  /// Whether the arithmetic is in single precision.
  let isSingle: Bool
  /// Whether a value that differs from sample to sample is a vector of lanes; in CUDA a thread is a lane.
  var hasLanes: Bool { target == .c }

  /// The type of a number.
  var real: String { isSingle ? "float" : "double" }
  /// The type of a number a lane.
  var vector: String { hasLanes ? "ee_v\(suffix)" : real }
  /// The type of a condition a lane.
  var maskType: String { "ee_m\(suffix)" }
  /// How many lanes there are.
  var lanes: String { "EE_LANES\(suffix.uppercased())" }
  /// Behind the names of functions and types for single precision, as in C's library.
  var suffix: String { isSingle ? "f" : "" }

  /// The type of a constant that holds an expression.
  func type(of expression: CExpression) -> String {
    if expression.isCondition { return expression.isVarying ? maskType : "int" }
    return expression.isVarying ? vector : real
  }

  /// A number.
  func number(_ value: Double) -> String { NumberSpelling.text(value, isSingle: isSingle) }

  /// A number as an operand.
  func literal(_ value: Double) -> CExpression {
    CExpression(text: number(value), precedence: value < 0 ? .unary : .primary, number: value)
  }

  /// The number that the target would compute from two; `nil` for what isn't arithmetic.
  func folded(_ symbol: String, _ a: Double, _ b: Double) -> Double? {
    isSingle ? Self.folded(symbol, Float(a), Float(b)).map(Double.init) : Self.folded(symbol, a, b)
  }

  private static func folded<Real: BinaryFloatingPoint>(_ symbol: String, _ a: Real, _ b: Real) -> Real? {
    switch symbol {
    case "+": a + b
    case "-": a - b
    case "*": a * b
    case "/": a / b
    default: nil
    }
  }

  /// How a built-in is written.
  func template(_ spelling: Spelling) -> String {
    switch (target, isSingle) {
    case (.c, false): spelling.c64
    case (.c, true): spelling.c32
    case (.cuda, false): spelling.cuda64
    case (.cuda, true): spelling.cuda32
    }
  }

  /// 1/value. On a GPU an exact division in single precision is a dozen instructions and a call; the quick one is off by
  /// at most two units in the last place, and 0 beyond 2^126 (CUDA Programming Guide, mathematical functions).
  func reciprocal(_ value: CExpression) -> CExpression {
    if target == .cuda && isSingle {
      return CExpression(text: "ee_quick_divide(\(number(1)), \(value.text))", isVarying: value.isVarying)
    }
    return CExpression(
      text: "\(number(1)) / \(value.operand(.unary))", precedence: .product, isVarying: value.isVarying,
      isQuotient: true)
  }

  /// A stored number as a condition.
  func condition(fromReal value: CExpression) -> CExpression {
    CExpression(
      text: "\(value.operand(.sum)) != \(number(0))", precedence: .comparison, isVarying: value.isVarying,
      isCondition: true)
  }

  /// A condition as the number 1 or 0.
  func real(fromCondition value: CExpression) -> CExpression {
    if value.isVarying { return CExpression(text: "ee_truth\(suffix)(\(value.text))", isVarying: true) }
    return CExpression(
      text: "\(value.operand(.or)) ? \(number(1)) : \(number(0))", precedence: .conditional)
  }

  /// A condition of all lanes; one that is the same in all becomes a mask.
  func mask(_ value: CExpression) -> CExpression {
    value.isVarying ? value : CExpression(text: "ee_mask\(suffix)(\(value.text))", isVarying: true, isCondition: true)
  }
}

extension Spelling {
  /// The helpers that the spelling in a dialect calls.
  func helpers(of dialect: Dialect) -> [Helper] {
    let template = dialect.template(self)
    return helpers.filter { template.contains($0.name + "(") }
  }
}
