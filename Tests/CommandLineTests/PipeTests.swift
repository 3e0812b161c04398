import Foundation
import Testing

@Suite struct PipeTests {
  private static let names: [String] = {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("examples").path)) ?? []
    return all.filter { $0.hasSuffix(".energy") }.sorted()
  }()

  /// A file in the order of its definitions prints the same through the prompt, byte for byte, and no escape codes.
  @Test(arguments: PipeTests.names) func example(_ name: String) throws {
    let folder = root.appendingPathComponent("examples")
    let file = try Program.run([name], in: folder)
    let source = try Data(contentsOf: folder.appendingPathComponent(name))
    let prompt = try Program.run(["repl"], in: folder, input: source)
    #expect(prompt.output == file.output)
    #expect(prompt.status == 0 && file.status == 0, "\(prompt.errors)")
    #expect(!(prompt.output + prompt.errors).contains("\u{1B}"))
  }

  /// So does a file with everything that layout allows.
  @Test func layout() throws {
    let text = """
      # A file that goes on in further lines.
      dim n = 2; let a = 1; a; [a, n]
      let v = [
      1,
      # two
      2
      ]

      energy f(x : vector[2]) = a*sumsq(r)
        where r = x - w

              w = v
      f([1,
         1])
      f; score(f)
      let b = a
        + 1

        + 2
      b;
      print b
      energy g(x : vector[2];
        base : energy) = base(x)
      g(v, base = f)
      """
    try withFolder { folder in
      try text.write(to: folder.appendingPathComponent("model.energy"), atomically: false, encoding: .utf8)
      let file = try Program.run(["model.energy"], in: folder)
      let prompt = try Program.run(["repl"], in: folder, input: Data(text.utf8))
      #expect(file.status == 0, "\(file.errors)")
      #expect(prompt.output == file.output)
      #expect(prompt.errors == "")
    }
  }
}
