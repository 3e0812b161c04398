import EnergyCPU
import EnergyCodegen
import EnergyIR
import EnergySemantics
import Foundation
import Testing

@testable import EnergyDriver

/// Emitted source speaks in the user's words, and no word of the user's can mean anything else in it.
@Suite struct EmittedNameTests {
  private func source(
    _ text: String, _ target: EmissionTarget, dims: [String: Int] = [:], folder: URL? = nil,
    what: [EmissionRequest.What] = [.energyScore]
  ) throws -> String {
    let session = session(text, dims: dims)
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    var options = EmissionOptions()
    options.what = what
    let files = try session.emission(of: session.energy(named: "f"), for: target, options)
    let suffix = target == .c ? ".h" : ".cu"
    return try #require(files.first { $0.name.hasSuffix(suffix) }).text
  }

  private static let targets: [EmissionTarget] = [.c, .cuda]

  /// Definitions, what derivatives by them are, indices and arguments of functions.
  @Test(arguments: targets)
  func valuesAreCalledWhatTheUserCallsThem(_ target: EmissionTarget) throws {
    let text = """
      fn bowl(depth : real) = log(1 + depth^2)
      data y : vector[30] = [0.1*i for i in 1..30]
      let mid = mean(y)
      energy f(x : vector[3]) = 0.5*sum(t in 1..30: log(h[t]) + (y[t] - mid)^2/h[t]) + bowl(x[1] - 2*x[2])
        where w = exp(x[1]), a = sigmoid(x[2]), b = (1 - a)*sigmoid(x[3]),
          h = scan(t in 2..30, h = w: w + a*y[t-1]^2 + b*h)
      """
    let source = try source(text, target)
    let real = target == .c ? "ee_v" : "double"
    for line in ["for (int t = 0; t < 29; t++)", "const \(real) w = ", "const \(real) a = ", "const \(real) depth = "] {
      #expect(source.contains(line), "\(line)\n\(source)")
    }
    #expect(source.contains("h[t + 1] = w"))
    #expect(source.contains("d_h[29] = "))
  }

  /// A loop over an axis is called as the user calls its index, also where he wrote none: k over K, not i.
  @Test(arguments: targets)
  func indicesAreCalledByTheirAxis(_ target: EmissionTarget) throws {
    let text = """
      dim K = 3
      param M : matrix[K, 2] = [[1, 2], [3, 4], [5, 6]]
      energy f(x : vector[2]) = -logsumexp(c in 1..K: -0.5*sumsq(x - M[c, :])) + sum(softplus(M x))
      """
    #expect(try source(text, target).contains("for (int c = 0; c < 3; c++)"))
    let unnamed = "dim K = 3\nparam M : matrix[K, 2] = ones(K, 2)\nenergy f(x : vector[2]) = sum(softplus(M x))"
    #expect(try source(unnamed, target).contains("for (int k = 0; k < 3; k++)"))
  }

  /// A list of numbers is called by the name that it was given, numbers alone are computed, and a quotient is seen.
  @Test(arguments: targets)
  func listsAndNumbersAreReadable(_ target: EmissionTarget) throws {
    let text = """
      fn bowl(centre : vector[2], x : vector[2]) = sumsq(x - centre)
      energy f(x : vector[2]) = bowl([0.5, -1], x) + 3*x[1]/norm(x - [2, 3]) + sum(x*scales) where scales = [4, 5]
      """
    let source = try source(text, target)
    let access = target == .c ? "p->" : "p."
    for name in ["centre", "scales", "table"] {
      #expect(source.contains("double *const \(name) = \(access)\(name);"), "\(source)")
    }
    #expect(!source.contains("u5b") && !source.contains("3.0*("))
  }

