import EnergySyntax
import EnergyText
import Foundation
import Testing

@Suite struct FormatterTests {
  private func formatted(_ text: String, _ spelling: FormatSpelling = .ascii) -> String? {
    format(SourceFile(name: "model.energy", text: text), id: 0, spelling: spelling).bytes.map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  // MARK: The form

  @Test(arguments: [
    ("dim  n,d=8", "dim n, d = 8"),
    ("param a:vector[n+1]=[ -2,0 , ]", "param a : vector[n + 1] = [-2, 0,]"),
    ("a  +b*c -d /e@f", "a + b*c - d/e @ f"),
    ("A x*B y", "A x * B y"), ("0.5 * x^T P x", "0.5*x^T P x"), ("2x", "2 x"),
    ("w (x)^2 + f(x)", "w (x)^2 + f(x)"), ("f(x) (y)(z)", "f(x) (y)(z)"),
    ("x [ i + 1, : ]", "x[i+1, :]"), ("x[2 i+1]", "x[2 i + 1]"), ("x[f(i+1)..end by-1]", "x[f(i + 1)..end by -1]"),
    ("sum( i in 1 .. n-1,j in i + 1..n if i!=j : x[i] )", "sum(i in 1..n-1, j in i+1..n if i != j: x[i])"),
    ("x[..  .5]", "x[.. .5]"), ("a- -b", "a - -b"), ("- - x", "--x"), ("x ^ - 2", "x^-2"), ("A ' y", "A^T y"),
    ("x^T(y)", "x^T(y)"), ("x²y", "x^2 y"), ("x²[1]", "x²[1]"), ("x⁻²", "x^-2"), ("μ₁ ≤ π", "mu_1 <= pi"),
    ("‖x‖ ∇E (y)", "norm(x) grad(E) (y)"), ("a·b × c − d", "a·b×c - d"),
    ("not(a)and b", "not (a) and b"), ("a*if b then c else d", "a * if b then c else d"),
    ("fn f (t ,s=1):real=t", "fn f(t, s = 1) : real = t"),
    ("energy f (x ; m : energy[k])=x", "energy f(x; m : energy[k]) = x"),
    ("f( x ; a=1 )", "f(x; a = 1)"), ("emit cuda -x", "emit cuda -x"), ("emit cuda (x)", "emit cuda (x)"),
    ("plot E over [0,1]x[0,1] to \"a  b\"", "plot E over [0, 1] x [0, 1] to \"a  b\""),
    ("a  ;b", "a; b"), ("f(x = \"#  no\")#yes  ", "f(x = \"#  no\")  #yes"),
    ("a\n\n\n\nb", "a\n\nb"), ("\n\n# c\r\na\r\n", "# c\na"), ("a +\n      b", "a +\n  b"),
    ("x where r=1,\n   s=2\n   t=3", "x where r = 1,\n  s = 2\n  t = 3"),
    ("x\n where\n\n  r=1\n  # c\n  s(i)=f(\n i\n )", "x\n  where\n\n    r = 1\n    # c\n    s(i) = f(\n      i\n    )"),
    ("f( # one\n # two\n x # three\n)", "f(  # one\n  # two\n  x  # three\n)"),
    ("let norm = 2\n‖x‖", "let norm = 2\n‖x‖"), ("x where norm(v)=2, y=‖x‖", "x where norm(v) = 2, y = ‖x‖"),
    ("x^\n  T y", "x^T y"), ("(x^ # c\n T)", "(x^  # c\n  T)"),
  ])
  func ascii(_ text: String, _ expected: String) {
    #expect(formatted(text) == expected + "\n")
    #expect(formatted(expected + "\n") == expected + "\n")
  }

  @Test(arguments: [
    ("mu_1 <= alpha + x_12", "μ₁ ≤ α + x₁₂"), ("x^2 + y^-3^T", "x² + y⁻³ᵀ"), ("x^2^3", "x^2³"), ("x^2[1]", "x^2[1]"),
    ("x^2.5 y^1_0", "x^2.5 y^1_0"), ("norm(x) != pi", "norm(x) ≠ π"), ("Alpha Δx_1 Gamma", "Alpha Δx_1 Γ"),
    ("f(gaussian.mu)", "f(gaussian.mu)"), ("‖x‖", "‖x‖"),
  ])
  func unicode(_ text: String, _ expected: String) {
    #expect(formatted(text, .unicode) == expected + "\n")
    #expect(formatted(expected, .unicode) == expected + "\n")
  }

  @Test func longLines() throws {
    let name = String(repeating: "n", count: 30)
    let text = "energy f(x) = a*sum(\(name) + \(name), \(name), -\(name)) where r = \(name), s = \(name)"
    let result = try #require(formatted(text))
    let expected = """
      energy f(x) =
        a*sum(\(name) + \(name),
          \(name), -\(name))
        where r = \(name), s = \(name)

      """
    #expect(result == expected)
  }

  @Test func nothingComesOfNothing() {
    #expect(formatted("") == "")
    #expect(formatted("\n \n") == "")
    #expect(formatted("# only") == "# only\n")
  }

  @Test(arguments: ["let = 2", "x where", "(", "1/"])
  func errorsAreShown(_ text: String) {
    let result = format(SourceFile(name: "model.energy", text: text), id: 0)
    #expect(result.bytes == nil)
    #expect(result.diagnostics.map(\.message) == parseFile(text).diagnostics.map(\.message))
  }

  @Test func commentsNeedNotBeUTF8() {
    let bytes = Array("x # ".utf8) + [0xE9, 0x0A]
    let result = format(SourceFile(name: "model.energy", bytes: bytes), id: 0)
    #expect(result.bytes == Array("x  # ".utf8) + [0xE9, 0x0A])
  }

  // MARK: The meaning

  /// The tree with one spelling for what has two.
  private func meaning(_ result: ParseResult) -> [String] {
    outline(result, grouped: true).map { line in
      let named = line.replacing("(nabla ", with: "(call grad ").replacing("(norm ", with: "(call norm ")
      return named.contains("(neg ") ? named.replacing(#/\(neg (\d+)\)/#) { "-\($0.output.1)" } : named
    }
  }

  /// The same trees, and the same text when done twice.
  private func check(_ bytes: [UInt8], _ spelling: FormatSpelling, width: Int) {
    let source = SourceFile(name: "model.energy", bytes: bytes)
    let parsed = parse(source, id: 0)
    let before = meaning(parsed)
    let result = format(source, id: 0, spelling: spelling, width: width)
    guard let bytes = result.bytes else {
      Issue.record("\(source.text(from: 0, to: source.bytes.count)): \(result.diagnostics.map(\.message))")
      return
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let again = SourceFile(name: "model.energy", bytes: bytes)
    #expect(meaning(parse(again, id: 0)) == before, "\(text)")
    let twice = format(again, id: 0, spelling: spelling, width: width).bytes
    #expect(twice == bytes, "\(text)\n\(String(decoding: twice ?? [], as: UTF8.self))")
  }

  private func check(_ bytes: [UInt8]) {
    for spelling in [FormatSpelling.ascii, .unicode] {
      for width in [100, 30] { check(bytes, spelling, width: width) }
    }
  }

  static let examples: [URL] = {
    let folder = root.appendingPathComponent("examples")
    let all = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return all.filter { $0.pathExtension == "energy" }
  }()

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test func examplesAndPrograms() throws {
    #expect(Self.examples.count >= 13)
    for file in Self.examples {
      let bytes = Array(try Data(contentsOf: file))
      check(bytes)
      let result = format(SourceFile(name: file.path, bytes: bytes), id: 0)
      #expect(result.bytes == bytes, "\(file.lastPathComponent) isn't formatted: energy fmt \(file.path)")
    }
    for program in MutationTests.programs { check(Array(program.utf8)) }
  }

  /// 5,000 texts that are read without an error: programs changed anywhere, and in their white space only.
  @Test(arguments: 0..<4) func mutations(_ part: Int) {
    let spaces = ["  ", "\n", "\n    ", " # c\n", "\n  # c\n\n\n  "].map { Array($0.utf8) }
    var random = SplitMix(state: UInt64(part) + 77)
    var count = 0
    while count < 1_250 {
      var bytes: [UInt8]
      if count % 2 == 0 {
        bytes = Array(MutationTests.programs[count / 2 % MutationTests.programs.count].utf8)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let space = spaces[Int.random(in: 0..<spaces.count, using: &random)]
          bytes.insert(contentsOf: space, at: Int.random(in: 0...bytes.count, using: &random))
        }
      } else {
        bytes = MutationTests.mutated(&random)
      }
      guard !parse(SourceFile(name: "model.energy", bytes: bytes), id: 0).hasErrors else { continue }
      check(bytes, count % 4 < 2 ? .ascii : .unicode, width: count % 3 == 0 ? 100 : 30)
      count += 1
    }
  }

  // MARK: The page about it

  /// In docs/formatting.md every block marked `before` is followed by what becomes of it.
  @Test func pairsOfThePage() throws {
    let page = try String(
      contentsOf: Self.root.appendingPathComponent("docs/formatting.md"), encoding: .utf8)
    let blocks = page.matches(of: #/```energy (before|ascii|unicode)\n([^`]*)```/#).map(\.output)
    var before = ""
    var pairs = 0
    for block in blocks {
      if block.1 == "before" {
        before = String(block.2)
      } else {
        #expect(formatted(before, block.1 == "unicode" ? .unicode : .ascii) == String(block.2))
        pairs += 1
      }
    }
    #expect(pairs >= 3)
  }
}
