import EnergyIR

/// The number of a scalar term in its arena.
struct TermID: Hashable, Comparable, Sendable {
  let index: Int
  static func < (left: TermID, right: TermID) -> Bool { left.index < right.index }
}

/// The number of an array: a tensor in memory, before it gets a buffer.
struct ArrayID: Hashable, Sendable {
  let index: Int
}

/// A position along one axis of an array.
enum TermPosition: Hashable {
  /// Affine in loop variables.
  case affine(IndexExpression)
  /// The value of an integer term.
  case gather(TermID)
}

/// What a scalar term does: the operations of the graph once every axis has an index.
enum TermOperation: Hashable {
  case constant(Double)
  case index(IndexExpression)
  case size(Size)
  /// An element of an array; the arguments are the gathered positions, in order.
  case read(ArrayID, [TermPosition])
  case add(coefficients: [Double], constant: Double)
  case mul(exponents: [Double])
  case apply(FunctionName)
  case select
  /// A reduction; without variables it is the body where the guard holds, else 0.
  case reduce(ReduceOperation, [Variable], Guard)
}

/// A scalar that depends on loop variables.
struct ScalarTerm {
  let operation: TermOperation
  let arguments: [TermID]
  let type: ElementType
  /// The loop variables it depends on, sorted.
  let free: [Variable]
  /// Those of them that occur in an access that only a guard around the term keeps in range.
  let partial: [Variable]
  /// Whether it depends on the sample.
  let isVarying: Bool
  /// Whether a reduction or a computed array occurs in it.
  let hasDefinitions: Bool
  /// Whether a reduction occurs in it.
  let hasReduction: Bool
  /// Whether it takes more than additions, multiplications and comparisons.
  let isExpensive: Bool
  /// A hash that equal terms under different names of variables share.
  let structure: Int
  /// The node of the graph that it came from, for messages.
  let node: NodeID
}

/// What is known of an array.
struct ArrayInfo {
  enum Kind: Hashable { case input(Symbol.ID), output, local }
  var name: String
  let shape: [Size]
  let type: ElementType
  let isVarying: Bool
  /// The loop variables of the family that it belongs to; empty for an array computed once.
  let free: [Variable]
  let kind: Kind
  /// Whether it holds the states of a recurrence two at a time, the others being overwritten.
  var isRing = false
}

/// The arena of scalar terms. Equal terms are one; loop variables are named by how deep they nest, so that terms
/// that differ only in the names of their variables are equal too, and loops over the same range share their
/// contents.
final class ScalarTerms {
  private struct Key: Hashable {
    let operation: TermOperation
    let arguments: [TermID]
    let type: ElementType

    /// Numbers are compared by their bits, so that a term with a NaN is found again.
    static func == (left: Key, right: Key) -> Bool {
      guard left.arguments == right.arguments, left.type == right.type else { return false }
      switch (left.operation, right.operation) {
      case (.constant(let a), .constant(let b)): return areIdentical(a, b)
      case (.add(let a, let c), .add(let b, let d)): return areIdentical(a, b) && areIdentical(c, d)
      case (.mul(let a), .mul(let b)): return areIdentical(a, b)
      default: return left.operation == right.operation
      }
    }
  }
  private struct Name: Hashable {
    let order: Int
    let extent: Size
  }

  private var storage: [ScalarTerm] = []
  private var table: [Key: TermID] = [:]
  private var names: [Name: Variable] = [:]
  private var orders: [Variable: Int] = [:]
  private(set) var arrays: [ArrayInfo] = []
  /// What the user calls terms.
  private(set) var userNames: [TermID: String] = [:]
  /// What inputs are called in names that are made of theirs.
  var inputNames: [ArrayID: String] = [:]
  /// What parts of operations that are written out are called.
  var partNames: [TermID: String] = [:]
  /// The node that new terms are said to come from.
  var currentNode = NodeID(0)
  /// The array of the same family under other names of its variables.
  var renameArray: (ArrayID, [Variable: Variable]) -> ArrayID = { array, _ in array }

  subscript(_ id: TermID) -> ScalarTerm { storage[id.index] }
  subscript(_ id: ArrayID) -> ArrayInfo {
    get { arrays[id.index] }
    set { arrays[id.index] = newValue }
  }

  /// Calls a term what the user calls it; the first name stays.
  func note(_ name: String?, for term: TermID) {
    guard let name, userNames[term] == nil else { return }
    switch self[term].operation {
    case .constant, .index, .size: return
    default: userNames[term] = name
    }
  }

  func addArray(_ info: ArrayInfo) -> ArrayID {
    arrays.append(info)
    return ArrayID(index: arrays.count - 1)
  }

