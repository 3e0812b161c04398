import Glibc

/// Decimal numbers in bytes that end anywhere, read with correct rounding.
enum NumberText {
  /// Powers of ten that a double holds exactly.
  private static let exactPowers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// The longest number that starts at `start`, and where it ends: `[+-] digits [. digits] [e[+-]digits]`, `inf`,
  /// `infinity` or `nan` in any case. Hexadecimal floats and digit separators aren't numbers.
  static func parse(_ bytes: UnsafeRawBufferPointer, from start: Int) -> (value: Double, end: Int)? {
    var position = start
    func byte(_ at: Int) -> UInt8 { at < bytes.count ? bytes[at] : 0 }
    let negative = byte(position) == UInt8(ascii: "-")
    if negative || byte(position) == UInt8(ascii: "+") { position += 1 }

    var mantissa: UInt64 = 0
    var significant = 0
    var scale = 0
    let wholeStart = position
    while case let digit = byte(position) &- 0x30, digit < 10 {
      if significant > 0 || digit > 0 { significant += 1 }
      if significant <= 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
      position += 1
    }
    var digits = position - wholeStart
    if byte(position) == UInt8(ascii: ".") {
      let fractionStart = position + 1
      position = fractionStart
      while case let digit = byte(position) &- 0x30, digit < 10 {
        if significant > 0 || digit > 0 { significant += 1 }
        if significant <= 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
        position += 1
      }
      scale = fractionStart - position
      digits -= scale
    }
    guard digits > 0 else { return word(bytes, from: wholeStart, negative: negative) }

    if byte(position) | 0x20 == UInt8(ascii: "e") {
      var exponentPosition = position + 1
      let negativeExponent = byte(exponentPosition) == UInt8(ascii: "-")
      if negativeExponent || byte(exponentPosition) == UInt8(ascii: "+") { exponentPosition += 1 }
      let exponentStart = exponentPosition
      var exponent = 0
      while case let digit = byte(exponentPosition) &- 0x30, digit < 10 {
        exponent = min(exponent * 10 + Int(digit), 1_000_000)
        exponentPosition += 1
      }
      if exponentPosition > exponentStart {
        position = exponentPosition
        scale += negativeExponent ? -exponent : exponent
      }
    }
    // Both factors exact, so one operation rounds once (Clinger, "How to read floating point numbers accurately", 1990).
    if significant <= 19, mantissa <= 1 << 53, scale.magnitude <= 22 {
      let power = exactPowers[Int(scale.magnitude)]
      let value = scale < 0 ? Double(mantissa) / power : Double(mantissa) * power
      return (negative ? -value : value, position)
    }
    return (viaStrtod(UnsafeRawBufferPointer(rebasing: bytes[start..<position])), position)
  }

  private static func word(
    _ bytes: UnsafeRawBufferPointer, from start: Int, negative: Bool
  ) -> (value: Double, end: Int)? {
    let letters = bytes[start...].prefix(8).map { $0 | 0x20 }
    for (word, value) in [("infinity", Double.infinity), ("inf", .infinity), ("nan", .nan)]
    where letters.starts(with: word.utf8) {
      return (negative ? -value : value, start + word.utf8.count)
    }
    return nil
  }

  /// Correctly rounded by the C library, which wants a zero byte at the end.
  private static func viaStrtod(_ text: UnsafeRawBufferPointer) -> Double {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: text.count + 1) { buffer in
      for (index, byte) in text.enumerated() { buffer[index] = CChar(bitPattern: byte) }
      buffer[text.count] = 0
      return buffer.baseAddress.map { strtod($0, nil) } ?? .nan
    }
  }
}
