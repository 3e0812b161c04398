import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

/// A value with the expression it comes from, for messages.
struct Operand {
  let value: TypedValue
  let span: Span
  /// The expression's name, where it is one.
  var name: String?
  var provenance: Provenance?
}

extension Elaborator {
  // MARK: Types as text

  /// The type as a user writes it: `vector[3]`, `symmetric[2]`, `real`.
  func typeText(_ value: TypedValue) -> String { graph.typeText(value) }

  func typeText(_ symbol: Symbol) -> String { Graph.typeText(symbol) }

  func typeText(_ shape: [Size], _ type: ElementType = .real, _ form: Form? = nil) -> String {
    Graph.typeText(shape, type, form)
  }

  /// Shortest text of a number, whole ones without a point.
  func numberText(_ value: Double) -> String { shortest(value) }

  // MARK: Operands

  /// `x : vector[3]`, or the type alone for what has no name.
  func described(_ operand: Operand) -> String {
    guard let name = operand.name else { return "\(shortText(operand.span)) : \(typeText(operand.value))" }
    return "\(name) : \(typeText(operand.value))"
  }

  /// The text of a span, cut to what a message can hold.
  func shortText(_ span: Span, limit: Int = 40) -> String {
    let whole = text(span)
    return whole.count <= limit ? whole : whole.prefix(limit - 1) + "…"
  }

  /// The expression as an operand: with its name and where that comes from, if it is a name.
  func operand(_ id: ExprID, _ value: TypedValue, _ scope: Scope) -> Operand {
    var operand = Operand(value: value, span: scope.tree[id].span)
    if case .name(let name) = scope.tree[id].kind {
      operand.name = name
      operand.provenance = provenance(of: name, scope)
    }
    return operand
  }

  func provenance(of name: String, _ scope: Scope) -> Provenance? {
    switch scope.find(name) {
    case .value(_, let provenance), .size(_, let provenance): return provenance
    case .deferred(let entry): return Provenance(span: entry.definition.name.span)
    case nil: return definition(name, scope)?.provenance
    }
  }

  // MARK: Shapes that don't fit

  /// Two sizes of one rank that differ: names both, says where each comes from and what to change.
  func sizeMismatch(_ a: Operand, _ b: Operand, at span: Span) -> Diagnostic {
    let (left, right) = (typeText(a.value), typeText(b.value))
    var label: String?
    var notes: [Diagnostic.Note] = []
    // The first operand with a name gets the label; others a line each.
    for operand in [a, b] {
      let name = operand.name ?? shortText(operand.span)
      let text = "\(name) : \(typeText(operand.value))"
      guard let provenance = operand.provenance else {
        notes.append(.init(text))
        continue
      }
      if let valueSpan = provenance.valueSpan {
        let sizes = graph.shape(operand.value.node).flatMap(\.dimensions)
        let known = Set(sizes).sorted().compactMap { dimension in
          value(of: Size(dimension)).map { "\(dimension.name) = \($0)" }
        }
        let whole = known.isEmpty ? text : "\(text) (\(known.joined(separator: ", ")))"
        notes.append(.init("\(whole) comes from its value \(shortText(valueSpan))", at: valueSpan))
      } else if label == nil {
        label = "\(text) (declared here, \(place(provenance.span, seenFrom: span)))"
      } else {
        notes.append(.init("\(text) is declared", at: provenance.span))
      }
    }
    let dimensions = [a, b].flatMap { graph.shape($0.value.node) }.flatMap(\.dimensions)
    for dimension in Set(dimensions).sorted() {
      guard let (text, place) = knowledge(of: dimension), !notes.contains(where: { $0.span == place }) else { continue }
      notes.append(.init("\(dimension.name) = \(text)", at: place))
    }
    return Diagnostic(
      .error, .shape, "these sizes differ: \(left) and \(right)", at: span,
      label: label ?? "\(left) and \(right)", notes: notes, hints: sizeHints(a, b).map { .init($0) })
  }

