/// An index variable: it runs over the full box `0..<extent`. Dependent ranges are boxes with guards.
///
/// A *bound* variable is named by its level (1 + the highest level bound inside the body), so that terms that
/// differ only in the names of their variables are one node. A *free* one has a unique name.
public struct Variable: Hashable, Sendable, Comparable {
  /// Positive: the name of a free variable. Negative: minus the level of a bound one.
  public let id: Int32
  /// How many values it takes; 1 for a state.
  public let extent: Size
  /// Whether it stands for the state of a recurrence, a tensor that no loop runs over, instead of an index.
  public let isState: Bool

  /// A variable by number; `Graph.freshVariable` and `Graph.open` are what calls this.
  public init(id: Int32, extent: Size, isState: Bool = false) {
    self.id = id
    self.extent = extent
    self.isState = isState
  }

  /// Whether a binder has closed over it.
  public var isBound: Bool { id < 0 }

  /// By number.
  public static func < (left: Variable, right: Variable) -> Bool { left.id < right.id }
}

/// An affine expression of index variables, `Σ k·v + offset`, optionally taken `mod modulus` (floor-mod).
///
/// 0-based; the language and every printer count from 1.
public struct IndexExpression: Hashable, Sendable {
  /// One variable with its factor, which is never 0.
  public struct Term: Hashable, Sendable {
    /// The variable.
    public let variable: Variable
    /// Its factor.
    public let coefficient: Int
  }

  /// Sorted by variable.
  public let terms: [Term]
  /// The part without variables.
  public let offset: Size
  /// With a modulus the value is in `0..<modulus`.
  public let modulus: Size?

  /// An expression from any terms; equal variables are collected.
  public init(_ pairs: [(Variable, Int)], offset: Size = 0, modulus: Size? = nil) {
    var sums: [Variable: Int] = [:]
    for (variable, coefficient) in pairs { sums[variable, default: 0] &+= coefficient }
    terms = sums.filter { $0.value != 0 }.map { Term(variable: $0.key, coefficient: $0.value) }
      .sorted { $0.variable < $1.variable }
    self.offset = offset
    self.modulus = modulus
  }

  /// The variable itself.
  public init(_ variable: Variable) { self.init([(variable, 1)]) }

  /// A fixed index.
  public init(_ size: Size) { self.init([], offset: size) }

  /// The variables that occur.
  public var variables: [Variable] { terms.map(\.variable) }

  /// The variable, where the expression is one and nothing else.
  public var variable: Variable? {
    terms.count == 1 && terms[0].coefficient == 1 && offset == 0 && modulus == nil ? terms[0].variable : nil
  }

  /// The size, where no variable occurs and no modulus.
  public var size: Size? { terms.isEmpty && modulus == nil ? offset : nil }

  /// The factor of a variable; 0 where it doesn't occur.
  public func coefficient(of variable: Variable) -> Int {
    terms.first { $0.variable == variable }?.coefficient ?? 0
  }

  private var pairs: [(Variable, Int)] { terms.map { ($0.variable, $0.coefficient) } }

  /// The sum; `nil` where an operand has a modulus and the other isn't zero.
  public static func + (left: IndexExpression, right: IndexExpression) -> IndexExpression? {
    if left.size == 0 { return right }
    if right.size == 0 { return left }
    guard left.modulus == nil, right.modulus == nil else { return nil }
    return IndexExpression(left.pairs + right.pairs, offset: left.offset + right.offset)
  }

  /// `factor` times the expression; `nil` where it has a modulus and the factor isn't 1.
  public func scaled(by factor: Int) -> IndexExpression? {
    if factor == 1 { return self }
    guard modulus == nil else { return nil }
    return IndexExpression(pairs.map { ($0.0, $0.1 &* factor) }, offset: offset * Size(factor))
  }

  /// The difference, where it is affine.
  public static func - (left: IndexExpression, right: IndexExpression) -> IndexExpression? {
    right.scaled(by: -1).flatMap { left + $0 }
  }

  /// The expression modulo `modulus` (floor-mod). A modulus that the box makes idle is dropped.
  public func modulo(_ modulus: Size) -> IndexExpression? {
    guard self.modulus == nil else { return self.modulus == modulus ? self : nil }
    if minimum.isProvably(atLeast: 0), (modulus - maximum).isProvably(atLeast: 1) { return self }
    if let number = modulus.constant, let fixed = size?.constant, number > 0 {
      return IndexExpression(Size(((fixed % number) + number) % number))
    }
    // A fixed position at most one turn off: −1 is the last one.
    for turn in [modulus, Size(0) - modulus] where terms.isEmpty {
      let moved = offset + turn
      if moved.isProvably(atLeast: 0), (modulus - moved).isProvably(atLeast: 1) { return IndexExpression(moved) }
    }
    return IndexExpression(pairs, offset: offset, modulus: modulus)
  }

  /// The least value over the box of its variables (before the modulus).
  public var minimum: Size { bound { $0 < 0 } }

  /// The greatest value over the box of its variables (before the modulus).
  public var maximum: Size { bound { $0 > 0 } }

  private func bound(atTop: (Int) -> Bool) -> Size {
    var sum = offset
    for term in terms where atTop(term.coefficient) {
      sum = sum + (term.variable.extent - 1) * Size(term.coefficient)
    }
    return sum
  }

