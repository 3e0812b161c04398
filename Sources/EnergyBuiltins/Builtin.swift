import EnergyIR

/// Everything there is to know of one element-wise function; nothing else in the program spells it a second time.
///
/// The checker's signature, help, completion, the reference page, editor keywords and the generic tests all come
/// from the table `Builtins.all` of these entries.
public struct Builtin: Sendable {
  /// The name in the language, and of the node.
  public let name: FunctionName
  /// Other names that mean the same.
  public let aliases: [String]
  /// One sentence for help and the reference page.
  public let summary: String
  /// A call with its value, run as a test.
  public let example: Example
  /// The arguments, in order.
  public let parameters: [Parameter]
  /// Whether more arguments than parameters are folded from the left, as in `min(a, b, c)`.
  public let isVariadic: Bool
  /// An interval that holds every value in exact arithmetic, for proofs; rounding may reach an open bound.
  public let range: Interval
  /// Where the derivative jumps or the value has a choice, with the convention taken there; empty for smooth ones.
  public let kinks: [Kink]
  /// What the entries of the result are.
  public let resultType: ResultType
  /// The value of numbers, in both precisions.
  public let value: ScalarFunction
  /// Values at chosen points, checked exactly (a NaN stands for any NaN).
  public let specialValues: [SpecialValue]
  /// What the generic test of the derivative compares with.
  public let reference: Reference
  /// Own node or plain arithmetic of other nodes.
  public let implementation: Implementation
  /// Signs and orders of arguments that the constructor brings to one form.
  public let symmetry: Symmetry
  /// Whether a program may write the name; the others are made by derivatives and rewrites alone.
  public let isPublic: Bool

  /// An entry with all its fields; those with a default are the ones that most entries leave alone.
  public init(
    _ name: FunctionName, aliases: [String] = [], _ summary: String, example: Example, _ parameters: [Parameter],
    isVariadic: Bool = false, range: Interval = .all, kinks: [Kink] = [], resultType: ResultType = .real,
    value: ScalarFunction, special: [SpecialValue], reference: Reference = .complexStep, symmetry: Symmetry = .none,
    isPublic: Bool = true, _ implementation: Implementation
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.example = example
    self.parameters = parameters
    self.isVariadic = isVariadic
    self.range = range
    self.kinks = kinks
    self.resultType = resultType
    self.value = value
    specialValues = special
    self.reference = reference
    self.symmetry = symmetry
    self.isPublic = isPublic
    self.implementation = implementation
  }

  /// A call in the language with its value.
  public struct Example: Sendable {
    /// The call.
    public let source: String
    /// Its value.
    public let value: Double
    /// A call with its value.
    public init(_ source: String, _ value: Double) {
      self.source = source
      self.value = value
    }
  }

  /// One argument.
  public struct Parameter: Sendable {
    /// The name by which it can be given.
    public let name: String
    /// Where the function is defined; outside it the value is NaN or infinite.
    public let domain: Interval
    /// What the argument is when the call leaves it out.
    public let defaultValue: Double?
    /// Whether the argument must be a number known when the program is compiled.
    public let isLiteral: Bool
    /// Where tests take their points from: inside the domain, away from overflow.
    public let samples: ClosedRange<Double>

    /// An argument with its domain; `samples` defaults to the part of the domain in −8…8.
    public init(
      _ name: String = "x", _ domain: Interval = .all, default defaultValue: Double? = nil, isLiteral: Bool = false,
      samples: ClosedRange<Double>? = nil
    ) {
      self.name = name
      self.domain = domain
      self.defaultValue = defaultValue
      self.isLiteral = isLiteral
      self.samples = samples ?? max(domain.lower, -8)...min(domain.upper, 8)
    }
  }

  /// A point where the derivative is a convention.
  public struct Kink: Sendable {
    /// Where, in words or as an equation.
    public let place: String
    /// What is taken there.
    public let convention: String
    /// A kink with its convention.
    public init(at place: String, _ convention: String) {
      self.place = place
      self.convention = convention
    }
  }

  /// What the entries of a result are.
  public enum ResultType: Sendable {
    /// Reals, whatever the arguments.
    case real
    /// Whole numbers.
    case int
    /// True or false.
    case bool
    /// `int` if all arguments are, else `real`.
    case sameAsArguments
  }

  /// The value at a point.
  public struct SpecialValue: Sendable {
    /// The arguments.
    public let arguments: [Double]
    /// The value; NaN for any NaN.
    public let value: Double
    /// The value at a point.
    public init(_ arguments: [Double], _ value: Double) {
      self.arguments = arguments
      self.value = value
    }
  }

  /// What derivatives are compared with.
  public enum Reference: Sendable {
    /// Im f(x + ih)/h in complex arithmetic.
    case complexStep
    /// A committed table of 50-digit values and derivatives.
    case table(String)
    /// The derivative is 0 wherever it exists.
    case piecewiseConstant
  }

  /// Symmetries that the constructor uses to find equal terms.
  public enum Symmetry: Sendable {
    /// Nothing known.
    case none
    /// f(−x) = −f(x).
    case odd
    /// f(−x) = f(x).
    case even
    /// f(a, b) = f(b, a).
    case commutative
  }

  /// How the graph holds a call.
  public enum Implementation: Sendable {
    /// An `apply` node of its own.
    case primitive(Primitive)
    /// Other nodes, so that there is no second form of the same thing.
    case expansion(@Sendable (Graph, [NodeID]) -> NodeID)
  }

  /// What only functions with a node of their own have.
  public struct Primitive: Sendable {
    /// The rule of differentiation.
    public let derivative: Derivative
    /// How C and CUDA write it.
    public let spelling: Spelling
    /// The largest error of `value`, in units in the last place.
    public let ulps: Double

    /// A rule, a spelling and an error bound.
    public init(_ derivative: Derivative, _ spelling: Spelling, ulps: Double) {
      self.derivative = derivative
      self.spelling = spelling
      self.ulps = ulps
    }
  }

  /// Whether calls are nodes of their own.
  public var primitive: Primitive? {
    if case .primitive(let primitive) = implementation { return primitive }
    return nil
  }

  /// How many arguments must be given.
  public var requiredCount: Int { parameters.filter { $0.defaultValue == nil }.count }

  /// The signature as help shows it: `leaky_relu(x, slope = 0.01)`.
  public var signature: String {
    let texts = parameters.map { parameter in
      guard let value = parameter.defaultValue else { return parameter.name }
      return "\(parameter.name) = \(value == value.rounded() ? String(Int(value)) : String(value))"
    }
    return "\(name)(\((texts + (isVariadic ? ["…"] : [])).joined(separator: ", ")))"
  }
}