  private func sizeHints(_ a: Operand, _ b: Operand) -> [String] {
    let shapes = [graph.shape(a.value.node), graph.shape(b.value.node)]
    guard shapes.allSatisfy({ $0.count == 1 }) else { return [] }
    let pairs = [(a, b, shapes[0][0]), (b, a, shapes[1][0])]
    guard
      let (argument, other, count) = pairs.first(where: {
        $0.0.name != nil && $0.0.provenance?.isArgument == true && $0.1.name != nil
      }), let name = argument.name, let otherName = other.name
    else { return [] }
    let change = "change \(name) to \(typeText(other.value))"
    guard let number = count.constant, other.provenance?.valueSpan != nil else { return [change] }
    return ["\(change), or give \(otherName) \(entriesText(number))"]
  }

  private func entriesText(_ number: Int) -> String {
    let words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    let word = words[safe: number] ?? String(number)
    return number == 1 ? "one entry" : "\(word) entries"
  }

  /// An element-wise operation between two forms that no rule matches.
  func broadcastError(_ a: Operand, _ b: Operand, _ symbol: String, at span: Span) -> Diagnostic {
    let (left, right) = (typeText(a.value), typeText(b.value))
    let label = [a, b].map(described).joined(separator: ", ")
    let pair = Set([a.value.form, b.value.form])
    var hints: [String] = []
    if pair == [.matrix, .vector] {
      hints = matrixVectorHints(a, b, symbol)
      return Diagnostic(
        .error, .broadcast, "\(operation(left, symbol, right)) has two readings", at: span, label: label,
        hints: hints.map { .init($0) })
    }
    if pair == [.row, .vector] {
      let vector = a.value.form == .vector ? a : b
      let row = a.value.form == .vector ? b : a
      hints = [
        "entry by entry, as vectors:    \(shortText(vector.span)) \(symbol) \(withoutTranspose(row))",
        "every pair, as a matrix:       col(\(shortText(vector.span))) \(symbol) \(shortText(row.span))",
      ]
    }
    return Diagnostic(
      .error, .broadcast,
      "\(operation(left, symbol, right)): only a scalar, a row or a column broadcasts, and only to a matrix",
      at: span, label: label, hints: hints.map { .init($0) })
  }

  /// `matrix[2, 3] - vector[3]`, `max(matrix[2, 3], vector[3])`.
  private func operation(_ left: String, _ symbol: String, _ right: String) -> String {
    symbol.first?.isLetter ?? false ? "\(symbol)(\(left), \(right))" : "\(left) \(symbol) \(right)"
  }

  private func withoutTranspose(_ operand: Operand) -> String {
    let text = shortText(operand.span)
    for suffix in ["^T", "'", "ᵀ"] where text.hasSuffix(suffix) { return String(text.dropLast(suffix.count)) }
    return "(\(text))^T"
  }

  private func matrixVectorHints(_ a: Operand, _ b: Operand, _ symbol: String) -> [String] {
    let isMatrixLeft = a.value.form == .matrix
    let (matrix, vector) = isMatrixLeft ? (a, b) : (b, a)
    let shape = graph.shape(matrix.value.node)
    let length = graph.shape(vector.value.node)[0]
    let matrixText = shortText(matrix.span)
    let vectorText = shortText(vector.span)
    let sign = symbol == "*" || symbol == "/" || symbol == "^" ? symbol : " \(symbol) "
    let isCall = symbol.first?.isLetter ?? false
    let join = { (wrapped: String) in
      let (left, right) = isMatrixLeft ? (matrixText, wrapped) : (wrapped, matrixText)
      return isCall ? "\(symbol)(\(left), \(right))" : left + sign + right
    }
    let (verb, to): (String, String) =
      switch symbol {
      case "-" where isMatrixLeft: ("subtract \(vectorText) from every row:", "subtract from every column:")
      case "+": ("add \(vectorText) to every row:", "add to every column:")
      case "*": ("multiply every row by \(vectorText):", "multiply every column:")
      default: ("with every row:", "with every column:")
      }
    let fitsRow = shape[1] == length
    let fitsColumn = shape[0] == length
    let rowText =
      fitsRow || !fitsColumn ? join("row(\(vectorText))") : "\(join("row(v)")), for a v : vector[\(shape[1])]"
    let columnText = fitsColumn ? join("col(\(vectorText))") : "\(join("col(v)")), for a v : vector[\(shape[0])]"
    let width = max(verb.count, to.count)
    // The code of a hint begins in one column.
    let pad = { (text: String) in text + String(repeating: " ", count: width - text.count + 4) }
    let product = isMatrixLeft && shape[1] == length && symbol == "*"
    return [pad(verb) + rowText, pad(to) + columnText]
      + (product ? [pad("the matrix product:") + "\(matrixText) \(vectorText)"] : [])
  }

