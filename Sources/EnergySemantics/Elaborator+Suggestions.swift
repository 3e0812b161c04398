import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText
import Foundation

/// What an unknown name may have meant: an index that isn't seen from here, a name of another language, a letter that
/// only looks like another one, a slip of the finger.
extension Elaborator {
  /// An unknown name, with what it may have meant.
  func unknownName(_ name: String, at span: Span, _ scope: Scope) -> Diagnostic {
    if let entry = activeEntries.last, activeIndices.contains(name) {
      let own = entry.definition.name.text
      let (word, place) = indexClause(name, scope.tree)?.isState ?? false ? ("state", "recurrence") : ("index", "sum")
      return Diagnostic(
        .error, .unknown, "'\(own)' doesn't see the \(word) '\(name)'", at: span,
        notes: [.init("'\(own)' is defined outside the \(place)", at: entry.definition.name.span)],
        hints: [.init("give \(own) an argument: \(own)(\(name)) = …")])
    }
    if scope.number == 0, let energy = energyWithSample(name, scope) {
      return Diagnostic(
        .error, .unknown, "'\(name)' is a sample of \(energy); definitions at top level don't see it", at: span,
        hints: [.init("a name that depends on \(name) goes behind 'where' of \(energy)")])
    }
    var diagnostic = Diagnostic(.error, .unknown, "there is nothing named '\(name)'", at: span)
    if let hint = standardHint(name) {
      diagnostic.message += " here"
      diagnostic.hints = [hint]
      return diagnostic
    }
    let known = scope.allNames.union(definitions(scope).map(\.name.text))
    if name.contains("."), ForeignName.dotted(name) == nil {
      diagnostic.message = "'\(name)' can't be named here"
      diagnostic.hints = [.init("names with a point stand in --set, --params and grad(E, …) only")]
      return diagnostic
    }
    if let foreign = ForeignName.dotted(name) ?? ForeignName.value(name) {
      diagnostic.hints = [hint(foreign, at: span)]
    } else if let twin = twin(of: name, among: known) {
      diagnostic.message += "; '\(twin)' is written with other letters"
      diagnostic.hints = [.init("write \(twin)", fixIt: .init(replace: span, with: twin))]
    } else if let hint = subscriptHint(name, known, at: span) ?? arrowHint(name, at: span) {
      diagnostic.hints = [hint]
    } else if let place = placeElsewhere(name, scope, at: span) {
      diagnostic.message += " here"
      diagnostic.notes = [place]
    } else if let guess = didYouMean(name, among: known) {
      diagnostic.message += "; did you mean '\(guess)'?"
      diagnostic.hints = [.init("write \(guess)", fixIt: .init(replace: span, with: guess))]
    } else {
      diagnostic.hints = [.init("define it: param \(name) = …, let \(name) = …, or where \(name) = …")]
    }
    return diagnostic
  }

  /// An unknown function, with what it may have meant.
  func unknownFunction(_ name: String, at span: Span, _ scope: Scope) -> Diagnostic {
    if name == "norm2" {
      return Diagnostic(
        .error, .unknown, "'norm2' could be the norm or its square", at: span,
        hints: [.init("the Euclidean norm is norm(v)"), .init("its square is sumsq(v)")])
    }
    var diagnostic = Diagnostic(.error, .unknown, "there is no function '\(name)'", at: span)
    if let hint = standardHint(name) {
      diagnostic.message += " here"
      diagnostic.hints = [hint]
      return diagnostic
    }
    let functions = definitions(scope).filter(\.isFunction).map(\.name.text)
    let known = builtinNames.union(functions).union(scope.allNames)
    if let foreign = ForeignName.dotted(name) ?? ForeignName.function(name) {
      diagnostic.hints = [hint(foreign, at: span)]
    } else if let twin = twin(of: name, among: known) {
      diagnostic.message += "; '\(twin)' is written with other letters"
      diagnostic.hints = [.init("write \(twin)(…)", fixIt: .init(replace: span, with: twin))]
    } else if let guess = didYouMean(name, among: known) {
      diagnostic.message += "; did you mean '\(guess)'?"
      diagnostic.hints = [.init("write \(guess)(…)", fixIt: .init(replace: span, with: guess))]
    } else if let guess = didYouMean(name, among: StandardLibrary.names) {
      diagnostic.message += "; did you mean '\(guess)' of the standard library?"
      diagnostic.hints = [.init("to have it: import \(guess) from std")]
    } else if let guess = functions.filter({ name.count >= 4 && $0.hasPrefix(name) }).min() {
      diagnostic.message += "; did you mean '\(guess)'?"
      diagnostic.hints = [.init("write \(guess)(…)", fixIt: .init(replace: span, with: guess))]
    }
    return diagnostic
  }

