import EnergyBuiltins
import EnergyIR
import EnergySemantics
import EnergySyntax
import EnergyText
import Testing

/// Stands for the differentiator, which these tests don't have: marks its root and takes the right shape.
struct MarkingOperators: DifferentialOperators {
  func gradients(_ graph: Graph, of root: NodeID, by symbols: [NodeID]) -> [NodeID] {
    symbols.map { graph.multiply(graph.apply("tanh", [root]), $0) }
  }
  func hessian(_ graph: Graph, of root: NodeID, by rows: NodeID, and columns: NodeID) -> NodeID {
    graph.broadcast(root, to: graph.shape(rows) + graph.shape(columns))
  }
  func laplacian(_ graph: Graph, of root: NodeID, by symbols: [NodeID]) -> NodeID { graph.apply("cosh", [root]) }
  func hessianVectorProducts(
    _ graph: Graph, of root: NodeID, by symbols: [NodeID], times vectors: [NodeID]
  ) -> [NodeID] {
    vectors.map { graph.multiply(graph.apply("tanh", [root]), $0) }
  }
}

/// Files that exist only in a test.
struct StoredData: DataLoader {
  /// By path, or for an entry of an archive by `path/entry`.
  var files: [String: TensorData] = [:]
  func load(_ request: LoadRequest) throws(Diagnostic) -> TensorData {
    if let file = files[request.path + (request.entry.map { "/" + $0 } ?? "")] { return file }
    throw Diagnostic(.error, "E-file", "there is no file \(request.path)")
  }
  func names(in request: LoadRequest) throws(Diagnostic) -> [String] {
    let prefix = request.path + "/"
    let names = files.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.sorted()
    if names.isEmpty { throw Diagnostic(.error, "E-file", "there is no file \(request.path)") }
    return names
  }
}

/// Programs that exist only in a test, by their paths; folders end at the last slash.
final class StoredSources: SourceProvider {
  private let files: [String: String]
  private(set) var map: SourceMap
  private(set) var reads: [String] = []

  init(_ files: [String: String], _ map: SourceMap) {
    self.files = files
    self.map = map
  }

  func source(at path: String, within folder: String?) throws(Diagnostic) -> ImportedSource {
    let whole = (folder.map { $0.isEmpty ? "" : $0 + "/" } ?? "") + path
    reads.append(whole)
    guard let text = files[whole] else { throw Diagnostic(.error, "E-file", "there is no file \(whole)") }
    let parts = whole.split(separator: "/").dropLast()
    return ImportedSource(
      identity: whole, folder: parts.joined(separator: "/"), source: SourceFile(name: whole, text: text))
  }

  func add(_ source: SourceFile) -> Int { map.add(source) }
}

/// A checked text with everything that tests look at.
struct Checked {
  let program: Program
  let checker: ProgramChecker
  var sources: SourceMap
  /// The files that were asked for, in order.
  let reads: [String]

  init(_ text: String, files: [String: TensorData] = [:], dims: [String: Int] = [:], imports: [String: String] = [:]) {
    var sources = SourceMap()
    let file = SourceFile(name: "model.energy", text: text)
    let result = parse(file, id: sources.add(file))
    let provider = StoredSources(imports, sources)
    checker = ProgramChecker(
      options: .init(dims: dims), loader: StoredData(files: files), sources: provider, operators: MarkingOperators())
    var program = checker.check(result.tree)
    if result.hasErrors { Issue.record("the text doesn't parse: \(result.diagnostics)") }
    program = checker.program
    sources = provider.map
    reads = provider.reads
    self.program = program
    self.sources = sources
  }

  var graph: Graph { program.graph }
  var codes: [String] { program.diagnostics.map(\.code.name) }
  var errors: [Diagnostic] { program.diagnostics.filter { $0.severity == .error } }
  var messages: String { TextRenderer(sources: sources).render(program.diagnostics) }

  /// The values of the statements.
  var values: [TypedValue] {
    program.actions.compactMap { if case .value(let value) = $0.subject { value } else { nil } }
  }

  /// The derivatives of the statements.
  var derivatives: [NodeID] {
    program.actions.compactMap { if case .derivative(_, _, _, let node) = $0.subject { node } else { nil } }
  }

  /// `vector[3]` and the like, one a statement.
  var shapes: [String] {
    values.map { value in "\(value.form)\(graph.shape(value.node).map(\.description))" }
  }

  /// The energy of this name.
  func energy(_ name: String) throws -> Program.Energy { try #require(program.energy(name), "\(messages)") }

  /// A bare expression seen by this program.
  mutating func expression(_ text: String) -> (subject: Program.Subject?, diagnostics: [Diagnostic]) {
    let file = SourceFile(name: "<expression>", text: text)
    let id = sources.add(file)
    let result = parse(file, id: id, mode: .expression)
    let subject = checker.checkExpression(result.tree)
    return (subject, checker.program.diagnostics.filter { $0.span?.file == Int32(id) })
  }
}

/// The texts of several statements behind common definitions.
func statements(_ definitions: String, _ texts: [String]) -> Checked {
  Checked(definitions + "\n" + texts.joined(separator: "\n"))
}
