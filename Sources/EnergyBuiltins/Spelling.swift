/// How the C-like targets write a call: templates in which `{0}`, `{1}`, … stand for the arguments.
public struct Spelling: Sendable {
  /// C, double precision.
  public let c64: String
  /// C, single precision.
  public let c32: String
  /// CUDA, double precision.
  public let cuda64: String
  /// CUDA, single precision.
  public let cuda32: String
  /// Functions that the templates call and the target's library lacks.
  public let helpers: [Helper]

  /// Templates for each target; CUDA's default to C's.
  public init(
    c64: String, c32: String, cuda64: String? = nil, cuda32: String? = nil, helpers: [Helper] = []
  ) {
    self.c64 = c64
    self.c32 = c32
    self.cuda64 = cuda64 ?? c64
    self.cuda32 = cuda32 ?? c32
    self.helpers = helpers
  }

  /// A function of the mathematical library of both targets: `exp` and `expf`.
  public static func library(_ name: String, arity: Int = 1) -> Spelling {
    let arguments = (0..<arity).map { "{\($0)}" }.joined(separator: ", ")
    return Spelling(c64: "\(name)(\(arguments))", c32: "\(name)f(\(arguments))")
  }

  /// An expression that reads the same in both precisions but for its functions' names and constants: `@` behind a
  /// name or number becomes nothing in double and `f` in single precision.
  public static func expression(_ template: String) -> Spelling {
    Spelling(c64: template.replacing("@", with: ""), c32: template.replacing("@", with: "f"))
  }

  /// A helper function; single precision has its own, or goes through double.
  public static func helper(_ helper: Helper, single: Helper? = nil, arity: Int = 1) -> Spelling {
    let doubles = (0..<arity).map { "{\($0)}" }.joined(separator: ", ")
    if let single {
      return Spelling(
        c64: "\(helper.name)(\(doubles))", c32: "\(single.name)(\(doubles))", helpers: [helper, single])
    }
    let casts = (0..<arity).map { "(double)({\($0)})" }.joined(separator: ", ")
    return Spelling(
      c64: "\(helper.name)(\(doubles))", c32: "(float)\(helper.name)(\(casts))", helpers: [helper])
  }

  /// A function in C that a target includes once, before its first use.
  public struct Helper: Sendable {
    /// The name of the function.
    public let name: String
    /// Its text; `ENERGY_FUNCTION` stands where a target puts its qualifiers (`static inline`, `__device__`), and
    /// `ENERGY_OUTLINE` before what is rarely called and shall not be copied into its callers.
    public let source: String
    /// Other helpers that it calls.
    public let needs: [Helper]
    /// A function by name and text.
    public init(_ name: String, needs: [Helper] = [], _ source: String) {
      self.name = name
      self.needs = needs
      self.source = source
    }
  }
}

extension Spelling {
  /// The same with a function of its own for CUDA in single precision.
  func withCUDA32(_ helper: Helper) -> Spelling {
    Spelling(c64: c64, c32: c32, cuda64: cuda64, cuda32: "\(helper.name)({0})", helpers: helpers + [helper])
  }

  /// The same with a library function of CUDA in place of the helper, in both precisions.
  func withCUDA(_ name: String) -> Spelling {
    Spelling(c64: c64, c32: c32, cuda64: "\(name)({0})", cuda32: "\(name)f({0})", helpers: helpers)
  }
}
