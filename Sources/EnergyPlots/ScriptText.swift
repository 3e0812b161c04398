/// Text and numbers as a gnuplot script has them.
///
/// A script holds nothing of a program but names and numbers, and names only as strings in which every character that
/// gnuplot or a shell could take for more than itself (quotes, backslashes, backquotes, `$`, `@`, `%`, line ends) is
/// written as the number of its byte. Paths never get into a script: what gnuplot draws comes through its standard
/// output.
enum ScriptText {
  /// A string.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", " ", "(", ")", "[", "]", ".", ",", "_", "-", "+", "*", "/", "=", ":":
        result.unicodeScalars.append(scalar)
      case _ where scalar.value >= 0xA0 && !scalar.properties.isDefaultIgnorableCodePoint:
        result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value >= 0x7F: result += " "
      default:
        let octal = String(scalar.value, radix: 8)
        result += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
      }
    }
    return result + "\""
  }

  /// A number in six digits; `NaN` for what isn't finite.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "NaN" }
    return number(value, digits: 6)
  }

  /// A place in a picture, to a 20,000th of its size: what rounding errors make of it isn't seen.
  static func place(_ point: SIMD2<Double>, in size: SIMD2<Double>) -> String {
    let step = size / 20_000
    let rounded = (point / step).rounded(.toNearestOrEven) * step
    return "\(number(rounded.x)) \(number(rounded.y))"
  }

  /// A number with few digits.
  static func number(_ value: Double, digits: Int) -> String {
    guard value != 0 else { return "0" }
    return digitsText(value, digits)
  }
}
