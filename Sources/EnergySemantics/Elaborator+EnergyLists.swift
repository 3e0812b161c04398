import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

/// An energy of a list was chosen by an index: the clause that binds it has to be written out, one term a value.
struct Unrolling: Error {
  /// The indices in question.
  let variables: [Variable]
  /// The place of the name that binds one of them; `nil` until its comprehension is met.
  var clause: Span?
  /// What to say where no comprehension binds any of them.
  let diagnostic: Diagnostic

  /// The request as it leaves a clause that binds `variable`.
  func met(by variable: Variable, of clause: Generators.Clause) -> Unrolling {
    var request = self
    if request.clause == nil, variables.contains(variable) { request.clause = clause.name.span }
    return request
  }
}

/// Lists of energies: each element has a formula of its own, so what runs over a list is written out term by term.
extension Elaborator {
  // MARK: Making lists

  /// The elements of a list literal as energies; `nil` where none of them is one.
  func energyList(_ values: [Value], _ spans: [Span]) throws -> [Value]? {
    let values = values.map(asEnergy)
    let isEnergy = values.map { value in
      switch value {
      case .energy, .derivative: true
      case .tensor, .energies, .network, .text: false
      }
    }
    guard isEnergy.contains(true) else { return nil }
    if let odd = isEnergy.firstIndex(of: false) {
      let energy = isEnergy.firstIndex(of: true).map { shortText(spans[$0]) } ?? ""
      var hints: [Diagnostic.Hint] = []
      if case .tensor = values[odd] { hints = [.init("a list of numbers calls its energies: [\(energy)(x), …]")] }
      throw Diagnostic(
        .error, .type,
        "this list mixes energies and values: '\(energy)' is an energy, '\(shortText(spans[odd]))' isn't",
        at: spans[odd], hints: hints)
    }
    return values
  }

  /// Takes an energy, or a list of them with its size, for an argument declared `energy` or `energy[k]`.
  func takeEnergy(_ argument: Argument, _ type: TypeShape, declared: Declared, _ scope: Scope) throws {
    let text = shortText(argument.span)
    let wanted = declared.type.map { shortText($0) } ?? "energy"
    let note = Diagnostic.Note("\(declared.name) : \(wanted) is declared", at: declared.span)
    switch (argument.value, type.sizes.first) {
    case (.energy, nil), (.derivative, nil): return
    case (.energies(let list), nil):
      throw Diagnostic(
        .error, .type, "\(declared.name) takes one energy, and '\(text)' is a list of \(list.count)", at: argument.span,
        notes: [note], hints: [.init("choose one: \(text)[1]"), .init("to take lists: \(declared.name) : energy[k]")])
    case (.energies(let list), let size?):
      let given = "a list of \(list.count) energ\(list.count == 1 ? "y" : "ies")"
      try unify(size, Size(list.count), at: argument.span, given, declared, scope) { least in
        var hints: [Diagnostic.Hint] = []
        if let least { hints.append(.init("it needs at least \(least)")) }
        return Diagnostic(
          .error, .shape, "\(declared.name) takes \(wanted), and '\(text)' is \(given)", at: argument.span,
          label: given,
          notes: [note] + solvedSizes(declared, scope), hints: hints)
      }
    case (.energy, _), (.derivative, _):
      throw Diagnostic(
        .error, .type, "\(declared.name) takes a list of energies, and '\(text)' is one energy", at: argument.span,
        notes: [note], hints: [.init("a list of one: [\(text)]")])
    case (.tensor(let value), let size):
      throw Diagnostic(
        .error, .type,
        "\(declared.name) takes \(size == nil ? "an energy" : "a list of energies"), and '\(text)' is "
          + typeText(value), at: argument.span, notes: [note],
        hints: [.init("name the energy itself, without its argument: \(size == nil ? "E, not E(x)" : "[E, F]")")])
    case (.network(let net), _):
      throw Diagnostic(
        .error, .type, "\(declared.name) takes an energy, and '\(text)' is \(net.type.text), whose value isn't real",
        at: argument.span, notes: [note])
    case (.text, _):
      throw Diagnostic(.error, .type, "\(declared.name) takes an energy, not a text", at: argument.span, notes: [note])
    }
  }

  // MARK: Choosing

  /// `Es[1]`, `Es[i]`, `Es[2..3]`.
  func choose(
    from list: [Value], _ items: [IndexItem], at span: Span, base: Span, _ scope: Scope
  ) throws -> Value {
    guard items.count == 1, let item = items.first else {
      throw Diagnostic(.error, .index, "a list of energies takes 1 index, not \(items.count)", at: span)
    }
    ends.append(Size(list.count))
    defer { ends.removeLast() }
    switch item.kind {
    case .all: return .energies(list)
    case .at(let id): return list[try position(id, in: list, of: base, scope)]
    case .range(let lower, let upper, let by):
      let step = try by.map { try self.step($0, scope) } ?? 1
      let first = try lower.map { try position($0, in: list, of: base, scope) } ?? (step > 0 ? 0 : list.count - 1)
      let last = try upper.map { try position($0, in: list, of: base, scope) } ?? (step > 0 ? list.count - 1 : 0)
      let chosen = stride(from: first, through: last, by: step).map { list[$0] }
      guard !chosen.isEmpty else {
        throw Diagnostic(.error, .index, "'\(shortText(span))' would be an empty list of energies", at: span)
      }
      return .energies(chosen)
    }
  }

