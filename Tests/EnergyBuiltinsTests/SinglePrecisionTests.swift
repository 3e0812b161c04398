import EnergyBuiltins
import Foundation
import Testing

/// The spellings in single precision against those in double precision on dense grids, extremes included: an error in
/// units of the last place as of a good mathematical library.
@Suite(.enabled(if: BuiltinSpellingTests.compiler != nil, "needs a compiler of C")) struct SinglePrecisionTests {
  /// A function with an interval of its last argument, geometric where both ends have one sign and lie far apart, and
  /// the most that the result may be off, in units of its last place.
  struct Grid: Sendable, CustomTestStringConvertible {
    let call: String
    let low: Double
    let high: Double
    let ulps: Double
    var testDescription: String { "\(call) on \(low)…\(high)" }
    var isGeometric: Bool { low * high > 0 && max(low / high, high / low) > 1e4 }

    init(_ call: String, _ range: (Double, Double), ulps: Double) {
      self.call = call
      (low, high) = range
      self.ulps = ulps
    }
  }

  static let grids = [
    Grid("logaddexp(0,", (-100, 100), ulps: 2), Grid("logaddexp(5,", (-1e-30, -1e30), ulps: 2),
    Grid("log1mexp(", (-1e-37, -103), ulps: 2), Grid("log1mexp(", (-2, -1e-6), ulps: 2),
    Grid("logit(", (1e-37, 0.5), ulps: 2), Grid("logit(", (1e-3, 0.9999), ulps: 2),
    Grid("normcdf(", (-13, 9), ulps: 5), Grid("normcdf(", (-1e-30, -12), ulps: 5),
    Grid("log_normcdf(", (-50, 9), ulps: 5), Grid("log_normcdf(", (-1e-3, -1e18), ulps: 3),
    Grid("inverse_mills(", (-50, 13), ulps: 5), Grid("inverse_mills(", (-1e-3, -1e30), ulps: 6),
    Grid("lgamma(", (1e-37, 1e30), ulps: 6), Grid("digamma(", (1e-37, 1e37), ulps: 4),
    Grid("digamma(", (1e-3, 50), ulps: 4), Grid("digamma(", (1.4616, 1.4617), ulps: 2),
    Grid("trigamma(", (6e-20, 1e37), ulps: 5), Grid("trigamma(", (1e-3, 50), ulps: 5),
    Grid("mod(7,", (1e-3, 1e3), ulps: 1), Grid("mod(-7,", (1e-3, 1e3), ulps: 1),
    Grid("bessel_i0(", (-80, 80), ulps: 12), Grid("bessel_i1(", (-80, 80), ulps: 12),
    Grid("log_i0(", (1e-10, 1e30), ulps: 6), Grid("bessel_ratio(1,", (1e-10, 1e10), ulps: 8),
    Grid("bessel_ratio(7,", (1e-3, 1e10), ulps: 10), Grid("bessel_i(3,", (1e-3, 80), ulps: 16),
  ]

  @Test func errorsAreThoseOfALibrary() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "energy-single-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appending(path: "single.c")
    try Data(program().utf8).write(to: source)
    let binary = folder.appending(path: "single").path
    let compiler = try #require(BuiltinSpellingTests.compiler)
    _ = try BuiltinSpellingTests.run(compiler, ["-O1", "-ffp-contract=off", "-o", binary, source.path, "-lm"])
    let lines = try BuiltinSpellingTests.run(binary, []).split(separator: "\n")
    #expect(lines.count == Self.grids.count)
    for (grid, line) in zip(Self.grids, lines) {
      let words = line.split(separator: " ").compactMap { Double($0) }
      try #require(words.count == 2)
      #expect(words[0] <= grid.ulps, "\(grid.testDescription): \(words[0]) ulp at \(words[1])")
    }
  }

  /// No spelling that has a text of its own for single precision leaves it.
  @Test func nothingOfThemIsDouble() {
    for name in Set(Self.grids.map { String($0.call.prefix { $0 != "(" }) }) {
      let spelling = Builtins.named(name)?.primitive?.spelling
      #expect(spelling.map { !$0.c32.contains("double") && !$0.cuda32.contains("double") } == true, "\(name)")
      for helper in spelling?.helpers ?? [] where spelling?.c32.contains(helper.name + "(") == true {
        #expect(!helper.source.contains("double") && !helper.needs.contains { $0.source.contains("double") })
      }
    }
  }

  private func program() throws -> String {
    var known: Set<String> = []
    var text =
      "#include <math.h>\n#include <stdio.h>\n#define ENERGY_FUNCTION static\n#define ENERGY_OUTLINE static\n"
    var body = ""
    for (number, grid) in Self.grids.enumerated() {
      let parts = grid.call.split(separator: "(")
      let spelling = try #require(Builtins.named(String(parts[0]))?.primitive?.spelling)
      BuiltinSpellingTests.include(spelling.helpers, &text, &known)
      let first = parts.count > 1 ? [String(parts[1].dropLast())] : []
      for (type, template) in [("double", spelling.c64), ("float", spelling.c32)] {
        let call = (first.map { "(\(type))\($0)" } + ["x"]).enumerated()
          .reduce(template) { $0.replacing("{\($1.offset)}", with: $1.element) }
        text += "static \(type) \(type)_\(number)(\(type) x) { return \(call); }\n"
      }
      body += "  check(float_\(number), double_\(number), \(grid.low), \(grid.high), \(grid.isGeometric ? 1 : 0));\n"
    }
    return text + """
      static void check(float (*f)(float), double (*g)(double), double low, double high, int isGeometric) {
        double worst = 0, place = 0;
        for (int k = 0; k <= 50000; k++) {
          double part = k/50000.0;
          float x = (float)(isGeometric ? low*pow(high/low, part) : low + part*(high - low));
          float ours = f(x), exact = (float)g(x);
          if (ours == exact || (isnan(ours) && isnan(exact))) continue;
          double unit = nextafterf(fmaxf(fabsf(exact), 1.2e-38f), INFINITY) - (double)fmaxf(fabsf(exact), 1.2e-38f);
          double error = fabs(ours - g(x))/unit;
          if (!(error <= worst)) { worst = isnan(error) ? 1e9 : error; place = x; }
        }
        printf("%.3g %.9g\\n", worst, place);
      }
      int main(void) {
      \(body)  return 0;
      }

      """
  }
}
