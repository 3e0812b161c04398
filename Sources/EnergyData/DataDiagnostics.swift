import EnergyText
import Glibc

extension DiagnosticCode {
  /// A file that can't be opened, read, mapped, written or renamed.
  public static let file: DiagnosticCode = "E-file"
  /// Bytes that aren't a sound .npy file.
  public static let npy: DiagnosticCode = "E-npy"
  /// Text that isn't a table of numbers.
  public static let csv: DiagnosticCode = "E-csv"
  /// A row with more or fewer cells than the rows above it.
  public static let ragged: DiagnosticCode = "E-ragged"
  /// Elements of a type that has no faithful place among real numbers.
  public static let dtype: DiagnosticCode = "E-dtype"
  /// Bytes that aren't a sound .npz archive.
  public static let npz: DiagnosticCode = "E-npz"
  /// Bytes that aren't a sound .safetensors file.
  public static let safetensors: DiagnosticCode = "E-safetensors"
  /// Text that isn't JSON, or not of numbers under names.
  public static let json: DiagnosticCode = "E-json"
  /// An array that an archive doesn't hold, or a name where there is nothing to choose.
  public static let entry: DiagnosticCode = "E-entry"
  /// A file format that can't be read or written yet.
  public static let unsupportedFormat: DiagnosticCode = "E-unsupported"
}

/// Words that data errors share.
enum DataText {
  /// `51200` as `51,200`.
  static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var result = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(",") }
      result.append(digit)
    }
    return result
  }

  /// A shape as NumPy prints it: `(1000, 8)`, `(8,)`, `()`.
  static func shape(_ shape: [Int]) -> String {
    shape.count == 1 ? "(\(shape[0]),)" : "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }

  /// Text from a file made safe for a message: control characters escaped, cut after `limit` characters.
  static func excerpt(_ bytes: some Sequence<UInt8>, limit: Int = 40) -> String {
    let head = Array(bytes.prefix(limit * 4 + 1))
    var result = ""
    for character in String(decoding: head, as: UTF8.self).prefix(limit) {
      for scalar in character.unicodeScalars {
        if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) {
          result += scalar.escaped(asASCII: true)
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    let whole = String(decoding: head, as: UTF8.self)
    return whole.count > limit ? result + "…" : result
  }

  /// What the system says about error number `code`, e.g. `no such file or directory`.
  static func systemReason(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    let reason = String(cString: text)
    return reason.prefix(1).lowercased() + reason.dropFirst()
  }

  /// An `E-file` error about `path`, with the system's reason.
  static func fileError(_ path: String, _ action: String, _ code: Int32, hints: [Diagnostic.Hint] = []) -> Diagnostic {
    Diagnostic(.error, .file, "\(path): can't \(action): \(systemReason(code))", hints: hints)
  }
}