  /// What has no name goes by a word for what it is, and nothing by a letter and a number.
  @Test(arguments: Array(StandardLibrary.names.prefix(20)))
  func thereAreNoWallsOfNumbers(_ name: String) throws {
    for item in try ParityCorpus.standardLibrary(name).prefix(1) {
      let request = try PreparedCase(item, .f64, named: "f", what: [.energyScore]).request
      for text in [try CHeader(request).file().text, try CUDASource(request).files()[0].text] {
        let words = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_") })
        let numbered = words.filter { word in
          "tuvw".contains(word.first ?? "_") && word.count > 1 && word.dropFirst().allSatisfy(\.isNumber)
        }
        #expect(numbered.isEmpty, "\(name): \(numbered.sorted())")
        #expect(!words.contains { $0.contains("_u5b") }, "\(name): a list is named by its text")
      }
    }
  }

  /// Names of ours, of C, of its headers and of no alphabet of theirs, as parameters, samples, indices and definitions.
  static let hostile =
    [
      "e", "p", "u", "n", "frame", "lane", "tile", "entry", "energy_out", "score_out", "scratch", "status", "i",
      "sum_2",
      "double", "EE_NAN", "ee_exp", "M_PI", "INT32_MAX", "RAND_MAX", "σ", "Größe", "λ_1", "threadIdx", "score", "a0",
      "cudaSuccess", "NULL",
    ]
    + (ParityCorpus.isFull
      ? [
        "s", "x_rows", "frames", "lanes", "row", "rows", "count", "partial", "result", "work", "index", "state", "base",
        "tid", "block", "j", "laplacian", "int", "float4", "auto", "register", "main", "errno", "EE_LANES", "ee_v",
        "ee_load", "INFINITY", "__global__", "d_x", "uniforms", "params", "expf", "fmax", "malloc", "free", "energy",
      ] : [])

  /// Four programs in which each of four names has every role that a name can have.
  static func programs(_ names: [String]) -> [String] {
    (0..<4).map { turn in
      let (a, b, c, d) = (names[turn], names[(turn + 1) % 4], names[(turn + 2) % 4], names[(turn + 3) % 4])
      return """
        param \(a) : vector[3] = [0.5, 2, 1]
        energy f(\(b) : vector[3]) = sum(exp(\(a)*\(b))) + sum(\(c) in 1..3: exp(\(b)[\(c)])) + sum(exp(\(d)) + \(d)^3)
          where \(d) = \(b)^2 + \(b)
        """
    }
  }

  @Test(
    .enabled(if: Emulator.isAvailable, "needs a compiler of C and one of C++"),
    arguments: stride(from: 0, to: hostile.count, by: 28).map { Array(hostile[$0..<min($0 + 28, hostile.count)]) })
  func noNameMeansAnythingElse(_ names: [String]) throws {
    var prepared: [PreparedCase] = []
    for start in stride(from: 0, to: names.count - 3, by: 4) {
      for text in Self.programs(Array(names[start..<start + 4])) {
        let item = ParityCase(
          name: text, program: text, shape: [3, 3], x: [0.5, -1, 0.25, 1, 0.125, -0.5, -2, 1.5, 0])
        prepared.append(
          try PreparedCase(item, .f64, named: "m\(prepared.count)", what: [.energyScore, .gradient]))
      }
    }
    for target in ArtefactBatch.Target.allCases {
      var check = try ParityCheck(prepared, target)
      check.counts = [3]
      let problems = try check.problems()
      #expect(problems.isEmpty, "\(target): \(problems.joined(separator: "\n"))")
    }
  }

  /// Every macro of the headers that emitted source includes, as this machine's compiler has them.
  @Test(.enabled(if: HostCompiler.c != nil, "needs a compiler of C"))
  func noNameIsAMacro() throws {
    let folder = try ScratchFolder("macros")
    try folder.write("#include <math.h>\n#include <stdint.h>\n#include <stdlib.h>\n", to: "headers.c")
    let compiler = try #require(HostCompiler.c)
    let lines = try HostCompiler.run(compiler, ["-dM", "-E", folder.path("headers.c")]).split(separator: "\n")
    // One with arguments is none where no parenthesis follows.
    let macros = lines.compactMap { $0.split(separator: " ").dropFirst().first }.filter { !$0.contains("(") }
    #expect(macros.contains("M_PI") && macros.count > 200)
    for macro in macros where !macro.hasPrefix("_") {
      var names = SourceNames()
      #expect(names.identifier(for: String(macro)) != macro)
    }
  }
}
