import Foundation
import Testing

@testable import EnergyDriver

/// The program in docs/cuda.md, compiled against the emulator.
@Suite(.enabled(if: Emulator.isAvailable, "needs a compiler of C and one of C++")) struct CUDADocumentationTests {
  @Test func theProgramInTheDocumentationRuns() throws {
    let page = try DocumentationPage("docs/cuda.md")
    let folder = try ScratchFolder("docs")
    let session = session(try page.block("energy"), dims: ["d": 2])
    for file in try session.emission(of: session.energy(named: "well"), for: .cuda) {
      try folder.write(file.text, to: file.name)
    }
    try folder.write(page.block("cpp"), to: "program.cpp")
    let program = folder.path("program")
    try Emulator.build([folder.path("well.cu"), folder.path("program.cpp")], to: program)
    #expect(try HostCompiler.run(program, []) == page.block("text"))
  }
}
