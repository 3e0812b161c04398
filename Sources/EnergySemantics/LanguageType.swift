/// A type that a program can write after a colon.
public struct LanguageType: Sendable {
  /// The name in the language.
  public let name: String
  /// How it is written, with sizes.
  public let form: String
  /// What its values are, for the reference page.
  public let summary: String

  private init(_ form: String, _ summary: String) {
    name = String(form.prefix { $0.isLetter || $0 == "_" })
    self.form = form
    self.summary = summary
  }

  /// Every entry, in the order of the reference page.
  public static let all: [LanguageType] = [
    .init("real", "a real number"),
    .init("int", "a whole number"),
    .init("bool", "true or false"),
    .init("vector[n]", "a column of n reals"),
    .init("row[n]", "a row of n reals, what v^T is"),
    .init("matrix[m, n]", "m rows and n columns"),
    .init("tensor[a, b, c]", "any number of axes up to eight"),
    .init("symmetric[n]", "a matrix with A = A^T"),
    .init("spd[n]", "a symmetric matrix with positive eigenvalues"),
    .init("diagonal[n]", "a matrix with zeros off its diagonal"),
    .init("lower[n]", "a matrix with zeros above its diagonal"),
    .init("simplex[n]", "a vector of entries ≥ 0 with sum 1"),
    .init("ordered[n]", "a vector of ascending entries"),
    .init("unit_vector[n]", "a vector of norm 1"),
    .init("positive[n]", "entries > 0; any number of sizes, or none"),
    .init("interval[n](a, b)", "entries between a and b; any number of sizes, or none"),
    .init("integer[n]", "whole numbers; any number of sizes, or none"),
    .init("energy[k]", "an energy, or a list of k energies"),
    .init("mlp[d, h, 1](silu)", "a network with the weights of its layers"),
  ]
}
