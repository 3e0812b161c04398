/// The number of a node in its graph. Smaller numbers were made earlier; arguments come before their users.
public struct NodeID: Hashable, Sendable, Comparable {
  /// The position in the arena.
  public let index: Int
  /// A node by position.
  public init(_ index: Int) { self.index = index }
  /// In order of making.
  public static func < (left: NodeID, right: NodeID) -> Bool { left.index < right.index }
}

/// What the entries of a tensor are.
public enum ElementType: Int, Hashable, Sendable { case real, int, bool }

/// The name of a built-in function; EnergyBuiltins says everything else about it.
public struct FunctionName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The name in the language.
  public let name: String
  /// A function by its name in the language.
  public init(_ name: String) { self.name = name }
  /// A function by its name in the language.
  public init(stringLiteral value: String) { name = value }
  /// The name.
  public var description: String { name }
}

/// How `reduce` combines the values of its body.
public enum ReduceOperation: String, Hashable, Sendable { case sum, prod, min, max, logsumexp, any, all }

/// Operations on whole tensors that stay opaque, linear algebra above all: tensors in, tensor out.
public enum LinearAlgebra: String, Hashable, Sendable {
  /// `inv(A)` : matrix.
  case inv
  /// `solve(A, b)`, b a vector or a matrix.
  case solve
  /// Lower Cholesky factor of a symmetric positive definite matrix.
  case cholesky
  /// log |det A|.
  case logdet
  /// det A.
  case det
  /// Whether a symmetric matrix is positive definite, by the pivots of Cholesky's method.
  case isPositiveDefinite = "is_spd"
  /// The x with L x = b, of which only the lower triangle of L is read; b a vector or a matrix.
  case solveLower = "solve_lower"
  /// The x with Lᵀ x = b, of which only the lower triangle of L is read; b a vector or a matrix.
  case solveLowerTransposed = "solve_lower_transposed"
  /// The positions (from 1) that put a vector into ascending order, equal entries as they stood and NaN last.
  case argsort
  /// The entries of a diagonal, of which none may be 0: else the matrix is singular.
  case pivots

  /// Whether it is linear in a second argument, the right side.
  public var hasRightSide: Bool { self == .solve || self == .solveLower || self == .solveLowerTransposed }
}

/// One place of an index pattern.
public enum Subscript: Hashable, Sendable {
  /// The whole axis.
  case all
  /// One position, an affine expression of index variables.
  case at(IndexExpression)
  /// One position read from data: the next integer argument of the node (0-based).
  case gather
}

/// The labels of a generalised Einstein sum.
///
/// A label not in `output` is summed, one only in `output` broadcasts; repeated in one input it takes the
/// diagonal, repeated in the output it embeds on the diagonal.
public struct Contraction: Hashable, Sendable {
  /// One list of labels an argument, one label an axis.
  public let inputs: [[Int]]
  /// The labels of the result's axes.
  public let output: [Int]
  /// The size of each label.
  public let sizes: [Size]

  /// Labels as given; `Graph.contract` brings them into the canonical order.
  public init(inputs: [[Int]], output: [Int], sizes: [Size]) {
    self.inputs = inputs
    self.output = output
    self.sizes = sizes
  }

  /// The labels that are summed over.
  public var summed: [Int] { sizes.indices.filter { label in !output.contains(label) } }
}

/// What a recurrence binds: `S[0] = s0, S[t+1] = next(t, S[t])`, or from the far end.
public struct Recurrence: Hashable, Sendable {
  /// Counts the steps.
  public let index: Variable
  /// Stands for the state before a step.
  public let state: Variable
  /// Whether the steps run from the last to the first: `S[T] = s0, S[t] = next(t, S[t+1])`.
  public let isReversed: Bool

  /// A recurrence by its bound variables.
  public init(index: Variable, state: Variable, isReversed: Bool = false) {
    self.index = index
    self.state = state
    self.isReversed = isReversed
  }

  /// Where the first state stands.
  public var start: IndexExpression { IndexExpression(isReversed ? index.extent : 0) }

  /// Where the last state stands.
  public var end: IndexExpression { IndexExpression(isReversed ? 0 : index.extent) }

  /// Where the state before the step `index` stands, and the one after it.
  public func positions(at index: Variable) -> (before: IndexExpression, after: IndexExpression) {
    let (own, next) = (IndexExpression(index), IndexExpression([(index, 1)], offset: 1))
    return isReversed ? (next, own) : (own, next)
  }
}

