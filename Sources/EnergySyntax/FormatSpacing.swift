/// Finds out what each item is to its neighbours: where a space stands between two, and where a long line may break.
struct FormatSpacing {
  /// What an item is to its neighbours.
  enum Role {
    case word, operand, prefix, additive, product, spacedOperator, separator
    case comprehensionColon, axis, range, caret, suffix, nabla
    case open, attached, call, closing

    var endsOperand: Bool { self == .operand || self == .suffix || self == .closing }
  }

  private struct Frame {
    enum Kind { case statement, group, list, index, type, norm }
    var kind: Kind
    var segment: Int
    var term: Int
    var isComprehension = false
  }

  /// A stretch of one bracket between commas and words.
  private struct Segment {
    var isTight: Bool
    var isLoose = false
  }

  /// Factors between additions.
  private struct Term {
    var isJuxtaposed = false
    var isSpaced = false
  }

  private let items: [FormatItem]
  private(set) var roles: [Role] = []
  /// Brackets around each item, those that it opens or closes not among them.
  private var depths: [Int] = []
  private var isInWhere: [Bool] = []
  private(set) var begins: [FormatItem.Beginning] = []
  private var segmentOf: [Int] = []
  private var termOf: [Int] = []
  private var segments: [Segment] = []
  private var terms: [Term] = []
  private var frames: [Frame] = []
  private var inWhere = false
  private var inBoxes = false
  private var head = TokenKind.newline

  init(_ items: [FormatItem]) {
    self.items = items
    for index in items.indices { take(index) }
  }

  /// Whether a space stands before the item, where it doesn't begin a line.
  func space(before index: Int) -> Bool {
    guard index > 0 else { return false }
    let left = roles[index - 1]
    let right = roles[index]
    if right == .separator { return false }
    if right == .closing { return false }
    if left == .separator { return true }
    if left == .open || left == .attached || left == .call { return false }
    if left == .word || right == .word { return left != .caret && left != .nabla }
    if left == .spacedOperator || right == .spacedOperator { return true }
    if left == .comprehensionColon { return true }
    if left == .prefix || left == .caret || left == .nabla { return false }
    switch right {
    case .comprehensionColon, .caret, .suffix, .attached: return false
    case .call: return items[index].spaced
    default: break
    }
    // Two points and a number that begins with one would be three points.
    if left == .range { return items[index].text.hasPrefix(".") }
    if right == .range { return false }
    if left == .product { return terms[termOf[index - 1]].isSpaced }
    if right == .product { return terms[termOf[index]].isSpaced }
    if left == .additive { return !isTight(index - 1) }
    if right == .additive { return !isTight(index) }
    return true
  }

  /// Whether a line that is too long may end behind the item: the lower the number, the rather there.
  func breakRank(after index: Int) -> Int? {
    if index + 1 < items.count, items[index + 1].kind == .where { return -1 }
    let depth = depths[index]
    switch roles[index] {
    case .separator: return items[index].kind == .comma ? depth : nil
    case .additive: return isTight(index) ? nil : depth
    case .spacedOperator where items[index].kind == .assign && depth == 0: return isInWhere[index] ? 1 : 0
    case .word: return items[index].kind == .and || items[index].kind == .or ? depth : nil
    default: return nil
    }
  }

  private func isTight(_ index: Int) -> Bool {
    let segment = segments[segmentOf[index]]
    return segment.isTight && !segment.isLoose
  }

  // MARK: Roles

  private mutating func take(_ index: Int) {
    let item = items[index]
    var begins = item.begins
    if begins == .statement {
      frames = [Frame(kind: .statement, segment: 0, term: 0)]
      newSegment()
      (head, inWhere, inBoxes) = (item.kind, false, false)
    }
    let previous = index > 0 && begins == .nothing ? roles[index - 1] : .separator
    if inWhere, frames.count == 1, index > 0, items[index - 1].kind == .where || items[index - 1].kind == .comma {
      begins = .definition
    }
    self.begins.append(begins)
    let role = role(index, previous)
    if previous.endsOperand, role == .operand || role == .nabla || role == .open || role == .call && item.spaced {
      segments[top.segment].isLoose = true
      terms[top.term].isJuxtaposed = true
    }
    enter(index, role)
  }

