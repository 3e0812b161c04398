import EnergyCPU
import EnergyCodegen
import EnergyIR
import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// What emitted C does besides agreeing with the tile evaluator (ParityTests).
@Suite(.enabled(if: Emulator.isAvailable, "needs a compiler of C and one of C++")) struct CEmissionTests {
  private func batch(_ session: Session) throws -> ArtefactBatch {
    try ArtefactBatch([session.emissionRequest(of: session.energy(named: "f"), EmissionOptions())], .c)
  }

  private func call(
    _ batch: ArtefactBatch, _ what: EmissionRequest.What, _ samples: [Double], rows: Int,
    _ flags: ArtefactBatch.Flags = []
  ) throws -> ArtefactBatch.Result {
    try batch.run([.init(artefact: 0, what: what, rows: rows, samples: samples, flags: flags)])[0]
  }

  @Test func gradientsOfParametersAreSummedOverTheRows() throws {
    let text = """
      param a = 2.0
      param m : vector[2] = [0.5, -1]
      let s = a^2
      energy f(x : vector[2]) = s*sum((x - m)^2) + exp(-a*x[1])
      """
    let rows = 2_500
    let x = points(rows, width: 2).flatMap { $0 }
    let gradient = try call(batch(session(text)), .gradient, x, rows: rows)
    #expect(gradient.status == 0)
    var expected = [0.0, 0, 0]
    for row in 0..<rows {
      let (u, v) = (x[2 * row] - 0.5, x[2 * row + 1] + 1)
      expected[0] += 4 * (u * u + v * v) - x[2 * row] * exp(-2 * x[2 * row])
      expected[1] -= 8 * u
      expected[2] -= 8 * v
    }
    #expect(gradient.values.count == 3)
    for (ours, theirs) in zip(gradient.values, expected) {
      #expect(abs(ours - theirs) <= 1e-12 * (abs(theirs) + Double(rows)), "\(ours), not \(theirs)")
    }
  }

  @Test func theProgramInTheDocumentationRuns() throws {
    let page = try DocumentationPage("docs/c.md")
    let folder = try ScratchFolder("docs")
    let session = session(try page.block("energy"), dims: ["d": 2])
    let files = try session.emission(of: session.energy(named: "well"), for: .c)
    try folder.write(files[0].text, to: files[0].name)
    try folder.write(page.block("c"), to: "program.c")
    let compiler = try #require(HostCompiler.c)
    try HostCompiler.run(compiler, ["-O2", "-o", folder.path("program"), folder.path("program.c"), "-lm"])
    #expect(try HostCompiler.run(folder.path("program"), []) == page.block("text"))
  }

  @Test func theSameInputGivesTheSameBytes() throws {
    let text = "param W : matrix[9, 8] = [i*j for i in 1..9, j in 1..8]\nenergy f(x : vector[8]) = sum(tanh(W x))"
    let texts = try (0..<100).map { _ in
      let session = session(text)
      return try session.emission(of: session.energy(named: "f"), for: .c).map(\.text)
    }
    #expect(Set(texts).count == 1)
  }

  @Test func defaultsOfKnownSizesBecomeConstants() throws {
    let session = session(
      "import potts from std\nenergy f = potts(J = 0.5)", dims: ["L": 2, "M": 2, "q": 3])
    var options = EmissionOptions()
    options.isBaked = true
    let request = try session.emissionRequest(of: session.energy(named: "f"), options)
    #expect(request.parameters.first { $0.name.hasSuffix("h") }?.values == [0, 0, 0])
  }

  /// The language's maximum of numbers and C's of indices in one source.
  @Test func maximaOfNumbersAndOfIndices() throws {
    let text =
      "param a = 2.0\nparam b = 3.0\nenergy f(x : vector[4]) = max(a, b)*sum(i in 1..4, j in i..4: x[i]*x[j])"
    let result = try call(batch(session(text)), .energy, [1, 2, 3, 4], rows: 1)
    #expect(result.values == [195])
  }

  @Test func anIndexOutOfRangeIsAStatus() throws {
    let session = session("data k : integer[2] = [1, 3]\nenergy f(x : vector[3]) = sum(x[k])")
    var request = try session.emissionRequest(of: session.energy(named: "f"), EmissionOptions())
    request.parameters = request.parameters.map {
      .init(name: $0.name, symbol: $0.symbol, type: $0.type, extents: $0.extents, values: [1, 4])
    }
    #expect(try call(ArtefactBatch([request], .c), .energy, [1, 2, 3], rows: 1).status == 3)
  }
}
