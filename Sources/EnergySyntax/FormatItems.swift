import EnergyText
import Foundation

/// The tokens of a source without errors, spelled anew, with their comments.
struct FormatItems {
  private(set) var items: [FormatItem] = []
  /// Comments behind the last token.
  private(set) var last: [FormatComment] = []

  private let source: SourceFile
  private let spelling: FormatSpelling
  private let tokens: [Token]
  private let strings: [String]
  private var normIsOpen = false
  private var position = 0
  /// A `norm` or `grad` of the source's own isn't what the signs mean.
  private var ownNames: Set<String> = []

  init(_ source: SourceFile, spelling: FormatSpelling) {
    self.source = source
    self.spelling = spelling
    let lexer = Lexer(source, file: 0, limits: .standard)
    lexer.run()
    var layout = Layout(lexer.stream.tokens, source: source, file: 0, mode: .file, limits: .standard)
    layout.run()
    tokens = layout.result
    strings = lexer.stream.strings
    items.reserveCapacity(tokens.count)
    findOwnNames()
    collect()
  }

  /// Whether both say the same: the same tokens, statements and comments.
  func means(_ other: FormatItems) -> Bool {
    items.count == other.items.count && comments == other.comments
      && zip(items, other.items).allSatisfy { $0.kind == $1.kind && $0.text == $1.text && $0.begins == $1.begins }
  }

  private var comments: [[UInt8]] {
    items.flatMap { $0.comments.map(\.bytes) + ($0.trailing.map { [$0] } ?? []) } + last.map(\.bytes)
  }

  // MARK: Tokens

  private mutating func collect() {
    var begins = FormatItem.Beginning.statement
    var index = 0
    while index < tokens.count {
      let token = tokens[index]
      switch token.kind {
      case .newline where token.start == token.end: begins = .statement
      case .definition: begins = .definition
      case .endOfFile: takeGap(to: source.bytes.count, nil)
      default:
        var item = FormatItem(kind: token.kind, text: "")
        item.begins = begins
        begins = token.kind == .newline ? .statement : .nothing
        item.breaks = token.line != .inside
        takeGap(to: Int(token.start), &item)
        position = Int(token.end)
        index += spell(token, at: index, item)
      }
      index += 1
    }
  }

  /// Adds a token in its spelling; returns how many tokens behind it went into it.
  private mutating func spell(_ token: Token, at index: Int, _ item: FormatItem) -> Int {
    var item = item
    item.text = source.text(from: Int(token.start), to: Int(token.end))
    let next = index + 1 < tokens.count ? tokens[index + 1].kind : .endOfFile
    switch token.kind {
    case .name, .dottedName, .constant:
      item.text = spelled(name: strings[Int(token.value)], written: item.text)
    case .lessOrEqual: item.text = spelling == .ascii ? "<=" : "≤"
    case .greaterOrEqual: item.text = spelling == .ascii ? ">=" : "≥"
    case .notEqual: item.text = spelling == .ascii ? "!=" : "≠"
    case .minus: item.text = "-"
    case .dot: item.text = "·"
    case .cross: item.text = "×"
    case .newline: item.kind = .semicolon
    case .transpose:
      if item.text.contains("#") { return spellApart(token, item) }
      item.text = spelling == .ascii ? "^T" : "ᵀ"
    case .superscript where spelling == .ascii && next != .openBracket:
      return spell(exponent: strings[Int(token.value)], item)
    case .caret where spelling == .unicode:
      if let merged = superscript(at: index) {
        item.kind = .superscript
        item.text = merged.text
        position = merged.end
        items.append(item)
        return merged.count
      }
    case .normBar: return spell(bar: item)
    case .nabla where spelling == .ascii && !ownNames.contains("grad") && next == .name:
      return spell(nabla: item, index)
    default: break
    }
    items.append(item)
    return 0
  }

  /// `^ T` with a comment in between.
  private mutating func spellApart(_ token: Token, _ caret: FormatItem) -> Int {
    var item = caret
    item.kind = .caret
    item.text = "^"
    items.append(item)
    position = Int(token.start) + 1
    var letter = FormatItem(kind: .transpose, text: "T", breaks: true)
    takeGap(to: Int(token.end) - 1, &letter)
    position = Int(token.end)
    items.append(letter)
    return 0
  }

  private mutating func spell(exponent: String, _ superscript: FormatItem) -> Int {
    var item = superscript
    item.kind = .caret
    item.text = "^"
    items.append(item)
    if exponent.hasPrefix("-") { items.append(FormatItem(kind: .minus, text: "-")) }
    items.append(FormatItem(kind: .number, text: exponent.filter { $0 != "-" }))
    return 0
  }

  private mutating func spell(bar: FormatItem) -> Int {
    normIsOpen.toggle()
    var item = bar
    if spelling == .unicode || ownNames.contains("norm") {
      items.append(item)
      return 0
    }
    if normIsOpen {
      item.kind = .name
      item.text = "norm"
      items.append(item)
      items.append(FormatItem(kind: .openParen, text: "("))
    } else {
      item.kind = .closeParen
      item.text = ")"
      items.append(item)
    }
    return 0
  }

