import EnergyText
import Testing

@testable import EnergyDriver

/// Decisions about what statements print and read.
@Suite struct GrammarDecisionsOutput {
  static let shown: [Sentence] = [
    Sentence("all digits where programs read", "1/3", prints: "0.3333333333333333"),
    Sentence(
      "a function as its formula", "energy f(x : vector[d]) = 0.5*sumsq(x)\nf\nscore(f)", prints: "0.5*sumsq(x)", "-x"),
  ]
  @Test("a value prints itself, a function its formula", arguments: shown)
  func checkShown(_ sentence: Sentence) { sentence.check() }

  @Test("on a terminal numbers have six digits, and long values only their edges")
  func short() throws {
    let session = session("1/3\n[i for i in 1..30]") { $0.numbers = .short }
    let lines = try session.printed()
    #expect(lines[0] == "0.333333")
    #expect(lines[1].contains("…") && lines[1].contains("min 1") && lines[1].contains("max 30"), "\(lines[1])")
  }

  static let loads: [Sentence] = [
    Sentence("a header is said", "data X : matrix[2, 2] = load(\"x.csv\")\nX", remark: "E-csv", "header")
      .with { $0.files = ["x.csv": "a,b\n1,2\n3,4\n"] },
    Sentence("NaN is an error", "data X : vector[2] = load(\"x.csv\")\nX", refused: "E-value", "allow_nan = true")
      .with { $0.files = ["x.csv": "1\nnan\n"] },
    Sentence("unless it is meant", "data X : vector[2] = load(\"x.csv\", allow_nan = true)\nX", prints: "[1, nan]")
      .with { $0.files = ["x.csv": "1\nnan\n"] },
    Sentence("by name from an archive", "param W : vector[2] = load(\"p.json\", name = \"W\")\nW", prints: "[1, 2]")
      .with { $0.files = ["p.json": "{\"W\": [1, 2], \"b\": [3]}"] },
  ]
  @Test("load says what it found and refuses what isn't finite", arguments: loads)
  func checkLoads(_ sentence: Sentence) { sentence.check() }

  @Test("load leaves no folder")
  func inside() {
    let outside = Session(
      SourceFile(name: "test.energy", text: "data X : vector[2] = load(\"../x.csv\")"), folder: "examples",
      files: DiskFiles())
    #expect(outside.diagnostics.map(\.code.name) == ["E-file"])
  }

  @Test("a file of definitions says so in one line")
  func definitionsOnly() {
    let several = session("energy f(x : real) = x\nenergy g(x : real) = x\nenergy h(x : real) = x")
    #expect(
      several.definitionsNote(path: "M.energy") == "3 energies defined; nothing printed. Try: energy check M.energy")
    #expect(session("let a = 1").definitionsNote(path: nil) == "1 name defined; nothing printed.")
    #expect(session("energy f(x : real) = x\nf(1)").definitionsNote(path: nil) == nil)
  }
}
