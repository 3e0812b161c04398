import Foundation
import Testing

@testable import EnergyDriver

/// The program in docs/cuda.md, compiled against the emulator.
@Suite(.enabled(if: Emulator.isAvailable, "needs a compiler of C and one of C++")) struct CUDADocumentationTests {
  @Test func theProgramInTheDocumentationRuns() throws {
    let text = try String(contentsOf: root.appendingPathComponent("docs/cuda.md"), encoding: .utf8)
    func block(_ kind: String) throws -> String {
      let start = try #require(text.range(of: "```\(kind)\n"))
      let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
      return String(text[start.upperBound..<end.lowerBound])
    }
    let folder = try ScratchFolder("docs")
    let session = session(try block("energy"), dims: ["d": 2])
    for file in try session.emission(of: session.energy(named: "well"), for: .cuda) {
      try folder.write(file.text, to: file.name)
    }
    try folder.write(block("cpp"), to: "program.cpp")
    let program = folder.path("program")
    try Emulator.build([folder.path("well.cu"), folder.path("program.cpp")], to: program)
    #expect(try HostCompiler.run(program, []) == block("text"))
  }
}