  /// `∇E` as `grad(E)`.
  private mutating func spell(nabla: FormatItem, _ index: Int) -> Int {
    let token = tokens[index + 1]
    var item = nabla
    item.kind = .name
    item.text = "grad"
    items.append(item)
    items.append(FormatItem(kind: .openParen, text: "("))
    var name = FormatItem(kind: .name, text: strings[Int(token.value)])
    name.breaks = token.line != .inside
    takeGap(to: Int(token.start), &name)
    position = Int(token.end)
    items.append(name)
    items.append(FormatItem(kind: .closeParen, text: ")"))
    return 1
  }

  /// `^2` or `^-2` at a caret as superscript digits, where nothing behind it would be read otherwise.
  private func superscript(at index: Int) -> (text: String, end: Int, count: Int)? {
    var next = index + 1
    var text = ""
    if tokens[next].kind == .minus, tokens[next].line == .inside {
      text = "⁻"
      next += 1
    }
    let number = tokens[next]
    guard number.kind == .number, number.line == .inside, number.end - number.start <= 15 else { return nil }
    switch tokens[next + 1].kind {
    case .caret, .superscript, .openBracket: return nil
    default: break
    }
    for byte in source.bytes[Int(number.start)..<Int(number.end)] {
      guard isDigit(byte) else { return nil }
      text += ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"][Int(byte & 0x0F)]
    }
    return (text, Int(number.end), next - index)
  }

  private mutating func findOwnNames() {
    for (index, token) in tokens.enumerated() where token.kind == .name {
      let name = strings[Int(token.value)]
      guard name == "norm" || name == "grad" else { continue }
      let isCalled = tokens[index + 1].kind == .openParen
      let isDefined = index > 0 && tokens[index - 1].kind.isStatementHead || defines(index)
      if !isCalled || isDefined { ownNames.insert(name) }
    }
  }

  /// Whether `name(…) =` stands here.
  private func defines(_ index: Int) -> Bool {
    var depth = 0
    for (offset, token) in tokens[(index + 1)...].enumerated() {
      if token.kind == .openParen { depth += 1 }
      if token.kind == .closeParen { depth -= 1 }
      if depth == 0 { return tokens[min(index + 2 + offset, tokens.count - 1)].kind == .assign }
      switch token.kind {
      case .openParen, .name, .comma: continue
      default: return false
      }
    }
    return false
  }

  // MARK: Names

  /// A name in ASCII, or with Greek letters and subscripts where they say the same.
  private func spelled(name: String, written: String) -> String {
    if spelling == .ascii { return name }
    let isPlain = written.utf8.allSatisfy { $0 < 0x80 }
    // Behind a point only ASCII goes on with the name.
    let pretty = name.contains(".") ? name : prettyName(name, keepsStem: isPlain)
    if pretty != name, canonicalSpelling(pretty) == name { return pretty }
    return isPlain ? name : written.precomposedStringWithCanonicalMapping
  }

  /// With a Greek letter for its name and subscripts for digits behind `_`; other stems only where `keepsStem`.
  private func prettyName(_ name: String, keepsStem: Bool) -> String {
    var stem = name
    var digits = ""
    if let underscore = name.lastIndex(of: "_"), underscore != name.startIndex {
      let behind = name[name.index(after: underscore)...]
      if !behind.isEmpty, behind.utf8.allSatisfy(isDigit) {
        stem = String(name[..<underscore])
        digits = String(String.UnicodeScalarView(behind.utf8.compactMap { Unicode.Scalar(0x2050 + UInt32($0)) }))
      }
    }
    if let letter = greekLetters[stem] { return letter + digits }
    return keepsStem ? stem + digits : name
  }

  // MARK: Comments

  /// Reads the comments from `position` to `end`, where `item` begins or the source ends.
  private mutating func takeGap(to end: Int, _ item: FormatItem?) {
    var none = item ?? FormatItem(kind: .endOfFile, text: "")
    takeGap(to: end, &none)
    if item == nil { last = none.comments }
  }

  private mutating func takeGap(to end: Int, _ item: inout FormatItem) {
    item.spaced = position < end
    var lineBreaks = 0
    var isFirstLine = !items.isEmpty
    var offset = position
    while offset < end {
      if source.bytes[offset] == UInt8(ascii: "#") {
        let start = offset
        while offset < end, source.bytes[offset] != 0x0A { offset += 1 }
        var comment = Array(source.bytes[start..<offset])
        while let last = comment.last, last == 0x20 || last == 0x09 || last == 0x0D { comment.removeLast() }
        if isFirstLine {
          items[items.count - 1].trailing = comment
        } else {
          item.comments.append(FormatComment(bytes: comment, blankBefore: lineBreaks > 1))
        }
        lineBreaks = 0
        continue
      }
      if source.bytes[offset] == 0x0A {
        lineBreaks += 1
        isFirstLine = false
      }
      offset += 1
    }
    item.blankBefore = lineBreaks > 1
  }
}

/// Greek letters by their ASCII names; capitals only where they don't look Latin.
private let greekLetters: [String: String] = {
  let latinLooks: Set<String> = [
    "Alpha", "Beta", "Epsilon", "Zeta", "Eta", "Iota", "Kappa", "Mu", "Nu", "omicron", "Omicron", "Rho", "Tau", "Chi",
    "Upsilon", "upsilon",
  ]
  var table: [String: String] = [:]
  for (scalar, name) in greekNames where (0x391...0x3C9).contains(scalar.value) && scalar.value != 0x3C2 {
    if !latinLooks.contains(name) { table[name] = String(scalar) }
  }
  return table
}()
