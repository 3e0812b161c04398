import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

/// A written type, its sizes not yet evaluated.
struct TypeShape {
  /// One expression an axis: `symmetric[n]` has n twice.
  let sizes: [ExprID]
  let form: Form
  var element = ElementType.real
  var refinements: [Symbol.Refinement] = []
  var isEnergy = false
  /// Where it is an `mlp`.
  var network: Network?

  /// What an `mlp` has beside its sizes.
  struct Network {
    /// `nil` where there is one layer only.
    let activation: FunctionName?
  }
}

/// What a message needs to know of a declaration.
struct Declared {
  let name: String
  /// The place of the type.
  let type: Span?
  let span: Span

  init(_ name: Name, _ type: TypeExpr?, _ span: Span) {
    self.name = name.text
    self.type = type?.span
    self.span = span
  }
}

extension Elaborator {
  // MARK: Types as written

  /// What a type says, sizes aside.
  func typeShape(_ type: TypeExpr, _ scope: Scope) throws -> TypeShape {
    let name = type.name.text
    let sizes = type.sizes
    if name != "interval" && name != "mlp", let extra = type.arguments.first {
      throw Diagnostic(
        .error, .type, "\(name) takes nothing in parentheses", at: scope.tree[extra].span,
        hints: bracketHints(type, extra, scope))
    }
    switch name {
    case "real":
      return try TypeShape(sizes: count(type, 0...0, hint: "a vector is vector[n]"), form: .scalar)
    case "vector": return try TypeShape(sizes: count(type, 1...1), form: .vector)
    case "row": return try TypeShape(sizes: count(type, 1...1), form: .row)
    case "matrix": return try TypeShape(sizes: count(type, 2...2), form: .matrix)
    case "tensor": return try TypeShape(sizes: count(type, 1...Program.rankLimit), form: form(sizes.count))
    case "symmetric": return try square(type, .symmetric)
    case "spd": return try square(type, .positiveDefinite)
    case "diagonal": return try square(type, .diagonal)
    case "lower": return try square(type, .lower)
    case "simplex": return try list(type, .simplex)
    case "ordered": return try list(type, .ordered)
    case "unit_vector": return try list(type, .unitVector)
    case "positive":
      return try TypeShape(sizes: count(type, 0...Program.rankLimit), form: form(sizes.count), refinements: [.positive])
    case "integer":
      return try TypeShape(
        sizes: count(type, 0...Program.rankLimit), form: form(sizes.count), element: .int, refinements: [.integer])
    case "int": return try TypeShape(sizes: count(type, 0...Program.rankLimit), form: form(sizes.count), element: .int)
    case "bool":
      return try TypeShape(sizes: count(type, 0...Program.rankLimit), form: form(sizes.count), element: .bool)
    case "interval": return try interval(type, scope)
    case "energy":
      return try TypeShape(
        sizes: count(type, 0...1, hint: "a list of energies is energy[k]"), form: form(sizes.count), isEnergy: true)
    case "mlp": return try networkShape(type, scope)
    default:
      let foreign = ForeignName.type(name)
      let guess = foreign == nil ? didYouMean(name, among: Elaborator.typeNames) : nil
      throw Diagnostic(
        .error, .type, "there is no type '\(name)'\(guess.map { "; did you mean '\($0)'?" } ?? "")", at: type.name.span,
        hints: (guess ?? foreign?.replacement).map {
          [.init("write \($0)", fixIt: .init(replace: type.name.span, with: $0))]
        } ?? [.init(foreign?.advice ?? "the types are \(Elaborator.typeNames.joined(separator: ", "))")])
    }
  }

  /// `vector(2)` as `vector[2]`.
  private func bracketHints(_ type: TypeExpr, _ extra: ExprID, _ scope: Scope) -> [Diagnostic.Hint] {
    guard type.sizes.isEmpty, Elaborator.typeNames.contains(type.name.text), type.name.text != "real" else { return [] }
    let sizes = type.arguments.map { shortText(scope.tree[$0].span) }.joined(separator: ", ")
    let fixed = "\(type.name.text)[\(sizes)]"
    return [.init("sizes stand in brackets: \(fixed)", fixIt: .init(replace: type.span, with: fixed))]
  }

  static let typeNames = LanguageType.all.map(\.name)

  private func form(_ rank: Int) -> Form { [.scalar, .vector, .matrix][safe: rank] ?? .tensor }