  /// The expression with variables replaced; `nil` where a modulus would end up inside another expression.
  public func substituting(_ map: [Variable: IndexExpression]) -> IndexExpression? {
    guard terms.contains(where: { map[$0.variable] != nil }) else { return self }
    var sum = IndexExpression(offset)
    for term in terms {
      let image = map[term.variable] ?? IndexExpression(term.variable)
      // (e mod m) mod m is e mod m, so an inner modulus that equals the outer one falls away.
      let inner = image.modulus != nil && image.modulus == modulus ? image.withoutModulus : image
      guard let scaled = inner.scaled(by: term.coefficient), let next = sum + scaled else { return nil }
      sum = next
    }
    guard let modulus else { return sum }
    return sum.modulo(modulus)
  }

  /// The expression under the modulus.
  public var withoutModulus: IndexExpression { IndexExpression(pairs, offset: offset) }

  /// The expression with one variable renamed, as binders do.
  func renaming(_ map: [Variable: Variable]) -> IndexExpression {
    guard terms.contains(where: { map[$0.variable] != nil }) else { return self }
    return IndexExpression(pairs.map { (map[$0.0] ?? $0.0, $0.1) }, offset: offset, modulus: modulus)
  }
}

/// A condition on index variables alone; conditions on data are selects.
public struct Condition: Hashable, Sendable {
  /// How the expression is compared with 0.
  public enum Relation: Int, Sendable { case atLeastZero, equalsZero, differsFromZero }

  /// The expression compared with 0; a modulus only with `equalsZero` or `differsFromZero`.
  public let expression: IndexExpression
  /// How it is compared.
  public let relation: Relation

  /// `expression ≥ 0`, `= 0` or `≠ 0`; for the latter two the first coefficient is made positive.
  public init(_ expression: IndexExpression, _ relation: Relation) {
    self.relation = relation
    if relation != .atLeastZero, expression.modulus == nil,
      (expression.terms.first?.coefficient ?? expression.offset.terms.first?.coefficient ?? 0) < 0,
      let flipped = expression.scaled(by: -1)
    {
      self.expression = flipped
    } else {
      self.expression = expression
    }
  }

  /// True or false where the box of the variables decides it.
  public var verdict: Bool? {
    let low: Size
    let high: Size
    if let modulus = expression.modulus {
      low = 0
      high = modulus - 1
    } else {
      low = expression.minimum
      high = expression.maximum
    }
    switch relation {
    case .atLeastZero:
      if low.isProvably(atLeast: 0) { return true }
      if (Size(-1) - high).isProvably(atLeast: 0) { return false }
    case .equalsZero, .differsFromZero:
      let equal = relation == .equalsZero
      if low == 0, high == 0 { return equal }
      if low.isProvably(atLeast: 1) || (Size(0) - high).isProvably(atLeast: 1) { return !equal }
    }
    return nil
  }

  func renaming(_ map: [Variable: Variable]) -> Condition {
    Condition(expression.renaming(map), relation)
  }

  var sortKey: String {
    let ids = expression.terms.map { "\($0.variable.id):\($0.coefficient)" }.joined(separator: ",")
    return "\(relation.rawValue) \(ids) \(expression.offset) \(expression.modulus.map(\.description) ?? "")"
  }
}

/// A set of conditions that must all hold, in a canonical order; empty means always.
public struct Guard: Hashable, Sendable {
  /// The conditions, sorted, without repetition and without any that the box already decides.
  public let conditions: [Condition]
  /// Whether some condition can't hold, or two contradict each other.
  public let isImpossible: Bool

  /// The guard that always holds.
  public static let always = Guard([])

  /// The conjunction of conditions.
  public init(_ all: [Condition]) {
    var kept: Set<Condition> = []
    var impossible = false
    for condition in all {
      switch condition.verdict {
      case true: continue
      case false: impossible = true
      default: kept.insert(condition)
      }
    }
    for condition in kept where condition.relation == .equalsZero {
      if kept.contains(Condition(condition.expression, .differsFromZero)) { impossible = true }
    }
    isImpossible = impossible
    conditions = kept.sorted { $0.sortKey < $1.sortKey }
  }

  /// Whether nothing is asked.
  public var isAlways: Bool { conditions.isEmpty && !isImpossible }

  /// The variables that occur.
  public var variables: Set<Variable> { Set(conditions.flatMap(\.expression.variables)) }

  /// Both must hold.
  public func and(_ other: Guard) -> Guard {
    if other.isAlways { return self }
    if isAlways { return other }
    let joined = Guard(conditions + other.conditions)
    return isImpossible || other.isImpossible ? joined.impossible : joined
  }

  private var impossible: Guard {
    isImpossible ? self : Guard([Condition(IndexExpression(Size(-1)), .atLeastZero)])
  }

  /// The conditions that both ask for.
  public func common(with other: Guard) -> Guard {
    let others = Set(other.conditions)
    return Guard(conditions.filter(others.contains))
  }

  /// The conditions without those of `other`.
  public func removing(_ other: Guard) -> Guard {
    let others = Set(other.conditions)
    return Guard(conditions.filter { !others.contains($0) })
  }

  /// The guard with variables replaced; `nil` where an expression isn't affine any more.
  public func substituting(_ map: [Variable: IndexExpression]) -> Guard? {
    var result: [Condition] = []
    for condition in conditions {
      guard let expression = condition.expression.substituting(map) else { return nil }
      guard expression.modulus == nil || condition.relation != .atLeastZero else { return nil }
      result.append(Condition(expression, condition.relation))
    }
    let joined = Guard(result)
    return isImpossible ? joined.impossible : joined
  }

  func renaming(_ map: [Variable: Variable]) -> Guard {
    let renamed = Guard(conditions.map { $0.renaming(map) })
    return isImpossible ? renamed.impossible : renamed
  }
}
