/// The rules of layout as grammar/energy.ebnf words them, independent of the parser's, and ways to write tokens down.
struct GrammarLayout {
  private let open: Set<String>
  private let more: Set<String>
  private let heads: Set<String>
  private let words: Set<String>

  init(_ grammar: Grammar) {
    open = grammar.members(of: "open")
    more = grammar.members(of: "more")
    heads = grammar.members(of: "head")
    words = grammar.members(of: "words").union(grammar.members(of: "CONST"))
  }

  // MARK: What the parser is to see

  /// The symbols that remain of tokens written one behind the other, NL being a line break before a line at the margin
  /// and DEF one before an indented line; `nil` where layout refuses the text. The bars of a norm are told apart:
  /// the second closes.
  func symbols(_ tokens: [GrammarToken]) -> [[String]]? {
    var result: [[String]] = []
    var previous: String?
    var depth = 0
    var inWhere = false
    var inNorm = false
    func endStatement(_ symbol: String = "NL") {
      result.append([symbol])
      (inWhere, inNorm) = (false, false)
    }
    for (index, token) in tokens.enumerated() {
      if token.symbol == "NL" || token.symbol == "DEF" {
        // Of several line breaks the last counts.
        guard index + 1 < tokens.count, !isBreak(tokens[index + 1]) else { continue }
        let next = tokens[index + 1].symbol
        let isHead = heads.contains(next)
        let atMargin = token.symbol == "NL"
        if depth > 0 {
          if atMargin, isHead, !(next == "energy" && previous == ":") { return nil }
          continue
        }
        guard let previous else {
          if atMargin { continue }
          return nil
        }
        if atMargin {
          if isHead {
            endStatement()
          } else if !open.contains(previous) {
            if more.contains(next) { return nil }
            endStatement()
          }
        } else if !open.contains(previous), previous == ";" || !more.contains(next) {
          guard inWhere, beginsDefinition(tokens, index + 1) else { return nil }
          result.append(["DEF"])
        }
        continue
      }
      previous = token.symbol
      switch token.symbol {
      case "(", "[": depth += 1
      case ")", "]": depth = max(0, depth - 1)
      case "where" where depth == 0: inWhere = true
      case ";" where depth == 0:
        endStatement(";")
        continue
      case "‖":
        result.append([inNorm ? "‖ end" : "‖"])
        inNorm.toggle()
        continue
      default: break
      }
      // A name may be one of the two that have a meaning of their own in one place.
      switch token.text {
      case "x", "std": result.append(["NAME", token.text])
      default: result.append([token.symbol])
      }
    }
    if depth > 0 { return nil }
    return result + [["NL"]]
  }

  private func isBreak(_ token: GrammarToken) -> Bool { token.symbol == "NL" || token.symbol == "DEF" }

  private func beginsDefinition(_ tokens: [GrammarToken], _ start: Int) -> Bool {
    guard
      tokens[start].symbol == "NAME" || ["x", "std"].contains(tokens[start].text)
        || words.contains(tokens[start].text)
    else { return false }
    var next = start + 1
    if next < tokens.count, tokens[next].symbol == "(" {
      var depth = 0
      repeat {
        if tokens[next].symbol == "(" { depth += 1 }
        if tokens[next].symbol == ")" { depth -= 1 }
        next += 1
      } while depth > 0 && next < tokens.count
    }
    return next < tokens.count && tokens[next].symbol == "="
  }

  // MARK: Writing

  /// The tokens with a space between any two, and no line breaks but their own.
  func plain(_ tokens: [GrammarToken]) -> String {
    tokens.map { token in
      switch token.symbol {
      case "NL": "\n"
      case "DEF": "\n  "
      default: token.text + " "
      }
    }.joined()
  }

  /// The tokens with spaces where they are needed or random wants them, line breaks and comments wherever they may be.
  func broken(_ tokens: [GrammarToken], _ random: inout SplitMix) -> String {
    var text = ""
    var depth = 0
    var last = GrammarToken("NL")
    let pick = { (random: inout SplitMix, pieces: [String]) in pieces.randomElement(using: &random) ?? "" }
    for token in tokens {
      switch token.symbol {
      case "NL":
        text += pick(&random, ["\n", "\n", " # a comment\n", "\r\n", "\n\n# a comment\n", "\n   \n"])
      case "DEF":
        text += pick(&random, ["\n  ", "\n    ", " # one (\n\n  "])
      default:
        let mayBreak =
          depth > 0
          || !["NL", ";"].contains(last.symbol) && (open.contains(last.symbol) || more.contains(token.symbol))
        if mayBreak, Int.random(in: 0..<8, using: &random) == 0 {
          text += pick(&random, ["\n  ", "\n        ", " # …\n  ", "\n\n # if\n  "])
        } else if isBreak(last) || isSeparate(last, token) && Bool.random(using: &random) {
          // nothing
        } else {
          text += pick(&random, [" ", " ", "  "])
        }
        if token.symbol == "(" || token.symbol == "[" { depth += 1 }
        if token.symbol == ")" || token.symbol == "]" { depth -= 1 }
        text += token.text
      }
      last = token
    }
    return text
  }

  /// Whether two tokens stay two when nothing stands between them.
  private func isSeparate(_ left: GrammarToken, _ right: GrammarToken) -> Bool {
    let brackets: Set<String> = ["(", ")", "[", "]", ",", ";", "‖"]
    return brackets.contains(left.symbol) || brackets.contains(right.symbol)
  }
}
