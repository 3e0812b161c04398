import EnergyREPL
import Testing

@Suite struct AssemblerTests {
  /// What typed lines become: an input stands behind the line that ends it.
  @Test(arguments: [
    (["1 + 2"], ["1 + 2"]), (["  1 + 2"], ["1 + 2"]), ([""], []), (["# a remark"], []),
    (["[1,", "2]"], ["[1,\n2]"]), (["f(", "", "x)"], ["f(\n\nx)"]), (["1 +", "2"], ["1 +\n2"]), (["1 +", ""], ["1 +"]),
    (["energy f(x) = a*x where", "  a = 2", "  b = 3", ""], ["energy f(x) = a*x where\n  a = 2\n  b = 3"]),
    (["energy f(x) = a*x where a = 2"], ["energy f(x) = a*x where a = 2"]),
    (["let a = [1,", "param b = 2"], ["let a = [1,\nparam b = 2"]),
    (["a; b"], ["a; b"]), ([":type [1,"], [":type [1,"]), (["?sum"], ["?sum"]),
    (["energy> 1 + 2"], ["1 + 2"]), (["energy> f(", "   ...> x)"], ["f(\nx)"]),
    // Pastes follow the rules of files, and lose what was printed.
    (["let a = 1\nlet b = 2"], ["let a = 1\nlet b = 2"]),
    (["energy f(x) = a*x where\n  a = 2"], ["energy f(x) = a*x where\n  a = 2"]),
    (["energy> 1 + 1\n2\nenergy> [1,\n   ...> 2]\n[1, 2]"], ["1 + 1\n[1,\n2]"]),
    (["1 +\n", "2"], ["1 +\n\n2"]),
  ])
  func typing(_ lines: [String], _ inputs: [String]) {
    var assembler = InputAssembler()
    #expect(lines.compactMap { assembler.type($0) }.map(\.text) == inputs)
    #expect(!assembler.isPending)
  }

  /// What the lines of a pipe become, by the rules of files.
  @Test(arguments: [
    ("1\n2", ["1", "2"]), ("let a = 1\n  + 2\na", ["let a = 1\n  + 2", "a"]),
    (
      "energy f(x) = a*x\n  where a = 2\n\n        b = 3\nf(1)",
      ["energy f(x) = a*x\n  where a = 2\n\n        b = 3", "f(1)"]
    ),
    ("# one\n1\n# two\n2", ["# one\n1\n# two", "2"]), ("f(\n1\n)\n2", ["f(\n1\n)", "2"]),
    ("f(\nlet a = 1", ["f(", "let a = 1"]), ("1 +\n2\n:vars\n3", ["1 +\n2", ":vars", "3"]),
    (":set a=\n:time (\n3", [":set a=", ":time (", "3"]), ("\n\n# nothing\n", []),
  ])
  func reading(_ text: String, _ inputs: [String]) {
    var assembler = InputAssembler()
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let found = lines.compactMap { assembler.read($0) } + [assembler.end()].compactMap { $0 }
    #expect(found.map(\.text) == inputs)
  }

  /// Lines count through the whole session, so that places in messages are found again.
  @Test func lineNumbers() {
    var assembler = InputAssembler()
    let inputs = ["1", "", "[1,", "2]", "3"].compactMap { assembler.type($0) }
    #expect(inputs.map(\.firstLine) == [1, 3, 5])
  }

  @Test func abandoning() {
    var assembler = InputAssembler()
    _ = assembler.type("[1,")
    #expect(assembler.isPending)
    assembler.abandon()
    #expect(assembler.type("2")?.text == "2")
  }

  @Test func prompted() {
    #expect(InputAssembler.prompted("[1,\n2]") == "energy> [1,\n   ...> 2]")
  }
}
