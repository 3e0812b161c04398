import EnergyCPU
import EnergyData
import EnergyIR
import EnergySemantics
import EnergySyntax
import EnergyText
import EnergyTransforms

/// What a user may choose beside the program.
public struct SessionOptions: Sendable {
  /// `NAME=VALUE`, a value for a parameter in the language itself.
  public struct Setting: Sendable {
    /// The parameter, dotted for one of an energy's own.
    public var name: String
    /// An expression without a sample.
    public var value: String
    /// A value for a parameter.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Values of declared sizes.
  public var dims: [String: Int] = [:]
  /// Values of parameters; the last one of a name counts.
  public var settings: [Setting] = []
  /// A file of named arrays with values of parameters; `settings` count before it.
  public var parameterFile: String?
  /// The type of the arithmetic; `nil` for that of the input.
  public var precision: Precision?
  /// Threads that share the rows.
  public var threads = 1
  /// Bytes that an evaluation may take.
  public var memoryLimit = 8 << 30
  /// Whether a NaN ends a run with an error that names its source.
  public var trapsNaN = false
  /// How numbers are shown.
  public var numbers = NumberStyle.exact
  /// How formulas are shown.
  public var formulas = Printer.Style.text
  /// Whether definitions can be taken back: messages then say so.
  public var isPrompt = false
  /// Asked now and then while something is checked or evaluated; where it says yes, that ends with `E-interrupted`.
  public var isCancelled: (@Sendable () -> Bool)?

  /// The defaults.
  public init() {}
}

/// One text of a program.
public struct ProgramText: Sendable {
  /// The text.
  public var source: SourceFile
  /// The only statement of it that counts, by its place; `nil` for all of them.
  public var statement: Int?
  /// What its paths are relative to; `nil` for the program's folder.
  public var folder: String?
  /// Whether its statements that do something are done; else only its definitions count.
  public var isActive = true
  /// Names that it defines but another text defines now.
  public var omitted: Set<String> = []
  /// Values that names have in this text alone, unless the program defines them.
  public var given: [String: TensorData] = [:]

  /// A text of which all counts.
  public init(_ source: SourceFile, statement: Int? = nil, folder: String? = nil) {
    self.source = source
    self.statement = statement
    self.folder = folder
  }
}

/// A program from its text to its results: everything that the command line, a prompt or an editor does with one.
///
/// Nothing is printed, read or written here but through `files`. What is wrong is said by `diagnostics` and by the
/// `Diagnostics` that methods throw; `sources` has the texts that their places refer to.
public final class Session {
  /// What the text is.
  public enum Form: Sendable {
    /// Statements.
    case file
    /// One expression with the free sample `x`.
    case expression
  }

  /// All texts: the program, then the values set from outside.
  public internal(set) var sources = SourceMap()
  /// The choices.
  public let options: SessionOptions
  /// The checked program.
  public let program: Program
  /// What a bare expression is; `nil` for a file.
  let subject: Program.Subject?
  /// The bare expression as a prompt was given it; `nil` for one of the command line.
  let subjectStatement: (text: String, span: Span)?
  /// The statements of the last text, as written.
  public let statements: [(text: String, span: Span)]
  /// How many of the sources are the program's own texts: the first ones.
  let textCount: Int
  /// Where what has been read and computed is kept for further sessions.
  let memory: SessionMemory?
  /// Messages of reading and checking.
  public internal(set) var diagnostics: [Diagnostic]
  /// Where arrays come from.
  public let files: any FileAccess
  /// Draws what `plot` statements ask for; without one they are refused.
  public var pictures: (any PictureMaker)?
  /// What paths in the program are relative to.
  public let folder: String
  /// The program's graph.
  var graph: Graph { program.graph }
  /// Values from outside, by symbol.
  var settings: [Symbol.ID: SettingValue] = [:]
  /// Values of top-level `let`s, and random ones, each with the sizes that were known then.
  var cache: [Symbol.ID: SessionMemory.Value] = [:]
  /// Values for arguments that have been found as they should be; only sizes of batches could make others of them.
  var checkedValues: Set<Program.ValueCondition> = []

  /// A value from outside.
  struct SettingValue {
    let data: TensorData
    /// Where it comes from: `--set mu`, `p.npz`.
    let origin: String
    /// Its place in a text of its own; `nil` for one from a file.
    let span: Span?
  }

  /// Whether anything is wrong so far.
  public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// Reads and checks a program.
  /// - Parameters:
  ///   - folder: what `load` is relative to.
  public convenience init(
    _ source: SourceFile, form: Form = .file, folder: String = ".", options: SessionOptions = SessionOptions(),
    files: any FileAccess
  ) {
    let text = ProgramText(source)
    self.init(
      form == .file ? [text] : [], expression: form == .file ? nil : text, folder: folder, options: options,
      files: files)
  }

