/// How many columns of a terminal a character takes: 0, 1 or 2.
func displayWidth(_ character: Character) -> Int {
  guard let scalar = character.unicodeScalars.first else { return 0 }
  if scalar.value < 0x300 { return 1 }
  if isWide(scalar.value) { return 2 }
  // A variation selector asks for the picture form, which is wide.
  if character.unicodeScalars.contains("\u{FE0F}") { return 2 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: return 1
  }
}

/// The columns that a text takes.
func displayWidth(_ text: String) -> Int { text.reduce(0) { $0 + displayWidth($1) } }

/// Unicode's East Asian Width classes W and F, and emoji that terminals draw wide (UAX #11, by blocks).
private func isWide(_ value: UInt32) -> Bool {
  switch value {
  case 0x1100...0x115F, 0x231A...0x231B, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
    0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
    true
  default: false
  }
}

/// A character as it is shown: what would move the cursor or turn the text round becomes U+FFFD.
func harmless(_ character: Character) -> Character {
  for scalar in character.unicodeScalars {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: return "\u{FFFD}"
    default: continue
    }
  }
  return character
}

/// A message without characters that a terminal would obey.
func harmless(_ text: String) -> String {
  String(text.map { $0 == "\n" ? $0 : harmless($0) })
}
