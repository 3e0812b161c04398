import EnergyBuiltins
import EnergyIR
import EnergyText

/// A checked source as graphs.
///
/// All nodes live in `graph`. Definitions that were in error are left out; `diagnostics` says why.
public struct Program {
  /// The arena of all nodes.
  public let graph: Graph
  /// Declared sizes, in the order of the text.
  public internal(set) var dims: [Dim] = []
  /// Parameters: top-level ones in the order of the text, then those of energies (`gaussian.mu`).
  public internal(set) var parameters: [Parameter] = []
  /// Networks, whose weights are among the parameters.
  public internal(set) var networks: [Network] = []
  /// Data, in the order of the text.
  public internal(set) var data: [Parameter] = []
  /// Top-level `let`s, each after those it needs.
  public internal(set) var definitions: [Definition] = []
  /// Energies and instances, in the order of the text.
  public internal(set) var energies: [Energy] = []
  /// Everything that the program names at its top level, in the order of the text.
  public internal(set) var names: [String] = []
  /// The word that defines each of these names: `param`, `energy`; of an imported one, in its own source.
  public internal(set) var words: [String: String] = [:]
  /// The types of those of them that are values.
  public internal(set) var types: [String: String] = [:]
  /// What each of these names in its text, of these.
  public internal(set) var needs: [String: [String]] = [:]
  /// What to do, in the order of the text.
  public internal(set) var actions: [Action] = []
  /// Constant tensors written as literals: symbols whose values the text gives.
  public internal(set) var literals: [Literal] = []
  /// What the values in the text say about sizes; two that disagree are an error already.
  public internal(set) var sizeBindings: [SizeBinding] = []
  /// Sizes that must be at least a bound, or equal, once they are known.
  public internal(set) var sizeConditions: [SizeCondition] = []
  /// Indices that couldn't be proved in range for all sizes.
  public internal(set) var indexConditions: [IndexCondition] = []
  /// Values given for arguments of refined types that have to be computed to be checked.
  public internal(set) var valueConditions: [ValueCondition] = []
  /// Errors, warnings and notes, in the order of the text.
  public internal(set) var diagnostics: [Diagnostic] = []

  /// Whether anything is wrong.
  public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// The energy of this name.
  public func energy(_ name: String) -> Energy? { energies.first { $0.name == name } }

  /// A declared size.
  public struct Dim: Sendable {
    /// The name.
    public let name: String
    /// The size as shapes carry it.
    public let dimension: Dimension
    /// The value, where `dim d = 8` or the options fix it.
    public let value: Int?
    /// The place of the name.
    public let span: Span
  }

  /// Where the values of a parameter or of data come from.
  public enum Source: Sendable {
    /// Written in the text or read from a file.
    case values(TensorData)
    /// Computed once from other parameters and data.
    case node(NodeID)
    /// Random numbers, drawn when sizes are known.
    case random(RandomValues)
  }

  /// Random numbers that depend on the seed and the parameter's name alone.
  public struct RandomValues: Sendable {
    /// What the generator starts from; every name has a stream of its own.
    public let seed: UInt64
    /// What every number is multiplied by.
    public let scale: Double
    /// How they are distributed.
    public let distribution: Distribution

    /// A distribution.
    public enum Distribution: Sendable {
      /// Standard normal, in those places of a matrix that its type leaves free.
      case normal(Structure)
      /// Uniform within ±1/√inputs: PyTorch's default for the weight and the bias of a linear layer
      /// (`torch.nn.Linear`, "Variables").
      case uniform(inputs: Size)
    }

    /// The places that are drawn.
    public enum Structure: Sendable {
      /// All of them.
      case full
      /// Those on and below the diagonal, the others mirrored.
      case symmetric
      /// Those on the diagonal, the others 0.
      case diagonal
      /// Those on and below the diagonal, the others 0.
      case lower
    }
  }

  /// A parameter of type `mlp`.
  public struct Network: Sendable {
    /// The name: `net` in `net.0.weight`.
    public let name: String
    /// The type as text: `mlp[2, 8, 1](silu)`.
    public let type: String
    /// Its weights, in the order of the layers; also among the program's parameters.
    public let parameters: [Symbol.ID]
    /// The place of the declaration.
    public let span: Span
  }

  /// A parameter or data.
  public struct Parameter: Sendable {
    /// The name as `--set` takes it: `a`, `gaussian.mu`.
    public let name: String
    /// The tensor.
    public let symbol: Symbol.ID
    /// The type as text: `symmetric[2]`.
    public let type: String
    /// Its value; `nil` where it has to be set.
    public let value: Source?
    /// The file that the value was read from.
    public var file: LoadRequest?
    /// The place of the declaration.
    public let span: Span
  }