  private func count(_ type: TypeExpr, _ allowed: ClosedRange<Int>, hint: String? = nil) throws -> [ExprID] {
    if allowed.contains(type.sizes.count) { return type.sizes }
    let most = allowed.upperBound
    let wanted = allowed.count > 1 ? "at most \(most) sizes" : "\(most) size\(most == 1 ? "" : "s")"
    throw Diagnostic(
      .error, .size, "\(type.name.text) takes \(wanted), not \(type.sizes.count)", at: type.span,
      hints: hint.map { [.init($0)] } ?? [])
  }

  private func square(_ type: TypeExpr, _ refinement: Symbol.Refinement) throws -> TypeShape {
    let sizes = try count(type, 1...1, hint: "it is square: one size is enough")
    return TypeShape(sizes: sizes + sizes, form: .matrix, refinements: [refinement])
  }

  private func list(_ type: TypeExpr, _ refinement: Symbol.Refinement) throws -> TypeShape {
    TypeShape(sizes: try count(type, 1...1), form: .vector, refinements: [refinement])
  }

  private func interval(_ type: TypeExpr, _ scope: Scope) throws -> TypeShape {
    let bounds = try type.arguments.map { id -> Double in
      guard let number = graph.constantValue(try scalar(id, scope, "a bound")) else {
        throw Diagnostic(.error, .type, "the bounds of an interval must be numbers", at: scope.tree[id].span)
      }
      return number
    }
    guard bounds.count == 2, bounds[0] < bounds[1] else {
      throw Diagnostic(.error, .type, "an interval is written interval(a, b) with a < b", at: type.span)
    }
    return try TypeShape(
      sizes: count(type, 0...Program.rankLimit), form: form(type.sizes.count),
      refinements: [.interval(bounds[0], bounds[1])])
  }

  // MARK: Sizes

  /// The shape that a type has in a scope. In a signature a size that is named nowhere else is its own (generic); at
  /// top level it is an error.
  func shape(_ type: TypeShape, _ scope: Scope) throws -> [Size] {
    try type.sizes.map { try size($0, scope) }
  }

  func size(_ id: ExprID, _ scope: Scope) throws -> Size {
    try declareLocalSizes(id, scope)
    let value = try number(id, scope)
    let span = scope.tree[id].span
    guard value.form == .scalar, let size = affine(value.node)?.size else {
      throw Diagnostic(
        .error, .size, "'\(shortText(span))' isn't a size", at: span,
        hints: [.init("sizes are whole numbers and names declared by 'dim', added and multiplied")])
    }
    if isCertainly(size, below: 0) {
      throw Diagnostic(.error, .size, "the size '\(shortText(span))' is negative", at: span)
    }
    return size
  }

  private func declareLocalSizes(_ id: ExprID, _ scope: Scope) throws {
    for (name, span) in names(in: id, scope.tree) where scope.find(name) == nil {
      if let definition = definition(name, scope) {
        switch definition.kind {
        case .dim, .constant: continue
        default: break
        }
        if scope.number == 0 { continue }
      } else if scope.number == 0 {
        let dims = definitions(scope).filter { if case .dim = $0.kind { true } else { false } }.map(\.name.text)
        let guess = didYouMean(name, among: dims)
        throw Diagnostic(
          .error, .size, "the size '\(name)' isn't declared\(guess.map { "; did you mean '\($0)'?" } ?? "")", at: span,
          hints: [.init(guess.map { "write \($0)" } ?? "add a line: dim \(name)")])
      }
      scope.names[name] = .size(
        Size(Dimension(name, scope: scope.number)), Provenance(span: span, isArgument: true))
    }
  }

  /// The names in a size expression, but for those of built-in functions that it calls.
  private func names(in id: ExprID, _ tree: SyntaxTree) -> [(String, Span)] {
    var result: [(String, Span)] = []
    var called: Set<ExprID> = []
    var pending = [id]
    while let next = pending.popLast() {
      if case .name(let name) = tree[next].kind {
        let isCall = called.contains(next) && BuiltinFunction.named(name, argumentCount: 2) != nil
        if !isCall { result.append((name, tree[next].span)) }
      }
      if case .run(let items) = tree[next].kind {
        for (item, following) in zip(items, items.dropFirst()) {
          if case .atom(let atom) = item.kind, case .group = following.kind { called.insert(atom) }
        }
      }
      pending += tree.parts(of: next)
    }
    return result
  }

