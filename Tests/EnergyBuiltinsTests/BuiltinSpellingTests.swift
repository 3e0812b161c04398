import EnergyBuiltins
import EnergyIR
import Foundation
import Testing

/// The spellings in C, compiled and compared with the values in Swift. Skipped where there is no C compiler.
@Suite struct BuiltinSpellingTests {
  static let compiler = ["/usr/bin/clang", "/usr/bin/cc", "/usr/bin/gcc"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(.enabled(if: compiler != nil)) func agreesWithSwift() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "energy-spelling-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let entries = Builtins.all.filter { $0.primitive != nil }
    let points = entries.map { samplePoints($0, count: 20) + $0.specialValues.map(\.arguments) }
    try Data(program(entries, points).utf8).write(to: folder.appending(path: "spelling.c"))
    let binary = folder.appending(path: "spelling").path
    let source = folder.appending(path: "spelling.c").path
    let compiler = try #require(Self.compiler)
    _ = try Self.run(compiler, ["-O0", "-Wno-everything", "-o", binary, source, "-lm"])
    var lines = try Self.run(binary, []).split(separator: "\n").makeIterator()
    for (entry, points) in zip(entries, points) {
      for point in points {
        let line = lines.next()
        let words = try #require(line).split(separator: " ")
        let (double, single) = (try number(words[0]), try number(words[1]))
        let (exact, rounded) = (entry.value(point), Double(entry.value(point.map { Float($0) })))
        #expect(isNear(double, exact, 1e-13), "\(entry.name)\(point): \(double), not \(exact)")
        #expect(isNear(single, rounded, 2e-6), "\(entry.name)\(point) in f32: \(single), not \(rounded)")
      }
    }
    #expect(lines.next() == nil)
  }

  private func isNear(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
    return a == b || abs(a - b) <= tolerance * (abs(b) + 1e-30) || (abs(a) < 1e-37 && abs(b) < 1e-37)
  }

  private func number(_ word: Substring) throws -> Double { try #require(Double(String(word))) }

  private func program(_ entries: [Builtin], _ points: [[[Double]]]) -> String {
    var text =
      "#include <math.h>\n#include <stdio.h>\n#define ENERGY_FUNCTION static\n"
      + "#define ENERGY_OUTLINE static\n"
    var known: Set<String> = []
    for entry in entries { Self.include(entry.primitive?.spelling.helpers ?? [], &text, &known) }
    var body = ""
    for (number, (entry, points)) in zip(entries, points).enumerated() {
      guard let spelling = entry.primitive?.spelling else { continue }
      for (type, template) in [("double", spelling.c64), ("float", spelling.c32)] {
        let call = entry.parameters.indices.reduce(template) { $0.replacing("{\($1)}", with: "x[\($1)]") }
        text += "static \(type) \(type)_\(number)(const \(type) *x) { return \(call); }\n"
      }
      for point in points {
        let list = point.map { $0.isNaN ? "NAN" : $0.isInfinite ? ($0 < 0 ? "-INFINITY" : "INFINITY") : "\($0)" }
          .joined(separator: ", ")
        body += "  { double x[] = {\(list)}; float y[] = {\(list)};"
        body += " printf(\"%.17g %.9g\\n\", double_\(number)(x), (double)float_\(number)(y)); }\n"
      }
    }
    return text + "int main(void) {\n\(body)  return 0;\n}\n"
  }

  /// Writes helpers behind those that they call, each once.
  static func include(_ helpers: [Spelling.Helper], _ text: inout String, _ known: inout Set<String>) {
    for helper in helpers {
      include(helper.needs, &text, &known)
      if known.insert(helper.name).inserted { text += helper.source + "\n" }
    }
  }

  static func run(_ path: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: output, as: UTF8.self)
  }
}