  // MARK: Products

  /// A product by juxtaposition that linear algebra doesn't have.
  func productError(_ a: Operand, _ b: Operand, whole: [Operand], runSpan: Span) -> Diagnostic {
    let (left, right) = (typeText(a.value), typeText(b.value))
    let span = a.span.union(b.span)
    let label = [a, b].map { operand in
      described(operand) + (operand.provenance.map { " (\(place($0.span, seenFrom: a.span)))" } ?? "")
    }.joined(separator: ", ")
    let (x, y) = (shortText(a.span), shortText(b.span))
    var reason = "these can't be multiplied"
    var hints: [String] = []
    switch (a.value.form, b.value.form) {
    case (.vector, .matrix), (.column, .matrix):
      reason = "a column can't stand left of a matrix"
      if let last = whole.last, text(last.span) == text(a.span), whole.count >= 3 {
        let rest = Span(file: Int(b.span.file), start: Int(b.span.start), end: Int(runSpan.end))
        let head = Span(file: Int(a.span.file), start: Int(runSpan.start), end: Int(a.span.end))
        hints.append("the quadratic form is   \(text(head))^T \(text(rest))")
      } else {
        hints.append("the product with a row is   \(x)^T \(y)")
      }
      hints.append("entry by entry, scale the columns:   row(\(x))*\(y)")
    case (.vector, .vector), (.column, .vector), (.vector, .column), (.column, .column):
      reason = "two columns have no product"
      hints = ["the dot product is   \(x)^T \(y)", "entry by entry:   \(x)*\(y)"]
    case (.row, .row):
      reason = "two rows have no product"
      hints = ["entry by entry:   \(x)*\(y)"]
    case (.matrix, .row):
      reason = "a row can't stand right of a matrix"
      hints = ["as a column:   \(x) \(withoutTranspose(b))", "entry by entry, scale the columns:   \(x)*\(y)"]
    default:
      reason = "a product by juxtaposition takes at most matrices"
      hints = ["entry by entry:   \(x)*\(y)", "a general contraction:   einsum(\"ijk,k->ij\", \(x), \(y))"]
    }
    return Diagnostic(
      .error, .product, "\(left) times \(right): \(reason)", at: span, label: label, hints: hints.map { .init($0) })
  }

  /// A product whose inner sizes differ.
  func innerSizeError(_ a: Operand, _ b: Operand) -> Diagnostic {
    let label = [a, b].map { operand in
      described(operand) + (operand.provenance.map { " (\(place($0.span, seenFrom: a.span)))" } ?? "")
    }.joined(separator: ", ")
    let left = graph.shape(a.value.node).last ?? 1
    let right = graph.shape(b.value.node).first ?? 1
    let columns =
      a.value.form == .matrix ? "\(shortText(a.span)) has \(left) columns" : "\(shortText(a.span)) has \(left) entries"
    let rows =
      b.value.form == .matrix ? "\(shortText(b.span)) has \(right) rows" : "\(shortText(b.span)) has \(right) entries"
    var hints: [Diagnostic.Hint] = []
    if a.value.form == .matrix, graph.shape(a.value.node)[0] == right {
      hints.append(.init("the transpose fits:   \(shortText(a.span))^T \(shortText(b.span))"))
    }
    return Diagnostic(
      .error, .shape, "the inner sizes differ: \(typeText(a.value)) times \(typeText(b.value))",
      at: a.span.union(b.span), label: label, notes: [.init("\(columns), \(rows)")], hints: hints)
  }
}

extension Array {
  /// The element, or `nil` beyond the ends.
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
