extension EmissionRequest {
  /// The comment that a source begins with: what it computes, the formulas, the sizes, how to compile and call it.
  func writeComment(
    to code: inout CodeBuilder, language: String, real: String, usage: String, call: String?, remarks: [String]
  ) {
    func line(_ text: String) { code.line(text.isEmpty ? " *" : " * " + commentText(text)) }
    let arguments = samples.map { "\($0.name) : \($0.type)" }.joined(separator: ", ")
    code.line("/*")
    line(
      "\(name)(\(arguments)), written by energy \(version) for \(language), \(isSingle ? "single" : "double") precision."
    )
    line("")
    for formula in formulas {
      for (number, part) in formula.text.split(separator: "\n").enumerated() {
        line(number == 0 ? "\(formula.what) = \(part)" : "  \(part)")
      }
    }
    if !sizes.isEmpty {
      line("")
      line("sizes: " + sizes.map { "\($0.name) = \($0.value)" }.joined(separator: ", "))
    }
    line("")
    line("A row of x holds \(width) numbers: \(arguments).")
    line(usage)
    line("")
    if let call { line("  int status = \(call);") }
    line("")
    remarks.forEach(line)
    code.line(" */")
  }
}

extension String {
  /// The identifiers, keywords and numbers in it.
  var words: Set<String> {
    Set(split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
  }

  /// No two empty lines in a row, none of spaces alone.
  var tidied: String {
    var lines: [Substring] = []
    for line in split(separator: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.allSatisfy { $0 == " " } ? "" : line
      if trimmed.isEmpty, lines.last?.isEmpty == true { continue }
      lines.append(trimmed)
    }
    return lines.joined(separator: "\n")
  }
}
