/// Lines of source with their indentation.
struct CodeBuilder {
  private(set) var lines: [String] = []
  private var depth = 0

  /// Writes a line at the present depth; an empty one stays empty.
  mutating func line(_ text: String = "") {
    lines.append(text.isEmpty ? "" : String(repeating: "  ", count: depth) + text)
  }

  /// Writes several lines at the present depth.
  mutating func lines(_ text: String) {
    for part in text.split(separator: "\n", omittingEmptySubsequences: false) { line(String(part)) }
  }

  /// Writes a head that ends in a brace and goes one level deeper.
  mutating func open(_ head: String) {
    lines(head.isEmpty ? "{" : head + " {")
    depth += 1
  }

  /// Writes `head(arguments) {`, on several lines where one would be long, and goes one level deeper.
  mutating func open(_ head: String, taking arguments: [String]) { open(Self.wrapped(head, arguments)) }

  /// `head(arguments)tail`, broken between arguments where the line would be long.
  static func wrapped(_ head: String, _ arguments: [String], _ tail: String = "") -> String {
    let whole = "\(head)(\(arguments.joined(separator: ", ")))\(tail)"
    if whole.count <= 116 { return whole }
    var lines = [head + "("]
    for (position, argument) in arguments.enumerated() {
      let piece = argument + (position == arguments.count - 1 ? ")" + tail : ", ")
      if lines[lines.count - 1].count + piece.count > 112 || lines.count == 1 { lines.append("    ") }
      lines[lines.count - 1] += piece
    }
    return lines.map { $0.hasSuffix(" ") ? String($0.dropLast()) : $0 }.joined(separator: "\n")
  }

  /// Goes one level up and closes the brace.
  mutating func close(_ tail: String = "") {
    depth -= 1
    line("}" + tail)
  }

  /// Closes a brace and opens the next one on the same line: `} else {`.
  mutating func reopen(_ word: String) {
    depth -= 1
    line("} \(word) {")
    depth += 1
  }

  /// Appends what another builder wrote, indented as here.
  mutating func append(_ other: CodeBuilder) { for text in other.lines { line(text) } }

  /// Appends what another builder wrote, and before it the declarations of those names that it mentions.
  mutating func append(_ other: CodeBuilder, after declarations: [(name: String, text: String)]) {
    let words = other.text.words
    for declaration in declarations where words.contains(declaration.name) { line(declaration.text) }
    append(other)
  }

  /// Appends the body of a function; arguments that it doesn't mention are said to be unused.
  mutating func appendBody(_ body: CodeBuilder, of arguments: [String]) {
    var words: Set<String> = []
    for line in body.lines {
      // A field of the same name mentions no argument.
      let plain = line.replacing(#/(->|\.)[A-Za-z_][A-Za-z0-9_]*/#, with: "")
      words.formUnion(plain.words)
    }
    for name in arguments where !words.contains(name) { line("(void)\(name);") }
    append(body)
  }

  /// Everything, with a newline at the end.
  var text: String { lines.joined(separator: "\n") + "\n" }
}

/// Text within a comment of C: it can't end the comment, and begins no other one.
func commentText(_ text: String) -> String {
  var result = ""
  for character in text {
    if (character == "/" && result.last == "*") || (character == "*" && result.last == "/") { result += " " }
    // A backslash at the end of a line would join the next one; `??/` is one, too.
    result.append(character == "\\" ? "/" : character == "?" && result.last == "?" ? "." : character)
  }
  return result
}
