import EnergyIR
import EnergyLowering

/// The names of loops, places in arrays, and bounds.
extension BlockWriter {
  mutating func loopName(_ variable: Variable) -> String {
    let name = indexName(layout.program.indexNames[variable.extent] ?? [], extent: variable.extent)
    variables[variable] = name
    return name
  }

  /// A name for an index until `closeLoopName`: what the user calls indices of that length, the letter of the size in
  /// small, or a usual letter.
  mutating func indexName(_ wanted: [String] = [], extent: Size? = nil) -> String {
    let size = extent?.dimension?.name ?? ""
    let letter = size.count == 1 && size != size.lowercased() ? [size.lowercased()] : []
    let candidates = wanted.map(SourceNames.mangled) + letter + ["i", "j", "k", "l", "m", "n"]
    let free = candidates.first {
      !loopNames.contains($0) && (allLoopNames.contains($0) || !names.isTaken($0))
    }
    let name = free ?? names.identifier(for: "i")
    names.take(name)
    allLoopNames.insert(name)
    loopNames.append(name)
    return name
  }

  /// Calls an index something else for a while.
  mutating func setIndex(_ variable: Variable, _ name: String) { variables[variable] = name }

  mutating func closeLoopName() { loopNames.removeLast() }

  func index(_ expression: IndexExpression) -> CExpression {
    var text = ""
    // 118 - t, not -t + 118.
    let offset = layout.value(expression.offset)
    let isOffsetFirst = offset > 0 && (expression.terms.first?.coefficient ?? 1) < 0
    if isOffsetFirst { text = "\(offset)" }
    for term in expression.terms {
      let size = abs(term.coefficient)
      let name = variables[term.variable] ?? "0"
      text += text.isEmpty ? (term.coefficient < 0 ? "-" : "") : (term.coefficient < 0 ? " - " : " + ")
      text += size == 1 ? name : "\(size)*\(name)"
    }
    if text.isEmpty {
      text = "\(offset)"
    } else if offset != 0, !isOffsetFirst {
      text += offset < 0 ? " - \(-offset)" : " + \(offset)"
    }
    let isPlain = !text.contains { " *-".contains($0) }
    guard let modulus = expression.modulus.map(layout.value) else {
      return CExpression(text: text, precedence: isPlain ? .primary : .sum)
    }
    // Where the range tells that at most one turn is to be taken back, no division is needed.
    var (lowest, highest) = (offset, offset)
    for term in expression.terms {
      let reach = term.coefficient * max(0, layout.value(term.variable.extent) - 1)
      if reach < 0 { lowest += reach } else { highest += reach }
    }
    switch (lowest, highest) {
    case (0..., ..<modulus): return CExpression(text: text, precedence: isPlain ? .primary : .sum)
    case (0..., ..<(2 * modulus)): return CExpression(text: "ee_index_down(\(text), \(modulus))")
    case ((-modulus)..., ..<modulus): return CExpression(text: "ee_index_up(\(text), \(modulus))")
    default: return CExpression(text: "ee_index_mod(\(text), \(modulus))")
    }
  }

  func bound(_ expressions: [IndexExpression], _ combiner: String) -> String {
    expressions.dropFirst().reduce(expressions.first.map { index($0).text } ?? "0") {
      "\(combiner)(\($0), \(index($1).text))"
    }
  }

  func text(_ condition: Condition) -> String {
    let symbol =
      switch condition.relation {
      case .atLeastZero: ">="
      case .equalsZero: "=="
      case .differsFromZero: "!="
      }
    return "\(index(condition.expression).text) \(symbol) 0"
  }
}
