import EnergyText

/// The number of an expression in its `SyntaxTree`.
public struct ExprID: Hashable, Sendable {
  /// Position in `SyntaxTree.nodes`.
  public let index: Int32

  init(_ index: Int) { self.index = Int32(index) }
}

/// An expression with its place.
public struct ExprNode: Sendable {
  /// What it is, with the numbers of its parts.
  public let kind: ExprKind
  /// The text it was read from.
  public let span: Span
}

/// A parsed source: an arena of expressions and the statements that refer to it.
///
/// Parts have smaller numbers than what holds them, so a loop over `nodes` visits operands first. Chains of one
/// precedence are flat lists: the tree is at most a small multiple of `SyntaxLimits.nesting` deep however long the
/// source is, so recursion over it is safe.
public struct SyntaxTree: Sendable {
  /// The text it was read from.
  public let source: SourceFile
  /// The number of `source` in the `SourceMap`; all spans carry it.
  public let file: Int
  /// All expressions; operands stand before what uses them.
  public internal(set) var nodes: [ExprNode] = []
  /// The statements in the order of the text.
  public internal(set) var statements: [Statement] = []

  init(source: SourceFile, file: Int) {
    self.source = source
    self.file = file
  }

  /// The numbers of all expressions, operands first.
  public var ids: LazyMapCollection<Range<Int>, ExprID> { nodes.indices.lazy.map { ExprID($0) } }

  /// The expression numbered `id`.
  public subscript(id: ExprID) -> ExprNode { nodes[Int(id.index)] }

  /// The text that `span` covers.
  public func text(_ span: Span) -> String { source.text(from: Int(span.start), to: Int(span.end)) }

  mutating func add(_ kind: ExprKind, _ span: Span) -> ExprID {
    nodes.append(ExprNode(kind: kind, span: span))
    return ExprID(nodes.count - 1)
  }
}

/// A name where it is defined or used as a label.
///
/// `text` is the canonical spelling: Greek letters by their ASCII names (`μ` is `mu`), subscript digits as `_1`,
/// everything else in Unicode's normal form C. The user's own spelling is the text of `span`.
public struct Name: Hashable, Sendable {
  /// The canonical spelling.
  public let text: String
  /// The place.
  public let span: Span

  /// A name as it stands at `span`.
  public init(_ text: String, at span: Span) {
    self.text = text
    self.span = span
  }
}
