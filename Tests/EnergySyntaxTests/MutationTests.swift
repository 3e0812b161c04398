import EnergySyntax
import EnergyText
import Testing

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct MutationTests {
  static let programs = [
    """
    param mu : vector[2] = [0, 1]
    param P  : symmetric[2] = [[2, 0.5], [0.5, 1]]
    energy gaussian(x : vector[2]) = 0.5*(x - mu)^T P (x - mu)
    score(gaussian)
    """,
    """
    # Rosenbrock's valley and a chain
    dim n = 8
    energy rosenbrock(x : vector[n]; a = 1.0, b : positive = 1e2) =
      sum(i in 1..n-1: b*(x[i+1] - x[i]^2)^2
        + (a - x[i])²)
      where
        r = ‖x‖
        s6(i, j) = sumsq(X[i, :] - X[j, :])^-3
    let α₁ = if r ≤ 2 and not s == 1 then 1 else -∇E(x)[..end by 2]ᵀ
    """,
    """
    import gaussian as g, mixture from std; data X : matrix[n, d] = load("x.csv", name = "W")
    fn f(t, s = 1) : real = fold(t in 1..T, s = s0: s + [i*j for i in 1..n, j in v][1, 2..3])
    emit cuda score(E) to "f.cu"
    plot E over [-3, 3] x [-3, 3] with data X to "f.svg"
    save 1/2*x' y · z × w @ k to "a.npy"
    check E; print sin(x) where x = 2, y = 3
    """,
  ]

  static let pieces = [
    "(", ")", "[", "]", "\"", "\n", "\n  ", "\t", "^", "^T", "'", "²", "‖", "∇", "where", "if", "then", "else", "for",
    "in", "..", ":", ";", ",", "=", "-", "*", "/", "1.", "2e", "x", "μ", "end", "data", "energy", "#", "not", "\u{301}",
    "by", "$", "0x1", "\\", "let",
  ].map { Array($0.utf8) }

  /// A text like a program, but wrong in one to four places.
  static func mutated(_ random: inout SplitMix) -> [UInt8] {
    var bytes = Array(programs[Int.random(in: 0..<programs.count, using: &random)].utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.removeSubrange(place..<end)
      case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 2: bytes.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &random)], at: place)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
      default: bytes.replaceSubrange(place..<end, with: pieces[Int.random(in: 0..<pieces.count, using: &random)])
      }
    }
    return bytes
  }

  /// No crash, spans inside the file, and an error for every tree with a hole.
  @Test(arguments: 0..<4) func anythingCanBeTyped(_ part: Int) {
    var random = SplitMix(state: UInt64(part) + 1)
    for _ in 0..<5_000 {
      let bytes = MutationTests.mutated(&random)
      let file = SourceFile(name: "a", bytes: bytes)
      let result = parse(file, id: 0, mode: Bool.random(using: &random) ? .file : .expression)
      let inside = { (span: Span) in span.start >= 0 && span.start <= span.end && Int(span.end) <= bytes.count }
      var hasHole = false
      for id in result.tree.ids {
        let node = result.tree[id]
        if !inside(node.span) { Issue.record("\(file.text(from: 0, to: bytes.count))") }
        if case .hole = node.kind { hasHole = true }
        if case .run = node.kind {
          let run = result.tree.group(id, classify: classifier(result.tree))
          if run.factors.isEmpty || !run.factors.allSatisfy({ inside($0.span) }) { Issue.record("\(bytes)") }
        }
        _ = result.tree.slashDiagnostic(id, classify: classifier(result.tree))
      }
      if hasHole, !result.hasErrors { Issue.record("a hole without an error: \(bytes)") }
      for diagnostic in result.diagnostics {
        let spans = [diagnostic.span].compactMap { $0 } + diagnostic.hints.compactMap { $0.fixIt?.span }
        if spans.isEmpty || !spans.allSatisfy(inside) { Issue.record("\(diagnostic) in \(bytes)") }
      }
      var sources = SourceMap()
      _ = sources.add(file)
      _ = TextRenderer(sources: sources).render(result.diagnostics)
    }
  }

  @Test func theProgramsThemselvesAreFine() {
    for program in MutationTests.programs { #expect(parseFile(program).diagnostics == []) }
  }
}