  /// Options in a call that doesn't know them: `dim = 1` for `axis = 1`.
  func unknownOption(_ name: Name, of function: String, signature: String, _ options: [String]) -> Diagnostic {
    let foreign = ["dim", "dims", "axes", "keepdims", "keepdim"]
    let guess = foreign.contains(name.text) && options.contains("axis") ? "axis" : didYouMean(name.text, among: options)
    var hints = [Diagnostic.Hint("it is called as \(signature)")]
    if let guess { hints.insert(.init("write \(guess)", fixIt: .init(replace: name.span, with: guess)), at: 0) }
    return Diagnostic(
      .error, .arguments, "\(function) has no argument named '\(name.text)'", at: name.span, hints: hints)
  }

  private func hint(_ foreign: ForeignName, at span: Span) -> Diagnostic.Hint {
    .init(foreign.hint, fixIt: foreign.replacement.map { .init(replace: span, with: $0) })
  }

  private func energyWithSample(_ name: String, _ scope: Scope) -> String? {
    module(scope.tree)?.order.first { definition in
      guard case .energy(let energy) = definition.kind else { return false }
      return energy.parameters?.declarations.contains { $0.name.text == name } ?? false
    }?.name.text
  }

  /// A name that is the same to the eye: full-width letters, ligatures.
  private func twin(of name: String, among known: Set<String>) -> String? {
    let folded = name.precomposedStringWithCompatibilityMapping
    return known.sorted().first { $0 != name && $0.precomposedStringWithCompatibilityMapping == folded }
  }

  /// `sum_i` and `x_i`, as they are typeset.
  private func subscriptHint(_ name: String, _ known: Set<String>, at span: Span) -> Diagnostic.Hint? {
    guard let cut = name.lastIndex(of: "_"), cut != name.startIndex else { return nil }
    let (base, index) = (String(name[..<cut]), String(name[name.index(after: cut)...]))
    guard !index.isEmpty, index.count <= 2 else { return nil }
    if Elaborator.reductions.contains(base) {
      return .init("a \(base) over \(index) is written \(base)(\(index) in 1..n: …)")
    }
    guard known.contains(base) else { return nil }
    let entry = "\(base)[\(index)]"
    return .init("an entry is written \(entry)", fixIt: .init(replace: span, with: entry))
  }

  /// `a <- 2`, which compares a with −2.
  private func arrowHint(_ name: String, at span: Span) -> Diagnostic.Hint? {
    let rest = Span(file: Int(span.file), start: Int(span.end), end: Int(span.end) + 4)
    guard text(rest).drop(while: { $0 == " " }).hasPrefix("<-") else { return nil }
    return .init("a definition is written let \(name) = …")
  }

  /// Where a local name of this spelling is bound, if this place doesn't see it.
  private func placeElsewhere(_ name: String, _ scope: Scope, at span: Span) -> Diagnostic.Note? {
    if let clause = indexClause(name, scope.tree) {
      let kind =
        clause.isState
        ? "a state, seen only in the body of its own recurrence,"
        : "an index, seen only behind the ':' of its own sum or list,"
      return .init("'\(name)' is \(kind)", at: clause.name.span)
    }
    for definition in module(scope.tree)?.order ?? [] {
      let owner = definition.name.text
      if let entry = definition.whereDefinitions.first(where: { $0.name.text == name }) {
        return .init("'\(name)' belongs to \(owner), which defines it", at: entry.name.span)
      }
      if let argument = arguments(of: definition).first(where: { $0.name.text == name }) {
        return .init("'\(name)' is an argument of \(owner), declared", at: argument.name.span)
      }
    }
    return nil
  }

  private func arguments(of definition: Definition) -> [Declaration] {
    switch definition.kind {
    case .function(let function): function.parameters.declarations
    case .energy(let energy): (energy.parameters?.declarations ?? []) + (energy.parameters?.own ?? [])
    default: []
    }
  }

  private func indexClause(_ name: String, _ tree: SyntaxTree) -> Generators.Clause? {
    for node in tree.nodes {
      let generators: [Generators]
      switch node.kind {
      case .builder(_, let found): generators = [found]
      case .run(let items):
        generators = items.compactMap { item in
          guard case .group(let group) = item.kind, case .comprehension(let found, _) = group.contents else {
            return nil
          }
          return found
        }
      default: continue
      }
      if let clause = generators.lazy.flatMap(\.clauses).first(where: { $0.name.text == name }) { return clause }
    }
    return nil
  }
}
