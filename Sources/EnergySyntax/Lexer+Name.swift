import EnergyText
import Foundation

extension Lexer {
  /// Reads a name, a word, or a dotted name such as `gaussian.mu` or `net.0.weight`.
  func name() {
    let start = position
    var isDotted = false
    var isPlain = true
    while true {
      while position < bytes.count {
        if isNameByte(bytes[position]) {
          position += 1
        } else if bytes[position] >= 0x80, let length = continuesName(at: position) {
          isPlain = false
          position += length
        } else {
          break
        }
      }
      guard peek() == UInt8(ascii: "."), isNameByte(peek(1)) || beginsName(at: position + 1) else { break }
      isDotted = true
      position += 1
    }
    if position == start + 1, bytes[start] == UInt8(ascii: "T"), let last = stream.tokens.last, last.kind == .caret {
      // `^T` is one token, also when written apart.
      stream.tokens[stream.tokens.count - 1].kind = .transpose
      stream.tokens[stream.tokens.count - 1].end = Int32(position)
      lineStart = nil
      return
    }
    let written = source.text(from: start, to: position)
    let canonical = isPlain ? written : canonicalSpelling(written)
    let kind = isDotted ? .dottedName : TokenKind.words[canonical] ?? .name
    emit(kind, from: start, value: intern(canonical))
  }

  /// Whether a letter beyond ASCII begins at `offset`.
  func beginsName(at offset: Int) -> Bool {
    guard let (scalar, _) = scalar(at: offset) else { return false }
    return isLetter(scalar)
  }

  /// The bytes of a character beyond ASCII that may stand within a name.
  func continuesName(at offset: Int) -> Int? {
    guard let (scalar, length) = scalar(at: offset) else { return nil }
    if isLetter(scalar) || (0x2080...0x2089).contains(scalar.value) { return length }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark: return scalar.properties.isDefaultIgnorableCodePoint ? nil : length
    default: return nil
    }
  }

  private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    // The superscripts T and n are letters to Unicode, exponents to a reader.
    if scalar.value == 0x1D40 || scalar.value == 0x207F { return false }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return !scalar.properties.isDefaultIgnorableCodePoint
    default: return false
    }
  }

  /// The scalar at `offset` and its length in bytes; `nil` for bytes that aren't UTF-8.
  func scalar(at offset: Int) -> (Unicode.Scalar, Int)? {
    guard offset < bytes.count else { return nil }
    let first = bytes[offset]
    let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0
    guard length > 0, first <= 0xF4, offset + length <= bytes.count else { return nil }
    guard length > 1 else { return (Unicode.Scalar(first), 1) }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for byte in bytes[(offset + 1)..<(offset + length)] {
      guard byte & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    let least: [UInt32] = [0, 0, 0x80, 0x800, 0x1_0000]
    guard value >= least[length], let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
  }
}

/// The canonical spelling of a name: `mu` for `μ`, `x_1` for `x₁`.
public func canonicalName(_ written: String) -> String { canonicalSpelling(written) }

/// Greek letters by name, subscript digits behind `_`, the rest in normal form C.
///
/// Not in form KC: that would turn x² into x2.
func canonicalSpelling(_ written: String) -> String {
  var result = ""
  var afterSubscript = false
  for scalar in written.precomposedStringWithCanonicalMapping.unicodeScalars {
    if (0x2080...0x2089).contains(scalar.value) {
      if !afterSubscript { result += "_" }
      result += String(scalar.value - 0x2080)
      afterSubscript = true
      continue
    }
    afterSubscript = false
    if let name = greekNames[scalar] {
      result += name
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  // A mark behind a Greek letter may join the last letter of its name.
  return result.precomposedStringWithCanonicalMapping
}

/// The ASCII names of Greek letters and their variants.
let greekNames: [Unicode.Scalar: String] = {
  let names = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
  ]
  var table: [Unicode.Scalar: String] = [
    "\u{B5}": "mu", "\u{3D0}": "beta", "\u{3D1}": "theta", "\u{3D5}": "phi", "\u{3D6}": "pi", "\u{3F0}": "kappa",
    "\u{3F1}": "rho", "\u{3F4}": "Theta", "\u{3F5}": "epsilon",
  ]
  for (offset, name) in names.enumerated() {
    if let small = Unicode.Scalar(0x3B1 + UInt32(offset)) { table[small] = name }
    // U+03A2, where a capital final sigma would stand, is unassigned.
    if offset != 17, let capital = Unicode.Scalar(0x391 + UInt32(offset)) {
      table[capital] = name.prefix(1).uppercased() + name.dropFirst()
    }
  }
  return table
}()