  // MARK: Variables

  /// The loop variable of this extent at this depth of nesting (from 1).
  func variable(order: Int, extent: Size) -> Variable {
    let name = Name(order: order, extent: extent)
    if let known = names[name] { return known }
    let variable = Variable(id: Int32(names.count + 1), extent: extent)
    names[name] = variable
    orders[variable] = order
    return variable
  }

  /// How deep a variable nests.
  func order(of variable: Variable) -> Int { orders[variable] ?? 0 }

  /// The first depth that none of these variables takes.
  func nextOrder(after variables: some Sequence<Variable>) -> Int {
    variables.reduce(0) { max($0, order(of: $1)) } + 1
  }

  // MARK: Interning

  func intern(_ operation: TermOperation, _ arguments: [TermID], type: ElementType) -> TermID {
    let key = Key(operation: operation, arguments: arguments, type: type)
    if let known = table[key] { return known }
    var free: Set<Variable> = []
    var partial: Set<Variable> = []
    var isVarying = false
    var hasDefinitions = false
    var hasReduction = false
    var isExpensive = operation.isExpensive
    var hasher = Hasher()
    operation.hashStructure(into: &hasher)
    for argument in arguments {
      let term = storage[argument.index]
      free.formUnion(term.free)
      partial.formUnion(term.partial)
      isVarying = isVarying || term.isVarying
      hasDefinitions = hasDefinitions || term.hasDefinitions
      hasReduction = hasReduction || term.hasReduction
      isExpensive = isExpensive || term.isExpensive
      hasher.combine(term.structure)
    }
    switch operation {
    case .index(let expression): free.formUnion(expression.variables)
    case .read(let id, let positions):
      let array = arrays[id.index]
      isVarying = isVarying || array.isVarying
      if case .input = array.kind {} else { hasDefinitions = true }
      free.formUnion(array.free)
      for (position, extent) in zip(positions, array.shape) {
        guard case .affine(let expression) = position else { continue }
        free.formUnion(expression.variables)
        if !expression.isProvablyIn(extent) { partial.formUnion(expression.variables) }
      }
      // Data decides whether a gathered position is in range, so such a read stays under its guards.
      if !arguments.isEmpty { partial.formUnion(free) }
    case .reduce(_, let variables, let conditions):
      free.formUnion(conditions.variables)
      free.subtract(variables)
      partial.subtract(variables)
      hasDefinitions = true
      hasReduction = true
    default: break
    }
    let term = ScalarTerm(
      operation: operation, arguments: arguments, type: type, free: free.sorted(), partial: partial.sorted(),
      isVarying: isVarying, hasDefinitions: hasDefinitions, hasReduction: hasReduction,
      isExpensive: isExpensive || hasReduction, structure: hasher.finalize(), node: currentNode)
    let id = TermID(index: storage.count)
    storage.append(term)
    table[key] = id
    return id
  }

  // MARK: Walking

  /// All terms below the roots, arguments before users, each once.
  func postorder(_ roots: [TermID], into shouldEnter: (TermID) -> Bool = { _ in true }) -> [TermID] {
    EnergyIR.postorder(roots, arguments: { self[$0].arguments }, into: shouldEnter)
  }
}

extension IndexExpression {
  /// Whether the value is in `0..<extent` for all values of the variables.
  func isProvablyIn(_ extent: Size) -> Bool {
    if let modulus { return (extent - modulus).isProvably(atLeast: 0) }
    return minimum.isProvably(atLeast: 0) && (extent - maximum).isProvably(atLeast: 1)
  }
}

extension TermOperation {
  private static let cheapFunctions: Set<String> = [
    "abs", "min", "max", "sign", "relu", "step", "less", "lessEqual", "greater", "greaterEqual", "equal", "notEqual",
    "and", "or", "not", "clamp", "floor", "ceil", "round", "div", "mod",
  ]

  /// Whether the operation itself is a function, a division or a root.
  var isExpensive: Bool {
    switch self {
    case .apply(let function): !Self.cheapFunctions.contains(function.name)
    case .mul(let exponents): exponents.contains { $0 < 0 || $0 != $0.rounded() }
    default: false
    }
  }

  /// What the operation is apart from the names of variables.
  func hashStructure(into hasher: inout Hasher) {
    switch self {
    case .index(let expression): hasher.combine(expression.terms.count)
    case .read(let array, let positions):
      hasher.combine(array)
      hasher.combine(positions.count)
    case .reduce(let operation, let variables, let conditions):
      hasher.combine(operation)
      hasher.combine(variables.map(\.extent))
      hasher.combine(conditions.conditions.count)
    default: hasher.combine(self)
    }
  }
}
