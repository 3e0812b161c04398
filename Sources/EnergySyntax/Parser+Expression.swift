import EnergyText

/// Binding powers, loosest first.
enum Power: Int, Comparable {
  case `if`, or, and, not, comparison, sum, product, sign

  static func < (left: Power, right: Power) -> Bool { left.rawValue < right.rawValue }

  /// The power of what stands between two operands, and that of the operand to its right.
  static func infix(_ kind: TokenKind) -> (Power, right: Power)? {
    switch kind {
    case .or: (.or, .and)
    case .and: (.and, .not)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: (.comparison, .sum)
    case .plus, .minus: (.sum, .product)
    case .star, .dot, .cross, .slash, .at: (.product, .sign)
    default: nil
    }
  }
}

extension Parser {
  /// An expression whose operators all bind at least as strongly as `power`.
  ///
  /// Operators of one power are read in a loop into one flat node.
  func expression(_ power: Power = .if) -> ExprID {
    let start = span
    var left = operand(power)
    while !panic, let (found, right) = Power.infix(kind), found >= power {
      left = chain(found, right, left, from: start)
    }
    return left
  }

  /// All further operands of one binding power behind `first`.
  private func chain(_ power: Power, _ right: Power, _ first: ExprID, from start: Span) -> ExprID {
    let before = Span(file: file, start: Int(start.start), end: Int(start.start))
    var operands = [first]
    var operators: [(TokenKind, Span)] = [(.plus, before)]
    while !panic, let (found, _) = Power.infix(kind), found == power {
      operators.append((kind, advance()))
      operands.append(expression(right))
    }
    let here = span(from: start)
    switch power {
    case .or: return tree.add(.or(operands), here)
    case .and: return tree.add(.and(operands), here)
    case .comparison:
      var links: [ComparisonLink] = []
      for index in operands.indices.dropFirst() {
        let (token, place) = operators[index]
        links.append(ComparisonLink(op: comparison(token), opSpan: place, operand: operands[index]))
      }
      checkDirections(links, here)
      return tree.add(.comparison(first: first, links), here)
    case .sum:
      var terms: [SumTerm] = []
      terms.reserveCapacity(operands.count)
      for index in operands.indices {
        let (token, place) = operators[index]
        terms.append(SumTerm(sign: token == .minus ? .minus : .plus, signSpan: place, operand: operands[index]))
      }
      return tree.add(.sum(terms), here)
    default:
      var terms: [ProductTerm] = []
      terms.reserveCapacity(operands.count)
      for index in operands.indices {
        let (token, place) = operators[index]
        terms.append(ProductTerm(op: productOperator(token), opSpan: place, operand: operands[index]))
      }
      return tree.add(.product(terms), here)
    }
  }

  /// `a < b > c` says nothing about a and c, so it is hardly what was meant.
  private func checkDirections(_ links: [ComparisonLink], _ chain: Span) {
    let rises = links.contains { $0.op == .less || $0.op == .lessOrEqual }
    let falls = links.contains { $0.op == .greater || $0.op == .greaterOrEqual }
    guard rises, falls, !panic else { return }
    diagnostics.add(
      Diagnostic(
        .error, .comparison, "this chain of comparisons changes its direction", at: chain,
        hints: [.init("write two comparisons with 'and': a < b and b > c")]))
  }

  private func comparison(_ token: TokenKind) -> ComparisonOperator {
    switch token {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    default: .greaterOrEqual
    }
  }

  private func productOperator(_ token: TokenKind) -> ProductOperator {
    switch token {
    case .slash: .divide
    case .at: .matmul
    case .dot: .dot
    case .cross: .cross
    default: .times
    }
  }

  /// What may stand to the right of an operator whose right side binds as `power`: a prefix form or a run.
  private func operand(_ power: Power) -> ExprID {
    switch kind {
    case .if: return conditional()
    case .not where power <= .not: return negation()
    case .not:
      fail(.syntax, "'not' needs parentheses here", at: span, hints: [.init("write (not …)")])
      return hole(span)
    case .plus, .minus: return signed()
    default: return run()
    }
  }

  private func conditional() -> ExprID {
    let start = advance()
    guard enter() else { return hole(start) }
    let outer = awaitsThen
    awaitsThen = true
    let condition = expression()
    awaitsThen = outer
    if kind == .colon {
      expected("'then'", hints: [.init("write then", fixIt: .init(replace: span, with: " then"))])
    } else if kind == .assign {
      expected("'then'", hints: [.init("equality is written ==", fixIt: .init(replace: span, with: "=="))])
    }
    expect(.then, "'then'")
    let then = expression()
    if !panic, kind != .else, kind != .bad {
      expected("'else'", hints: [.init("every 'if' has an 'else': if c then a else b")])
    }
    expect(.else, "'else'")
    let other = expression()
    leave()
    return tree.add(.conditional(condition: condition, then: then, else: other), span(from: start))
  }

  private func negation() -> ExprID {
    let start = advance()
    guard enter() else { return hole(start) }
    let operand = expression(.not)
    leave()
    return tree.add(.not(operand), span(from: start))
  }

  private func signed() -> ExprID {
    var signs: [(Sign, Span)] = []
    while kind == .plus || kind == .minus {
      signs.append((kind == .plus ? .plus : .minus, span))
      guard enter() else { return hole(span) }
      advance()
    }
    var result = expression(.sign)
    for (sign, place) in signs.reversed() {
      result = tree.add(.signed(sign, result), span(from: place))
    }
    leave(signs.count)
    return result
  }
}
