import EnergyIR
import EnergyLowering

/// What is to be written for another system: programs with names, all sizes numbers.
public struct EmissionRequest {
  /// A tensor that the caller hands over.
  public struct Field {
    /// The name as the user wrote it: `mu`, `gaussian.mu`.
    public let name: String
    /// Which symbol.
    public let symbol: Symbol.ID
    /// The type as text, sizes as numbers: `matrix[3, 2]`.
    public let type: String
    /// One number an axis.
    public let extents: [Int]
    /// The values where they are known, row-major.
    public let values: [Double]?

    /// A tensor with all that is known of it.
    public init(name: String, symbol: Symbol.ID, type: String, extents: [Int], values: [Double]?) {
      self.name = name
      self.symbol = symbol
      self.type = type
      self.extents = extents
      self.values = values
    }

    /// The number of entries.
    public var count: Int { extents.reduce(1, *) }
  }

  /// A function of the artefact.
  public struct EntryPoint {
    /// What it computes.
    public let what: What
    /// The program; its outputs carry the names in `outputs`.
    public let program: LoopProgram
    /// The results in order, packed one behind the other within a row.
    public let outputs: [Output]
    /// The same with fewer arrays of a sample's: what several loops over more than `leanLimit` values need is computed in
    /// each of them.
    public let lean: () -> LoopProgram?

    /// A function with its program.
    public init(
      _ what: What, _ program: LoopProgram, outputs: [Output], lean: @escaping () -> LoopProgram? = { nil }
    ) {
      self.what = what
      self.program = program
      self.outputs = outputs
      self.lean = lean
    }

    /// The function with its lean program.
    func leaned() -> EntryPoint? { lean().map { EntryPoint(what, $0, outputs: outputs) } }
  }

  /// How many numbers of a sample lean programs keep for several loops.
  public static let leanLimit = 16

  /// A result of a program.
  public struct Output {
    /// Its name in the program.
    public let name: String
    /// Where it goes: `energy`, `score`, `laplacian`, or the parameter whose gradient it is.
    public let target: String
    /// A result by name and target.
    public init(name: String, target: String) {
      self.name = name
      self.target = target
    }
  }

  /// What a function computes.
  public enum What: String, CaseIterable, Sendable {
    /// One number a row.
    case energy
    /// −∇E, packed like a sample.
    case score
    /// Both at once.
    case energyScore = "energy_score"
    /// The trace of the Hessian, one number a row.
    case laplacian
    /// The gradient by the parameters, summed over the rows.
    case gradient
  }

  /// The energy's name.
  public var name: String
  /// Whether in single precision.
  public var isSingle: Bool
  /// The sample's arguments in order; a row holds them one behind the other.
  public var samples: [Field]
  /// Parameters, data and `let`s that the programs read.
  public var parameters: [Field]
  /// The functions.
  public var entryPoints: [EntryPoint]
  /// The values of all sizes.
  public var dimensions: [Dimension: Int]
  /// Names of sizes with their values, for the comment.
  public var sizes: [(name: String, value: Int)]
  /// Formulas for the comment: what, and its text.
  public var formulas: [(what: String, text: String)]
  /// Whether parameters with values become constants of the source.
  public var isBaked: Bool
  /// The version of this program.
  public var version: String

  /// A request with everything in it.
  public init(
    name: String, isSingle: Bool, samples: [Field], parameters: [Field], entryPoints: [EntryPoint],
    dimensions: [Dimension: Int], sizes: [(name: String, value: Int)], formulas: [(what: String, text: String)],
    isBaked: Bool = false, version: String
  ) {
    self.name = name
    self.isSingle = isSingle
    self.samples = samples
    self.parameters = parameters
    self.entryPoints = entryPoints
    self.dimensions = dimensions
    self.sizes = sizes
    self.formulas = formulas
    self.isBaked = isBaked
    self.version = version
  }

  /// Entries of a packed sample.
  public var width: Int { samples.reduce(0) { $0 + $1.count } }
}

/// A file of an artefact.
public struct EmittedFile: Hashable, Sendable {
  /// The name without a folder.
  public let name: String
  /// The text.
  public let text: String

  /// A file by name and text.
  public init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}