  /// The position, from 0, that an index stands for. An index of a sum asks for the sum to be written out.
  private func position(_ id: ExprID, in list: [Value], of base: Span, _ scope: Scope) throws -> Int {
    let index = try number(id, scope)
    let span = scope.tree[id].span
    let unknown = Diagnostic(
      .error, .index,
      "'\(shortText(span))' can't choose an energy: each has a formula of its own, so the choice must be known in the text",
      at: span,
      hints: [
        .init("a number: \(shortText(base))[1]"),
        .init("an index of a sum: sum(i in 1..size(\(shortText(base))): \(shortText(base))[i](x))"),
      ])
    guard index.form == .scalar else { throw unknown }
    guard let known = knownNumber(index.node) else {
      let free = graph[index.node].free
      throw free.isEmpty ? unknown : Unrolling(variables: free, diagnostic: unknown) as any Error
    }
    guard let number = Int(exactly: known) else {
      throw Diagnostic(
        .error, .index, "an index must be a whole number, and '\(shortText(span))' is \(numberText(known))", at: span)
    }
    guard number >= 1, number <= list.count else {
      let entries = list.count == 1 ? "one energy" : "energies 1 to \(list.count)"
      throw Diagnostic(
        .error, .index, "'\(shortText(span))' is \(number), but \(shortText(base)) has \(entries)", at: span,
        hints: [.init("indices count from 1; wrap(i, n) makes them periodic")])
    }
    return number - 1
  }

  /// The number that a node is in the text: also a size with a value, or an entry of a list of numbers.
  private func knownNumber(_ node: NodeID) -> Double? {
    if let number = graph.constantValue(node) { return number }
    if let size = affine(node)?.size { return value(of: size).map(Double.init) }
    return literalEntry(node).flatMap(graph.constantValue)
  }

  // MARK: Writing out

  /// Runs `body` with the clauses that are to be written out; again with one more whenever an energy is chosen by the
  /// index of another.
  func writingOut<Result>(_ generators: Generators, _ body: (Set<Span>) throws -> Result) throws -> Result {
    var writtenOut: Set<Span> = []
    let mark = self.mark
    while true {
      do {
        return try body(writtenOut)
      } catch let request as Unrolling {
        guard let clause = request.clause, generators.clauses.contains(where: { $0.name.span == clause }),
          writtenOut.insert(clause).inserted
        else { throw request }
        restore(mark)
      }
    }
  }

  /// A value of a clause that is written out, with the conditions under which it belongs to the range.
  struct WrittenValue {
    let value: Value
    let conditions: [Condition]
  }

  /// The values of a clause that is written out; `nil` for one that stays an index.
  func writtenValues(
    _ clause: Generators.Clause, _ writtenOut: Set<Span>, _ scope: Scope
  ) throws -> [WrittenValue]? {
    if case .elements(let id) = clause.kind, case .energies(let list) = try value(id, scope) {
      return list.map { WrittenValue(value: $0, conditions: []) }
    }
    guard writtenOut.contains(clause.name.span) else { return nil }
    let index = try loopIndex(clause, scope)
    let extent = index.variable.extent
    guard let count = value(of: extent) else {
      throw Diagnostic(
        .error, .index,
        "the range of '\(clause.name.text)' chooses energies, so its length must be known: \(extent) isn't",
        at: clause.span, hints: [.init("of a list: \(clause.name.text) in 1..size(Es)")])
    }
    if extent.constant == nil {
      program.sizeConditions.append(
        .init(
          size: extent - Size(count), isEquation: true,
          message: "the range '\(shortText(clause.span))' was written out for another size", span: clause.span))
    }
    return (0..<count).compactMap { position in
      let map = [index.variable: IndexExpression(Size(position))]
      guard case .tensor(let number) = index.value, let conditions = Guard(index.conditions).substituting(map),
        !conditions.isImpossible
      else { return nil }
      let node = normalisedInteger(graph.substitute(number.node, variables: map))
      return WrittenValue(value: .tensor(TypedValue(node, number.form)), conditions: conditions.conditions)
    }
  }

  /// `E + F` of energies by their names: what is added are their values.
  func refuseEnergies(_ terms: [SumTerm], _ scope: Scope) throws {
    guard terms.count <= 8 else { return }
    let names = terms.compactMap { term -> String? in
      if case .name(let name) = scope.tree[term.operand].kind, isEnergy(name, scope) { name } else { nil }
    }
    guard names.count == terms.count, names.count > 1, let first = terms.first, let last = terms.last else { return }
    var text = ""
    for (term, name) in zip(terms, names) {
      let sign = term.sign == .minus ? "-" : "+"
      text += (text.isEmpty ? (sign == "-" ? "-" : "") : " \(sign) ") + "\(name)(x)"
    }
    throw Diagnostic(
      .error, .type, "energies aren't added, their values are",
      at: scope.tree[first.operand].span.union(scope.tree[last.operand].span),
      hints: [.init("as an energy: energy sum_of(x : vector[d]) = \(text)")])
  }
}
