/// How numbers are written in C: shortest digits that read back to the same value, in no locale.
enum NumberSpelling {
  /// A number of the precision of `isSingle`; infinities and NaN by the macros that every artefact defines.
  static func text(_ value: Double, isSingle: Bool) -> String {
    if value.isNaN { return "EE_NAN" }
    if value.isInfinite || (isSingle && Float(value).isInfinite) { return value < 0 ? "-EE_INFINITY" : "EE_INFINITY" }
    var digits = isSingle ? "\(Float(value))" : "\(value)"
    // 1e-05 and 1e+16 need no point; 2.0 has one.
    if !digits.contains(".") && !digits.contains("e") { digits += ".0" }
    return isSingle ? digits + "f" : digits
  }
}
