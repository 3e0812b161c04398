extension Renderer {
  /// The pieces of what LaTeX writes in another way than the language; `nil` for everything else.
  func latexPieces(_ id: PhraseID) -> [Piece]? {
    switch document[id] {
    case .string(let text): return [.text("\\text{\(Spelling.escaped(text))}")]
    case .fraction(let a, let b):
      return [.text("\\frac{"), .phrase(a, .conditional), .text("}{"), .phrase(b, .conditional), .text("}")]
    case .power(let base, let exponent):
      // A squared norm has its exponent already.
      guard naming.definition(of: base) == nil, case .call("sumsq", let arguments, nil) = document[base],
        arguments.count == 1
      else { return nil }
      return [.text("\\left\\lVert "), .phrase(arguments[0], .conditional)]
        + [.text(" \\right\\rVert^{\(spelling.number(2 * exponent))}")]
    case .call(let name, let arguments, let axis): return call(name, arguments, axis)
    case .indexed(let base, let places): return indexed(base, places)
    case .reduction(let name, let generators, let conditions, let body):
      return reduction(name, generators, conditions) + [.text(" "), .phrase(body, .product)]
    case .comprehension(let generators, let body):
      let bounds = generators.map { bound($0) }
      return [.text("\\left[ "), .phrase(body, .conditional), .text(" \\right]_{")]
        + Array(bounds.joined(separator: [.text(",\\, ")])) + [.text("}")]
    case .list(let entries):
      return [.text("\\begin{pmatrix} ")] + joined(entries.map { .phrase($0, .conditional) }, by: " \\\\ ")
        + [.text(" \\end{pmatrix}")]
    case .recurrence(let name, let generator, let isReversed, let state, let initial, let body):
      let ends = isReversed ? (generator.high, generator.low) : (generator.low, generator.high)
      return [.text("\\operatorname*{\(name)}_{\(letter(generator.variable))="), .phrase(ends.0, .sum)]
        + [
          .text(",\\dots,"), .phrase(ends.1, .sum), .text("} \\left( \(letter(state)) = "),
          .phrase(initial, .conditional),
        ]
        + [.text(";\\; \(letter(state)) \\gets "), .phrase(body, .conditional), .text(" \\right)")]
    case .conditional(let conditions, let a, let b):
      return [.text("\\begin{cases} "), .phrase(a, .conditional)] + tests(conditions, before: " & \\text{if } ")
        + [.text(" \\\\ "), .phrase(b, .conditional), .text(" & \\text{otherwise} \\end{cases}")]
    default: return nil
    }
  }

  func latexLevel(call name: String) -> Level {
    switch name {
    case "sumsq", "inv": .suffix
    default: .atom
    }
  }

  private func call(_ name: String, _ arguments: [PhraseID], _ axis: Int?) -> [Piece]? {
    guard axis == nil, let first = arguments.first else {
      guard let axis else { return nil }
      return [.text("\\operatorname{\(Spelling.escaped(name))}_{\(axis)}\\left( ")] + list(arguments)
        + [.text(" \\right)")]
    }
    let only = arguments.count == 1
    switch name {
    case "sqrt" where only: return [.text("\\sqrt{"), .phrase(first, .conditional), .text("}")]
    case "abs" where only:
      return [.text("\\left| "), .phrase(first, .conditional), .text(" \\right|")]
    case "norm" where only:
      return [.text("\\left\\lVert "), .phrase(first, .conditional), .text(" \\right\\rVert")]
    case "sumsq" where only:
      return [.text("\\left\\lVert "), .phrase(first, .conditional), .text(" \\right\\rVert^{2}")]
    case "inv" where only: return [.phrase(first, .atom), .text("^{-1}")]
    case "eye": return [.text("I_{")] + list(arguments) + [.text("}")]
    case "zeros": return [.text("0_{")] + list(arguments) + [.text("}")]
    case "ones": return [.text("\\mathbf{1}_{")] + list(arguments) + [.text("}")]
    default: return nil
    }
  }

  private func indexed(_ base: PhraseID, _ places: [Phrase.Place]) -> [Piece] {
    // A name with a subscript of its own, or an entry of an entry, takes braces.
    var needsBraces = naming.definition(of: base) != nil
    switch document[base] {
    case .name(let name): needsBraces = needsBraces || spelling.hasSubscript(name)
    case .indexed, .call: needsBraces = true
    default: break
    }
    let braced: [Piece] = needsBraces ? [.text("{"), .phrase(base, .atom), .text("}")] : [.phrase(base, .atom)]
    return braced + [.text("_{")] + placesText(places, dots: ":") + [.text("}")]
  }

  private func reduction(_ name: String, _ generators: [Generator], _ conditions: [PhraseID]) -> [Piece] {
    let symbol: String
    switch name {
    case "sum": symbol = "\\sum"
    case "prod": symbol = "\\prod"
    case "min", "max": symbol = "\\\(name)"
    case "all": symbol = "\\bigwedge"
    case "any": symbol = "\\bigvee"
    default: symbol = "\\operatorname*{\(Spelling.escaped(name))}"
    }
    let takesLimits = symbol != "\\min" && symbol != "\\max" && !symbol.hasPrefix("\\operatorname")
    guard takesLimits else {
      let bounds = Array(generators.map { bound($0) }.joined(separator: [.text(",\\, ")]))
      return [.text("\(symbol)_{")] + bounds + tests(conditions, before: ",\\, ") + [.text("}")]
    }
    var result: [Piece] = []
    for (position, generator) in generators.enumerated() {
      if !result.isEmpty { result.append(.text(" ")) }
      let name = spelling.name(naming.letters[generator.variable] ?? "?")
      let last = position == generators.count - 1 && !conditions.isEmpty
      result.append(.text(last ? "\(symbol)_{\\substack{\(name)=" : "\(symbol)_{\(name)="))
      result.append(.phrase(generator.low, .sum))
      if last { result += tests(conditions, before: " \\\\ ") + [.text("}")] }
      result += [.text("}^{"), .phrase(generator.high, .sum), .text("}")]
    }
    return result
  }

  private func bound(_ generator: Generator) -> [Piece] {
    let name = spelling.name(naming.letters[generator.variable] ?? "?")
    return [
      .phrase(generator.low, .sum), .text(" \\le \(name) \\le "), .phrase(generator.high, .sum),
    ]
  }
}
