import EnergyIR

/// How a tensor stands in a product: what its rank alone doesn't say.
public enum Form: Hashable, Sendable {
  /// Rank 0.
  case scalar
  /// Rank 1, a column of numbers.
  case vector
  /// Rank 1, the transpose of a vector; broadcasts along a matrix's rows.
  case row
  /// Rank 1, made by `col(v)`: broadcasts along a matrix's columns.
  case column
  /// Rank 2.
  case matrix
  /// Rank 3 and more.
  case tensor
}

/// A node with its form.
public struct TypedValue: Hashable, Sendable {
  /// The tensor.
  public let node: NodeID
  /// How it stands in products.
  public let form: Form
  /// A node with its form.
  public init(_ node: NodeID, _ form: Form) {
    self.node = node
    self.form = form
  }
  /// A node in the form that its rank suggests.
  public init(_ node: NodeID, in graph: Graph) {
    self.node = node
    switch graph[node].rank {
    case 0: form = .scalar
    case 1: form = .vector
    case 2: form = .matrix
    default: form = .tensor
    }
  }
}

/// Why a call can't be built; the checker adds the code's span.
public struct BuiltinError: Error, Hashable, Sendable {
  /// What kind of error it is: the code of the message.
  public enum Kind: String, Sendable {
    /// A shape that doesn't fit: `E-shape`.
    case shape = "E-shape"
    /// Too many, too few or unknown arguments: `E-arguments`.
    case arguments = "E-arguments"
    /// Something that isn't built yet: `E-unsupported`.
    case unsupported = "E-unsupported"
    /// A size that isn't known or doesn't fit: `E-size`.
    case size = "E-size"
  }

  /// Which code.
  public let kind: Kind
  /// One sentence in the user's terms.
  public let message: String
  /// The argument it is about: a position (0-based) among the positional ones.
  public let argument: Int?
  /// What to try.
  public let hints: [String]
  /// An error about the call or one argument.
  public init(_ kind: Kind, _ message: String, argument: Int? = nil, hints: [String] = []) {
    self.kind = kind
    self.message = message
    self.argument = argument
    self.hints = hints
  }
}

/// A function of whole tensors: its shape rule and its construction from graph nodes in one place.
public struct StructuralBuiltin: Sendable {
  /// Builds a call from (graph, positional arguments, named arguments).
  public typealias Build =
    @Sendable (Graph, [TypedValue], [String: TypedValue]) throws(BuiltinError) -> TypedValue

  /// The name in the language.
  public let name: String
  /// Other names that mean the same.
  public let aliases: [String]
  /// One sentence for help and the reference page.
  public let summary: String
  /// The call as help shows it: `sum(a, axis = k)`.
  public let signature: String
  /// A scalar call with its value, run as a test.
  public let example: Builtin.Example
  /// How many positional arguments it takes.
  public let arity: ClosedRange<Int>
  /// The names of arguments that must be named.
  public let options: [String]
  let construct: Build

  /// An entry with all its fields.
  public init(
    _ name: String, aliases: [String] = [], _ summary: String, signature: String, example: Builtin.Example,
    arity: ClosedRange<Int>, options: [String] = [], _ construct: @escaping Build
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.signature = signature
    self.example = example
    self.arity = arity
    self.options = options
    self.construct = construct
  }

  /// The call as a node. Counts and names of arguments are checked here, shapes by the entry.
  public func build(
    _ graph: Graph, _ arguments: [TypedValue], _ named: [String: TypedValue] = [:]
  ) throws(BuiltinError) -> TypedValue {
    guard arity.contains(arguments.count) else {
      let wanted = arity.count == 1 ? "\(arity.lowerBound)" : "\(arity.lowerBound) to \(arity.upperBound)"
      throw BuiltinError(
        .arguments, "\(name) takes \(wanted) argument\(wanted == "1" ? "" : "s"), not \(arguments.count)",
        hints: ["it is called as \(signature)"])
    }
    for key in named.keys.sorted() where !options.contains(key) {
      throw BuiltinError(.arguments, "\(name) has no argument named \(key)", hints: ["it is called as \(signature)"])
    }
    return try construct(graph, arguments, named)
  }
}

/// The table of functions of whole tensors.
public enum StructuralBuiltins {
  /// Every entry, in the order of the reference page.
  public static let all: [StructuralBuiltin] = []

  private static let byName: [String: StructuralBuiltin] = Dictionary(
    all.flatMap { entry in ([entry.name] + entry.aliases).map { ($0, entry) } },
    uniquingKeysWith: { first, _ in first })

  /// The entry that a program means by this name or alias.
  public static func named(_ name: String) -> StructuralBuiltin? { byName[name] }
}
