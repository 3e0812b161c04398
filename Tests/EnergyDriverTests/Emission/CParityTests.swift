import EnergyCPU
import EnergyCodegen
import EnergyIR
import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// Emitted C, compiled by the compiler of this machine, against the tile evaluator.
@Suite(.enabled(if: CCompiler.path != nil)) struct CParityTests {
  @Test(arguments: ReferenceTests.examples, [Precision.f64, .f32])
  func agreesWithTiles(_ name: String, _ precision: Precision) throws {
    let folder = root.appendingPathComponent("examples")
    let data = try Data(contentsOf: root.appendingPathComponent("Tests/References/\(name).json"))
    let reference = try JSONDecoder().decode(ReferenceTests.Reference.self, from: data)
    let source = try String(contentsOf: folder.appendingPathComponent("\(name).energy"), encoding: .utf8)
    var options = SessionOptions()
    options.precision = precision
    let plain = Session(
      SourceFile(name: name, text: source), folder: folder.path, options: options, files: DiskFiles())
    let evaluation = try plain.evaluation(
      of: plain.energy(named: reference.energy_name), on: .values(reference.x, shape: reference.shape),
      outputs: [.energy, .score, .laplacian])
    // The sizes that the batch tells are those of the artefact.
    options.dims = evaluation.sizes
    let session = Session(
      SourceFile(name: name, text: source), folder: folder.path, options: options, files: DiskFiles())
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    let energy = try session.energy(named: reference.energy_name)
    let compiled = try CompiledC(session.emissionRequest(of: energy, EmissionOptions()))
    let rows = evaluation.rowCount
    let width = reference.x.count / rows
    let expected = try evaluation.values([.energy, .score, .laplacian], rows: 0..<rows)
    let tolerance = precision == .f64 ? 1e-12 : 2e-5
    for count in [1, 7, 8, 9, rows] {
      let x = Array(reference.x.prefix(count * width))
      let both = try compiled.call(.energyScore, x, rows: count, wanted: (count, count * width))
      #expect(both.status == 0)
      expectAgreement(both.first, Array(expected[0].prefix(count)), reference.energy_scale, tolerance, "energy")
      expectRows(both.second, Array(expected[1].prefix(count * width)), width, tolerance)
      let energies = try compiled.call(.energy, x, rows: count, wanted: (count, 0))
      expectAgreement(
        energies.first, Array(expected[0].prefix(count)), reference.energy_scale, tolerance, "energy alone")
      let scores = try compiled.call(.score, x, rows: count, wanted: (count * width, 0))
      expectRows(scores.first, Array(expected[1].prefix(count * width)), width, tolerance)
    }
    // Traces of second derivatives cancel: their terms are larger than they are.
    let looser = precision == .f64 ? 1e-10 : 1e-2
    let laplacians = try compiled.call(.laplacian, reference.x, rows: rows, wanted: (rows, 0))
    let scale = expected[2].map { abs($0) }.max() ?? 1
    expectAgreement(laplacians.first, expected[2], [Double](repeating: scale, count: rows), looser, "Laplacian")
  }

  @Test func gradientsOfParametersAreSummedOverTheRows() throws {
    let text = """
      param a = 2.0
      param m : vector[2] = [0.5, -1]
      let s = a^2
      energy f(x : vector[2]) = s*sum((x - m)^2) + exp(-a*x[1])
      """
    let session = session(text)
    let compiled = try CompiledC(session.emissionRequest(of: session.energy(named: "f"), EmissionOptions()))
    let rows = 2_500
    let x = points(rows, width: 2).flatMap { $0 }
    let gradient = try compiled.call(.gradient, x, rows: rows, wanted: (compiled.request.gradientCount, 0))
    #expect(gradient.status == 0)
    var expected = [0.0, 0, 0]
    for row in 0..<rows {
      let (u, v) = (x[2 * row] - 0.5, x[2 * row + 1] + 1)
      expected[0] += 4 * (u * u + v * v) - x[2 * row] * exp(-2 * x[2 * row])
      expected[1] -= 8 * u
      expected[2] -= 8 * v
    }
    for (ours, theirs) in zip(gradient.first, expected) {
      #expect(abs(ours - theirs) <= 1e-12 * (abs(theirs) + Double(rows)), "\(ours), not \(theirs)")
    }
  }

  @Test func theProgramInTheDocumentationRuns() throws {
    let text = try String(contentsOf: root.appendingPathComponent("docs/c.md"), encoding: .utf8)
    func block(_ kind: String) throws -> String {
      let start = try #require(text.range(of: "```\(kind)\n"))
      let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
      return String(text[start.upperBound..<end.lowerBound])
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "energy-docs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let session = session(try block("energy"), dims: ["d": 2])
    let files = try session.emission(of: session.energy(named: "well"), for: .c)
    try files[0].text.write(to: folder.appending(path: files[0].name), atomically: false, encoding: .utf8)
    try block("c").write(to: folder.appending(path: "program.c"), atomically: false, encoding: .utf8)
    let program = folder.appending(path: "program").path
    try CCompiler.run(["-O2", "-o", program, folder.appending(path: "program.c").path, "-lm"])
    #expect(try CCompiler.output(of: program) == block("text"))
  }

  @Test func theSameInputGivesTheSameBytes() throws {
    let text = "param W : matrix[9, 8] = [i*j for i in 1..9, j in 1..8]\nenergy f(x : vector[8]) = sum(tanh(W x))"
    let texts = try (0..<100).map { _ in
      let session = session(text)
      return try session.emission(of: session.energy(named: "f"), for: .c).map(\.text)
    }
    #expect(Set(texts).count == 1)
  }

  @Test func badCallsAreRefusedAndNoRowsAreFine() throws {
    let session = session("param a = 2.0\nenergy f(x : vector[2]) = a*sumsq(x)")
    let compiled = try CompiledC(session.emissionRequest(of: session.energy(named: "f"), EmissionOptions()))
    #expect(try compiled.call(.energy, [1, 2], rows: -1, wanted: (1, 0)).status == 1)
    #expect(try compiled.call(.energy, nil, rows: 1, wanted: (1, 0)).status == 1)
    #expect(try compiled.call(.energy, [1, 2], rows: 1, wanted: (0, 0)).status == 1)
    #expect(try compiled.call(.energy, nil, rows: 0, wanted: (0, 0)).status == 0)
    let onlyScore = try compiled.call(.energyScore, [1, 2], rows: 1, wanted: (0, 2))
    #expect(onlyScore.status == 0 && onlyScore.second == [-4, -8])
  }

  @Test(arguments: [
    "energy f(x : vector[3]) = if x[1] > 0 and not (x[2] < x[3]) then x[1]*log(x[1]) else sum(x^2)",
    "energy f(x : vector[3]) = max(min(x[1], x[2]), x[3]) + norm(x)^3 + mod(x[1], 2)",
    "energy f(x : vector[4]) = logdet(A) + x^T solve(A, x) where A = [x[i]*x[j] for i in 1..4, j in 1..4] + 3*eye(4)",
    "energy f(x : vector[4]) = sum(cholesky(A)) + det(A) + trace(inv(A)) where A = [x[i]*x[j] for i in 1..4, j in 1..4] + 3*eye(4)",
    "data k : integer[3] = [3, 1, 2]\nenergy f(x : vector[3]) = sum(i in 1..3: x[k[i]]*i) + sum(x[k]^2)",
    "energy f(X : matrix[3, 2]) = sum(i in 1..3, j in i+1..3: 1/(1 + sumsq(X[i, :] - X[j, :]))) + x[wrap(4, 3), 1] where x = X",
    "param W : matrix[40, 30] = [sin(i*j) for i in 1..40, j in 1..30]\nenergy f(x : vector[30]) = sum(tanh(W x)) + sumsq(W^T (W x))",
    "energy f(x : vector[2]) = softplus(x[1]) + log_normcdf(x[2]) + lgamma(3 + x[1]^2) + gelu(x[2]) + x[1]^2.5^2",
    "param L : lower[3] = [[2, 0, 0], [1, 3, 0], [-1, 1, 2]]\nenergy f(x : vector[3]) = sumsq(solve(L, x)) + x^T solve(L^T, sort(x))",
    "energy f(S : spd[2]) = trace(S) - logdet(S)",
    "energy f(x : vector[2], t : real) = t^2*sumsq(x) + select(t > 0, t, 0)",
  ])
  func constructsAgree(_ text: String) throws {
    for precision in [Precision.f64, .f32] {
      let session = session(text) { $0.precision = precision }
      try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
      let energy = try session.energy(named: "f")
      let compiled = try CompiledC(session.emissionRequest(of: energy, EmissionOptions()))
      let width = compiled.request.width
      let x = points(21, width: width).flatMap { $0 }.map { Double(Float($0)) }
      let shape = energy.samples.count > 1 ? [21, width] : [21] + compiled.request.samples[0].extents
      let expected = try session.values([.energy, .score], at: x, shape: shape)
      let results = try compiled.call(.energyScore, x, rows: 21, wanted: (21, 21 * width))
      #expect(results.status == 0)
      let tolerance = precision == .f64 ? 1e-12 : 1e-4
      let scale = expected[0].map { abs($0) }
      expectAgreement(results.first, expected[0], scale.map { $0 + 1 }, tolerance, "energy")
      expectRows(results.second, expected[1], width, tolerance)
    }
  }

  @Test func anIndexOutOfRangeIsAStatus() throws {
    let session = session("data k : integer[2] = [1, 3]\nenergy f(x : vector[3]) = sum(x[k])")
    var request = try session.emissionRequest(of: session.energy(named: "f"), EmissionOptions())
    request.parameters = request.parameters.map {
      .init(name: $0.name, symbol: $0.symbol, type: $0.type, extents: $0.extents, values: [1, 4])
    }
    #expect(try CompiledC(request).call(.energy, [1, 2, 3], rows: 1, wanted: (1, 0)).status == 3)
  }

  private func expectAgreement(
    _ ours: [Double], _ theirs: [Double], _ scale: [Double], _ tolerance: Double, _ what: String
  ) {
    #expect(ours.count == theirs.count)
    for (row, (a, b)) in zip(ours, theirs).enumerated() {
      #expect(
        a == b || (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * (abs(b) + scale[row]),
        "\(what) of row \(row + 1): \(a), not \(b)")
    }
  }

  private func expectRows(_ ours: [Double], _ theirs: [Double], _ width: Int, _ tolerance: Double) {
    #expect(ours.count == theirs.count)
    for row in 0..<(theirs.count / max(width, 1)) {
      let wanted = theirs[row * width..<(row + 1) * width]
      let scale = wanted.reduce(0) { max($0, abs($1)) }
      for (column, b) in wanted.enumerated() {
        let a = ours[row * width + column]
        #expect(
          a == b || (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * (abs(b) + scale),
          "score of row \(row + 1): \(a), not \(b)")
      }
    }
  }
}