/// The kinds of node. Few kinds, many functions: ARCHITECTURE.md gives the reasons.
public enum Operation: Hashable, Sendable {
  /// A number; bools are 0 and 1.
  case constant(Double)
  /// A named tensor: the sample, a parameter, data or a top-level `let`.
  case symbol(Symbol.ID)
  /// A size used as a number.
  case size(Size)
  /// An index used as a number (0-based).
  case iota(IndexExpression)
  /// `Σ coefficients[k]·args[k] + constant`: n-ary and flat; arguments of rank 0 broadcast.
  case add(coefficients: [Double], constant: Double)
  /// `Π args[k]^exponents[k]`: n-ary and flat, without a numeric factor; arguments of rank 0 broadcast.
  case mul(exponents: [Double])
  /// An element-wise built-in.
  case apply(FunctionName)
  /// `args[0] ? args[1] : args[2]`, lane by lane; the other branch contributes nothing.
  case select
  /// `args[0]` where the conditions hold, else 0; it isn't evaluated where they don't.
  case guarded(Guard)
  /// A generalised Einstein sum.
  case contract(Contraction)
  /// Entries of `args[0]`; further arguments are the integers of `.gather`.
  case index([Subscript])
  /// Zeros of the given shape with `args[0]` at the pattern; the transpose of `index`.
  case scatter([Subscript], shape: [Size])
  /// `[body for variable]`: the body's axes behind the new one.
  case build(Variable)
  /// A reduction of the body over the box of the variables where the guard holds.
  case reduce(ReduceOperation, [Variable], Guard)
  /// All states of a recurrence, the first axis counting them from 0 to the number of steps: `args[0]` is the next
  /// state, with the bound variables in it, `args[1]` the first one.
  case scan(Recurrence)
  /// The state of an enclosing `scan`, of the given shape.
  case state(Variable, shape: [Size])
  /// Linear algebra on whole matrices.
  case linearAlgebra(LinearAlgebra)
  /// The same entries in row-major order under another shape.
  case reshape([Size])
}

/// One node: a tensor, or with free variables a family of tensors.
public struct Node: Sendable {
  /// What it is.
  public let operation: Operation
  /// Its arguments; for binders the first is the body with the bound variables in it.
  public let arguments: [NodeID]
  /// One size an axis; empty for a scalar.
  public let shape: [Size]
  /// What its entries are.
  public let type: ElementType
  /// The free index variables, sorted; bound ones of enclosing binders count while the node stands in a body.
  public let free: [Variable]
  /// The highest level bound inside.
  public let level: Int32
  /// Whether the value depends on a sample argument.
  public let isVarying: Bool
  /// Whether it is known to be a symmetric matrix.
  public let isSymmetric: Bool

  /// The number of axes.
  public var rank: Int { shape.count }
}

/// A named tensor.
public struct Symbol: Hashable, Sendable {
  /// The position in the graph's table.
  public struct ID: Hashable, Sendable {
    /// The position.
    public let index: Int
  }

  /// What a symbol stands for.
  public enum Role: String, Hashable, Sendable {
    /// A sample argument: varies with the row of the batch.
    case sample
    /// A trainable value.
    case parameter
    /// Data: never differentiated.
    case data
    /// A top-level `let`, computed once.
    case definition
  }

  /// What is known of the values.
  public enum Refinement: Hashable, Sendable {
    /// The named structures and ranges of the language.
    case symmetric, positiveDefinite, diagonal, lower, simplex, ordered, unitVector, positive, integer
    /// Within two bounds.
    case interval(Double, Double)
  }

  /// The name as written, dotted for parameters of an instance (`gaussian.mu`).
  public let name: String
  /// What it stands for.
  public let role: Role
  /// One size an axis.
  public let shape: [Size]
  /// What its entries are.
  public let type: ElementType
  /// What is known of the values.
  public let refinements: [Refinement]

  /// A symbol with everything known of it.
  public init(
    name: String, role: Role, shape: [Size], type: ElementType = .real, refinements: [Refinement] = []
  ) {
    self.name = name
    self.role = role
    self.shape = shape
    self.type = type
    self.refinements = refinements
  }

  /// Whether the transpose is the same.
  public var isSymmetric: Bool {
    refinements.contains { $0 == .symmetric || $0 == .positiveDefinite || $0 == .diagonal }
  }
}
