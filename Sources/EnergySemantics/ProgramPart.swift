import EnergySyntax

/// A text of a program that consists of several: a file that was loaded, or what was typed at a prompt.
///
/// The parts of a program share their names; each keeps its own lines for messages, and its own folder.
public struct ProgramPart {
  /// The text as it was read.
  public var tree: SyntaxTree
  /// The only statement of it that counts, by its place among the tree's; `nil` for all of them.
  public var statement: Int?
  /// What its paths are relative to; `nil` for the program's own folder.
  public var folder: String?
  /// Whether its statements that do something are done; else only its definitions count.
  public var isActive: Bool
  /// Names that it defines but another part defines now.
  public var omitted: Set<String>
  /// Values that names have in this part alone, unless the program defines them.
  public var given: [String: TensorData]

  /// A text with what counts of it; by default all.
  public init(
    _ tree: SyntaxTree, statement: Int? = nil, folder: String? = nil, isActive: Bool = true, omitted: Set<String> = [],
    given: [String: TensorData] = [:]
  ) {
    self.tree = tree
    self.statement = statement
    self.folder = folder
    self.isActive = isActive
    self.omitted = omitted
    self.given = given
  }

  /// The statements that count.
  var statements: ArraySlice<Statement> {
    guard let statement else { return tree.statements[...] }
    return tree.statements.indices.contains(statement) ? tree.statements[statement...statement] : []
  }
}
