extension Program {
  /// How many sources a program may consist of, itself included; beyond it `E-limit`.
  public static let sourceLimit = 256
  /// How many axes a type may have; beyond it `E-size`.
  public static let rankLimit = 8
}
