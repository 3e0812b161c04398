/// Writes graphs as formulas.
///
/// The text form is the language itself: it parses back to the same graph wherever the language can say what the
/// graph says. Loops that scatter are shown the other way round, one entry of the result at a time; what is said
/// twice and is long gets a name behind `where`.
public struct Printer {
  /// How a formula is spelled.
  public enum Style: String, Sendable, CaseIterable {
    /// The language in ASCII, names as written.
    case text
    /// The language with Greek letters, superscripts and `·`.
    case unicode
    /// Mathematics for LaTeX with amsmath.
    case latex
  }

  /// The spelling.
  public let style: Style
  /// Phrases longer than this many characters are named when they are needed twice.
  public var sharedLength = 20
  let graph: Graph
  let symbolNames: [Symbol.ID: String]
  let sizeNames: [Dimension: Size]

  /// A printer of formulas in `graph`.
  /// - Parameter names: what symbols and sizes are called where that isn't as the program calls them.
  public init(_ graph: Graph, style: Style = .text, names: PlainNames? = nil) {
    self.graph = graph
    self.style = style
    symbolNames = Printer.shortNames(graph.symbols).merging(names?.symbols ?? [:]) { $1 }
    sizeNames = (names?.dimensions ?? [:]).mapValues { Size(Dimension($0)) }
  }

  /// The formula of a node, with a `where` clause if it needs one, on one line.
  public func describe(_ root: NodeID) -> String {
    let parts = formula(root)
    guard !parts.definitions.isEmpty else { return parts.body }
    let separator = style == .latex ? " \\quad\\text{where}\\quad " : " where "
    let equals = parts.definitions.map { "\($0.name) = \($0.body)" }
    return parts.body + separator + equals.joined(separator: style == .latex ? ",\\; " : ", ")
  }

  /// A formula in its parts, for callers that lay it out themselves.
  public struct Formula: Sendable {
    /// The expression before `where`.
    public let body: String
    /// The names behind `where`, with their arguments, in order of first use.
    public let definitions: [(name: String, body: String)]
  }

  /// The formula of a node as its expression and its `where` names.
  public func formula(_ root: NodeID) -> Formula {
    var writer = PhraseWriter(graph: graph, symbolNames: symbolNames, sizeNames: sizeNames)
    let phrase = writer.write(graph.readable(root))
    let naming = Naming(
      writer.document, root: phrase, forced: writer.forced, taken: takenNames, sharedLength: sharedLength)
    let renderer = Renderer(document: writer.document, naming: naming, spelling: Spelling(style))
    return Formula(
      body: renderer.render(phrase),
      definitions: naming.definitions.map { (renderer.head(of: $0), renderer.render(definition: $0)) })
  }

  /// The signature of an energy: `gaussian(x : vector[2]; mu : vector[2])`.
  public func signature(_ name: String, of samples: [Symbol.ID], parameters: [Symbol.ID] = []) -> String {
    let own = parameters.isEmpty ? "" : "; \(declarations(parameters))"
    return "\(name)(\(declarations(samples))\(own))"
  }

  /// The whole definition: `energy gaussian(x : vector[2]) = 0.5*sumsq(x)`.
  public func statement(
    _ name: String, of samples: [Symbol.ID], parameters: [Symbol.ID] = [], body: NodeID
  ) -> String {
    "energy \(signature(name, of: samples, parameters: parameters)) = \(describe(body))"
  }

  /// Symbols with their types: `mu : vector[2], P : symmetric[2]`.
  public func declarations(_ symbols: [Symbol.ID]) -> String {
    symbols.map { declaration($0) }.joined(separator: ", ")
  }

  /// A symbol with its type: `P : symmetric[2]`.
  /// - Parameter isRefined: whether the type says more of the values than their shape.
  public func declaration(_ id: Symbol.ID, isRefined: Bool = true) -> String {
    let symbol = graph[id]
    let shown = Symbol(
      name: symbol.name, role: symbol.role, shape: symbol.shape.map { $0.substituting(sizeNames) }, type: symbol.type,
      refinements: isRefined ? symbol.refinements : [])
    return "\(name(of: id)) : \(Printer.type(of: shown))"
  }

  /// The name by which a symbol is printed: a dotted one by its last part where no other symbol has that.
  public func name(of symbol: Symbol.ID) -> String {
    let name = symbolNames[symbol] ?? graph[symbol].name
    return Spelling(style).name(name)
  }

  /// The type of a symbol by its refinement, `symmetric[d]`, `interval(0, 1)`; `nil` where it has none.
  public static func refinedType(of symbol: Symbol) -> String? {
    let sizes = symbol.shape.map(\.description).joined(separator: ", ")
    let brackets = symbol.shape.isEmpty ? "" : "[\(sizes)]"
    switch symbol.refinements.first {
    case nil: return nil
    case .symmetric: return "symmetric[\(symbol.shape[0])]"
    case .positiveDefinite: return "spd[\(symbol.shape[0])]"
    case .diagonal: return "diagonal[\(symbol.shape[0])]"
    case .lower: return "lower[\(symbol.shape[0])]"
    case .simplex: return "simplex\(brackets)"
    case .ordered: return "ordered\(brackets)"
    case .unitVector: return "unit_vector\(brackets)"
    case .positive: return "positive\(brackets)"
    case .integer: return "integer\(brackets)"
    case .interval(let low, let high):
      return "interval\(brackets)(\(Spelling.number(low)), \(Spelling.number(high)))"
    }
  }

  /// The type of a symbol as the language writes it: `vector[2]`, `symmetric[d]`, `positive`.
  public static func type(of symbol: Symbol) -> String {
    if let refined = refinedType(of: symbol) { return refined }
    let sizes = symbol.shape.map(\.description).joined(separator: ", ")
    let brackets = symbol.shape.isEmpty ? "" : "[\(sizes)]"
    switch symbol.shape.count {
    case 0:
      switch symbol.type {
      case .real: return "real"
      case .int: return "int"
      case .bool: return "bool"
      }
    case 1 where symbol.type == .real: return "vector\(brackets)"
    case 2 where symbol.type == .real: return "matrix\(brackets)"
    default:
      switch symbol.type {
      case .real: return "tensor\(brackets)"
      case .int: return "integer\(brackets)"
      case .bool: return "bool\(brackets)"
      }
    }
  }

  /// Names that a formula may not give to anything else.
  private var takenNames: Set<String> {
    var names = Set(symbolNames.values).union(sizeNames.values.flatMap(\.dimensions).map(\.name))
    for symbol in graph.symbols {
      names.insert(symbol.name)
      for size in symbol.shape { names.formUnion(size.dimensions.map(\.name)) }
    }
    return names
  }

  private static func shortNames(_ symbols: [Symbol]) -> [Symbol.ID: String] {
    let last = { (name: String) in name.split(separator: ".").last.map(String.init) ?? name }
    var count: [String: Int] = [:]
    for symbol in symbols { count[last(symbol.name), default: 0] += 1 }
    var names: [Symbol.ID: String] = [:]
    for (position, symbol) in symbols.enumerated() {
      let short = last(symbol.name)
      // `net.0.weight` ends in a word that says nothing alone, and a number is no name.
      let isName = short.first.map { $0.isLetter || $0 == "_" } ?? false
      names[Symbol.ID(index: position)] = count[short] == 1 && isName ? short : symbol.name
    }
    return names
  }
}
