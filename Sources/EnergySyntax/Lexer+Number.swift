import EnergyText

extension Lexer {
  /// Reads `12`, `1_000`, `0.5`, `.5`, `1e-3`; other spellings are refused with the one that was meant.
  func number() {
    let start = position
    if smallInteger() || refuseHexadecimal() { return }
    var problem: (message: String, fix: String?)?
    digits(&problem)
    var isInteger = true
    var meant = text(start)
    if peek() == UInt8(ascii: "."), peek(1) != UInt8(ascii: ".") {
      isInteger = false
      position += 1
      if isDigit(peek()) {
        if start == position - 1 { meant = "0" }
        let fraction = position
        digits(&problem)
        meant += "." + text(fraction)
      } else {
        meant += ".0"
        problem = ("a digit is missing behind the point", nil)
      }
    }
    exponent(&meant, &isInteger, &problem)
    if peek() == UInt8(ascii: "."), peek(1) != UInt8(ascii: ".") {
      let point = position
      position += 1
      while isDigit(peek()) || peek() == UInt8(ascii: ".") && isDigit(peek(1)) { position += 1 }
      problem = ("a number has one point, and none in its exponent", power(meant, text(point)))
    }
    let plain = meant.filter { $0 != "_" }
    let value = Double(plain) ?? 0
    let here = span(start, position)
    if let problem {
      let replacement = problem.fix ?? meant
      let hint = replacement.isEmpty ? nil : Diagnostic.FixIt(replace: here, with: replacement)
      report(
        .number, "'\(shortened(text(start)))' isn't a number here: \(problem.message)", here,
        hints: hint.map { [.init("write \(shortened($0.replacement))", fixIt: $0)] } ?? [])
    } else if value.isInfinite {
      report(
        .number, "this number is larger than any that can be stored", here,
        hints: [.init("the largest is 1.7976931348623157e308; infinity is written inf")])
    }
    stream.numbers.append(NumberLiteral(value: value, integer: isInteger ? Int(plain) : nil))
    emit(.number, from: start, value: Int32(stream.numbers.count - 1))
  }

  /// `1e5.3` as a power of ten: `10^5.3`. Empty where that isn't meant.
  private func power(_ number: String, _ fraction: String) -> String {
    let parts = number.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    guard parts.count == 2, fraction.count > 1, !fraction.dropFirst().contains(".") else { return "" }
    return (parts[0] == "1" ? "" : parts[0] + "*") + "10^\(parts[1])\(fraction)"
  }

  /// What was read since `start`.
  private func text(_ start: Int) -> String { source.text(from: start, to: position) }

  /// The usual case: up to 15 digits and nothing that belongs to a number behind them.
  private func smallInteger() -> Bool {
    var end = position
    var value = 0
    while end < bytes.count, isDigit(bytes[end]), end - position < 15 {
      value = value * 10 + Int(bytes[end] & 0x0F)
      end += 1
    }
    guard end > position else { return false }
    if end < bytes.count {
      let next = bytes[end]
      if isNameByte(next) || next == UInt8(ascii: ".") { return false }
    }
    let start = position
    position = end
    stream.numbers.append(NumberLiteral(value: Double(value), integer: value))
    emit(.number, from: start, value: Int32(stream.numbers.count - 1))
    return true
  }

  /// Digits with `_` between them; a `_` elsewhere is a problem.
  private func digits(_ problem: inout (message: String, fix: String?)?) {
    let start = position
    while isDigit(peek()) || peek() == UInt8(ascii: "_") {
      if peek() == UInt8(ascii: "_"), !isDigit(peek(1)) || position == start || peek(1) == UInt8(ascii: "_") {
        problem = ("'_' stands only between digits", "")
      }
      position += 1
    }
    if problem?.fix == "" {
      problem?.fix = source.text(from: start, to: position).filter { $0 != "_" }
    }
  }

  private func exponent(
    _ meant: inout String, _ isInteger: inout Bool, _ problem: inout (message: String, fix: String?)?
  ) {
    guard peek() | 0x20 == UInt8(ascii: "e") else { return }
    let signed = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
    if isDigit(peek(signed ? 2 : 1)) {
      let start = position
      position += signed ? 2 : 1
      digits(&problem)
      meant += source.text(from: start, to: position)
      isInteger = false
    } else if !isNameByte(peek(1)), !(peek(1) >= 0x80 && beginsName(at: position + 1)) {
      let letter = source.text(from: position, to: position + 1)
      problem = ("digits are missing behind '\(letter)'; for a product write '*'", meant + "*" + letter)
      position += 1
    }
  }

  private func refuseHexadecimal() -> Bool {
    func isHexadecimal(_ byte: UInt8) -> Bool {
      isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"))
    }
    guard peek() == UInt8(ascii: "0"), peek(1) | 0x20 == UInt8(ascii: "x"), isHexadecimal(peek(2)) else { return false }
    let start = position
    position += 2
    while isNameByte(peek()) { position += 1 }
    let here = span(start, position)
    let value = Int(text(start + 2).filter { $0 != "_" }, radix: 16)
    let fix = value.map { Diagnostic.FixIt(replace: here, with: String($0)) }
    report(
      .number, "'\(shortened(text(start)))' isn't a number here: numbers are decimal", here,
      hints: fix.map { [.init("write \(shortened($0.replacement))", fixIt: $0)] } ?? [])
    stream.numbers.append(NumberLiteral(value: Double(value ?? 0), integer: value ?? 0))
    emit(.number, from: start, value: Int32(stream.numbers.count - 1))
    return true
  }
}
