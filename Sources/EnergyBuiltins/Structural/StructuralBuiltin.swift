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
  /// A scalar call with its value, run as a test.
  public let example: Builtin.Example
  /// How many positional arguments it takes.
  public let arity: ClosedRange<Int>
  /// The names of arguments that must be named.
  public let options: [String]
  /// Those of them that may be text as well.
  public let textOptions: [String]
  /// What a text that stands before the positional arguments is called; `nil` where none does.
  public let pattern: String?
  let construct: Construction

  /// An entry with all its fields.
  init(
    _ name: String, aliases: [String] = [], _ summary: String, signature: String, example: Builtin.Example,
    arity: ClosedRange<Int>, options: [String] = [], textOptions: [String] = [], pattern: String? = nil,
    _ construct: @escaping Construction
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.signature = signature
    self.example = example
    self.arity = arity
    self.options = options
    self.textOptions = textOptions
    self.pattern = pattern
    self.construct = construct
  }

  /// The call as a node. Counts and names of arguments are checked here, shapes by the entry.
  ///
  /// - Parameters:
  ///   - arguments: the positional arguments.
  ///   - named: the named ones; an `axis` is a whole number from 1.
  ///   - texts: those named ones that are text.
  ///   - pattern: the text before the positional arguments, where the entry takes one.
  ///   - areEqual: whether two sizes agree; a checker that infers sizes may unify them here.
  ///   - require: told of each size that must not be negative and of which that isn't known yet, with the message.
  /// - Throws: `BuiltinError` for wrong counts, names or shapes.
  public func build(
    _ graph: Graph, _ arguments: [TypedValue], _ named: [String: TypedValue] = [:], texts: [String: String] = [:],
    pattern: String? = nil, areEqual: @escaping (Size, Size) -> Bool = { $0 == $1 },
    require: @escaping (Size, String) -> Void = { _, _ in }
  ) throws(BuiltinError) -> TypedValue {
    let hints = ["it is called as \(signature)"]
    guard arity.contains(arguments.count) else {
      throw BuiltinError(.arguments, "\(name) takes \(countText), not \(arguments.count)", hints: hints)
    }
    for key in named.keys.sorted() where !options.contains(key) {
      throw BuiltinError(.arguments, "\(name) has no argument named \(key)", hints: hints)
    }
    for key in texts.keys.sorted() where !textOptions.contains(key) {
      let message = options.contains(key) ? "\(key) of \(name) can't be text" : "\(name) has no argument named \(key)"
      throw BuiltinError(.arguments, message, hints: hints)
    }
    if let wanted = self.pattern, pattern == nil {
      throw BuiltinError(.arguments, "\(name) begins with \(wanted)", hints: hints)
    }
    let result = try construct(
      BuiltinCall(
        name: name, graph: graph, arguments: arguments, named: named, texts: texts, pattern: pattern ?? "",
        areEqual: areEqual, require: require))
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
    reductions + statistics + products + matrices + makers + rearrangements + running + convolutions

  private static let byName: [String: StructuralBuiltin] = Dictionary(
    all.flatMap { entry in ([entry.name] + entry.aliases).map { ($0, entry) } },
    uniquingKeysWith: { first, _ in first })

  /// The entry that a program means by this name or alias.
  public static func named(_ name: String) -> StructuralBuiltin? { byName[name] }
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