  /// Binds the sizes of a declared type to those of a value given for it.
  func match(_ type: TypeShape, _ operand: Operand, declared: Declared, _ scope: Scope) throws {
    let actual = graph.shape(operand.value.node)
    guard type.form == operand.value.form, type.sizes.count == actual.count else {
      throw mismatch(operand, declared, scope)
    }
    // `integer` is a domain, which the value may leave; an `int` can be counted with, so it must be one.
    if type.element == .int, !type.refinements.contains(.integer), graph[operand.value.node].type != .int {
      throw Diagnostic(
        .error, .type,
        "\(declared.name) takes whole numbers, and '\(shortText(operand.span))' is "
          + typeText(operand.value), at: operand.span)
    }
    for (id, size) in zip(type.sizes, actual) {
      try unify(id, size, at: operand.span, typeText(operand.value), declared, scope) { least in
        self.mismatch(operand, declared, scope, least: least)
      }
    }
  }

  /// Makes a declared size equal to an actual one; a local name in it is solved for.
  /// - Parameters:
  ///   - text: the type of what is given, for messages.
  ///   - mismatch: the error, with the least size that would do where that is known.
  func unify(
    _ id: ExprID, _ actual: Size, at span: Span, _ text: String, _ declared: Declared, _ scope: Scope,
    mismatch: (Size?) -> Diagnostic
  ) throws {
    let known = Set(scope.names.keys)
    let wanted = try size(id, scope)
    let fresh = wanted.dimensions.filter { $0.scope == scope.number && !known.contains($0.name) }
    guard scope.number != 0, fresh.count == 1, let unknown = fresh.first else {
      guard try agree(wanted, actual) else { throw mismatch(nil) }
      return
    }
    let parts = wanted.linear(in: unknown)
    let found = parts.map { (actual - $0.rest).divided(by: $0.factor) } ?? root(wanted, unknown, actual)
    guard let solution = found else { throw mismatch(nil) }
    if isCertainly(solution, below: 1) { throw mismatch(parts.map { $0.rest + $0.factor }) }
    if !isCertainly(solution, atLeast: 1) {
      program.sizeConditions.append(
        .init(
          size: solution - 1, isEquation: false,
          message: "\(unknown.name) = \(solution) must be at least 1 in \(text)", span: span)
      )
    }
    scope.names[unknown.name] = .size(solution, Provenance(span: declared.span, isArgument: true))
  }

  /// What the unknown of `n*n` or `div(n*(n + 1), 2)` stands for: a number, or a dimension of the actual size.
  private func root(_ wanted: Size, _ unknown: Dimension, _ actual: Size) -> Size? {
    if let number = actual.constant { return wanted.root(of: unknown, reaching: number).map { Size($0) } }
    return actual.dimensions.sorted().map { Size($0) }.first { wanted.substituting([unknown: $0]) == actual }
  }

  /// Declarations in an order that finds their sizes: a product of two new sizes waits for arguments that name one.
  func solvable(_ declarations: [Declaration], _ tree: SyntaxTree) -> [Declaration] {
    let isSimple = { (declaration: Declaration) -> Bool in
      (declaration.type?.sizes ?? []).allSatisfy { id in
        if case .name = tree[id].kind { true } else { self.names(in: id, tree).isEmpty }
      }
    }
    return declarations.filter(isSimple) + declarations.filter { !isSimple($0) }
  }

  private func mismatch(_ operand: Operand, _ declared: Declared, _ scope: Scope, least: Size? = nil) -> Diagnostic {
    let wanted = declared.type.map { shortText($0) } ?? "another shape"
    var hints: [Diagnostic.Hint] = []
    if let least { hints.append(.init("it needs at least \(least) entries")) }
    if operand.value.form == .row { hints.append(.init("as a column: (\(shortText(operand.span)))^T")) }
    return Diagnostic(
      .error, .shape,
      "\(declared.name) takes \(wanted), and '\(shortText(operand.span))' is "
        + typeText(operand.value), at: operand.span, label: "\(typeText(operand.value))",
      notes: [.init("\(declared.name) : \(wanted) is declared", at: declared.span)]
        + solvedSizes(declared, scope),
      hints: hints)
  }

  /// What sizes of a signature are already, and by which argument.
  func solvedSizes(_ declared: Declared, _ scope: Scope) -> [Diagnostic.Note] {
    guard scope.number != 0, let type = declared.type else { return [] }
    let words = text(type).split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    return words.compactMap { word in
      guard case .size(let size, let provenance)? = scope.names[word], provenance.span != declared.span,
        size.dimension?.name != word
      else { return nil }
      return .init("\(word) is \(size) here, by the argument declared", at: provenance.span)
    }
  }
}