  private var top: Frame { frames[frames.count - 1] }

  private func role(_ index: Int, _ previous: Role) -> Role {
    let item = items[index]
    let operandBefore = previous.endsOperand
    switch item.kind {
    case .openParen: return operandBefore ? isSignature(index) ? .attached : .call : .open
    case .openBracket: return operandBefore ? .attached : .open
    case .closeParen, .closeBracket: return .closing
    case .normBar: return frames.contains { $0.kind == .norm } ? .closing : .open
    case .plus, .minus: return operandBefore ? .additive : .prefix
    case .cross where inBoxes && frames.count == 1: return .spacedOperator
    case .name where inBoxes && frames.count == 1 && operandBefore: return .spacedOperator
    case .star, .slash, .dot, .cross: return .product
    case .at, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .assign: return .spacedOperator
    case .comma, .semicolon: return .separator
    case .colon:
      if top.kind == .index { return .axis }
      return top.kind == .group && top.isComprehension ? .comprehensionColon : .spacedOperator
    case .range: return .range
    case .caret: return .caret
    case .transpose, .superscript: return .suffix
    case .nabla: return .nabla
    // `emit cuda -x`: what is emitted begins behind the name of the target.
    case .name where index > 0 && items[index - 1].kind == .emit: return .word
    case .number, .string, .name, .dottedName, .constant, .end: return .operand
    case .energy where index > 0 && items[index - 1].kind == .colon: return .operand
    default: return .word
    }
  }

  /// Whether the parentheses are those of a definition.
  private func isSignature(_ index: Int) -> Bool {
    index > 1 && roles[index - 2] == .word && (items[index - 2].kind == .fn || items[index - 2].kind == .energy)
  }

  private mutating func enter(_ index: Int, _ role: Role) {
    let kind = items[index].kind
    if role == .closing, frames.count > 1 { frames.removeLast() }
    roles.append(role)
    depths.append(frames.count - 1)
    isInWhere.append(inWhere)
    segmentOf.append(top.segment)
    termOf.append(top.term)
    switch role {
    case .open, .attached, .call:
      frames.append(Frame(kind: frameKind(index, role), segment: 0, term: 0))
      newSegment()
    case .separator, .comprehensionColon, .axis:
      newSegment()
    case .additive:
      newTerm()
    case .product:
      if terms[top.term].isJuxtaposed { terms[top.term].isSpaced = true }
    case .spacedOperator:
      segments[top.segment].isLoose = true
      if kind == .assign || kind == .colon { newSegment() } else if kind != .at { newTerm() }
    case .range:
      segments[top.segment].isTight = true
      newTerm()
    case .word:
      takeWord(index)
    default:
      break
    }
  }

  private mutating func takeWord(_ index: Int) {
    switch items[index].kind {
    case .in: frames[frames.count - 1].isComprehension = true
    case .where where frames.count == 1: (inWhere, inBoxes) = (true, false)
    case .over where frames.count == 1: inBoxes = head == .plot
    case .with, .to: if frames.count == 1 { inBoxes = false }
    default: break
    }
    // `a * if …` rather than `a* if …`.
    if index > 0, roles[index - 1] == .product { terms[top.term].isSpaced = true }
    newSegment()
  }

  private func frameKind(_ index: Int, _ role: Role) -> Frame.Kind {
    switch items[index].kind {
    case .normBar: .norm
    case .openParen: .group
    default: role == .open ? .list : isType(index) ? .type : .index
    }
  }

  /// Whether the bracket stands behind the name of a type.
  private func isType(_ index: Int) -> Bool {
    index > 1 && items[index - 2].kind == .colon && roles[index - 2] == .spacedOperator
  }

  private mutating func newSegment() {
    segments.append(Segment(isTight: top.kind == .index))
    frames[frames.count - 1].segment = segments.count - 1
    newTerm()
  }

  private mutating func newTerm() {
    terms.append(Term())
    frames[frames.count - 1].term = terms.count - 1
  }
}
