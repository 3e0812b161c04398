import EnergyIR

/// A function of whole tensors: its shape rule and its construction from graph nodes in one place.
public struct StructuralBuiltin: Sendable {
  /// Checks a call and builds it.
  typealias Construction = @Sendable (BuiltinCall) throws(BuiltinError) -> TypedValue

  /// The name in the language.
  public let name: String
  /// Other names that mean the same.
  public let aliases: [String]
  /// One sentence for help and the reference page.
  public let summary: String
  /// The call as help shows it: `sum(a, axis = k)`.
  public let signature: String
  /// A scalar call with its value, run as a test; `nil` only for what isn't supported yet.
  public let example: Builtin.Example?
  /// How many positional arguments it takes.
  public let arity: ClosedRange<Int>
  /// The names of arguments that must be named.
  public let options: [String]
  let construct: Construction

  /// An entry with all its fields.
  init(
    _ name: String, aliases: [String] = [], _ summary: String, signature: String, example: Builtin.Example?,
    arity: ClosedRange<Int>, options: [String] = [], _ construct: @escaping Construction
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

  /// An entry that only says that it isn't built yet.
  static func unsupported(_ name: String, _ summary: String, signature: String) -> StructuralBuiltin {
    StructuralBuiltin(name, summary, signature: signature, example: nil, arity: 0...Int.max) {
      (_) throws(BuiltinError) -> TypedValue in
      throw BuiltinError(.unsupported, "\(name) is not supported yet")
    }
  }

  /// Whether calls can be built.
  public var isSupported: Bool { example != nil }

  /// The call as a node. Counts and names of arguments are checked here, shapes by the entry.
  ///
  /// - Parameters:
  ///   - arguments: the positional arguments.
  ///   - named: the named ones; an `axis` is a whole number from 1.
  ///   - areEqual: whether two sizes agree; a checker that infers sizes may unify them here.
  /// - Throws: `BuiltinError` for wrong counts, names or shapes.
  public func build(
    _ graph: Graph, _ arguments: [TypedValue], _ named: [String: TypedValue] = [:],
    areEqual: @escaping (Size, Size) -> Bool = { $0 == $1 }
  ) throws(BuiltinError) -> TypedValue {
    let hints = ["it is called as \(signature)"]
    if isSupported {
      guard arity.contains(arguments.count) else {
        throw BuiltinError(.arguments, "\(name) takes \(countText), not \(arguments.count)", hints: hints)
      }
      for key in named.keys.sorted() where !options.contains(key) {
        throw BuiltinError(.arguments, "\(name) has no argument named \(key)", hints: hints)
      }
    }
    let result = try construct(
      BuiltinCall(name: name, graph: graph, arguments: arguments, named: named, areEqual: areEqual))
    try StructuralBuiltin.checkCount(graph.shape(result.node))
    return result
  }

  /// Sizes wrap silently where a product of them leaves 62 bits, so a result as large as that is refused here.
  private static func checkCount(_ shape: [Size]) throws(BuiltinError) {
    var product = 1
    for extent in shape.compactMap(\.constant) {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard !overflow, next < 1 << 62 else {
        throw BuiltinError(.size, "\(Graph.describe(shape)) has more entries than can be counted")
      }
      product = next
    }
  }

  private var countText: String {
    let few = arity.lowerBound
    if arity.upperBound == Int.max { return "at least \(few) argument\(few == 1 ? "" : "s")" }
    if arity.count == 1 { return "\(few) argument\(few == 1 ? "" : "s")" }
    return "\(few) to \(arity.upperBound) arguments"
  }
}

/// The table of functions of whole tensors.
public enum StructuralBuiltins {
  /// Every entry, in the order of the reference page.
  public static let all: [StructuralBuiltin] =
    reductions + statistics + products + matrices + makers + rearrangements + later

  private static let byName: [String: StructuralBuiltin] = Dictionary(
    all.flatMap { entry in ([entry.name] + entry.aliases).map { ($0, entry) } },
    uniquingKeysWith: { first, _ in first })

  /// The entry that a program means by this name or alias.
  public static func named(_ name: String) -> StructuralBuiltin? { byName[name] }

  /// Names that are reserved and reported as not supported yet.
  private static let later: [StructuralBuiltin] = [
    .unsupported("cumprod", "Products of the first entries.", signature: "cumprod(v)"),
    .unsupported("sort", "The entries in ascending order.", signature: "sort(v)"),
    .unsupported("einsum", "A generalised Einstein sum.", signature: "einsum(\"ij,j->i\", A, x)"),
    .unsupported("conv1d", "A convolution along one axis.", signature: "conv1d(x, w)"),
    .unsupported("conv2d", "A convolution along two axes.", signature: "conv2d(x, w)"),
    .unsupported("avg_pool2d", "Means over squares of a matrix.", signature: "avg_pool2d(x, k)"),
  ]
}

/// What a name in front of brackets calls, among the built-ins.
public enum BuiltinFunction: Sendable {
  /// A function of numbers, applied entry by entry.
  case elementwise(Builtin)
  /// A function of whole tensors.
  case structural(StructuralBuiltin)

  /// The built-in for a call with that many positional arguments, for `min(v)` reduces and `min(a, b)` compares.
  public static func named(_ name: String, argumentCount: Int) -> BuiltinFunction? {
    let structural = StructuralBuiltins.named(name)
    if let entry = Builtins.named(name), structural == nil || argumentCount >= entry.parameters.count {
      return .elementwise(entry)
    }
    return structural.map(BuiltinFunction.structural)
  }

  /// Every name and alias, sorted, for completion and did-you-mean.
  public static let allNames: [String] = {
    let elementwise = Builtins.all.filter(\.isPublic).flatMap { [$0.name.name] + $0.aliases }
    let structural = StructuralBuiltins.all.flatMap { [$0.name] + $0.aliases }
    return Set(elementwise + structural).sorted()
  }()
}
