/// How one style spells numbers, names and signs.
struct Spelling {
  let style: Printer.Style

  init(_ style: Printer.Style) { self.style = style }

  var isLatex: Bool { style == .latex }

  /// The shortest digits that read back as the same number, without `.0`.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  func number(_ value: Double) -> String {
    let text = Self.number(value)
    guard isLatex else { return text }
    if value.isInfinite { return value < 0 ? "-\\infty" : "\\infty" }
    if value.isNaN { return "\\mathrm{nan}" }
    guard let e = text.firstIndex(where: { $0 == "e" }) else { return text }
    let exponent = text[text.index(after: e)...].drop { $0 == "+" }
    let power = "10^{\(exponent)}"
    return text[..<e] == "1" ? power : "\(text[..<e]) \\cdot \(power)"
  }

  // MARK: Names

  /// A name, Greek where it is the name of a Greek letter, with its digits or its last part as a subscript.
  func name(_ name: String) -> String {
    if style == .text { return name }
    let parts = name.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    let isPlain = !name.contains(".") && parts.allSatisfy { !$0.isEmpty }
    guard isPlain, let stem = parts.first else { return isLatex ? "\\mathrm{\(Self.escaped(name))}" : name }
    let rest = Array(parts.dropFirst())
    if style == .unicode {
      let letter = Self.greek[stem] ?? stem
      if rest.count == 1, rest[0].allSatisfy({ $0.isASCII && $0.isNumber }) {
        return letter + String(rest[0].compactMap { $0.wholeNumberValue }.compactMap(Self.subscriptDigit))
      }
      return ([letter] + rest).joined(separator: "_")
    }
    let pieces = parts.map(Self.latexWord)
    return rest.isEmpty ? pieces[0] : "\(pieces[0])_{\(pieces.dropFirst().joined(separator: ","))}"
  }

  private static func subscriptDigit(_ digit: Int) -> Character? {
    Unicode.Scalar(0x2080 + UInt32(digit)).map(Character.init)
  }

  /// Whether a name ends in a subscript, to which another one can't be added.
  func hasSubscript(_ name: String) -> Bool { self.name(name).contains("_{") }

  private static func latexWord(_ word: String) -> String {
    if greek[word] != nil { return sameAsLatin[word] ?? "\\\(word)" }
    if let known = greek.first(where: { $0.value == word }) { return sameAsLatin[known.key] ?? "\\\(known.key)" }
    if word.allSatisfy({ $0.isASCII && $0.isNumber }) { return word }
    return word.count == 1 && word.first?.isASCII == true ? word : "\\mathrm{\(escaped(word))}"
  }

  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "_&%$#{}".contains(character) { result += "\\" }
      result.append(character)
    }
  }

  /// Greek letters that LaTeX has no command for because they look like Latin ones.
  private static let sameAsLatin: [String: String] = ["omicron": "o"]

  private static let greek: [String: String] = [
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
  ]

  /// A function's name before its bracket.
  func function(_ name: String) -> String {
    guard isLatex else { return name }
    let known: Set<String> = [
      "exp", "log", "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "coth", "min", "max", "det",
    ]
    let renamed = ["asin": "\\arcsin", "acos": "\\arccos", "atan": "\\arctan", "trace": "\\operatorname{tr}"]
    return renamed[name] ?? (known.contains(name) ? "\\\(name)" : "\\operatorname{\(Self.escaped(name))}")
  }

  // MARK: Signs

  var open: String { isLatex ? "\\left( " : "(" }
  var close: String { isLatex ? " \\right)" : ")" }

  /// Between factors; `·` between two tensors would be read as a dot product.
  func times(betweenTensors: Bool) -> String {
    switch style {
    case .text: "*"
    case .unicode: betweenTensors ? "*" : "·"
    case .latex: betweenTensors ? " \\odot " : " \\, "
    }
  }

  func relation(_ symbol: String) -> String {
    switch style {
    case .text: symbol
    case .unicode: ["<=": "≤", ">=": "≥", "!=": "≠"][symbol] ?? symbol
    case .latex: ["<=": "\\le", ">=": "\\ge", "!=": "\\ne", "==": "="][symbol] ?? symbol
    }
  }

  func connective(_ word: String) -> String {
    isLatex ? ["and": "\\land", "or": "\\lor"][word] ?? word : word
  }

  /// An exponent, raised where the style can.
  func exponent(_ value: Double) -> String {
    let text = Self.number(value)
    switch style {
    case .text: return "^" + text
    case .latex: return "^{\(number(value))}"
    case .unicode:
      guard text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return "^" + text }
      let raised = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
      return String(text.compactMap { $0.wholeNumberValue.map { raised[$0] } })
    }
  }

  var transpose: String {
    switch style {
    case .text: "^T"
    case .unicode: "ᵀ"
    case .latex: "^{\\top}"
    }
  }
}