  /// A top-level `let`.
  public struct Definition: Sendable {
    /// The name.
    public let name: String
    /// The tensor, as other graphs name it.
    public let symbol: Symbol.ID
    /// Its value.
    public let node: NodeID
    /// The type as text.
    public let type: String
    /// The place of the name.
    public let span: Span
  }

  /// A constant tensor of the text.
  public struct Literal: Sendable {
    /// The symbol, named as the text writes it.
    public let symbol: Symbol.ID
    /// Its values.
    public let values: TensorData
  }

  /// A sample argument.
  public struct Sample: Sendable {
    /// The name.
    public let name: String
    /// The tensor.
    public let symbol: Symbol.ID
    /// The type as text: `vector[d]`.
    public let type: String
  }

  /// An energy with symbols for its samples.
  public struct Energy: Sendable {
    /// The name; empty for a bare expression.
    public let name: String
    /// Its samples, in order.
    public let samples: [Sample]
    /// Own parameters, in order; also among the program's parameters.
    public let parameters: [Parameter]
    /// The energy of one sample, a real.
    public let node: NodeID
    /// The place of the name.
    public let span: Span
    /// Whether it is another source's, under the name that the program gives it.
    public internal(set) var isImported = false
  }

  /// Differential operators as a program names them.
  public enum Operator: String, Hashable, Sendable {
    /// Derivatives by the samples or a parameter.
    case gradient = "grad"
    /// Minus the gradient.
    case score
    /// Second derivatives.
    case hessian
    /// Their trace.
    case laplacian
    /// The Hessian times a vector.
    case hvp
    /// The energy of unconstrained coordinates.
    case unconstrained
  }

  /// What an action shows.
  public enum Subject: Sendable {
    /// A value.
    case value(TypedValue)
    /// The energy itself.
    case energy(Energy)
    /// A derivative as a function of the samples; `node` is its value at them.
    case derivative(Operator, of: Energy, by: String?, node: NodeID)
    /// A text.
    case text(String)
  }

  /// What a statement does.
  public enum Verb: Hashable, Sendable {
    /// Shows a value or a formula.
    case print
    /// Runs the checks of `energy check`.
    case check
    /// Writes a value into a file, relative to the source.
    case save(to: String)
    /// Writes an energy as source for another system, into a file or as a text.
    case emit(target: String, to: String?)
    /// Draws an energy, into a file or as a text.
    case plot(Plot)
  }

  /// Where an energy is drawn, and with what.
  public struct Plot: Hashable, Sendable {
    /// The axes: one for all coordinates or one each; empty where none is given. Both ends are real numbers.
    public let boxes: [Interval]
    /// Points to draw over it: a vector or a matrix with a row for each.
    public let data: NodeID?
    /// The file, relative to the source.
    public let path: String?

    /// One axis.
    public struct Interval: Hashable, Sendable {
      /// Where it begins.
      public let lower: NodeID
      /// Where it ends.
      public let upper: NodeID
      /// Its place.
      public let span: Span
    }

    /// Everything that has to be computed.
    public var nodes: [NodeID] { boxes.flatMap { [$0.lower, $0.upper] } + [data].compactMap { $0 } }
  }

  /// A statement that does something.
  public struct Action: Sendable {
    /// What to do.
    public let verb: Verb
    /// With what.
    public let subject: Subject
    /// The expression as written.
    public let text: String
    /// The place of the statement.
    public let span: Span
  }

  /// `size` is `value`, as `reason` says (`X (x.csv, rows)`).
  public struct SizeBinding: Sendable {
    /// The size, usually one dimension.
    public let size: Size
    /// Its value.
    public let value: Int
    /// Where it comes from.
    public let reason: String
    /// The place.
    public let span: Span
  }

  /// Something about sizes that has to hold once they are known.
  public struct SizeCondition: Sendable {
    /// The size.
    public let size: Size
    /// Whether `size` must be exactly 0, else at least 0.
    public let isEquation: Bool
    /// What to say where it doesn't hold.
    public let message: String
    /// The place.
    public let span: Span
  }

  /// A value that has to be as its declaration says, once it is known.
  public struct ValueCondition: Hashable, Sendable {
    /// The value; it depends on no sample.
    public let node: NodeID
    /// What the declaration says.
    public let refinements: [Symbol.Refinement]
    /// The argument it is given for.
    public let name: String
    /// The place of the value.
    public let span: Span
  }

  /// An index that has to stay in `0..<extent` wherever `conditions` hold, once the sizes are known.
  public struct IndexCondition: Sendable {
    /// The index, counted from 0.
    public let index: IndexExpression
    /// How many entries there are.
    public let extent: Size
    /// Where the index is used at all.
    public let conditions: Guard
    /// The place of the index.
    public let span: Span
  }
}
