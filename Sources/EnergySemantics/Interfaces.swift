import EnergyIR
import EnergyText

/// Numbers with a shape, row-major.
public struct TensorData: Hashable, Sendable {
  /// One number an axis; empty for a scalar.
  public let shape: [Int]
  /// The entries, row-major; bools are 0 and 1.
  public let values: [Double]
  /// What the entries are.
  public let type: ElementType
  /// Whether they come from a table of text, where a column of numbers has two axes.
  public let isTable: Bool
  /// Whether they come from a file of single precision, so that symmetry holds to fewer digits.
  public let isSingle: Bool

  /// Entries under a shape of as many.
  public init(
    shape: [Int], values: [Double], type: ElementType = .real, isTable: Bool = false, isSingle: Bool = false
  ) {
    self.shape = shape
    self.values = values
    self.type = type
    self.isTable = isTable
    self.isSingle = isSingle
  }

  /// A table of one column or one row as a vector, of one cell as a number, where that is what `rank` asks for; else
  /// `self`.
  func squeezed(to rank: Int) -> TensorData {
    guard isTable, shape.count == 2, rank == 1 ? shape.contains(1) : rank == 0 && shape == [1, 1] else { return self }
    return TensorData(
      shape: rank == 0 ? [] : [values.count], values: values, type: type, isTable: true, isSingle: isSingle)
  }

  /// What makes these values no truth values, naming the entry; `nil` where all are 0 or 1.
  public var violationOfTruth: String? {
    values.firstIndex { $0 != 0 && $0 != 1 }.map { "\(place(of: $0)) is \(shortest(values[$0]))" }
  }
}

/// What `load("…")` asks for.
public struct LoadRequest: Hashable, Sendable {
  /// The path as written, relative to the file.
  public let path: String
  /// The folder of an imported file that asks, in the terms of its provider; `nil` for the program's own.
  public let folder: String?
  /// The array's name within the file (`name = "W"`), where given.
  public let entry: String?
  /// Whether NaN and infinities are welcome (`allow_nan = true`).
  public let allowsNaN: Bool
  /// The place of the call.
  public let span: Span

  /// A request for a file, or for an entry of it.
  public init(path: String, folder: String? = nil, entry: String? = nil, allowsNaN: Bool = false, span: Span) {
    self.path = path
    self.folder = folder
    self.entry = entry
    self.allowsNaN = allowsNaN
    self.span = span
  }

  /// The same file, another entry.
  func entry(_ name: String) -> LoadRequest {
    LoadRequest(path: path, folder: folder, entry: name, allowsNaN: allowsNaN, span: span)
  }
}

/// Reads the arrays that programs load; the checker itself touches no file.
public protocol DataLoader {
  /// The array, or a message without a place (the caller adds that of the request).
  func load(_ request: LoadRequest) throws(Diagnostic) -> TensorData
  /// The names of the arrays in the file; an error where it holds one without a name.
  func names(in request: LoadRequest) throws(Diagnostic) -> [String]
}

/// A loader for programs that load nothing.
public struct NoDataLoader: DataLoader {
  /// Refuses every request.
  public init() {}
  /// Always an error.
  public func load(_ request: LoadRequest) throws(Diagnostic) -> TensorData { throw Self.refusal(request) }
  /// Always an error.
  public func names(in request: LoadRequest) throws(Diagnostic) -> [String] { throw Self.refusal(request) }

  private static func refusal(_ request: LoadRequest) -> Diagnostic {
    Diagnostic(.error, .unsupported, "files can't be read here: \"\(request.path)\"", at: request.span)
  }
}

/// Derivatives of graphs; EnergyTransforms, which stands beside this module, has the rules.
public protocol DifferentialOperators {
  /// The gradients of the scalar `root`, each with the shape of its symbol.
  func gradients(_ graph: Graph, of root: NodeID, by symbols: [NodeID]) -> [NodeID]
  /// The second derivatives of the scalar `root` by two symbols: the axes of the first before those of the second.
  func hessian(_ graph: Graph, of root: NodeID, by rows: NodeID, and columns: NodeID) -> NodeID
  /// The trace of the Hessian by all symbols together, a scalar.
  func laplacian(_ graph: Graph, of root: NodeID, by symbols: [NodeID]) -> NodeID
  /// The Hessian by all symbols together times vectors of their shapes, in parts of these shapes.
  func hessianVectorProducts(
    _ graph: Graph, of root: NodeID, by symbols: [NodeID], times vectors: [NodeID]
  ) -> [NodeID]
}

/// What may be set from outside before a program is read.
public struct ElaborationOptions: Sendable {
  /// Values for declared sizes (`--dim d=8`); they override those in the text.
  public var dims: [String: Int]
  /// How many expressions may be visited before `E-limit`.
  public var steps: Int
  /// How many of them in the bodies of calls: calls that double at every level end here.
  public var callSteps: Int
  /// How deep expressions and inlined calls may nest together before `E-limit`.
  public var depth: Int
  /// Whether definitions can be taken back: messages then say so.
  public var isPrompt = false
  /// Asked now and then; where it says yes, everything that follows ends with `E-interrupted`.
  public var isCancelled: (@Sendable () -> Bool)?

  /// No sizes set and the language's limits.
  public init(dims: [String: Int] = [:], steps: Int = 4_000_000, callSteps: Int = 250_000, depth: Int = 4_000) {
    self.dims = dims
    self.steps = steps
    self.callSteps = callSteps
    self.depth = depth
  }
}
