import EnergyIR

/// What every back end spells: loops over buffers, with the sample as an implicit lane.
///
/// The prologue computes what doesn't depend on the sample, once. The body is the program of *one* sample; a
/// back end runs it for many lanes at a time. Control flow (loops, conditions) is the same for all lanes.
/// Sizes stay symbolic until a back end binds them.
///
/// The instructions are a flat list; `loop … endLoop` and `when … endWhen` nest properly.
public struct LoopProgram: Sendable {
  /// The named tensors read, each with the buffer that holds it.
  public var inputs: [Input] = []
  /// All buffers; a `BufferID` is a position in here.
  public var buffers: [Buffer] = []
  /// All registers; a `Register` is a position in here. Each is assigned by exactly one instruction.
  public var registers: [RegisterInfo] = []
  /// What is handed back, in order.
  public var outputs: [Output] = []
  /// What the user calls indices, by the number of values they run over.
  public var indexNames: [Size: [String]] = [:]
  /// Runs once; touches uniform buffers and registers only.
  public var prologue: [Instruction] = []
  /// Runs for every sample.
  public var body: [Instruction] = []

  /// An empty program.
  public init() {}

  /// A tensor that the caller provides.
  public struct Input: Hashable, Sendable {
    /// Which symbol.
    public let symbol: Symbol.ID
    /// Where it lies.
    public let buffer: BufferID
    /// Makes an input.
    public init(symbol: Symbol.ID, buffer: BufferID) {
      self.symbol = symbol
      self.buffer = buffer
    }
  }

  /// A tensor that the program computes.
  public struct Output: Hashable, Sendable {
    /// `energy`, `score`, `gradient`, … as the caller named it.
    public let name: String
    /// Where it lies.
    public let buffer: BufferID
    /// Makes an output.
    public init(name: String, buffer: BufferID) {
      self.name = name
      self.buffer = buffer
    }
  }
}

/// The number of a buffer.
public struct BufferID: Hashable, Sendable {
  /// The position in `LoopProgram.buffers`.
  public let index: Int
  /// A buffer by position.
  public init(_ index: Int) { self.index = index }
}

/// The number of a register: a scalar a lane.
public struct Register: Hashable, Sendable {
  /// The position in `LoopProgram.registers`.
  public let index: Int
  /// A register by position.
  public init(_ index: Int) { self.index = index }
}

/// What is known of a register.
public struct RegisterInfo: Hashable, Sendable {
  /// Bools are 0 and 1, ints are whole numbers; back ends may hold both as reals.
  public let type: ElementType
  /// Whether it differs from lane to lane.
  public let isVarying: Bool
  /// What the user calls the value; for source that is read, and without a meaning.
  public var name: String?
  /// Makes a description.
  public init(type: ElementType, isVarying: Bool, name: String? = nil) {
    self.type = type
    self.isVarying = isVarying
    self.name = name
  }
}

/// A tensor in memory, row-major; a varying one holds every element once a lane.
public struct Buffer: Hashable, Sendable {
  /// Who fills it.
  public enum Kind: Hashable, Sendable { case input, output, local }
  /// A readable name, unique in the program.
  public let name: String
  /// One size an axis; empty for a scalar.
  public let extents: [Size]
  /// What its entries are.
  public let type: ElementType
  /// Whether it differs from lane to lane.
  public let isVarying: Bool
  /// Who fills it.
  public let kind: Kind
  /// Makes a description.
  public init(name: String, extents: [Size], type: ElementType = .real, isVarying: Bool, kind: Kind) {
    self.name = name
    self.extents = extents
    self.type = type
    self.isVarying = isVarying
    self.kind = kind
  }
}

/// One element of a buffer.
public struct Access: Hashable, Sendable {
  /// A position along one axis, from 0.
  public enum Position: Hashable, Sendable {
    /// Affine in the loop variables; in range by construction.
    case affine(IndexExpression)
    /// Read from data. The back end checks the range: out of it is the user's error, not ours.
    case register(Register)
  }
  /// The buffer.
  public let buffer: BufferID
  /// One position an axis.
  public let positions: [Position]
  /// Makes an access.
  public init(_ buffer: BufferID, _ positions: [Position]) {
    self.buffer = buffer
    self.positions = positions
  }
}

/// What an instruction reads.
public enum Operand: Hashable, Sendable {
  /// A register.
  case register(Register)
  /// A number.
  case constant(Double)
  /// An affine expression of the loop variables, as a number (0-based).
  case index(IndexExpression)
  /// A size, as a number.
  case size(Size)
}

/// What `compute` does with its operands.
public enum Computation: Hashable, Sendable {
  /// Arithmetic with two operands.
  case add, subtract, multiply, divide
  /// Arithmetic with one operand.
  case negate, reciprocal, squareRoot
  /// The operand to a fixed power (never 0, 1, 0.5 or -1).
  case power(Double)
  /// A built-in of EnergyBuiltins (comparisons and logic are built-ins as well).
  case function(FunctionName)
  /// Operand 0 is a bool: operand 1 where it holds, else operand 2.
  case select
}

/// How `accumulate` combines.
public enum Accumulation: String, Hashable, Sendable { case add, subtract, multiply, min, max }

/// A whole-buffer operation that a back end hands to a library or spells as a kernel of its own.
public enum LibraryCall: Hashable, Sendable {
  /// output[m, …] = Σₖ matrix[m, k]·vector[k, …] (`transposed`: matrix[k, m]). The matrix is a uniform buffer of
  /// rank 2, the vector a varying one of rank ≥ 1 whose first axis is summed; with lanes innermost this is one
  /// GEMM on the tile. The result is stored, or with `accumulating` added.
  case matrixProduct(output: BufferID, matrix: BufferID, transposed: Bool, vector: BufferID, accumulating: Bool)
  /// output = operation(inputs…) on whole buffers; all uniform, or a lane at a time.
  case linearAlgebra(LinearAlgebra, output: BufferID, inputs: [BufferID])
}

/// One step of a loop program.
public enum Instruction: Hashable, Sendable {
  /// for variable in max(lower…) ..< min(upper…); both lists have at least one entry.
  case loop(Variable, lower: [IndexExpression], upper: [IndexExpression])
  /// Ends the innermost open loop.
  case endLoop
  /// Runs what follows only where all conditions hold.
  case when([Condition])
  /// Ends the innermost open condition.
  case endWhen
  /// register = computation(operands). `node` is what it computes, for messages.
  case compute(Register, Computation, [Operand], node: NodeID)
  /// register = element.
  case load(Register, Access)
  /// element = operand.
  case store(Access, Operand)
  /// element ⊕= operand.
  case accumulate(Accumulation, Access, Operand)
  /// Every element of the buffer = the number.
  case fill(BufferID, Double)
  /// A whole-buffer operation.
  case call(LibraryCall, node: NodeID)
}