  /// Reads and checks a program of several texts.
  /// - Parameters:
  ///   - expression: a bare expression that sees their names; a statement where it says which one.
  ///   - folder: what `load` is relative to, where a text doesn't have its own.
  ///   - memory: what earlier sessions of the same program have read and computed.
  public init(
    _ texts: [ProgramText], expression: ProgramText? = nil, folder: String = ".",
    options: SessionOptions = SessionOptions(), files: any FileAccess, memory: SessionMemory? = nil
  ) {
    self.options = options
    self.files = files
    self.folder = folder
    self.memory = memory
    let all = texts + [expression].compactMap { $0 }
    textCount = all.count
    var parsed: [ParseResult] = []
    for (index, text) in all.enumerated() {
      let isExpression = index == texts.count && text.statement == nil
      parsed.append(parse(text.source, id: sources.add(text.source), mode: isExpression ? .expression : .file))
    }
    let parts = zip(all, parsed).map { text, result in
      ProgramPart(
        result.tree, statement: text.statement, folder: text.folder, isActive: text.isActive, omitted: text.omitted,
        given: text.given)
    }
    diagnostics = parsed.flatMap(\.diagnostics)
    statements = parts.last.map { part in part.tree.statements.map { (part.tree.text($0.span), $0.span) } } ?? []
    let remarks = FolderLoader.RemarkList()
    let loader = FolderLoader(files: files, folder: folder, remarks: remarks, memory: memory)
    var elaborationOptions = ElaborationOptions(dims: options.dims)
    elaborationOptions.isPrompt = options.isPrompt
    elaborationOptions.isCancelled = options.isCancelled
    let provider = SessionSources(files: files, folder: folder, map: sources)
    let checker = ProgramChecker(
      options: elaborationOptions, loader: loader, sources: provider, operators: GraphDerivatives())
    if !texts.isEmpty { _ = checker.check(Array(parts.prefix(texts.count))) }
    if expression != nil, let part = parts.last {
      subject = checker.checkExpression(part)
      let statement = part.statement.flatMap { part.tree.statements.indices.contains($0) ? $0 : nil }
      subjectStatement = statement.map {
        let span = part.tree.statements[$0].span
        return (part.tree.text(span), span)
      }
    } else {
      subject = nil
      subjectStatement = nil
    }
    program = checker.program
    sources = provider.map
    // What the checker makes of a statement that couldn't be read says little.
    let broken = parsed.map(Self.broken)
    diagnostics += remarks.all
    diagnostics += program.diagnostics.filter { diagnostic in
      guard diagnostic.severity == .error, let span = diagnostic.span, Int(span.file) < broken.count else {
        return true
      }
      return !broken[Int(span.file)].contains { $0.contains(span.start) }
    }
    if let source = all.last?.source, parsed.allSatisfy(\.tree.statements.isEmpty), !hasErrors {
      let what = source.bytes.isEmpty ? "is empty" : "holds no statement"
      diagnostics.append(
        Diagnostic(
          .error, .empty, "\(source.name) \(what)",
          hints: [.init("a first line to try: energy f(x : vector[2]) = 0.5*sumsq(x)")]))
    }
    if !hasErrors || options.isPrompt {
      readSettings()
      readParameterFile()
    }
    recallValues()
  }

  /// Whether there is nothing to run.
  public var isEmpty: Bool { subject == nil && program.actions.isEmpty }

  /// The statements that couldn't be read: those in error, and those that an error stands in or right behind.
  private static func broken(_ parsed: ParseResult) -> [Range<Int32>] {
    let statements = parsed.tree.statements
    var isBroken = statements.map(\.hasErrors)
    let starts = statements.map(\.span.start)
    for error in parsed.diagnostics where error.severity == .error {
      // A word that can't be a name, and what was read as meant, leave the statement whole.
      guard error.code != .word, let place = error.span?.start else { continue }
      guard let position = starts.lastIndex(where: { $0 <= place }) else { continue }
      isBroken[position] = true
      // A line that may belong to the statement above leaves open where that one ends.
      if error.code == .layout, position > 0 { isBroken[position - 1] = true }
    }
    return zip(statements, isBroken).filter(\.1).map { statement, _ in
      statement.span.start..<max(statement.span.end, statement.span.start + 1)
    }
  }

  /// The energies that can be evaluated: those of the file and what it imports, or the bare expression.
  public var energies: [Program.Energy] {
    if case .energy(let energy) = subject { return [energy] }
    return program.energies
  }

  /// Those that are meant where none is named: the file's own, and of a file that only imports, all.
  var ownEnergies: [Program.Energy] {
    let own = energies.filter { !$0.isImported }
    return own.isEmpty ? energies : own
  }
}

/// The derivatives that programs call, by the rules of EnergyTransforms.
struct GraphDerivatives: DifferentialOperators {
  func gradients(_ graph: Graph, of root: NodeID, by symbols: [NodeID]) -> [NodeID] {
    var transforms = Transforms(graph)
    return transforms.gradients(of: root, by: symbols)
  }

  func hessian(_ graph: Graph, of root: NodeID, by rows: NodeID, and columns: NodeID) -> NodeID {
    var transforms = Transforms(graph)
    return transforms.hessian(of: root, by: rows, and: columns)
  }

  func laplacian(_ graph: Graph, of root: NodeID, by symbols: [NodeID]) -> NodeID {
    var transforms = Transforms(graph)
    return transforms.laplacian(of: root, by: symbols)
  }

  func hessianVectorProducts(
    _ graph: Graph, of root: NodeID, by symbols: [NodeID], times vectors: [NodeID]
  ) -> [NodeID] {
    var transforms = Transforms(graph)
    return transforms.hessianVectorProducts(of: root, by: symbols, times: vectors)
  }
}
