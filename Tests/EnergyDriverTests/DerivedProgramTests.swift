import EnergyData
import EnergyIR
import EnergySemantics
import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// What `energy derive --format energy` prints is a program that gives the same numbers.
@Suite struct DerivedProgramTests {
  /// A program with points at which an energy of it is known.
  private struct Case {
    let program: Session
    let energy: String
    let values: [Double]
    let shape: [Int]
  }

  private func reread(_ text: String, _ folder: String) -> Session {
    Session(SourceFile(name: "derived.energy", text: text), folder: folder, files: DiskFiles())
  }

  /// Derives the energy and its score as programs and compares what they give with the original.
  private func check(_ item: Case, folder: String = ".") throws {
    let energy = try item.program.energy(named: item.energy)
    let expected = try item.program.values([.energy, .score], at: item.values, shape: item.shape, energy: item.energy)
    // The energy, whose score is derived anew.
    let text = try item.program.derivation(.energy, of: energy, format: .energy).text
    let energyAgain = reread(text, folder)
    try #require(!energyAgain.hasErrors, "\(text)\n\(energyAgain.diagnostics.map(\.short))")
    let found = try energyAgain.values([.energy, .score], at: item.values, shape: item.shape)
    let rows = expected[0].count
    for (mine, theirs) in zip(found, expected) {
      try #require(mine.count == theirs.count)
      let width = theirs.count / rows
      for row in 0..<rows {
        let numbers = theirs[row * width..<(row + 1) * width]
        let scale = numbers.filter(\.isFinite).map(abs).max() ?? 0
        for (a, b) in zip(mine[row * width..<(row + 1) * width], numbers) {
          #expect(same(a, b, scale), "row \(row + 1): \(a), not \(b)\n\(text)")
        }
      }
    }
    // The score as a function, called at each of a few points.
    let score = try item.program.derivation(.score, of: energy, format: .energy).text
    let width = expected[1].count / rows
    let lengths = try sampleShapes(of: energy, item)
    let points = (0..<rows).filter { row in
      (item.values[row * width..<(row + 1) * width] + expected[1][row * width..<(row + 1) * width])
        .allSatisfy(\.isFinite)
    }.prefix(2)
    let calls = points.flatMap { row -> [String] in
      var start = row * width
      let arguments = lengths.map { shape -> String in
        let count = shape.reduce(1, *)
        defer { start += count }
        return TensorText(style: .exact, edge: .max).text(Array(item.values[start..<start + count]), shape: shape)
      }
      return score.split(separator: "\n").filter { $0.hasPrefix("fn ") }.map { line in
        "\(line.dropFirst(3).prefix { $0 != "(" })(\(arguments.joined(separator: ", ")))"
      }
    }
    let scoreAgain = reread(score + "\n" + calls.joined(separator: "\n"), folder)
    try #require(!scoreAgain.hasErrors, "\(score)\n\(scoreAgain.diagnostics.map(\.short))")
    let numbers = try scoreAgain.printed().flatMap { line in
      line.split { "[], ".contains($0) }.compactMap { Double($0) }
    }
    try #require(numbers.count == points.count * width, "\(score)\n\(numbers)")
    for (index, row) in points.enumerated() {
      let theirs = expected[1][row * width..<(row + 1) * width]
      let scale = theirs.map(abs).max() ?? 0
      for (a, b) in zip(numbers[index * width..<(index + 1) * width], theirs) {
        #expect(same(a, b, scale), "row \(row + 1) of the score: \(a), not \(b)\n\(score)")
      }
    }
  }

  private func same(_ a: Double, _ b: Double, _ scale: Double) -> Bool {
    a == b || a.isNaN && b.isNaN || abs(a - b) <= 1e-9 * (abs(b) + scale) + 1e-30
  }

  /// The shapes of the samples, one of which may have a size that only the points tell.
  private func sampleShapes(of energy: Program.Energy, _ item: Case) throws -> [[Int]] {
    let graph = item.program.program.graph
    if energy.samples.count == 1 { return [Array(item.shape.dropFirst())] }
    let sizes = item.program.declaredSizes()
    var known = energy.samples.map { sizes.lengths(graph[$0.symbol].shape) }
    if let open = known.firstIndex(where: { $0 == nil }) {
      known[open] = [item.shape[1] - known.compactMap { $0?.reduce(1, *) }.reduce(0, +)]
    }
    return known.compactMap { $0 }
  }

  @Test(arguments: StandardLibrary.names) func standardLibrary(_ name: String) throws {
    for item in try StandardLibraryReferenceTests.cases(of: name).prefix(2) {
      let program = session(item.program, set: item.settings)
      try #require(!program.hasErrors)
      try check(Case(program: program, energy: "tested", values: item.x, shape: item.shape))
    }
  }

  @Test(arguments: Examples.all) func examples(_ example: Examples.Case) throws {
    let folder = root.appendingPathComponent("examples").path
    let text = try String(contentsOfFile: "\(folder)/\(example.file)", encoding: .utf8)
    let program = Session(SourceFile(name: example.file, text: text), folder: folder, files: DiskFiles())
    let energy = try program.energy(named: example.energy)
    // Points of the size that the program's values give, else of three.
    let sizes = program.declaredSizes()
    let shape = program.program.graph[energy.samples[0].symbol].shape.map { size in
      size.value(sizes.values) ?? size.value(Dictionary(uniqueKeysWithValues: size.dimensions.map { ($0, 3) })) ?? 3
    }
    let count = shape.reduce(1, *)
    let values = (0..<2 * count).map { 0.9 * sin(1.7 * Double($0) + 0.4) }
    try check(Case(program: program, energy: example.energy, values: values, shape: [2] + shape), folder: folder)
  }

  /// Names that the language can't say, that mean two things, or that hide something; values from everywhere.
  @Test(arguments: [
    // Own parameters, with and without a value.
    ("energy f(x : vector[d]; mu = 2.5, P : symmetric[d] = eye(d)) = 0.5*(x - mu)^T P (x - mu)", [:], 2),
    ("energy f(x : vector[d]; mu : vector[d], s : positive) = s*sumsq(x - mu)", ["f.mu": "[1, 2]", "f.s": "3"], 2),
    // One that a call leaves open, twice at different shapes.
    (
      "energy g(x : vector[d]; mu : vector[d] = ones(d)) = sumsq(x - mu)\nenergy f(x : vector[3]) = g(x) + 2*g(x[1..2]^2)",
      [:], 3
    ),
    // A `let` reads it, so it is no argument.
    (
      "energy g(x : vector[d]; mu : vector[d]) = sumsq(x - mu)\nlet c = g([1, 2])\nenergy f(x : vector[2]) = c*g(x)",
      ["g.mu": "[1, 2]"], 2
    ),
    // The sample hides a parameter of that name.
    ("param x : vector[2] = [1, 2]\nenergy g(y : vector[2]) = sumsq(y - x)\nenergy f(x : vector[2]) = g(2*x)", [:], 2),
    // Names of built-ins.
    ("param step = 2.0\nlet size = step^2\nenergy f(x : vector[2]) = size*sum(x^2) + step", [:], 2),
    ("param a = 2.0\nenergy norm(x : vector[2]) = a*sqrt(sumsq(x))", [:], 2),
    // Two sizes of one name.
    (
      "import harmonic from std\ndim d\nparam m : vector[d] = [1, 2, 3]\nenergy f(x : vector[2]) = harmonic(x, k = sum(m)/d)",
      [:], 2
    ),
    // Random values and networks.
    ("param W : matrix[3, 2] = random(seed = 4, scale = 0.5)\nenergy f(x : vector[2]) = sumsq(W x)", [:], 2),
    ("param n : mlp[2, 3, 1](silu) = random(seed = 1)\nenergy f(x : vector[2]) = n(x)", [:], 2),
    ("energy f(x : vector[2]; n : mlp[2, 3, 1](silu) = random(seed = 1)) = n(x)", [:], 2),
    ("energy g(x : vector[d]; w : symmetric[d] = random(seed = 3)) = x^T w x\nenergy f(x : vector[2]) = g(x)", [:], 2),
    // Computed values, data of several kinds, and a size that only what isn't printed fixes.
    ("param a = 2.0\nparam P = a*eye(2) + 1\nenergy f(x : vector[2]) = x^T P x", ["a": "5"], 2),
    (
      "data k : integer[3] = [2, 1, 2]\ndata b : bool[2] = [true, false]\nenergy f(x : vector[2]) = sum(x[k]^2) + sum(select(b, x, 0))",
      [:], 2
    ),
    ("dim n\ndata X : matrix[n, 2] = [[1, 2], [3, 4], [5, 7]]\nenergy f(x : vector[2]) = sumsq(x)/n", [:], 2),
    ("param r : row[2] = [1, 2]^T\nenergy f(x : vector[2]) = (r x)^2", [:], 2),
    ("energy f(x : simplex[3]; a : positive[3] = [1, 2, 3]) = -sum((a - 1)*log(x))", [:], 3),
    ("energy f(x : vector[2]) = fold(t in 1..3, s = 0: s + x[1]*s + x[2])^2", [:], 2),
  ])
  func names(_ text: String, _ settings: [String: String], _ width: Int) throws {
    let program = session(text, set: settings)
    try #require(!program.hasErrors, "\(program.diagnostics.map(\.short))")
    let values = (0..<2 * width).map { 0.9 * sin(1.7 * Double($0) + 0.4) }
    let energy = text.contains("energy f(") ? "f" : "norm"
    try check(Case(program: program, energy: energy, values: values, shape: [2, width]))
  }

  /// Several samples, a bare expression, and what a dotted name was.
  @Test func otherForms() throws {
    let several = session("energy f(s : real, v : vector[2]; a = 2.0) = a*s^2*sumsq(v) + s")
    try check(Case(program: several, energy: "f", values: [1, 2, 3, 4, 5, 6], shape: [2, 3]))
    let bare = session("a*sumsq(x - mu)", form: .expression)
    let text = try bare.derivation(.score, of: bare.energy(named: nil), format: .energy).text
    #expect(text == "fn f_score(x : vector[d], a : real, mu : vector[d]) = -2*a*(x - mu)")
    let net = session("param n : mlp[1, 1](silu) = random(seed = 1)\nenergy f(x : vector[1]) = n(x)")
    let lines = try net.derivation(.energy, of: net.energy(named: "f"), format: .energy).text
    #expect(lines.contains("param n_0_weight : matrix[1, 1] = [[") && lines.contains("  # n.0.weight"), "\(lines)")
  }
}
