import EnergyBuiltins

/// What is wrong with how an entry is spelled in C and CUDA, as far as its text shows.
struct SpellingCheck {
  let spelling: Spelling
  let arity: Int
  /// Functions of C's library in double precision: what the table's own spellings call.
  let library: Set<String>

  var problems: [String] {
    templates.flatMap { problems(of: $0.text, isSingle: $0.isSingle) }
      + spelling.helpers.flatMap { helper in
        let isCalled = templates.contains { Self.calls(in: $0.text).contains(helper.name) }
        return (isCalled ? [] : ["nothing calls \(helper.name)"]) + problems(of: helper)
      }
  }

  private var templates: [(text: String, isSingle: Bool)] {
    [(spelling.c64, false), (spelling.c32, true), (spelling.cuda64, false), (spelling.cuda32, true)]
  }

  private func problems(of text: String, isSingle: Bool) -> [String] {
    var found = (0..<arity).filter { !text.contains("{\($0)}") }.map { "\(text) leaves out argument \($0 + 1)" }
    if text.contains("@") { found.append("\(text) has a place for a suffix") }
    let castsArguments = text.hasPrefix("(float)") && text.contains("(double)({0})")
    for name in Self.calls(in: text) {
      if name.hasPrefix("energy_") {
        guard let type = spelling.helpers.lazy.compactMap({ Self.type(of: name, in: $0) }).first else {
          found.append("\(text) calls \(name), which isn't among the helpers")
          continue
        }
        let fits = type == "float" ? isSingle : !isSingle || castsArguments
        if !fits { found.append("\(text) calls \(name) in \(type) precision") }
      } else if !name.hasPrefix("ee_") {
        let isDouble = library.contains(name)
        let isFloat = name.hasSuffix("f") && library.contains(String(name.dropLast()))
        let fits = isSingle ? isFloat || isDouble && castsArguments : isDouble && !isFloat
        if !fits { found.append("\(text) calls \(name) in the other precision, or it is unknown") }
      }
    }
    return found
  }

  /// What a template calls is defined where it says; a text calls what it defines or needs, and no function is there twice.
  private func problems(of helper: Spelling.Helper) -> [String] {
    let texts = Self.all(below: helper)
    var found: [String] = []
    if Self.type(of: helper.name, in: helper) == nil { found.append("\(helper.name) isn't defined in its text") }
    let defined = texts.flatMap(Self.definitions)
    if Set(defined).count != defined.count { found.append("\(helper.name) is defined twice") }
    for text in texts {
      let known = Self.all(below: text).flatMap(Self.definitions)
      for name in Self.calls(in: text.source) where name.hasPrefix("energy_") && !known.contains(name) {
        found.append("\(text.name) calls \(name), which it doesn't need")
      }
    }
    return found
  }

  // MARK: Text

  /// The helper and what it needs, each once.
  private static func all(below helper: Spelling.Helper) -> [Spelling.Helper] {
    helper.needs.flatMap(all).reduce(into: [helper]) { list, other in
      if !list.contains(where: { $0.name == other.name }) { list.append(other) }
    }
  }

  /// The functions that a text defines.
  private static func definitions(in helper: Spelling.Helper) -> [String] {
    helper.source.matches(of: /ENERGY_(?:FUNCTION|OUTLINE) (?:double|float) (\w+)\(/).map { String($0.output.1) }
  }

  /// `double` or `float`, where the text defines a function of this name.
  private static func type(of name: String, in helper: Spelling.Helper) -> String? {
    helper.source.matches(of: /ENERGY_(?:FUNCTION|OUTLINE) (double|float) (\w+)\(/)
      .first { $0.output.2 == name }.map { String($0.output.1) }
  }

  /// Names that stand before a bracket.
  static func calls(in text: String) -> Set<String> {
    Set(text.matches(of: /\b([A-Za-z_]\w*)\(/).map { String($0.output.1) })
  }
}
