import EnergyText

/// How a formatted source spells what can be written in two ways.
public enum FormatSpelling: Sendable {
  /// `mu`, `x^2`, `A^T`, `<=`, `norm(v)`, `grad(E)`.
  case ascii
  /// `μ`, `x²`, `Aᵀ`, `≤`.
  case unicode
}

/// What became of a source that was to be formatted.
public struct FormatResult: Sendable {
  /// The formatted source; `nil` where it has errors.
  public let bytes: [UInt8]?
  /// What is wrong with it.
  public let diagnostics: [Diagnostic]
}

/// Brings `file`, the source numbered `id`, into the one form of the language.
///
/// White space and spelling change, never the meaning: the result is read again and compared, token by token. Line
/// breaks are the writer's; lines over `width` columns get further ones. Doing it twice changes nothing. A source with
/// errors is left alone.
public func format(
  _ file: SourceFile, id: Int, spelling: FormatSpelling = .ascii, width: Int = 100
) -> FormatResult {
  let parsed = parse(file, id: id)
  guard !parsed.hasErrors else { return FormatResult(bytes: nil, diagnostics: parsed.diagnostics) }
  let before = FormatItems(file, spelling: .ascii)
  let items = spelling == .ascii ? before : FormatItems(file, spelling: spelling)
  var writer = FormatWriter(items, width: width)
  writer.write()
  let result = SourceFile(name: file.name, bytes: writer.output)
  guard !parse(result, id: id).hasErrors, FormatItems(result, spelling: .ascii).means(before) else {
    let place = Span(file: id, start: 0, end: 0)
    let diagnostic = Diagnostic(
      .error, "E-defect", "formatting would change what this source means, so it was left as it is", at: place,
      hints: [.init("this is a defect of energy; please report it with the file")])
    return FormatResult(bytes: nil, diagnostics: [diagnostic])
  }
  return FormatResult(bytes: writer.output, diagnostics: parsed.diagnostics)
}

/// A token as it will be written, with what surrounds it.
struct FormatItem {
  /// What begins with it.
  enum Beginning { case nothing, statement, definition }

  var kind: TokenKind
  var text: String
  /// Whether it is the first of its line, and the writer's line stays one.
  var breaks = false
  /// Whether white space stood before it.
  var spaced = false
  var begins = Beginning.nothing
  /// Whether a blank line stands before it and its comments' last.
  var blankBefore = false
  /// Comments on lines of their own before it.
  var comments: [FormatComment] = []
  /// A comment behind it.
  var trailing: [UInt8]?
}

/// A comment from `#` to the end of its line; bytes, since nobody asks that a comment be UTF-8.
struct FormatComment: Equatable {
  var bytes: [UInt8]
  var blankBefore: Bool
}
