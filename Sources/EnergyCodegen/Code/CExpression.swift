/// An expression of C with what is needed to place parentheses and to convert it.
struct CExpression {
  /// How tightly C binds it; an operand that binds less tightly than its place goes into parentheses.
  enum Precedence: Int, Comparable {
    case conditional = 1, or, and, comparison, sum, product, unary, primary
    static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }
  }

  var text: String
  var precedence = Precedence.primary
  /// Whether it differs from lane to lane.
  var isVarying = false
  /// Whether it is a condition; conditions of lanes are masks.
  var isCondition = false
  /// Whether the last thing done is a division.
  var isQuotient = false
  /// The value of a literal.
  var number: Double?

  /// The text as an operand of something that binds like `place`.
  func operand(_ place: Precedence) -> String { precedence < place ? "(\(text))" : text }
}
