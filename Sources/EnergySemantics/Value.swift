import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

/// What an expression stands for.
enum Value: Hashable {
  case tensor(TypedValue)
  case energy(EnergyValue)
  indirect case derivative(DerivativeValue)
  /// A list of energies or of derivatives; never empty.
  case energies([Value])
  case network(NetworkValue)
  case text(String)
}

/// An energy or an instance of one: a definition with some arguments given.
struct EnergyValue: Hashable {
  let definition: Definition
  /// What its own parameters are called by: `gaussian` in `gaussian.mu`.
  let name: String
  /// Arguments given by partial application.
  var bound: [String: Value] = [:]
}

/// An argument that an energy was given, to find its place by.
struct BoundArgument: Hashable {
  let definition: Definition
  let name: String
  let value: Value
}

/// `score(E)` and the like: a function of the samples of `base`.
struct DerivativeValue: Hashable {
  let operation: Program.Operator
  /// An energy or a derivative.
  let base: Value
  /// The name to differentiate by; the samples where there is none.
  let by: String?
  /// The vector of `hvp`.
  let vector: TypedValue?
}

/// Where a name got its meaning, for messages.
struct Provenance: Hashable {
  /// The place that declares it.
  let span: Span
  /// The value written in the text, where that fixes the shape.
  var valueSpan: Span?
  /// Whether the declaration is an argument's.
  var isArgument = false
}

/// A top-level definition with what became of it.
final class Definition: Hashable {
  enum Kind {
    case dim(DimDefinition)
    case parameter(VariableDefinition, Symbol.Role)
    case constant(VariableDefinition)
    case function(FunctionDefinition)
    case energy(EnergyDefinition)
    /// A definition of another source; `nil` where it couldn't be found.
    indirect case imported(Definition?)
    /// A value from outside of the text.
    case given(TensorData)
  }

  enum State {
    case idle
    case active
    case value(Value)
    case size(Size)
    case failed
  }

  let name: Name
  let kind: Kind
  let tree: SyntaxTree
  let whereDefinitions: [WhereDefinition]
  let span: Span
  var state = State.idle
  var provenance: Provenance

  init(_ name: Name, _ kind: Kind, _ statement: Statement, _ tree: SyntaxTree) {
    self.name = name
    self.kind = kind
    self.tree = tree
    whereDefinitions = statement.whereDefinitions
    span = statement.span
    provenance = Provenance(span: statement.span)
  }

  /// One that no statement makes.
  init(_ name: Name, _ kind: Kind, _ tree: SyntaxTree) {
    self.name = name
    self.kind = kind
    self.tree = tree
    whereDefinitions = []
    span = name.span
    provenance = Provenance(span: name.span)
  }

  /// The word of the statement that defines it; `nil` where none does.
  var word: String? {
    switch kind {
    case .dim: "dim"
    case .parameter(_, let role): role == .data ? "data" : "param"
    case .constant: "let"
    case .function: "fn"
    case .energy: "energy"
    case .imported(let target): target?.word
    case .given: nil
    }
  }

  /// Whether parentheses behind the name are a call.
  var isFunction: Bool {
    switch kind {
    case .function, .energy: true
    case .imported(let target): target?.isFunction ?? true
    default: false
    }
  }

  /// Whether it is an energy, of this source or another one.
  var isEnergy: Bool {
    switch kind {
    case .energy: true
    case .imported(let target): target?.isEnergy ?? false
    default: false
    }
  }

  static func == (left: Definition, right: Definition) -> Bool { left === right }
  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A name behind `where`, elaborated when it is first used.
final class WhereEntry {
  enum State {
    case idle
    case active
    case done(Value)
  }

  /// What a call of it depends on.
  struct Call: Hashable {
    let arguments: [Value]
    let guards: [Condition]
  }

  let definition: WhereDefinition
  /// Where its value is read: the body's names without the body's indices.
  unowned let scope: Scope
  var state = State.idle
  /// Results of calls, for a name with arguments.
  var calls: [Call: Value] = [:]
  var isCalling = false

  init(_ definition: WhereDefinition, in scope: Scope) {
    self.definition = definition
    self.scope = scope
  }
}

/// What a local name stands for.
enum LocalName {
  case value(Value, Provenance)
  case size(Size, Provenance)
  case deferred(WhereEntry)
}

/// Local names: arguments, `where` names, indices.
final class Scope {
  let parent: Scope?
  let tree: SyntaxTree
  var names: [String: LocalName] = [:]
  /// Numbers the sizes that are local to this signature.
  let number: Int

  /// A scope within another, or the outermost one of a definition.
  init(_ tree: SyntaxTree, parent: Scope? = nil, number: Int = 0) {
    self.tree = tree
    self.parent = parent
    self.number = parent?.number ?? number
  }

  /// What a local name stands for.
  func find(_ name: String) -> LocalName? {
    var scope: Scope? = self
    while let current = scope {
      if let found = current.names[name] { return found }
      scope = current.parent
    }
    return nil
  }

  /// All local names, for suggestions.
  var allNames: Set<String> {
    var all: Set<String> = []
    var scope: Scope? = self
    while let current = scope {
      all.formUnion(current.names.keys)
      scope = current.parent
    }
    return all
  }
}

/// A definition that something needs was in error; that has been reported.
struct AlreadyReported: Error {}

/// A size that is still open has to be another one; the inference tries again with it.
struct SizeEquation: Error {
  let dimension: Dimension
  let size: Size
}
