/// Writes diagnostics for programs, as JSON (RFC 8259).
///
/// A diagnostic is an object with `severity`, `code`, `message`, `spans` (at most one, with its `label`), `notes` and
/// `hints`; a hint that is an edit has a `fix` with the `span` to replace and the `replacement`. Lines and columns
/// count from 1, `start` and `end` are offsets in bytes.
public struct JSONRenderer: Sendable {
  /// The sources that spans refer to.
  public var sources: SourceMap

  /// A renderer for diagnostics about `sources`.
  public init(sources: SourceMap) { self.sources = sources }

  /// An array of diagnostics on one line.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    "[" + diagnostics.map(render).joined(separator: ",") + "]"
  }

  /// One diagnostic on one line.
  public func render(_ diagnostic: Diagnostic) -> String {
    let spans = diagnostic.span.map { [span($0, label: diagnostic.label)] } ?? []
    let notes = diagnostic.notes.map { note in
      object([("message", quoted(note.message))] + (note.span.map { [("span", span($0, label: nil))] } ?? []))
    }
    let hints = diagnostic.hints.map { hint in
      let fix = hint.fixIt.map { fixIt in
        [("fix", object([("span", span(fixIt.span, label: nil)), ("replacement", quoted(fixIt.replacement))]))]
      }
      return object([("message", quoted(hint.message))] + (fix ?? []))
    }
    return object([
      ("severity", quoted(diagnostic.severity.rawValue)), ("code", quoted(diagnostic.code.name)),
      ("message", quoted(diagnostic.message)), ("spans", array(spans)), ("notes", array(notes)),
      ("hints", array(hints)),
    ])
  }

  /// A text as a JSON string with its quotes.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        // U+2028 and U+2029 are allowed by JSON but not by all that embed it.
        if scalar.value < 0x20 || scalar.value == 0x7F || scalar.value == 0x2028 || scalar.value == 0x2029 {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  private func span(_ span: Span, label: String?) -> String {
    var fields = [("start", String(span.start)), ("end", String(span.end))]
    if let file = sources.file(of: span) {
      let start = file.position(of: Int(span.start))
      let end = file.position(of: Int(span.end))
      fields = [("file", quoted(file.name)), ("line", String(start.line)), ("column", String(start.column))] + fields
      fields += [("endLine", String(end.line)), ("endColumn", String(end.column))]
    }
    if let label { fields.append(("label", quoted(label))) }
    return object(fields)
  }

  private func quoted(_ text: String) -> String { JSONRenderer.quoted(text) }

  private func array(_ elements: [String]) -> String { "[" + elements.joined(separator: ",") + "]" }

  private func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { quoted($0.0) + ":" + $0.1 }.joined(separator: ",") + "}"
  }
}
